// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/filter_value.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <memory>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "odata/internal/filter_lexer.h"

namespace satchel::odata {

using model::Column;
using model::ColumnType;
using model::Value;
using query::Comparison;
using query::Filter;

namespace {

constexpr std::size_t kDateLength = 10;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::size_t kOptionsShown = 8;
constexpr std::int64_t kExponentMax = 1000;

// ---- what a column expects, in words ------------------------------------------------------------------------------------

std::string options_in_words(const Column& column) {
  std::string out;
  for (std::size_t i = 0; i < column.options.size(); ++i) {
    if (i == kOptionsShown) return out + ", ...";
    out += (i == 0 ? "" : ", ") + std::to_string(column.options[i].value) + " (" + column.options[i].label + ")";
  }
  return out;
}

std::string expectation(const Column& column) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo: return "a text in quotes, like 'text'";
    case ColumnType::integer:
    case ColumnType::bigint: return "a number";
    case ColumnType::decimal:
    case ColumnType::money: return "a number, like 12.50";
    case ColumnType::boolean: return "true or false";
    case ColumnType::date: return "a day, like 2026-11-23";
    case ColumnType::datetime: return "a moment, like 2026-11-23T08:15:00Z, or a day, like 2026-11-23";
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status: return "one of the numbers " + options_in_words(column);
    case ColumnType::id:
    case ColumnType::lookup: return "an id, like 01234567-89ab-cdef-0123-456789abcdef";
    case ColumnType::image: break;
    case ColumnType::party_list:
      return "null; to find a party in it write " + column.name + "/any(p:p/_partyid_value eq ID)";
  }
  return "a value";
}

std::string shown(const Literal& literal) {
  const auto text =
      std::string_view(literal.text).substr(0, utf8_prefix_size(std::string_view(literal.text).substr(0, 60)));
  return literal.kind == Literal::Kind::text ? "the text '" + std::string(text) + "'" : std::string(text);
}

Error mismatch(const Column& column, const Literal& literal) {
  return Error{ErrorCode::bad_filter,
               describe(column) + " is compared with " + expectation(column) + ", not with " + shown(literal) + "."};
}

// ---- literal to value ---------------------------------------------------------------------------------------------------

struct Digits {
  bool negative = false;
  std::string digits;      // without point and leading zeros
  std::int64_t point = 0;  // digits in front of the point; may be negative or behind the end
};

// "-12.50e1": negative, "1250", 3. `text` is a number as the lexer knows it.
Digits read_digits(std::string_view text) {
  Digits out;
  if (text.front() == '-' || text.front() == '+') {
    out.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto exponent_at = std::min(text.find_first_of("eE"), text.size());
  std::int64_t exponent = 0;
  if (exponent_at < text.size()) {
    auto written = text.substr(exponent_at + 1);
    if (written.front() == '+') written.remove_prefix(1);
    const bool fits = std::from_chars(written.data(), written.data() + written.size(), exponent).ec == std::errc();
    if (!fits) exponent = written.front() == '-' ? -kExponentMax : kExponentMax;
  }
  const auto mantissa = text.substr(0, exponent_at);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  out.digits =
      std::string(mantissa.substr(0, point)) + std::string(mantissa.substr(std::min(point + 1, mantissa.size())));
  out.point = static_cast<std::int64_t>(point) + std::clamp(exponent, -kExponentMax, kExponentMax);
  const auto zeros = std::min(out.digits.find_first_not_of('0'), out.digits.size());
  out.digits.erase(0, zeros);
  out.point -= static_cast<std::int64_t>(zeros);
  return out;
}

// The number that the first `count` digits make, with zeros where there are none left; nullopt beyond 63 bits.
std::optional<std::int64_t> leading_digits(std::string_view digits, std::int64_t count) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t out = 0;
  for (std::int64_t i = 0; i < count && !digits.empty(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t digit = at < digits.size() ? digits[at] - '0' : 0;
    if (out > (kMax - digit) / 10) return std::nullopt;
    out = out * 10 + digit;
  }
  return out;
}

// The greatest scaled integer that isn't above the number. Beyond 64 bits: the nearest end, not exact.
Held floor_scaled(std::string_view text, int scale) {
  const Digits number = read_digits(text);
  const std::int64_t count = number.point + scale;  // so many digits make the integer, the others are cut
  const auto magnitude = leading_digits(number.digits, count);
  if (!magnitude) {
    const auto end =
        number.negative ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return {end, false};
  }
  const auto cut_from = std::min(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)), number.digits.size());
  const bool exact = number.digits.find_first_not_of('0', cut_from) == std::string::npos;
  if (!number.negative) return {*magnitude, exact};
  return {exact ? -*magnitude : -*magnitude - 1, exact};
}

bool has_fraction(std::string_view date_time) {
  const auto point = date_time.find('.');
  if (point == std::string_view::npos) return false;
  for (std::size_t i = point + 1; i < date_time.size() && date_time[i] >= '0' && date_time[i] <= '9'; ++i)
    if (date_time[i] != '0') return true;
  return false;
}

