// SPDX-License-Identifier: Apache-2.0
//
// Staged pages: pages of the feed that wait for their cut, in the order in which they came (Y12).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sql/database.h"

namespace satchel::device::store {

class StagedPages {
 public:
  explicit StagedPages(sql::Database& database) : database_(database) {}

  // Errors: too_large past kStagedBytesMax.
  Result<void> add(std::string_view page);
  Result<std::size_t> count();
  Result<std::optional<std::string>> at(std::size_t index);  // 0 = the oldest
  Result<void> clear() { return database_.execute("delete from staged_page"); }

 private:
  sql::Database& database_;
};

}  // namespace satchel::device::store
