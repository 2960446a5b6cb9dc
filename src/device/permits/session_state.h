// SPDX-License-Identifier: Apache-2.0
//
// Session state: how a user stands with his device (DESIGN 1.4), from the situation alone.
//
//   signed_in ── 401, or the refresh token's life is over ──▶ prompt ── Back (S1, where the platform lets) ──▶ continued
//       │                                                     │  the platform doesn't let
//       │ the lease is over, the PIN's lock, blocked          ▼
//       └──▶ locked ◀───────────────────────────────────  get_started ◀── sign-out, wipe
//
// A sign-in by the same user leads back to signed_in from everywhere; nothing is deleted on the way (S2, S3).
#pragma once

#include <string_view>

#include "device/permits/situation.h"

namespace satchel::device::permits {

enum class SessionState { signed_in, prompt, continued, locked, get_started };
std::string_view name_of(SessionState state);  // "get-started"

SessionState session_state(const Situation& situation);

}  // namespace satchel::device::permits
