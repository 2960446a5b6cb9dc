// SPDX-License-Identifier: Apache-2.0
//
// Chance from the operating system: good for keys, tokens and ids.
#pragma once

#include "base/random.h"

namespace satchel::edge::os {

class SystemRandom final : public Random {
 public:
  // Never fails: a machine without randomness must not make keys, so the program stops.
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace satchel::edge::os
