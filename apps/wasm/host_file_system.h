// SPDX-License-Identifier: Apache-2.0
//
// SQLite's files in the host's slots. SQLite reaches them through the cipher's shim alone ("multipleciphers-satchel"), which is made
// when SQLite starts; it's also the default, so a file can't be opened past it by mistake.
//
// Always true:
//   - One connection holds all files, so locks are nothing, and a write-ahead log needs no shared memory (locking_mode EXCLUSIVE).
//   - POWERSAFE_OVERWRITE is declared. Without it the shim encrypts the header of a rollback journal, and a crashed transaction
//     stays half applied.
//   - The shim drops errors of reading. They are kept here: whoever used the database asks `file_trouble` behind it.
#pragma once

#include <string>

namespace satchel::apps {

// The name under which edge::sqlite opens a database here.
inline constexpr const char* kFileSystem = "multipleciphers-satchel";

// As SQLite's default. Gives SQLite's code.
int register_file_system();

// What the host couldn't read since the module began; "" while everything could be.
const std::string& file_trouble();

// Takes a database and its journals away.
bool remove_database(const std::string& name);  // false: a file is still there
bool database_exists(const std::string& name);

}  // namespace satchel::apps
