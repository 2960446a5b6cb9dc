// SPDX-License-Identifier: Apache-2.0
//
// The text index: one FTS5 table over the words of all tables' rows.
//
//   search(text), content = search_content (a view over the rows' own columns, so texts are stored once)
//
// It is built in slices, table by table and row by row, behind the first load, and then merged into one segment, in steps too;
// `meta` remembers how far it came. A row that lies behind that place will be read when the build gets there; one before it is
// kept up to date.
//
// Always true:
//   - The index holds a row under each of its distinct words once. A change tells it the words that went and those that came, and
//     it does so before the transaction ends. (So FTS5's count of words is too high where a text has a word twice. Only ranking by
//     relevance reads it, which we don't.)
//   - With FTS5's secure-delete and the database's secure_delete nothing of a word that went is left in the file. Contentless
//     tables would keep it, and with detail=none secure-delete loses other rows' words (see README): hence detail=column.
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

  // Every row is in it.
  Result<bool> complete();
  // Complete, but not yet in one piece: searching and changing take a little longer.
  Result<bool> merging() { return TRY(meta_.integer(kMergeName, 0)) != 0; }
  // Indexes the next rows, or merges a part. True while there is more to do.
  Result<bool> build_slice();

  // A row's words now; nothing if the row isn't in the index (yet). Ask before and after a change, and tell with `change`.
  Result<std::optional<std::string>> words(const DeviceTable& table, std::int64_t rowid);
  Result<void> change(const DeviceTable& table, std::int64_t rowid, const std::optional<std::string>& before,
                      const std::optional<std::string>& after);

  // search_rowids of rows that match, by table and rowid, at most `rows_max`.
  Result<std::vector<std::int64_t>> find(const std::string& match_expression, std::size_t rows_max);
  // rowids of one table's rows that match, all of them.
  Result<std::vector<std::int64_t>> find_in(TableNumber table, const std::string& match_expression);

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

  static constexpr std::string_view kMergeName = "search_merge";  // there while merging: 1, then 2 once begun

  // Words and the rows under them, as one number that doesn't depend on their order.
  struct Sum {
    std::int64_t count = 0;
    std::uint64_t sum = 0;
    void add(std::string_view word, std::int64_t row);
    bool operator==(const Sum&) const = default;
  };

  Result<Place> place();
  Result<void> set_place(const Place& place);
  Result<std::optional<std::int64_t>> end_of_slice(const DeviceTable& table, std::int64_t from);
  Result<void> end_building();
  Result<bool> merge_step();
  Result<void> configure(std::string_view name, std::int64_t value);
  Result<std::int64_t> changes_so_far();
  Result<Sum> sum_of_rows();
  Result<Sum> sum_of_index();

  sql::Database& database_;
  const DeviceTables& tables_;
  NamedValues& meta_;
  std::optional<Place> place_;
};

}  // namespace satchel::device::store
