// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/definitions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/strong.h"
#include "base/text.h"
#include "odata/parse_query.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

constexpr std::string_view kTypes = "Microsoft.Dynamics.CRM.";

// Splits at `separator` where no parenthesis and no quotation is open.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != separator || depth > 0) continue;
    pieces.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  pieces.push_back(text.substr(begin));
  return pieces;
}

// 'It''s' -> It's
std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\'') ++i;
  }
  return out;
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  for (const auto name : split(list, ','))
    if (!trim(name).empty()) names.emplace_back(trim(name));
  return names;
}

// ---- addresses -----------------------------------------------------------------------------------------------------

Result<DefinitionKey> parse_key(std::string_view text) {
  const auto equals = text.find('=');
  std::string property(equals == std::string_view::npos ? "MetadataId" : trim(text.substr(0, equals)));
  const auto value = equals == std::string_view::npos ? trim(text) : trim(text.substr(equals + 1));
  if (property == "MetadataId") {
    const auto id = Uuid::parse(unquoted(value).value_or(std::string(value)));
    if (!id)
      return Error{ErrorCode::bad_request,
                   "\"" + std::string(text) + "\" is no key: write (LogicalName='…') or an id."};
    return DefinitionKey{std::move(property), id->to_string()};
  }
  auto name = unquoted(value);
  if (!name || name->empty())
    return Error{ErrorCode::bad_request, "The key of " + property + " must stand in quotation marks."};
  return DefinitionKey{std::move(property), std::move(*name)};
}

// ---- options -------------------------------------------------------------------------------------------------------

Result<Json> parse_literal(std::string_view text) {
  if (auto quoted = unquoted(text)) return Json(std::move(*quoted));
  if (text == "true" || text == "false") return Json(text == "true");
  if (text == "null") return Json();
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr == end && !text.empty()) return Json(number);
  if (const auto id = Uuid::parse(text)) return Json(id->to_string());
  // Microsoft.Dynamics.CRM.AttributeTypeCode'String'
  if (text.starts_with(kTypes) && text.find('\'') != std::string_view::npos)
    if (auto member = unquoted(text.substr(text.find('\'')))) return Json(std::move(*member));
  return Error{ErrorCode::not_implemented, "Metadata can be filtered by texts, numbers, true and false only.",
               "$filter"};
}

// "A eq 'x' and B ne true or A eq 'y'"
Result<std::vector<std::vector<DefinitionTest>>> parse_tests(std::string_view text) {
  std::vector<std::vector<DefinitionTest>> tests(1);
  const auto words = split_outside(text, ' ');
  std::vector<std::string_view> kept;
  std::copy_if(words.begin(), words.end(), std::back_inserter(kept), [](auto word) { return !word.empty(); });
  for (std::size_t i = 0; i < kept.size(); i += 4) {
    const bool is_test = i + 2 < kept.size() && (kept[i + 1] == "eq" || kept[i + 1] == "ne");
    const bool goes_on = i + 3 == kept.size() || (i + 4 < kept.size() && (kept[i + 3] == "and" || kept[i + 3] == "or"));
    if (!is_test || !goes_on || i / 4 == kDefinitionTestsMax)
      return Error{ErrorCode::not_implemented, "Metadata can be filtered by eq and ne joined by and and or only.",
                   "$filter"};
    tests.back().push_back({std::string(kept[i]), kept[i + 1] == "eq", TRY(parse_literal(kept[i + 2]))});
    if (i + 3 < kept.size() && kept[i + 3] == "or") tests.emplace_back();
  }
  return tests;
}

Result<std::vector<DefinitionOptions::Expand>> parse_expands(std::string_view text) {
  std::vector<DefinitionOptions::Expand> expands;
  for (auto piece : split_outside(text, ',')) {
    piece = trim(piece);
    const auto open = piece.find('(');
    DefinitionOptions::Expand expand{std::string(piece.substr(0, open)), {}};
    if (open != std::string_view::npos) {
      if (piece.back() != ')') return Error{ErrorCode::bad_filter, "A parenthesis in $expand isn't closed.", "$expand"};
      for (auto option : split_outside(piece.substr(open + 1, piece.size() - open - 2), ';')) {
        option = trim(option);
        if (!option.starts_with("$select="))
          return Error{ErrorCode::not_implemented, "Inside $expand of metadata only $select is built.", "$expand"};
        expand.select = names_in(option.substr(8));
      }
    }
    if (!expand.name.empty()) expands.push_back(std::move(expand));
  }
  return expands;
}

Result<std::size_t> parse_top(std::string_view text) {
  std::size_t top = 0;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, top).ptr == end && !text.empty()) return top;
  return Error{ErrorCode::bad_filter, "$top must be a whole number.", "$top"};
}

