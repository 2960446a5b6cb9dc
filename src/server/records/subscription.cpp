// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/subscription.h"

#include <algorithm>

#include "server/records/limits.h"

namespace satchel::server::records {
namespace {

bool has_same_keys(const access::Caller& a, const access::Caller& b) {
  return a.business_unit == b.business_unit && a.teams == b.teams && a.roles == b.roles && a.offline == b.offline;
}

}  // namespace

Result<const Subscription*> Subscriptions::of(const access::Caller& caller, const State& state) {
  auto at = kept_.find(caller.user);
  if (at != kept_.end() && at->second.scope_mark == state.scope_mark && has_same_keys(at->second.caller, caller))
    return &at->second.subscription;
  auto subscription = TRY(compute(caller));
  if (at == kept_.end() && kept_.size() >= kSubscriptionsRememberedMax) kept_.clear();
  auto& kept = kept_[caller.user];
  kept = {caller, state.scope_mark, std::move(subscription)};
  return &kept.subscription;
}

Result<Subscription> Subscriptions::compute(const access::Caller& caller) {
  Subscription subscription;
  for (const auto& table : context_.schema.tables()) {
    const TableSql& sql = context_.at(table.number);
    if (!sql.is_fed || !caller.offline.holds(table)) continue;
    for (const auto& key : access::keys_of(caller, table))
      if (const auto number = TRY(scopes_.find({table.number, key}))) subscription.push_back({*number, &sql, key});
  }
  std::sort(subscription.begin(), subscription.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  if (subscription.size() > kCursorScopesMax)
    return Error{ErrorCode::too_large, "This user belongs to too many teams for one device. Take him out of some."};
  return subscription;
}

}  // namespace satchel::server::records
