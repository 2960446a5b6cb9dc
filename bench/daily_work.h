// SPDX-License-Identifier: Apache-2.0
//
// What a person does all day on a device that holds many rows: look at lists, search, save, and sync a little now and then.
#pragma once

#include "bench/device_side.h"

namespace satchel::bench {

// On the finished store of first_sync. `edits_max` records are changed while offline (fewer if there are fewer contacts). Gives
//   list_ms, list_bare_ms      50 rows, filtered and ordered: the slowest of four lists, and the same rows by plain SQL
//   search_ms                  the slowest of six searches
//   changed_row_ms             what the device works on one row that somebody else changed; changed_row_sync_ms: the whole sync
//   idle_pull_cpu_ms           the server's processor time when nothing happened; idle_sync_ms: the whole sync
//   save_ms, bare_commit_ms    one edit on the disk; one row in plain SQL on the disk
//   edits, edits_up_ms         so many offline edits, until all are confirmed; edits_settled_ms: until the sync is over
Result<Json> daily_work(const DevicePlace& place, std::int64_t edits_max, std::int64_t rounds);

}  // namespace satchel::bench
