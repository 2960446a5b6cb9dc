// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <doctest/doctest.h>

#include <array>
#include <cstring>

#include "base/bytes.h"

namespace satchel {
namespace {

// Gives the same number for ever, and counts.
class ConstantRandom final : public Random {
 public:
  explicit ConstantRandom(std::array<std::uint64_t, 2> numbers) : numbers_(numbers) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(numbers_[calls_ % 2] >> (8 * i));
    ++calls_;
  }
  std::size_t calls() const { return calls_; }

 private:
  std::array<std::uint64_t, 2> numbers_;
  std::size_t calls_ = 0;
};

TEST_SUITE("random") {
  // The published sequence of splitmix64 for this seed.
  TEST_CASE("a seed gives splitmix64's numbers") {
    SeededRandom random(1234567);
    CHECK(random.next() == 6457827717110365317u);
    CHECK(random.next() == 3203168211198807973u);
    CHECK(random.next() == 9817491932198370423u);
    CHECK(random.next() == 4593380528125082431u);
  }

  TEST_CASE("same seed, same bytes, and another seed others") {
    SeededRandom one(7), two(7), other(8);
    const auto hex = one.hex(20);
    CHECK(hex.size() == 40);
    CHECK(two.hex(20) == hex);
    CHECK(other.hex(20) != hex);
  }

  TEST_CASE("fill reaches the last byte and no further") {
    SeededRandom random(9);
    std::array<std::uint8_t, 16> ever{};
    for (int i = 0; i < 64; ++i) {
      std::array<std::uint8_t, 16> bytes{};
      random.fill(std::span(bytes).subspan(1, 13));
      for (std::size_t k = 0; k < 16; ++k) ever[k] |= bytes[k];
    }
    CHECK(ever[0] == 0);
    CHECK(ever[1] == 0xFF);
    CHECK(ever[13] == 0xFF);
    CHECK(ever[14] == 0);
  }

  TEST_CASE("below stays below and reaches every number") {
    SeededRandom random(10);
    for (const std::uint64_t bound : {1u, 2u, 7u, 16u}) {
      std::array<int, 16> counts{};
      for (int i = 0; i < 3200; ++i) {
        const auto number = random.below(bound);
        REQUIRE(number < bound);
        ++counts[number];
      }
      // 3200/16 = 200 expected; 100 is seven standard deviations off.
      for (std::size_t i = 0; i < bound; ++i) CHECK(counts[i] > 100);
    }
    CHECK(random.below(UINT64_MAX) < UINT64_MAX);
  }

  // 2^64 mod 3 is 1: the number 0 would make the remainder 0 likelier than the others.
  TEST_CASE("below throws away the numbers that would favour some") {
    ConstantRandom random({0, 5});
    CHECK(random.below(3) == 2);
    CHECK(random.calls() == 2);
  }

  TEST_CASE("one in one is always, one in many seldom") {
    SeededRandom random(11);
    int seldom = 0;
    for (int i = 0; i < 10'000; ++i) {
      CHECK(random.one_in(1));
      seldom += random.one_in(100) ? 1 : 0;
    }
    CHECK(seldom > 50);
    CHECK(seldom < 200);
  }
}

}  // namespace
}  // namespace satchel