// A literal as lenient callers may write it: 'true', '10', '2026-11-23'.
Literal unquoted(const Literal& literal) {
  const auto tokens = read_tokens(literal.text, "");
  if (!tokens.ok() || tokens->size() != 2) return literal;
  const Token& token = tokens->front();
  switch (token.kind) {
    case Token::Kind::number: return {Literal::Kind::number, token.text, literal.offset};
    case Token::Kind::date: return {Literal::Kind::date, token.text, literal.offset};
    case Token::Kind::date_time: return {Literal::Kind::date_time, token.text, literal.offset};
    case Token::Kind::name:
      if (token.is_word("true") || token.is_word("false"))
        return {Literal::Kind::boolean, to_lower_ascii(token.text), literal.offset};
      return literal;
    default: return literal;
  }
}

Result<Held> hold_number(const Column& column, const Literal& literal) {
  if (literal.kind != Literal::Kind::number) return mismatch(column, literal);
  const bool is_scaled = column.type == ColumnType::decimal || column.type == ColumnType::money;
  return floor_scaled(literal.text, is_scaled ? column.scale : 0);
}

Result<Held> hold_boolean(const Column& column, const Literal& literal, Quotes quotes) {
  if (literal.kind == Literal::Kind::boolean) return Held{std::int64_t{literal.text == "true" ? 1 : 0}};
  const bool is_digit = literal.kind == Literal::Kind::number && (literal.text == "0" || literal.text == "1");
  if (quotes == Quotes::lenient && is_digit) return Held{std::int64_t{literal.text == "1" ? 1 : 0}};
  return mismatch(column, literal);
}

Error no_such_day(const Literal& literal) {
  return Error{ErrorCode::bad_filter, literal.text + " is no day of the calendar."};
}

// Of "00:00:00.000Z" and its like, with any zone.
bool is_midnight(std::string_view time) {
  return time.substr(0, time.find_first_of("Zz+-")).find_first_of("123456789") == std::string_view::npos;
}

// A moment is a day's when it's midnight where it was written; some programs write days so.
Result<Held> hold_date(const Column& column, const Literal& literal) {
  const bool is_moment = literal.kind == Literal::Kind::date_time;
  if (!is_moment && literal.kind != Literal::Kind::date) return mismatch(column, literal);
  const std::string_view text = literal.text;
  if (is_moment && !is_midnight(text.substr(kDateLength + 1))) return mismatch(column, literal);
  const auto day = parse_date(text.substr(0, kDateLength));
  if (!day || (is_moment && !parse_date_time(text))) return no_such_day(literal);
  return Held{*day};
}

Result<Held> hold_date_time(const Column& column, const Literal& literal) {
  if (literal.kind == Literal::Kind::date) {
    const auto day = parse_date(literal.text);
    if (!day) return no_such_day(literal);
    return Held{*day * kDaySeconds};
  }
  if (literal.kind != Literal::Kind::date_time) return mismatch(column, literal);
  if (const auto seconds = parse_date_time(literal.text)) return Held{*seconds, !has_fraction(literal.text)};
  return Error{
      ErrorCode::bad_filter,
      literal.text +
          " is no moment of the calendar. A moment has a zone: 2026-11-23T08:15:00Z or 2026-11-23T09:15:00+01:00."};
}

// The table of a lookup's value doesn't count (query.h).
Result<Held> hold_reference(const Column& column, const Literal& literal) {
  if (literal.kind != Literal::Kind::guid && literal.kind != Literal::Kind::text) return mismatch(column, literal);
  if (const auto id = RecordId::parse(literal.text)) return Held{model::Reference{TableNumber(), *id}};
  return mismatch(column, literal);
}

Result<Held> hold_text(const Column& column, const Literal& literal) {
  const bool is_id = literal.kind == Literal::Kind::guid && column.format == "guid";
  if (literal.kind != Literal::Kind::text && !is_id) return mismatch(column, literal);
  return Held{literal.text};
}

// ---- comparing ----------------------------------------------------------------------------------------------------------

// The empty text is held as null (Y22), so that is what equality with it asks for.
Held as_held(Held held, Comparison comparison) {
  const auto* text = model::text_in(held.value);
  const bool equality = comparison == Comparison::eq || comparison == Comparison::ne;
  return text != nullptr && text->empty() && equality ? Held{} : held;
}

// Equality with an id needs no look at the table that the lookup leads to, for no two records share an id; without it
// an index on the lookup serves.
query::Path plain_reference(const ColumnPath& path) {
  query::Path out = path.path;
  if (out.column != 0 || out.hops.empty()) return out;
  out.column = out.hops.back().lookup;
  out.hops.pop_back();
  return out;
}

