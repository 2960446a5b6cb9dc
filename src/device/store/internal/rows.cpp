// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/rows.h"

#include <cassert>
#include <utility>

#include "device/store/limits.h"

namespace satchel::device::store {

Result<std::optional<model::Record>> Rows::find(const DeviceTable& table, RecordId id) {
  auto select = TRY(sql::borrow(database_, table.find));
  select->bind_blob(1, id.view());
  if (!TRY(select->step())) return std::optional<model::Record>();
  return std::optional(
      model::Record{table.table->number, id, Seq(select->integer(0)), sql::read_values(*select, 1, *table.table)});
}

Result<std::optional<model::Record>> Rows::at(const DeviceTable& table, std::int64_t rowid) {
  auto select = TRY(sql::borrow(database_, table.read_at));
  select->bind_integer(1, rowid);
  if (!TRY(select->step())) return std::optional<model::Record>();
  const auto id = RecordId::from_bytes(select->blob(0));
  if (!id) return Error{ErrorCode::store_damaged, "A row of \"" + table.table->name + "\" has no id."};
  return std::optional(
      model::Record{table.table->number, *id, Seq(select->integer(1)), sql::read_values(*select, 2, *table.table)});
}

Result<std::optional<RowPlace>> Rows::place(const DeviceTable& table, RecordId id) {
  auto select = TRY(sql::borrow(database_, table.place));
  select->bind_blob(1, id.view());
  if (!TRY(select->step())) return std::optional<RowPlace>();
  return std::optional(RowPlace{select->integer(0), Seq(select->integer(1)), select->integer(2)});
}

Result<void> Rows::insert(const DeviceTable& table, const model::Record& record, std::int64_t scopes) {
  assert(record.values.size() == table.table->columns.size());
  std::int64_t rowid = 0;
  {
    sql::BindStorage storage;
    auto insert = TRY(sql::borrow(database_, table.insert));
    insert->bind_blob(1, record.id.view());
    insert->bind_integer(2, record.version.value);
    insert->bind_integer(3, scopes);
    sql::bind_values(*insert, 4, *table.table, record.values, storage);
    if (TRY(insert->step())) rowid = insert->integer(0);
    TRY(insert->run());
  }
  touch(table.table->number, rowid);
  TRY(set_count(table.table->number, TRY(count(table.table->number)) + 1));
  return text_index_.change(table, rowid, std::nullopt, TRY(text_index_.words(table, rowid)));
}

Result<void> Rows::update(const DeviceTable& table, const RowPlace& place, const model::Record& record,
                          std::int64_t scopes) {
  assert(record.values.size() == table.table->columns.size());
  touch(table.table->number, place.rowid);
  const auto before = TRY(text_index_.words(table, place.rowid));
  {
    sql::BindStorage storage;
    auto update = TRY(sql::borrow(database_, table.update));
    update->bind_integer(1, place.rowid);
    update->bind_integer(2, record.version.value);
    update->bind_integer(3, scopes);
    sql::bind_values(*update, 4, *table.table, record.values, storage);
    TRY(update->run());
  }
  return text_index_.change(table, place.rowid, before, TRY(text_index_.words(table, place.rowid)));
}

Result<void> Rows::mark(const DeviceTable& table, const RowPlace& place, std::int64_t scopes) {
  if (place.scopes == scopes) return {};
  auto update = TRY(sql::borrow(database_, table.mark));
  update->bind_integer(1, place.rowid);
  update->bind_integer(2, scopes);
  return update->run();
}

Result<void> Rows::remove(const DeviceTable& table, const RowPlace& place) {
  TRY(text_index_.change(table, place.rowid, TRY(text_index_.words(table, place.rowid)), std::nullopt));
  auto remove = TRY(sql::borrow(database_, table.remove));
  remove->bind_integer(1, place.rowid);
  TRY(remove->run());
  touch(table.table->number, place.rowid);
  return set_count(table.table->number, TRY(count(table.table->number)) - 1);
}

Result<void> Rows::read_counts() {
  if (counts_) return {};
  std::unordered_map<TableNumber, std::int64_t> counts;
  auto select = TRY(sql::borrow(database_, "select \"table\", rows from table_state"));
  while (TRY(select->step()))
    counts.emplace(TableNumber(static_cast<std::int32_t>(select->integer(0))), select->integer(1));
  counts_ = std::move(counts);
  return {};
}

Result<std::int64_t> Rows::count(TableNumber table) {
  TRY(read_counts());
  const auto found = counts_->find(table);
  return found != counts_->end() ? found->second : 0;
}

Result<std::int64_t> Rows::total() {
  TRY(read_counts());
  std::int64_t total = 0;
  for (const auto& [table, rows] : *counts_) total += rows;
  return total;
}

Result<void> Rows::add_count(TableNumber table, std::int64_t rows) {
  if (rows == 0) return {};
  touched_[table].reset();
  return set_count(table, TRY(count(table)) + rows);
}

Result<void> Rows::set_count(TableNumber table, std::int64_t rows) {
  auto insert = TRY(sql::borrow(database_,
                                "insert into table_state(\"table\", rows) values (?1, ?2) on conflict(\"table\") do "
                                "update set rows = excluded.rows"));
  insert->bind_integer(1, table.value);
  insert->bind_integer(2, rows);
  TRY(insert->run());
  (*counts_)[table] = rows;
  return {};
}

void Rows::touch(TableNumber table, std::int64_t rowid) {
  const auto [known, is_new] = touched_.try_emplace(table, std::set<RowNumber>());
  auto& rows = known->second;
  if (rows) rows->insert(RowNumber(static_cast<std::uint32_t>(rowid)));
  if (rows && rows->size() > kTouchedRowsMax) rows.reset();
}

void Rows::take_touched(Touched& touched) {
  for (auto& [table, rows] : touched_) {
    touched.tables.insert(table);
    if (rows) touched.rows.emplace(table, std::move(*rows));
  }
  touched_.clear();
}

Result<void> Rows::recount(const DeviceTable& table) {
  std::int64_t rows = 0;
  {
    auto select = TRY(sql::borrow(database_, "select count(*) from " + sql::quoted(table.table->name)));
    if (TRY(select->step())) rows = select->integer(0);
  }
  return add_count(table.table->number, rows - TRY(count(table.table->number)));
}

}  // namespace satchel::device::store
