// SPDX-License-Identifier: Apache-2.0
//
// What is done to a whole database now and then: loading in bulk, backing up, checking.
//
// Rooms that may not include edge/ reach the first two with plain SQL through the port, with the same effect:
//   execute("pragma synchronous=normal")
//   prepare("pragma journal_mode=truncate"), one step; text(0) is the mode that is in force now.
// Neither changes anything inside a transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/key.h"
#include "sql/database.h"

namespace satchel::edge::sqlite {

enum class JournalMode {
  wal,       // one flush per commit: for every day
  truncate,  // old pages go to the journal, new ones to the database: writes bulk data once instead of twice
};
// Errors: store_busy while another connection or one's own reading is open; io_error.
Result<void> set_journal_mode(sql::Database& database, JournalMode mode);

enum class Durability {
  full,    // a commit survives a power cut
  normal,  // a commit survives a crash of the process; after a power cut the last ones may be gone, none is half there
};
Result<void> set_durability(sql::Database& database, Durability durability);

struct BackupOptions {
  // For an encrypted database: the copy is encrypted as well, with this key (its own or another) and the same cipher.
  std::optional<Key> key = std::nullopt;
  Cipher cipher = Cipher::chacha20;
  // Called between steps of some MiB, with pages. False cancels.
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress = {};
};
// Copies the state of one moment to `path`, while others go on reading and writing; they are never held up. The file
// appears when it is complete, in place of an older one. `from` must have come from open().
// Errors: canceled, disk_full, io_error, store_damaged, wrong_key (a plain copy of an encrypted database or the reverse).
Result<void> backup(sql::Database& from, const std::string& path, const BackupOptions& options = {});

// Makes `to` what `from` is, tables and rows, in one stroke. Both come from open(), neither is in a transaction, and `to` has
// no key: for a simulator, whose worlds begin alike and whose devices are put back to what they were yesterday.
Result<void> copy_into(sql::Database& from, sql::Database& to);

// From now on `tell` hears of each row that this connection writes: its table and its rowid. What is rolled back later is told as
// well. Not told: tables without rowid, and a delete of all rows at once.
using RowWritten = std::function<void(std::string_view table, std::int64_t rowid)>;
void watch_writes(sql::Database& database, RowWritten tell);

enum class Check {
  pages,  // every page reads and every tree is in order: as long as reading the file takes
  all,    // and every index agrees with its table
};
// Errors: store_damaged, with the first thing found.
Result<void> check_integrity(sql::Database& database, Check check = Check::all);

}  // namespace satchel::edge::sqlite
