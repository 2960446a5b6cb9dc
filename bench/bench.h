// SPDX-License-Identifier: Apache-2.0
//
// The bench: one run, one table. Everything is measured in processes of its own and on real files in a folder that goes when
// the run ends.
//
//   fill ─▶ server ◀──HTTP── device: first sync (fresh store, several times, the bare limit beside it)
//                  ◀──HTTP── device: daily work on the last store
//                  ◀──HTTP── crowds of writers and devices
//   the server's file ─▶ size of the pages
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "bench/options.h"
#include "bench/table.h"

namespace satchel::bench {

// Hears what is being done now, a sentence each.
using Tell = std::function<void(const std::string&)>;

// `folder` is empty, and is left to the caller. Call it while this process has one thread.
// Errors: usage when no line's name begins with `only`; else what went wrong in a child.
Result<Table> run(const Options& options, const std::string& folder, const Tell& tell);

}  // namespace satchel::bench
