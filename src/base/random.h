// SPDX-License-Identifier: Apache-2.0
//
// Chance as an argument. The programs pass the operating system's; the simulator passes a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace satchel {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // True once in `n` calls on average.
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  // 2*`bytes` hexadecimal digits.
  std::string hex(std::size_t bytes);
};

// The same numbers for the same seed, everywhere (splitmix64). Not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace satchel
