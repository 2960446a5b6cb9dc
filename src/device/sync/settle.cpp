// SPDX-License-Identifier: Apache-2.0
#include "device/sync/settle.h"

#include <algorithm>
#include <map>

#include "base/random.h"
#include "base/sort.h"
#include "device/sync/cache.h"
#include "device/sync/overlay.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using model::ColumnIndex;
using store::ChangeState;
using store::Conflict;
using store::ConflictKind;
using store::DeviceStore;
using store::OutboxEntry;

// Everything the store holds about one record's local side.
struct Local {
  std::optional<store::Mirror> mirror;
  std::vector<OutboxEntry> entries;
  std::vector<Conflict> conflicts;

  static Result<Local> read(DeviceStore& store, const model::Table& table, RecordId id) {
    Local local;
    local.mirror = TRY(store.mirror(table, id));
    local.entries = TRY(store.outbox_of(id));
    local.conflicts = TRY(store.conflicts_of(id));
    return local;
  }
  bool has(ChangeState state) const {
    return std::any_of(entries.begin(), entries.end(), [&](const OutboxEntry& e) { return e.state == state; });
  }
};

bool is_pending_update(const OutboxEntry& entry) {
  return entry.state == ChangeState::waiting && entry.change.kind == ChangeKind::update;
}

const model::Value* find_base(const OutboxEntry& entry, ColumnIndex column) {
  for (const auto& base : entry.bases)
    if (base.column == column) return &base.value;
  return nullptr;
}

// Base of the first, value of the last: what the user changed since the server last agreed. A column with a base but no
// value is a witness (the currency beside an amount): it is compared, never sent.
std::vector<PendingColumn> pending_columns(const std::vector<OutboxEntry>& entries) {
  std::map<ColumnIndex, PendingColumn> columns;
  for (const auto& entry : entries) {
    if (!is_pending_update(entry)) continue;
    for (const auto& base : entry.bases) {
      auto [at, is_new] = columns.try_emplace(base.column, PendingColumn{base.column, base.value, base.value});
      if (const auto* mine = entry.change.find(base.column)) at->second.mine = *mine;
      (void)is_new;
    }
  }
  std::vector<PendingColumn> pending;
  for (auto& [column, value] : columns) pending.push_back(std::move(value));
  return pending;
}

// A change that outlived its record's visit elsewhere (Q2) forgot what it was based on, for that wasn't this user's to keep; of an
// adopted create it was never known. It may fill what is empty; over anything else it asks.
void assume_missing_bases(OutboxEntry& entry) {
  if (!is_pending_update(entry)) return;
  for (const auto& value : entry.change.values)
    if (find_base(entry, value.column) == nullptr) entry.bases.push_back({value.column, {}});
  satchel::sort(entry.bases, [](const auto& a, const auto& b) { return a.column < b.column; });
}

bool has_amount(const model::Table& table, const OutboxEntry& entry) {
  return std::any_of(entry.change.values.begin(), entry.change.values.end(), [&](const model::ColumnValue& v) {
    return table.columns[v.column].type == model::ColumnType::money;
  });
}

// Takes a column out of the pending changes; a witness stays as long as there's an amount to witness.
void give_up(const model::Table& table, std::vector<OutboxEntry>& entries, ColumnIndex column) {
  for (auto& entry : entries) {
    if (!is_pending_update(entry)) continue;
    const bool is_witness = table.currency == column && entry.change.find(column) == nullptr;
    if (is_witness && has_amount(table, entry)) continue;
    entry.change.erase(column);
    std::erase_if(entry.bases, [&](const model::ColumnValue& b) { return b.column == column; });
  }
}

void rebase(std::vector<OutboxEntry>& entries, const PendingColumn& pending) {
  for (auto& entry : entries) {
    if (!is_pending_update(entry) || find_base(entry, pending.column) == nullptr) continue;
    for (auto& base : entry.bases)
      if (base.column == pending.column) base.value = pending.base;
    if (entry.change.find(pending.column) != nullptr) entry.change.set(pending.column, pending.mine);
  }
}

