// SPDX-License-Identifier: Apache-2.0
#include "device/door/schema_json.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/sort.h"
#include "device/door/charts.h"
#include "model/rules.h"

namespace satchel::device::door {
namespace {

using model::Column;
using model::ColumnType;
using model::Table;

constexpr std::array<std::string_view, 16> kTypeNames{
    "id",   "text",     "memo",   "integer", "bigint", "decimal", "money",      "boolean",
    "date", "datetime", "choice", "state",   "status", "lookup",  "party_list", "image"};
constexpr std::array<std::string_view, 3> kRequiredNames{"none", "recommended", "required"};

bool is_sortable(const Column& column) {
  return column.index != 0 && column.type != ColumnType::party_list && column.type != ColumnType::memo &&
         column.type != ColumnType::image && (column.type != ColumnType::text || column.folded);
}

Json options_of(const Column& column) {
  auto options = Json::array();
  for (const auto& option : column.options) {
    auto json = Json::object();
    json.set("value", option.value);
    json.set("label", option.label);
    if (option.state >= 0) json.set("state", option.state);
    options.push_back(std::move(json));
  }
  return options;
}

Json bound(const Column& column, std::int64_t value) {
  if (column.scale == 0) return Json(value);
  return Json(Json::Digits{model::format_scaled(value, column.scale)});
}

Json column_json(const model::Schema& schema, const Column& column) {
  auto json = Json::object();
  json.set("name", column.name);
  json.set("label", column.label);
  json.set("type", kTypeNames[static_cast<std::size_t>(column.type)]);
  json.set("required", kRequiredNames[static_cast<std::size_t>(column.required)]);
  json.set("writable", column.origin == model::Origin::user || column.origin == model::Origin::create);
  if (column.origin == model::Origin::create) json.set("only_at_create", true);
  if (column.hidden) json.set("hidden", true);
  if (column.is_text() && column.length_max > 0) json.set("length_max", column.length_max);
  if (column.type == ColumnType::decimal || column.type == ColumnType::money) json.set("scale", column.scale);
  if (column.min < column.max) {
    json.set("min", bound(column, column.min));
    json.set("max", bound(column, column.max));
  }
  if (column.default_value) json.set("default", *column.default_value);
  if (!column.format.empty()) json.set("format", column.format);
  if (!column.options.empty()) json.set("options", options_of(column));
  if (!column.targets.empty()) {
    auto targets = Json::array();
    for (const auto target : column.targets)
      if (const auto* table = schema.find(target)) targets.push_back(table->set);
    json.set("targets", std::move(targets));
  }
  json.set("sortable", is_sortable(column));
  return json;
}

Json names_of(const Table& table, const std::vector<model::ColumnIndex>& columns) {
  auto names = Json::array();
  for (const auto index : columns) names.push_back(table.columns[index].name);
  return names;
}

Json view_json(const Table& table, const model::View& view) {
  auto json = Json::object();
  json.set("name", view.name);
  json.set("label", view.label);
  json.set("columns", names_of(table, view.columns));
  auto orders = Json::array();
  for (const auto& order : view.order) {
    auto item = Json::object();
    item.set("column", table.columns[order.column].name);
    item.set("descending", order.descending);
    orders.push_back(std::move(item));
  }
  json.set("order", std::move(orders));
  json.set("is_default", view.is_default);
  return json;
}

Json related_json(const model::Schema& schema, const model::RelatedList& related) {
  const auto& table = *schema.find(related.table);
  auto json = Json::object();
  json.set("name", related.relationship);
  json.set("label", related.label);
  json.set("set", table.set);
  json.set("column", table.columns[related.lookup].name);
  json.set("columns", names_of(table, related.columns));
  return json;
}

Json form_json(const model::Schema& schema, const Table& table) {
  const auto& form = table.form;
  auto json = Json::object();
  json.set("header", names_of(table, form.header));
  auto sections = Json::array();
  for (const auto& section : form.sections) {
    auto item = Json::object();
    item.set("label", section.label);
    item.set("columns", names_of(table, section.columns));
    sections.push_back(std::move(item));
  }
  json.set("sections", std::move(sections));
  auto related = Json::array();
  for (const auto& list : form.related) related.push_back(related_json(schema, list));
  json.set("related", std::move(related));
  json.set("timeline", form.has_timeline);
  json.set("quick_create", names_of(table, form.quick_create));
  return json;
}

// In the order of the menu; those that are not in it come last, as they stand in the schema.
std::vector<const Table*> in_menu_order(const model::Schema& schema) {
  std::vector<const Table*> tables;
  for (const auto& table : schema.tables())
    if (!table.is_derived && !table.is_intersect) tables.push_back(&table);
  const auto rank = [](const Table* table) { return table->menu_rank.value_or(std::numeric_limits<int>::max()); };
  satchel::sort(tables, [&](const Table* a, const Table* b) { return rank(a) < rank(b); });
  return tables;
}

Json table_json(const model::Schema& schema, const Table& table) {
  auto json = Json::object();
  json.set("set", table.set);
  json.set("name", table.name);
  json.set("label", table.label);
  json.set("plural", table.plural);
  json.set("is_activity", table.is_activity);
  json.set("primary_name", table.primary_name ? table.columns[*table.primary_name].name : std::string());
  auto columns = Json::array();
  for (const auto& column : table.columns)
    if (column.index != 0) columns.push_back(column_json(schema, column));
  json.set("columns", std::move(columns));
  auto views = Json::array();
  for (const auto& view : table.views) views.push_back(view_json(table, view));
  json.set("views", std::move(views));
  json.set("form", form_json(schema, table));
  json.set("in_menu", table.menu_rank.has_value());
  auto can = Json::object();
  for (const auto* verb : {"create", "write", "remove"}) can.set(verb, is_writable(table));
  json.set("can", std::move(can));
  if (table.state) json.set("state", table.columns[*table.state].name);
  if (table.status) json.set("status", table.columns[*table.status].name);
  if (table.currency) json.set("currency", table.columns[*table.currency].name);
  if (!table.images.empty()) json.set("image", table.columns[table.images[0].image].name);
  return json;
}

}  // namespace

bool is_writable(const Table& table) { return table.ownership == model::Ownership::user && !table.is_derived; }

Json schema_json(const model::Schema& schema) {
  auto tables = Json::array();
  for (const auto* table : in_menu_order(schema)) tables.push_back(table_json(schema, *table));
  auto json = Json::object();
  json.set("number", schema.number());
  json.set("tables", std::move(tables));
  json.set("charts", charts_json(schema));
  return json;
}

}  // namespace satchel::device::door
