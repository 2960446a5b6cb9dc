// SPDX-License-Identifier: Apache-2.0
//
// What a device of somebody with offline drafts does: its rows are cached ones, held by their use.
#pragma once

#include "bench/child.h"
#include "bench/device_side.h"

namespace satchel::bench {

// Fills a store with `rows` cached rows and `drafts` drafts, and another one with nothing. Gives {"rows", "drafts", "open_ms",
// "permit_us", "start_ms", "empty_start_ms", "idle_sync_ms", "idle_device_cpu_ms",
// "idle_cpu_ms", "idle_bytes"}.
Result<Json> cached_work(const DevicePlace& place, std::int64_t rows, std::int64_t drafts);

}  // namespace satchel::bench
