// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

namespace satchel {
namespace {

const Error kNo{ErrorCode::not_found, "There is no such thing."};

Result<int> number(int value) {
  if (value < 0) return kNo;
  return value;
}

Result<void> nothing(bool good) {
  if (!good) return kNo;
  return {};
}

Result<std::unique_ptr<int>> pointer(int value) { return std::make_unique<int>(TRY(number(value))); }

Result<std::string> sum_in_words(int a, int b, int& reached) {
  const auto first = TRY(number(a));
  ++reached;
  const auto second = TRY(number(TRY(number(b)) + 1));
  ++reached;
  TRY(nothing(first + second < 100));
  ++reached;
  const auto owned = TRY(pointer(first + second));
  return std::to_string(*owned);
}

TEST_SUITE("result") {
  TEST_CASE("TRY gives the value, inside of TRY too, and takes what can only be moved") {
    int reached = 0;
    const auto words = sum_in_words(1, 2, reached);
    REQUIRE(words.ok());
    CHECK(*words == "4");
    CHECK(reached == 3);
  }

  TEST_CASE("TRY returns the first error and runs nothing behind it") {
    int reached = 0;
    CHECK(sum_in_words(-1, -1, reached).error() == kNo);
    CHECK(reached == 0);
    CHECK(sum_in_words(1, -1, reached).error() == kNo);
    CHECK(reached == 1);
    reached = 0;
    CHECK(sum_in_words(1, 99, reached).error() == kNo);
    CHECK(reached == 2);
  }

  TEST_CASE("a result is true when it holds a value") {
    CHECK(number(0));
    CHECK_FALSE(number(-1));
    CHECK(nothing(true));
    CHECK_FALSE(nothing(false));
  }

  TEST_CASE("a value may be what converts to it, and an empty optional is a value") {
    const Result<std::string> text = "text";
    CHECK(*text == "text");
    CHECK(text->size() == 4);
    const Result<std::optional<int>> none = std::optional<int>();
    REQUIRE(none.ok());
    CHECK_FALSE(none->has_value());
  }

  TEST_CASE("a value moves out of a result that ends") {
    auto owned = pointer(5).value();
    CHECK(*owned == 5);
    auto message = number(-1).error().message;
    CHECK(message == kNo.message);
  }
}

}  // namespace
}  // namespace satchel
