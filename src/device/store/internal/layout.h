// SPDX-License-Identifier: Apache-2.0
//
// Layout: makes the database's tables, brings those of an older schema up to date, and builds the indexes.
//
// A fresh store has tables without indexes, for rows arrive faster without (Y12). finish_load makes every table's unique id
// index ("readable"); the indexes of orders and related lists, and the text index, follow step by step. Which indexes are there
// is asked from the database itself.
//
// Always true:
//   - A column of a new schema is there from the start, empty; one that the schema dropped keeps its place, unread. One that
//     holds something else now under its old name is made anew.
//   - create and upgrade are called in the transaction that also upgrades what the tables hold (upgrade.h).
#pragma once

#include <optional>
#include <set>
#include <string>

#include "device/store/internal/meta.h"
#include "device/store/internal/rows.h"
#include "device/store/internal/text_index.h"

namespace satchel::device::store {

class Layout {
 public:
  Layout(sql::Database& database, const model::Schema& schema, const DeviceTables& tables, NamedValues& meta,
         Rows& rows, TextIndex& text_index)
      : database_(database), schema_(schema), tables_(tables), meta_(meta), rows_(rows), text_index_(text_index) {}

  // What is in the file, for a program with this schema. Changes nothing. Errors: store_newer, store_damaged, schema_invalid.
  enum class Found { nothing, current, older };
  Result<Found> look();
  Result<void> create();
  // From `before`, null if it isn't known, to the schema of today. Tables that are gone stay: see drop_retired_tables.
  Result<void> upgrade(const model::Schema* before);
  Result<void> drop_retired_tables();
  // The schema for which the contents were written, kept beside them: what a column meant whose meaning has changed, and which words
  // a choice had that is gone (Y26). nullopt if there is none, or none that this program can read: then nothing is known, and
  // that's no error.
  Result<std::optional<model::Schema>> known_schema();
  // Drops everything and begins anew.
  Result<void> recreate();

  Result<bool> loading();
  // Loading again: order and id indexes go, and the text index; rows stay.
  Result<void> restart_load();
  Result<void> finish_load();
  // Makes the id index of tables of a lower load rank than `rank`, for their rows are all there.
  Result<void> finish_tables_below(int rank);
  // One step of what follows the load. True while there is more to do.
  Result<bool> build_next();
  // Every index is there and every row in it; the text index may still be in several pieces.
  Result<bool> complete();
  // Loading, or build_next has something to do.
  Result<bool> has_work();

  void forget();

 private:
  Result<bool> is_fresh();
  Result<void> check_names() const;
  Result<void> check_format();
  Result<void> remember_schema();
  Result<void> upgrade_table(const DeviceTable& table, const model::Table* before);
  Result<void> drop_remade_columns(const DeviceTable& table, const model::Table& before);
  Result<void> drop_unneeded_indexes(const std::set<std::string>& remade_tables);
  std::string signature() const;

  Result<const std::set<std::string>*> indexes();
  Result<bool> create_index(const DeviceIndex& index);
  Result<std::optional<std::pair<const DeviceTable*, const DeviceIndex*>>> next_index();

  sql::Database& database_;
  const model::Schema& schema_;
  const DeviceTables& tables_;
  NamedValues& meta_;
  Rows& rows_;
  TextIndex& text_index_;
  std::optional<std::set<std::string>> indexes_;
  std::optional<bool> loading_;
  std::optional<bool> has_work_;
};

}  // namespace satchel::device::store
