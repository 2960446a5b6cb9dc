// SPDX-License-Identifier: Apache-2.0
#include "device/sync/decided_deletes.h"

namespace satchel::device::sync {
namespace {

// Ids, one behind the other. A handful at most: those of one sync.
constexpr std::string_view kSetting = "decided_deletes";

}  // namespace

Result<void> remember_decided_delete(store::DeviceStore& store, const model::Table& table, RecordId id) {
  if (!TRY(store.mirror(table, id))) return {};
  return store.set_setting(kSetting, TRY(store.setting(kSetting)).value_or("") + id.to_string());
}

Result<void> expect_not_decided(store::DeviceStore& store, const model::Table& table, RecordId id) {
  const auto ids = TRY(store.setting(kSetting));
  if (!ids || ids->find(id.to_string()) == std::string::npos) return {};
  return Error{
      ErrorCode::deleted,
      "This " + table.label +
          " was deleted at the server, and you have decided what becomes of your changes. It leaves this device "
          "with the next sync; if you restored it, go on with the new record.",
      id.to_string(), "K3"};
}

Result<void> forget_decided_deletes(store::DeviceStore& store) { return store.drop_setting(kSetting); }

}  // namespace satchel::device::sync
