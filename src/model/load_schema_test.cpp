// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "model/schema.h"

namespace satchel::model {
namespace {

// A schema of three files with a bit of everything. Each refusal below is this one with one mistake in it.
const std::vector<Schema::File>& small_files() {
  static const std::vector<Schema::File> files = {{"shared.json", R"({
  "number": 7,
  "options": {"size": [{"value": 1, "label": "Small"}, {"value": 2, "label": "Large"}]},
  "groups": {
    "money": [
      {"name": "transactioncurrencyid", "label": "Currency", "type": "lookup", "targets": ["currency"], "relationship": "currency_{table}"},
      {"name": "exchangerate", "label": "Exchange Rate", "type": "decimal", "scale": 10, "min": 0.0000000001, "max": 900000000, "origin": "server"}
    ],
    "place": [{"name": "{where}_city", "label": "{Label}: City", "type": "text", "length": 80}],
    "unused": [{"name": "x", "label": "X", "type": "colour"}]
  }
})"},
                                                  {"currency.json", R"({
  "name": "currency", "number": 9003, "set": "currencies", "label": "Currency", "plural": "Currencies", "ownership": "organization",
  "columns": [{"name": "code", "label": "Code", "type": "text", "length": 3}]
})"},
                                                  {"person.json", R"({
  "name": "person", "number": 9001, "set": "people", "label": "Person", "plural": "People", "ownership": "none", "load_rank": 30,
  "primary_name": "fullname", "quick_find": ["fullname", "note"],
  "columns": [
    {"name": "firstname", "label": "First Name", "type": "text", "length": 50},
    {"name": "lastname", "label": "Last Name", "type": "text", "length": 50, "required": "required"},
    {"name": "fullname", "label": "Full Name", "type": "text", "length": 101, "origin": "computed", "join": ["firstname", " ", "lastname"]},
    {"name": "note", "label": "Note", "type": "memo", "length": 2000},
    {"name": "shoes", "label": "Shoes", "type": "choice", "options": "size", "default": 2},
    {"name": "mood", "label": "Mood", "type": "choice", "options": [{"value": 5, "label": "Fair"}]},
    {"name": "age", "label": "Age", "type": "integer", "min": 0, "max": 150},
    {"name": "share", "label": "Share", "type": "decimal", "scale": 3, "min": -0.5, "max": 1.5, "default": 0.125},
    {"name": "wealth", "label": "Wealth", "type": "money"},
    {"name": "is_happy", "label": "Happy", "type": "boolean", "default": true},
    {"name": "friendid", "label": "Friend", "type": "lookup", "targets": ["person", "currency"], "relationship": "person_friend_{target}"},
    {"name": "guests", "label": "Guests", "type": "party_list", "targets": ["person"], "participation": 5},
    {"include": "place", "with": {"where": "home", "Label": "Home"}},
    {"include": "money"}
  ],
  "states": [
    {"value": 0, "label": "Awake", "statuses": [{"value": 1, "label": "Fresh"}, {"value": 2, "label": "Tired"}]},
    {"value": 1, "label": "Asleep", "statuses": [{"value": 3, "label": "Dreaming"}]}
  ],
  "views": [
    {"name": "awake", "label": "Awake People", "columns": ["fullname", "age"], "filter": "statecode eq 0", "order": "lastname asc, age desc"},
    {"name": "all", "label": "All People", "columns": ["fullname"], "default": true}
  ]
})"}};
  return files;
}

Schema small_schema() {
  auto schema = Schema::load(small_files());
  REQUIRE_MESSAGE(schema.ok(), schema.error().message);
  return *std::move(schema);
}

std::string replaced_once(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  REQUIRE_MESSAGE(text.find(from, at + 1) == std::string::npos, from);
  return text.replace(at, from.size(), to);
}

// `file` holds `from` once; with `to` in its place the schema is refused with exactly this message.
struct Refusal {
  std::string_view file, from, to, message;
};

void check_refused(const std::vector<Schema::File>& files, std::string_view message) {
  const auto schema = Schema::load(files);
  REQUIRE_FALSE(schema.ok());
  CHECK(schema.error().code == ErrorCode::schema_invalid);
  CHECK(schema.error().message == message);
}

