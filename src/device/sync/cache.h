// SPDX-License-Identifier: Apache-2.0
//
// Cache: the rows of cached tables that were used on this device (C1-C6). They come by the feed like any other row, named in a
// pull, and are held by no scope: by their use they stay.
//
//   used --> use (table, id, used_at) --> named in a pull: same | changed | gone, forbidden --> row, or no use any more
//                 oldest use, past the            ^   |
//                 organisation's bounds: leaves   |   v
//                                  touched: to name   watched by the server (odata::FeedWatch), and not named again
//
// Always true:
//   - The oldest use leaves first; never a record that a draft is about, and never one with changes or conflicts of its own.
//   - A refresh or being a lookup's target is no use.
//   - A row that is watched is as the server had it when pulls last told of the watch; every other one is named in each sync.
//   - A pinned record (Q6) has no bounds, in a sync table as well: out of its scope it stays without one. Each sync asks for it by
//     name, so it leaves once it's gone or may no longer be read.
#pragma once

#include <span>
#include <vector>

#include "device/store/store.h"
#include "device/sync/experience.h"

namespace satchel::device::sync {

// A used row stays without a scope only in a table that isn't the user's to sync: from a sync table it leaves with its scope (Q2),
// unless it's pinned.
Result<bool> stays_by_use(store::DeviceStore& store, const Experience& experience, const model::Reference& record);

// "Keep on this device" (Q6). One that isn't here comes with the next pull. Errors: too_large.
Result<void> pin(store::DeviceStore& store, const model::Reference& record, Instant now);
// What only the pin kept leaves at once; a cached row is an ordinary one again.
Result<void> unpin(store::DeviceStore& store, const Experience& experience, const model::Reference& record,
                   Instant now);

// What pulls have to name: pinned records, and used ones that no scope holds and the server doesn't watch, the latest use first, with
// the version that is here (0: none).
Result<std::vector<odata::NamedRow>> rows_to_name(store::DeviceStore& store, const Experience& experience);

// Lets the oldest uses go past cache_rows, cache_bytes and cache_days, and their rows with them; never what is on a screen just now
// (`open`). In the caller's transaction. Gives the number of rows that left.
Result<std::int64_t> evict(store::DeviceStore& store, std::span<const RecordId> open, Instant now);

}  // namespace satchel::device::sync
