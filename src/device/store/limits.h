// SPDX-License-Identifier: Apache-2.0
//
// How much the store keeps and gives. Each number has its unit and its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace satchel::device::store {

// Changes that wait for the server. A year of hard work without a connection; some 10 MB. Beyond it a save is refused with
// outbox_full, for a queue that grows without end hides that something is wrong.
inline constexpr std::size_t kOutboxChangesMax = 20'000;

// Drafts on one device. People save them one by one; some 10 MB.
inline constexpr std::size_t kDraftsMax = 5'000;

// Pinned records (Q6): as many as one pull may name, so that each pull can ask for all of them.
inline constexpr std::size_t kPinsMax = 2'000;

// Bytes of pages that wait for their cut. Some 300,000 changed rows; the server's page may hold at most a tenth of it.
inline constexpr std::int64_t kStagedBytesMax = 64 * 1024 * 1024;

// Rows that one list() gives: as many as a page of the Dataverse Web API. Longer lists go on behind `next`.
inline constexpr std::int64_t kListRowsMax = 5'000;

// Hits that one search gives; nobody reads further, they type another letter.
inline constexpr std::size_t kSearchHitsMax = 200;

// Rows of the text index that are looked at to find the best ones. 400 rows, each in another page, take some 10 ms to read; a word
// that more rows have says little, and rows whose name begins with the text are found by their own index.
inline constexpr std::size_t kSearchCandidatesMax = 400;

// Rows of one table that are told one by one as written. Whoever keeps a list looks at all of it rather than at more of them: each
// costs some 17 reads, all rows of a long list about as much as 300.
inline constexpr std::size_t kTouchedRowsMax = 200;

// Words of a search text that count. The rest is left out, so that a pasted page doesn't become a query.
inline constexpr std::size_t kSearchWordsMax = 12;

// Rows per slice of the text index. A slice is one transaction during which nothing else is saved: about 0.2 s natively.
inline constexpr std::int64_t kSearchSliceRows = 20'000;

// Leaves (of 2 KB) of the text index that one step of merging writes: some 4 MiB, about as long as a slice.
inline constexpr std::int64_t kSearchMergeLeaves = 2'000;

// Rows from which on loading and building indexes is bulk work with a journal of its own. Changing the journal takes some
// milliseconds; fewer rows don't win that back.
inline constexpr std::int64_t kBulkRowsMin = 20'000;

// Indexes of small tables are built several at a time, until this many rows were sorted.
inline constexpr std::int64_t kIndexStepRows = 20'000;

// Acknowledged changes, for a server that is restored from an older backup (Y8).
inline constexpr Duration kAcknowledgedKept = Duration::of_days(30);

// Losing values of conflicts (K2).
inline constexpr Duration kHistoryKept = Duration::of_days(90);

}  // namespace satchel::device::store
