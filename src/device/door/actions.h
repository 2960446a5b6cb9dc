// SPDX-License-Identifier: Apache-2.0
//
// Actions that change the store: done when they are answered, in one transaction with the memory of their key. So an action that is
// asked again, because a tab was handed over or a worker died, has the outcome that it had.
//
//   create  update  remove  take_back  resolve  undo_decision  retry  discard  opened
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/json.h"
#include "device/client/client.h"

namespace satchel::device::door {

class Actions {
 public:
  Actions(client::Client& client, Random& random) : client_(client), random_(random) {}

  static bool knows(std::string_view what);
  // `key` may be "". Errors: those of the client, in sentences for people.
  Result<Json> perform(const Json& action, std::string_view key, Instant now);

 private:
  Result<Json> act(const Json& action, Instant now);
  Result<Json> create(const Json& action, Instant now);
  Result<Json> update(const Json& action, Instant now);
  Result<Json> remove(const Json& action, Instant now);
  Result<Json> take_back(const Json& action, Instant now);
  Result<Json> resolve(const Json& action, Instant now);
  Result<Json> retry(const Json& action, Instant now);
  Result<Json> opened(const Json& action);

  struct Target {
    const model::Table* table = nullptr;
    RecordId id;
  };
  Result<Target> target_of(const Json& action);
  Result<Json> outcome_of(const Target& target);

  // What a delete took away with it.
  struct Undo {
    std::string name;  // the delete's change id, or one made up if it left no change
    Target target;
    std::vector<store::OutboxEntry> entries;
    std::vector<store::Conflict> conflicts;
  };

  client::Client& client_;
  Random& random_;
  std::deque<Undo> undos_;
};

}  // namespace satchel::device::door
