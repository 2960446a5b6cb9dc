// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/context.h"

#include <algorithm>

namespace satchel::server::records {

using model::Column;
using model::ColumnType;
using model::Table;
using sql::StoredColumn;

namespace {

FeedColumn feed_column(const Column& column, int at) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::image:
    case ColumnType::party_list: return {FeedColumn::Kind::text, at, {}};
    case ColumnType::lookup:
      if (column.is_polymorphic()) return {FeedColumn::Kind::polymorphic, at, {}};
      return {FeedColumn::Kind::reference, at, column.targets.front()};
    default: return {FeedColumn::Kind::integer, at, {}};
  }
}

// The feed carries no fold keys: a device makes its own.
std::string feed_column_list(TableSql& out, const std::vector<StoredColumn>& stored, std::string_view prefix) {
  std::string list;
  int at = 0;
  out.feed_columns.clear();
  for (const auto& column : stored) {
    if (column.part == StoredColumn::Part::fold) continue;
    list += (list.empty() ? "" : ", ") + std::string(prefix) + sql::quoted(column.name);
    if (column.part == StoredColumn::Part::value) {
      out.feed_columns.push_back(feed_column(out.table->columns[column.column], at));
      if (out.table->owner == column.column) out.feed_owner = at;
      if (out.table->owning_unit == column.column) out.feed_unit = at;
    }
    ++at;
  }
  return list;
}

std::string key_columns(const Table& table) {
  const auto column = [&](std::optional<model::ColumnIndex> index) {
    return index ? sql::quoted(table.columns[*index].name) : std::string("null");
  };
  const bool has_table = table.owner && table.columns[*table.owner].is_polymorphic();
  const std::string owner_table = has_table ? sql::quoted(table.columns[*table.owner].name + "__table") : "null";
  return column(table.owner) + ", " + owner_table + ", " + column(table.owning_unit);
}

TableSql table_sql(const Table& table) {
  TableSql out;
  out.table = &table;
  out.key_kinds = access::key_kinds_used(table);
  out.is_fed = !table.is_derived && !out.key_kinds.empty();
  out.gives_rights = table.name == "systemuser" || table.name == "team" || table.name == "teammembership" ||
                     table.name == "businessunit" || table.name == "mobileofflineprofile" ||
                     table.name == "organization";
  if (const auto* column = table.find_column("overriddencreatedon")) out.overridden_created_on = column->index;
  const std::string name = sql::quoted(table.name);
  const std::string by_id = " where organization = ?1 and id = ?2";
  const auto stored = sql::stored_columns(table);
  const auto comma = [&](std::string list) { return stored.empty() ? std::string() : ", " + list; };

  out.select_row = "select version" + comma(sql::column_list(table)) + " from " + name + by_id;
  out.select_keys = "select version, " + key_columns(table) + " from " + name + by_id;
  const auto feed = feed_column_list(out, stored, "");
  out.select_feed = "select " + (feed.empty() ? std::string("version") : feed) + " from " + name + by_id;
  // "cross join" is portable and lets SQLite begin with the entries.
  out.select_scope = "select e.seq, e.record" + comma(feed_column_list(out, stored, "t.")) +
                     " from scope_entry e cross join " + name +
                     " t where e.organization = ?1 and e.scope = ?2 and e.seq > ?3 and e.seq <= ?4 and e.op = 0"
                     " and t.organization = e.organization and t.id = e.record order by e.seq, e.record";
  out.insert_row = "insert into " + name + "(organization, id, version" + comma(sql::column_list(table)) +
                   ") values (?1, ?2, ?3" + comma(sql::parameter_list(table, 4)) + ")";
  out.delete_row = "delete from " + name + by_id;
  out.update_row = "update " + name + " set version = ?3";
  return out;
}

}  // namespace

bool has_index(const Table& table, const Column& lookup) {
  if (lookup.type != ColumnType::lookup) return false;
  if (table.owner == lookup.index) return true;
  return lookup.origin == model::Origin::user && table.currency != lookup.index;
}

bool follows_deletes(const Table& table, const Column& lookup) {
  if (lookup.type != ColumnType::lookup || table.is_derived) return false;
  return lookup.origin == model::Origin::user || table.owner == lookup.index || table.owning_unit == lookup.index;
}

Context::Context(sql::Database& database_, OrganizationNumber organization_, const model::Schema& schema_,
                 Random& random_, Log& log_)
    : database(database_), organization(organization_), schema(schema_), random(random_), log(log_) {
  for (const auto& table : schema.tables()) tables.emplace(table.number.value, table_sql(table));
  for (const auto& table : schema.tables())
    for (const auto& column : table.columns)
      if (follows_deletes(table, column))
        for (const auto target : column.targets) children[target.value].push_back({&at(table.number), &column});
  users = find("systemuser");
  teams = find("team");
  currencies = find("transactioncurrency");
  organizations = find("organization");
  parties = find("activityparty");
  if (currencies != nullptr) rate = currencies->table->find_column("exchangerate");
}

const TableSql* Context::find(std::string_view name) const {
  const auto* table = schema.find(name);
  return table != nullptr ? &at(table->number) : nullptr;
}

}  // namespace satchel::server::records
