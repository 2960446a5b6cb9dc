// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/verify.h"

namespace satchel::device::store {
namespace {

Error damaged(std::string message) { return {ErrorCode::store_damaged, std::move(message)}; }

}  // namespace

Result<std::int64_t> Verifier::number(const std::string& sql) {
  auto select = TRY(database_.prepare(sql));
  if (!TRY(select->step())) return std::int64_t{0};
  return select->integer(0);
}

Result<std::vector<odata::ScopeTotal>> Verifier::count_scopes() {
  // First by set, for a million rows have few of them.
  std::unordered_map<ScopeSetNumber, odata::ScopeTotal> by_set;
  for (const auto& table : tables_.all()) {
    TRY(mirrors_.each(table, std::nullopt, std::nullopt, [&](RecordId id, const Holding& holding) {
      auto& total = by_set[holding.scopes];
      ++total.count;
      total.sum += odata::entry_hash(id, holding.version);
    }));
  }
  std::map<ScopeNumber, odata::ScopeTotal> by_scope;
  for (const auto& row : TRY(scopes_.all())) by_scope[row.scope.number].number = row.scope.number;
  for (const auto& [set, total] : by_set)
    for (const auto scope : TRY(scopes_.members(set)))
      if (const auto known = by_scope.find(scope); known != by_scope.end()) {
        known->second.count += total.count;
        known->second.sum += total.sum;
      }
  std::vector<odata::ScopeTotal> out;
  for (const auto& [scope, total] : by_scope) out.push_back(total);
  return out;
}

Result<void> Verifier::verify_scopes() {
  const auto counted = TRY(count_scopes());
  const auto scopes = TRY(scopes_.all());
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].count == counted[i].count && scopes[i].sum == counted[i].sum) continue;
    return damaged("Scope " + std::to_string(scopes[i].scope.number.value) + " says it holds " +
                   std::to_string(scopes[i].count) + " rows; " + std::to_string(counted[i].count) + " were counted" +
                   (scopes[i].count == counted[i].count ? ", with another sum." : "."));
  }
  return {};
}

Result<void> Verifier::verify_table(const DeviceTable& table) {
  const auto name = sql::quoted(table.table->name);
  const auto rows = TRY(number("select count(*) from " + name));
  const auto said = TRY(rows_.count(table.table->number));
  if (rows != said)
    return damaged(table.table->plural + " say they are " + std::to_string(said) + " rows; " + std::to_string(rows) +
                   " were counted.");
  const auto ids = TRY(number("select count(distinct id) from " + name));
  if (rows != ids) return damaged("Some of " + table.table->plural + " are there twice.");
  const auto own = TRY(number("select count(*) from " + name + " where scopes = " + std::to_string(kInShadow) +
                              " and id not in (select id from shadow)"));
  if (own != 0)
    return damaged("The server's state of " + std::to_string(own) + " of " + table.table->plural + " is missing.");
  const auto both = TRY(number("select count(*) from " + name + " where scopes <> " + std::to_string(kInShadow) +
                               " and id in (select id from shadow)"));
  if (both != 0)
    return damaged("The server's state of " + std::to_string(both) + " of " + table.table->plural + " is there twice.");
  return {};
}

Result<void> Verifier::verify_shadows() {
  auto select = TRY(database_.prepare("select id, \"table\" from shadow"));
  while (TRY(select->step())) {
    const auto id = RecordId::from_bytes(select->blob(0));
    const auto* table = tables_.find(TableNumber(static_cast<std::int32_t>(select->integer(1))));
    if (table == nullptr) continue;  // of a table that today's schema doesn't have
    if (!id) return damaged("A shadow has no id.");
    TRY(mirrors_.get(*table, *id));
  }
  return {};
}

Result<void> Verifier::verify() {
  for (const auto& table : tables_.all()) TRY(verify_table(table));
  TRY(verify_shadows());
  return verify_scopes();
}

}  // namespace satchel::device::store
