// SPDX-License-Identifier: Apache-2.0
//
// Subscription: the scopes whose keys a caller has. A key without a record has no scope yet; it joins when it appears.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "server/records/internal/scopes.h"

namespace satchel::server::records {

struct SubscribedScope {
  ScopeNumber number;
  const TableSql* table = nullptr;
  access::AccessKey key;
};
using Subscription = std::vector<SubscribedScope>;  // by number

// What the caller may read beside it: tables whose rows his devices hold one by one.
struct Watched {
  std::vector<SubscribedScope> scopes;  // table by table
  std::uint64_t keys = 0;               // hash of tables and keys: another one = he reads by other rights now
};

class Subscriptions {
 public:
  Subscriptions(Context& context, Scopes& scopes) : context_(context), scopes_(scopes) {}

  // Lives until the next call.
  Result<const Subscription*> of(const access::Caller& caller, const State& state);
  // The same for what isn't his by scope.
  Result<const Watched*> watched_of(const access::Caller& caller, const State& state);

 private:
  struct Kept {
    access::Caller caller;
    std::int64_t scope_mark = 0;
    Subscription subscription;
    std::optional<Watched> watched;  // once a device asked for it
  };
  Result<Kept*> kept(const access::Caller& caller, const State& state);
  Result<Subscription> compute(const access::Caller& caller);
  Result<Watched> compute_watched(const access::Caller& caller);

  Context& context_;
  Scopes& scopes_;
  std::unordered_map<RecordId, Kept> kept_;  // by user
};

}  // namespace satchel::server::records
