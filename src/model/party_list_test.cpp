// SPDX-License-Identifier: Apache-2.0
#include "model/party_list.h"

#include <doctest/doctest.h>

using namespace satchel;
using model::PartyList;

namespace {

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.uuid.bytes[15] = number;
  return id;
}

}  // namespace

TEST_CASE("a party list is a line per party") {
  const PartyList parties = {{{TableNumber(1), id_of(1)}, "sales@contoso.example"}, {{TableNumber(2), id_of(2)}, ""}};
  const std::string text =
      "1/00000000-0000-0000-0000-000000000001|sales@contoso.example\n"
      "2/00000000-0000-0000-0000-000000000002|";
  CHECK(model::party_list_text(parties) == text);
  CHECK(model::parse_party_list(text) == parties);
  CHECK(model::party_list_text({}).empty());
  CHECK(model::parse_party_list("").empty());
}

// An address may hold what the text form lives on.
TEST_CASE("any address survives") {
  const PartyList parties = {{{TableNumber(2), id_of(2)}, "a|b\\c\np\r/d\\"}};
  const std::string text = model::party_list_text(parties);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(model::parse_party_list(text) == parties);
}

TEST_CASE("lines that are no party are left out") {
  for (const char* text :
       {"x", "1/|", "1|a/b", "/00000000-0000-0000-0000-000000000001|", "1/2|", "99999999999/1|", "|/"}) {
    CHECK(model::parse_party_list(text).empty());
    CHECK(model::parse_party_list(std::string(text) + "\n2/00000000-0000-0000-0000-000000000002|").size() == 1);
  }
}
