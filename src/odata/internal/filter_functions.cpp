// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/filter_functions.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "odata/internal/filter_period.h"

namespace satchel::odata {

using model::ColumnType;
using query::Comparison;
using query::Filter;

namespace {

struct Call {
  std::string_view name;
  const ColumnPath& path;
  const std::vector<Literal>& values;
  const QueryContext& context;

  const model::Column& column() const { return *path.column; }
};
using Function = Result<Filter> (*)(const Call& call);
struct Named {
  std::string_view name;
  std::size_t values_min;
  std::size_t values_max;
  Function function;
};

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::size_t kAnyNumber = query::kFilterNodesMax;

// Dataverse has these (its Web API Query Function Reference); they need hierarchies, fiscal calendars, roles or columns
// of several choices.
constexpr std::array<std::string_view, 27> kNotBuilt = {"Above",
                                                        "AboveOrEqual",
                                                        "Contains",
                                                        "ContainValues",
                                                        "DoesNotContainValues",
                                                        "EqualRoleBusinessId",
                                                        "EqualUserLanguage",
                                                        "EqualUserOrUserHierarchy",
                                                        "EqualUserOrUserHierarchyAndTeams",
                                                        "InFiscalPeriod",
                                                        "InFiscalPeriodAndYear",
                                                        "InFiscalYear",
                                                        "InOrAfterFiscalPeriodAndYear",
                                                        "InOrBeforeFiscalPeriodAndYear",
                                                        "LastFiscalPeriod",
                                                        "LastFiscalYear",
                                                        "LastXFiscalPeriods",
                                                        "LastXFiscalYears",
                                                        "NextFiscalPeriod",
                                                        "NextFiscalYear",
                                                        "NextXFiscalPeriods",
                                                        "NextXFiscalYears",
                                                        "NotUnder",
                                                        "ThisFiscalPeriod",
                                                        "ThisFiscalYear",
                                                        "Under",
                                                        "UnderOrEqual"};

// OData 4.01 URL Conventions, 5.1.1.
constexpr std::array<std::string_view, 38> kODataFunctions = {"concat",
                                                              "indexof",
                                                              "length",
                                                              "substring",
                                                              "hassubset",
                                                              "hassubsequence",
                                                              "matchespattern",
                                                              "trim",
                                                              "day",
                                                              "fractionalseconds",
                                                              "hour",
                                                              "maxdatetime",
                                                              "mindatetime",
                                                              "minute",
                                                              "month",
                                                              "second",
                                                              "time",
                                                              "totaloffsetminutes",
                                                              "totalseconds",
                                                              "ceiling",
                                                              "floor",
                                                              "round",
                                                              "cast",
                                                              "isof",
                                                              "geo.distance",
                                                              "geo.intersects",
                                                              "geo.length",
                                                              "case",
                                                              "substringof",
                                                              "replace",
                                                              "years",
                                                              "months",
                                                              "weekday",
                                                              "add",
                                                              "sub",
                                                              "mul",
                                                              "div",
                                                              "mod"};

template <std::size_t size>
bool has_name(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view known) { return equals_ignoring_case_ascii(known, name); });
}

Error wrong_column(const Call& call, std::string_view expected) {
  return Error{ErrorCode::bad_filter, std::string(call.name) + " is asked of " + std::string(expected) + ", but " +
                                          describe(call.column()) + " is none."};
}

bool holds_dates(const Call& call) {
  return call.column().type == ColumnType::date || call.column().type == ColumnType::datetime;
}

// ---- people -------------------------------------------------------------------------------------------------------------

Filter refers_to(const Call& call, const std::vector<RecordId>& ids) {
  if (call.column().type == ColumnType::party_list) {
    query::Any out;
    for (const auto id : ids) out.parts.push_back({query::HasParty{call.path.path.column, id}});
    return {std::move(out)};
  }
  query::In out{call.path.path, {}};
  for (const auto id : ids) out.values.push_back(model::Reference{TableNumber(), id});
  return {std::move(out)};
}

Result<Filter> one_of(const Call& call, const std::vector<RecordId>& ids) {
  const bool is_party_list = call.column().type == ColumnType::party_list && call.path.path.hops.empty();
  if (!call.path.is_reference() && !is_party_list) return wrong_column(call, "a lookup");
  return refers_to(call, ids);
}

Result<Filter> equal_user(const Call& call) { return one_of(call, {call.context.user}); }
Result<Filter> not_equal_user(const Call& call) { return negation(TRY(equal_user(call))); }
Result<Filter> equal_teams(const Call& call) { return one_of(call, call.context.teams); }
Result<Filter> equal_user_or_teams(const Call& call) {
  auto ids = call.context.teams;
  ids.push_back(call.context.user);
  return one_of(call, ids);
}
Result<Filter> equal_business(const Call& call) { return one_of(call, {call.context.business_unit}); }
Result<Filter> not_equal_business(const Call& call) { return negation(TRY(equal_business(call))); }

// ---- lists and ranges ---------------------------------------------------------------------------------------------------

Result<Filter> in(const Call& call) { return compare_any(call.path, call.values, Quotes::lenient); }
Result<Filter> not_in(const Call& call) { return negation(TRY(in(call))); }

bool is_day(const Literal& literal) { return literal.text.find_first_of("Tt") == std::string::npos; }

