// SPDX-License-Identifier: Apache-2.0
//
// Forms and charts as data: what a described form becomes, what a table without one gets, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/schema.h"

namespace satchel::model {
namespace {

// Two tables; the form and charts of the first come from the test.
Result<Schema> load_with(const std::string& form_and_charts) {
  const std::vector<Schema::File> files = {{"house.json", R"({
  "name": "house", "number": 9001, "set": "houses", "label": "House", "plural": "Houses", "ownership": "none",
  "primary_name": "name",
  "columns": [
    {"name": "name", "label": "Name", "type": "text", "length": 50, "required": "required"},
    {"name": "kind", "label": "Kind", "type": "choice", "options": [{"value": 1, "label": "Villa"}]},
    {"name": "rooms", "label": "Rooms", "type": "integer", "required": "recommended"},
    {"name": "built", "label": "Built", "type": "date"},
    {"name": "secret", "label": "Secret", "type": "text", "length": 9, "hidden": true}
  ],
  "views": [{"name": "all", "label": "All Houses", "columns": ["name", "kind", "rooms"]}])" +
                                                              form_and_charts + "}"},
                                           {"visit.json", R"({
  "name": "visit", "number": 9002, "set": "visits", "label": "Visit", "plural": "Visits", "ownership": "none",
  "is_activity": true, "primary_name": "subject",
  "columns": [
    {"name": "subject", "label": "Subject", "type": "text", "length": 50},
    {"name": "due", "label": "Due", "type": "datetime"},
    {"name": "regardingobjectid", "label": "Regarding", "type": "lookup", "targets": ["house"], "relationship": "house_visits"}
  ],
  "views": [{"name": "all", "label": "All Visits", "columns": ["subject", "regardingobjectid", "due"]}]
})"}};
  return Schema::load(files);
}

std::vector<std::string> names(const Table& table, const std::vector<ColumnIndex>& columns) {
  std::vector<std::string> out;
  for (const auto column : columns) out.push_back(table.columns[column].name);
  return out;
}

using Names = std::vector<std::string>;

void check_refused(const std::string& form_and_charts, std::string_view message) {
  const auto schema = load_with(form_and_charts);
  CAPTURE(form_and_charts);
  REQUIRE_FALSE(schema.ok());
  CHECK(schema.error().code == ErrorCode::schema_invalid);
  CHECK(schema.error().message == message);
}

TEST_CASE("a described form has its header, sections and related lists; a list without columns shows its table's") {
  const auto schema = load_with(R"(, "menu_rank": 10, "form": {
    "header": ["kind"],
    "sections": [{"label": "House", "columns": ["name", "kind"]}, {"label": "More", "columns": ["built"]}],
    "related": [{"relationship": "house_visits"}],
    "quick_create": ["name"]})");
  REQUIRE_MESSAGE(schema.ok(), schema.error().message);
  const auto& house = *schema->find("house");
  CHECK(house.menu_rank == 10);
  CHECK(names(house, house.form.header) == Names{"kind"});
  REQUIRE(house.form.sections.size() == 2);
  CHECK(house.form.sections[1].label == "More");
  CHECK(names(house, house.form.sections[0].columns) == Names{"name", "kind"});
  REQUIRE(house.form.related.size() == 1);
  const auto& related = house.form.related[0];
  const auto& visit = schema->at(related.table);
  CHECK(visit.name == "visit");
  CHECK(related.label == "Visits");
  CHECK(visit.columns[related.lookup].name == "regardingobjectid");
  CHECK(names(visit, related.columns) == Names{"subject", "due"});
  CHECK(house.form.has_timeline);
  CHECK_FALSE(visit.form.has_timeline);
}

TEST_CASE("a table without a form gets what people may write, and asks for what is required or recommended") {
  const auto schema = load_with("");
  REQUIRE_MESSAGE(schema.ok(), schema.error().message);
  const auto& house = *schema->find("house");
  CHECK_FALSE(house.menu_rank.has_value());
  CHECK(names(house, house.form.header) == Names{"kind", "rooms"});
  REQUIRE(house.form.sections.size() == 1);
  CHECK(names(house, house.form.sections[0].columns) == Names{"name", "kind", "rooms", "built"});
  CHECK(names(house, house.form.quick_create) == Names{"name", "rooms"});
}

