// SPDX-License-Identifier: Apache-2.0
//
// Lease: how long this device may go on without the server (S2). It begins with each answer that the server gives to this user, and
// is measured by the server's time of that answer plus the time that has passed here since.
//
//   passed, same start of the machine   by the elapsed clock; the wall clock isn't looked at
//   passed, over a new start            by the wall clock if it went on, and never less than the machine has been running
//   passed, only a wall clock known     by the wall clock if it went on
//
// Always true:
//   - What has passed only grows. A clock set back adds nothing and takes nothing away; time that passes behind it counts on from there.
//   - A clock set forward ends a lease early at worst where the elapsed clock can't tell; the next contact begins it anew.
//   - What can't be seen: a machine that is off while its clock is set back. It can't be read then either.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "device/store/store.h"

namespace satchel::device::client {

// A reading of this device's clocks. `start` differs after each start of the machine; "" = only the wall clock is known (`--now`).
struct Clocks {
  Instant wall;
  Duration elapsed;
  std::string start;
};

struct Lease {
  // One line of readings: how much had passed at the last of them.
  struct Reading {
    Clocks at;
    Duration passed;
  };
  Instant since;    // the answer, by the server's clock
  Reading machine;  // by both clocks
  Reading wall;     // by a wall clock alone

  Duration passed() const { return std::max(machine.passed, wall.passed); }
  Instant server_now() const { return since + passed(); }
  Instant until(std::int64_t days) const { return since + Duration::of_days(days); }
  bool is_over(std::int64_t days) const { return server_now() >= until(days); }
};

Lease begun_lease(Instant server_time, Instant wall);
// The lease as it stands at this reading.
Lease read_at(Lease lease, const Clocks& clocks);

// ---- in the store ----------------------------------------------------------------------------------------------------------
// In the caller's transaction: the server has answered this user.
Result<void> begin_lease(store::DeviceStore& store, Instant server_time, Instant wall);
// What is kept, read at `clocks`; nullopt before the first answer. Nothing is written.
Result<std::optional<Lease>> lease_at(store::DeviceStore& store, const Clocks& clocks);
// In the caller's transaction, when `worth_keeping`.
Result<void> keep_lease(store::DeviceStore& store, const Lease& lease);
// Whether what has passed since the last reading that was kept would be missed.
Result<bool> worth_keeping(store::DeviceStore& store, const Lease& lease);

}  // namespace satchel::device::client
