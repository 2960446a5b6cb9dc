// SPDX-License-Identifier: Apache-2.0
//
// The text index: one FTS5 table over the words of all tables' rows.
//
//   search(text), content = search_content (a view over the rows' own columns, so words are stored once), detail = none
//
// It is built in slices, table by table and row by row, behind the first load; `meta` remembers how far it came. From then on
// a row that lies behind that place will be read when the build gets there, and one before it is kept up to date.
//
// Always true:
//   - The index is told the old words of a row before the row changes. With FTS5's secure-delete and the database's
//     secure_delete nothing of them is left in the file (contentless-delete tables would keep them; see README).
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "device/store/internal/meta.h"
#include "device/store/internal/tables.h"

namespace satchel::device::store {

class TextIndex {
 public:
  TextIndex(sql::Database& database, const DeviceTables& tables, NamedValues& meta)
      : database_(database), tables_(tables), meta_(meta) {}

  // Makes the empty index and its view. Nothing of it may exist.
  Result<void> create();
  // Takes view and words away; what is created next begins at the beginning.
  Result<void> drop();

  Result<bool> complete();
  // Indexes the next rows. True while there is more to do.
  Result<bool> build_slice();

  // A row's words now; nothing if the row isn't in the index (yet). Ask before and after a change, and tell with `change`.
  Result<std::optional<std::string>> words(const DeviceTable& table, std::int64_t rowid);
  Result<void> change(const DeviceTable& table, std::int64_t rowid, const std::optional<std::string>& before,
                      const std::optional<std::string>& after);

  // search_rowids of rows that match, by table and rowid, at most `rows_max`.
  Result<std::vector<std::int64_t>> find(const std::string& match_expression, std::size_t rows_max);

  // Compares the index with the rows, as far as it is built. Errors: store_damaged.
  Result<void> verify();
  void forget() { place_.reset(); }

 private:
  // How far the build came: all rows of tables with lower numbers, and those of `table` up to `rowid`.
  struct Place {
    std::int32_t table = 0;
    std::int64_t rowid = 0;
    bool complete = false;
  };

  Result<Place> place();
  Result<void> set_place(const Place& place);
  Result<std::optional<std::int64_t>> end_of_slice(const DeviceTable& table, std::int64_t from);

  sql::Database& database_;
  const DeviceTables& tables_;
  NamedValues& meta_;
  std::optional<Place> place_;
};

}  // namespace satchel::device::store
