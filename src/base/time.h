// SPDX-License-Identifier: Apache-2.0
//
// Time as a value. Nothing in the core reads a clock: an Instant comes in as an argument.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace satchel {

// Elapsed time, in milliseconds.
struct Duration {
  std::int64_t milliseconds = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  static constexpr Duration of_milliseconds(std::int64_t n) { return {n}; }
  static constexpr Duration of_seconds(std::int64_t n) { return {n * 1000}; }
  static constexpr Duration of_minutes(std::int64_t n) { return {n * 60'000}; }
  static constexpr Duration of_hours(std::int64_t n) { return {n * 3'600'000}; }
  static constexpr Duration of_days(std::int64_t n) { return {n * 86'400'000}; }
  constexpr Duration operator*(std::int64_t n) const { return {milliseconds * n}; }
  constexpr Duration operator+(Duration other) const { return {milliseconds + other.milliseconds}; }
};

// Wall time: milliseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t milliseconds = 0;

  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(Duration d) const { return {milliseconds + d.milliseconds}; }
  constexpr Instant operator-(Duration d) const { return {milliseconds - d.milliseconds}; }
  constexpr Duration operator-(Instant other) const { return {milliseconds - other.milliseconds}; }
  // Whole seconds, rounded down: the precision of records (normal form).
  constexpr std::int64_t seconds() const { return milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0); }
  static constexpr Instant of_seconds(std::int64_t n) { return {n * 1000}; }
};

// The days of the years 0001 to 9999 counted from 1970-01-01, without a zone.
// "2026-11-23"; nullopt for anything that isn't a day of the calendar.
std::optional<std::int64_t> parse_date(std::string_view text);
// A day outside those years is written as the nearest of them, so that what was written can be read.
std::string format_date(std::int64_t day);

// RFC 3339 with any offset and any fraction: seconds since 1970 (the fraction is cut off). Seconds may be left out, as
// OData allows. Refused: a bare date, a leap second, a moment outside the years 0001 to 9999 UTC.
std::optional<std::int64_t> parse_date_time(std::string_view text);
// "2026-11-23T08:15:00Z"; clamped like format_date.
std::string format_date_time(std::int64_t seconds);

// RFC 9110, section 5.6.7 (IMF-fixdate): "Mon, 23 Nov 2026 08:15:00 GMT". The weekday has to be
// one, but needn't be the right one.
std::optional<Instant> parse_http_date(std::string_view text);
std::string format_http_date(Instant instant);

// "90d", "1h", "15m", "30s", "250ms".
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace satchel