// A value between two that the column can hold: never equal, and beside them on one side.
Filter compare_between(const query::Path& path, Comparison comparison, Value below) {
  switch (comparison) {
    case Comparison::eq: return constant(false);
    case Comparison::ne: return constant(true);
    case Comparison::gt:
    case Comparison::ge: return {query::Compare{path, Comparison::gt, std::move(below)}};
    case Comparison::lt:
    case Comparison::le: return {query::Compare{path, Comparison::le, std::move(below)}};
  }
  return constant(false);
}

// Columns of one kind can be compared with each other.
int kind_of(const Column& column) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo: return 1;
    case ColumnType::integer:
    case ColumnType::bigint:
    case ColumnType::decimal:
    case ColumnType::money: return 2;
    case ColumnType::boolean: return 3;
    case ColumnType::date: return 4;
    case ColumnType::datetime: return 5;
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status: return 6;
    case ColumnType::id:
    case ColumnType::lookup: return 7;
    case ColumnType::party_list: return 8;
    case ColumnType::image: return 9;
  }
  return 0;
}

int scale_of(const Column& column) {
  return column.type == ColumnType::decimal || column.type == ColumnType::money ? column.scale : 0;
}

}  // namespace

std::optional<std::int64_t> whole_number(const Literal& literal) {
  std::int64_t out = 0;
  const std::string_view text = literal.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (literal.kind != Literal::Kind::number || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

Result<Held> hold(const Column& column, const Literal& literal, Quotes quotes) {
  if (literal.kind == Literal::Kind::null) return Held{};
  const bool loosen = quotes == Quotes::lenient && literal.kind == Literal::Kind::text;
  const Literal plain = loosen && !column.is_text() ? unquoted(literal) : literal;
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo: return hold_text(column, literal);
    case ColumnType::boolean: return hold_boolean(column, plain, quotes);
    case ColumnType::date: return hold_date(column, plain);
    case ColumnType::datetime: return hold_date_time(column, plain);
    case ColumnType::id:
    case ColumnType::lookup: return hold_reference(column, plain);
    case ColumnType::party_list: return mismatch(column, literal);
    default: return hold_number(column, plain);
  }
}

Result<Filter> compare(const ColumnPath& path, Comparison comparison, const Literal& literal, Quotes quotes) {
  Held held = as_held(TRY(hold(*path.column, literal, quotes)), comparison);
  if (!held.exact) return compare_between(path.path, comparison, std::move(held.value));
  const bool equality = comparison == Comparison::eq || comparison == Comparison::ne;
  const bool plain = path.is_reference() && equality && !model::is_null(held.value);
  return Filter{query::Compare{plain ? plain_reference(path) : path.path, comparison, std::move(held.value)}};
}

Result<Filter> compare_any(const ColumnPath& path, const std::vector<Literal>& literals, Quotes quotes) {
  query::In out{path.path, {}};
  for (const auto& literal : literals) {
    Held held = as_held(TRY(hold(*path.column, literal, quotes)), Comparison::eq);
    if (held.exact) out.values.push_back(std::move(held.value));
  }
  const bool plain = path.is_reference() && std::none_of(out.values.begin(), out.values.end(), model::is_null);
  if (plain) out.path = plain_reference(path);
  return Filter{std::move(out)};
}

Result<Filter> compare_columns(const ColumnPath& left, Comparison comparison, const ColumnPath& right) {
  const int kind = kind_of(*left.column);
  if (kind != kind_of(*right.column) || left.column->type == ColumnType::party_list)
    return Error{ErrorCode::bad_filter, describe(*left.column) + " and " + describe(*right.column) +
                                            " hold different kinds of values, so they can't be compared."};
  if (scale_of(*left.column) != scale_of(*right.column))
    return Error{ErrorCode::not_implemented, "Comparing " + describe(*left.column) + " with " +
                                                 describe(*right.column) +
                                                 " isn't offered, for they have different numbers of decimals."};
  return Filter{query::CompareColumns{left.path, comparison, right.path}};
}

Filter within(const query::Path& path, std::optional<std::int64_t> from, std::optional<std::int64_t> to) {
  query::All out;
  if (from) out.parts.push_back({query::Compare{path, Comparison::ge, *from}});
  if (to) out.parts.push_back({query::Compare{path, Comparison::lt, *to}});
  return {std::move(out)};
}

Filter compare_span(const query::Path& path, Comparison comparison, std::int64_t from, std::int64_t to) {
  switch (comparison) {
    case Comparison::eq: return within(path, from, to);
    case Comparison::ne: return negation(within(path, from, to));
    case Comparison::gt: return within(path, to, std::nullopt);
    case Comparison::ge: return within(path, from, std::nullopt);
    case Comparison::lt: return within(path, std::nullopt, from);
    case Comparison::le: return within(path, std::nullopt, to);
  }
  return constant(false);
}

Filter negation(Filter filter) { return {query::Not{std::make_shared<const Filter>(std::move(filter))}}; }

Filter constant(bool truth) {
  if (truth) return {query::All{}};
  return {query::Any{}};
}

}  // namespace satchel::odata
