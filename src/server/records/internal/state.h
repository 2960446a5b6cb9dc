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

Result<State> read_state(Context& context);
// Inside a write transaction.
Result<void> write_head(Context& context, const Cut& head, Instant made_at);
Result<void> write_scope_mark(Context& context, std::int64_t mark);
Result<void> write_epoch(Context& context, const Uuid& epoch);
Result<void> write_floor(Context& context, Seq floor);

// Is it a cut of this history? Below the floor nobody can tell any more, and the answer is yes: such a cursor starts
// again from the beginning anyway, and a push is guarded by its conditions. Errors: history_changed.
Result<void> check_cut(Context& context, const State& state, const Cut& cut);

}  // namespace satchel::server::records
