// SPDX-License-Identifier: Apache-2.0
//
// SQLite's result codes as our errors: a code to decide on, and a sentence that names the file and what to do.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;

namespace satchel::edge::sqlite {

struct FailureContext {
  std::string_view path;
  std::string_view sql = {};
  // Before the first successful read, unreadable content means the wrong key; afterwards it means damage.
  bool key_proven = false;
};

// Reads the handle's message, so call it before the next use of the handle. `handle` may be null.
Error failure(sqlite3* handle, int code, const FailureContext& context);

}  // namespace satchel::edge::sqlite
