// SPDX-License-Identifier: Apache-2.0
//
// Rows: the visible rows of all tables, their number per table, and their words in the text index. Every change of a row but
// those of the first load goes through here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "device/store/internal/text_index.h"
#include "device/store/store.h"
#include "model/record.h"

namespace satchel::device::store {

// Where a row lies and why it's here: a set of scopes, or kInShadow.
struct RowPlace {
  std::int64_t rowid = 0;
  Seq version;
  std::int64_t scopes = 0;
};

class Rows {
 public:
  Rows(sql::Database& database, TextIndex& text_index) : database_(database), text_index_(text_index) {}

  Result<std::optional<model::Record>> find(const DeviceTable& table, RecordId id);
  Result<std::optional<model::Record>> at(const DeviceTable& table, std::int64_t rowid);
  Result<std::optional<RowPlace>> place(const DeviceTable& table, RecordId id);

  Result<void> insert(const DeviceTable& table, const model::Record& record, std::int64_t scopes);
  Result<void> update(const DeviceTable& table, const RowPlace& place, const model::Record& record,
                      std::int64_t scopes);
  Result<void> mark(const DeviceTable& table, const RowPlace& place, std::int64_t scopes);
  Result<void> remove(const DeviceTable& table, const RowPlace& place);

  // How many rows a table has, without counting them.
  Result<std::int64_t> count(TableNumber table);
  Result<std::int64_t> total();
  // Rows were added or taken away that didn't go through here.
  Result<void> add_count(TableNumber table, std::int64_t rows);
  // Counts a table's rows anew.
  Result<void> recount(const DeviceTable& table);
  void forget() { counts_.reset(); }
  // Tells which tables' rows changed since the last call.
  void take_touched(Touched& touched);

 private:
  Result<void> read_counts();
  Result<void> set_count(TableNumber table, std::int64_t rows);
  void touch(TableNumber table, std::int64_t rowid);

  sql::Database& database_;
  TextIndex& text_index_;
  std::optional<std::unordered_map<TableNumber, std::int64_t>> counts_;
  // Without a value: more than are told one by one.
  std::map<TableNumber, std::optional<std::set<RowNumber>>> touched_;
};

}  // namespace satchel::device::store
