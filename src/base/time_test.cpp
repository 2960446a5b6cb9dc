// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <doctest/doctest.h>

#include <type_traits>

#include "base/random.h"

namespace satchel {
namespace {

// What must not compile: an instant is no duration, and neither is a bare number.
static_assert(!std::is_convertible_v<Instant, Duration>);
static_assert(!std::is_convertible_v<std::int64_t, Duration>);
template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
static_assert(!Addable<Instant, Instant>);
static_assert(Addable<Instant, Duration>);

constexpr std::int64_t kFirstDay = -719'162;  // 0001-01-01
constexpr std::int64_t kLastDay = 2'932'896;  // 9999-12-31

TEST_SUITE("time") {
  TEST_CASE("dates are days since 1970") {
    CHECK(parse_date("1970-01-01") == 0);
    CHECK(parse_date("1969-12-31") == -1);
    CHECK(parse_date("2026-11-23") == 20'780);
    CHECK(parse_date("0001-01-01") == kFirstDay);
    CHECK(parse_date("9999-12-31") == kLastDay);
    CHECK(format_date(20'780) == "2026-11-23");
  }

  // Counting on by hand: each day has the date that follows yesterday's.
  TEST_CASE("every day of the years 0001 to 9999 survives the way through text, in order") {
    std::string last;
    for (std::int64_t day = kFirstDay; day <= kLastDay; ++day) {
      const auto text = format_date(day);
      REQUIRE(text.size() == 10);
      REQUIRE(last < text);
      REQUIRE(parse_date(text) == day);
      last = text;
    }
  }

  TEST_CASE("February has 29 days in leap years only") {
    CHECK(parse_date("2024-02-29"));
    CHECK(parse_date("2000-02-29"));
    CHECK_FALSE(parse_date("1900-02-29"));
    CHECK_FALSE(parse_date("2026-02-29"));
    CHECK(parse_date("2024-03-01").value() - parse_date("2024-02-28").value() == 2);
  }

  TEST_CASE("what is no day of the calendar is refused") {
    for (const auto text : {"", "2026", "2026-11", "2026-11-31", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01",
                            "2026-1-1", "2026-11-23 ", " 2026-11-23", "2026-11-23T00:00:00Z", "20261123", "2026/11/23",
                            "-001-01-01", "+2026-11-23", "12026-11-23", "2026-11-2x"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_date(text));
    }
  }

  TEST_CASE("days beyond the calendar are written as its ends") {
    CHECK(format_date(INT64_MIN) == "0001-01-01");
    CHECK(format_date(INT64_MAX) == "9999-12-31");
    CHECK(format_date_time(INT64_MIN) == "0001-01-01T00:00:00Z");
    CHECK(format_date_time(INT64_MAX) == "9999-12-31T23:59:59Z");
  }

  TEST_CASE("date-times are seconds since 1970, whatever their offset") {
    constexpr std::int64_t moment = 1'795'421'700;
    for (const auto text : {"2026-11-23T08:15:00Z", "2026-11-23t08:15:00z", "2026-11-23T08:15Z",
                            "2026-11-23T09:15:00+01:00", "2026-11-23T02:45:00-05:30", "2026-11-22T22:15:00-10:00",
                            "2026-11-23T08:15:00-00:00", "2026-11-24T08:14:00+23:59", "2026-11-23T08:15:00.9Z",
                            "2026-11-23T08:15:00.123456789012Z", "2026-11-23T09:15+01:00"}) {
      CAPTURE(text);
      CHECK(parse_date_time(text) == moment);
    }
    CHECK(format_date_time(moment) == "2026-11-23T08:15:00Z");
  }

  TEST_CASE("a fraction is cut off, before 1970 too") {
    CHECK(parse_date_time("1969-12-31T23:59:59.9Z") == -1);
    CHECK(format_date_time(-1) == "1969-12-31T23:59:59Z");
  }

  TEST_CASE("what is no moment is refused, a bare date and a local time among it") {
    for (const auto text : {"",
                            "2026-11-23",
                            "2026-11-23T08:15:00",
                            "2026-11-23 08:15:00Z",
                            "2026-11-23T24:00:00Z",
                            "2026-11-23T08:60:00Z",
                            "2026-11-23T23:59:60Z",
                            "2026-11-23T8:15:00Z",
                            "2026-11-23T08:15:00.Z",
                            "2026-11-23T08:15.5Z",
                            "2026-11-23T08:15:Z",
                            "2026-11-23T08:15:00+1:00",
                            "2026-11-23T08:15:00+0100",
                            "2026-11-23T08:15:00+24:00",
                            "2026-11-23T08:15:00+01:60",
                            "2026-11-23T08:15:00+01",
                            "2026-11-23T08:15:00ZZ",
                            "2026-11-23T08:15:00Z ",
                            "2026-02-29T08:15:00Z",
                            "2026-11-23T",
                            "2026-11-23T08",
                            "2026-11-23T08:15:00\xc3\xa4"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_date_time(text));
    }
  }

  TEST_CASE("a moment that is outside the calendar in UTC is refused") {
    CHECK(parse_date_time("0001-01-01T00:00:00Z"));
    CHECK_FALSE(parse_date_time("0001-01-01T00:00:00+00:01"));
    CHECK(parse_date_time("9999-12-31T23:59:59Z"));
    CHECK_FALSE(parse_date_time("9999-12-31T23:59:59-00:01"));
  }

  TEST_CASE("random moments survive the way through text") {
    SeededRandom random(21);
    for (int i = 0; i < 5000; ++i) {
      const auto seconds = static_cast<std::int64_t>(random.below(315'537'897'600)) + kFirstDay * 86'400;
      CHECK(parse_date_time(format_date_time(seconds)) == seconds);
      const auto instant = Instant::of_seconds(seconds);
      CHECK(parse_http_date(format_http_date(instant)) == instant);
    }
  }

  // The example of RFC 9110, section 5.6.7.
  TEST_CASE("HTTP dates have their weekday") {
    CHECK(format_http_date(Instant::of_seconds(784'111'777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == Instant::of_seconds(784'111'777));
    CHECK(format_http_date(Instant::of_seconds(1'795'421'700)) == "Mon, 23 Nov 2026 08:15:00 GMT");
    CHECK(format_http_date(Instant{-1}) == "Wed, 31 Dec 1969 23:59:59 GMT");
  }

  TEST_CASE("what is no HTTP date is refused") {
    for (const auto text :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Nov 1994 08:49:37 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "}) {
      CAPTURE(text);
      CHECK_FALSE(parse_http_date(text));
    }
  }

  TEST_CASE("durations have one number and one unit") {
    CHECK(parse_duration("90d") == Duration::of_days(90));
    CHECK(parse_duration("1h") == Duration::of_hours(1));
    CHECK(parse_duration("15m") == Duration::of_minutes(15));
    CHECK(parse_duration("30s") == Duration::of_seconds(30));
    CHECK(parse_duration("250ms") == Duration::of_milliseconds(250));
    CHECK(parse_duration("0s") == Duration{});
    for (const auto text : {"", "d", "90", "-1h", "+1h", "1.5h", "1 h", "1H", "1hour", "1h30m", "h1", "106751991168d",
                            "99999999999999999999s"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_duration(text));
    }
  }

  TEST_CASE("whole seconds are rounded down, before 1970 too") {
    CHECK(Instant{1999}.seconds() == 1);
    CHECK(Instant{2000}.seconds() == 2);
    CHECK(Instant{-1}.seconds() == -1);
    CHECK(Instant{-1000}.seconds() == -1);
    CHECK(Instant{-1001}.seconds() == -2);
    CHECK(Instant{INT64_MIN}.seconds() == -9'223'372'036'854'776);
  }

  TEST_CASE("instants and durations add up") {
    const Instant now = Instant::of_seconds(100);
    CHECK(now + Duration::of_seconds(5) - now == Duration::of_seconds(5));
    CHECK(now - Duration::of_seconds(100) == Instant{});
    CHECK(Duration::of_minutes(1) * 2 + Duration::of_seconds(1) == Duration::of_milliseconds(121'000));
  }
}

}  // namespace
}  // namespace satchel
