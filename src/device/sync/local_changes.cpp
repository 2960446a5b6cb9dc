// SPDX-License-Identifier: Apache-2.0
#include "device/sync/local_changes.h"

#include <algorithm>

#include "base/random.h"
#include "base/sort.h"
#include "device/sync/decided_deletes.h"
#include "device/sync/overlay.h"
#include "device/sync/settle.h"
#include "model/rules.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using model::ColumnIndex;
using store::ChangeState;
using store::DeviceStore;
using store::OutboxEntry;

// What is known of the record before the save.
struct Before {
  const model::Table& table;
  std::optional<model::Record> visible;
  std::optional<store::Mirror> mirror;
  std::vector<OutboxEntry> entries;        // of this record
  std::vector<store::Conflict> conflicts;  // of this record
};

Error not_here(const model::Table& table, RecordId id) {
  return {ErrorCode::not_found, "There's no " + table.label + " " + id.to_string() + " on this device.",
          id.to_string()};
}

// Values that come without being typed: state and status together, amounts with their currency.
Result<model::RecordChange> completed(const model::Schema& schema, const model::Table& table,
                                      model::RecordChange change, const Before& before, const Saving& saving) {
  if (change.kind == ChangeKind::remove) return change;
  TRY(model::complete_state(table, change));
  if (change.kind == ChangeKind::create) {
    model::fill_defaults(schema, change);
    if (table.owner && change.find(*table.owner) == nullptr)
      change.set(*table.owner, model::Reference{schema.find("systemuser")->number, saving.user});
    return change;
  }
  // A new currency restates every amount (K7).
  if (table.currency && change.find(*table.currency) != nullptr)
    for (const auto& column : table.columns)
      if (column.type == model::ColumnType::money && column.origin == model::Origin::user &&
          change.find(column.index) == nullptr && !model::is_null(before.visible->values[column.index]))
        change.set(column.index, before.visible->values[column.index]);
  return change;
}

// An update says only what is different from what the user sees.
void drop_unchanged(model::RecordChange& change, const model::Record& visible) {
  std::erase_if(change.values, [&](const model::ColumnValue& v) { return visible.values[v.column] == v.value; });
}

// Columns that the server or the schema sets, shown until the server's own come.
void show_server_columns(const model::Table& table, model::Record& record, bool is_new, const Saving& saving) {
  const auto user = model::Reference{TableNumber(8), saving.user};  // systemuser
  const auto set = [&](const std::optional<ColumnIndex>& column, model::Value value) {
    if (column) record.values[*column] = std::move(value);
  };
  set(table.modified_on, saving.now.seconds());
  set(table.modified_by, user);
  if (!is_new) return;
  set(table.created_on, saving.now.seconds());
  set(table.created_by, user);
}

std::vector<model::ColumnValue> bases_for(const model::Table& table, const model::RecordChange& change,
                                          const std::optional<model::Record>& visible) {
  std::vector<model::ColumnValue> bases;
  if (change.kind == ChangeKind::create || !visible) return bases;
  if (change.kind == ChangeKind::remove) {
    for (const auto& column : table.columns)
      if (column.origin == model::Origin::user && !model::is_null(visible->values[column.index]))
        bases.push_back({column.index, visible->values[column.index]});
    return bases;
  }
  model::RecordChange sorted;
  for (const auto& value : change.values) {
    sorted.set(value.column, visible->values[value.column]);
    if (table.columns[value.column].type == model::ColumnType::money && table.currency)
      sorted.set(*table.currency, visible->values[*table.currency]);
  }
  return sorted.values;
}

void take_shown(std::vector<model::ColumnValue>& bases, const std::vector<model::ColumnValue>& shown) {
  for (const auto& value : shown)
    for (auto& base : bases)
      if (base.column == value.column) base.value = value.value;
}

OutboxEntry new_entry(const Before& before, model::RecordChange change, const Saving& saving) {
  OutboxEntry entry;
  entry.id = new_id<ChangeId>(*saving.random, saving.now);
  entry.bases = bases_for(before.table, change, before.visible);
  if (change.kind == ChangeKind::update) take_shown(entry.bases, saving.shown);
  entry.base_version = change.kind == ChangeKind::create ? Seq(0) : known_version(before.mirror, before.entries);
  entry.change = std::move(change);
  entry.saved_at = saving.now;
  return entry;
}