// The day that a value of On and its like names.
Result<std::int64_t> day_in(const Call& call, const Literal& literal) {
  const Held held = TRY(hold(call.column(), literal, Quotes::lenient));
  const auto* number = model::integer_in(held.value);
  if (number == nullptr) return wrong_column(call, "a date and needs a day, like 2026-11-23");
  if (call.column().type == ColumnType::date) return *number;
  // A bare day is the user's day already; only a moment has to be placed in one.
  return is_day(literal) ? *number / kDaySeconds : day_of(*number, call.context);
}

Result<Span> day_span(const Call& call, const Literal& literal) {
  if (!holds_dates(call)) return wrong_column(call, "a date");
  return span_of_day(TRY(day_in(call, literal)), call.column().type, call.context);
}

Result<Filter> on_as(const Call& call, Comparison comparison) {
  const Span span = TRY(day_span(call, call.values.front()));
  return compare_span(call.path.path, comparison, *span.from, *span.to);
}

Result<Filter> on(const Call& call) { return on_as(call, Comparison::eq); }
Result<Filter> not_on(const Call& call) { return on_as(call, Comparison::ne); }
Result<Filter> on_or_after(const Call& call) { return on_as(call, Comparison::ge); }
Result<Filter> on_or_before(const Call& call) { return on_as(call, Comparison::le); }

// Both ends are in it; for days that's the whole last day.
Result<Filter> between(const Call& call) {
  const Literal &low = call.values[0], &high = call.values[1];
  query::All out;
  if (holds_dates(call) && is_day(low))
    out.parts.push_back(within(call.path.path, TRY(day_span(call, low)).from, std::nullopt));
  else out.parts.push_back(TRY(compare(call.path, Comparison::ge, low, Quotes::lenient)));
  if (holds_dates(call) && is_day(high))
    out.parts.push_back(within(call.path.path, std::nullopt, TRY(day_span(call, high)).to));
  else out.parts.push_back(TRY(compare(call.path, Comparison::le, high, Quotes::lenient)));
  return Filter{std::move(out)};
}
Result<Filter> not_between(const Call& call) { return negation(TRY(between(call))); }

// ---- periods ------------------------------------------------------------------------------------------------------------

Result<std::int64_t> period_number(const Call& call, const Period& period) {
  if (!period.needs_number()) return period.fixed;
  const std::int64_t max = period_number_max(period.unit);
  // PropertyValue='10' is taken as well as PropertyValue=10.
  const Literal given = call.values.empty() ? Literal{} : call.values.front();
  const auto out = whole_number({Literal::Kind::number, given.text});
  if (out && *out >= 1 && *out <= max) return *out;
  return Error{ErrorCode::bad_filter,
               std::string(call.name) + " needs PropertyValue, a whole number from 1 to " + std::to_string(max) + "."};
}

Result<Filter> in_period(const Call& call, const Period& period) {
  const bool counts_hours = period.unit == Period::Unit::hour || period.unit == Period::Unit::minute;
  if (!holds_dates(call)) return wrong_column(call, "a date");
  if (counts_hours && call.column().type == ColumnType::date) return wrong_column(call, "a column with a time of day");
  if (call.values.size() > (period.needs_number() ? 1u : 0u))
    return Error{ErrorCode::bad_filter, std::string(call.name) + " has more values than it can take."};
  const Span span = span_of(period, TRY(period_number(call, period)), call.column().type, call.context);
  return within(call.path.path, span.from, span.to);
}

constexpr std::array kFunctions = {
    Named{"EqualUserId", 0, 0, equal_user},
    Named{"NotEqualUserId", 0, 0, not_equal_user},
    Named{"EqualUserTeams", 0, 0, equal_teams},
    Named{"EqualUserOrUserTeams", 0, 0, equal_user_or_teams},
    Named{"EqualBusinessId", 0, 0, equal_business},
    Named{"NotEqualBusinessId", 0, 0, not_equal_business},
    Named{"In", 1, kAnyNumber, in},
    Named{"NotIn", 1, kAnyNumber, not_in},
    Named{"Between", 2, 2, between},
    Named{"NotBetween", 2, 2, not_between},
    Named{"On", 1, 1, on},
    Named{"NotOn", 1, 1, not_on},
    Named{"OnOrAfter", 1, 1, on_or_after},
    Named{"OnOrBefore", 1, 1, on_or_before},
};

std::string values_in_words(const Named& function) {
  if (function.values_max == 0) return "PropertyName alone";
  if (function.values_max == 1) return "PropertyName and PropertyValue";
  return function.values_max == 2 ? "PropertyName and two PropertyValues" : "PropertyName and PropertyValues";
}

}  // namespace

Result<Filter> query_function(std::string_view name, const ColumnPath& path, const std::vector<Literal>& values,
                              const QueryContext& context) {
  const Call call{name, path, values, context};
  if (const auto period = find_period(name)) return in_period(call, *period);
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                  [name](const Named& known) { return equals_ignoring_case_ascii(known.name, name); });
  if (found != kFunctions.end()) {
    if (values.size() >= found->values_min && values.size() <= found->values_max) return found->function(call);
    return Error{ErrorCode::bad_filter, std::string(name) + " takes " + values_in_words(*found) + "."};
  }
  if (has_name(kNotBuilt, name))
    return Error{ErrorCode::not_implemented,
                 "The function " + std::string(kQueryFunctionNamespace) + std::string(name) + " isn't offered."};
  return Error{ErrorCode::bad_filter,
               "There is no function " + std::string(kQueryFunctionNamespace) + std::string(name) + "."};
}

bool is_known_function(std::string_view name) { return has_name(kODataFunctions, name); }

}  // namespace satchel::odata
