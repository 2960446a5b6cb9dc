// SPDX-License-Identifier: Apache-2.0
//
// Drafts: new records that were captured without a connection, until they are saved (D1-D8).
//
//   make --> draft --save--> draft + outbox create, same id --acknowledged--> the record (a cached row)
//              ^                        |          |
//              +------ refused: reason -+          +-- no answer: still "being saved"; the next contact asks again
//
// Always true:
//   - A draft's id is the record's id; saving twice is one create with one request id (D7, Y17, Y18, Y20).
//   - Nothing of a draft is among the visible rows until the server has confirmed it.
//   - What was typed stays until the server has it, or the user discards it.
//   - Drafts that name each other (D9) are saved together: those that one names go before it, as one group of the outbox. Is one of
//     them refused, none is saved; it has the reason, the others say which one they wait for.
//
// Every function works inside the caller's transaction. Whether something may be done now is the permits' business.
#pragma once

#include <optional>
#include <vector>

#include "device/store/store.h"
#include "device/sync/local_changes.h"
#include "device/sync/settle.h"

namespace satchel::device::sync {

// What a new record of `table` gets from the record whose related list or timeline it's made in (D6): the lookup that leads there,
// of an activity Regarding and the parties; and from the user: owner, sender, organizer. Sorted by column.
// Errors: bad_value when nothing of `table` can belong to such a record.
Result<std::vector<model::ColumnValue>> context_for(const model::Schema& schema, const model::Table& table,
                                                    const std::optional<model::Reference>& related, RecordId user);

// Keeps a prepared create as a draft, filled up from its context; what it says itself comes first.
// Errors: exists, outbox_full, bad_value; save_first when it names a draft and `extended` is off (D5).
struct Drafting {
  Instant now;
  RecordId user;
  bool extended = false;  // the organisation's drafts=extended (D9)
};
Result<void> make_draft(store::DeviceStore& store, model::RecordChange create,
                        const std::optional<model::Reference>& related, const Drafting& drafting);

// Puts a prepared update's values into the draft. Errors: not_found, save_first, store_damaged; bad_value when drafts would belong
// to each other in a ring.
Result<void> change_draft(store::DeviceStore& store, const model::RecordChange& update, const Drafting& drafting);

// The draft goes for good. While its save was sent and has no answer, it's refused: the record may be at the server already.
// Errors: not_found; bad_request while it's being saved; referenced while other drafts belong to it.
Result<void> discard_draft(store::DeviceStore& store, RecordId id);

// What stands in the way of saving, in the order in which the user would meet it; empty: ready.
struct Obstacle {
  Error why;  // a sentence for the user; target = column
  bool is_for_review =
      false;  // he may save all the same (a refusal, a value without a place); "Save all ready" leaves it out
};
Result<std::vector<Obstacle>> obstacles(store::DeviceStore& store, const store::Draft& draft);

// The draft, and before it those that it belongs to, become outbox creates that the next push sends. A second time they're the same.
// Errors: not_found, store_damaged, and the first obstacle that isn't for review.
Result<void> save_draft(store::DeviceStore& store, RecordId id, const Saving& saving);
// Before it was sent: it's a draft as before, and so are those that would have been sent with it. No-op otherwise.
Result<void> stop_saving(store::DeviceStore& store, RecordId id);

// After answers and cuts: saved drafts go and their records count as used, refused ones are drafts again with the reason.
Result<void> settle_drafts(store::DeviceStore& store, const Settling& settling);

// The records that drafts are about: they stay on the device (D5).
Result<std::vector<model::Reference>> records_of_drafts(store::DeviceStore& store);

}  // namespace satchel::device::sync