Result<bool> can_fold(DeviceStore& store, const OutboxEntry& into, const model::RecordChange& change) {
  for (const auto& named : named_records(change)) {
    if (named.id == change.id) continue;
    const auto entries = TRY(store.outbox_of(named.id));
    const auto* create = find_unconfirmed_create(entries, named.id);
    if (create != nullptr && create->position > into.position) return false;
  }
  return true;
}

void fold_update(OutboxEntry& into, const OutboxEntry& later) {
  for (const auto& value : later.change.values) into.change.set(value.column, value.value);
  if (into.change.kind == ChangeKind::create) return;
  for (const auto& base : later.bases) {
    const bool is_known = std::any_of(into.bases.begin(), into.bases.end(),
                                      [&](const model::ColumnValue& b) { return b.column == base.column; });
    if (!is_known) into.bases.push_back(base);
  }
  satchel::sort(into.bases, [](const auto& a, const auto& b) { return a.column < b.column; });
}

// The last change of the record if it may still take another in: never sent.
OutboxEntry* last_unsent(std::vector<OutboxEntry>& entries) {
  if (entries.empty() || entries.back().state != ChangeState::waiting) return nullptr;
  return &entries.back();
}

// A record that the server has no more takes no change: while the user is asked, every edit joins what he may restore (K3).
Result<void> join_what_is_deleted(DeviceStore& store, store::Conflict& conflict, model::RecordChange& change) {
  model::RecordChange mine{conflict.table, conflict.record, ChangeKind::update, std::move(conflict.mine)};
  for (const auto& value : change.values) mine.set(value.column, value.value);
  conflict.mine = std::move(mine.values);
  change.values.clear();
  return store.update_conflict(conflict);
}

// A column in conflict isn't pushed: a new edit of it becomes the conflict's "mine" (Y15).
Result<void> move_into_conflicts(DeviceStore& store, Before& before, model::RecordChange& change) {
  for (auto& conflict : before.conflicts) {
    if (conflict.kind == store::ConflictKind::deleted_there) {
      TRY(join_what_is_deleted(store, conflict, change));
      continue;
    }
    bool is_touched = false;
    for (auto& mine : conflict.mine)
      if (const auto* value = change.find(mine.column)) {
        mine.value = *value;
        change.erase(mine.column);
        is_touched = true;
      }
    if (!is_touched) continue;
    if (conflict.mine == conflict.server) TRY(store.remove_conflict(conflict.id));
    else TRY(store.update_conflict(conflict));
  }
  return {};
}

bool touches(const model::RecordChange& change, const model::RecordChange& other) {
  return std::any_of(change.values.begin(), change.values.end(),
                     [&](const model::ColumnValue& value) { return other.find(value.column) != nullptr; });
}

// A refused change that is edited goes out again with the edit in it (K4). An edit of other columns leaves it where it is,
// so that it isn't held up by what was refused; a refused create takes every edit in.
Result<void> revive_refused(DeviceStore& store, Before& before, const model::RecordChange& change,
                            const Saving& saving) {
  for (auto& entry : before.entries) {
    if (entry.state != ChangeState::refused && entry.state != ChangeState::blocked) continue;
    if (entry.change.kind == ChangeKind::update && !touches(change, entry.change)) continue;
    entry.state = ChangeState::waiting;
    entry.id = new_id<ChangeId>(*saving.random, saving.now);
    entry.group.reset();
    entry.first_sent.reset();
    entry.waits_for.reset();
    entry.reason = entry.reason_code = entry.reason_target = "";
    TRY(store.update(entry));
  }
  return {};
}

Result<void> save_create(DeviceStore& store, const Before& before, model::RecordChange change, const Saving& saving) {
  if (before.visible || before.mirror || !before.entries.empty())
    return Error{ErrorCode::exists,
                 "A " + before.table.label + " with the id " + change.id.to_string() + " is on this device already.",
                 change.id.to_string()};
  std::vector<model::Value> row(before.table.columns.size());
  for (const auto& value : change.values) row[value.column] = value.value;
  TRY(model::check_required(before.table, row));
  TRY(store.append(new_entry(before, std::move(change), saving)));
  return {};
}

