// SPDX-License-Identifier: Apache-2.0
//
// Part: one commit while it's being made. What it gathers here is written by end_part, and forgotten with it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "model/value.h"
#include "server/records/internal/scopes.h"
#include "server/records/internal/state.h"

namespace satchel::server::records {

struct Part {
  Cut before;              // the head that it began behind
  std::optional<Cut> cut;  // its own, from the first row that changes
  Instant made_at;
  std::size_t rows = 0;  // written so far
  bool rights_changed = false;
  std::map<ScopeNumber, Total> totals;  // what it adds

  // Looked up already. Void as soon as a change could make them wrong: see Writer::forget_lookups.
  std::set<std::tuple<RecordId, TableNumber, RecordId>> readable;         // (user, table, record)
  std::unordered_map<RecordId, std::optional<model::Reference>> unit_of;  // of an owner
  std::unordered_map<RecordId, std::optional<std::int64_t>> rate_of;      // of a currency, in its scale
  std::optional<std::optional<model::Reference>> base_currency;

  void forget_lookups() {
    readable.clear();
    unit_of.clear();
    rate_of.clear();
    base_currency.reset();
  }
};

}  // namespace satchel::server::records
