// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "device/sync/push.h"
#include "odata/record_json.h"

namespace satchel::device::sync {
namespace {

using store::ChangeState;
using store::DeviceStore;
using store::OutboxEntry;

// Somebody else's change, to a row that this device shows. What it doesn't show, the user can't be asked about.
Result<bool> is_foreign(DeviceStore& store, const model::Reference& record, RecordId user) {
  const auto* table = store.schema().find(record.table);
  if (table == nullptr || !table->modified_by) return false;
  const auto mirror = TRY(store.mirror(*table, record.id));
  if (!mirror) return false;
  const auto* by = model::reference_in(mirror->record.values[*table->modified_by]);
  return by != nullptr && by->id != user;
}

Result<bool> any_foreign(DeviceStore& store, const OutboxEntry& entry, RecordId user) {
  for (const auto url : split(entry.reason_target, ','))
    if (const auto record = odata::parse_record_url(store.schema(), trim(url)))
      if (TRY(is_foreign(store, *record, user))) return true;
  return false;
}

Result<void> ask(DeviceStore& store, const OutboxEntry& entry, const Settling& settling) {
  store::Conflict conflict;
  conflict.table = entry.change.table;
  conflict.record = entry.change.id;
  conflict.kind = store::ConflictKind::deleted_here;
  conflict.base = entry.bases;
  conflict.server_version = entry.base_version;
  conflict.opened_at = settling.now;
  TRY(store.add_conflict(conflict));
  return store.remove(entry.position);
}

}  // namespace

Result<void> review_deletes(DeviceStore& store, const Settling& settling) {
  for (auto& entry : TRY(store.outbox())) {
    if (entry.state != ChangeState::waiting || entry.change.kind != model::ChangeKind::remove ||
        entry.reason_target.empty())
      continue;
    if (TRY(any_foreign(store, entry, settling.user))) {
      TRY(ask(store, entry, settling));
      TRY(refresh_visible(store, store.schema().at(entry.change.table), entry.change.id));
      continue;
    }
    entry.reason_target.clear();
    if (const auto cut = TRY(store.setting("cut"))) entry.seen = Cut::parse(*cut);
    TRY(store.update(entry));
  }
  return {};
}

}  // namespace satchel::device::sync
