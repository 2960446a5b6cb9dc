// SPDX-License-Identifier: Apache-2.0
#include "device/sync/decisions.h"

#include <algorithm>

#include "base/random.h"
#include "device/sync/decided_deletes.h"
#include "device/sync/overlay.h"
#include "device/sync/push.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using store::ChangeState;
using store::Conflict;
using store::ConflictKind;
using store::DeviceStore;
using store::OutboxEntry;

Result<Conflict> find_conflict(DeviceStore& store, store::ConflictId id) {
  for (auto& conflict : TRY(store.conflicts()))
    if (conflict.id == id) return std::move(conflict);
  return Error{ErrorCode::not_found, "There's no open conflict " + std::to_string(id.value) + "."};
}

Result<OutboxEntry> find_refused(DeviceStore& store, store::OutboxPosition position) {
  auto entry = TRY(store.outbox_entry(position));
  if (!entry || (entry->state != ChangeState::refused && entry->state != ChangeState::blocked))
    return Error{ErrorCode::not_found, "There's no error " + std::to_string(position.value) + " in the list."};
  return std::move(*entry);
}

const model::Value* value_in(const std::vector<model::ColumnValue>& values, model::ColumnIndex column) {
  for (const auto& value : values)
    if (value.column == column) return &value.value;
  return nullptr;
}

Saving saving_of(const Settling& settling) { return {settling.now, settling.user, settling.random}; }

Result<void> keep_history(DeviceStore& store, const Conflict& conflict, std::string decision, Instant now) {
  store::ConflictRecord record;
  record.id = conflict.id;
  record.conflict = conflict;
  record.decision = std::move(decision);
  record.decided_at = now;
  return store.add_conflict_record(record);
}

Keep choice_for(const Decision& decision, model::ColumnIndex column) {
  const auto at = decision.columns.find(column);
  return at != decision.columns.end() ? at->second : decision.keep;
}

// Mine as a change on the server value that was seen; the server's columns are simply no longer overlaid.
Result<void> append_mine(DeviceStore& store, const Conflict& conflict, const Decision& decision,
                         const Settling& settling) {
  OutboxEntry entry;
  entry.id = new_id<ChangeId>(*settling.random, settling.now);
  entry.change = {conflict.table, conflict.record, ChangeKind::update, {}};
  entry.saved_at = settling.now;
  entry.base_version = conflict.server_version;
  for (const auto& mine : conflict.mine) {
    if (choice_for(decision, mine.column) == Keep::server) continue;
    entry.change.values.push_back(mine);
    if (const auto* server = value_in(conflict.server, mine.column)) entry.bases.push_back({mine.column, *server});
  }
  if (entry.change.values.empty()) return {};
  TRY(store.append(entry));
  return {};
}

Result<RecordId> decide_columns(DeviceStore& store, const model::Table& table, const Conflict& conflict,
                                const Decision& decision, const Settling& settling) {
  TRY(store.remove_conflict(conflict.id));
  TRY(append_mine(store, conflict, decision, settling));
  TRY(settle(store, table, conflict.record, settling));
  return conflict.record;
}

// A new record with what the user last saw of the old one; the old id never comes back (Y7).
Result<RecordId> restore_as_new(DeviceStore& store, const model::Table& table, const Conflict& conflict,
                                const Settling& settling) {
  model::RecordChange create{table.number, new_id<RecordId>(*settling.random, settling.now), ChangeKind::create, {}};
  for (const auto* values : {&conflict.base, &conflict.mine})
    for (const auto& value : *values)
      if (table.columns[value.column].origin == model::Origin::user && !model::is_null(value.value))
        create.set(value.column, value.value);
  TRY(save(store, create, saving_of(settling)));
  return create.id;
}

Result<RecordId> decide_deleted_there(DeviceStore& store, const model::Table& table, const Conflict& conflict,
                                      Keep keep, const Settling& settling) {
  TRY(store.remove_conflict(conflict.id));
  TRY(refresh_visible(store, table, conflict.record));
  TRY(remember_decided_delete(store, table, conflict.record));
  if (keep == Keep::server) return conflict.record;
  return restore_as_new(store, table, conflict, settling);
}

