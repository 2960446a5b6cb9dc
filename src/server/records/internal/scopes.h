// SPDX-License-Identifier: Apache-2.0
//
// Scopes: (table, access key) -> number, and the count and sum of what is in each.
//
// Numbers and totals are held in memory and read from the database where they are missing. Both know under which marks
// they hold (State::scope_mark; the head's seq and mark), so they survive rollbacks: the next `use` sees another mark.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "odata/feed.h"
#include "server/access/access.h"
#include "server/records/internal/context.h"
#include "server/records/internal/state.h"

namespace satchel::server::records {

// op of an entry in scope_entry.
enum class Op : std::int64_t { live = 0, leave = 1, deleted = 2 };

struct ScopeKey {
  TableNumber table;
  access::AccessKey key;
  bool operator==(const ScopeKey&) const = default;
};

struct Total {
  std::int64_t count = 0;
  std::uint64_t sum = 0;
  Seq last;  // of the newest entry, whatever its op
};

class Scopes {
 public:
  explicit Scopes(Context& context) : context_(context) {}

  // Before each part and each reading.
  void use(const State& state);

  // nullopt: the key has had no record yet.
  Result<std::optional<ScopeNumber>> find(const ScopeKey& key);
  // Inside a write transaction. Changes the scope mark where it creates.
  Result<ScopeNumber> find_or_create(const ScopeKey& key);
  // Nothing if there's no such scope.
  Result<std::optional<ScopeKey>> key_of(ScopeNumber number);

  Result<Total> total(ScopeNumber scope);
  // Adds to the stored totals: at the end of a part, when `head` becomes the state's.
  Result<void> add(const std::map<ScopeNumber, Total>& differences, const Cut& before, const Cut& head);

  // Writes the newest entry of (scope, record).
  Result<void> write_entry(ScopeNumber scope, TableNumber table, RecordId record, Seq seq, Op op);
  // The same for a record that was live in the scope and stays so: by far the most common, and cheaper.
  Result<void> move_entry(ScopeNumber scope, TableNumber table, RecordId record, Seq seq);

 private:
  struct KeyHash {
    std::size_t operator()(const ScopeKey& key) const;
  };
  Result<Total> read_total(ScopeNumber scope);
  Result<void> write_total(ScopeNumber scope, const Total& total);

  Context& context_;
  std::unordered_map<ScopeKey, ScopeNumber, KeyHash> numbers_;
  std::int64_t numbers_mark_ = 0;
  std::unordered_map<ScopeNumber, Total> totals_;
  Cut totals_cut_;
};

}  // namespace satchel::server::records
