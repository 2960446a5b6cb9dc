// SPDX-License-Identifier: Apache-2.0
//
// Settling a record: after its mirror moved or an answer came, its pending changes are merged with what the server has now,
// conflicts are opened, renewed or closed, and what the user sees is made anew. One function, called for every reason, so
// that there is one merge and not several.
//
//   cut applied  ---.
//   answer came  ---+--> settle(record) --> outbox, conflicts, visible row
//   user decided ---.
//
// Always true after it:
//   - The visible row is visible_side() of mirror, outbox and conflicts; a record without any of those has no shadow.
//   - A record with an unanswered change isn't merged (Y13); it is settled again when the answer is known.
#pragma once

#include <span>

#include "device/store/store.h"
#include "device/sync/merge.h"

namespace satchel::device::sync {

struct Settling {
  Instant now;         // by this device's clock: for people
  Instant server_now;  // the same moment by the server's, for what the server judges (invariant 17)
  RecordId user;       // whose device this is: his own later changes are no surprise to him
  ConflictPolicies policies = {};
  Random* random = nullptr;
  // A delete isn't sent before it's this old: so long the user can take it back.
  Duration deletes_held = {};
  std::span<const RecordId> open = {};  // on a screen just now: the cache's bounds leave them alone (Q6)
};

// Works inside the caller's transaction. `table`, `id`: the record.
Result<void> settle(store::DeviceStore& store, const model::Table& table, RecordId id, const Settling& settling);

// The server no longer has the record (`deleted`) or no longer shows it to this user. Call before the mirror is dropped:
// edits become the user's decision (K3), or errors that keep what he typed and only that (Q2).
enum class Gone { deleted, not_readable };
Result<void> settle_gone(store::DeviceStore& store, const model::Table& table, RecordId id, Gone gone,
                         const Settling& settling);

// Makes the visible row anew; drops the shadow when nothing local is left.
Result<void> refresh_visible(store::DeviceStore& store, const model::Table& table, RecordId id);

}  // namespace satchel::device::sync
