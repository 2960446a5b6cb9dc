// SPDX-License-Identifier: Apache-2.0
//
// Subscription: the scopes whose keys a caller has. A key without a record has no scope yet; it joins when it appears.
#pragma once

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

class Subscriptions {
 public:
  Subscriptions(Context& context, Scopes& scopes) : context_(context), scopes_(scopes) {}

  // Lives until the next call.
  Result<const Subscription*> of(const access::Caller& caller, const State& state);

 private:
  struct Kept {
    access::Caller caller;
    std::int64_t scope_mark = 0;
    Subscription subscription;
  };
  Result<Subscription> compute(const access::Caller& caller);

  Context& context_;
  Scopes& scopes_;
  std::unordered_map<RecordId, Kept> kept_;  // by user
};

}  // namespace satchel::server::records
