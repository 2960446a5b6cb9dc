// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "base/random.h"
#include "model/rules.h"

namespace satchel::model {
namespace {

__extension__ typedef __int128 Int128;

constexpr std::int64_t kRateOne = 10'000'000'000;  // an exchange rate of 1, scale 10

struct Row {
  const Table& table;
  Record record;

  explicit Row(std::string_view name)
      : table(*Schema::standard().find(name)), record{table.number, {}, {}, std::vector<Value>(table.columns.size())} {}

  Row& set(std::string_view column, Value value) {
    record.values[table.find_column(column)->index] = std::move(value);
    return *this;
  }
  Value computed(std::string_view column) {
    compute(Schema::standard(), record);
    return record.values[table.find_column(column)->index];
  }
};

Value full_name(Value first, Value last) {
  return Row("contact").set("firstname", std::move(first)).set("lastname", std::move(last)).computed("fullname");
}

// Of an amount with scale 2 in a currency of this rate.
Value base_of(Value amount, Value rate) {
  return Row("account")
      .set("creditlimit", std::move(amount))
      .set("exchangerate", std::move(rate))
      .computed("creditlimit_base");
}
Value number(std::int64_t value) { return value; }

// Of any size below 2^bits, small ones as often as large ones. One draw a line: the order of operands is the compiler's.
std::int64_t random_number(Random& random, std::uint64_t bits) {
  const auto shift = 64 - bits + random.below(bits);
  return static_cast<std::int64_t>(random.next() >> shift);
}

TEST_SUITE("compute") {
  TEST_CASE("a full name is first and last name, trimmed, without what is empty") {
    CHECK(full_name("Ada", "King") == Value("Ada King"));
    CHECK(full_name({}, "King") == Value("King"));
    CHECK(full_name("Ada", {}) == Value("Ada"));
    CHECK(full_name(" Ada ", "  King") == Value("Ada King"));
    CHECK(full_name("  ", "King") == Value("King"));
    CHECK(is_null(full_name({}, {})));
    CHECK(Row("lead").set("lastname", "King").computed("fullname") == Value("King"));
    CHECK(Row("systemuser").set("firstname", "Ada").set("lastname", "King").computed("fullname") == Value("Ada King"));
  }

  TEST_CASE("computing replaces what was there and changes nothing else") {
    Row row("contact");
    row.set("fullname", "Old Name")
        .set("creditlimit_base", number(5))
        .set("jobtitle", "Countess")
        .set("lastname", "King");
    CHECK(row.computed("fullname") == Value("King"));
    CHECK(row.computed("creditlimit_base") == Value());
    CHECK(row.computed("jobtitle") == Value("Countess"));
    const auto once = row.record;
    compute(Schema::standard(), row.record);
    CHECK(row.record == once);
  }

  TEST_CASE("an amount in the organisation's currency is the amount by the rate, half away from zero") {
    CHECK(base_of(number(1250), number(kRateOne)) == number(125'000));
    CHECK(base_of(number(1000), number(2 * kRateOne)) == number(50'000));
    CHECK(base_of(number(100), number(3 * kRateOne)) == number(3'333));
    CHECK(base_of(number(200), number(3 * kRateOne)) == number(6'667));
    CHECK(base_of(number(1), number(200 * kRateOne)) == number(1));  // 0.00005
    CHECK(base_of(number(-1), number(200 * kRateOne)) == number(-1));
    CHECK(base_of(number(1), number(201 * kRateOne)) == number(0));
    CHECK(base_of(number(0), number(kRateOne)) == number(0));
  }

  TEST_CASE("without an amount or a rate there is no amount in the organisation's currency, nor when it is too large") {
    CHECK(is_null(base_of({}, number(kRateOne))));
    CHECK(is_null(base_of(number(100), {})));
    CHECK(is_null(base_of(number(100), number(0))));
    CHECK(is_null(base_of(number(100), number(-kRateOne))));
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    CHECK(is_null(base_of(number(kMax), number(1))));
    CHECK(is_null(base_of(number(kMin), number(1))));
    CHECK(base_of(number(kMax), number(kMax)) == number(1'000'000'000'000));
    CHECK(base_of(number(kMax / 100), number(kRateOne)) == number(kMax / 100 * 100));
  }

  // rate x base lies within half a rate of the amount, and at exactly half on its far side.
  TEST_CASE("random amounts are converted to the nearest one") {
    constexpr std::uint64_t kSeed = 9;
    SeededRandom random(kSeed);
    for (int i = 0; i < 20'000; ++i) {
      const auto amount = random_number(random, 44) * (random.one_in(2) ? 1 : -1);
      const auto rate = random_number(random, 34) + 1;
      const auto value = base_of(number(amount), number(rate));
      if (is_null(value)) continue;
      const Int128 exact = static_cast<Int128>(amount) * 1'000'000'000'000;  // rate's scale 10 + twin's 4 - amount's 2
      const Int128 twice_off = 2 * (static_cast<Int128>(*integer_in(value)) * rate - exact);
      CAPTURE(i);
      REQUIRE((twice_off <= rate && -twice_off <= rate));
      if (twice_off == rate) REQUIRE(amount > 0);
      if (-twice_off == rate) REQUIRE(amount < 0);
    }
  }
}

}  // namespace
}  // namespace satchel::model
