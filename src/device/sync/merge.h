// SPDX-License-Identifier: Apache-2.0
//
// Merging is arithmetic: base, mine and server go in, a plan comes out; nothing is written here. The laws stand in
// docs/merge_laws.md, each with a test.
//
//   per column group:   server = mine            -> drop     (both sides agree)
//                       server = base            -> keep     (only this side changed it)
//                       a party list             -> rebase   (additions and removals of both sides, K7)
//                       else, by the policy      -> conflict | drop (server wins) | rebase (device wins)
//
// A group is a column, but: state and status are one; all money columns and the currency are one whenever the currency
// differs between base, mine and server (K7). Values are compared in normal form (Y22).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/record.h"

namespace satchel::device::sync {

// A column with an unsent value.
struct PendingColumn {
  model::ColumnIndex column = 0;
  model::Value base;
  model::Value mine;
  bool operator==(const PendingColumn&) const = default;
};

enum class ConflictPolicy { ask, server, device };

// What a column follows that both sides changed (K2): its own rule, else its table's, else the organisation's.
struct ConflictPolicies {
  ConflictPolicies(ConflictPolicy for_all = ConflictPolicy::ask) : everywhere(for_all) {}
  ConflictPolicy everywhere;
  std::map<std::string, ConflictPolicy, std::less<>> by_name = {};  // "contact", "contact.jobtitle"
  ConflictPolicy of(const model::Table& table, model::ColumnIndex column) const;
};

struct MergePlan {
  std::vector<model::ColumnIndex> keep;          // stays pending as it is
  std::vector<model::ColumnIndex> drop;          // no longer pending: the server has it
  std::vector<PendingColumn> rebase;             // stays pending with this value, on this base
  std::vector<std::vector<PendingColumn>> ask;   // one entry per group in conflict
  std::vector<std::vector<PendingColumn>> lost;  // given up by the policy `server`; kept in the history (K2)

  bool operator==(const MergePlan&) const = default;
};

// `pending` sorted by column; `server` is the whole row as the server has it. Columns that merge as one follow the strictest
// of their policies: ask before server before device.
MergePlan plan_merge(const model::Table& table, const std::vector<PendingColumn>& pending, const model::Record& server,
                     const ConflictPolicies& policies);

// The columns that merge as one with `column` when `changed` says whether the currency moved.
std::vector<model::ColumnIndex> group_of(const model::Table& table, model::ColumnIndex column, bool currency_moved);

// Additions and removals of both sides (K7): server + (mine - base) - (base - mine).
model::PartyList merge_parties(const model::PartyList& base, const model::PartyList& mine,
                               const model::PartyList& server);

}  // namespace satchel::device::sync
