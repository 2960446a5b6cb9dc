// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/scopes.h"

#include <algorithm>
#include <cassert>

#include "base/bytes.h"
#include "base/sort.h"

namespace satchel::device::store {
namespace {

// A set = its scopes' numbers, ascending, each as a varint of the distance to the one before.
std::string set_bytes(std::span<const ScopeNumber> scopes) {
  ByteWriter writer;
  std::int64_t before = 0;
  for (const auto scope : scopes) {
    writer.varint(static_cast<std::uint64_t>(scope.value - before));
    before = scope.value;
  }
  return writer.take();
}

Result<std::vector<ScopeNumber>> set_of(std::string_view bytes) {
  std::vector<ScopeNumber> scopes;
  ByteReader reader(bytes);
  std::uint64_t number = 0;
  while (!reader.at_end() && !reader.failed()) {
    number += reader.varint();
    scopes.emplace_back(static_cast<std::int64_t>(number));
  }
  if (reader.failed()) return Error{ErrorCode::store_damaged, "A set of scopes can't be read."};
  return scopes;
}

Result<ScopeRow> read_scope(sql::Statement& row) {
  const auto key = RecordId::from_bytes(row.blob(3));
  if (!key) return Error{ErrorCode::store_damaged, "Scope " + std::to_string(row.integer(0)) + " can't be read."};
  ScopeRow out;
  out.scope.number = ScopeNumber(row.integer(0));
  out.scope.table = TableNumber(static_cast<std::int32_t>(row.integer(1)));
  out.scope.kind = static_cast<odata::AccessKind>(row.integer(2));
  out.scope.key = *key;
  out.scope.rows = row.integer(4);
  out.loading = row.integer(5) != 0;
  out.count = row.integer(6);
  out.sum = static_cast<std::uint64_t>(row.integer(7));
  return out;
}

}  // namespace

Result<std::vector<ScopeRow>> Scopes::all() {
  auto select = TRY(sql::borrow(
      database_, "select number, \"table\", kind, key, rows, loading, count, sum from scope order by number"));
  std::vector<ScopeRow> out;
  while (TRY(select->step())) out.push_back(TRY(read_scope(*select)));
  return out;
}

// A scope that is here already keeps its count and sum, for it keeps its rows.
Result<void> Scopes::add(const odata::FeedScope& scope, bool loading) {
  auto insert = TRY(sql::borrow(
      database_,
      "insert into scope(number, \"table\", kind, key, rows, loading, count, sum) "
      "values (?1, ?2, ?3, ?4, ?5, ?6, 0, 0) on conflict(number) do update set \"table\" = excluded.\"table\", "
      "kind = excluded.kind, key = excluded.key, rows = excluded.rows, loading = excluded.loading"));
  insert->bind_integer(1, scope.number.value);
  insert->bind_integer(2, scope.table.value);
  insert->bind_integer(3, static_cast<std::int64_t>(scope.kind));
  insert->bind_blob(4, scope.key.view());
  insert->bind_integer(5, scope.rows);
  insert->bind_integer(6, loading ? 1 : 0);
  TRY(insert->run());
  if (totals_) totals_->try_emplace(scope.number);
  return {};
}

Result<void> Scopes::mark_loaded() { return database_.execute("update scope set loading = 0 where loading <> 0"); }

Result<void> Scopes::read_sets() {
  if (sets_) return {};
  auto select = TRY(sql::borrow(database_, "select number, scopes from scope_set order by number desc"));
  std::unordered_map<ScopeSetNumber, std::vector<ScopeNumber>> sets;
  numbers_.clear();
  while (TRY(select->step())) {
    auto members = TRY(set_of(select->blob(1)));
    const ScopeSetNumber number(select->integer(0));
    numbers_[members] = number;  // Of two numbers for one set the lower one is given out.
    sets.emplace(number, std::move(members));
  }
  sets_ = std::move(sets);
  return {};
}

Result<ScopeSetNumber> Scopes::number_of(std::span<const ScopeNumber> scopes) {
  if (scopes.empty()) return ScopeSetNumber(0);
  std::vector<ScopeNumber> members(scopes.begin(), scopes.end());
  assert(std::is_sorted(members.begin(), members.end()));
  TRY(read_sets());
  if (const auto known = numbers_.find(members); known != numbers_.end()) return known->second;
  auto insert = TRY(sql::borrow(database_, "insert into scope_set(scopes) values (?1) returning number"));
  const auto bytes = set_bytes(members);
  insert->bind_blob(1, bytes);
  TRY(insert->step());
  const ScopeSetNumber number(insert->integer(0));
  while (TRY(insert->step())) {
  }
  sets_->emplace(number, members);
  numbers_.emplace(std::move(members), number);
  return number;
}

Result<const std::vector<ScopeNumber>*> Scopes::find_set(ScopeSetNumber set) {
  static const std::vector<ScopeNumber> none;
  if (set.value == 0) return &none;
  TRY(read_sets());
  const auto found = sets_->find(set);
  if (found == sets_->end())
    return Error{ErrorCode::store_damaged,
                 "A row names the set of scopes " + std::to_string(set.value) + ", which doesn't exist."};
  return &found->second;
}

Result<std::vector<ScopeNumber>> Scopes::members(ScopeSetNumber set) { return *TRY(find_set(set)); }

Result<void> Scopes::read_totals() {
  if (totals_) return {};
  std::unordered_map<ScopeNumber, Total> totals;
  for (const auto& row : TRY(all())) totals.emplace(row.scope.number, Total{row.count, row.sum});
  totals_ = std::move(totals);
  return {};
}

Result<void> Scopes::move(RecordId id, const std::optional<Holding>& before, const std::optional<Holding>& after) {
  if (before == after) return {};
  if (before) TRY(tally(before->scopes, -1, 0 - odata::entry_hash(id, before->version)));
  if (after) TRY(tally(after->scopes, 1, odata::entry_hash(id, after->version)));
  return flush();
}

Result<void> Scopes::tally(ScopeSetNumber set, std::int64_t count, std::uint64_t sum) {
  TRY(read_totals());
  for (const auto scope : *TRY(find_set(set))) {
    // A scope that this device wasn't granted isn't summed.
    const auto total = totals_->find(scope);
    if (total == totals_->end()) continue;
    total->second.count += count;
    total->second.sum += sum;
    if (std::exchange(total->second.changed, true)) continue;
    changed_.push_back(scope);
  }
  return {};
}

// Sums are added here and not in SQL, for there an addition past 63 bits becomes a floating-point number.
Result<void> Scopes::flush() {
  if (changed_.empty()) return {};
  auto update = TRY(sql::borrow(database_, "update scope set count = ?2, sum = ?3 where number = ?1"));
  for (const auto scope : changed_) {
    auto& total = totals_->at(scope);
    total.changed = false;
    update->bind_integer(1, scope.value);
    update->bind_integer(2, total.count);
    update->bind_integer(3, static_cast<std::int64_t>(total.sum));
    TRY(update->run());
  }
  changed_.clear();
  return {};
}

Result<void> Scopes::set_totals(const std::vector<odata::ScopeTotal>& totals) {
  TRY(read_totals());
  for (auto& [number, total] : *totals_) {
    total = Total{0, 0, true};
    changed_.push_back(number);
  }
  for (const auto& total : totals) {
    const auto known = totals_->find(total.number);
    if (known != totals_->end()) known->second = Total{total.count, total.sum, true};
  }
  return flush();
}

Result<std::vector<ScopeSetNumber>> Scopes::drop(ScopeNumber scope) {
  TRY(read_sets());
  std::vector<ScopeSetNumber> emptied;
  auto update = TRY(sql::borrow(database_, "update scope_set set scopes = ?2 where number = ?1"));
  for (auto& [number, members] : *sets_) {
    if (std::erase(members, scope) == 0) continue;
    if (members.empty()) {
      emptied.push_back(number);
      continue;
    }
    const auto bytes = set_bytes(members);
    update->bind_integer(1, number.value);
    update->bind_blob(2, bytes);
    TRY(update->run());
  }
  auto remove = TRY(sql::borrow(database_, "delete from scope_set where number = ?1"));
  for (const auto number : emptied) {
    remove->bind_integer(1, number.value);
    TRY(remove->run());
  }
  auto drop = TRY(sql::borrow(database_, "delete from scope where number = ?1"));
  drop->bind_integer(1, scope.value);
  TRY(drop->run());
  forget();
  satchel::sort(emptied);
  return emptied;
}

Result<void> Scopes::clear() {
  forget();
  TRY(database_.execute("delete from scope"));
  return database_.execute("delete from scope_set");
}

void Scopes::forget() {
  totals_.reset();
  changed_.clear();
  sets_.reset();
  numbers_.clear();
}

}  // namespace satchel::device::store
