// SPDX-License-Identifier: Apache-2.0
//
// Limits of records, with units and reasons.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace satchel::server::records {

// Rows in a pull page unless the device asks for another number. About 1 MB before compression: a phone decodes it in
// some 30 ms, and a lost connection costs at most one of them.
inline constexpr std::size_t kPullRowsDefault = 5'000;
// The most a device gets: bounds what one request holds in memory.
inline constexpr std::size_t kPullRowsMax = 20'000;
// A page ends behind the seq in which it has this many bytes, for rows may be long (descriptions, notes).
inline constexpr std::size_t kPullBytesMax = 4 * 1024 * 1024;

// Scopes in one cursor. A user has one per table and key; 100 tables with 40 teams each fit.
inline constexpr std::size_t kCursorScopesMax = 4'096;

// Rows of a ranges answer: below this the rows cost less bytes than another round of buckets.
inline constexpr std::size_t kRangeRowsMax = 256;
inline constexpr std::size_t kRangeBucketsMax = 256;

// Rows that one delete may take or change along. All of them are one commit, so one page of the feed holds them all, and
// every other writer waits meanwhile: 10,000 take some 0.4 s.
inline constexpr std::size_t kCascadeRowsMax = 10'000;
// Rows of one commit. A page never ends inside a seq, so this bounds a page too; a batch has at most 1,000 changes.
inline constexpr std::size_t kPartRowsMax = 20'000;
// Ids named in the target of a refused delete: what a person can look at.
inline constexpr std::size_t kNewerRowsNamedMax = 100;

// Records that a watch tells of one by one, 16 bytes each, as many as the device holds: a longer list costs more than its naming
// all of them. Beyond it the busiest tables are named whole.
inline constexpr std::size_t kTouchedMin = 100;
inline constexpr std::size_t kTouchedMax = 5'000;

// Rows in a list page.
inline constexpr std::size_t kListRowsMax = 5'000;

// Leaves, tombstones, request memory and marks of cuts are kept at least this long (Y7, Y18).
inline constexpr Duration kRetention = Duration::of_days(90);
// Rows that one sweep removes from a table: some 50 ms in which others wait. The next sweep goes on.
inline constexpr std::int64_t kSweepRowsMax = 20'000;

// Answers in the request memory, in bytes of headers and body. Batch parts answer with little; a longer body isn't kept,
// and the conditional headers decide on a retry.
inline constexpr std::size_t kRememberedBytesMax = 64 * 1024;

// Callers whose subscriptions are held in memory; about 4 KB each.
inline constexpr std::size_t kSubscriptionsRememberedMax = 5'000;
// Scope numbers and totals held in memory, about 100 bytes each.
inline constexpr std::size_t kScopesRememberedMax = 200'000;

}  // namespace satchel::server::records
