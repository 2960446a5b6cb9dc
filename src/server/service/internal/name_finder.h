// SPDX-License-Identifier: Apache-2.0
//
// NameFinder: records by the names that people write for them. Each name is asked from the database once; measured, that
// is quicker than reading all names of a table unless a file names nearly every one of them.
//
// Always true:
//   - A name is compared exactly (in normal form); the database's looser match only tells the candidates.
//   - A user's user name and a currency's ISO code go before its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/records/records.h"

namespace satchel::server::service {

class NameFinder {
 public:
  struct Found {
    int count = 0;        // 0, 1, or 2 for more than one
    RecordId id;          // when there is one
    std::string similar;  // when there is none: a name that differs only in case or accents
    bool by_key = false;  // it was the user name or ISO code
  };

  explicit NameFinder(records::Records& records) : records_(records) {}

  Result<Found> find(const model::Table& table, const std::string& name);
  // The name was given or taken away: ask again.
  void forget(const model::Table& table, const std::string& name);

 private:
  Result<Found> ask(const model::Table& table, const std::string& name);

  records::Records& records_;
  std::unordered_map<std::int32_t, std::unordered_map<std::string, Found>> known_;
};

// The text column by which records of a table are known beside their name: a user's user name. Null where there is none.
const model::Column* key_column(const model::Table& table);

}  // namespace satchel::server::service
