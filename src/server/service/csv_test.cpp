// SPDX-License-Identifier: Apache-2.0
#include "server/service/csv.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRecord> all(std::string_view text) {
  CsvReader reader(text);
  std::vector<CsvRecord> records;
  for (CsvRecord record; reader.next(record);) records.push_back(record);
  return records;
}

Fields fields(std::string_view text) {
  const auto records = all(text);
  REQUIRE(records.size() == 1);
  REQUIRE(records[0].fault == "");
  return records[0].fields;
}

std::string quoted(std::string_view field) {
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

TEST_CASE("fields are separated by commas, and empty ones count") {
  CHECK(fields("a,b,c") == Fields{"a", "b", "c"});
  CHECK(fields("a,,") == Fields{"a", "", ""});
  CHECK(fields(" a , b\r\n") == Fields{" a ", " b"});
}

TEST_CASE("a quoted field holds commas, line ends and doubled quotes") {
  CHECK(fields("\"Finch, Alder & Co\",\"say \"\"hi\"\"\"") == Fields{"Finch, Alder & Co", "say \"hi\""});
  CHECK(fields("\"one\r\ntwo\",x") == Fields{"one\r\ntwo", "x"});
  CHECK(fields("\"\"") == Fields{""});
}

TEST_CASE("a UTF-8 mark in front is no part of the first field") {
  CHECK(fields("\xEF\xBB\xBFname") == Fields{"name"});
}

TEST_CASE("a record's line is where it begins; empty lines are no records") {
  const auto records = all("a\n\"b\nb\nb\"\r\n\r\nc");
  REQUIRE(records.size() == 3);
  CHECK(records[0].line == 1);
  CHECK(records[1].line == 2);
  CHECK(records[2].line == 6);
}

TEST_CASE("what isn't well formed is told, and the next line is read again") {
  for (const std::string_view broken : {"a\"b", "\"a\"b", "\"a", "a,\xC3("}) {
    const auto records = all("x\n" + std::string(broken) + "\ny\n");
    INFO(broken);
    REQUIRE(records.size() == 3);
    CHECK(records[0].fault == "");
    CHECK(records[1].fault != "");
    CHECK(records[1].line == 2);
    CHECK(records[2].fields == Fields{"y"});
    CHECK(records[2].line == 3);
  }
}

TEST_CASE("lines and fields have limits") {
  const auto records =
      all(std::string(kCsvRecordBytesMax + 1, 'x') + "\ny\n" + std::string(kCsvColumnsMax, ',') + "\nz");
  REQUIRE(records.size() == 4);
  CHECK(records[0].fault != "");
  CHECK(records[1].fault == "");
  CHECK(records[2].fault != "");
  CHECK(records[3].fields == Fields{"z"});
}

// Any fields, quoted, come back as they were; and any bytes at all are read to their end.
TEST_CASE("what was written is read") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO(seed);
    SeededRandom random(seed);
    constexpr std::string_view kAlphabet = "ab,\"\n\r \xC3\xA4";
    Fields written(1 + random.below(5));
    std::string text;
    for (auto& field : written) {
      for (auto n = random.below(12); n > 0; --n) {
        const auto at = random.below(8);
        field += at == 7 ? kAlphabet.substr(7) : kAlphabet.substr(at, 1);
      }
      text += (&field == &written.front() ? "" : ",") + quoted(field);
    }
    CHECK(fields(text) == written);
    std::string noise;
    for (auto n = random.below(80); n > 0; --n) noise += kAlphabet[random.below(kAlphabet.size())];
    CHECK(all(noise).size() <= noise.size());
  }
}

}  // namespace
}  // namespace satchel::server::service
