// SPDX-License-Identifier: Apache-2.0
//
// State: the one row that says where the organisation stands. Read at the beginning of each part and pull: what is
// cached in memory is held against its marks, which are random, so that neither a rolled back transaction nor another
// process can leave a cache that looks right and isn't.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "server/records/internal/context.h"

namespace satchel::server::records {

struct State {
  Cut head;
  Uuid epoch;
  Seq floor;                // leaves, tombstones and marks below it are gone
  std::int64_t scope_mark;  // changes when a scope is created
  std::string secret;       // seals cursors
};

// What an organisation had behind its backup, and a restore took back: the numbers above `after`, below `first`. They are never given
// again, so a version tells which history it is of.
struct LostCommits {
  Seq after, first;
};

Result<State> read_state(Context& context);
// Inside a write transaction.
Result<void> write_head(Context& context, const Cut& head, Instant made_at);
Result<void> write_scope_mark(Context& context, std::int64_t mark);
Result<void> write_epoch(Context& context, const Uuid& epoch, const LostCommits& lost);
Result<void> write_floor(Context& context, Seq floor);

// Is it a cut of this history? Below the floor nobody can tell any more, and the answer is yes: such a cursor starts
// again from the beginning anyway, and a push is guarded by its conditions. Errors: history_changed.
Result<void> check_cut(Context& context, const State& state, const Cut& cut);
// Errors: history_changed, always; its target is `lost_commits`.
Result<void> refuse_history(Context& context);
// Of all restores: "34-1790000000000,80-1790000000123".
Result<std::string> lost_commits(Context& context);

}  // namespace satchel::server::records
