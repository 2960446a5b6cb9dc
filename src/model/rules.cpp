// SPDX-License-Identifier: Apache-2.0
//
// Normal form, checks, defaults and states. An import calls `normalize` and `check_value` for each of millions of values,
// so a value that needs nothing is neither copied nor walked over more often than necessary.
#include "model/rules.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/sort.h"
#include "base/text.h"
#include "model/image.h"
#include "model/text_format.h"

namespace satchel::model {

namespace {

// The days of the years 0001 to 9999, which a date can be written in (base/time.h), and their first and last seconds.
constexpr std::int64_t kDayMin = -719'162, kDayMax = 2'932'896;
constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr std::int64_t kSecondMin = kDayMin * kSecondsOfDay, kSecondMax = (kDayMax + 1) * kSecondsOfDay - 1;

Error wrong_value(const Column& column, std::string_view rest) {
  return Error{ErrorCode::bad_value, column.label + std::string(rest), column.name};
}

// --- Normal form ---

// Whether NFC or line ends could change anything.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0 && c != '\r'; });
}

// A lone CR becomes LF as well; otherwise CR CR LF would need two rounds.
void replace_returns(std::string& text) {
  if (text.find('\r') == std::string::npos) return;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') out += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
  }
  text = std::move(out);
}

void normalize_text(std::string& text) {
  if (is_plain(text)) return;
  text = to_nfc(text);
  replace_returns(text);
}

// Sorted by party; of one that comes twice the first address that isn't empty stays, whatever the order they came in.
void normalize_parties(PartyList& parties) {
  for (auto& party : parties) normalize_text(party.address_used);
  satchel::sort(parties);
  PartyList out;
  for (auto& party : parties) {
    if (out.empty() || out.back().party != party.party) out.push_back(std::move(party));
    else if (out.back().address_used.empty()) out.back().address_used = std::move(party.address_used);
  }
  parties = std::move(out);
}

// --- Checks ---

std::string as_text(const Column& column, std::int64_t number) { return format_scaled(number, column.scale); }

Result<void> check_text(const Schema& schema, const Column& column, const Value& value) {
  const auto* text = text_in(value);
  if (text == nullptr) return wrong_value(column, " must be a text.");
  if (!is_utf8(*text)) return wrong_value(column, " holds bytes that aren't UTF-8 text.");
  if (!text->empty() && std::memchr(text->data(), 0, text->size()) != nullptr) {
    return wrong_value(column, " holds the character U+0000, which no text may have.");
  }
  if (!column.one_of.empty() && std::find(column.one_of.begin(), column.one_of.end(), *text) == column.one_of.end()) {
    std::string words;
    for (const auto& word : column.one_of) words += (words.empty() ? "" : ", ") + word;
    return wrong_value(column, " must be one of: " + words + "; this is \"" + *text + "\".");
  }
  // A text has no more UTF-16 units than bytes.
  const auto length_max = static_cast<std::size_t>(column.length_max);
  const auto length = text->size() <= length_max ? text->size() : utf16_length(*text);
  if (length <= length_max) return column.format.empty() ? Result<void>() : check_format(schema, column, *text);
  return wrong_value(column, " may have at most " + std::to_string(length_max) + " characters; this has " +
                                 std::to_string(length) + ".");
}

Result<void> check_range(const Column& column, const Value& value) {
  const auto* number = integer_in(value);
  if (number == nullptr) {
    return wrong_value(column, column.scale == 0 ? " must be a whole number." : " must be a number.");
  }
  if (*number >= column.min && *number <= column.max) return {};
  return wrong_value(column, " must be from " + as_text(column, column.min) + " to " + as_text(column, column.max) +
                                 "; this is " + as_text(column, *number) + ".");
}

Result<void> check_boolean(const Column& column, const Value& value) {
  const auto* number = integer_in(value);
  if (number != nullptr && (*number == 0 || *number == 1)) return {};
  return wrong_value(column, " must be yes or no.");
}

Result<void> check_option(const Column& column, const Value& value) {
  const auto* number = integer_in(value);
  if (number == nullptr) return wrong_value(column, " must be the number of one of its options.");
  if (column.find_option(*number) != nullptr) return {};
  return wrong_value(column, " has no option " + std::to_string(*number) + ".");
}

