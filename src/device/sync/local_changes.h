// SPDX-License-Identifier: Apache-2.0
//
// Local changes: what a save on this device does. Row, outbox and search terms change in one transaction; the user sees it at
// once, and nothing waits for the network.
//
// Folding (Y17): a change that was never sent takes in the next one of the same record, so edits made before a push travel
// as one - but only if every record that the new values name is confirmed, or was created earlier in the outbox. Else the
// change goes behind the others (a ring of new records becomes create, create, update).
#pragma once

#include "device/store/store.h"
#include "model/record.h"

namespace satchel::device::sync {

struct Saving {
  Instant now;
  RecordId user;
  Random* random = nullptr;
  // What the screen showed in these columns, where that isn't what is visible now: the merge's base (Y14). Whoever gives it calls
  // `settle` behind the save, for the server may have moved meanwhile.
  std::vector<model::ColumnValue> shown = {};
};

// Saves a prepared and checked change (model::prepare). Opens no transaction: the caller has one.
// Errors: not_found (update or delete of a record that isn't here), exists (create on an id that is here),
// bad_value (required columns), referenced (deleting an unsent record that other unsent changes name), outbox_full.
Result<void> save(store::DeviceStore& store, const model::RecordChange& change, const Saving& saving);

// The records that a change's values name.
std::vector<model::Reference> named_records(const model::RecordChange& change);

// An unconfirmed create of this record: waiting, sent, refused or blocked.
const store::OutboxEntry* find_unconfirmed_create(const std::vector<store::OutboxEntry>& outbox, RecordId record);

}  // namespace satchel::device::sync
