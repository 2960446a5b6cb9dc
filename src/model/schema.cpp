// SPDX-License-Identifier: Apache-2.0
#include "model/schema.h"

#include <algorithm>
#include <cassert>

#include "base/text.h"
#include "model/internal/standard.h"

namespace satchel::model {

namespace {

const Table* table_at(const std::vector<Table>& tables, const auto& index, const auto& key) {
  const auto at = index.find(key);
  return at == index.end() ? nullptr : &tables[at->second];
}

}  // namespace

// --- Column ---

bool Column::is_number() const {
  switch (type) {
    case ColumnType::id:
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::lookup:
    case ColumnType::party_list: return false;
    default: return true;
  }
}

const Option* Column::find_option(std::int64_t value) const {
  const auto at = std::find_if(options.begin(), options.end(), [value](const Option& o) { return o.value == value; });
  return at == options.end() ? nullptr : &*at;
}

// --- Table ---

const Column* Table::find_column(std::string_view column_name) const {
  // Programs know the organisation's `version`. In a database that is every row's own version, so the column has another name there.
  const bool is_product_version = column_name == "version" && name == "organization";
  const auto at = column_by_name.find(is_product_version ? "productversion" : std::string(column_name));
  return at == column_by_name.end() ? nullptr : &columns[at->second];
}

const Column* Table::find_lookup_value(std::string_view name_in_row) const {
  constexpr std::string_view kBegin = "_", kEnd = "_value";
  if (!name_in_row.starts_with(kBegin) || !name_in_row.ends_with(kEnd)) return nullptr;
  if (name_in_row.size() <= kBegin.size() + kEnd.size()) return nullptr;
  const auto* column = find_column(name_in_row.substr(1, name_in_row.size() - kBegin.size() - kEnd.size()));
  return column != nullptr && column->type == ColumnType::lookup ? column : nullptr;
}

std::optional<Table::NavigationTarget> Table::find_navigation(std::string_view navigation) const {
  for (const auto& column : columns) {
    for (std::size_t i = 0; i < column.navigation.size(); ++i) {
      if (column.navigation[i] == navigation) return NavigationTarget{&column, column.targets[i]};
    }
  }
  return std::nullopt;
}

const View* Table::find_view(std::string_view name_or_label) const {
  for (const auto& view : views) {
    if (view.name == name_or_label) return &view;
  }
  const auto key = fold_key(name_or_label);
  for (const auto& view : views) {
    if (fold_key(view.label) == key) return &view;
  }
  return nullptr;
}

const View& Table::default_view() const {
  assert(!views.empty());
  const auto at = std::find_if(views.begin(), views.end(), [](const View& view) { return view.is_default; });
  return at == views.end() ? views.front() : *at;
}

const Option* Table::default_status(std::int64_t state_value) const {
  if (!status) return nullptr;
  for (const auto& option : columns[*status].options) {
    if (option.state == state_value) return &option;
  }
  return nullptr;
}

// --- Schema ---

const Schema& Schema::standard() {
  static const auto schema = internal::load_standard();
  assert(schema.ok() && "schema/*.json are damaged; standard_schema_test says where");
  return *schema;
}

void Schema::index_names() {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    by_name_.emplace(tables_[i].name, i);
    by_set_.emplace(tables_[i].set, i);
    by_number_.emplace(tables_[i].number.value, i);
  }
}

const Table* Schema::find(TableNumber number) const { return table_at(tables_, by_number_, number.value); }
const Table* Schema::find(std::string_view name) const { return table_at(tables_, by_name_, std::string(name)); }
const Table* Schema::find_set(std::string_view set) const { return table_at(tables_, by_set_, std::string(set)); }

const Table& Schema::at(TableNumber number) const {
  const auto* table = find(number);
  assert(table != nullptr);
  return *table;
}

}  // namespace satchel::model