void check_refused(const Refusal& refusal) {
  CAPTURE(refusal.from);
  CAPTURE(refusal.to);
  auto files = small_files();
  const auto file = std::find_if(files.begin(), files.end(), [&](const auto& f) { return f.name == refusal.file; });
  REQUIRE(file != files.end());
  file->text = replaced_once(file->text, refusal.from, refusal.to);
  check_refused(files, refusal.message);
}

// The message of one mistake in person.json, for which the place stands in front.
void check_person(std::string_view from, std::string_view to, const std::string& place_and_reason) {
  check_refused({"person.json", from, to, "person.json: " + place_and_reason});
}

TEST_SUITE("load_schema") {
  // --- What a schema becomes ---

  TEST_CASE("a table has its id first, then its columns with groups in their place, twins behind money, states last") {
    const auto schema = small_schema();
    const auto& person = *schema.find("person");
    std::vector<std::string> names;
    for (const auto& column : person.columns) {
      CHECK(column.index == names.size());
      CHECK(person.find_column(column.name) == &column);
      names.push_back(column.name);
    }
    CHECK(names == std::vector<std::string>{"personid", "firstname", "lastname", "fullname", "note", "shoes", "mood",
                                            "age", "share", "wealth", "wealth_base", "is_happy", "friendid", "guests",
                                            "home_city", "transactioncurrencyid", "exchangerate", "statecode",
                                            "statuscode"});
    CHECK(person.id_column().type == ColumnType::id);
    CHECK(person.find_column("home_city")->label == "Home: City");
    CHECK(person.find_column("transactioncurrencyid")->relationship == "currency_person");
    CHECK(person.columns[*person.currency].name == "transactioncurrencyid");
    CHECK(person.columns[*person.exchange_rate].name == "exchangerate");
    CHECK_FALSE(person.owner.has_value());
    CHECK(schema.number() == 7);
    CHECK(schema.files().size() == 3);
  }

  TEST_CASE("ranges and defaults are held scaled") {
    const auto schema = small_schema();
    const auto& person = *schema.find("person");
    const auto& share = *person.find_column("share");
    CHECK(share.min == -500);
    CHECK(share.max == 1500);
    CHECK(share.default_value == 125);
    const auto& wealth = *person.find_column("wealth");
    CHECK(wealth.scale == 2);
    CHECK(wealth.max == 92'233'720'368'547'700);
    const auto& base = *person.find_column("wealth_base");
    CHECK(base.base_of == "wealth");
    CHECK(base.base_of_index == wealth.index);
    CHECK(base.origin == Origin::computed);
    CHECK(person.computed == std::vector<ColumnIndex>{3, base.index});
    CHECK(person.find_column("is_happy")->default_value == 1);
    CHECK(person.find_column("shoes")->default_value == 2);
    CHECK_FALSE(person.find_column("mood")->default_value.has_value());
    CHECK(person.find_column("age")->max == 150);
  }

  TEST_CASE("states bring their statuses; the first of each state is its default") {
    const auto schema = small_schema();
    const auto& person = *schema.find("person");
    CHECK(person.columns[*person.state].default_value == 0);
    CHECK(person.columns[*person.status].default_value == 1);
    CHECK(person.columns[*person.status].find_option(3)->state == 1);
    CHECK(person.default_status(1)->value == 3);
    CHECK(person.default_status(2) == nullptr);
  }

  TEST_CASE("lookups are found by value name and navigation, and by nothing like them") {
    const auto schema = small_schema();
    const auto& person = *schema.find("person");
    const auto* friend_column = person.find_column("friendid");
    CHECK(friend_column->is_polymorphic());
    CHECK(friend_column->relationships == std::vector<std::string>{"person_friend_person", "person_friend_currency"});
    CHECK(person.find_lookup_value("_friendid_value") == friend_column);
    for (const auto name : {"_lastname_value", "friendid", "_value", "__value", "_friendid_", "_friendid_valu", ""}) {
      CHECK(person.find_lookup_value(name) == nullptr);
    }
    const auto navigation = person.find_navigation("friendid_currency");
    REQUIRE(navigation.has_value());
    CHECK(navigation->column == friend_column);
    CHECK(navigation->target == TableNumber(9003));
    CHECK(person.find_navigation("transactioncurrencyid")->target == TableNumber(9003));
    CHECK_FALSE(person.find_navigation("friendid").has_value());
  }

  TEST_CASE("texts that are searched or sorted by are folded, and no others") {
    const auto schema = small_schema();
    std::vector<std::string> folded;
    for (const auto& column : schema.find("person")->columns) {
      if (column.folded) folded.push_back(column.name);
    }
    CHECK(folded == std::vector<std::string>{"lastname", "fullname", "note"});
  }

  TEST_CASE("views are found by name and label; the marked one is the default, else the first, else one is made") {
    const auto schema = small_schema();
    const auto& person = *schema.find("person");
    CHECK(person.default_view().name == "all");
    const auto* awake = person.find_view("awake PEOPLE");
    REQUIRE(awake != nullptr);
    CHECK(awake->name == "awake");
    CHECK(awake->filter == "statecode eq 0");
    REQUIRE(awake->order.size() == 2);
    CHECK(person.columns[awake->order[0].column].name == "lastname");
    CHECK(awake->order[1].descending);
    CHECK(person.find_view("none") == nullptr);
    const auto& currency = *schema.find("currency");
    CHECK(currency.default_view().label == "All Currencies");
    CHECK(currency.default_view().columns == std::vector<ColumnIndex>{1});

    auto files = small_files();
    files[2].text = replaced_once(files[2].text, R"(, "default": true}
  ])",
                                  "}\n  ]");
    const auto other = Schema::load(files);
    REQUIRE(other.ok());
    CHECK(other->find("person")->default_view().name == "awake");
  }

  TEST_CASE("tables are sorted by number and found by number, name and set") {
    const auto schema = small_schema();
    REQUIRE(schema.tables().size() == 2);
    CHECK(schema.tables()[0].name == "person");
    CHECK(schema.find(TableNumber(9003)) == schema.find_set("currencies"));
    CHECK(&schema.at(TableNumber(9001)) == schema.find("person"));
    CHECK(schema.find(TableNumber(1)) == nullptr);
    CHECK(schema.find("people") == nullptr);
    CHECK(schema.find_set("person") == nullptr);
  }

  TEST_CASE("an empty schema is one without tables, and a moved one keeps its indexes") {
    const auto empty = Schema::load({});
    REQUIRE(empty.ok());
    CHECK(empty->tables().empty());
    CHECK(empty->number() == 1);
    auto schema = small_schema();
    const Schema moved = std::move(schema);
    CHECK(moved.find("person")->find_column("age")->label == "Age");
    const Schema copy = moved;
    CHECK(copy.find("person") != moved.find("person"));
  }

  // --- What is refused ---

  TEST_CASE("damaged files are refused with their name") {
    check_person(R"("views": [)", R"("views": )",
                 "In the JSON, line 26, column 5: a member name in quotes was expected.");
    check_refused({"shared.json", R"("number": 7)", R"("number": 0)",
                   "shared.json: number: must be a whole number from 1 to 9223372036854775807"});
    check_refused({"shared.json", R"("number": 7,)", R"("number": 7, "group": {},)",
                   R"(shared.json: shared.json has no member "group")"});
    check_refused(
        {"shared.json", R"("value": 2,)", R"("value": 1,)", "shared.json: options.size[1].value: 1 comes twice"});
    auto files = small_files();
    files.push_back(files[0]);
    check_refused(files, "shared.json: comes twice");
    files = small_files();
    files[1].text = "[]";
    check_refused(files, "currency.json: a table must be an object");
    files[1].text.assign(kSchemaFileBytesMax + 1, ' ');
    check_refused(files, "currency.json: is too large");
    files.assign(kSchemaTablesMax + 2, {"x.json", "{}"});
    check_refused(files, "The schema has too many files.");
  }

  TEST_CASE("a table's head is complete, and nothing of it is taken") {
    check_person(R"("load_rank": 30)", R"("loadrank": 30)", R"(a table has no member "loadrank")");
    check_person(R"("name": "person", )", "", R"("name" is missing)");
    check_person(R"("number": 9001, )", "", R"("number" is missing)");
    check_person(R"("number": 9001)", R"("number": "9001")", "number: must be a whole number from 1 to 2147483647");
    check_person(R"("label": "Person")", R"("label": "")", "label: must be a text");
    check_person(R"("ownership": "none")", R"("ownership": "all")",
                 R"(ownership: "all" is none of: user, organization, business, none)");
    check_person(R"("name": "person")", R"("name": "currency")", R"(name: there are two tables "currency")");
    check_person(R"("number": 9001)", R"("number": 9003)", "number: 9003 is the number of currency too");
    check_person(R"("set": "people")", R"("set": "currencies")", R"(set: "currencies" is the set of currency too)");
    check_person(R"("load_rank": 30)", R"("is_activity": 1)", "is_activity: must be true or false");
    check_person(R"("ownership": "none")", R"("ownership": "user")",
                 R"(ownership: a table whose rows users own has ownerid and owningbusinessunit; include "owned")");
    check_person(R"("load_rank": 30)", R"("is_intersect": true)",
                 "is_intersect: such a table has exactly two required lookups");
    check_person(
        R"("name": "person")", R"("name": "Person")",
        R"(name: "Person" is no name: it begins with a letter from a to z, goes on with those, digits and single )"
        "underscores, and has at most 56 characters");
  }

  TEST_CASE("names that SQL couldn't carry are refused") {
    for (const auto& name : std::vector<std::string>{"a__b", "a_", "1a", "a-b", "ä", "a b", std::string(57, 'a')}) {
      CAPTURE(name);
      auto files = small_files();
      files[2].text = replaced_once(files[2].text, R"("name": "age")", "\"name\": \"" + name + "\"");
      const auto schema = Schema::load(files);
      REQUIRE_FALSE(schema.ok());
      CHECK(schema.error().message.starts_with("person.json: columns[6].name: \"" + name + "\" is no name"));
    }
    check_person(R"("name": "age")", R"("name": "version")", R"(columns[6].name: "version" is reserved)");
  }

  TEST_CASE("a column has what its type has, once") {
    check_person(R"("name": "mood")", R"("name": "note")", R"(columns[5]: there are two columns "note")");
    check_person(R"("name": "note")", R"("name": "wealth_base")", R"(columns[8]: there are two columns "wealth_base")");
    check_person(R"("name": "note")", R"("name": "statecode")", R"(states: there are two columns "statecode")");
    check_person(R"("name": "note")", R"("name": "personid")", R"(columns[3]: there are two columns "personid")");
    check_person(R"("type": "memo")", R"("type": "colour")",
                 R"(columns[3].type: "colour" is none of: text, memo, integer, bigint, decimal, money, boolean, date, )"
                 "datetime, choice, lookup, party_list, image");
    check_person(R"("type": "memo", "length": 2000)", R"("type": "date", "length": 2000)",
                 R"(columns[3]: a column of type date has no member "length")");
    check_person(R"("type": "memo", "length": 2000)", R"("type": "memo", "lenght": 2000)",
                 R"(columns[3]: a column of type memo has no member "lenght")");
    check_person(R"(, "length": 2000)", "", R"(columns[3]: "length" is missing)");
    check_person(R"("length": 2000)", R"("length": 0)", "columns[3].length: must be a whole number from 1 to 1048576");
    check_person(
        R"("length": 2000)", R"("length": 2000, "format": "pretty")",
        R"(columns[3].format: "pretty" is none of: email, phone, url, duration, html, version, sets, conflict_rules)");
    check_person(R"("length": 2000)", R"("length": 2000, "origin": "god")",
                 R"(columns[3].origin: "god" is none of: user, server, computed, create)");
    check_person(R"("required": "required")", R"("required": "yes")",
                 R"(columns[1].required: "yes" is none of: none, recommended, required)");
    check_person(R"("label": "Note", )", "", R"(columns[3]: "label" is missing)");
    check_person(R"("label": "Note")", R"("label": "{where} Note")",
                 "columns[3].label: nothing says what {where} stands for");
  }

  TEST_CASE("ranges fit their numbers") {
    check_person(R"("min": 0, "max": 150)", R"("min": 0, "max": 2147483648)",
                 "columns[6]: an integer has 32 bits at most");
    check_person(R"("min": 0, "max": 150)", R"("min": 151, "max": 150)", R"(columns[6]: "min" is above "max")");
    check_person(R"("min": 0, "max": 150)", R"("min": "0", "max": 150)", "columns[6].min: must be a number");
    check_person(R"("scale": 3)", R"("scale": 11)", "columns[7].scale: must be a whole number from 0 to 10");
    check_person(R"("max": 1.5)", R"("max": 9.3e15)",
                 "columns[7].max: does not fit a 64-bit number with 3 digits behind the point");
    check_person(
        R"("scale": 3, "min": -0.5, "max": 1.5, "default": 0.125)", R"("scale": 8)",
        R"(columns[7]: "min" is missing: the usual range does not fit a 64-bit number with 8 digits behind the point)");
    check_person(R"("default": 0.125)", R"("default": 1.501)", R"(columns[7].default: is not between "min" and "max")");
    check_person(R"("type": "money")", R"("type": "money", "scale": 5)",
                 "columns[8].scale: must be a whole number from 0 to 4");
    check_person(R"(,
    {"include": "money"})",
                 "", R"(columns: money needs transactioncurrencyid and exchangerate beside it; include "money")");
  }

  TEST_CASE("options are there, once each") {
    check_person(R"("options": "size", "default": 2)", R"("default": 2)", R"(columns[4]: "options" is missing)");
    check_person(R"("options": "size")", R"("options": "sizes")",
                 R"(columns[4].options: shared.json has no options called "sizes")");
    check_person(R"("default": 2)", R"("default": 3)", "columns[4].default: is none of the options");
    check_person(R"([{"value": 5, "label": "Fair"}])", "[]", "columns[5].options: a choice has at least one");
    check_person(R"([{"value": 5, "label": "Fair"}])",
                 R"([{"value": 5, "label": "Fair"}, {"value": 5, "label": "Foul"}])",
                 "columns[5].options[1].value: 5 comes twice");
    check_person(R"([{"value": 5, "label": "Fair"}])",
                 R"([{"value": 5, "label": "Fair"}, {"value": 6, "label": "Fair"}])",
                 R"(columns[5].options[1].label: "Fair" comes twice)");
    check_person(R"([{"value": 5, "label": "Fair"}])", R"([{"value": 5.5, "label": "Fair"}])",
                 "columns[5].options[0].value: must be a whole number from -2147483648 to 2147483647");
    check_person(R"([{"value": 5, "label": "Fair"}])", R"([{"value": 5}])",
                 R"(columns[5].options[0]: "label" is missing)");
    check_person(R"("type": "boolean")", R"("type": "boolean", "options": "size")",
                 "columns[9].options: a boolean has two: value 0 and value 1");
    check_person(R"("type": "boolean", "default": true)", R"("type": "boolean", "default": 1)",
                 "columns[9].default: must be true or false");
  }

  TEST_CASE("lookups lead somewhere, by names of their own") {
    check_person(R"(["person", "currency"])", R"(["person", "curency"])",
                 R"(columns[10].targets[1]: there is no table "curency")");
    check_person(R"(["person", "currency"])", R"(["person", "person"])",
                 R"(columns[10].targets[1]: "person" comes twice)");
    check_person(R"(["person", "currency"])", "[]", "columns[10].targets: must name at least one table");
    check_person(R"(["person", "currency"])", R"("person")", "columns[10].targets: must be a list");
    check_person(R"(, "relationship": "person_friend_{target}")", "", R"(columns[10]: "relationship" is missing)");
    check_person(R"("person_friend_{target}")", R"("person_{tagret}")",
                 "columns[10].relationship: nothing says what {tagret} stands for");
    check_person(R"("person_friend_{target}")", R"(["a"])",
                 R"(columns[10].relationship: must have as many entries as "targets")");
    check_person(
        R"("person_friend_{target}")", R"("currency_person")",
        R"(columns: the relationship "currency_person" of "transactioncurrencyid" is the name of another one too)");
    check_person(R"("person_friend_{target}")", R"("x", "navigation": "age")",
                 R"(columns: the navigation "age" of "friendid" is the name of something else too)");
    check_person(
        R"("person_friend_{target}")", R"("x", "navigation": "transactioncurrencyid")",
        R"(columns: the navigation "transactioncurrencyid" of "transactioncurrencyid" is the name of something else too)");
    check_person(R"("person_friend_{target}")", R"("x", "on_delete": "explode")",
                 R"(columns[10].on_delete: "explode" is none of: clear, cascade, restrict)");
    check_person(R"("participation": 5)", R"("participation": 13)",
                 "columns[11].participation: must be a whole number from 1 to 12");
    check_person(R"("targets": ["person"], "participation")", R"("targets": ["people"], "participation")",
                 R"(columns[11].targets[0]: there is no table "people")");
  }

  TEST_CASE("groups exist, and their words mean something") {
    check_person(R"({"include": "money"})", R"({"include": "mony"})",
                 R"(columns[13].include: shared.json has no group "mony")");
    check_person(R"({"include": "money"})", R"({"include": "money", "name": "x"})",
                 R"(columns[13]: an include has no member "name")");
    check_person(R"("where": "home", )", R"("were": "home", )", "columns[12].with.were: the group has no such word");
    check_refused({"person.json", R"("where": "home", )", "",
                   "shared.json: groups.place[0].name: nothing says what {where} stands for (included by person)"});
    check_refused(
        {"person.json", R"({"include": "money"})", R"({"include": "unused"}, {"include": "money"})",
         R"(shared.json: groups.unused[0].type: "colour" is none of: text, memo, integer, bigint, decimal, money, )"
         "boolean, date, datetime, choice, lookup, party_list, image (included by person)"});
    check_refused({"person.json", R"({"include": "money"})",
                   R"({"include": "money"}, {"include": "place", "with": {"where": "home", "Label": "x"}})",
                   R"(shared.json: groups.place[0]: there are two columns "home_city" (included by person))"});
  }

  TEST_CASE("joined columns are texts that people write, and fit") {
    check_person(R"("length": 101)", R"("length": 100)", R"(columns[2].join: can be longer (101) than "length")");
    check_person(R"(["firstname", " ", "lastname"])", R"(["firstname", "lastname"])",
                 "columns[2].join: must be columns with a separator between each two");
    check_person(R"(["firstname", " ", "lastname"])", R"(["firstname", " ", "surname"])",
                 R"(columns[2].join[2]: there is no column "surname")");
    check_person(R"(["firstname", " ", "lastname"])", R"(["age", " ", "lastname"])",
                 "columns[2].join[0]: only texts that people write can be joined");
    check_person(R"("origin": "computed", )", "",
                 R"(columns[2]: a column of origin "computed" has a "join", and no other has)");
  }

  TEST_CASE("states and statuses are there, once each") {
    check_person(R"("value": 1, "label": "Asleep")", R"("value": 0, "label": "Asleep")",
                 "states[1].value: there are two states 0");
    check_person(R"({"value": 3, "label": "Dreaming"})", R"({"value": 2, "label": "Dreaming"})",
                 "states[1].statuses[0].value: there are two statuses 2");
    check_person(R"([{"value": 3, "label": "Dreaming"}])", "[]", "states[1].statuses: a state has at least one");
    check_person(R"("value": 1, "label": "Asleep")", R"("value": -1, "label": "Asleep")",
                 "states[1].value: a state's number is not negative");
    check_person(R"({"value": 3, "label": "Dreaming"})", R"({"value": 3, "label": "Dreaming", "state": 1})",
                 R"(states[1].statuses[0]: a status has no member "state")");
    check_person(R"("name": "note", "label": "Note", "type": "memo")",
                 R"("name": "versionnumber", "label": "Note", "type": "memo")",
                 R"(columns: "versionnumber" is of another type than it must be)");
  }

  TEST_CASE("views and quick find name columns that exist") {
    check_person(R"("primary_name": "fullname")", R"("primary_name": "name")",
                 R"(primary_name: there is no column "name")");
    check_person(R"("primary_name": "fullname")", R"("primary_name": "note")",
                 "primary_name: must be a column of type text");
    check_person(R"(["fullname", "note"])", R"(["fullname", "nota"])", R"(quick_find[1]: there is no column "nota")");
    check_person(R"(["fullname", "note"])", R"(["fullname", "fullname"])", "quick_find[1]: comes twice");
    check_person(R"(["fullname", "note"])", R"(["fullname", "age"])", "quick_find[1]: only texts can be found quickly");
    check_person(R"(["fullname", "age"])", R"(["fullname", "years"])",
                 R"(views[0].columns[1]: there is no column "years")");
    check_person(R"(["fullname", "age"])", "[]", "views[0].columns: a view has at least one");
    check_person(R"("lastname asc, age desc")", R"("lastname asc, years desc")",
                 R"(views[0].order: there is no column "years")");
    check_person(R"("lastname asc, age desc")", R"("lastname up")",
                 R"(views[0].order: "lastname up" is no order: expected a column, then asc or desc)");
    check_person(R"("lastname asc, age desc")", R"("lastname asc,")",
                 R"(views[0].order: "" is no order: expected a column, then asc or desc)");
    check_person(R"("lastname asc, age desc")", R"("age asc, age desc")", R"(views[0].order: "age" comes twice)");
    check_person(R"("lastname asc, age desc")", R"("friendid asc")",
                 R"(views[0].order: a list can't be sorted by "friendid", which has no order)");
    check_person(R"("name": "awake")", R"("name": "all")", R"(views[1].name: there are two views "all")");
    check_person(R"("label": "All People")", R"("label": "Awake People")",
                 R"(views[1].label: there are two views labelled "Awake People")");
    check_person(R"("filter": "statecode eq 0")", R"("default": true)",
                 "views[1].default: another view is the default already");
    check_person(R"("filter")", R"("where")", R"(views[0]: a view has no member "where")");
  }

  TEST_CASE("nothing grows without end") {
    auto files = small_files();
    std::string columns, options, views;
    for (std::size_t i = 0; i < kSchemaColumnsMax; ++i) {
      columns += R"({"name": "c)" + std::to_string(i) + R"(", "label": "C", "type": "date"}, )";
    }
    check_person(R"({"include": "money"})", columns + R"({"include": "money"})",
                 "columns[998]: the table has too many columns");
    for (std::size_t i = 0; i <= kSchemaOptionsMax; ++i) {
      const auto number = std::to_string(i);
      options += (i == 0 ? "" : ", ") + (R"({"value": )" + number + R"(, "label": ")" + number + "\"}");
    }
    check_person(R"([{"value": 5, "label": "Fair"}])", "[" + options + "]",
                 "columns[5].options[2000]: too many options");
    for (std::size_t i = 0; i < kSchemaViewsMax; ++i) {
      views += R"({"name": "v)" + std::to_string(i) + R"(", "label": "V)" + std::to_string(i) +
               R"(", "columns": ["age"]}, )";
    }
    check_person(R"({"name": "all")", views + R"({"name": "all")", "views[200]: too many views");
  }

  // Cuts, flips and shuffles bytes. Whatever comes of it, the loader answers, and names a file.
  TEST_CASE("whatever happens to the files, the answer is a schema or a place") {
    constexpr std::uint64_t kSeed = 20261123;
    SeededRandom random(kSeed);
    for (int round = 0; round < 3000; ++round) {
      auto files = small_files();
      auto& text = files[random.below(files.size())].text;
      for (auto edits = random.below(4) + 1; edits > 0; --edits) {
        const auto at = random.below(text.size());
        const auto size = random.below(12) + 1;
        const std::string piece = text.substr(random.below(text.size()), size);
        const auto cut = random.below(12);
        text.replace(at, cut, random.one_in(2) ? piece : std::string());
      }
      const auto schema = Schema::load(files);
      if (schema.ok()) continue;
      CAPTURE(round);
      CHECK(schema.error().code == ErrorCode::schema_invalid);
      CHECK_MESSAGE(schema.error().message.find(".json: ") != std::string::npos, schema.error().message);
    }
  }
}

}  // namespace
}  // namespace satchel::model
