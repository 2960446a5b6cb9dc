// SPDX-License-Identifier: Apache-2.0
//
// The simulator as a program:  satchel_sim [--runs N] [--seed S] [--steps N] [--trace]
// Run i uses seed S+i-1; a failing one prints its seed and trace. The last line is "N passed, M failed".
#include <charconv>
#include <cstdio>
#include <cstring>

#include "sim/world/world.h"

using namespace satchel::sim;

namespace {

struct Words {
  long runs = 100;
  long seed = 1;
  long steps = 200;
  bool trace = false;
};

bool read_number(const char* text, long& number) {
  const auto* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, number);
  return parsed.ec == std::errc() && parsed.ptr == end && number >= 0;
}

bool read(int argc, char** argv, Words& words) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    long* number = word == "--runs"    ? &words.runs
                   : word == "--seed"  ? &words.seed
                   : word == "--steps" ? &words.steps
                                       : nullptr;
    if (word == "--trace") words.trace = true;
    else if (number == nullptr || i + 1 >= argc || !read_number(argv[++i], *number)) return false;
  }
  return true;
}

// True when everything held.
bool run(std::uint64_t seed, const Words& words) {
  World world({.seed = seed});
  world.run(static_cast<int>(words.steps));
  world.run_until_quiet();
  world.check_converged();
  if (world.failure() || words.trace)
    for (const auto& line : world.trace()) std::printf("%s\n", line.c_str());
  if (!world.failure()) return true;
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), world.failure()->c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Words words;
  if (!read(argc, argv, words)) {
    std::fprintf(stderr, "usage: simulator words are --runs N, --seed S, --steps N, --trace\n");
    return 2;
  }
  long passed = 0;
  for (long i = 0; i < words.runs; ++i) {
    if (run(static_cast<std::uint64_t>(words.seed + i), words)) ++passed;
    else if (words.runs - passed > 20 && i + 1 - passed > 5) break;  // enough to look at
  }
  std::printf("%ld passed, %ld failed\n", passed, words.runs - passed);
  return passed == words.runs ? 0 : 1;
}