Conflict conflict_about(const model::Table& table, RecordId id, const std::vector<PendingColumn>& group,
                        const model::Record& server, Instant now) {
  Conflict conflict;
  conflict.table = table.number;
  conflict.record = id;
  for (const auto& pending : group) {
    conflict.base.push_back({pending.column, pending.base});
    conflict.mine.push_back({pending.column, pending.mine});
    conflict.server.push_back({pending.column, server.values[pending.column]});
  }
  conflict.opened_at = now;
  return conflict;
}

// Who changed it at the server, when, and to which version.
void sign(Conflict& conflict, const model::Table& table, const model::Record& server) {
  conflict.server_version = server.version;
  if (table.modified_by)
    if (const auto* by = model::reference_in(server.values[*table.modified_by])) conflict.by = by->id;
  if (table.modified_on)
    if (const auto* at = model::integer_in(server.values[*table.modified_on])) conflict.at = Instant::of_seconds(*at);
}

Result<void> keep_lost(DeviceStore& store, const model::Table& table, RecordId id,
                       const std::vector<PendingColumn>& group, const model::Record& server, Instant now) {
  store::ConflictRecord record;
  record.conflict = conflict_about(table, id, group, server, now);
  sign(record.conflict, table, server);
  record.decision = "policy";
  record.decided_at = now;
  return store.add_conflict_record(record);
}

// Later server changes renew an open conflict's side (Y15); the server having mine closes it.
Result<void> renew_conflicts(DeviceStore& store, const model::Table& table, std::vector<Conflict>& conflicts,
                             const model::Record& server) {
  for (auto& conflict : conflicts) {
    if (conflict.kind != ConflictKind::columns || conflict.server_version >= server.version) continue;
    for (auto& column : conflict.server) column.value = server.values[column.column];
    sign(conflict, table, server);
    if (conflict.server == conflict.mine) TRY(store.remove_conflict(conflict.id));
    else TRY(store.update_conflict(conflict));
  }
  return {};
}

bool same_bases(const OutboxEntry& a, const OutboxEntry& b) { return a.bases == b.bases; }

// Writes back what merging changed; an update that has nothing left to say goes.
Result<void> write_back(DeviceStore& store, const std::vector<OutboxEntry>& before,
                        const std::vector<OutboxEntry>& after) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto& entry = after[i];
    if (is_pending_update(entry) && entry.change.values.empty()) TRY(store.remove(entry.position));
    else if (entry.change != before[i].change || entry.base_version != before[i].base_version ||
             !same_bases(entry, before[i]))
      TRY(store.update(entry));
  }
  return {};
}

Result<void> merge_updates(DeviceStore& store, const model::Table& table, RecordId id, Local& local,
                           const model::Record& server, const Settling& settling) {
  const auto before = local.entries;
  for (auto& entry : local.entries) assume_missing_bases(entry);
  const auto plan = plan_merge(table, pending_columns(local.entries), server, settling.policies);
  for (const auto column : plan.drop) give_up(table, local.entries, column);
  for (const auto& pending : plan.rebase) rebase(local.entries, pending);
  for (const auto& group : plan.ask) {
    auto conflict = conflict_about(table, id, group, server, settling.now);
    sign(conflict, table, server);
    TRY(store.add_conflict(conflict));
    for (const auto& pending : group) give_up(table, local.entries, pending.column);
  }
  for (const auto& group : plan.lost) TRY(keep_lost(store, table, id, group, server, settling.now));
  for (auto& entry : local.entries)
    if (is_pending_update(entry)) entry.base_version = server.version;
  return write_back(store, before, local.entries);
}

bool is_own(const model::Table& table, const model::Record& record, RecordId user) {
  if (!table.modified_by) return false;
  const auto* by = model::reference_in(record.values[*table.modified_by]);
  return by != nullptr && by->id == user;
}

// Deleted here, and the server's row is newer than what the user saw (K3). His own later change is no surprise.
Result<void> settle_delete(DeviceStore& store, const model::Table& table, RecordId id, OutboxEntry entry,
                           const model::Record& server, const Settling& settling) {
  // Also a base above it is another one: of a history that the server has lost (Y8).
  if (entry.base_version == server.version) return {};
  if (is_own(table, server, settling.user)) {
    entry.base_version = server.version;
    if (const auto cut = TRY(store.setting("cut"))) entry.seen = Cut::parse(*cut);
    return store.update(entry);
  }
  Conflict conflict;
  conflict.table = table.number;
  conflict.record = id;
  conflict.kind = ConflictKind::deleted_here;
  conflict.base = entry.bases;
  for (const auto& column : table.columns) {
    const auto* base = find_base(entry, column.index);
    const auto& value = server.values[column.index];
    if (column.origin == model::Origin::user && (base == nullptr ? !model::is_null(value) : *base != value))
      conflict.server.push_back({column.index, value});
  }
  sign(conflict, table, server);
  conflict.opened_at = settling.now;
  TRY(store.add_conflict(conflict));
  return store.remove(entry.position);
}

