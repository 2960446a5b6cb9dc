// SPDX-License-Identifier: Apache-2.0
#include "device/door/default_form.h"

#include <algorithm>

namespace satchel::device::door {
namespace {

using model::Column;
using model::ColumnIndex;
using model::ColumnType;
using model::Table;

constexpr std::size_t kHeaderColumns = 4;
constexpr std::size_t kQuickCreateColumns = 8;
constexpr std::size_t kRelatedColumns = 4;

// Columns in order, each once.
class Columns {
 public:
  void add(ColumnIndex column) {
    if (!has(column)) indexes_.push_back(column);
  }
  bool has(ColumnIndex column) const { return std::find(indexes_.begin(), indexes_.end(), column) != indexes_.end(); }
  std::size_t size() const { return indexes_.size(); }
  Json names(const Table& table) const {
    auto names = Json::array();
    for (const auto index : indexes_) names.push_back(table.columns[index].name);
    return names;
  }

 private:
  std::vector<ColumnIndex> indexes_;
};

bool is_typed(const Column& column) {
  return column.index != 0 && !column.hidden && column.origin == model::Origin::user && column.base_of.empty() &&
         column.type != ColumnType::state;
}

bool is_kept_by_server(const Table& table, const Column& column) {
  return column.index == table.created_on || column.index == table.created_by || column.index == table.modified_on ||
         column.index == table.modified_by || column.index == table.owner || column.index == table.status;
}

bool is_address(const Column& column) { return column.name.rfind("address", 0) == 0; }

// The columns in which the name is typed: "First Name" and "Last Name" where the name itself is computed.
void add_name(const Table& table, Columns& out) {
  if (!table.primary_name) return;
  const auto& name = table.columns[*table.primary_name];
  for (const auto part : name.join_columns) out.add(part);
  if (is_typed(name)) out.add(name.index);
}

Columns summary_of(const Table& table) {
  Columns out;
  add_name(table, out);
  const auto add = [&](const Column& column) {
    if (is_typed(column) && !is_kept_by_server(table, column) && !is_address(column) && column.type != ColumnType::memo)
      out.add(column.index);
  };
  for (const auto& column : table.columns)
    if (column.required == model::Required::required) add(column);
  for (const auto& view : table.views)
    for (const auto index : view.columns) add(table.columns[index]);
  for (const auto index : table.quick_find) add(table.columns[index]);
  for (const auto& column : table.columns)
    if (column.required == model::Required::recommended) add(column);
  return out;
}

Json header_of(const Table& table) {
  Columns out;
  if (table.status) out.add(*table.status);
  if (!table.views.empty())
    for (const auto index : table.default_view().columns) {
      const auto type = table.columns[index].type;
      const bool tells = type == ColumnType::money || type == ColumnType::date || type == ColumnType::datetime ||
                         type == ColumnType::lookup || type == ColumnType::choice;
      if (tells && out.size() + 1 < kHeaderColumns && index != table.owner) out.add(index);
    }
  if (table.owner) out.add(*table.owner);
  return out.names(table);
}

Json sections_of(const Table& table) {
  auto sections = Json::array();
  const auto add = [&](std::string_view label, const Columns& columns) {
    if (columns.size() == 0) return;
    auto section = Json::object();
    section.set("label", label);
    section.set("columns", columns.names(table));
    sections.push_back(std::move(section));
  };
  const auto summary = summary_of(table);
  Columns address, details, administration;
  for (const auto& column : table.columns) {
    if (summary.has(column.index)) continue;
    if (is_kept_by_server(table, column) && !column.hidden) administration.add(column.index);
    else if (!is_typed(column)) continue;
    else if (is_address(column)) address.add(column.index);
    else details.add(column.index);
  }
  add("Summary", summary);
  add("Address", address);
  add("Details", details);
  add("Administration", administration);
  return sections;
}

bool leads_to(const Column& column, const Table& target) {
  return std::find(column.targets.begin(), column.targets.end(), target.number) != column.targets.end();
}

bool is_listed(const Table& table) {
  return table.ownership == model::Ownership::user && !table.is_activity && !table.is_derived && !table.is_intersect &&
         table.name != "annotation";
}

Json related_json(const Table& table, const Column& column, const Table& target, bool is_only_one) {
  const auto at = std::find(column.targets.begin(), column.targets.end(), target.number) - column.targets.begin();
  const auto index = static_cast<std::size_t>(at);
  auto json = Json::object();
  json.set("name", index < column.relationships.size() ? column.relationships[index] : column.relationship);
  json.set("label", is_only_one ? table.plural : table.plural + " (" + column.label + ")");
  json.set("set", table.set);
  json.set("column", column.name);
  Columns shown;
  if (!table.views.empty())
    for (const auto shown_index : table.default_view().columns)
      if (shown_index != column.index && shown.size() < kRelatedColumns) shown.add(shown_index);
  json.set("columns", shown.names(table));
  return json;
}

Json related_of(const model::Schema& schema, const Table& target) {
  auto related = Json::array();
  for (const auto& table : schema.tables()) {
    if (!is_listed(table)) continue;
    std::vector<const Column*> lookups;
    for (const auto& column : table.columns)
      if (column.type == ColumnType::lookup && is_typed(column) && column.index != table.owner &&
          column.index != table.currency && leads_to(column, target))
        lookups.push_back(&column);
    for (const auto* lookup : lookups) related.push_back(related_json(table, *lookup, target, lookups.size() == 1));
  }
  return related;
}

// Records of users are what others belong to; lists under users, units and currencies would hold nearly everything.
bool has_related(const Table& table) {
  return table.ownership == model::Ownership::user || table.ownership == model::Ownership::organization;
}

bool has_timeline(const model::Schema& schema, const Table& target) {
  for (const auto& table : schema.tables()) {
    const auto* about = table.find_column(table.is_activity ? "regardingobjectid" : "objectid");
    if (about != nullptr && leads_to(*about, target)) return true;
  }
  return false;
}

Json quick_create_of(const Table& table) {
  Columns out;
  add_name(table, out);
  const auto add = [&](const Column& column) {
    if (is_typed(column) && out.size() < kQuickCreateColumns && column.index != table.owner &&
        column.index != table.status)
      out.add(column.index);
  };
  for (const auto& column : table.columns)
    if (column.required == model::Required::required && !column.default_value) add(column);
  for (const auto& column : table.columns)
    if (column.required == model::Required::recommended) add(column);
  for (const auto index : table.quick_find) add(table.columns[index]);
  if (table.is_activity)
    for (const auto* name : {"regardingobjectid", "scheduledstart", "scheduledend", "description"})
      if (const auto* column = table.find_column(name)) add(*column);
  if (const auto* company = table.find_column("parentcustomerid")) add(*company);
  return out.names(table);
}

}  // namespace

Json default_form(const model::Schema& schema, const Table& table) {
  auto form = Json::object();
  form.set("header", header_of(table));
  form.set("sections", sections_of(table));
  form.set("related", has_related(table) ? related_of(schema, table) : Json::array());
  form.set("timeline", has_timeline(schema, table));
  form.set("quick_create", quick_create_of(table));
  return form;
}

}  // namespace satchel::device::door
