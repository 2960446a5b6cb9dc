// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/subscription.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "server/records/limits.h"

namespace satchel::server::records {
namespace {

bool has_same_keys(const access::Caller& a, const access::Caller& b) {
  return a.business_unit == b.business_unit && a.teams == b.teams && a.roles == b.roles && a.offline == b.offline;
}

}  // namespace

Result<Subscriptions::Kept*> Subscriptions::kept(const access::Caller& caller, const State& state) {
  auto at = kept_.find(caller.user);
  if (at != kept_.end() && at->second.scope_mark == state.scope_mark && has_same_keys(at->second.caller, caller))
    return &at->second;
  auto subscription = TRY(compute(caller));
  if (at == kept_.end() && kept_.size() >= kSubscriptionsRememberedMax) kept_.clear();
  auto& kept = kept_[caller.user];
  kept = {caller, state.scope_mark, std::move(subscription), {}};
  return &kept;
}

Result<const Subscription*> Subscriptions::of(const access::Caller& caller, const State& state) {
  return &TRY(kept(caller, state))->subscription;
}

Result<const Watched*> Subscriptions::watched_of(const access::Caller& caller, const State& state) {
  auto* of_caller = TRY(kept(caller, state));
  if (!of_caller->watched) of_caller->watched = TRY(compute_watched(caller));
  return &*of_caller->watched;
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

Result<Watched> Subscriptions::compute_watched(const access::Caller& caller) {
  Watched watched;
  ByteWriter keys;
  for (const auto& table : context_.schema.tables()) {
    const TableSql& sql = context_.at(table.number);
    if (!sql.is_fed || caller.offline.holds(table)) continue;
    keys.zigzag(table.number.value);
    for (const auto& key : access::keys_of(caller, table)) {
      keys.u8(static_cast<std::uint8_t>(key.kind));
      keys.raw(key.id.view());
      if (const auto number = TRY(scopes_.find({table.number, key}))) watched.scopes.push_back({*number, &sql, key});
    }
  }
  watched.keys = hash64(keys.bytes());
  return watched;
}

}  // namespace satchel::server::records
