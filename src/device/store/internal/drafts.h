// SPDX-License-Identifier: Apache-2.0
//
// Drafts: new records that are on this device only, in the order in which they were made. What is asked for in SQL has a column of
// its own; the rest is `body` (see the .cpp). One that can't be read says so, and the others go on.
#pragma once

#include <optional>
#include <vector>

#include "device/store/store.h"

namespace satchel::device::store {

class Drafts {
 public:
  Drafts(sql::Database& database, const model::Schema& schema) : database_(database), schema_(schema) {}

  Result<void> add(const Draft& draft);
  Result<void> update(const Draft& draft);
  Result<void> remove(RecordId id);
  Result<std::vector<Draft>> all();
  Result<std::optional<Draft>> find(RecordId id);
  Result<bool> has(RecordId id);
  Result<std::size_t> count();
  // Errors: store_damaged, naming the first draft that can't be read.
  Result<void> verify();

 private:
  Result<std::string> body_of(const Draft& draft) const;
  Draft read(sql::Statement& row) const;

  sql::Database& database_;
  const model::Schema& schema_;
};

}  // namespace satchel::device::store
