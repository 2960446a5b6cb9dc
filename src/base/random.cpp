// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <cassert>

#include "base/bytes.h"

namespace satchel {

std::uint64_t Random::next() {
  std::uint8_t bytes[8];
  fill(bytes);
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return number;
}

// Numbers below 2^64 mod bound are thrown away, so that each remainder is equally likely.
std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0);
  const std::uint64_t first_fair = (0 - bound) % bound;
  std::uint64_t number = next();
  while (number < first_fair) number = next();
  return number % bound;
}

std::string Random::hex(std::size_t bytes) {
  std::string chance(bytes, '\0');
  fill({reinterpret_cast<std::uint8_t*>(chance.data()), chance.size()});
  return to_hex(chance);
}

namespace {

// Sebastiano Vigna, https://prng.di.unimi.it/splitmix64.c.
std::uint64_t splitmix64(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

}  // namespace

// Every call takes whole numbers; what is left over of the last one is dropped.
void SeededRandom::fill(std::span<std::uint8_t> out) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    number = i % 8 == 0 ? splitmix64(state_) : number >> 8;
    out[i] = static_cast<std::uint8_t>(number);
  }
}

}  // namespace satchel
