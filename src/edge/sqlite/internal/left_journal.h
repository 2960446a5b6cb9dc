// SPDX-License-Identifier: Apache-2.0
//
// What lies beside an encrypted database from a process that ended in the middle: "-journal" or "-wal". SQLite believes either by
// its name alone. A rollback journal of another store would cut this one to the other's length, and an old one would put back
// yesterday's pages; a log of another day would lay its pages over this file. So they are judged before SQLite sees them:
//
//   its pages can't be read with our key                      another store's, or noise: set aside
//   its file mark doesn't follow the database's                another day's: set aside
//   ours, but not as long as its header says, or torn inside   store_damaged, and all files stay as they are
//   ours                                                      SQLite does with it what it always does
//
// The file mark is "pragma user_version". Whoever writes the database raises it by one in the first transaction of a connection, and
// in every transaction under a rollback journal. See docs/adr/0005-journals-are-judged.md.
#pragma once

#include "base/result.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/internal/connection.h"

namespace satchel::edge::sqlite {

bool has_left_journals(const Connection& connection);

// Call when the key is set and before anything is read through SQLite; and use another connection then. What isn't ours is
// renamed, and `tell` hears a sentence about it.
// Errors: store_busy, store_damaged, wrong_key (the database's first page can't be read either), io_error.
Result<void> judge_left_journals(Connection& connection, const Tell& tell);

}  // namespace satchel::edge::sqlite
