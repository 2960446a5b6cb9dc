// SPDX-License-Identifier: Apache-2.0
//
// Values as text: for people (display), and plain for command lines and CSV (parse_value, format_value).
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/time.h"
#include "model/image.h"
#include "model/rules.h"

namespace satchel::model {

namespace {

constexpr std::size_t kShownBytesMax = 40;

Error expected(const Column& column, std::string_view text, std::string_view what) {
  auto shown = text.substr(0, kShownBytesMax);
  shown = shown.substr(0, utf8_prefix_size(shown));
  return Error{ErrorCode::bad_value,
               column.label + " must be " + std::string(what) + "; this is \"" + std::string(shown) + "\".",
               column.name};
}

const Option* find_labelled(const Column& column, std::string_view label) {
  const auto key = fold_key(label);
  for (const auto& option : column.options) {
    if (fold_key(option.label) == key) return &option;
  }
  return nullptr;
}

Result<Value> parse_integer(const Column& column, std::string_view text) {
  std::int64_t number = 0;
  const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
  const auto digits = has_plus ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return expected(column, text, "a whole number");
  }
  return Value(number);
}

Result<Value> parse_boolean(const Column& column, std::string_view text) {
  for (const auto word : {"true", "yes", "1"}) {
    if (equals_ignoring_case_ascii(text, word)) return Value(std::int64_t{1});
  }
  for (const auto word : {"false", "no", "0"}) {
    if (equals_ignoring_case_ascii(text, word)) return Value(std::int64_t{0});
  }
  if (const auto* option = find_labelled(column, text)) return Value(option->value);
  return expected(column, text, "true or false");
}

Result<Value> parse_option(const Column& column, std::string_view text) {
  const auto number = parse_integer(column, text);
  if (number) return *number;
  if (const auto* option = find_labelled(column, text)) return Value(option->value);
  return expected(column, text, "the number or label of one of its options");
}

// What a text names must look like: "accounts/ID or contacts/ID".
std::string forms_of(const Schema& schema, const Column& column) {
  std::string out;
  for (const auto target : column.targets) {
    out += (out.empty() ? "" : " or ") + schema.at(target).set + "/ID";
  }
  return out;
}

std::optional<Reference> parse_reference(const Schema& schema, const Column& column, std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    const auto id = RecordId::parse(text);
    if (!id || column.targets.size() != 1) return std::nullopt;
    return Reference{column.targets.front(), *id};
  }
  const auto* table = schema.find_set(text.substr(0, slash));
  const auto id = RecordId::parse(text.substr(slash + 1));
  if (table == nullptr || !id) return std::nullopt;
  const auto& targets = column.targets;
  if (std::find(targets.begin(), targets.end(), table->number) == targets.end()) return std::nullopt;
  return Reference{table->number, *id};
}

Result<Value> parse_lookup(const Schema& schema, const Column& column, std::string_view text) {
  const auto reference = parse_reference(schema, column, text);
  if (!reference) return expected(column, text, forms_of(schema, column));
  return Value(*reference);
}

Result<Value> parse_parties(const Schema& schema, const Column& column, std::string_view text) {
  PartyList parties;
  for (const auto part : split(text, ';')) {
    if (trim(part).empty()) continue;
    const auto reference = parse_reference(schema, column, trim(part));
    if (!reference) return expected(column, part, forms_of(schema, column) + ", with semicolons between");
    parties.push_back({.party = *reference});
  }
  return normalize(column, std::move(parties));
}

Result<Value> parse_scaled_value(const Column& column, std::string_view text) {
  const auto number = parse_scaled(text, column.scale);
  if (!number) return Error{ErrorCode::bad_value, column.label + ": " + number.error().message, column.name};
  return Value(*number);
}

Result<Value> parse_time(const Column& column, std::string_view text) {
  const bool is_date = column.type == ColumnType::date;
  const auto number = is_date ? parse_date(text) : parse_date_time(text);
  if (number) return Value(*number);
  return expected(column, text, is_date ? "a date like 2026-11-23" : "a time like 2026-11-23T08:15:00Z");
}

std::string format_reference(const Schema& schema, const Reference& reference) {
  const auto* table = schema.find(reference.table);
  return (table == nullptr ? "" : table->set + "/") + reference.id.to_string();
}

// What display and format_value have in common.
std::string format_number(const Column& column, std::int64_t number) {
  switch (column.type) {
    case ColumnType::date: return format_date(number);
    case ColumnType::datetime: return format_date_time(number);
    default: return format_scaled(number, column.scale);
  }
}

template <class Name>
std::string joined(const PartyList& parties, std::string_view separator, Name name) {
  std::string out;
  for (const auto& party : parties) {
    if (&party != &parties.front()) out += separator;
    out += name(party);
  }
  return out;
}

}  // namespace

std::string display(const Schema&, const Column& column, const Value& value, const NameOf& name_of) {
  if (const auto* text = text_in(value))
    return column.type == ColumnType::image ? "image, " + std::to_string(image_bytes(*text)) + " bytes" : *text;
  if (const auto* number = integer_in(value)) {
    const auto* option = column.options.empty() ? nullptr : column.find_option(*number);
    return option == nullptr ? format_number(column, *number) : option->label;
  }
  if (const auto* reference = reference_in(value)) return name_of ? name_of(*reference) : std::string();
  if (const auto* parties = parties_in(value)) {
    return joined(*parties, ", ", [&](const Party& party) {
      auto name = name_of ? name_of(party.party) : std::string();
      return name.empty() ? party.address_used : name;
    });
  }
  return {};
}

Result<Value> parse_value(const Schema& schema, const Table&, const Column& column, std::string_view text) {
  if (column.holds_text()) return normalize(column, std::string(text));
  const auto part = trim(text);
  if (part.empty()) return Value();
  switch (column.type) {
    case ColumnType::integer:
    case ColumnType::bigint: return parse_integer(column, part);
    case ColumnType::decimal:
    case ColumnType::money: return parse_scaled_value(column, part);
    case ColumnType::boolean: return parse_boolean(column, part);
    case ColumnType::date:
    case ColumnType::datetime: return parse_time(column, part);
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status: return parse_option(column, part);
    case ColumnType::lookup: return parse_lookup(schema, column, part);
    case ColumnType::party_list: return parse_parties(schema, column, part);
    default: return Error{ErrorCode::bad_value, column.label + " can't be set by a text.", column.name};
  }
}

std::string format_value(const Schema& schema, const Column& column, const Value& value) {
  if (const auto* text = text_in(value)) return *text;
  if (const auto* number = integer_in(value)) {
    if (column.type == ColumnType::boolean) return *number != 0 ? "true" : "false";
    return format_number(column, *number);
  }
  if (const auto* reference = reference_in(value)) return format_reference(schema, *reference);
  if (const auto* parties = parties_in(value)) {
    return joined(*parties, ";", [&](const Party& party) { return format_reference(schema, party.party); });
  }
  return {};
}

}  // namespace satchel::model
