// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/record_bytes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "base/random.h"

namespace satchel::device::store {
namespace {

using model::Value;

std::vector<Value> some_values() {
  const RecordId id = RecordId::parse("0190a1b2-0000-7000-8000-00000000000a").value();
  return {Value(),
          Value(std::int64_t{0}),
          Value(std::numeric_limits<std::int64_t>::min()),
          Value(std::numeric_limits<std::int64_t>::max()),
          Value(std::string()),
          Value(std::string("a\0b\xC3\xA9", 5)),
          Value(std::string(70'000, 'x')),
          Value(model::Reference{TableNumber(10'123), id}),
          Value(model::PartyList{}),
          Value(model::PartyList{{{TableNumber(2), id}, "x|y"}, {{TableNumber(8), RecordId()}, ""}})};
}

}  // namespace

TEST_CASE("every kind of value comes back") {
  for (const auto& value : some_values()) {
    ByteWriter writer;
    write_value(writer, value);
    ByteReader reader(writer.bytes());
    CHECK(read_value(reader) == value);
    CHECK(reader.at_end());
  }
}

TEST_CASE("a record comes back, whatever the order of its columns has become") {
  const auto& schema = model::Schema::standard();
  const auto& contact = *schema.find("contact");
  std::vector<Value> values(contact.columns.size());
  values[contact.find_column("fullname")->index] = std::string("Ada");
  values[contact.find_column("parentcustomerid")->index] = model::Reference{TableNumber(1), RecordId()};
  const auto bytes = record_bytes(contact, values);
  CHECK(record_values(contact, bytes) == values);

  auto turned = contact;  // the same columns, the other way round
  std::reverse(turned.columns.begin() + 1, turned.columns.end());
  for (std::size_t i = 0; i < turned.columns.size(); ++i) {
    turned.columns[i].index = static_cast<model::ColumnIndex>(i);
    turned.column_by_name[turned.columns[i].name] = static_cast<model::ColumnIndex>(i);
  }
  const auto again = record_values(turned, bytes);
  REQUIRE(again.has_value());
  CHECK((*again)[turned.find_column("fullname")->index] == Value(std::string("Ada")));
}

// Random bytes, and true ones with random changes: something or nothing comes back, never a crash or a wild allocation.
TEST_CASE("damaged bytes never crash") {
  const auto& contact = *model::Schema::standard().find("contact");
  std::vector<Value> values(contact.columns.size());
  values[contact.find_column("fullname")->index] = std::string("Ada");
  const auto whole = record_bytes(contact, values);
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    auto bytes = whole;
    if (random.one_in(3)) bytes.assign(random.below(40), '\0');
    for (auto changes = random.below(6); changes > 0 && !bytes.empty(); --changes)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    bytes.resize(random.below(bytes.size() + 1));
    const auto read = record_values(contact, bytes);
    if (read) CHECK(read->size() == contact.columns.size());
    ByteReader reader(bytes);
    (void)read_value(reader);
    ByteReader retired(bytes);
    (void)read_retired(retired);
  }
}

}  // namespace satchel::device::store
