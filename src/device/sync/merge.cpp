// SPDX-License-Identifier: Apache-2.0
#include "device/sync/merge.h"
#include "base/sort.h"

#include <algorithm>
#include <map>
#include <set>

namespace satchel::device::sync {
namespace {

using model::ColumnIndex;
using model::ColumnType;

const PendingColumn* find(const std::vector<PendingColumn>& pending, ColumnIndex column) {
  for (const auto& entry : pending)
    if (entry.column == column) return &entry;
  return nullptr;
}

bool differs_on_either_side(const PendingColumn& pending, const model::Record& server) {
  return pending.base != pending.mine || server.values[pending.column] != pending.base;
}

// Amounts mean something only with their currency: once it moved on either side, they are decided together.
bool currency_moved(const model::Table& table, const std::vector<PendingColumn>& pending, const model::Record& server) {
  if (!table.currency) return false;
  const auto* currency = find(pending, *table.currency);
  return currency != nullptr && differs_on_either_side(*currency, server);
}

const model::PartyList& parties_or_none(const model::Value& value) {
  static const model::PartyList kNone;
  const auto* parties = model::parties_in(value);
  return parties != nullptr ? *parties : kNone;
}

// The one party list of a group, merged as a set.
PendingColumn merged_list(const PendingColumn& pending, const model::Value& server) {
  auto merged = merge_parties(parties_or_none(pending.base), parties_or_none(pending.mine), parties_or_none(server));
  return {pending.column, server, merged.empty() ? model::Value{} : model::Value{std::move(merged)}};
}

void decide_by_policy(MergePlan& plan, std::vector<PendingColumn> group, const model::Record& server,
                      ConflictPolicy policy) {
  switch (policy) {
    case ConflictPolicy::ask: plan.ask.push_back(std::move(group)); return;
    case ConflictPolicy::server:
      for (const auto& entry : group) plan.drop.push_back(entry.column);
      plan.lost.push_back(std::move(group));
      return;
    case ConflictPolicy::device:
      for (auto& entry : group) {
        entry.base = server.values[entry.column];
        plan.rebase.push_back(std::move(entry));
      }
      return;
  }
}

void plan_group(MergePlan& plan, const model::Table& table, std::vector<PendingColumn> group,
                const model::Record& server, const ConflictPolicies& policies) {
  const auto all = [&](auto&& test) { return std::all_of(group.begin(), group.end(), test); };
  if (all([&](const PendingColumn& p) { return server.values[p.column] == p.mine; })) {
    for (const auto& entry : group) plan.drop.push_back(entry.column);
  } else if (all([&](const PendingColumn& p) { return server.values[p.column] == p.base; })) {
    for (const auto& entry : group) plan.keep.push_back(entry.column);
  } else if (group.size() == 1 && table.columns[group[0].column].type == ColumnType::party_list) {
    auto merged = merged_list(group[0], server.values[group[0].column]);
    if (merged.mine == merged.base) plan.drop.push_back(merged.column);
    else plan.rebase.push_back(std::move(merged));
  } else {
    auto policy = ConflictPolicy::device;
    for (const auto& entry : group) policy = std::min(policy, policies.of(table, entry.column));
    decide_by_policy(plan, std::move(group), server, policy);
  }
}

}  // namespace

ConflictPolicy ConflictPolicies::of(const model::Table& table, ColumnIndex column) const {
  const auto own = by_name.find(table.name + "." + table.columns[column].name);
  if (own != by_name.end()) return own->second;
  const auto tables = by_name.find(table.name);
  return tables != by_name.end() ? tables->second : everywhere;
}

std::vector<ColumnIndex> group_of(const model::Table& table, ColumnIndex column, bool currency_has_moved) {
  if (table.state && table.status && (column == *table.state || column == *table.status))
    return {std::min(*table.state, *table.status), std::max(*table.state, *table.status)};
  const bool is_amount = table.columns[column].type == ColumnType::money;
  const bool is_currency = table.currency && column == *table.currency;
  if (!currency_has_moved || !(is_amount || is_currency)) return {column};
  std::vector<ColumnIndex> group;
  for (const auto& candidate : table.columns)
    if ((candidate.type == ColumnType::money && candidate.origin == model::Origin::user) ||
        (table.currency && candidate.index == *table.currency))
      group.push_back(candidate.index);
  return group;
}

MergePlan plan_merge(const model::Table& table, const std::vector<PendingColumn>& pending, const model::Record& server,
                     const ConflictPolicies& policies) {
  MergePlan plan;
  const bool moved = currency_moved(table, pending, server);
  std::set<ColumnIndex> done;
  for (const auto& entry : pending) {
    if (done.count(entry.column) != 0) continue;
    std::vector<PendingColumn> group;
    for (const auto column : group_of(table, entry.column, moved)) {
      if (const auto* member = find(pending, column)) group.push_back(*member);
      done.insert(column);
    }
    plan_group(plan, table, std::move(group), server, policies);
  }
  return plan;
}

model::PartyList merge_parties(const model::PartyList& base, const model::PartyList& mine,
                               const model::PartyList& server) {
  const auto holds = [](const model::PartyList& list, const model::Reference& party) {
    return std::any_of(list.begin(), list.end(), [&](const model::Party& p) { return p.party == party; });
  };
  model::PartyList merged;
  for (const auto& party : server)
    if (!holds(base, party.party) || holds(mine, party.party)) merged.push_back(party);
  for (const auto& party : mine)
    if (!holds(base, party.party) && !holds(server, party.party)) merged.push_back(party);
  satchel::sort(merged);
  return merged;
}

}  // namespace satchel::device::sync
