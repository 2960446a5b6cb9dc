// SPDX-License-Identifier: Apache-2.0
//
// Ways to break the system on purpose, to see that the simulator notices (`--mutations`). Each is made at a seam of the world:
// at a request or an answer on its way, at a device's or the server's database, through a store's own functions, or by an option
// that the engine has.
#pragma once

#include <span>

#include "sim/world/faults.h"

namespace satchel::sim {

enum class Mutation {
  none,
  // on the way to the server
  split_groups,
  ignore_versions,
  ignore_history,
  // on the way to the device
  leaves_lost,
  deletes_lost,
  row_lost,
  row_leaked,
  page_skipped,
  refusals_as_success,
  // at the device
  device_wins,
  server_wins,
  base_moves,
  folds_into_sent,
  overlay_dropped,
  stage_lost,
  transactions_torn,
  // at a device with offline drafts
  fresh_ids,
  evicts_related,
  change_drops_drafts,
  forbidden_kept,
  watch_blind,
  later_words_lost,
  // at the server
  forgets_requests,
  loses_commits,
  forgets_rights,
};

struct MutationInfo {
  Mutation mutation;
  const char* name;
  const char* what;               // is broken
  Faults faults = Faults::usual;  // without which it makes no difference
  Drafters drafters = Drafters::none;
};
std::span<const MutationInfo> mutations();

}  // namespace satchel::sim
