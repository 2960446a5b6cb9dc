// SPDX-License-Identifier: Apache-2.0
//
// DemoClock: two years of working hours, cut into as many equal slots as there are records. Monday to Friday, 8 to 18 UTC.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/time.h"

namespace satchel::server::service::demo {

inline constexpr Duration kHistory = Duration::of_days(730);

class DemoClock {
 public:
  DemoClock(Instant now, std::int64_t slots);

  // Some moment of a slot; grows with the slot and never reaches past now.
  Instant at(std::int64_t slot, Random& random) const;
  Instant now() const { return now_; }
  Instant start() const { return now_ - kHistory; }

 private:
  Instant now_;
  std::int64_t slots_;
  std::int64_t worked_at_start_, worked_at_now_;  // milliseconds of working time since the epoch's first Monday
};

// The same or the next working day, at a quarter of an hour between 8 and 17.
Instant in_working_hours(Instant instant, Random& random);

}  // namespace satchel::server::service::demo
