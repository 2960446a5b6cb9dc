// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/value_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "model/rules.h"

namespace satchel::odata::internal {

using model::Column;
using model::ColumnType;
using model::Value;

namespace {

void append_integer(std::string& out, std::int64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Text that needs no escapes.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

void append_number(std::string& out, const Column& column, std::int64_t number) {
  switch (column.type) {
    case ColumnType::boolean: out += number != 0 ? "true" : "false"; return;
    case ColumnType::decimal:
    case ColumnType::money: out += model::format_scaled(number, column.scale); return;
    case ColumnType::date: return append_quoted(out, format_date(number));
    case ColumnType::datetime: return append_quoted(out, format_date_time(number));
    default: return append_integer(out, number);
  }
}

Error expected(const Column& column, std::string_view what) {
  return bad_value(column.name, column.label + " must be " + std::string(what) + ".");
}

Result<Value> read_integer(const Column& column, const Json& json, std::string_view what) {
  if (const auto* number = json.as_integer()) return Value(*number);
  return expected(column, what);
}

Result<Value> read_scaled(const Column& column, const Json& json) {
  if (!json.is_number()) return expected(column, "a number");
  const auto* digits = json.as_digits();
  const auto* integer = json.as_integer();
  auto scaled = model::parse_scaled(digits ? digits->text : std::to_string(*integer), column.scale);
  if (scaled.ok()) return Value(*scaled);
  return bad_value(column.name, column.label + ": " + scaled.error().message);
}

template <class Parse>
Result<Value> read_moment(const Column& column, const Json& json, Parse parse, std::string_view what) {
  const auto* text = json.as_string();
  const auto moment = text ? parse(*text) : std::nullopt;
  if (!moment) return expected(column, what);
  return Value(*moment);
}

}  // namespace

std::string_view navigation_to(const Column& lookup, TableNumber target) {
  const auto at = std::find(lookup.targets.begin(), lookup.targets.end(), target);
  const auto place = static_cast<std::size_t>(at - lookup.targets.begin());
  return place < lookup.navigation.size() ? std::string_view(lookup.navigation[place]) : std::string_view(lookup.name);
}

const std::string& relationship_to(const Column& lookup, std::size_t place) {
  return place < lookup.relationships.size() ? lookup.relationships[place] : lookup.relationship;
}

void append_name(std::string& out, std::string_view name, std::string_view annotation) {
  if (!out.empty() && out.back() != '{') out += ',';
  out += '"';
  out += name;
  if (!annotation.empty()) {
    out += '@';
    out += annotation;
  }
  out += "\":";
}

void append_value(std::string& out, const Column& column, const Value& value) {
  if (const auto* number = model::integer_in(value)) append_number(out, column, *number);
  else if (const auto* text = model::text_in(value)) append_json_string(out, *text);
  else if (const auto* reference = model::reference_in(value)) append_quoted(out, reference->id.to_string());
  else out += "null";
}

Result<Value> read_value(const Column& column, const Json& json) {
  if (json.is_null()) return Value();
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
      if (const auto* text = json.as_string()) return Value(*text);
      return expected(column, "a text");
    case ColumnType::image:
      if (const auto* text = json.as_string()) return Value(*text);
      return expected(column, "a picture in base64");
    case ColumnType::integer:
    case ColumnType::bigint: return read_integer(column, json, "a whole number");
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status: return read_integer(column, json, "the number of one of its options");
    case ColumnType::decimal:
    case ColumnType::money: return read_scaled(column, json);
    case ColumnType::boolean:
      if (const auto* truth = json.as_bool()) return Value(std::int64_t{*truth ? 1 : 0});
      return expected(column, "true or false");
    case ColumnType::date: return read_moment(column, json, parse_date, "a date such as \"2026-11-23\"");
    case ColumnType::datetime:
      return read_moment(column, json, parse_date_time, "a moment such as \"2026-11-23T08:15:00Z\"");
    case ColumnType::id:
    case ColumnType::lookup:
    case ColumnType::party_list: break;
  }
  return expected(column, "given another way");
}

Error bad_value(std::string_view property, std::string sentence) {
  return {.code = ErrorCode::bad_value, .message = std::move(sentence), .target = std::string(property)};
}

}  // namespace satchel::odata::internal
