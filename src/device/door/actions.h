// SPDX-License-Identifier: Apache-2.0
//
// Actions that change the store: done when they are answered, in one transaction with the memory of their key. So an action that is
// asked again, because a tab was handed over or a worker died, has the outcome that it had.
//
//   create  update  remove  take_back  resolve  undo_decision  retry  discard  opened  seen
//   save_draft  save_ready_drafts  discard_draft  export_drafts  dismiss
//
// What goes straight to the server (writes in cached tables, saves of drafts) is kept in the store first; its end is told when the sync
// is over that sends it (`Finish`).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "device/client/client.h"
#include "device/door/drafts.h"

namespace satchel::device::door {

class Actions {
 public:
  Actions(client::Client& client, Random& random) : client_(client), random_(random) {}

  static bool knows(std::string_view what);
  // `key` may be "". Errors: those of the client, in sentences for people.
  Result<Json> perform(const Json& action, std::string_view key, Instant now);

  // What a sync has to be over for, before the action can be answered.
  struct Finish {
    enum class What { write, draft, drafts } what = What::write;
    std::vector<BeingSaved> records;
  };
  // Of the action that was performed last.
  std::optional<Finish> take_finish() { return std::exchange(finish_, std::nullopt); }
  // Behind that sync: the action's outcome. Errors: the server's reason.
  Result<Json> finish(const Finish& finish, Instant now);

 private:
  Result<Json> act(const Json& action, Instant now);
  Result<Json> create(const Json& action, Instant now);
  Result<Json> update(const Json& action, Instant now);
  Result<Json> remove(const Json& action, Instant now);
  Result<Json> take_back(const Json& action, Instant now);
  Result<Json> resolve(const Json& action, Instant now);
  Result<Json> retry(const Json& action, Instant now);
  Result<Json> opened(const Json& action, Instant now);
  Result<Json> pin(const Json& action, Instant now);
  Result<Json> seen(const Json& action, Instant now);
  Result<Json> save_draft(const Json& action, Instant now);
  Result<Json> save_ready_drafts(Instant now);
  Result<Json> discard_draft(const Json& action, Instant now);
  Result<Json> dismiss(const Json& action);
  Result<void> drop_context(model::RecordChange& create, const std::optional<model::Reference>& related, Instant now);

  struct Target {
    const model::Table* table = nullptr;
    RecordId id;
  };
  Result<Target> target_of(const Json& action);
  Result<Json> outcome_of(const Target& target, client::WriteState state);

  // What a delete took away with it.
  struct Undo {
    std::string name;  // the delete's change id, or one made up if it left no change
    Target target;
    std::vector<store::OutboxEntry> entries;
    std::vector<store::Conflict> conflicts;
    std::optional<store::Draft> draft;  // it was one
  };

  client::Client& client_;
  Random& random_;
  std::deque<Undo> undos_;
  std::optional<Finish> finish_;
};

}  // namespace satchel::device::door
