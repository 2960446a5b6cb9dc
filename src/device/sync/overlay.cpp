// SPDX-License-Identifier: Apache-2.0
#include "device/sync/overlay.h"

#include <algorithm>

#include "model/rules.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using store::ChangeState;

model::Record empty_record(const model::Table& table, RecordId id) {
  model::Record record;
  record.table = table.number;
  record.id = id;
  record.values.resize(table.columns.size());
  return record;
}

void put(model::Record& record, const std::vector<model::ColumnValue>& values) {
  for (const auto& [column, value] : values)
    if (column < record.values.size()) record.values[column] = value;
}

void put_change(std::optional<model::Record>& record, const model::Table& table, const model::RecordChange& change) {
  switch (change.kind) {
    case ChangeKind::create:
      if (!record) record = empty_record(table, change.id);
      put(*record, change.values);
      return;
    case ChangeKind::update:
      if (record) put(*record, change.values);
      return;
    case ChangeKind::remove: record.reset(); return;
  }
}

// An acknowledged change that the mirror holds already changes nothing. A delete is never in a mirror that is there.
bool is_in_mirror(const store::OutboxEntry& entry, const std::optional<store::Mirror>& mirror) {
  return mirror && entry.change.kind != ChangeKind::remove && mirror->record.version >= entry.acknowledged_version;
}

std::optional<model::Record> mirror_record(const std::optional<store::Mirror>& mirror) {
  return mirror ? std::optional(mirror->record) : std::nullopt;
}

}  // namespace

std::optional<model::Record> server_side(const model::Schema& schema, const model::Table& table, RecordId,
                                         const std::optional<store::Mirror>& mirror,
                                         const std::vector<store::OutboxEntry>& entries) {
  auto record = mirror_record(mirror);
  bool touched = false;
  for (const auto& entry : entries) {
    if (entry.state != ChangeState::acknowledged || is_in_mirror(entry, mirror)) continue;
    put_change(record, table, entry.change);
    touched = true;
  }
  if (record && touched) {
    record->version = known_version(mirror, entries);
    model::compute(schema, *record);
  }
  return record;
}

std::optional<model::Record> visible_side(const model::Schema& schema, const model::Table& table, RecordId id,
                                          const std::optional<store::Mirror>& mirror,
                                          const std::vector<store::OutboxEntry>& entries,
                                          const std::vector<store::Conflict>& conflicts) {
  auto record = mirror_record(mirror);
  for (const auto& conflict : conflicts)
    if (conflict.kind == store::ConflictKind::deleted_there && !record) {
      record = empty_record(table, id);
      put(*record, conflict.base);
    }
  for (const auto& entry : entries) {
    if (entry.state == ChangeState::acknowledged && is_in_mirror(entry, mirror)) continue;
    put_change(record, table, entry.change);
  }
  for (const auto& conflict : conflicts) {
    if (conflict.kind == store::ConflictKind::deleted_here) record.reset();
    else if (record) put(*record, conflict.mine);
  }
  if (record) model::compute(schema, *record);
  return record;
}

Seq known_version(const std::optional<store::Mirror>& mirror, const std::vector<store::OutboxEntry>& entries) {
  Seq version = mirror ? mirror->record.version : Seq(0);
  for (const auto& entry : entries)
    if (entry.state == ChangeState::acknowledged) version = std::max(version, entry.acknowledged_version);
  return version;
}

Result<RecordState> state_of(store::DeviceStore& store, RecordId record) {
  const auto once_changed = [&]() -> Result<RecordState> {
    return TRY(store.has_acknowledged(record)) ? RecordState::sent : RecordState::on_this_device;
  };
  // Only a record with a shadow has anything of its own.
  if (!TRY(store.has_shadow(record))) return once_changed();
  const auto entries = TRY(store.outbox_of(record));
  const auto any = [&](auto&&... states) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const store::OutboxEntry& entry) { return ((entry.state == states) || ...); });
  };
  if (!TRY(store.conflicts_of(record)).empty()) return RecordState::in_conflict;
  if (any(ChangeState::refused, ChangeState::blocked)) return RecordState::refused;
  if (any(ChangeState::waiting, ChangeState::sent)) return RecordState::pending;
  if (any(ChangeState::acknowledged)) return RecordState::sent;
  return once_changed();
}

std::string_view label_of(RecordState state) {
  switch (state) {
    case RecordState::on_this_device: return "On this device";
    case RecordState::pending: return "Pending";
    case RecordState::sent: return "Sent";
    case RecordState::in_conflict: return "In conflict";
    case RecordState::refused: return "Refused";
  }
  return "";
}

}  // namespace satchel::device::sync
