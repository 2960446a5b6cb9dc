// SPDX-License-Identifier: Apache-2.0
#include "model/internal/load_column.h"

#include <algorithm>
#include <array>
#include <limits>

namespace satchel::model::internal {

namespace {

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr std::array<Named<ColumnType>, 13> kTypes = {{
    {"text", ColumnType::text},
    {"memo", ColumnType::memo},
    {"integer", ColumnType::integer},
    {"bigint", ColumnType::bigint},
    {"decimal", ColumnType::decimal},
    {"money", ColumnType::money},
    {"boolean", ColumnType::boolean},
    {"date", ColumnType::date},
    {"datetime", ColumnType::datetime},
    {"choice", ColumnType::choice},
    {"lookup", ColumnType::lookup},
    {"party_list", ColumnType::party_list},
    {"image", ColumnType::image},
}};
constexpr std::array<Named<Required>, 3> kRequired = {
    {{"none", Required::none}, {"recommended", Required::recommended}, {"required", Required::required}}};
constexpr std::array<Named<Origin>, 4> kOrigins = {
    {{"user", Origin::user}, {"server", Origin::server}, {"computed", Origin::computed}, {"create", Origin::create}}};
constexpr std::array<Named<OnDelete>, 3> kOnDelete = {
    {{"clear", OnDelete::clear}, {"cascade", OnDelete::cascade}, {"restrict", OnDelete::restrict}}};
constexpr std::array<Named<int>, 8> kFormats = {{{"email", 0},
                                                 {"phone", 0},
                                                 {"url", 0},
                                                 {"duration", 0},
                                                 {"html", 0},
                                                 {"version", 0},
                                                 {"sets", 0},
                                                 {"conflict_rules", 0}}};

constexpr std::int64_t kInt32Min = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

// Dataverse's widest range of money, which fits four digits behind the point; and of decimals, which fits seven.
constexpr std::int64_t kMoneyMax = 922'337'203'685'477;
constexpr std::int64_t kDecimalMax = 100'000'000'000;

// A name for its own columns that SQL, an owner of tables or OData already uses.
constexpr std::array<std::string_view, 6> kReservedNames = {"id", "version", "organization", "rowid", "oid", "deleted"};

// One of a list of names. Errors: schema_invalid with all that it could be.
template <class Value, std::size_t N>
Result<Value> load_named(const SchemaNode& node, std::string_view member, const std::array<Named<Value>, N>& names,
                         std::string_view otherwise = {}) {
  const auto text = TRY(otherwise.empty() ? node.text(member) : node.text(member, otherwise));
  std::string expected;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    expected.append(expected.empty() ? "" : ", ").append(name);
  }
  return node.wrong(member, quoted(text) + " is none of: " + expected);
}

std::span<const std::string_view> own_members_of(ColumnType type) {
  static constexpr std::array<std::string_view, 5> kText = {"length", "format", "join", "unique", "one_of"};
  static constexpr std::array<std::string_view, 2> kMemo = {"length", "format"};
  static constexpr std::array<std::string_view, 4> kInteger = {"min", "max", "default", "format"};
  static constexpr std::array<std::string_view, 3> kBigint = {"min", "max", "default"};
  static constexpr std::array<std::string_view, 4> kScaled = {"scale", "min", "max", "default"};
  static constexpr std::array<std::string_view, 2> kChoice = {"options", "default"};
  static constexpr std::array<std::string_view, 4> kLookup = {"targets", "relationship", "navigation", "on_delete"};
  static constexpr std::array<std::string_view, 2> kParties = {"targets", "participation"};
  switch (type) {
    case ColumnType::text: return kText;
    case ColumnType::memo: return kMemo;
    case ColumnType::integer: return kInteger;
    case ColumnType::bigint: return kBigint;
    case ColumnType::decimal:
    case ColumnType::money: return kScaled;
    case ColumnType::boolean:
    case ColumnType::choice: return kChoice;
    case ColumnType::lookup: return kLookup;
    case ColumnType::party_list: return kParties;
    default: return {};
  }
}

Result<void> check_members(const SchemaNode& node, ColumnType type, std::string_view type_name) {
  std::vector<std::string_view> members = {"name", "label", "type", "required", "origin", "hidden"};
  const auto own = own_members_of(type);
  members.insert(members.end(), own.begin(), own.end());
  return node.allow_only(members, "a column of type " + std::string(type_name));
}

// A text without words that nothing stands for.
Result<std::string> load_whole_text(const SchemaNode& node, std::string_view member) {
  auto text = TRY(node.text(member));
  const auto word = find_word(text);
  if (!word.empty()) return node.wrong(member, "nothing says what {" + std::string(word) + "} stands for");
  return text;
}

Result<void> load_length(const SchemaNode& node, Column& column) {
  const auto length_max = column.type == ColumnType::text ? kTextLengthMax : kMemoLengthMax;
  column.length_max = TRY(node.integer("length", 1, length_max));
  if (node.has("format")) {
    TRY(load_named(node, "format", kFormats));
    column.format = TRY(node.text("format"));
  }
  if (column.type != ColumnType::text) return {};
  column.unique = TRY(node.boolean("unique", false));
  for (const auto& item : TRY(node.items_if_any("one_of"))) column.one_of.push_back(TRY(item.text()));
  return {};
}

Result<std::int64_t> load_bound(const SchemaNode& node, std::string_view member, int scale, std::int64_t otherwise) {
  if (node.has(member)) return node.scaled(member, scale);
  std::int64_t power = 1;
  for (int i = 0; i < scale; ++i) power *= 10;
  if (otherwise > kInt64Max / power || otherwise < kInt64Min / power) {
    return node.wrong(quoted(member) + " is missing: the usual range does not fit a 64-bit number with " +
                      std::to_string(scale) + " digits behind the point");
  }
  return otherwise * power;
}

Result<void> load_range(const SchemaNode& node, Column& column, std::int64_t min, std::int64_t max) {
  column.min = TRY(load_bound(node, "min", column.scale, min));
  column.max = TRY(load_bound(node, "max", column.scale, max));
  if (column.min > column.max) return node.wrong("\"min\" is above \"max\"");
  if (!node.has("default")) return {};
  column.default_value = TRY(node.scaled("default", column.scale));
  if (*column.default_value >= column.min && *column.default_value <= column.max) return {};
  return node.wrong("default", "is not between \"min\" and \"max\"");
}

Result<void> load_integer(const SchemaNode& node, Column& column) {
  TRY(load_range(node, column, kInt32Min, kInt32Max));
  if (column.min < kInt32Min || column.max > kInt32Max) return node.wrong("an integer has 32 bits at most");
  if (!node.has("format")) return {};
  TRY(load_named(node, "format", kFormats));
  column.format = TRY(node.text("format"));
  return {};
}

Result<void> load_scaled(const SchemaNode& node, Column& column) {
  const bool is_money = column.type == ColumnType::money;
  const auto scale = TRY(node.integer("scale", 0, is_money ? kMoneyScaleMax : kDecimalScaleMax, 2));
  column.scale = static_cast<int>(scale);
  const auto widest = is_money ? kMoneyMax : kDecimalMax;
  return load_range(node, column, -widest, widest);
}

// A list of its own, or the name of one of shared.json.
Result<std::vector<Option>> load_options_of(const SchemaNode& node, const Catalog& catalog) {
  const auto own = node.find("options");
  if (!own) return node.wrong("\"options\" is missing");
  if (!own->json().is_string()) return load_options(TRY(own->items()));
  const auto shared = catalog.options.find(TRY(own->text()));
  if (shared == catalog.options.end()) {
    return own->wrong("shared.json has no options called " + quoted(TRY(own->text())));
  }
  return load_options(TRY(shared->second.items()));
}

Result<void> load_boolean(const SchemaNode& node, const Catalog& catalog, Column& column) {
  column.min = 0;
  column.max = 1;
  column.options = {{.value = 0, .label = "No"}, {.value = 1, .label = "Yes"}};
  if (node.has("options")) column.options = TRY(load_options_of(node, catalog));
  if (column.options.size() != 2 || column.options[0].value != 0 || column.options[1].value != 1) {
    return node.wrong("options", "a boolean has two: value 0 and value 1");
  }
  column.default_value = TRY(node.boolean("default", false)) ? 1 : 0;
  return {};
}

Result<void> load_choice(const SchemaNode& node, const Catalog& catalog, Column& column) {
  column.options = TRY(load_options_of(node, catalog));
  if (column.options.empty()) return node.wrong("options", "a choice has at least one");
  if (!node.has("default")) return {};
  column.default_value = TRY(node.integer("default", kInt32Min, kInt32Max));
  if (column.find_option(*column.default_value) == nullptr) return node.wrong("default", "is none of the options");
  return {};
}

Result<std::vector<std::string>> load_targets(const SchemaNode& node, const Catalog& catalog, Column& column) {
  std::vector<std::string> names;
  for (const auto& target : TRY(node.items("targets"))) {
    auto name = TRY(target.text());
    const auto table = catalog.tables.find(name);
    if (table == catalog.tables.end()) return target.wrong("there is no table " + quoted(name));
    if (std::find(names.begin(), names.end(), name) != names.end()) return target.wrong(quoted(name) + " comes twice");
    column.targets.push_back(table->second);
    names.push_back(std::move(name));
  }
  if (names.empty()) return node.wrong("targets", "must name at least one table");
  return names;
}

// One text per target: from a list as long as the targets, or from one text in which {target} and {column} stand for names.
Result<std::vector<std::string>> load_per_target(const SchemaNode& node, std::string_view member,
                                                 const std::vector<std::string>& targets, const std::string& column,
                                                 std::string_view otherwise) {
  std::vector<std::string> patterns;
  const auto found = node.find(member);
  if (found && found->json().is_array()) {
    for (const auto& item : TRY(found->items())) patterns.push_back(TRY(item.text()));
    if (patterns.size() != targets.size()) return found->wrong("must have as many entries as \"targets\"");
  } else {
    patterns.assign(targets.size(), TRY(node.text(member, otherwise)));
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    patterns[i] =
        replace_words(patterns[i], {{"target", targets[i]}, {"Target", capitalized(targets[i])}, {"column", column}});
    const auto word = find_word(patterns[i]);
    if (!word.empty()) return node.wrong(member, "nothing says what {" + std::string(word) + "} stands for");
  }
  return patterns;
}

Result<void> load_lookup(const SchemaNode& node, const Catalog& catalog, Column& column) {
  const auto targets = TRY(load_targets(node, catalog, column));
  column.navigation = TRY(
      load_per_target(node, "navigation", targets, column.name, targets.size() > 1 ? "{column}_{target}" : "{column}"));
  if (!node.has("relationship")) return node.wrong("\"relationship\" is missing");
  column.relationships = TRY(load_per_target(node, "relationship", targets, column.name, ""));
  column.relationship = column.relationships.front();
  column.on_delete = TRY(load_named(node, "on_delete", kOnDelete, "clear"));
  return {};
}

Result<void> load_parties(const SchemaNode& node, const Catalog& catalog, Column& column) {
  TRY(load_targets(node, catalog, column));
  column.participation_mask = static_cast<int>(TRY(node.integer("participation", 1, 12)));
  return {};
}

Result<void> load_by_type(const SchemaNode& node, const Catalog& catalog, Column& column) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo: return load_length(node, column);
    case ColumnType::integer: return load_integer(node, column);
    case ColumnType::decimal:
    case ColumnType::money: return load_scaled(node, column);
    case ColumnType::boolean: return load_boolean(node, catalog, column);
    case ColumnType::choice: return load_choice(node, catalog, column);
    case ColumnType::lookup: return load_lookup(node, catalog, column);
    case ColumnType::party_list: return load_parties(node, catalog, column);
    case ColumnType::bigint: return load_range(node, column, kInt64Min, kInt64Max);
    default: return {};
  }
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kSchemaNameMax || name[0] < 'a' || name[0] > 'z') return false;
  const bool has_letters = std::all_of(
      name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  return has_letters && name.find("__") == std::string_view::npos && name.back() != '_';
}

}  // namespace

