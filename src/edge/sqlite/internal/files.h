// SPDX-License-Identifier: Apache-2.0
//
// What the driver needs of the file system beside SQLite itself. In WebAssembly there is none, and nothing to do.
#pragma once

#include <string>

#include "base/result.h"

namespace satchel::edge::sqlite {

// Makes an empty file that only its owner can read, so that SQLite doesn't make one for everybody. One that exists is
// left alone, and not even opened: closing it would end the locks that this process holds on it (POSIX).
void make_private_file(const std::string& path);

// Moves a finished file to its place, for good (the folder is synced). Errors: io_error.
Result<void> move_into_place(const std::string& from, const std::string& to);
void remove_if_there(const std::string& path);

// Renames a file to one beside it that nothing has the name of ("NAME.set-aside", "NAME.set-aside-2", ...), and returns that.
// Errors: io_error.
Result<std::string> move_aside(const std::string& path);

}  // namespace satchel::edge::sqlite
