// SPDX-License-Identifier: Apache-2.0
//
// What the speed table is asked for:  satchel_bench [--rows N] [--only NAME] [--rounds N] [--json]
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace satchel::bench {

// Fewer can't fill every table; more than this takes minutes and gigabytes.
inline constexpr std::int64_t kRowsMin = 100;
inline constexpr std::int64_t kRowsMax = 5'000'000;
inline constexpr std::int64_t kRoundsMax = 100;

struct Options {
  std::int64_t rows = 200'000;  // about so many reach the device
  std::int64_t rounds = 3;      // of first syncs and their bare limit; medians are told
  std::string only;             // lines whose name begins so; "" = all
  bool json = false;
};

// Errors: usage.
Result<Options> read_options(int argc, const char* const* argv);

}  // namespace satchel::bench
