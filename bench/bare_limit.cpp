// SPDX-License-Identifier: Apache-2.0
#include "bench/bare_limit.h"

#include <memory>
#include <vector>

#include "bench/device_side.h"
#include "bench/stopwatch.h"
#include "edge/sqlite/maintenance.h"
#include "sql/layout.h"

namespace satchel::bench {
namespace {

// A value that isn't null. Its bytes lie in the table's `bytes`.
struct BareValue {
  enum class Kind : std::uint8_t { integer, text, blob } kind = Kind::integer;
  std::uint16_t parameter = 0;
  std::uint32_t size = 0;
  std::int64_t number = 0;  // or the place of its bytes
};

// A table with its rows in memory.
struct BareTable {
  std::string create;
  std::vector<std::string> id_indexes, order_indexes;  // create index …
  std::string insert;
  std::vector<BareValue::Kind> kinds;
  std::vector<BareValue> values;
  std::vector<std::size_t> row_ends;  // in `values`
  std::string bytes;
};

Result<std::vector<std::string>> texts_in(sql::Database& database, const std::string& sql) {
  auto select = TRY(database.prepare(sql));
  std::vector<std::string> texts;
  while (TRY(select->step())) texts.emplace_back(select->text(0));
  return texts;
}

// Columns as the store has them: id, version, scopes, values.
void describe_columns(BareTable& out, const model::Table& table, std::string& select) {
  out.kinds = {BareValue::Kind::blob, BareValue::Kind::integer, BareValue::Kind::integer};
  std::string names = "id, version, scopes", parameters = "?1, ?2, ?3";
  for (const auto& stored : sql::stored_columns(table)) {
    names += ", " + sql::quoted(stored.name);
    out.kinds.push_back(stored.type == "integer" ? BareValue::Kind::integer
                        : stored.type == "text"  ? BareValue::Kind::text
                                                 : BareValue::Kind::blob);
    parameters += ", ?" + std::to_string(out.kinds.size());
  }
  const auto name = sql::quoted(table.name);
  out.insert = "insert into " + name + "(" + names + ") values (" + parameters + ")";
  select = "select " + names + " from " + name + " order by rowid";
}

Result<void> read_rows(sql::Database& store, const std::string& sql, BareTable& out) {
  auto select = TRY(store.prepare(sql));
  while (TRY(select->step())) {
    for (std::size_t i = 0; i < out.kinds.size(); ++i) {
      const int column = static_cast<int>(i);
      if (select->is_null(column)) continue;
      BareValue value{out.kinds[i], static_cast<std::uint16_t>(i + 1)};
      if (value.kind == BareValue::Kind::integer) {
        value.number = select->integer(column);
      } else {
        const auto bytes = value.kind == BareValue::Kind::text ? select->text(column) : select->blob(column);
        value.size = static_cast<std::uint32_t>(bytes.size());
        value.number = static_cast<std::int64_t>(out.bytes.size());
        out.bytes.append(bytes);
      }
      out.values.push_back(value);
    }
    out.row_ends.push_back(out.values.size());
  }
  return {};
}

Result<std::vector<BareTable>> read_tables(sql::Database& store) {
  std::vector<BareTable> tables;
  for (const auto& table : model::Schema::standard().tables()) {
    const auto of_table = "from sqlite_master where tbl_name = '" + table.name + "' and type = ";
    const auto create = TRY(texts_in(store, "select sql " + of_table + "'table'"));
    if (create.empty()) continue;
    BareTable bare;
    bare.create = create.front();
    const auto is_id = "(name like '%\\_\\_id' escape '\\' or name like '%\\_\\_unscoped' escape '\\')";
    bare.id_indexes = TRY(texts_in(store, "select sql " + of_table + "'index' and " + is_id));
    bare.order_indexes = TRY(texts_in(store, "select sql " + of_table + "'index' and not " + is_id));
    std::string select;
    describe_columns(bare, table, select);
    TRY(read_rows(store, select, bare));
    tables.push_back(std::move(bare));
  }
  return tables;
}

Result<void> insert_rows(sql::Database& database, const BareTable& table) {
  auto insert = TRY(database.prepare(table.insert));
  std::size_t begin = 0;
  for (const auto end : table.row_ends) {
    for (std::size_t i = begin; i < end; ++i) {
      const auto& value = table.values[i];
      if (value.kind == BareValue::Kind::integer) {
        insert->bind_integer(value.parameter, value.number);
        continue;
      }
      const std::string_view bytes(table.bytes.data() + value.number, value.size);
      if (value.kind == BareValue::Kind::text) insert->bind_text(value.parameter, bytes);
      else insert->bind_blob(value.parameter, bytes);
    }
    TRY(insert->run());
    for (std::size_t i = begin; i < end; ++i) insert->bind_null(table.values[i].parameter);
    begin = end;
  }
  return {};
}

Result<void> in_transaction(sql::Database& database, const std::string& statements) {
  auto transaction = TRY(sql::Transaction::begin(database));
  TRY(database.execute(statements));
  return transaction.commit();
}

Result<void> write_rows(sql::Database& database, const std::vector<BareTable>& tables) {
  auto transaction = TRY(sql::Transaction::begin(database));
  for (const auto& table : tables) TRY(insert_rows(database, table));
  for (const auto& table : tables)
    for (const auto& index : table.id_indexes) TRY(database.execute(index));
  return transaction.commit();
}

// FTS5 as the store sets it up for building: large segments, no merging in between.
Result<void> prepare_text_index(sql::Database& database, const std::vector<std::string>& creates) {
  for (const auto& create : creates) TRY(database.execute(create));
  return database.execute(
      "insert into search(search, rank) values('secure-delete', 1), ('pgsz', 1990), ('automerge', 0), "
      "('crisismerge', 64), ('hashsize', 8388608)");
}

}  // namespace

Result<Json> bare_limit(const std::string& store, const std::string& path) {
  std::vector<BareTable> tables;
  std::vector<std::string> search;
  {
    auto source = TRY(open_encrypted(store));
    tables = TRY(read_tables(*source));
    search = TRY(texts_in(
        *source, "select sql from sqlite_master where name in ('search', 'search_content') order by type desc"));
  }
  auto database = TRY(open_encrypted(path));
  TRY(edge::sqlite::set_journal_mode(*database, edge::sqlite::JournalMode::truncate));
  std::int64_t rows = 0;
  for (const auto& table : tables) {
    TRY(database->execute(table.create));
    rows += static_cast<std::int64_t>(table.row_ends.size());
  }
  TRY(prepare_text_index(*database, search));

  auto json = Json::object();
  json.set("rows", rows);
  const Stopwatch watch;
  TRY(write_rows(*database, tables));
  json.set("readable_ms", watch.milliseconds());
  for (const auto& table : tables)
    for (const auto& index : table.order_indexes) TRY(in_transaction(*database, index));
  json.set("indexed_ms", watch.milliseconds());
  TRY(in_transaction(*database, "insert into search(rowid, text) select rowid, text from search_content"));
  json.set("searchable_ms", watch.milliseconds());
  return json;
}

}  // namespace satchel::bench
