// SPDX-License-Identifier: Apache-2.0
//
// The bare limit: the same rows, in the same tables with the same indexes and the same cipher, written by plain SQL and nothing
// else. No server, no pages, no merge: what the store would take at best.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace satchel::bench {

// Reads all rows of the finished `store` into memory, then writes them into a new file at `path`: one transaction for the rows and
// their ids, one for each order index, one for the text index; each is on the disk when its time is taken. Gives
// {"rows", "readable_ms", "indexed_ms", "searchable_ms"}.
Result<Json> bare_limit(const std::string& store, const std::string& path);

}  // namespace satchel::bench
