// SPDX-License-Identifier: Apache-2.0
//
// The fuzz targets without a fuzzer: their seeds, and what a few thousand small changes make of them. So a target that no longer
// compiles or that fails at once is seen by everybody.
#include "fuzz/targets.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"

namespace satchel::fuzz {
namespace {

constexpr int kChangedInputs = 3000;  // per target: a second in all, without sanitizers

std::string changed(std::string text, std::string_view other, Random& random) {
  constexpr std::string_view kLikely = "\"'\\{}[]()<>,;:&=$%@#\r\n\0\xff\x80 09-+.eE";
  for (auto changes = 1 + random.below(4); changes > 0; --changes) {
    const auto at = static_cast<std::size_t>(random.below(text.size() + 1));
    const auto length = static_cast<std::size_t>(1 + random.below(8));
    const auto pick = kLikely[static_cast<std::size_t>(random.below(kLikely.size()))];
    switch (random.below(5)) {
      case 0: text.insert(at, 1, pick); break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text.substr(at, length)); break;
      case 3:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
        break;
      default: text.replace(at, length, other.substr(static_cast<std::size_t>(random.below(other.size() + 1)), length));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("every fuzz target takes its seeds, and what small changes make of them") {
  for (const auto& target : targets()) {
    CAPTURE(std::string(target.name));
    REQUIRE(find_target(target.name) == &target);
    REQUIRE_FALSE(target.seeds.empty());
    for (const auto& seed : target.seeds) {
      CAPTURE(seed);
      CHECK(target.run(seed));  // or changing it would begin from nothing
    }
    target.run("");
    SeededRandom random(1);
    for (int i = 0; i < kChangedInputs; ++i) {
      const auto& seeds = target.seeds;
      const auto pick = [&] { return seeds[static_cast<std::size_t>(random.below(seeds.size()))]; };
      target.run(changed(pick(), pick(), random));
    }
  }
}

}  // namespace satchel::fuzz
