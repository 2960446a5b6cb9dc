// SPDX-License-Identifier: Apache-2.0
//
// The two clocks of this machine. The rooms never see them: the programs read them and pass the time on.
#pragma once

#include <string>

#include "base/time.h"

namespace satchel::edge::os {

// Wall time: can be wrong by years, and jump either way.
class SystemClock {
 public:
  Instant now() const;
};

// Time since the machine started, sleep included: never goes back, whatever the user does to the wall clock.
class ElapsedClock {
 public:
  Duration now() const;
  // Differs after each start of the machine. Two readings under the same mark can be subtracted, also by two processes.
  std::string start_mark() const;
};

}  // namespace satchel::edge::os
