// SPDX-License-Identifier: Apache-2.0
//
// Where this device stands now, as permits need it: from the rows of user, profile and organisation, from settings of the store,
// and from the host, which knows its platform and whether the PIN was given.
#pragma once

#include <functional>

#include "device/client/session_marks.h"
#include "device/permits/permits.h"
#include "device/store/store.h"
#include "device/sync/experience.h"

namespace satchel::device::client {

// What only the host knows.
struct HostFacts {
  permits::Platform platform = permits::Platform::desktop;
  bool is_locked = false;               // the PIN hasn't been given (S5)
  std::function<Clocks()> clocks = {};  // without: the wall clock alone
};

// Settings of the store that say how it stands with the server.
inline constexpr std::string_view kConnection = "connection";    // "connected", "offline": by the engine's last contact
inline constexpr std::string_view kOfflineByChoice = "offline";  // "on"
inline constexpr std::string_view kSessionEnded = "session_ended";  // "yes": a sign-in is needed

// A device that nobody knows to be offline counts as connected: trying tells.
Result<permits::Situation> read_situation(store::DeviceStore& store, const HostFacts& host, Instant now);

// Where a record is (permits.h).
Result<permits::Held> held(store::DeviceStore& store, const sync::Experience& experience,
                           const model::Reference& record);

}  // namespace satchel::device::client
