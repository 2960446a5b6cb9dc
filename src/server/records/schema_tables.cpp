// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "server/access/rights_mark.h"
#include "server/access/seal.h"
#include "server/records/internal/dialect.h"
#include "server/records/internal/tables.h"

namespace satchel::server::records {

using model::Column;
using model::ColumnType;
using model::Table;
using sql::StoredColumn;

namespace {

std::string with_dialect(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 6) == "{blob}") out += dialect::kBlob, at += 5;
    else if (text.substr(at, 11) == "{clustered}") out += dialect::kClustered, at += 10;
    else out += text[at];
  }
  return out;
}

constexpr std::array kOwnTables = {
    "store_format(format bigint not null)",
    "schema_file(name text not null primary key, content text not null)",
    "schema_column(table_name text not null, column_name text not null, type bigint not null, scale bigint not null,"
    " length_max bigint not null, folded bigint not null, targets text not null, primary key(table_name, column_name))",
    "organization_state(organization bigint not null primary key, head bigint not null, mark bigint not null,"
    " epoch {blob} not null, floor bigint not null, scope_mark bigint not null, secret {blob} not null)",
    "commit_mark(organization bigint not null, seq bigint not null, mark bigint not null, made_at bigint not null,"
    " primary key(organization, seq)){clustered}",
    "lost_commits(organization bigint not null, first_seq bigint not null, after_seq bigint not null,"
    " primary key(organization, first_seq)){clustered}",
    "scope(organization bigint not null, number bigint not null, table_number bigint not null, kind bigint not null,"
    " access_key {blob} not null, primary key(organization, table_number, kind, access_key)){clustered}",
    "scope_entry(organization bigint not null, scope bigint not null, record {blob} not null, seq bigint not null,"
    " table_number bigint not null, op bigint not null, primary key(organization, scope, record)){clustered}",
    "scope_total(organization bigint not null, scope bigint not null, row_count bigint not null, row_sum bigint not "
    "null,"
    " last_seq bigint not null, primary key(organization, scope)){clustered}",
    "deleted_record(organization bigint not null, id {blob} not null, table_number bigint not null, seq bigint not "
    "null,"
    " primary key(organization, id)){clustered}",
    "request_memory(organization bigint not null, user_id {blob} not null, request_id text not null, made_at bigint "
    "not null,"
    " body_hash text not null, status bigint not null, headers text not null, body text not null,"
    " primary key(organization, user_id, request_id))",
};

constexpr std::array kOwnIndexes = {
    "unique index if not exists scope_by_number on scope(organization, number)",
    // What a pull reads: everything it needs stands in the index.
    "index if not exists scope_entry_by_seq on scope_entry(organization, scope, seq, record, table_number, op)",
    // What a sweep looks for; empty as long as nothing leaves.
    "index if not exists scope_entry_gone on scope_entry(organization, seq) where op <> 0",
    "index if not exists request_memory_by_time on request_memory(organization, made_at)",
};

std::string name_in(std::string_view definition) { return std::string(definition.substr(0, definition.find('('))); }

// ---- what the database was made for ------------------------------------------------------------------------------------

struct KnownColumn {
  ColumnType type = ColumnType::text;
  int scale = 0;
  std::int64_t length_max = 0;
  bool folded = false;
  std::string targets;  // "1,2"
  bool operator==(const KnownColumn&) const = default;
};
using KnownColumns = std::map<std::string, KnownColumn>;
using KnownTables = std::map<std::string, KnownColumns>;

std::string targets_text(const Column& column) {
  std::string out;
  for (const auto target : column.targets) out += (out.empty() ? "" : ",") + std::to_string(target.value);
  return out;
}

Result<KnownTables> read_known(sql::Database& database) {
  KnownTables known;
  auto select = TRY(sql::borrow(
      database, "select table_name, column_name, type, scale, length_max, folded, targets from schema_column"));
  while (TRY(select->step())) {
    auto& column = known[std::string(select->text(0))][std::string(select->text(1))];
    column = {static_cast<ColumnType>(select->integer(2)), static_cast<int>(select->integer(3)), select->integer(4),
              select->integer(5) != 0, std::string(select->text(6))};
  }
  return known;
}

// Most openings find what they knew: a write for each column would take most of their time.
Result<void> write_known(sql::Database& database, const Table& table, const Column& column, const KnownTables& known) {
  const KnownColumn now{column.type, column.scale, column.length_max, column.folded, targets_text(column)};
  if (const auto before = known.find(table.name); before != known.end())
    if (const auto at = before->second.find(column.name); at != before->second.end() && at->second == now) return {};
  auto write = TRY(sql::borrow(
      database,
      "insert into schema_column(table_name, column_name, type, scale, length_max, folded, targets) "
      "values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict(table_name, column_name) do update set type = excluded.type, "
      "scale = excluded.scale, length_max = excluded.length_max, folded = excluded.folded, targets = "
      "excluded.targets"));
  write->bind_text(1, table.name);
  write->bind_text(2, column.name);
  write->bind_integer(3, static_cast<std::int64_t>(column.type));
  write->bind_integer(4, column.scale);
  write->bind_integer(5, column.length_max);
  write->bind_integer(6, column.folded ? 1 : 0);
  write->bind_text(7, now.targets);
  return write->run();
}