Result<void> check_time(const Column& column, const Value& value) {
  const bool is_date = column.type == ColumnType::date;
  const auto* number = integer_in(value);
  if (number == nullptr) return wrong_value(column, is_date ? " must be a date." : " must be a date with a time.");
  if (is_date ? *number >= kDayMin && *number <= kDayMax : *number >= kSecondMin && *number <= kSecondMax) return {};
  return wrong_value(column, " must lie in the years 1 to 9999.");
}

// "an Account, a Contact or a Lead" without the articles, which a label can't tell.
std::string names_of_targets(const Schema& schema, const Column& column) {
  std::string out;
  for (std::size_t i = 0; i < column.targets.size(); ++i) {
    if (i > 0) out += i + 1 == column.targets.size() ? " or " : ", ";
    out += schema.at(column.targets[i]).label;
  }
  return out;
}

Result<void> check_reference(const Schema& schema, const Column& column, const Reference& reference,
                             std::string_view verb) {
  const auto& targets = column.targets;
  if (std::find(targets.begin(), targets.end(), reference.table) == targets.end()) {
    const auto* table = schema.find(reference.table);
    return wrong_value(column, std::string(verb) + names_of_targets(schema, column) + "; this is " +
                                   (table == nullptr ? "of an unknown table" : table->label) + ".");
  }
  if (reference.id.is_nil()) return wrong_value(column, " names a record by an empty id.");
  return {};
}

Result<void> check_parties(const Schema& schema, const Column& column, const Value& value) {
  const auto* parties = parties_in(value);
  if (parties == nullptr) return wrong_value(column, " must be a list of people.");
  for (const auto& party : *parties) {
    TRY(check_reference(schema, column, party.party, " takes only these: "));
    if (!is_utf8(party.address_used) || party.address_used.find('\0') != std::string::npos) {
      return wrong_value(column, " holds an address that isn't UTF-8 text.");
    }
    if (utf16_length(party.address_used) <= kAddressLengthMax) continue;
    return wrong_value(column, " holds an address of more than " + std::to_string(kAddressLengthMax) + " characters.");
  }
  if (parties->size() <= kPartiesMax) return {};
  return wrong_value(column, " may list at most " + std::to_string(kPartiesMax) + ".");
}

Result<void> check_image(const Column& column, const Value& value) {
  const auto* text = text_in(value);
  if (text == nullptr) return wrong_value(column, " must be a picture in base64.");
  if (image_bytes(*text) > kImageBytesMax) {
    return wrong_value(column, " may have at most " + std::to_string(kImageBytesMax) + " bytes; this picture has " +
                                   std::to_string(image_bytes(*text)) + ". Scale it down: 144 by 144 pixels will do.");
  }
  if (!from_base64(*text)) return wrong_value(column, " isn't a picture in base64.");
  if (!image_type(*text).empty()) return {};
  return wrong_value(column, " must be a PNG, JPEG or GIF picture; this is something else.");
}

// --- Who may write ---

bool may_write(const Column& column, ChangeKind kind) {
  switch (column.origin) {
    case Origin::user: return column.type != ColumnType::id;
    case Origin::create: return column.type != ColumnType::id && kind == ChangeKind::create;
    default: return false;
  }
}

Error unwritable(const Column& column) {
  if (column.type == ColumnType::id)
    return wrong_value(column, ": a record's id is no value of it and can't be changed.");
  if (column.origin == Origin::create) return wrong_value(column, " can be set only when the record is created.");
  if (column.origin == Origin::computed)
    return wrong_value(column, " is worked out from other columns and can't be set.");
  return wrong_value(column, " is set by the server and can't be set by others.");
}

const Column* column_at(const Table& table, std::optional<ColumnIndex> index) {
  return index ? &table.columns[*index] : nullptr;
}

}  // namespace

Value normalize(const Column& column, Value value) {
  if (auto* text = std::get_if<std::string>(&value)) {
    if (column.type == ColumnType::image)
      std::erase_if(*text, [](char c) { return c == '\r' || c == '\n' || c == ' '; });
    else normalize_text(*text);
    if (text->empty()) return {};
  } else if (auto* parties = std::get_if<PartyList>(&value)) {
    normalize_parties(*parties);
    if (parties->empty()) return {};
  }
  return value;
}

