// SPDX-License-Identifier: Apache-2.0
//
// The door's own settings in the store, by name.
#pragma once

#include <string_view>

namespace satchel::device::door {

// Records used lately (recent.h).
inline constexpr std::string_view kRecentSetting = "recent";
// Outcomes of the last actions by their keys (actions.h).
inline constexpr std::string_view kOutcomesSetting = "outcomes";
// There once the user has chosen a PIN, or to have none.
inline constexpr std::string_view kPinDecidedSetting = "pin_decided";

}  // namespace satchel::device::door
