// SPDX-License-Identifier: Apache-2.0
//
// The door's own settings in the store, by name.
#pragma once

#include <string_view>

namespace satchel::device::door {

// Outcomes of the last actions by their keys (actions.h).
inline constexpr std::string_view kOutcomesSetting = "outcomes";
// There once the user has chosen a PIN, or to have none.
inline constexpr std::string_view kPinDecidedSetting = "pin_decided";

// The newest draft that the user was told about and has dismissed (R2): its time of making, in milliseconds.
inline constexpr std::string_view kDraftsToldSetting = "drafts_told";

}  // namespace satchel::device::door
