// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace satchel::sim {

// Which troubles there are.
enum class Faults {
  none,
  usual,  // a bad network, dying processes, wrong clocks
  all,    // also strange answers, full and unreadable disks, long times, stores and servers put back from a backup
};

// In which worlds there are people with offline drafts.
enum class Drafters { none, drawn, always };

}  // namespace satchel::sim