// Acknowledged changes that the mirror has reached are done.
Result<void> drop_arrived(DeviceStore& store, Local& local) {
  if (!local.mirror) return {};
  const auto has_arrived = [&](const OutboxEntry& entry) {
    return entry.state == ChangeState::acknowledged && entry.change.kind != ChangeKind::remove &&
           entry.acknowledged_version <= local.mirror->record.version;
  };
  for (const auto& entry : local.entries)
    if (has_arrived(entry)) TRY(store.remove(entry.position));
  std::erase_if(local.entries, has_arrived);
  return {};
}

// A create whose id is taken at the server: if this user made it, only the difference is still to be sent (Y18); anybody else's
// record is left alone. The save's answer was lost long ago, or this store was put back from a backup (Y16): what stands at the
// server may be newer than what is here, and by anybody. So nothing is known of what the difference is based on, and it's merged
// like that.
Result<void> adopt_create(DeviceStore& store, const model::Table& table, OutboxEntry& entry,
                          const model::Record& server, const Settling& settling) {
  const auto* creator = table.created_by ? model::reference_in(server.values[*table.created_by]) : nullptr;
  if (creator == nullptr || creator->id != settling.user) {
    entry.state = ChangeState::refused;
    entry.reason_code = "exists";
    entry.reason = "Another " + table.label + " has this id already. Copy what you typed into a new one.";
    return store.update(entry);
  }
  entry.change.kind = ChangeKind::update;
  std::erase_if(entry.change.values,
                [&](const model::ColumnValue& value) { return server.values[value.column] == value.value; });
  entry.bases.clear();
  entry.base_version = server.version;
  if (entry.change.values.empty()) return store.remove(entry.position);
  return store.update(entry);
}

Result<void> adopt_creates(DeviceStore& store, const model::Table& table, Local& local, const model::Record& server,
                           const Settling& settling) {
  for (auto& entry : local.entries)
    if (entry.state == ChangeState::waiting && entry.change.kind == ChangeKind::create)
      TRY(adopt_create(store, table, entry, server, settling));
  std::erase_if(local.entries, [](const OutboxEntry& e) {
    return e.state == ChangeState::waiting && e.change.values.empty() && e.change.kind == ChangeKind::update;
  });
  return {};
}

}  // namespace

Result<void> refresh_visible(DeviceStore& store, const model::Table& table, RecordId id) {
  if (!TRY(store.has_shadow(id))) return {};
  const auto local = TRY(Local::read(store, table, id));
  if (local.entries.empty() && local.conflicts.empty()) {
    // Nothing local is left. A row that no scope holds stays only by its use (Y11, C1).
    const bool is_held = local.mirror && (local.mirror->scopes != store::ScopeSetNumber(0) ||
                                          TRY(stays_by_use(store, TRY(read_experience(store)), {table.number, id})));
    if (local.mirror && !is_held) TRY(store.set_mirror(table, id, std::nullopt));
    return store.drop_shadow(table, id);
  }
  if (TRY(store.has_draft(id))) return store.set_visible(table, id, std::nullopt);  // it's being saved (D4)
  return store.set_visible(table, id,
                           visible_side(store.schema(), table, id, local.mirror, local.entries, local.conflicts));
}

Result<void> settle(DeviceStore& store, const model::Table& table, RecordId id, const Settling& settling) {
  if (!TRY(store.has_shadow(id))) return {};
  auto local = TRY(Local::read(store, table, id));
  TRY(drop_arrived(store, local));
  if (!local.has(ChangeState::sent)) {
    if (const auto server = server_side(store.schema(), table, id, local.mirror, local.entries)) {
      TRY(renew_conflicts(store, table, local.conflicts, *server));
      TRY(adopt_creates(store, table, local, *server, settling));
      TRY(merge_updates(store, table, id, local, *server, settling));
      for (const auto& entry : local.entries)
        if (entry.state == ChangeState::waiting && entry.change.kind == ChangeKind::remove)
          TRY(settle_delete(store, table, id, entry, *server, settling));
    }
  }
  return refresh_visible(store, table, id);
}

