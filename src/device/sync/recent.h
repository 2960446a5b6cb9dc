// SPDX-License-Identifier: Apache-2.0
//
// Records that were opened or saved lately, the last one in front; a setting of the store: "accounts/ID contacts/ID ...".
#pragma once

#include <string_view>
#include <vector>

#include "device/store/store.h"

namespace satchel::device::sync {

inline constexpr std::string_view kRecentSetting = "recent";

// All that are remembered, also those that aren't here any more.
Result<std::vector<model::Reference>> remembered_records(store::DeviceStore& store);
// Those that are still here.
Result<std::vector<model::Reference>> recent_records(store::DeviceStore& store);
// In the caller's transaction.
Result<void> add_recent(store::DeviceStore& store, const model::Reference& record);

}  // namespace satchel::device::sync
