// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/tables.h"

#include <algorithm>
#include <cassert>

#include "device/store/internal/words.h"

namespace satchel::device::store {

using model::Column;
using model::ColumnIndex;
using model::ColumnType;
using model::Table;
using sql::quoted;

namespace {

constexpr int kFirstValue = 4;  // parameter behind id or rowid, version, scopes

std::string assignments(const Table& table) {
  std::string out;
  int parameter = kFirstValue;
  for (const auto& stored : sql::stored_columns(table))
    out += ", " + quoted(stored.name) + " = ?" + std::to_string(parameter++);
  return out;
}

// ---- indexes ---------------------------------------------------------------------------------------------------------------

// The stored column by which `column` sorts; "" where none does (a text without a key, parties, the id).
std::string order_key(const Column& column) {
  if (column.index == 0 || column.type == ColumnType::party_list || column.type == ColumnType::image) return {};
  if (!column.is_text()) return column.name;
  return column.folded ? column.name + "__fold" : std::string();
}

// One index serves an order and its reverse, so only the columns that run against the last one are marked: a list that is
// sorted by one column, up or down, has one index. The id follows the last column (sql/compile.h).
std::optional<DeviceIndex> order_index(const Table& table, const model::View& view) {
  if (view.order.empty()) return std::nullopt;
  DeviceIndex index{table.name + "__by", {}};
  std::string columns;
  for (const auto& order : view.order) {
    const auto& column = table.columns[order.column];
    const auto key = order_key(column);
    if (key.empty()) return std::nullopt;
    const bool against = order.descending != view.order.back().descending;
    index.name += "_" + column.name + (against ? "-" : "");
    columns += quoted(key) + (against ? " desc, " : ", ");
    if (index.first.empty()) index.first = key;
  }
  index.create = "create index " + quoted(index.name) + " on " + quoted(table.name) + "(" + columns + "id)";
  return index;
}

// Related lists ("contacts of this account") ask for the rows that name one record. Lists under users, units, currencies and
// other furniture aren't shown, and rows without a value take no room.
bool serves_related_list(const model::Schema& schema, const Table& table, const Column& column) {
  if (column.type != ColumnType::lookup || column.origin != model::Origin::user) return false;
  if (table.is_intersect) return true;
  if (column.index == table.owner || column.index == table.currency) return false;
  return std::any_of(column.targets.begin(), column.targets.end(), [&](TableNumber target) {
    const auto* other = schema.find(target);
    return other != nullptr && other->ownership == model::Ownership::user;
  });
}

DeviceIndex lookup_index(const Table& table, const Column& column) {
  const auto name = table.name + "__of_" + column.name;
  return {name, "create index " + quoted(name) + " on " + quoted(table.name) + "(" + quoted(column.name) + ") where " +
                    quoted(column.name) + " is not null"};
}

std::vector<DeviceIndex> order_indexes(const model::Schema& schema, const Table& table) {
  std::vector<DeviceIndex> out;
  for (const auto& view : table.views) {
    auto index = order_index(table, view);
    if (index && std::none_of(out.begin(), out.end(), [&](const auto& other) { return other.name == index->name; }))
      out.push_back(std::move(*index));
  }
  for (const auto& column : table.columns)
    if (serves_related_list(schema, table, column)) out.push_back(lookup_index(table, column));
  return out;
}

// ---- search ----------------------------------------------------------------------------------------------------------------

std::vector<const Column*> searched_columns(const Table& table) {
  std::vector<const Column*> out;
  for (const auto index : table.quick_find)
    if (table.columns[index].is_text() && table.columns[index].folded) out.push_back(&table.columns[index]);
  return out;
}

std::string search_text(const Table& table) {
  std::string keys;
  std::string numbers;
  for (const auto* column : searched_columns(table)) {
    const auto key = "coalesce(" + quoted(column->name + "__fold") + ", '')";
    keys += (keys.empty() ? "" : " || ' ' || ") + key;
    if (column->format == "phone") numbers += " || ' ' || " + joined_number_sql(key);
  }
  return keys.empty() ? std::string() : plain_words_sql(keys) + numbers;
}

bool has_order_by_name(const DeviceTable& out, const Column& name) {
  return std::any_of(out.order_indexes.begin(), out.order_indexes.end(),
                     [&](const DeviceIndex& index) { return index.first == name.name + "__fold"; });
}

void write_search_texts(DeviceTable& out) {
  const Table& table = *out.table;
  out.search_text = search_text(table);
  if (out.search_text.empty()) return;
  out.search_words = "select " + out.search_text + " from " + quoted(table.name) + " where rowid = ?1";
  const Column* name = table.primary_name ? &table.columns[*table.primary_name] : nullptr;
  const bool is_keyed = name != nullptr && name->folded;
  const auto key = is_keyed ? quoted(name->name + "__fold") : std::string("''");
  const auto select =
      "select id, " + (name != nullptr ? quoted(name->name) : "''") + ", " + key + ", rowid from " + quoted(table.name);
  out.search_hit = select + " where rowid = ?1";
  const auto searched = searched_columns(table);
  if (is_keyed && std::find(searched.begin(), searched.end(), name) != searched.end() && has_order_by_name(out, *name))
    out.search_names = select + " where " + key + " >= ?1 and " + key + " < ?2 order by " + key + ", id limit ?3";
}

DeviceTable device_table(const model::Schema& schema, const Table& table) {
  DeviceTable out;
  out.table = &table;
  out.stored = sql::stored_columns(table);
  const auto name = quoted(table.name);
  const auto columns = sql::column_list(table);
  const std::string comma = out.stored.empty() ? "" : ", ";
  out.create = "create table " + name +
               "(rowid integer primary key, id blob not null, version integer not null, scopes integer not null" +
               comma + sql::column_definitions(table) + ")";
  out.find = "select version" + comma + columns + " from " + name + " where id = ?1 limit 1";
  out.read_at = "select id, version" + comma + columns + " from " + name + " where rowid = ?1";
  out.place = "select rowid, version, scopes from " + name + " where id = ?1 limit 1";
  out.load = "insert into " + name + "(id, version, scopes" + comma + columns + ") values (?1, ?2, ?3" + comma +
             sql::parameter_list(table, kFirstValue) + ")";
  out.insert = out.load + " returning rowid";
  out.update = "update " + name + " set version = ?2, scopes = ?3" + assignments(table) + " where rowid = ?1";
  out.mark = "update " + name + " set scopes = ?2 where rowid = ?1";
  out.remove = "delete from " + name + " where rowid = ?1";
  if (table.primary_name)
    out.find_name =
        "select " + quoted(table.columns[*table.primary_name].name) + " from " + name + " where id = ?1 limit 1";
  out.id_index = {table.name + "__id", "create unique index " + quoted(table.name + "__id") + " on " + name + "(id)"};
  out.unscoped_index = {table.name + "__unscoped", "create index " + quoted(table.name + "__unscoped") + " on " + name +
                                                       "(id, version) where scopes = 0"};
  out.order_indexes = order_indexes(schema, table);
  write_search_texts(out);
  return out;
}

}  // namespace

DeviceTables::DeviceTables(const model::Schema& schema) {
  std::string select;
  for (const auto& table : schema.tables()) {
    if (table.is_derived) continue;
    by_number_.emplace(table.number, tables_.size());
    const auto& added = tables_.emplace_back(device_table(schema, table));
    if (added.search_text.empty()) continue;
    select += (select.empty() ? "" : " union all ") +
              ("select rowid + " + std::to_string(search_rowid(table.number, 0))) + " as rowid, " + added.search_text +
              " as text from " + quoted(table.name);
  }
  if (select.empty()) select = "select 0 as rowid, '' as text where 0";
  search_view_ = "create view search_content as " + select;
}

const DeviceTable* DeviceTables::find(TableNumber number) const {
  const auto found = by_number_.find(number);
  return found != by_number_.end() ? &tables_[found->second] : nullptr;
}

const DeviceTable& DeviceTables::at(TableNumber number) const {
  const auto* found = find(number);
  assert(found != nullptr);  // Asked for a table that devices don't hold; see find().
  return *found;
}

}  // namespace satchel::device::store
