// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "base/random.h"
#include "model/rules.h"

namespace satchel::model {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::int64_t parsed(std::string_view digits, int scale) {
  const auto number = parse_scaled(digits, scale);
  CAPTURE(digits);
  REQUIRE(number.ok());
  return *number;
}

std::string refused(std::string_view digits, int scale = 2) {
  const auto number = parse_scaled(digits, scale);
  CAPTURE(digits);
  REQUIRE_FALSE(number.ok());
  CHECK(number.error().code == ErrorCode::bad_value);
  return number.error().message;
}

TEST_SUITE("scaled") {
  TEST_CASE("digits become a scaled integer") {
    CHECK(parsed("12.5", 2) == 1250);
    CHECK(parsed("12.50", 2) == 1250);
    CHECK(parsed("-0.07", 2) == -7);
    CHECK(parsed("+3", 0) == 3);
    CHECK(parsed(".5", 1) == 5);
    CHECK(parsed("5.", 1) == 50);
    CHECK(parsed("000012", 0) == 12);
    CHECK(parsed("0", 10) == 0);
    CHECK(parsed("-0.000", 2) == 0);
    CHECK(parsed("0.0000000001", 10) == 1);
  }

  TEST_CASE("exponents move the point, however far") {
    CHECK(parsed("1e3", 0) == 1000);
    CHECK(parsed("1.25E+1", 2) == 1250);
    CHECK(parsed("125e-3", 2) == 13);
    CHECK(parsed("1e-99999999999999999999", 2) == 0);
    CHECK(parsed("0e99999999999999999999", 2) == 0);
    CHECK(parsed("0.000000000000000000000000000001e30", 0) == 1);
    CHECK(parsed("100000000000000000000000000000e-29", 0) == 1);
    CHECK(refused("1e99999999999999999999").ends_with("is too large a number."));
  }

  TEST_CASE("what lies beyond the scale is rounded half away from zero") {
    CHECK(parsed("0.004", 2) == 0);
    CHECK(parsed("0.005", 2) == 1);
    CHECK(parsed("-0.005", 2) == -1);
    CHECK(parsed("0.0049999999999999999999", 2) == 0);
    CHECK(parsed("2.5", 0) == 3);
    CHECK(parsed("-2.5", 0) == -3);
    CHECK(parsed("0.5", 0) == 1);
    CHECK(parsed("0.49", 0) == 0);
    CHECK(parsed("0.05", 0) == 0);
    CHECK(parsed("99.995", 2) == 10000);
  }

  TEST_CASE("the whole 64-bit range fits, and not one more") {
    CHECK(parsed("9223372036854775807", 0) == kMax);
    CHECK(parsed("-9223372036854775808", 0) == kMin);
    CHECK(parsed("92233720368547758.07", 2) == kMax);
    CHECK(parsed("92233720368547758.074", 2) == kMax);
    CHECK(refused("9223372036854775808", 0) == "\"9223372036854775808\" is too large a number.");
    CHECK(refused("-9223372036854775809", 0) == "\"-9223372036854775809\" is too large a number.");
    CHECK(refused("92233720368547758.075", 2).ends_with("is too large a number."));
    CHECK(refused("18446744073709551616", 0).ends_with("is too large a number."));
    CHECK(refused("99999999999999999999", 0).ends_with("is too large a number."));
  }

  TEST_CASE("what is no number is refused, and shown in part") {
    for (const auto text : {"", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1,5", " 1", "1 ", "--1", "0x10", "NaN",
                            "Infinity", "1_000"}) {
      CHECK(refused(text).ends_with("isn't a number."));
    }
    CHECK(refused(std::string(100, 'x')) == "\"" + std::string(40, 'x') + "\" isn't a number.");
    CHECK(refused(std::string(39, 'x') + "€") == "\"" + std::string(39, 'x') + "\" isn't a number.");
  }

  TEST_CASE("every number is read as it was written") {
    CHECK(format_scaled(1250, 2) == "12.50");
    CHECK(format_scaled(-7, 2) == "-0.07");
    CHECK(format_scaled(0, 2) == "0.00");
    CHECK(format_scaled(-5, 0) == "-5");
    CHECK(format_scaled(kMin, 10) == "-922337203.6854775808");
    constexpr std::uint64_t kSeed = 7;
    SeededRandom random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
      // One draw a line: the order of operands is the compiler's.
      const auto shift = random.below(64);
      const auto number = static_cast<std::int64_t>(random.next() >> shift);
      const auto value = shift > 0 && random.one_in(2) ? -number : number;
      const auto scale = static_cast<int>(random.below(11));
      REQUIRE(parsed(format_scaled(value, scale), scale) == value);
      REQUIRE(parsed(format_scaled(value, scale) + "e" + std::to_string(scale), 0) == value);
    }
  }

  // Digits beyond the scale against the same division of integers.
  TEST_CASE("random numbers are rounded as integers are divided") {
    constexpr std::uint64_t kSeed = 8;
    SeededRandom random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
      const auto value = static_cast<std::int64_t>(random.below(2'000'000'000));
      const auto scale = static_cast<int>(random.below(5)), cut = static_cast<int>(random.below(5));
      std::int64_t power = 1;
      for (int k = 0; k < cut; ++k) power *= 10;
      const auto expected = cut == 0 ? value : (value + power / 2) / power;
      REQUIRE(parsed(format_scaled(value, scale + cut), scale) == expected);
      REQUIRE(parsed(format_scaled(-value, scale + cut), scale) == -expected);
    }
  }
}

}  // namespace
}  // namespace satchel::model
