// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "model/schema.h"

namespace satchel::model {
namespace {

Schema loaded() {
  const std::vector<Schema::File> files = {{"shared.json", R"({"number": 7})"}, {"town.json", R"({
    "name": "town", "number": 9001, "set": "towns", "label": "Town", "plural": "Towns", "ownership": "none",
    "primary_name": "name", "quick_find": ["name"],
    "columns": [{"name": "name", "label": "Name", "type": "text", "length": 50},
                {"name": "size", "label": "Size", "type": "choice", "options": [{"value": 1, "label": "Small"}]}],
    "views": [{"name": "all", "label": "All", "columns": ["name"], "order": "name desc"}]
  })"}};
  auto schema = Schema::load(files);
  REQUIRE_MESSAGE(schema.ok(), schema.error().message);
  return *std::move(schema);
}

TEST_SUITE("packed_schema") {
  TEST_CASE("what was packed comes back, member by member") {
    const auto& before = Schema::standard();
    const auto after = Schema::unpack(before.pack());
    REQUIRE_MESSAGE(after.ok(), after.error().message);
    CHECK(after->number() == before.number());
    CHECK(after->files().empty());
    REQUIRE(after->tables().size() == before.tables().size());
    for (std::size_t i = 0; i < before.tables().size(); ++i) {
      CAPTURE(before.tables()[i].name);
      CHECK(after->tables()[i] == before.tables()[i]);
    }
    CHECK(after->find("contact") == after->find_set("contacts"));
    CHECK(after->find("contact") == after->find(TableNumber(2)));
  }

  TEST_CASE("Y26: what a program of format 1 packed is read by this one") {
    constexpr std::string_view kFormat1 =
        "013fcc446c3939e3470e01d28c0104746f776e05746f776e7304546f776e05546f776e73060000000306746f776e6964"
        "04546f776e00000006000000000000000000000000000000000000000000046e616d65044e616d650202000064000000"
        "00000000020000000000000000000000000473697a650453697a65041400000000000000010205536d616c6c01000000"
        "000000000000000000000000010201020103616c6c03416c6c0102000102020200010744657461696c73020204000000"
        "0000c8010000000000000000000000000000";
    const auto schema = Schema::unpack(*from_hex(kFormat1));
    REQUIRE_MESSAGE(schema.ok(), schema.error().message);
    CHECK(schema->number() == 7);
    CHECK(std::ranges::equal(schema->tables(), loaded().tables()));
  }

  TEST_CASE("damaged bytes are refused, whichever they are") {
    const auto whole = loaded().pack();
    for (std::size_t i = 0; i < whole.size(); ++i) {
      CAPTURE(i);
      CHECK_FALSE(Schema::unpack(std::string_view(whole).substr(0, i)).ok());
      auto changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ 0x10);
      CHECK_FALSE(Schema::unpack(changed).ok());
    }
    CHECK_FALSE(Schema::unpack(whole + "x").ok());
  }
}

}  // namespace
}  // namespace satchel::model
