// SPDX-License-Identifier: Apache-2.0
#include "device/door/schema_json.h"

#include <array>

#include "device/door/default_form.h"
#include "model/rules.h"

namespace satchel::device::door {
namespace {

using model::Column;
using model::ColumnType;
using model::Table;

constexpr std::array<std::string_view, 15> kTypeNames{"id",      "text",  "memo",    "integer", "bigint",
                                                      "decimal", "money", "boolean", "date",    "datetime",
                                                      "choice",  "state", "status",  "lookup",  "party_list"};
constexpr std::array<std::string_view, 3> kRequiredNames{"none", "recommended", "required"};

bool is_sortable(const Column& column) {
  return column.index != 0 && column.type != ColumnType::party_list && column.type != ColumnType::memo &&
         (column.type != ColumnType::text || column.folded);
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

// What people go to by themselves; notes are found under the record that they are about.
bool is_in_menu(const Table& table) {
  return table.ownership == model::Ownership::user && !table.is_intersect && table.name != "annotation";
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
  json.set("form", default_form(schema, table));
  json.set("in_menu", is_in_menu(table));
  auto can = Json::object();
  for (const auto* verb : {"create", "write", "remove"}) can.set(verb, is_writable(table));
  json.set("can", std::move(can));
  if (table.state) json.set("state", table.columns[*table.state].name);
  if (table.status) json.set("status", table.columns[*table.status].name);
  if (table.currency) json.set("currency", table.columns[*table.currency].name);
  return json;
}

}  // namespace

bool is_writable(const Table& table) { return table.ownership == model::Ownership::user && !table.is_derived; }

Json schema_json(const model::Schema& schema) {
  auto tables = Json::array();
  for (const auto& table : schema.tables())
    if (!table.is_derived && !table.is_intersect) tables.push_back(table_json(schema, table));
  auto json = Json::object();
  json.set("number", schema.number());
  json.set("tables", std::move(tables));
  json.set("charts", Json::array());
  return json;
}

}  // namespace satchel::device::door
