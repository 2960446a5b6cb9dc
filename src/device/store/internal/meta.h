// SPDX-License-Identifier: Apache-2.0
//
// Small values by name, in a table (name, value) of their own. The store has two: `meta` for itself, `setting` for those
// who use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sql/database.h"

namespace satchel::device::store {

class NamedValues {
 public:
  NamedValues(sql::Database& database, std::string_view table);

  Result<std::optional<std::string>> get(std::string_view name);
  Result<void> set(std::string_view name, std::string_view value);
  Result<void> drop(std::string_view name);

  Result<std::int64_t> integer(std::string_view name, std::int64_t otherwise);
  Result<void> set_integer(std::string_view name, std::int64_t value);

 private:
  sql::Database& database_;
  std::string get_;
  std::string set_;
  std::string drop_;
};

}  // namespace satchel::device::store