Error narrowed(const Table& table, const Column& column, std::string_view what) {
  return {ErrorCode::schema_invalid,
          "The column " + table.name + "." + column.name +
              " can't be changed that way, for values that are stored already "
              "might not fit: " +
              std::string(what) + ". Give the new column another name.",
          table.name + "." + column.name};
}

bool is_widened(ColumnType from, ColumnType to) {
  return (from == ColumnType::text && to == ColumnType::memo) ||
         (from == ColumnType::integer && to == ColumnType::bigint);
}

bool holds_all(std::string_view old_targets, const Column& column) {
  for (const auto old : split(old_targets, ',')) {
    const bool there = std::any_of(column.targets.begin(), column.targets.end(),
                                   [&](TableNumber target) { return std::to_string(target.value) == old; });
    if (!there && !old.empty()) return false;
  }
  return true;
}

Result<void> check_not_narrowed(const Table& table, const Column& column, const KnownColumn& known) {
  if (column.type != known.type && !is_widened(known.type, column.type))
    return narrowed(table, column, "its type differs");
  if (column.scale != known.scale) return narrowed(table, column, "it has another number of decimals");
  if (column.is_text() && column.length_max < known.length_max)
    return narrowed(table, column, "its texts may be shorter");
  if (!holds_all(known.targets, column)) return narrowed(table, column, "it may no longer name some tables");
  if (known.folded && !column.folded) return narrowed(table, column, "it is no longer sorted by");
  return {};
}

// ---- tables and columns --------------------------------------------------------------------------------------------------

std::string type_in_sql(const StoredColumn& column) {
  return column.type == "blob" ? std::string(dialect::kBlob) : std::string(column.type);
}

Result<void> create_table(sql::Database& database, const Table& table) {
  std::string sql = "create table " + sql::quoted(table.name) + "(organization bigint not null, id " +
                    std::string(dialect::kBlob) + " not null, version bigint not null";
  for (const auto& column : sql::stored_columns(table))
    sql += ", " + sql::quoted(column.name) + " " + type_in_sql(column);
  return database.execute(sql + ", primary key(organization, id))");
}

Result<void> create_index(sql::Database& database, const Table& table, std::string_view column, bool with_id) {
  const std::string name = sql::quoted(table.name + "_by_" + std::string(column));
  const std::string of = sql::quoted(column);
  return database.execute("create index if not exists " + name + " on " + sql::quoted(table.name) + "(organization, " +
                          of + (with_id ? ", id)" : ") where " + of + " is not null"));
}

// Names are sorted by, lookups are followed back. Small tables have all their folded texts indexed (users by domainname).
Result<void> create_indexes(sql::Database& database, const Table& table) {
  const bool is_small =
      table.ownership == model::Ownership::business || table.ownership == model::Ownership::organization;
  for (const auto& column : table.columns) {
    const bool is_name = table.primary_name == column.index;
    if (column.folded && (is_name || is_small || column.unique))
      TRY(create_index(database, table, column.name + "__fold", true));
    if (has_index(table, column)) TRY(create_index(database, table, column.name, false));
  }
  return {};
}

Result<void> add_column(sql::Database& database, const Table& table, const StoredColumn& column) {
  return database.execute("alter table " + sql::quoted(table.name) + " add column " + sql::quoted(column.name) + " " +
                          type_in_sql(column));
}

// The keys of the texts that are there already.
Result<void> fill_fold(sql::Database& database, const Table& table, const Column& column) {
  const std::string name = sql::quoted(table.name), value = sql::quoted(column.name);
  auto select =
      TRY(database.prepare("select organization, id, " + value + " from " + name + " where " + value + " is not null"));
  auto update = TRY(database.prepare("update " + name + " set " + sql::quoted(column.name + "__fold") +
                                     " = ?3 where organization = ?1 and id = ?2"));
  while (TRY(select->step())) {
    const std::string id(select->blob(1)), key = fold_key(select->text(2));
    update->bind_integer(1, select->integer(0));
    update->bind_blob(2, id);
    update->bind_text(3, key);
    TRY(update->run());
  }
  return {};
}

Result<void> fill_reference_table(sql::Database& database, const Table& table, const Column& column,
                                  std::string_view target) {
  const std::string value = sql::quoted(column.name);
  return database.execute("update " + sql::quoted(table.name) + " set " + sql::quoted(column.name + "__table") + " = " +
                          std::string(target) + " where " + value + " is not null");
}

