// SPDX-License-Identifier: Apache-2.0
#include "model/organization_settings.h"

#include <algorithm>
#include <array>

#include "base/sort.h"
#include "base/text.h"
#include "model/rules.h"
#include "model/text_format.h"

namespace satchel::model {
namespace {

constexpr std::string_view kConflicts = "conflicts.";
constexpr std::string_view kConflictRules = "conflict_rules";

constexpr SettingKey kKeys[] = {
    {"deployment", "online"},
    {"version", "9.2"},
    {"rules", "modern"},
    {"drafts", "classic"},
    {"lease_days", "14"},
    {"cache_rows", "10000"},
    {"cache_bytes", "100000000"},
    {"cache_days", "90"},
    {"conflicts", "ask"},
    {"pin", "optional"},
    {"pin_length", "4"},
    {"pin_tries", "7"},
    {"lock_minutes", "15"},
    {"escrow", "off"},
    // The platforms' cells are those of the classic table while nobody says otherwise.
    {"platform.ipad.prompt", ""},
    {"platform.ipad.closed", ""},
    {"platform.windows8.prompt", ""},
    {"platform.windows8.closed", ""},
    {"platform.windows8.1.prompt", ""},
    {"platform.windows8.1.closed", ""},
    {"platform.windows10.prompt", ""},
    {"platform.windows10.closed", ""},
    {"platform.android-tablet.prompt", ""},
    {"platform.android-tablet.closed", ""},
    {"platform.iphone.prompt", ""},
    {"platform.iphone.closed", ""},
    {"platform.android-phone.prompt", ""},
    {"platform.android-phone.closed", ""},
    {"platform.windows-phone.prompt", ""},
    {"platform.windows-phone.closed", ""},
    {"platform.desktop.prompt", ""},
    {"platform.desktop.closed", ""},
};

std::string column_name_of(std::string_view key) {
  std::string name(key);
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

const Column* column_of(const Table& organization, std::string_view key) {
  const bool is_known = std::any_of(std::begin(kKeys), std::end(kKeys), [&](const auto& k) { return k.key == key; });
  return is_known ? organization.find_column(column_name_of(key)) : nullptr;
}

std::string_view text_at(const Table& organization, const Record& row, std::string_view column) {
  const auto* found = organization.find_column(column);
  const auto* text = found == nullptr ? nullptr : std::get_if<std::string>(&row.values[found->index]);
  return text == nullptr ? std::string_view() : *text;
}

Result<void> set_conflict_rule(const Schema& schema, const Record& row, std::string_view key, std::string_view value,
                               RecordChange& change) {
  const auto& organization = schema.at(row.table);
  const auto subject = key.substr(kConflicts.size());
  if (!is_conflict_subject(schema, subject))
    return Error{ErrorCode::bad_value,
                 "\"" + std::string(key) +
                     "\" names no table or column; write conflicts.contact or "
                     "conflicts.contact.jobtitle.",
                 std::string(key)};
  const auto& words = organization.find_column("conflicts")->one_of;
  if (!value.empty() && std::find(words.begin(), words.end(), value) == words.end())
    return Error{ErrorCode::bad_value, std::string(key) + " must be one of: ask, server, device.", std::string(key)};
  auto rules = conflict_rules_in(organization, row);
  std::erase_if(rules, [&](const auto& rule) { return rule.first == subject; });
  if (!value.empty()) rules.emplace_back(subject, value);
  satchel::sort(rules);
  std::string text;
  for (const auto& [about, what] : rules) text += about + "=" + what + "\n";
  const auto index = organization.find_column(kConflictRules)->index;
  change.set(index, text.empty() ? Value() : Value(text));
  return {};
}

Result<Value> value_in(const Schema& schema, const Table& organization, const Column& column, std::string_view text) {
  auto value = TRY(parse_value(schema, organization, column, text));
  TRY(check_value(schema, organization, column, value));
  return value;
}

}  // namespace

std::span<const SettingKey> setting_keys() { return kKeys; }

std::string setting_in(const Table& organization, const Record& row, std::string_view key) {
  if (key.starts_with(kConflicts)) {
    for (const auto& [about, what] : conflict_rules_in(organization, row))
      if (about == key.substr(kConflicts.size())) return what;
    return "";
  }
  const auto* column = column_of(organization, key);
  if (column == nullptr) return "";
  const auto& value = row.values[column->index];
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  for (const auto& known : kKeys)
    if (known.key == key) return std::string(known.fallback);
  return "";
}

Result<void> set_setting(const Schema& schema, const Record& row, std::string_view key, std::string_view value,
                         RecordChange& change) {
  if (key.starts_with(kConflicts)) return set_conflict_rule(schema, row, key, value, change);
  const auto& organization = schema.at(row.table);
  const auto* column = column_of(organization, key);
  if (column == nullptr) {
    std::string keys;
    for (const auto& known : kKeys)
      if (!known.key.starts_with("platform.")) keys += std::string(known.key) + ", ";
    return Error{ErrorCode::bad_value,
                 "There's no setting \"" + std::string(key) + "\". Settings are: " + keys +
                     "conflicts.TABLE.COLUMN, platform.NAME.prompt, platform.NAME.closed.",
                 std::string(key)};
  }
  auto parsed = value_in(schema, organization, *column, value);
  if (!parsed) return Error{ErrorCode::bad_value, std::string(key) + ": " + parsed.error().message, std::string(key)};
  change.set(column->index, std::move(*parsed));
  return {};
}

std::vector<std::pair<std::string, std::string>> conflict_rules_in(const Table& organization, const Record& row) {
  std::vector<std::pair<std::string, std::string>> rules;
  for (const auto line : split(text_at(organization, row, kConflictRules), '\n'))
    if (const auto equals = line.find('='); equals != std::string_view::npos)
      rules.emplace_back(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  return rules;
}

}  // namespace satchel::model
