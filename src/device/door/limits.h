// SPDX-License-Identifier: Apache-2.0
//
// How much the door gives and remembers. Each number has its unit and its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace satchel::device::door {

// Rows of one window: some five screens of a tablet. A longer one would hold a frame up.
inline constexpr std::int64_t kWindowRowsMax = 200;

// A window that ends before this row is asked from the database as it is; one behind it needs the numbers of all rows.
inline constexpr std::int64_t kDirectRowsMax = 400;

// Orders of whole lists that are kept: 4 bytes a row, so 400 kB each for 100,000 rows.
inline constexpr std::size_t kOrdersKept = 8;

// One piece of making a list's order: rows looked at, and rows put together. Some 4 ms on a phone, in which nothing else is answered.
inline constexpr std::uint32_t kOrderPieceRows = 500;
inline constexpr std::uint32_t kOrderPieceMerged = 5'000;

// Rows put where they belong in one piece; each reads some 17 others. Of more than the second number the order is made anew.
inline constexpr std::size_t kOrderPieceMoves = 8;
inline constexpr std::size_t kOrderMovesMax = 200;

// A list's order is made anew so long after a change of many rows: more of them may be on their way.
inline constexpr Duration kOrderRest = Duration::of_milliseconds(700);

// Columns of one list; more than any screen shows.
inline constexpr std::size_t kColumnsMax = 100;

// While a table loads, its list is asked anew each time it has grown by half: what a list costs grows with the table, and so all
// of it together costs no more than three times the last.
inline constexpr std::int64_t kGrowthPercent = 150;

// Between two tellings of progress.
inline constexpr Duration kProgressPause = Duration::of_milliseconds(250);

// Before this much of a first sync has passed nobody can say how long it will take.
inline constexpr Duration kEstimateAfter = Duration::of_seconds(2);

// Hits of a search, and of a picker; people type another letter rather than read on.
inline constexpr std::size_t kHitsMax = 50;
inline constexpr std::size_t kCandidatesMax = 20;

// Of the records that were used lately, those that home shows.
inline constexpr std::size_t kRecentShown = 8;

// Activities of one kind about one record that a timeline looks at.
inline constexpr std::int64_t kTimelineRowsMax = 500;

// Rows of one list on home.
inline constexpr std::int64_t kHomeRowsMax = 50;

// Rows that a chart looks at: some hundred milliseconds on a phone, and more than a person has open at once.
inline constexpr std::int64_t kChartRowsMax = 20'000;

// Categories of one chart; half a year of weeks. More can't be told apart on a phone.
inline constexpr std::size_t kChartCategoriesMax = 26;

// Rows of a cached table that a list asks the server for when it's opened: two screens of a phone, one of a tablet.
inline constexpr std::int64_t kListReachRows = 25;

// Looks at the server that wait for their turn. A screen asks for some five; what was asked for before is no longer looked at.
inline constexpr std::size_t kReadsWaitingMax = 12;

// Watched questions of one tab. A screen has some ten.
inline constexpr std::size_t kWatchesMax = 200;

// Actions whose outcome is kept, so that asking again does them once. A hand-over between tabs repeats only those that were under
// way: one or two.
inline constexpr std::size_t kOutcomesKept = 24;
inline constexpr std::size_t kKeyLengthMax = 64;

// Deletes whose traces are kept in memory, to take them back.
inline constexpr std::size_t kUndosKept = 20;

// Bytes of one message: the longest memo and its record.
inline constexpr std::size_t kMessageBytesMax = 8 * 1024 * 1024;

}  // namespace satchel::device::door
