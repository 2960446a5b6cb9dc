// SPDX-License-Identifier: Apache-2.0
//
// Standing: what the organisation decided for all its devices, read from its row, as the settings page shows it and as the host keeps
// to it. What decides about permits is in situation.h.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "device/store/store.h"
#include "device/vault/vault.h"

namespace satchel::device::client {

struct Standing {
  std::int64_t lease_days = 0;
  std::int64_t cache_rows = 0, cache_bytes = 0, cache_days = 0;
  bool pin_required = false;
  vault::PinPolicy pin;
  std::int64_t lock_minutes = 0;
  bool escrow = false;
  std::string admin;  // whom to ask, by name (P4); "" before the first sync
};

// Before the first sync: what is in force where nobody said anything.
Result<Standing> standing(store::DeviceStore& store);

}  // namespace satchel::device::client
