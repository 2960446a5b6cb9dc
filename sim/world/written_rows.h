// SPDX-License-Identifier: Apache-2.0
//
// WrittenRows: which rows of a device's file were written since somebody last asked, so that after each step only these are
// compared with the truth. A row that was written and rolled back counts as written: it is looked at once too often.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "model/record.h"
#include "sql/database.h"

namespace satchel::sim {

class WrittenRows {
 public:
  WrittenRows(sql::Database& file, const model::Schema& schema);
  WrittenRows(const WrittenRows&) = delete;

  // The whole file was put in another's place.
  void forget_all() { is_all_ = true; }
  // Records of which something was written since the last call: a row, a mirror, an outbox entry or a conflict; with their
  // tables. Errors: the database's.
  Result<std::map<RecordId, TableNumber>> take();

 private:
  // What a rowid stood for when it was last looked at: it may be gone now.
  struct Place {
    RecordId record;
    TableNumber table;
  };
  struct Watched {
    std::string select_one, select_all;  // record and table number, behind the rowid
    std::set<std::int64_t> written;
    std::map<std::int64_t, Place> places;
  };

  void watch(const std::string& table, const std::string& columns);
  Result<void> look(Watched& watched, std::map<RecordId, TableNumber>& records);
  Result<void> look_at_all(Watched& watched, std::map<RecordId, TableNumber>& records);

  sql::Database& file_;
  std::map<std::string, Watched, std::less<>> watched_;
  bool is_all_ = true;
};

}  // namespace satchel::sim
