// SPDX-License-Identifier: Apache-2.0
//
// How much a connection may take. Sizes in bytes unless the name says otherwise.
#pragma once

#include <cstddef>

namespace satchel::edge::sqlite {

// Statements kept prepared by one connection. The rooms above have a few hundred fixed texts; queries of clients come
// in endless variety and must not grow the server. About 2 KiB each.
inline constexpr std::size_t kStatementsMax = 512;

// execute() keeps texts up to this length prepared ("begin immediate", "savepoint part"): each transaction has two.
inline constexpr std::size_t kExecuteKeptMax = 24;

// Of new files; also the unit in which the cipher works. SQLite's own default, but in a browser, where a call that writes takes some
// 50 us for 12 bytes and for 16 KiB alike: a first sync makes a sixth of the calls.
inline constexpr int kPageSize = 4096;
inline constexpr int kBrowserPageSize = 16 * 1024;

// The server's hot pages: the newest scope entries and the upper floors of all indexes of a million records.
inline constexpr int kServerCacheKib = 64 * 1024;
inline constexpr int kDeviceCacheKib = 16 * 1024;
// The largest table of 100,000 rows, so that its indexes are built without reading it anew for each: with 24 MiB a first sync reads half
// as much again, with 64 MiB no less. A phone's tab gets a few hundred MiB in all.
inline constexpr int kBrowserCacheKib = 32 * 1024;

// In pages. The server commits hundreds of small transactions a second: 16 MiB of journal lets them pile up on the
// same pages. A device prefers a small file: 4 MiB.
inline constexpr int kServerCheckpointPages = 4000;
inline constexpr int kDeviceCheckpointPages = 1000;
inline constexpr int kBrowserCheckpointPages = 250;

// To what a journal is cut back once its content is in the database.
inline constexpr int kServerJournalKept = 64 * 1024 * 1024;
inline constexpr int kDeviceJournalKept = 8 * 1024 * 1024;

// How long a statement waits for another process, in milliseconds. The server's second process is a backup or an
// import, which writes in short transactions. The device's is a command that is about to end, or one that stays.
inline constexpr int kServerBusyMilliseconds = 2000;
inline constexpr int kDeviceBusyMilliseconds = 250;

// How much of a statement's text stands in an error.
inline constexpr std::size_t kErrorSqlMax = 240;

// Pages copied between two calls of a backup's progress: 4 MiB, some 10 ms.
inline constexpr int kBackupStepPages = 1024;

}  // namespace satchel::edge::sqlite