Result<std::string> load_name(const SchemaNode& node, std::string_view member) {
  auto name = TRY(load_whole_text(node, member));
  if (is_name(name)) return name;
  return node.wrong(member, quoted(name) +
                                " is no name: it begins with a letter from a to z, goes on with those, digits and "
                                "single underscores, and has at most " +
                                std::to_string(kSchemaNameMax) + " characters");
}

Result<Column> load_column(const SchemaNode& node, const Catalog& catalog) {
  if (!node.json().is_object()) return node.wrong("a column must be an object");
  Column column;
  column.name = TRY(load_name(node, "name"));
  if (std::find(kReservedNames.begin(), kReservedNames.end(), column.name) != kReservedNames.end()) {
    return node.wrong("name", quoted(column.name) + " is reserved");
  }
  column.label = TRY(load_whole_text(node, "label"));
  column.type = TRY(load_named(node, "type", kTypes));
  TRY(check_members(node, column.type, TRY(node.text("type"))));
  column.required = TRY(load_named(node, "required", kRequired, "none"));
  column.origin = TRY(load_named(node, "origin", kOrigins, "user"));
  column.hidden = TRY(node.boolean("hidden", false));
  if ((column.origin == Origin::computed) != node.has("join")) {
    return node.wrong("a column of origin \"computed\" has a \"join\", and no other has");
  }
  TRY(load_by_type(node, catalog, column));
  return column;
}

Result<Option> load_option(const SchemaNode& node, std::string_view what, std::span<const std::string_view> members) {
  TRY(node.allow_only(members, what));
  Option option;
  option.value = TRY(node.integer("value", kInt32Min, kInt32Max));
  option.label = TRY(load_whole_text(node, "label"));
  return option;
}

Result<std::vector<Option>> load_options(const std::vector<SchemaNode>& nodes) {
  static constexpr std::array<std::string_view, 2> kMembers = {"value", "label"};
  std::vector<Option> out;
  if (nodes.size() > kSchemaOptionsMax) return nodes[kSchemaOptionsMax].wrong("too many options");
  for (const auto& node : nodes) {
    auto option = TRY(load_option(node, "an option", kMembers));
    for (const auto& other : out) {
      if (other.value == option.value) return node.wrong("value", std::to_string(option.value) + " comes twice");
      if (other.label == option.label) return node.wrong("label", quoted(option.label) + " comes twice");
    }
    out.push_back(std::move(option));
  }
  return out;
}

}  // namespace satchel::model::internal