Result<void> check_value(const Schema& schema, const Table&, const Column& column, const Value& value) {
  if (is_null(value)) return {};
  switch (column.type) {
    case ColumnType::id: return wrong_value(column, ": a record's id is no value of it.");
    case ColumnType::text:
    case ColumnType::memo: return check_text(schema, column, value);
    case ColumnType::integer:
    case ColumnType::bigint:
    case ColumnType::decimal:
    case ColumnType::money: return check_range(column, value);
    case ColumnType::boolean: return check_boolean(column, value);
    case ColumnType::date:
    case ColumnType::datetime: return check_time(column, value);
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status: return check_option(column, value);
    case ColumnType::lookup: {
      const auto* reference = reference_in(value);
      if (reference == nullptr) return wrong_value(column, " must name a record.");
      return check_reference(schema, column, *reference, " must be one of these: ");
    }
    case ColumnType::party_list: return check_parties(schema, column, value);
    case ColumnType::image: return check_image(column, value);
  }
  return {};
}

Result<RecordChange> prepare(const Schema& schema, RecordChange change, bool strict) {
  const auto& table = schema.at(change.table);
  auto kept = change.values.begin();
  for (auto& [index, value] : change.values) {
    if (index >= table.columns.size()) {
      return Error{ErrorCode::unknown_column, table.label + " has no column number " + std::to_string(index) + "."};
    }
    const auto& column = table.columns[index];
    if (!may_write(column, change.kind)) {
      if (strict) return unwritable(column);
      continue;
    }
    auto normal = normalize(column, std::move(value));
    TRY(check_value(schema, table, column, normal));
    *kept++ = ColumnValue{index, std::move(normal)};
  }
  change.values.erase(kept, change.values.end());
  return change;
}

void fill_defaults(const Schema& schema, RecordChange& create) {
  const auto& table = schema.at(create.table);
  const bool has_state = (table.state && create.find(*table.state)) || (table.status && create.find(*table.status));
  for (const auto& column : table.columns) {
    if (!column.default_value || column.origin != Origin::user) continue;
    const bool is_of_state = column.type == ColumnType::state || column.type == ColumnType::status;
    if ((is_of_state && has_state) || create.find(column.index) != nullptr) continue;
    create.set(column.index, *column.default_value);
  }
  // One of the two may have been given. If they don't fit, complete_state says so to whom it concerns.
  (void)complete_state(table, create);
}

Result<void> complete_state(const Table& table, RecordChange& change) {
  const auto* state_column = column_at(table, table.state);
  const auto* status_column = column_at(table, table.status);
  if (state_column == nullptr || status_column == nullptr) return {};
  const auto* state = change.find(state_column->index);
  const auto* status = change.find(status_column->index);
  if (state == nullptr && status == nullptr) return {};

  if (state != nullptr && integer_in(*state) == nullptr) return wrong_value(*state_column, " can't be empty.");
  // An empty status beside a state asks for that state's own.
  if (status == nullptr || is_null(*status)) {
    if (state == nullptr) return wrong_value(*status_column, " can't be empty.");
    const auto* option = table.default_status(*integer_in(*state));
    if (option == nullptr) return check_option(*state_column, *state);
    change.set(status_column->index, option->value);
    return {};
  }
  TRY(check_option(*status_column, *status));
  const auto* option = status_column->find_option(*integer_in(*status));
  if (state == nullptr) {
    change.set(state_column->index, option->state);
    return {};
  }
  TRY(check_option(*state_column, *state));
  if (option->state == *integer_in(*state)) return {};
  return wrong_value(*status_column, " \"" + option->label + "\" doesn't belong to " + state_column->label + " \"" +
                                         state_column->find_option(*integer_in(*state))->label + "\".");
}

Result<void> check_required(const Table& table, const std::vector<Value>& values) {
  for (const auto& column : table.columns) {
    if (column.required != Required::required || column.origin == Origin::server) continue;
    if (column.index >= values.size() || is_null(values[column.index])) return wrong_value(column, " is required.");
  }
  return {};
}

}  // namespace satchel::model
