// SPDX-License-Identifier: Apache-2.0
//
// Loader: the way of a first load's rows from a page into their tables, without building a value in between.
#pragma once

#include <unordered_map>
#include <vector>

#include "device/store/internal/layout.h"
#include "device/store/internal/mirrors.h"

namespace satchel::device::store {

class Loader {
 public:
  Loader(sql::Database& database, const DeviceTables& tables, Layout& layout, Rows& rows, Mirrors& mirrors,
         Scopes& scopes)
      : database_(database), tables_(tables), layout_(layout), rows_(rows), mirrors_(mirrors), scopes_(scopes) {}

  // Returns how many rows the page brought.
  Result<std::int64_t> load(odata::FeedPageReader& page);

 private:
  // A table's insert statement and where each cell of a row goes.
  struct Insert {
    const DeviceTable* table = nullptr;
    sql::Statement* statement = nullptr;
    std::vector<std::string> keys;  // fold keys of the present row, one per folded column
    std::vector<bool> is_filled;    // per value parameter: bound to something other than null
    std::int64_t rows = 0;
  };
  // What the rows of one set of scopes add up to.
  struct Tally {
    ScopeSetNumber set;
    std::int64_t count = 0;
    std::uint64_t sum = 0;
  };

  Result<Insert> insert_into(const model::Table& table);
  Result<ScopeSetNumber> tally(const odata::FeedPageReader::Row& row);
  Result<void> insert(Insert& insert, const odata::FeedPageReader::Row& row, ScopeSetNumber set);
  Result<void> finish_page();

  sql::Database& database_;
  const DeviceTables& tables_;
  Layout& layout_;
  Rows& rows_;
  Mirrors& mirrors_;
  Scopes& scopes_;
  // Of the present page.
  std::vector<Insert> inserts_;
  std::vector<Tally> tallies_;  // by the page's number of the set
};

}  // namespace satchel::device::store