bool had_part(const KnownColumn* known, StoredColumn::Part part) {
  if (known == nullptr) return false;
  if (part == StoredColumn::Part::fold) return known->folded;
  if (part == StoredColumn::Part::table) return known->targets.find(',') != std::string::npos;
  return true;
}

Result<void> migrate_table(sql::Database& database, const Table& table, const KnownColumns& known) {
  for (const auto& stored : sql::stored_columns(table)) {
    const Column& column = table.columns[stored.column];
    const auto at = known.find(column.name);
    const KnownColumn* before = at != known.end() ? &at->second : nullptr;
    if (before != nullptr) TRY(check_not_narrowed(table, column, *before));
    if (had_part(before, stored.part)) continue;
    TRY(add_column(database, table, stored));
    if (before == nullptr) continue;
    if (stored.part == StoredColumn::Part::fold) TRY(fill_fold(database, table, column));
    if (stored.part == StoredColumn::Part::table) TRY(fill_reference_table(database, table, column, before->targets));
  }
  return {};
}

Result<void> prepare_table(Context& context, const Table& table, const KnownTables& known) {
  const auto at = known.find(table.name);
  if (at == known.end()) TRY(create_table(context.database, table));
  else TRY(migrate_table(context.database, table, at->second));
  for (const auto& column : table.columns) TRY(write_known(context.database, table, column, known));
  return create_indexes(context.database, table);
}

// A schema's names must not be ours.
Result<void> check_names(const Table& table) {
  const auto taken = [&](std::string_view name) {
    return Error{ErrorCode::schema_invalid, "The name \"" + std::string(name) + "\" is used by the server itself.",
                 table.name};
  };
  static const std::set<std::string_view> kOther = {"rights_state", "credential", "user_role", "session_token",
                                                    "device"};
  for (const auto* definition : kOwnTables)
    if (table.name == name_in(definition)) return taken(table.name);
  if (kOther.contains(table.name)) return taken(table.name);
  for (const auto& column : table.columns)
    if (column.index != 0 && (column.name == "organization" || column.name == "id" || column.name == "version"))
      return taken(column.name);
  return {};
}

Result<void> record_schema(Context& context) {
  auto write = TRY(sql::borrow(context.database,
                               "insert into schema_file(name, content) values (?1, ?2) "
                               "on conflict(name) do update set content = excluded.content"));
  for (const auto& file : context.schema.files()) {
    write->bind_text(1, file.name);
    write->bind_text(2, file.text);
    TRY(write->run());
  }
  return {};
}

Result<void> check_format(sql::Database& database) {
  auto select = TRY(sql::borrow(database, "select format from store_format"));
  if (!TRY(select->step())) return database.execute("insert into store_format(format) values (1)");
  if (select->integer(0) <= kStoreFormat) return {};
  return Error{ErrorCode::store_newer, "These records were written by a newer version of Satchel. Update this server."};
}

Result<bool> has_state(Context& context) {
  auto select = TRY(sql::borrow(context.database, "select 1 from organization_state where organization = ?1"));
  select->bind_integer(1, context.organization.value);
  return select->step();
}

Result<void> create_state(Context& context) {
  if (TRY(has_state(context))) return {};
  auto insert =
      TRY(sql::borrow(context.database,
                      "insert into organization_state(organization, head, mark, epoch, floor, scope_mark, secret) "
                      "values (?1, 0, ?2, ?3, 0, ?4, ?5)"));
  std::string epoch(16, '\0'), secret(access::kSecretSize, '\0');
  context.random.fill({reinterpret_cast<std::uint8_t*>(epoch.data()), epoch.size()});
  context.random.fill({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  const auto mark = static_cast<std::int64_t>(context.random.next());
  insert->bind_integer(1, context.organization.value);
  insert->bind_integer(2, mark);
  insert->bind_blob(3, epoch);
  insert->bind_integer(4, static_cast<std::int64_t>(context.random.next()));
  insert->bind_blob(5, secret);
  TRY(insert->run());
  // The cut of an organisation in which nothing has happened yet has a mark too.
  auto first = TRY(
      sql::borrow(context.database, "insert into commit_mark(organization, seq, mark, made_at) values (?1, 0, ?2, 0)"));
  first->bind_integer(1, context.organization.value);
  first->bind_integer(2, mark);
  return first->run();
}

}  // namespace

Result<void> prepare_tables(Context& context) {
  auto& database = context.database;
  for (const auto& table : context.schema.tables()) TRY(check_names(table));
  for (const auto* definition : kOwnTables)
    TRY(database.execute(with_dialect("create table if not exists " + std::string(definition))));
  TRY(check_format(database));
  for (const auto* definition : kOwnIndexes) TRY(database.execute("create " + std::string(definition)));
  const auto known = TRY(read_known(database));
  for (const auto& table : context.schema.tables()) TRY(prepare_table(context, table, known));
  TRY(record_schema(context));
  TRY(access::create_rights_mark(database));
  return create_state(context);
}

}  // namespace satchel::server::records
