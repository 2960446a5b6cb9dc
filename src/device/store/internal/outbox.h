// SPDX-License-Identifier: Apache-2.0
//
// Outbox: changes that the server hasn't confirmed, in the order in which they were saved; and beside it the changes that it
// confirmed lately, for the day on which it comes back from an older backup (Y8).
//
// What is asked for in SQL has a column of its own; the rest of an entry is `body` (see the .cpp).
#pragma once

#include <optional>
#include <vector>

#include "device/store/internal/tables.h"
#include "device/store/store.h"

namespace satchel::device::store {

class Outbox {
 public:
  Outbox(sql::Database& database, const model::Schema& schema) : database_(database), schema_(schema) {}

  Result<OutboxPosition> append(const OutboxEntry& entry);
  Result<void> update(const OutboxEntry& entry);
  Result<void> remove(OutboxPosition position);
  Result<std::vector<OutboxEntry>> all();
  Result<std::vector<OutboxEntry>> of(RecordId record);
  Result<std::optional<OutboxEntry>> at(OutboxPosition position);
  Result<std::size_t> count(ChangeState state);

  Result<void> keep_acknowledged(const OutboxEntry& entry, Instant now);
  Result<std::vector<OutboxEntry>> acknowledged_above(Seq seq);
  Result<bool> has_acknowledged(RecordId record);
  Result<void> drop_acknowledged(ChangeId change);
  Result<void> sweep_acknowledged(Instant now);

  void forget() { count_.reset(); }

 private:
  Result<std::size_t> count_all();
  Result<std::string> body_of(const OutboxEntry& entry) const;
  Result<OutboxEntry> read(sql::Statement& row) const;
  Result<std::vector<OutboxEntry>> read_all(sql::Statement& select) const;

  sql::Database& database_;
  const model::Schema& schema_;
  std::optional<std::size_t> count_;
};

}  // namespace satchel::device::store