Result<void> save_update(DeviceStore& store, Before& before, model::RecordChange change, const Saving& saving) {
  if (!before.visible) return not_here(before.table, change.id);
  drop_unchanged(change, *before.visible);
  auto row = before.visible->values;
  for (const auto& value : change.values) row[value.column] = value.value;
  TRY(model::check_required(before.table, row));
  TRY(revive_refused(store, before, change, saving));
  TRY(move_into_conflicts(store, before, change));
  if (change.values.empty()) return {};
  auto entry = new_entry(before, std::move(change), saving);
  auto* last = last_unsent(before.entries);
  if (last != nullptr && last->change.kind != ChangeKind::remove && TRY(can_fold(store, *last, entry.change))) {
    fold_update(*last, entry);
    return store.update(*last);
  }
  TRY(store.append(entry));
  return {};
}

// Nobody may be left naming a record that never was.
Result<void> check_unnamed(DeviceStore& store, const Before& before, RecordId id) {
  for (const auto& entry : TRY(store.outbox())) {
    if (entry.change.id == id) continue;
    for (const auto& named : named_records(entry.change))
      if (named.id == id)
        return Error{ErrorCode::referenced, "Other records that are still waiting to be sent belong to this " +
                                                before.table.label + "; delete them or take it out of them first."};
  }
  return {};
}

Result<void> save_remove(DeviceStore& store, Before& before, model::RecordChange change, const Saving& saving) {
  if (!before.visible) return not_here(before.table, change.id);
  const bool was_sent =
      before.mirror || std::any_of(before.entries.begin(), before.entries.end(), [](const OutboxEntry& e) {
        return e.state == ChangeState::sent || e.state == ChangeState::acknowledged;
      });
  if (!was_sent) TRY(check_unnamed(store, before, change.id));
  auto entry = new_entry(before, std::move(change), saving);
  if (const auto cut = TRY(store.setting("cut"))) entry.seen = Cut::parse(*cut);
  for (const auto& earlier : before.entries)
    if (earlier.state == ChangeState::waiting || earlier.state == ChangeState::refused ||
        earlier.state == ChangeState::blocked)
      TRY(store.remove(earlier.position));
  for (const auto& conflict : before.conflicts) TRY(store.remove_conflict(conflict.id));
  if (was_sent) TRY(store.append(entry));
  return {};
}

}  // namespace

std::vector<model::Reference> named_records(const model::RecordChange& change) {
  std::vector<model::Reference> named;
  for (const auto& value : change.values) {
    if (const auto* reference = model::reference_in(value.value)) named.push_back(*reference);
    if (const auto* parties = model::parties_in(value.value))
      for (const auto& party : *parties) named.push_back(party.party);
  }
  return named;
}

const OutboxEntry* find_unconfirmed_create(const std::vector<OutboxEntry>& outbox, RecordId record) {
  for (const auto& entry : outbox)
    if (entry.change.id == record && entry.change.kind == ChangeKind::create &&
        entry.state != ChangeState::acknowledged)
      return &entry;
  return nullptr;
}

Result<void> save(DeviceStore& store, const model::RecordChange& change, const Saving& saving) {
  const auto& table = store.schema().at(change.table);
  auto visible_before = TRY(store.find(table, change.id));
  auto mirror_before = TRY(store.mirror(table, change.id));
  auto entries = TRY(store.outbox_of(change.id));
  auto conflicts = TRY(store.conflicts_of(change.id));
  Before before{table, std::move(visible_before), std::move(mirror_before), std::move(entries), std::move(conflicts)};
  if (change.kind == ChangeKind::update && !before.visible) return not_here(table, change.id);
  if (change.kind == ChangeKind::update) TRY(expect_not_decided(store, table, change.id));
  auto complete = TRY(completed(store.schema(), table, change, before, saving));
  TRY(store.keep_shadow(table, change.id));
  switch (change.kind) {
    case ChangeKind::create: TRY(save_create(store, before, std::move(complete), saving)); break;
    case ChangeKind::update: TRY(save_update(store, before, std::move(complete), saving)); break;
    case ChangeKind::remove: TRY(save_remove(store, before, std::move(complete), saving)); break;
  }
  TRY(refresh_visible(store, table, change.id));
  if (change.kind == ChangeKind::remove) return {};
  auto visible = TRY(store.find(table, change.id));
  if (!visible || !TRY(store.has_shadow(change.id))) return {};
  show_server_columns(table, *visible, change.kind == ChangeKind::create, saving);
  return store.set_visible(table, change.id, visible);
}

}  // namespace satchel::device::sync