namespace {

// One question per record: later edits of a record that is gone join it.
Result<void> ask_about_deleted(DeviceStore& store, const Local& local, Conflict conflict,
                               const model::RecordChange& mine) {
  for (auto open : local.conflicts) {
    if (open.kind != ConflictKind::deleted_there) continue;
    model::RecordChange all{mine.table, mine.id, ChangeKind::update, open.mine};
    for (const auto& value : mine.values) all.set(value.column, value.value);
    open.mine = all.values;
    return store.update_conflict(open);
  }
  conflict.mine = mine.values;
  TRY(store.add_conflict(conflict));
  return {};
}

}  // namespace

Result<void> settle_gone(DeviceStore& store, const model::Table& table, RecordId id, Gone gone,
                         const Settling& settling) {
  if (!TRY(store.has_shadow(id))) return {};
  auto local = TRY(Local::read(store, table, id));
  Conflict conflict;
  conflict.table = table.number;
  conflict.record = id;
  conflict.kind = ConflictKind::deleted_there;
  conflict.opened_at = settling.now;
  // What was confirmed since the last cut is a part of what was lost.
  if (const auto server = server_side(store.schema(), table, id, local.mirror, local.entries))
    for (const auto& column : table.columns)
      if (!model::is_null(server->values[column.index]))
        conflict.base.push_back({column.index, server->values[column.index]});
  model::RecordChange mine{table.number, id, ChangeKind::update, {}};
  for (auto& entry : local.entries) {
    if (entry.state == ChangeState::sent) {
      // Its answer will say. What it wrote is asked about already now, in its place among the others: what was typed behind it is newer.
      if (gone == Gone::deleted && entry.change.kind != ChangeKind::remove)
        for (const auto& value : entry.change.values) mine.set(value.column, value.value);
      continue;
    }
    if (!entry.retired.empty() && entry.change.values.empty())
      continue;  // words without a place (Y26) outlive the record
    // A confirmed change stays an overlay until the cut that takes the record away (Y13).
    if (entry.state == ChangeState::acknowledged && gone == Gone::deleted && local.mirror) continue;
    if (entry.state == ChangeState::acknowledged || entry.change.kind == ChangeKind::remove) {
      TRY(store.remove(entry.position));
    } else if (gone == Gone::deleted) {
      for (const auto& value : entry.change.values) mine.set(value.column, value.value);
      TRY(store.remove(entry.position));
    } else if (entry.state == ChangeState::waiting) {
      entry.state = ChangeState::refused;
      entry.bases.clear();
      entry.reason_code = "not_found";
      entry.reason =
          "This " + table.label + " is no longer available to you. What you typed is kept here; export or discard it.";
      TRY(store.update(entry));
    }
  }
  for (const auto& open : local.conflicts) {
    if (open.kind == ConflictKind::columns && gone == Gone::deleted)
      // Edits of a column in conflict go into the conflict, so what stands there is newer than what was refused before.
      for (const auto& value : open.mine) mine.set(value.column, value.value);
    if (open.kind == ConflictKind::columns && gone == Gone::not_readable) {
      store::OutboxEntry kept;
      kept.id = new_id<ChangeId>(*settling.random, settling.now);
      kept.change = {table.number, id, ChangeKind::update, open.mine};
      kept.state = ChangeState::refused;
      kept.saved_at = open.opened_at;
      kept.reason_code = "not_found";
      kept.reason =
          "This " + table.label + " is no longer available to you. What you typed is kept here; export or discard it.";
      TRY(store.append(kept));
    }
    if (open.kind != ConflictKind::deleted_there) TRY(store.remove_conflict(open.id));
  }
  if (gone == Gone::deleted && !mine.values.empty()) TRY(ask_about_deleted(store, local, std::move(conflict), mine));
  return {};
}

}  // namespace satchel::device::sync
