// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/link_json.h"

#include <algorithm>

#include "base/text.h"
#include "odata/internal/value_json.h"

namespace satchel::odata {

namespace {

// What stands before "accounts(ID)" in a URL: nothing, a path, or scheme, host and path. No path to a record of
// another record ("contacts(ID)/accounts(ID)") is a link.
bool is_link_prefix(std::string_view prefix) {
  return prefix.empty() || (prefix.ends_with('/') && prefix.find_first_of("()?#$") == std::string_view::npos &&
                            (prefix.starts_with('/') || prefix.find("://") != std::string_view::npos));
}

std::optional<RecordId> parse_key(const model::Table& table, std::string_view key) {
  const auto equals = key.find('=');
  if (equals == std::string_view::npos) return RecordId::parse(key);
  if (key.substr(0, equals) != table.id_column().name) return std::nullopt;
  return RecordId::parse(key.substr(equals + 1));
}

}  // namespace

std::optional<model::Reference> parse_record_url(const model::Schema& schema, std::string_view url) {
  const auto segment_at = url.rfind('/') + 1;  // 0 when there is none
  if (!is_link_prefix(url.substr(0, segment_at))) return std::nullopt;
  const auto segment = percent_decode(url.substr(segment_at));
  if (!segment || !segment->ends_with(')')) return std::nullopt;
  const auto open = segment->find('(');
  if (open == std::string::npos) return std::nullopt;
  const std::string_view text = *segment;
  const auto* table = schema.find_set(text.substr(0, open));
  if (!table) return std::nullopt;
  const auto id = parse_key(*table, text.substr(open + 1, text.size() - open - 2));
  if (!id) return std::nullopt;
  return model::Reference{table->number, *id};
}

std::string record_url(const model::Schema& schema, const model::Reference& reference) {
  return schema.at(reference.table).set + "(" + reference.id.to_string() + ")";
}

namespace internal {

PropertyName split_property(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

const Json* link_url(const Json& json) {
  const auto* object = json.as_object();
  if (!object) return nullptr;
  const Json* url = nullptr;
  for (const auto& [name, value] : *object) {
    if (!name.starts_with('@')) return nullptr;
    if (name == "@id" || name == "@odata.id") url = &value;
  }
  return url;
}

namespace {

std::string sets_of(const model::Schema& schema, std::span<const TableNumber> targets) {
  std::string out;
  for (const auto target : targets) {
    const auto* table = schema.find(target);
    if (!table) continue;
    if (!out.empty()) out += " or ";
    out += table->set;
  }
  return out;
}

}  // namespace

Result<model::Reference> read_link(const model::Schema& schema, std::string_view property, const Json& url,
                                   std::span<const TableNumber> targets, const ResolveReference& resolve) {
  const auto refuse = [&](std::string_view why) {
    return bad_value(property, "The property \"" + std::string(property) + "\" " + std::string(why) + ".");
  };
  const std::string example = "/" + schema.at(targets.front()).set + "(ID)";
  const auto* text = url.as_string();
  if (!text) return refuse("must be a text such as \"" + example + "\", or null");
  std::optional<model::Reference> reference;
  if (text->starts_with('$')) {
    if (resolve) reference = resolve(std::string_view(*text).substr(1));
    if (!reference) return refuse("refers to \"" + *text + "\", which no earlier part of the batch made");
  } else {
    reference = parse_record_url(schema, *text);
  }
  if (!reference) return refuse("must name a record, such as \"" + example + "\"");
  if (std::find(targets.begin(), targets.end(), reference->table) == targets.end()) {
    return refuse("can't point to " + schema.at(reference->table).set + ", only to " + sets_of(schema, targets));
  }
  return *reference;
}

}  // namespace internal

}  // namespace satchel::odata
