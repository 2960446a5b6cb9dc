// SPDX-License-Identifier: Apache-2.0
//
// Verify: reads the whole store and says what contradicts itself.
#pragma once

#include "device/store/internal/layout.h"
#include "device/store/internal/mirrors.h"

namespace satchel::device::store {

class Verifier {
 public:
  Verifier(sql::Database& database, const DeviceTables& tables, Rows& rows, Mirrors& mirrors, Scopes& scopes)
      : database_(database), tables_(tables), rows_(rows), mirrors_(mirrors), scopes_(scopes) {}

  // Counts and sums of every scope, from the mirrors themselves.
  Result<std::vector<odata::ScopeTotal>> count_scopes();
  // Errors: store_damaged, with the first contradiction.
  Result<void> verify();

 private:
  Result<void> verify_scopes();
  Result<void> verify_table(const DeviceTable& table);
  Result<void> verify_shadows();
  Result<std::int64_t> number(const std::string& sql);

  sql::Database& database_;
  const DeviceTables& tables_;
  Rows& rows_;
  Mirrors& mirrors_;
  Scopes& scopes_;
};

}  // namespace satchel::device::store
