// SPDX-License-Identifier: Apache-2.0
//
// Search: from what somebody types to records, the likeliest first:
//
//   1. records whose name begins with the text     (from the index of names, however many match otherwise)
//   2. the others
//
// and among each the tables in load order, their records by name.
// Without the text index the searched columns are read row by row, with the same meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "device/store/internal/text_index.h"
#include "device/store/store.h"

namespace satchel::device::store {

class Search {
 public:
  Search(sql::Database& database, const DeviceTables& tables, TextIndex& text_index)
      : database_(database), tables_(tables), text_index_(text_index) {}

  // `indexed`: all indexes are there.
  Result<std::vector<SearchHit>> find(std::string_view text, std::size_t hits_max, bool indexed);
  // Row numbers of one table, ascending.
  Result<std::vector<RowNumber>> rows_of(const DeviceTable& table, std::string_view text, bool indexed);

 private:
  struct Candidate {
    const DeviceTable* table = nullptr;
    std::int64_t rowid = 0;
    SearchHit hit;
    std::string key;  // fold key of the name
  };

  Result<std::vector<Candidate>> by_name(const std::string& prefix, std::size_t rows_max);
  Result<std::vector<Candidate>> by_words(const std::vector<std::string>& words);
  Result<std::vector<Candidate>> by_scan(const std::vector<std::string>& words);
  Result<std::vector<std::int64_t>> scan(const DeviceTable& table, const std::vector<std::string>& words,
                                         std::size_t rows_max);
  Result<void> add_hit(const DeviceTable& table, std::int64_t rowid, std::vector<Candidate>& out);

  sql::Database& database_;
  const DeviceTables& tables_;
  TextIndex& text_index_;
};

}  // namespace satchel::device::store
