// SPDX-License-Identifier: Apache-2.0
//
// Decisions: what the user says about conflicts and refused changes. Each works inside the caller's transaction.
#pragma once

#include <map>
#include <string>

#include "device/sync/local_changes.h"
#include "device/sync/settle.h"

namespace satchel::device::sync {

enum class Keep { mine, server };

// Decides a conflict, as a whole or per column. A decision for mine becomes a change based on the server value that was seen, so a
// newer one asks again (Y15). The losing value is kept 90 days.
//   columns:       mine = send mine, server = let mine go
//   deleted_there: mine = restore as a new record with a new id (K3), server = let it go
//   deleted_here:  mine = delete for good, server = show the record again
// Errors: not_found for an unknown conflict; bad_value for a column that isn't in it. Returns the id of the record (a new one
// when it was restored).
struct Decision {
  Keep keep = Keep::mine;
  std::map<model::ColumnIndex, Keep> columns;  // overrides `keep`
};
Result<RecordId> decide(store::DeviceStore& store, store::ConflictId conflict, const Decision& decision,
                        const Settling& settling);

// Takes a losing value back: it becomes a new change (K2).
Result<void> undo(store::DeviceStore& store, store::ConflictId conflict, const Settling& settling);

// Takes a delete back that hasn't left the device. Errors: not_found when it was sent, or isn't there.
Result<void> take_back(store::DeviceStore& store, ChangeId change, const Settling& settling);

// A refused change goes out again, or is given up. Errors: not_found.
Result<void> retry(store::DeviceStore& store, store::OutboxPosition position, const Settling& settling);
Result<void> discard(store::DeviceStore& store, store::OutboxPosition position, const Settling& settling);

}  // namespace satchel::device::sync
