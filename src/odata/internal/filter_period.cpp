// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/filter_period.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>

#include "base/text.h"

namespace satchel::odata {

using model::ColumnType;
using Kind = Period::Kind;
using Unit = Period::Unit;

namespace {

constexpr std::int64_t kMinuteSeconds = 60;
constexpr std::int64_t kHourSeconds = 3600;
constexpr std::int64_t kDaySeconds = 86'400;

struct Named {
  std::string_view name;
  Period period;
};
constexpr std::array kPeriods = {
    Named{"Yesterday", {Kind::last, Unit::day}},
    Named{"Today", {Kind::current, Unit::day}},
    Named{"Tomorrow", {Kind::next, Unit::day}},
    Named{"LastWeek", {Kind::last, Unit::week}},
    Named{"ThisWeek", {Kind::current, Unit::week}},
    Named{"NextWeek", {Kind::next, Unit::week}},
    Named{"LastMonth", {Kind::last, Unit::month}},
    Named{"ThisMonth", {Kind::current, Unit::month}},
    Named{"NextMonth", {Kind::next, Unit::month}},
    Named{"LastYear", {Kind::last, Unit::year}},
    Named{"ThisYear", {Kind::current, Unit::year}},
    Named{"NextYear", {Kind::next, Unit::year}},
    Named{"Last7Days", {Kind::last_x, Unit::day, 7}},
    Named{"Next7Days", {Kind::next_x, Unit::day, 7}},
    Named{"LastXHours", {Kind::last_x, Unit::hour}},
    Named{"NextXHours", {Kind::next_x, Unit::hour}},
    Named{"LastXDays", {Kind::last_x, Unit::day}},
    Named{"NextXDays", {Kind::next_x, Unit::day}},
    Named{"LastXWeeks", {Kind::last_x, Unit::week}},
    Named{"NextXWeeks", {Kind::next_x, Unit::week}},
    Named{"LastXMonths", {Kind::last_x, Unit::month}},
    Named{"NextXMonths", {Kind::next_x, Unit::month}},
    Named{"LastXYears", {Kind::last_x, Unit::year}},
    Named{"NextXYears", {Kind::next_x, Unit::year}},
    Named{"OlderThanXMinutes", {Kind::older_than_x, Unit::minute}},
    Named{"OlderThanXHours", {Kind::older_than_x, Unit::hour}},
    Named{"OlderThanXDays", {Kind::older_than_x, Unit::day}},
    Named{"OlderThanXWeeks", {Kind::older_than_x, Unit::week}},
    Named{"OlderThanXMonths", {Kind::older_than_x, Unit::month}},
    Named{"OlderThanXYears", {Kind::older_than_x, Unit::year}},
};

std::int64_t floor_divided(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

std::int64_t day_number(std::chrono::year_month_day date) {
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::chrono::year_month_day civil(std::int64_t day) { return std::chrono::sys_days(std::chrono::days(day)); }

// The same day of another month; the last one where that month is shorter.
std::int64_t plus_months(std::int64_t day, std::int64_t months) {
  auto date = civil(day) + std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return day_number(date);
}

std::int64_t plus(std::int64_t day, Unit unit, std::int64_t count) {
  switch (unit) {
    case Unit::week: return day + 7 * count;
    case Unit::month: return plus_months(day, count);
    case Unit::year: return plus_months(day, 12 * count);
    default: return day + count;
  }
}

// The first day of the week, month or year in which `day` lies.
std::int64_t beginning(std::int64_t day, Unit unit, int week_starts_on) {
  const auto date = civil(day);
  switch (unit) {
    // 1970-01-01 was a Thursday, the fourth day behind Sunday.
    case Unit::week: return day - ((day + 4 - week_starts_on) % 7 + 7) % 7;
    case Unit::month: return day_number(date.year() / date.month() / std::chrono::day(1));
    case Unit::year: return day_number(date.year() / std::chrono::January / std::chrono::day(1));
    default: return day;
  }
}

std::int64_t unit_seconds(Unit unit) { return unit == Unit::minute ? kMinuteSeconds : kHourSeconds; }

// Midnight of the user's day, as a column holds it.
std::int64_t held_day(std::int64_t day, ColumnType column, const QueryContext& context) {
  if (column == ColumnType::date) return day;
  return day * kDaySeconds - context.utc_offset_minutes * kMinuteSeconds;
}

// Hours count from the full hour, as Dataverse does it: "last 1 hour" at 8:15 begins at 7:00.
Span span_of_hours(const Period& period, std::int64_t x, std::int64_t now) {
  const std::int64_t length = x * unit_seconds(period.unit);
  const std::int64_t full = floor_divided(now, unit_seconds(period.unit)) * unit_seconds(period.unit);
  switch (period.kind) {
    case Kind::last_x: return {full - length, now + 1};
    case Kind::next_x: return {now, full + length + unit_seconds(period.unit)};
    default: return {std::nullopt, now - length};
  }
}

}  // namespace

std::optional<Period> find_period(std::string_view name) {
  const auto found = std::find_if(kPeriods.begin(), kPeriods.end(),
                                  [name](const Named& named) { return equals_ignoring_case_ascii(named.name, name); });
  if (found == kPeriods.end()) return std::nullopt;
  return found->period;
}

std::int64_t period_number_max(Unit unit) {
  switch (unit) {
    case Unit::minute: return 5'000'000'000;
    case Unit::hour: return 87'000'000;
    case Unit::day: return 3'650'000;
    case Unit::week: return 520'000;
    case Unit::month: return 120'000;
    case Unit::year: return 10'000;
  }
  return 0;
}

Span span_of(const Period& period, std::int64_t x, ColumnType column, const QueryContext& context) {
  const std::int64_t now = context.now.seconds();
  if (period.unit == Unit::hour || period.unit == Unit::minute) return span_of_hours(period, x, now);
  const std::int64_t today = day_of(now, context);
  const std::int64_t first = beginning(today, period.unit, context.week_starts_on);
  const auto held = [&](std::int64_t day) { return held_day(day, column, context); };
  // A day's column counts today with the past and with the future.
  const std::int64_t present = column == ColumnType::date ? today : now;
  switch (period.kind) {
    case Kind::last: return {held(plus(first, period.unit, -1)), held(first)};
    case Kind::current: return {held(first), held(plus(first, period.unit, 1))};
    case Kind::next: return {held(plus(first, period.unit, 1)), held(plus(first, period.unit, 2))};
    case Kind::last_x: return {held(plus(today, period.unit, -x)), present + 1};
    case Kind::next_x: return {present, held(plus(today, period.unit, x) + 1)};
    case Kind::older_than_x: return {std::nullopt, held(plus(today, period.unit, -x))};
  }
  return {};
}

Span span_of_day(std::int64_t day, ColumnType column, const QueryContext& context) {
  return {held_day(day, column, context), held_day(day + 1, column, context)};
}

std::int64_t day_of(std::int64_t seconds, const QueryContext& context) {
  return floor_divided(seconds + context.utc_offset_minutes * kMinuteSeconds, kDaySeconds);
}

Span span_of_year(std::int64_t year) {
  assert(year >= 0 && year <= 9999);
  const auto first = [](std::int64_t number) {
    return day_number(std::chrono::year(static_cast<int>(number)) / std::chrono::January / std::chrono::day(1));
  };
  return {first(year), first(year + 1)};
}

}  // namespace satchel::odata
