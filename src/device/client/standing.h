// SPDX-License-Identifier: Apache-2.0
//
// Standing: what the administrator decided for this user and this device, read from the rows that every device holds (his own, his
// profile's, the organisation's).
#pragma once

#include <string>

#include "base/result.h"
#include "device/permits/situation.h"
#include "device/store/store.h"
#include "device/vault/vault.h"

namespace satchel::device::client {

struct Standing {
  permits::Situation situation;  // its first two parts: what the admin chose, and the device
  std::int64_t lease_days = 14;
  std::int64_t cache_rows = 0, cache_bytes = 0, cache_days = 0;
  bool pin_required = false;
  vault::PinPolicy pin;
  std::int64_t lock_minutes = 0;
  bool escrow = false;
  std::string admin;  // whom to ask, by name (P4); "" before the first sync
};

// Before the first sync: what is in force where nobody said anything.
Result<Standing> standing(store::DeviceStore& store, permits::Platform platform);

}  // namespace satchel::device::client
