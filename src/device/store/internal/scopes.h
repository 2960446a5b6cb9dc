// SPDX-License-Identifier: Apache-2.0
//
// Scopes: why rows are here. A row carries the number of a set; `scope_set` says which scopes are in it, for rows are many and
// distinct sets are few. `scope` holds each scope's count and sum over the mirror rows that it holds (Y9).
//
// Always true:
//   - A set's number keeps its meaning, but for this: when a scope is dropped it leaves the sets, not the rows. So two numbers
//     may come to mean the same set; that does no harm.
//   - Number 0 is the empty set, and no other number is.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "device/store/store.h"

namespace satchel::device::store {

// Which version of a record the device holds, and by which scopes: all that sums need to know.
using Holding = DeviceStore::Holding;

class Scopes {
 public:
  explicit Scopes(sql::Database& database) : database_(database) {}

  Result<std::vector<ScopeRow>> all();
  Result<void> add(const odata::FeedScope& scope, bool loading);
  Result<void> mark_loaded();

  Result<ScopeSetNumber> number_of(std::span<const ScopeNumber> scopes);
  // Errors: store_damaged for a number that was never given.
  Result<std::vector<ScopeNumber>> members(ScopeSetNumber set);

  // The record's mirror was held as `before` and is now as `after`.
  Result<void> move(RecordId id, const std::optional<Holding>& before, const std::optional<Holding>& after);
  // Adds `count` rows with this sum to every scope of a set; written down by flush().
  Result<void> tally(ScopeSetNumber set, std::int64_t count, std::uint64_t sum);
  Result<void> flush();
  // Sets all counts and sums. Scopes that aren't named get zeros.
  Result<void> set_totals(const std::vector<odata::ScopeTotal>& totals);

  // The scope goes, also out of the sets. Gives the numbers that are empty now; rows that carry one must get 0.
  Result<std::vector<ScopeSetNumber>> drop(ScopeNumber scope);
  // No scope and no set is left.
  Result<void> clear();
  void forget();

 private:
  struct Total {
    std::int64_t count = 0;
    std::uint64_t sum = 0;
    bool changed = false;
  };

  Result<void> read_totals();
  Result<void> read_sets();
  Result<const std::vector<ScopeNumber>*> find_set(ScopeSetNumber set);

  sql::Database& database_;
  // What the tables say, read when first asked for.
  std::optional<std::unordered_map<ScopeNumber, Total>> totals_;
  std::vector<ScopeNumber> changed_;
  std::optional<std::unordered_map<ScopeSetNumber, std::vector<ScopeNumber>>> sets_;
  std::map<std::vector<ScopeNumber>, ScopeSetNumber> numbers_;
};

}  // namespace satchel::device::store