TEST_CASE("charts count or sum by a column, dates by periods") {
  const auto schema = load_with(R"(, "charts": [
    {"name": "by_kind", "label": "By Kind", "kind": "bar", "filter": "rooms gt 1", "category": "kind", "sum": "rooms"},
    {"name": "by_month", "label": "By Month", "category": "built", "period": "month"}])");
  REQUIRE_MESSAGE(schema.ok(), schema.error().message);
  const auto& house = *schema->find("house");
  REQUIRE(house.charts.size() == 2);
  CHECK(house.charts[0].kind == ChartKind::bar);
  CHECK(house.charts[0].filter == "rooms gt 1");
  CHECK(house.columns[*house.charts[0].sum].name == "rooms");
  CHECK_FALSE(house.charts[0].period.has_value());
  CHECK(house.charts[1].kind == ChartKind::column);
  CHECK(house.charts[1].period == Period::month);
  CHECK_FALSE(house.charts[1].sum.has_value());
}

TEST_CASE("a form or chart that contradicts its table is refused with the place") {
  const auto form = [](std::string_view inner) { return R"(, "form": {)" + std::string(inner) + "}"; };
  check_refused(form(R"("sections": [{"label": "A", "columns": ["nmae"]}])"),
                R"(house.json: form.sections[0].columns[0]: there is no column "nmae")");
  check_refused(form(R"("sections": [{"label": "A", "columns": []}])"),
                "house.json: form.sections[0].columns: a section has at least one");
  check_refused(
      form(R"("sections": [{"label": "A", "columns": ["name"]}, {"label": "B", "columns": ["kind", "name"]}])"),
      R"(house.json: form.sections[1].columns: "name" stands in the form already)");
  check_refused(form(R"("sections": [], "related": [{"relationship": "house_guests"}])"),
                R"(house.json: form.related[0].relationship: there is no relationship "house_guests")");
  check_refused(
      form(R"("sections": [], "related": [{"relationship": "house_visits"}, {"relationship": "house_visits"}])"),
      "house.json: form.related[1].relationship: comes twice");
  check_refused(form(R"("sections": [], "footer": [])"), R"(house.json: form: a form has no member "footer")");

  const auto chart = [](std::string_view inner) {
    return R"(, "charts": [{"name": "c", "label": "C", )" + std::string(inner) + "}]";
  };
  check_refused(chart(R"("category": "name")"),
                "house.json: charts[0].category: rows can't be grouped by a column of this type");
  check_refused(chart(R"("category": "built")"), R"(house.json: charts[0]: a chart over time needs a "period")");
  check_refused(chart(R"("category": "kind", "period": "week")"), R"(house.json: charts[0]: "period" is for dates)");
  check_refused(chart(R"("category": "kind", "sum": "name")"), "house.json: charts[0].sum: only numbers can be summed");
  check_refused(chart(R"("category": "kind", "kind": "pie")"),
                R"(house.json: charts[0].kind: "pie" is none of: bar, column, line)");
}

TEST_CASE("the standard tables' menus, forms and charts") {
  const auto& schema = Schema::standard();
  std::vector<const Table*> menu;
  for (const auto& table : schema.tables())
    if (table.menu_rank) menu.push_back(&table);
  std::sort(menu.begin(), menu.end(), [](const Table* a, const Table* b) { return *a->menu_rank < *b->menu_rank; });
  std::string labels;
  for (const auto* table : menu) labels += table->plural + ", ";
  CHECK(labels ==
        "Accounts, Contacts, Leads, Opportunities, Cases, Tasks, Phone Calls, Appointments, Emails, Products, "
        "Competitors, ");
  for (const auto* table : menu) {
    CAPTURE(table->name);
    // What must be filled in can be filled in, on the form and in quick create; the owner fills in itself.
    for (const auto& column : table->columns) {
      if (column.required != Required::required || column.origin != Origin::user || column.hidden) continue;
      if (table->owner && column.index == *table->owner) continue;
      CAPTURE(column.name);
      const auto& quick = table->form.quick_create;
      CHECK(std::find(quick.begin(), quick.end(), column.index) != quick.end());
      CHECK(std::any_of(table->form.sections.begin(), table->form.sections.end(), [&](const FormSection& section) {
        return std::find(section.columns.begin(), section.columns.end(), column.index) != section.columns.end();
      }));
    }
  }
  CHECK(schema.find("account")->form.has_timeline);
  CHECK_FALSE(schema.find("task")->form.has_timeline);
  CHECK(schema.find("account")->form.related.size() == 4);
}

}  // namespace
}  // namespace satchel::model
