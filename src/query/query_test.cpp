// SPDX-License-Identifier: Apache-2.0
#include "query/query.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace satchel;
using namespace satchel::query;
using model::Reference;
using model::Value;

namespace {

constexpr std::string_view kFirm = R"({
  "name": "firm", "number": 9001, "set": "firms", "label": "Firm", "plural": "Firms", "ownership": "none",
  "primary_name": "name", "quick_find": ["name"],
  "columns": [{"name": "name", "label": "Name", "type": "text", "length": 100}]})";
constexpr std::string_view kPerson = R"({
  "name": "person", "number": 9002, "set": "persons", "label": "Person", "plural": "Persons", "ownership": "none",
  "primary_name": "name", "quick_find": ["name"],
  "columns": [
    {"name": "name", "label": "Name", "type": "text", "length": 100},
    {"name": "alias", "label": "Alias", "type": "text", "length": 100},
    {"name": "age", "label": "Age", "type": "integer", "min": 0, "max": 200},
    {"name": "shoesize", "label": "Shoe Size", "type": "integer", "min": 0, "max": 200},
    {"name": "employer", "label": "Employer", "type": "lookup", "targets": ["firm", "person"], "relationship": ["a", "b"]},
    {"name": "friends", "label": "Friends", "type": "party_list", "participation": 2, "targets": ["person"]}
  ]})";

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.uuid.bytes[15] = number;
  return id;
}

struct World {
  model::Schema schema;
  const model::Table& firm;
  const model::Table& person;
  model::Record acme;
  model::Record ada;

  World()
      : schema([] {
          const model::Schema::File files[] = {{"firm.json", std::string(kFirm)},
                                               {"person.json", std::string(kPerson)}};
          return model::Schema::load(files).value();
        }()),
        firm(*schema.find("firm")),
        person(*schema.find("person")),
        acme{firm.number, id_of(1), {}, std::vector<Value>(firm.columns.size())},
        ada{person.number, id_of(2), {}, std::vector<Value>(person.columns.size())} {
    acme.values[firm.find_column("name")->index] = "Acmé";
    set("name", "Ada King");
    set("age", std::int64_t{36});
    set("employer", Reference{firm.number, acme.id});
    set("friends", model::PartyList{{{person.number, id_of(7)}, "seven@x.example"}});
  }

  void set(std::string_view column, Value value) { ada.values[at(column)] = std::move(value); }
  model::ColumnIndex at(std::string_view column) const { return person.find_column(column)->index; }
  Path path(std::string_view column) const { return {{}, at(column)}; }
  Path employer_name() const { return {{{at("employer"), firm.number}}, firm.find_column("name")->index}; }
  bool holds(const Filter& filter) const {
    return matches(schema, filter, ada,
                   [this](const Reference& reference) { return reference.id == acme.id ? &acme : nullptr; });
  }
  bool holds(std::string_view column, Comparison comparison, Value value) const {
    return holds({Compare{path(column), comparison, std::move(value)}});
  }
};

Filter negated(Filter filter) { return {Not{std::make_shared<const Filter>(std::move(filter))}}; }

}  // namespace

TEST_CASE("text compares without case and marks") {
  World world;
  CHECK(world.holds("name", Comparison::eq, std::string("ADA KÍNG")));
  CHECK(world.holds("name", Comparison::lt, std::string("adb")));
  CHECK(world.holds({Match{world.path("name"), TextMatch::contains, "A K"}}));
  CHECK(world.holds({Match{world.path("name"), TextMatch::starts_with, "ÀDA"}}));
  CHECK(world.holds({Match{world.path("name"), TextMatch::ends_with, "King"}}));
  CHECK_FALSE(world.holds({Match{world.path("name"), TextMatch::ends_with, "Kin"}}));
  CHECK_FALSE(world.holds({Match{world.path("alias"), TextMatch::contains, ""}}));
}

// The rules of the comment in query.h, one line each.
TEST_CASE("null is equal to null alone, and `ne` keeps rows without a value") {
  World world;
  CHECK(world.holds("alias", Comparison::eq, {}));
  CHECK_FALSE(world.holds("alias", Comparison::ne, {}));
  CHECK(world.holds("name", Comparison::ne, {}));
  CHECK(world.holds("alias", Comparison::ne, std::string("x")));
  CHECK_FALSE(world.holds("alias", Comparison::eq, std::string("x")));
  CHECK_FALSE(world.holds("alias", Comparison::le, std::string("x")));
  CHECK_FALSE(world.holds("age", Comparison::ge, {}));
  CHECK(world.holds(negated({Compare{world.path("age"), Comparison::ge, {}}})));
}

TEST_CASE("two columns: null on one side is unlike, on both sides neither equal nor unlike") {
  World world;
  const auto compared = [&](Comparison comparison) {
    return world.holds({CompareColumns{world.path("age"), comparison, world.path("shoesize")}});
  };
  CHECK(compared(Comparison::ne));
  CHECK_FALSE(compared(Comparison::eq));
  world.set("age", {});
  CHECK_FALSE(compared(Comparison::ne));
  CHECK_FALSE(compared(Comparison::eq));
  world.set("age", std::int64_t{40});
  world.set("shoesize", std::int64_t{40});
  CHECK(compared(Comparison::le));
  CHECK_FALSE(compared(Comparison::lt));
}

TEST_CASE("a path leads to the record that it names, or to null") {
  World world;
  const Filter is_acme{Compare{world.employer_name(), Comparison::eq, std::string("acme")}};
  const Filter is_null{Compare{world.employer_name(), Comparison::eq, {}}};
  CHECK(world.holds(is_acme));
  world.set("employer", Reference{world.firm.number, id_of(99)});
  CHECK_FALSE(world.holds(is_acme));
  CHECK(world.holds(is_null));
  world.set("employer", Reference{world.person.number, world.acme.id});
  CHECK(world.holds(is_null));
}

TEST_CASE("a hop's id is known without the record") {
  World world;
  const Path firm_id{{{world.at("employer"), world.firm.number}}, 0};
  world.set("employer", Reference{world.firm.number, id_of(99)});
  CHECK(world.holds({Compare{firm_id, Comparison::eq, Reference{{}, id_of(99)}}}));
  world.set("employer", Reference{world.person.number, id_of(99)});
  CHECK(world.holds({Compare{firm_id, Comparison::eq, {}}}));
  CHECK(world.holds("employer", Comparison::eq, Reference{{}, id_of(99)}));
}

TEST_CASE("lists, parties, and empty groups") {
  World world;
  CHECK(world.holds({In{world.path("age"), {std::int64_t{1}, std::int64_t{36}}}}));
  CHECK_FALSE(world.holds({In{world.path("age"), {}}}));
  CHECK(world.holds({In{world.path("alias"), {std::string("x"), Value()}}}));
  CHECK_FALSE(world.holds({In{world.path("alias"), {std::string("x")}}}));
  CHECK(world.holds({HasParty{world.at("friends"), id_of(7)}}));
  CHECK_FALSE(world.holds({HasParty{world.at("friends"), id_of(8)}}));
  CHECK(world.holds({All{}}));
  CHECK_FALSE(world.holds({Any{}}));
}
