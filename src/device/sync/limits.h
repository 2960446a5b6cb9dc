// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/time.h"

namespace satchel::device::sync {

// Parts of one batch: what the Web API allows (Dataverse: 1000).
inline constexpr std::size_t kPushPartsMax = 1000;
// Bytes of one batch: half of what a server takes, so that one long note more never tips it over.
inline constexpr std::size_t kPushBytesMax = 8 * 1024 * 1024;
// Records of one group (K5): further children follow once their parent is confirmed.
inline constexpr std::size_t kGroupMembersMax = 100;
// Rows of one page of a first load: about 1.5 MB, under 50 ms to store on a phone; a kill costs at most this (invariant 13).
inline constexpr std::size_t kLoadPageRowsMax = 5000;
// Rounds of push and pull in one sync. Each round settles what the one before asked for; a tenth round means two devices
// writing as fast as we read, and the next sync goes on.
inline constexpr int kSyncRoundsMax = 10;
// Time between tries while the server can't be reached (R1).
inline constexpr Duration kRetryDelayMin = Duration::of_seconds(1);
inline constexpr Duration kRetryDelayMax = Duration::of_seconds(60);

}  // namespace satchel::device::sync
