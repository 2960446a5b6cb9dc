// SPDX-License-Identifier: Apache-2.0
//
// Periods that lie around now, in the user's days: "today", "last 3 months", "older than 2 hours".
//
//   last 2 days                    |--------|--------|--now      (midnight two days ago up to now)
//   today                                            |----now----|
//   next 2 days                                         now------|--------|--------|
//
// Days are the user's (his offset from UTC), weeks begin on the organisation's first day of the week. A column of days
// counts whole days; one of moments has exact ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/schema.h"
#include "odata/parse_query.h"

namespace satchel::odata {

// from <= column < to, in the held form of the column; a missing end is open.
struct Span {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
};

struct Period {
  enum class Unit { minute, hour, day, week, month, year };
  enum class Kind { last, current, next, last_x, next_x, older_than_x };
  Kind kind = Kind::current;
  Unit unit = Unit::day;
  std::int64_t fixed = 0;  // Last7Days: the number that other functions are given

  bool needs_number() const { return kind >= Kind::last_x && fixed == 0; }
};

// By the name of Dataverse's query function: "Today", "LastXDays", "OlderThanXMonths", "Next7Days".
std::optional<Period> find_period(std::string_view name);

// About ten thousand years of any unit.
std::int64_t period_number_max(Period::Unit unit);

// `x` is the function's number, where it needs one; column is a date or datetime, the latter for hours and minutes.
Span span_of(const Period& period, std::int64_t x, model::ColumnType column, const QueryContext& context);

// A day, counted from 1970-01-01, as the user sees it: for Microsoft.Dynamics.CRM.On.
Span span_of_day(std::int64_t day, model::ColumnType column, const QueryContext& context);
// The user's day in which a moment lies.
std::int64_t day_of(std::int64_t seconds, const QueryContext& context);
// The first day of a year, and of the next one; without a zone.
Span span_of_year(std::int64_t year);

}  // namespace satchel::odata
