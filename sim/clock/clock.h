// SPDX-License-Identifier: Apache-2.0
//
// Simulated time: it moves when the world says so. Each device may believe in a time of its own (invariant 17).
#pragma once

#include "base/time.h"

namespace satchel::sim {

class Clock {
 public:
  explicit Clock(Instant start) : now_(start) {}
  Instant now() const { return now_; }
  void advance(Duration elapsed) { now_ = now_ + elapsed; }

 private:
  Instant now_;
};

}  // namespace satchel::sim
