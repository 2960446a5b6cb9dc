// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/scopes.h"

#include "server/records/limits.h"

namespace satchel::server::records {

std::size_t Scopes::KeyHash::operator()(const ScopeKey& key) const {
  return std::hash<RecordId>()(key.key.id) * 31 + static_cast<std::size_t>(key.table.value) * 4 +
         static_cast<std::size_t>(key.key.kind);
}

void Scopes::use(const State& state) {
  if (numbers_mark_ != state.scope_mark || numbers_.size() > kScopesRememberedMax) numbers_.clear();
  numbers_mark_ = state.scope_mark;
  if (totals_cut_ != state.head || totals_.size() > kScopesRememberedMax) totals_.clear();
  totals_cut_ = state.head;
}

Result<std::optional<ScopeNumber>> Scopes::find(const ScopeKey& key) {
  if (const auto at = numbers_.find(key); at != numbers_.end()) return std::optional(at->second);
  auto select = TRY(sql::borrow(
      context_.database,
      "select number from scope where organization = ?1 and table_number = ?2 and kind = ?3 and access_key = ?4"));
  select->bind_integer(1, context_.organization.value);
  select->bind_integer(2, key.table.value);
  select->bind_integer(3, static_cast<std::int64_t>(key.key.kind));
  select->bind_blob(4, key.key.id.view());
  if (!TRY(select->step())) return std::optional<ScopeNumber>();
  const ScopeNumber number(select->integer(0));
  numbers_.emplace(key, number);
  return std::optional(number);
}

Result<ScopeNumber> Scopes::find_or_create(const ScopeKey& key) {
  if (const auto known = TRY(find(key))) return *known;
  ScopeNumber number(1);
  {
    auto next = TRY(sql::borrow(context_.database, "select max(number) from scope where organization = ?1"));
    next->bind_integer(1, context_.organization.value);
    if (TRY(next->step()) && !next->is_null(0)) number = ScopeNumber(next->integer(0) + 1);
  }
  auto insert = TRY(sql::borrow(
      context_.database,
      "insert into scope(organization, number, table_number, kind, access_key) values (?1, ?2, ?3, ?4, ?5)"));
  insert->bind_integer(1, context_.organization.value);
  insert->bind_integer(2, number.value);
  insert->bind_integer(3, key.table.value);
  insert->bind_integer(4, static_cast<std::int64_t>(key.key.kind));
  insert->bind_blob(5, key.key.id.view());
  TRY(insert->run());
  numbers_mark_ = static_cast<std::int64_t>(context_.random.next());
  TRY(write_scope_mark(context_, numbers_mark_));
  numbers_.emplace(key, number);
  return number;
}

Result<std::optional<ScopeKey>> Scopes::key_of(ScopeNumber number) {
  auto select = TRY(sql::borrow(
      context_.database, "select table_number, kind, access_key from scope where organization = ?1 and number = ?2"));
  select->bind_integer(1, context_.organization.value);
  select->bind_integer(2, number.value);
  if (!TRY(select->step())) return std::optional<ScopeKey>();
  ScopeKey key{
      TableNumber(static_cast<std::int32_t>(select->integer(0))),
      {static_cast<odata::AccessKind>(select->integer(1)), RecordId::from_bytes(select->blob(2)).value_or(RecordId())}};
  return std::optional(key);
}

Result<Total> Scopes::total(ScopeNumber scope) {
  if (const auto at = totals_.find(scope); at != totals_.end()) return at->second;
  const Total total = TRY(read_total(scope));
  totals_.emplace(scope, total);
  return total;
}

Result<Total> Scopes::read_total(ScopeNumber scope) {
  auto select =
      TRY(sql::borrow(context_.database,
                      "select row_count, row_sum, last_seq from scope_total where organization = ?1 and scope = ?2"));
  select->bind_integer(1, context_.organization.value);
  select->bind_integer(2, scope.value);
  if (!TRY(select->step())) return Total{};
  return Total{select->integer(0), static_cast<std::uint64_t>(select->integer(1)), Seq(select->integer(2))};
}

Result<void> Scopes::write_total(ScopeNumber scope, const Total& total) {
  auto write = TRY(sql::borrow(
      context_.database,
      "insert into scope_total(organization, scope, row_count, row_sum, last_seq) values (?1, ?2, ?3, ?4, ?5) "
      "on conflict(organization, scope) do update set row_count = excluded.row_count, row_sum = excluded.row_sum, "
      "last_seq = excluded.last_seq"));
  write->bind_integer(1, context_.organization.value);
  write->bind_integer(2, scope.value);
  write->bind_integer(3, total.count);
  write->bind_integer(4, static_cast<std::int64_t>(total.sum));
  write->bind_integer(5, total.last.value);
  return write->run();
}

Result<void> Scopes::add(const std::map<ScopeNumber, Total>& differences, const Cut& before, const Cut& head) {
  if (totals_cut_ != before) totals_.clear();
  totals_cut_ = head;  // Before the first of them changes: after a failure nothing of this is taken for `before`.
  for (const auto& [scope, difference] : differences) {
    Total sum = TRY(total(scope));
    sum.count += difference.count;
    sum.sum += difference.sum;
    sum.last = head.seq;
    TRY(write_total(scope, sum));
    totals_[scope] = sum;
  }
  return {};
}

Result<void> Scopes::move_entry(ScopeNumber scope, TableNumber table, RecordId record, Seq seq) {
  {
    auto write = TRY(sql::borrow(context_.database,
                                 "update scope_entry set seq = ?4 where organization = ?1 and scope = ?2 and record = "
                                 "?3 and op = 0"));
    write->bind_integer(1, context_.organization.value);
    write->bind_integer(2, scope.value);
    write->bind_blob(3, record.view());
    write->bind_integer(4, seq.value);
    TRY(write->run());
  }
  if (context_.database.changes() == 1) return {};
  return write_entry(scope, table, record, seq, Op::live);
}

Result<void> Scopes::write_entry(ScopeNumber scope, TableNumber table, RecordId record, Seq seq, Op op) {
  auto write = TRY(sql::borrow(
      context_.database,
      "insert into scope_entry(organization, scope, record, seq, table_number, op) values (?1, ?2, ?3, ?4, ?5, ?6) "
      "on conflict(organization, scope, record) do update set seq = excluded.seq, op = excluded.op"));
  write->bind_integer(1, context_.organization.value);
  write->bind_integer(2, scope.value);
  write->bind_blob(3, record.view());
  write->bind_integer(4, seq.value);
  write->bind_integer(5, table.value);
  write->bind_integer(6, static_cast<std::int64_t>(op));
  return write->run();
}

}  // namespace satchel::server::records