Result<RecordId> decide_deleted_here(DeviceStore& store, const model::Table& table, const Conflict& conflict, Keep keep,
                                     const Settling& settling) {
  TRY(store.remove_conflict(conflict.id));
  if (keep == Keep::mine) {
    OutboxEntry entry;
    entry.id = new_id<ChangeId>(*settling.random, settling.now);
    entry.change = {conflict.table, conflict.record, ChangeKind::remove, {}};
    entry.saved_at = settling.now;
    entry.base_version = conflict.server_version;
    if (const auto cut = TRY(store.setting("cut"))) entry.seen = Cut::parse(*cut);
    if (const auto mirror = TRY(store.mirror(table, conflict.record)))
      for (const auto& column : table.columns)
        if (column.origin == model::Origin::user && !model::is_null(mirror->record.values[column.index]))
          entry.bases.push_back({column.index, mirror->record.values[column.index]});
    TRY(store.append(entry));
  }
  TRY(settle(store, table, conflict.record, settling));
  return conflict.record;
}

}  // namespace

Result<RecordId> decide(DeviceStore& store, store::ConflictId id, const Decision& decision, const Settling& settling) {
  const auto conflict = TRY(find_conflict(store, id));
  const auto& table = store.schema().at(conflict.table);
  for (const auto& [column, keep] : decision.columns)
    if (value_in(conflict.mine, column) == nullptr)
      return Error{ErrorCode::bad_value, "The column " + table.columns[column].name + " isn't part of this conflict.",
                   table.columns[column].name};
  const bool is_mixed = std::any_of(decision.columns.begin(), decision.columns.end(),
                                    [&](const auto& choice) { return choice.second != decision.keep; });
  TRY(keep_history(store, conflict,
                   is_mixed                      ? "merged"
                   : decision.keep == Keep::mine ? "mine"
                                                 : "server",
                   settling.now));
  switch (conflict.kind) {
    case ConflictKind::columns: return decide_columns(store, table, conflict, decision, settling);
    case ConflictKind::deleted_there: return decide_deleted_there(store, table, conflict, decision.keep, settling);
    case ConflictKind::deleted_here: return decide_deleted_here(store, table, conflict, decision.keep, settling);
  }
  return conflict.record;
}

Result<void> undo(DeviceStore& store, store::ConflictId id, const Settling& settling) {
  for (const auto& record : TRY(store.conflict_records())) {
    if (record.id != id) continue;
    const auto& conflict = record.conflict;
    if (store.schema().find(conflict.table) == nullptr)
      return Error{ErrorCode::unknown_table,
                   "Records of this kind are no longer kept here, so it can't be taken back."};
    const auto& table = store.schema().at(conflict.table);
    if (conflict.kind == ConflictKind::deleted_there)
      return TRY(restore_as_new(store, table, conflict, settling)), Result<void>{};
    const auto& lost = record.decision == "mine" ? conflict.server : conflict.mine;
    model::RecordChange change{conflict.table, conflict.record, ChangeKind::update, {}};
    for (const auto& value : lost)
      if (table.columns[value.column].origin == model::Origin::user) change.set(value.column, value.value);
    return save(store, change, saving_of(settling));
  }
  return Error{ErrorCode::not_found, "There's no decided conflict " + std::to_string(id.value) + " to take back."};
}

Result<void> take_back(DeviceStore& store, ChangeId change, const Settling& settling) {
  for (const auto& entry : TRY(store.outbox())) {
    if (entry.id != change || entry.state != ChangeState::waiting || entry.change.kind != ChangeKind::remove) continue;
    TRY(store.remove(entry.position));
    return settle(store, store.schema().at(entry.change.table), entry.change.id, settling);
  }
  return Error{ErrorCode::not_found, "This was sent already, so it can't be taken back here."};
}

Result<void> retry(DeviceStore& store, store::OutboxPosition position, const Settling& settling) {
  auto entry = TRY(find_refused(store, position));
  if (!entry.retired.empty() && entry.change.values.empty())
    return Error{
        ErrorCode::unknown_column,
        "What was typed has no place at the server any more, so it can't be sent again. Copy it, then discard this."};
  entry.state = ChangeState::waiting;
  entry.id = new_id<ChangeId>(*settling.random, settling.now);
  entry.waits_for.reset();
  entry.reason = entry.reason_code = entry.reason_target = "";
  TRY(store.update(entry));
  TRY(update_blocks(store, settling));
  return settle(store, store.schema().at(entry.change.table), entry.change.id, settling);
}

Result<void> discard(DeviceStore& store, store::OutboxPosition position, const Settling& settling) {
  const auto entry = TRY(find_refused(store, position));
  TRY(store.remove(entry.position));
  // Nothing that follows a discarded create makes sense without it.
  if (entry.change.kind == ChangeKind::create)
    for (const auto& later : TRY(store.outbox_of(entry.change.id))) TRY(store.remove(later.position));
  TRY(update_blocks(store, settling));
  const auto* table = store.schema().find(entry.change.table);
  return table != nullptr ? refresh_visible(store, *table, entry.change.id) : Result<void>();
}

}  // namespace satchel::device::sync
