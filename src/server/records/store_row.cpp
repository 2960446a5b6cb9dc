// SPDX-License-Identifier: Apache-2.0
//
// A row and everything that is a function of it: version, derived rows, scope entries, what the part adds to totals.
#include <algorithm>

#include "server/records/internal/writer.h"
#include "server/records/limits.h"

namespace satchel::server::records {

using model::ColumnType;
using model::Party;
using model::PartyList;
using model::Record;
using model::Reference;

RecordId party_id(RecordId activity, int participation_mask, RecordId party) {
  return RecordId(derived_uuid("activityparty:" + activity.to_string() + ":" + std::to_string(participation_mask) +
                               ":" + party.to_string()));
}

// The part's seq; it's taken with the first row that changes.
Result<Seq> Writer::seq() {
  if (++part_.rows > kPartRowsMax)
    return Error{ErrorCode::too_large, "One commit changes at most " + std::to_string(kPartRowsMax) + " records."};
  if (!part_.cut) part_.cut = Cut{part_.before.seq.next(), context_.random.next()};
  part_.made_at = now_;
  return part_.cut->seq;
}

Result<void> Writer::stamp(const TableSql& table, Record& record) {
  record.version = TRY(seq());
  if (table->version) record.values[*table->version] = record.version.value;
  if (table->modified_on) record.values[*table->modified_on] = now_.seconds();
  if (table->modified_by && context_.users != nullptr && !caller_.user.is_nil())
    record.values[*table->modified_by] = Reference{context_.users->table->number, caller_.user};
  if (table.gives_rights) part_.rights_changed = true;
  return {};
}

Result<void> Writer::insert(const TableSql& table, Record& record) {
  TRY(stamp(table, record));
  TRY(insert_row(context_, table, record));
  TRY(store_parties(table, nullptr, &record));
  if (table.gives_rights || &table == context_.organizations) part_.forget_lookups();
  return enter(table, nullptr, &record);
}

Result<void> Writer::store(const TableSql& table, const Record& before, Record& after) {
  TRY(stamp(table, after));
  TRY(update_row(context_, table, before, after));
  TRY(store_parties(table, &before, &after));
  const bool moved = table->owner && before.values[*table->owner] != after.values[*table->owner];
  if (moved || !table->owner) part_.forget_lookups();
  return enter(table, &before, &after);
}

Result<void> Writer::erase(const TableSql& table, const Record& record) {
  const Seq at = TRY(seq());
  TRY(delete_row(context_, table, record.id));
  if (!table->is_intersect) TRY(write_deleted(context_, table, record.id, at));
  TRY(store_parties(table, &record, nullptr));
  if (table.gives_rights) part_.rights_changed = true;
  part_.forget_lookups();
  return enter(table, &record, nullptr);
}

// ---- scope entries -----------------------------------------------------------------------------------------------------

Result<std::vector<ScopeNumber>> Writer::scopes_of(const TableSql& table, const Record& record) {
  std::vector<ScopeNumber> scopes;
  for (const auto& key : access::keys_of(*table.table, record)) {
    if (std::find(table.key_kinds.begin(), table.key_kinds.end(), key.kind) == table.key_kinds.end()) continue;
    scopes.push_back(TRY(scopes_.find_or_create({table->number, key})));
  }
  return scopes;
}

// In both: change. Before only: leave, or deleted where the record is gone. After only: enter (Y2).
Result<void> Writer::enter(const TableSql& table, const Record* before, const Record* after) {
  if (!table.is_fed) return {};
  const RecordId id = after != nullptr ? after->id : before->id;
  const auto old_scopes = before != nullptr ? TRY(scopes_of(table, *before)) : std::vector<ScopeNumber>();
  const auto new_scopes = after != nullptr ? TRY(scopes_of(table, *after)) : std::vector<ScopeNumber>();
  for (const auto scope : old_scopes) {
    auto& total = part_.totals[scope];
    --total.count;
    total.sum -= odata::entry_hash(id, before->version);
    if (std::find(new_scopes.begin(), new_scopes.end(), scope) == new_scopes.end())
      TRY(scopes_.write_entry(scope, table->number, id, part_.cut->seq, after != nullptr ? Op::leave : Op::deleted));
  }
  for (const auto scope : new_scopes) {
    auto& total = part_.totals[scope];
    ++total.count;
    total.sum += odata::entry_hash(id, after->version);
    const bool was_in = std::find(old_scopes.begin(), old_scopes.end(), scope) != old_scopes.end();
    TRY(was_in ? scopes_.move_entry(scope, table->number, id, after->version)
               : scopes_.write_entry(scope, table->number, id, after->version, Op::live));
  }
  return {};
}

// ---- derived rows --------------------------------------------------------------------------------------------------------

namespace {

const PartyList& parties_at(const Record* record, model::ColumnIndex column) {
  static const PartyList kNone;
  const auto* parties = record != nullptr ? model::parties_in(record->values[column]) : nullptr;
  return parties != nullptr ? *parties : kNone;
}

bool contains(const PartyList& list, const Party& party) {
  return std::find(list.begin(), list.end(), party) != list.end();
}

Record party_row(const TableSql& table, const Reference& activity, int mask, const Party& party, Seq version) {
  Record row{table->number, party_id(activity.id, mask, party.party.id), version,
             std::vector<model::Value>(table->columns.size())};
  const auto set = [&](std::string_view name, model::Value value) {
    if (const auto* column = table->find_column(name)) row.values[column->index] = std::move(value);
  };
  set("activityid", activity);
  set("partyid", party.party);
  set("participationtypemask", std::int64_t(mask));
  if (!party.address_used.empty()) set("addressused", party.address_used);
  return row;
}

}  // namespace

// One row per party and role, so that lists can ask who takes part. No scope holds them: they travel in their activity (Y21).
Result<void> Writer::store_parties(const TableSql& table, const Record* before, const Record* after) {
  if (context_.parties == nullptr) return {};
  for (const auto& column : table->columns) {
    if (column.type != ColumnType::party_list) continue;
    const auto& old_parties = parties_at(before, column.index);
    const auto& new_parties = parties_at(after, column.index);
    const Reference activity{table->number, after != nullptr ? after->id : before->id};
    const int mask = column.participation_mask;
    for (const auto& party : old_parties)
      if (!contains(new_parties, party))
        TRY(delete_row(context_, *context_.parties, party_id(activity.id, mask, party.party.id)));
    for (const auto& party : new_parties)
      if (!contains(old_parties, party))
        TRY(insert_row(context_, *context_.parties,
                       party_row(*context_.parties, activity, mask, party, part_.cut->seq)));
  }
  return {};
}

}  // namespace satchel::server::records
