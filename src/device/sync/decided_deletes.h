// SPDX-License-Identifier: Apache-2.0
//
// Records that the server told of as deleted (410), and about which the user has decided (K3), while their rows are still here: the
// mark that removes a row comes with a cut. Until then they take no change, or what was restored once would be restored again.
#pragma once

#include "device/store/store.h"

namespace satchel::device::sync {

// In the caller's transaction. Without a row here there is nothing to remember.
Result<void> remember_decided_delete(store::DeviceStore& store, const model::Table& table, RecordId id);
// Errors: deleted (K3).
Result<void> expect_not_decided(store::DeviceStore& store, const model::Table& table, RecordId id);
// At a cut: its marks have removed the rows.
Result<void> forget_decided_deletes(store::DeviceStore& store);

}  // namespace satchel::device::sync
