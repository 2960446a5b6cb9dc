// SPDX-License-Identifier: Apache-2.0
//
// When a device syncs by itself. Each number has its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "device/sync/limits.h"

namespace satchel::device::client {

// Records of one online read: as many as one page of the Web API.
inline constexpr std::int64_t kReadRowsMax = 5'000;
// Records that "Search the server" brings; nobody reads further, they type another letter.
inline constexpr std::int64_t kSearchRowsMax = 50;

// Bytes of unsent work that a wiped device leaves with the server: as many as that keeps of one device.
inline constexpr std::size_t kEscrowBytesMax = 8 * 1024 * 1024 - 1024;

// Between a save and its sync: long enough that the columns of one form, saved one by one, travel together; short enough that a
// colleague sees it at once. Saves without a pause don't hold a sync up for longer than the second number.
inline constexpr Duration kSaveDelay = Duration::of_milliseconds(400);
inline constexpr Duration kSaveDelayMax = Duration::of_seconds(3);

// From opening the store to the first sync: the first screen is drawn before, from what is here.
inline constexpr Duration kOpeningPause = Duration::of_milliseconds(800);

// While connected: others' changes show within 60 s (R6), with room for one pull that fails.
inline constexpr Duration kConnectedPause = Duration::of_seconds(25);

// Between tries while the server can't be reached (R1): doubling, from 1 s to 60 s. While something waits to be sent and the user
// was there lately, no longer than 8 s, so that a server that comes back has the changes within ten.
inline constexpr Duration kRetryMin = sync::kRetryDelayMin;
inline constexpr Duration kRetryMax = sync::kRetryDelayMax;
inline constexpr Duration kRetryUnsentMax = Duration::of_seconds(8);
inline constexpr Duration kUserGone = Duration::of_minutes(15);

// Focus and network changes come in bursts; two tries in a second tell no more than one.
inline constexpr Duration kNudgeGap = Duration::of_seconds(1);

// A delete isn't sent before it's this old: as long as "Undo" is offered, and a little more.
inline constexpr Duration kDeletesHeld = Duration::of_seconds(8);

// A request that brought nothing for so long is given up: a fetch through a dead network may hang for minutes.
inline constexpr Duration kAnswerMax = Duration::of_seconds(90);

// How much of a lease may go unnoticed when a process ends without having written what had passed (S2): reading a record shouldn't
// cost a write each time, and a minute in fourteen days is nothing.
inline constexpr Duration kLeaseReadingEvery = Duration::of_minutes(1);

}  // namespace satchel::device::client
