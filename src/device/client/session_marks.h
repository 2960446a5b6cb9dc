// SPDX-License-Identifier: Apache-2.0
//
// SessionMarks: what the store remembers of sign-in and connection (DESIGN 1.4), so that a process that ends forgets none of it.
//
//   the server answers      -> connected; `closed` is over              the app starts while offline -> closed
//   it answers 401          -> prompt, and "Back" has to be chosen anew  `suspend` on Windows 8       -> closed, if offline
//   it lets the user in     -> prompt and "Back" are over; the lease begins anew
//
// Whoever hosts the engine tells what happens to the app; the engine itself notes what the server says. Which of it forbids what is the
// business of device/permits.
#pragma once

#include <optional>

#include "base/result.h"
#include "device/client/lease.h"
#include "device/permits/situation.h"
#include "device/store/store.h"

namespace satchel::device::client {

struct SessionMarks {
  bool signed_in = false;
  bool is_offline = false;  // the last contact failed
  bool by_choice = false;   // `offline on`
  bool prompt = false;      // 401, or the refresh token's known life is over by the server's time
  bool went_back = false;
  bool closed = false;
  std::optional<Lease> lease;  // nullopt before the first answer

  bool connected() const { return !is_offline && !by_choice; }
  void put_into(permits::Situation& situation, std::int64_t lease_days) const;
};

Result<SessionMarks> session_marks(store::DeviceStore& store, const Clocks& clocks);

// ---- what happens to the app, in the caller's transaction ------------------------------------------------------------------
// A process or a first tab begins. What was offline then was closed while offline, however it ended.
Result<void> note_start(store::DeviceStore& store);
Result<bool> starts_closed(store::DeviceStore& store);  // that would be noted
// Another app comes to the front.
Result<void> note_suspend(store::DeviceStore& store, permits::Platform platform);
Result<void> note_back(store::DeviceStore& store);
Result<void> note_connection(store::DeviceStore& store, bool is_connected);

// ---- what the server says, in the caller's transaction ---------------------------------------------------------------------
Result<void> note_let_in(store::DeviceStore& store, Instant server_time, Instant wall);
Result<void> note_prompt(store::DeviceStore& store);

}  // namespace satchel::device::client
