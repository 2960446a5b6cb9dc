// SPDX-License-Identifier: Apache-2.0
//
// Push: the outbox becomes one $batch, and the batch's answers become states of the outbox.
//
//   waiting --plan_push--> sent --answer--> acknowledged --cut--> gone
//                           |                 refused (error list), or waiting again (412: pull, merge, send)
//                           +--no answer--> stays sent: the next batch repeats it with the same id and body (Y17, Y18)
//
// Always true:
//   - Changes of one record leave in the order in which they entered; the next waits for the answer of the one before.
//   - A change depends on exactly the unconfirmed creates that it names (Y19). Waiting creates linked by lookups travel as
//     one group, all or none (K5); an update that names one of them depends on it within the batch.
//   - A refused change holds back only what names it.
#pragma once

#include <vector>

#include "base/http.h"
#include "device/store/store.h"
#include "device/sync/settle.h"
#include "odata/batch.h"

namespace satchel::device::sync {

struct PushPlan {
  std::vector<odata::BatchPart> parts;  // empty: nothing to send. A part's id is its outbox position.
};

// Freezes what it plans, in the caller's transaction.
Result<PushPlan> plan_push(store::DeviceStore& store, const Settling& settling);

struct PushReport {
  std::size_t acknowledged = 0;
  std::size_t refused = 0;
  std::size_t to_merge = 0;               // stale: the pull brings what to merge with
  std::size_t later = 0;                  // the server asks to try again later
  std::vector<odata::NamedRow> to_fetch;  // creates whose id is taken, and cached rows: named in the next pull
};

// Enters the answers, in the caller's transaction. Parts that the answer lacks stay `sent`.
Result<PushReport> read_answers(store::DeviceStore& store, const std::vector<odata::BatchAnswer>& answers,
                                const Settling& settling);

// Changes that wait for a refused one, and those that no longer have to (Y19).
Result<void> update_blocks(store::DeviceStore& store, const Settling& settling);

// Deletes that the server held back because rows went with them that were newer than what the user saw (Y7): if somebody
// else changed one, the user decides (K3); if it was himself, on another device, the delete goes again with the cut of now.
Result<void> review_deletes(store::DeviceStore& store, const Settling& settling);

// Is there anything that plan_push would send?
Result<bool> has_unsent(store::DeviceStore& store, const Settling& settling);

// Is this delete still to be held back? A clock that was set back doesn't hold it for longer.
bool is_held(const store::OutboxEntry& entry, const Settling& settling);

}  // namespace satchel::device::sync
