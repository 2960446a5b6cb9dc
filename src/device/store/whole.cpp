// SPDX-License-Identifier: Apache-2.0
//
// What the store does with all of its tables at once: scopes, the first load, sizes, erasing and checking.
#include <algorithm>

#include "base/sort.h"
#include "device/store/internal/sql_store.h"

namespace satchel::device::store {

// ---- scopes ------------------------------------------------------------------------------------------------------------------

Result<void> SqlStore::add_scope(const odata::FeedScope& scope, bool loading) {
  expect_transaction();
  touched_.loading = true;
  return scopes_.add(scope, loading);
}

Result<void> SqlStore::mark_scopes_loaded() {
  expect_transaction();
  touched_.loading = true;
  return scopes_.mark_loaded();
}

Result<ScopeSetNumber> SqlStore::scope_set(std::span<const ScopeNumber> scopes) {
  expect_transaction();
  return scopes_.number_of(scopes);
}

Result<std::vector<model::Reference>> SqlStore::drop_scope(ScopeNumber scope) {
  expect_transaction();
  TableNumber number;
  for (const auto& row : TRY(scopes_.all()))
    if (row.scope.number == scope) number = row.scope.table;
  const auto emptied = TRY(scopes_.drop(scope));
  const auto* table = tables_.find(number);
  return table != nullptr ? mirrors_.leave_scopes(*table, emptied) : std::vector<model::Reference>();
}

Result<std::vector<odata::NamedRow>> SqlStore::scope_rows(ScopeNumber scope, std::optional<RecordId> from,
                                                          std::optional<RecordId> until) {
  std::vector<odata::NamedRow> out;
  for (const auto& row : TRY(scopes_.all())) {
    const auto* table = row.scope.number == scope ? tables_.find(row.scope.table) : nullptr;
    if (table == nullptr) continue;
    std::unordered_map<ScopeSetNumber, bool> holds;
    TRY(mirrors_.each(*table, from, until, [&](RecordId id, const Holding& holding) {
      auto [known, is_new] = holds.try_emplace(holding.scopes, false);
      if (is_new) {
        const auto members = scopes_.members(holding.scopes);
        known->second = members && std::binary_search(members->begin(), members->end(), scope);
      }
      if (known->second) out.push_back({row.scope.table, id, holding.version});
    }));
  }
  // Sorted here, for walking the id index would read the rows in an order in which they don't lie.
  satchel::sort(out, [](const auto& a, const auto& b) { return a.id < b.id; });
  return out;
}

Result<std::vector<odata::ScopeTotal>> SqlStore::recount() {
  expect_transaction();
  auto totals = TRY(verifier_.count_scopes());
  TRY(scopes_.set_totals(totals));
  return totals;
}

// ---- first sync --------------------------------------------------------------------------------------------------------------

Result<std::int64_t> SqlStore::load_rows(odata::FeedPageReader& page) {
  expect_transaction();
  return loader_.load(page);
}

Result<void> SqlStore::finish_load() {
  expect_transaction();
  touched_.loading = true;
  return layout_.finish_load();
}

Result<bool> SqlStore::build_next_index() {
  expect_transaction();
  touched_.loading = true;
  return layout_.build_next();
}

// ---- sizes -------------------------------------------------------------------------------------------------------------------

// How much a table's rows weigh, from the length of its newest ones.
Result<std::int64_t> SqlStore::bytes_weight(const DeviceTable& table) {
  const auto rows = TRY(rows_.count(table.table->number));
  if (rows == 0) return std::int64_t{0};
  std::string lengths = "40";  // id, version, scopes, and their places in the indexes
  for (const auto& stored : table.stored) lengths += " + coalesce(length(" + sql::quoted(stored.name) + "), 1)";
  auto select = TRY(sql::borrow(database_, "select avg(bytes) from (select " + lengths + " as bytes from " +
                                               sql::quoted(table.table->name) + " order by rowid desc limit 20)"));
  return TRY(select->step()) ? rows * select->integer(0) : std::int64_t{0};
}

Result<std::vector<TableStatus>> SqlStore::tables() {
  std::vector<TableStatus> out;
  const auto scopes = TRY(scopes_.all());
  for (const auto& table : tables_.all()) {
    TableStatus status;
    status.table = table.table->number;
    status.rows = TRY(rows_.count(status.table));
    status.loading = std::any_of(scopes.begin(), scopes.end(),
                                 [&](const ScopeRow& row) { return row.scope.table == status.table && row.loading; });
    out.push_back(status);
  }
  return out;
}

// The file's size, shared out by weight: where indexes and free room belong can't be told without reading all of it.
Result<std::map<TableNumber, std::int64_t>> SqlStore::table_bytes() {
  std::map<TableNumber, std::int64_t> weights;
  double total = 0;
  for (const auto& table : tables_.all()) {
    const auto weight = TRY(bytes_weight(table));
    weights.emplace(table.table->number, weight);
    total += static_cast<double>(weight);
  }
  auto select = TRY(sql::borrow(
      database_, "select c.page_count * s.page_size from pragma_page_count() as c, pragma_page_size() as s"));
  const auto bytes = TRY(select->step()) ? static_cast<double>(select->integer(0)) : 0;
  for (auto& [table, weight] : weights)
    if (total > 0) weight = static_cast<std::int64_t>(static_cast<double>(weight) / total * bytes);
  return weights;
}

// ---- the whole ---------------------------------------------------------------------------------------------------------------

Result<void> SqlStore::erase() {
  expect_transaction();
  touched_.erased = true;
  forget_caches();
  auto recreated = layout_.recreate();
  forget_caches();
  return recreated;
}

Result<void> SqlStore::erase_rows() {
  expect_transaction();
  touched_.erased = true;
  TRY(layout_.restart_load());
  TRY(scopes_.clear());
  for (const auto& table : tables_.all()) TRY(mirrors_.erase_rows(table));
  return {};
}

Result<void> SqlStore::compact() {
  assert(!database_.in_transaction());
  TRY(database_.execute("vacuum"));
  auto checkpoint = TRY(database_.prepare("pragma wal_checkpoint(truncate)"));
  while (TRY(checkpoint->step())) {
  }
  return {};
}

Result<void> SqlStore::verify() {
  expect_transaction();
  TRY(verifier_.verify());
  TRY(outbox_.all());
  TRY(drafts_.verify());
  TRY(outbox_.acknowledged_above(Seq(0)));
  TRY(conflicts_.all());
  TRY(conflicts_.records());
  return text_index_.verify();
}

}  // namespace satchel::device::store
