// SPDX-License-Identifier: Apache-2.0
//
// Cache: the rows of cached tables that were used on this device (C1-C6). They come by the feed like any other row, named in a
// pull, and are held by no scope: by their use they stay.
//
//   used --> use (table, id, used_at) --> named in each pull: same | changed | gone, forbidden --> row, or no use any more
//                                              oldest use, past the organisation's bounds --> leaves
//
// Always true:
//   - The oldest use leaves first; never a record that a draft is about, and never one with changes or conflicts of its own.
//   - A refresh or being a lookup's target is no use.
#pragma once

#include <vector>

#include "device/store/store.h"
#include "device/sync/experience.h"

namespace satchel::device::sync {

// A used row stays without a scope only in a table that isn't the user's to sync: from a sync table it leaves with its scope (Q2).
Result<bool> stays_by_use(store::DeviceStore& store, const Experience& experience, const model::Reference& record);

// What pulls have to name: used records that no scope holds, the latest use first, with the version that is here (0: none).
Result<std::vector<odata::NamedRow>> rows_to_name(store::DeviceStore& store, const Experience& experience);

// Lets the oldest uses go past cache_rows, cache_bytes and cache_days, and their rows with them. In the caller's transaction.
// Gives the number of rows that left.
Result<std::int64_t> evict(store::DeviceStore& store, const Experience& experience, Instant now);

}  // namespace satchel::device::sync
