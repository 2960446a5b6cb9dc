// SPDX-License-Identifier: Apache-2.0
//
// Verify: counts everything again. Each row has exactly the live entries that its keys say, at its version; each scope's
// total is the sum of its live entries; no live entry is without its row; parties' rows are those of their activities.
#include <map>
#include <set>

#include "server/records/internal/queries.h"
#include "server/records/internal/writer.h"

namespace satchel::server::records {
namespace {

using Entries = std::map<std::pair<ScopeNumber, RecordId>, Seq>;

Error differs(std::string what) {
  return {ErrorCode::store_damaged, "The records don't fit together: " + std::move(what) + "."};
}

std::string entry_text(ScopeNumber scope, RecordId record) {
  return "record " + record.to_string() + " in scope " + std::to_string(scope.value);
}

Result<void> expect_entries(Context& context, Scopes& scopes, const TableSql& table, const model::Record& record,
                            Entries& expected) {
  for (const auto& key : access::keys_of(*table.table, record)) {
    if (std::find(table.key_kinds.begin(), table.key_kinds.end(), key.kind) == table.key_kinds.end()) continue;
    const auto scope = TRY(scopes.find({table->number, key}));
    if (!scope) return differs("no scope for a key of " + table->set + "(" + record.id.to_string() + ")");
    expected[{*scope, record.id}] = record.version;
  }
  if (!table->is_intersect && TRY(find_deleted(context, record.id)))
    return differs(table->set + "(" + record.id.to_string() + ") is there although it was deleted");
  return {};
}

void expect_parties(const TableSql& table, const model::Record& record, std::set<RecordId>& parties) {
  for (const auto& column : table->columns) {
    const auto* list = model::parties_in(record.values[column.index]);
    if (list == nullptr) continue;
    for (const auto& party : *list) parties.insert(party_id(record.id, column.participation_mask, party.party.id));
  }
}

Result<void> read_table(Context& context, Scopes& scopes, const TableSql& table, Entries& expected,
                        std::set<RecordId>& parties) {
  auto select = TRY(context.database.prepare("select id, version, " + sql::column_list(*table.table) + " from " +
                                             sql::quoted(table->name) + " where organization = ?1"));
  select->bind_integer(1, context.organization.value);
  while (TRY(select->step())) {
    const model::Record record{table->number, RecordId::from_bytes(select->blob(0)).value_or(RecordId()),
                               Seq(select->integer(1)), sql::read_values(*select, 2, *table.table)};
    expect_parties(table, record, parties);
    if (table.is_fed) TRY(expect_entries(context, scopes, table, record, expected));
  }
  return {};
}

Result<Entries> read_entries(Context& context) {
  Entries entries;
  auto select = TRY(
      sql::borrow(context.database, "select scope, record, seq from scope_entry where organization = ?1 and op = 0"));
  select->bind_integer(1, context.organization.value);
  while (TRY(select->step()))
    entries[{ScopeNumber(select->integer(0)), RecordId::from_bytes(select->blob(1)).value_or(RecordId())}] =
        Seq(select->integer(2));
  return entries;
}

Result<void> compare_entries(const Entries& expected, const Entries& entries) {
  for (const auto& [key, seq] : expected) {
    const auto at = entries.find(key);
    if (at == entries.end()) return differs(entry_text(key.first, key.second) + " has no entry");
    if (at->second != seq) return differs("the entry of " + entry_text(key.first, key.second) + " isn't its version");
  }
  for (const auto& [key, seq] : entries)
    if (!expected.contains(key))
      return differs("the entry of " + entry_text(key.first, key.second) + " is one too many");
  return {};
}

Result<void> compare_totals(Context& context, const Entries& entries) {
  std::map<ScopeNumber, Total> totals;
  for (const auto& [key, seq] : entries) {
    ++totals[key.first].count;
    totals[key.first].sum += odata::entry_hash(key.second, seq);
  }
  auto select =
      TRY(sql::borrow(context.database, "select scope, row_count, row_sum from scope_total where organization = ?1"));
  select->bind_integer(1, context.organization.value);
  while (TRY(select->step())) {
    const ScopeNumber scope(select->integer(0));
    const Total total = totals[scope];
    if (total.count != select->integer(1) || total.sum != static_cast<std::uint64_t>(select->integer(2)))
      return differs("the total of scope " + std::to_string(scope.value) + " isn't that of its entries");
    totals.erase(scope);
  }
  if (!totals.empty()) return differs("scope " + std::to_string(totals.begin()->first.value) + " has no total");
  return {};
}

Result<void> compare_parties(Context& context, std::set<RecordId> expected) {
  if (context.parties == nullptr) return {};
  auto select = TRY(sql::borrow(
      context.database, "select id from " + sql::quoted(context.parties->table->name) + " where organization = ?1"));
  select->bind_integer(1, context.organization.value);
  while (TRY(select->step()))
    if (expected.erase(RecordId::from_bytes(select->blob(0)).value_or(RecordId())) == 0)
      return differs("an activity's party is one too many");
  return expected.empty() ? Result<void>() : differs("an activity's party is missing");
}

}  // namespace

Result<void> verify_all(Context& context, Scopes& scopes) {
  Entries expected;
  std::set<RecordId> parties;
  for (const auto& table : context.schema.tables())
    if (!table.is_derived) TRY(read_table(context, scopes, context.at(table.number), expected, parties));
  const Entries entries = TRY(read_entries(context));
  TRY(compare_entries(expected, entries));
  TRY(compare_totals(context, entries));
  return compare_parties(context, std::move(parties));
}

}  // namespace satchel::server::records
