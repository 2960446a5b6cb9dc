// SPDX-License-Identifier: Apache-2.0
//
// Open conflicts, and the losing values of those that were decided (K2).
#pragma once

#include <vector>

#include "device/store/store.h"

namespace satchel::device::store {

class Conflicts {
 public:
  Conflicts(sql::Database& database, const model::Schema& schema) : database_(database), schema_(schema) {}

  Result<ConflictId> add(const Conflict& conflict);
  Result<void> update(const Conflict& conflict);
  Result<void> remove(ConflictId id);
  Result<std::vector<Conflict>> all();
  Result<std::vector<Conflict>> of(RecordId record);

  Result<void> add_record(const ConflictRecord& record);
  Result<std::vector<ConflictRecord>> records();
  Result<void> sweep_records(Instant now);

 private:
  Result<ConflictId> next_id();
  Result<std::string> body_of(const Conflict& conflict) const;
  Result<Conflict> read(sql::Statement& row) const;

  sql::Database& database_;
  const model::Schema& schema_;
};

}  // namespace satchel::device::store