Result<void> parse_option(DefinitionOptions& options, std::string_view name, std::string_view value) {
  if (name == "$select") options.select = names_in(value);
  else if (name == "$expand") options.expand = TRY(parse_expands(value));
  else if (name == "$filter") options.filter = TRY(parse_tests(value));
  else if (name == "$top") options.top = TRY(parse_top(value));
  else if (name == "$count") options.count = value == "true";
  else if (name.starts_with("$") && name != "$format") {
    constexpr std::array<std::string_view, 6> kLegal = {"$orderby", "$skip",    "$search",
                                                        "$apply",   "$compute", "$skiptoken"};
    const bool is_legal = std::find(kLegal.begin(), kLegal.end(), name) != kLegal.end();
    return Error{is_legal ? ErrorCode::not_implemented : ErrorCode::bad_filter,
                 std::string(name) + (is_legal ? " isn't built for metadata." : " is no query option."),
                 std::string(name)};
  }
  return {};
}

// ---- thinning out --------------------------------------------------------------------------------------------------

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void keep_only(Json& object, const std::vector<std::string>& names, const std::vector<std::string>& also) {
  if (names.empty() || !object.is_object()) return;
  std::erase_if(*object.as_object(), [&](const Json::Member& member) {
    return !member.first.starts_with("@") && member.first != "MetadataId" && !contains(names, member.first) &&
           !contains(also, member.first);
  });
}

void keep_only_each(Json& json, const std::vector<std::string>& names) {
  if (!json.is_array()) return keep_only(json, names, {});
  for (auto& element : *json.as_array()) keep_only(element, names, {});
}

bool passes(const Json& definition, const std::vector<std::vector<DefinitionTest>>& filter) {
  const auto holds = [&](const DefinitionTest& test) {
    const auto* value = definition.find(test.property);
    return (value != nullptr ? *value == test.literal : test.literal.is_null()) == test.equal;
  };
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const auto& tests) {
           return std::all_of(tests.begin(), tests.end(), holds);
         });
}

Result<void> thin_out(Json& object, const DefinitionOptions& options) {
  std::vector<std::string> expanded;
  for (const auto& expand : options.expand) {
    expanded.push_back(expand.name);
    auto* members = object.as_object();
    const auto at =
        std::find_if(members->begin(), members->end(), [&](const auto& m) { return m.first == expand.name; });
    if (at != members->end()) keep_only_each(at->second, expand.select);
    // Option sets here belong to one column each; who asks for the shared one gets null, as from Dataverse.
    else if (expand.name == "GlobalOptionSet" || expand.name == "OptionSet") object.set(expand.name, Json());
    else return Error{ErrorCode::not_implemented, "Expanding " + expand.name + " isn't built for metadata.", "$expand"};
  }
  keep_only(object, options.select, expanded);
  return {};
}

}  // namespace

bool DefinitionOptions::expands(std::string_view name) const {
  return std::any_of(expand.begin(), expand.end(), [&](const Expand& e) { return e.name == name; });
}

Result<std::vector<DefinitionSegment>> parse_definition_path(std::string_view path) {
  const auto decoded = percent_decode(path);
  if (!decoded || !is_utf8(*decoded))
    return Error{ErrorCode::bad_request, "The address isn't well-formed percent-encoded UTF-8."};
  std::vector<DefinitionSegment> segments;
  for (const auto piece : split_outside(*decoded, '/')) {
    const auto open = piece.find('(');
    DefinitionSegment segment{std::string(piece.substr(0, open)), std::nullopt};
    if (open != std::string_view::npos) {
      if (piece.back() != ')') return Error{ErrorCode::bad_request, "A parenthesis in the address isn't closed."};
      segment.key = TRY(parse_key(piece.substr(open + 1, piece.size() - open - 2)));
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

Result<DefinitionOptions> parse_definition_options(std::string_view query) {
  DefinitionOptions options;
  for (const auto& [name, value] : TRY(odata::split_query_string(query))) TRY(parse_option(options, name, value));
  return options;
}

bool matches(const Json& definition, const DefinitionKey& key) {
  const auto* value = definition.find(key.property);
  return value != nullptr && value->is_string() && equals_ignoring_case_ascii(*value->as_string(), key.text);
}

Result<Json> step_into(Json json, const DefinitionSegment& segment) {
  const auto missing = [&] { return Error{ErrorCode::not_found, "There's no " + segment.name + " here that fits."}; };
  if (segment.name.starts_with(kTypes)) {
    const auto is_other = [&](const Json& element) { return element.string_at("@odata.type") != "#" + segment.name; };
    if (auto* list = json.as_array()) std::erase_if(*list, is_other);
    else if (is_other(json)) return missing();
    return json;
  }
  const auto* member = json.find(segment.name);
  if (member == nullptr) return missing();
  if (!segment.key) return *member;
  const auto* list = member->as_array();
  if (list == nullptr) return missing();
  for (const auto& element : *list)
    if (matches(element, *segment.key)) return element;
  return missing();
}

Result<std::size_t> apply_options(Json& json, const DefinitionOptions& options) {
  if (json.is_object()) TRY(thin_out(json, options));
  auto* list = json.as_array();
  if (list == nullptr) return std::size_t{1};
  std::erase_if(*list, [&](const Json& element) { return !passes(element, options.filter); });
  const auto count = list->size();
  if (options.top && list->size() > *options.top) list->resize(*options.top);
  for (auto& element : *list)
    if (element.is_object()) TRY(thin_out(element, options));
  return count;
}

}  // namespace satchel::server::service
