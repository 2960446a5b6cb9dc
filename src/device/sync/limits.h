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
// Rows of a load's first page: somebody waits for the first list.
inline constexpr std::size_t kLoadPageRowsFirst = 500;
// Rows of later pages, but for those that led up to them: about 1.5 MB, under 50 ms to store on a phone.
inline constexpr std::size_t kLoadPageRowsMin = 5'000;
// As long as pages come quickly the next one may have twice as many rows, up to these, for each page ends with flushes of the disk.
// A kill costs at most a page (invariant 13), so one that took long is followed by one of half its rows.
inline constexpr std::size_t kLoadPageRowsMax = 20'000;
inline constexpr Duration kLoadPageQuick = Duration::of_milliseconds(250);
inline constexpr Duration kLoadPageSlow = Duration::of_seconds(1);
// Rounds of push and pull in one sync. Each round settles what the one before asked for; a tenth round means two devices
// writing as fast as we read, and the next sync goes on.
inline constexpr int kSyncRoundsMax = 10;
// Records opened or saved lately that are remembered: what home shows, and what stays with whoever comes to have offline drafts (E5).
inline constexpr std::size_t kRecentKept = 40;
// Time between tries while the server can't be reached (R1).
inline constexpr Duration kRetryDelayMin = Duration::of_seconds(1);
inline constexpr Duration kRetryDelayMax = Duration::of_seconds(60);

}  // namespace satchel::device::sync
