// SPDX-License-Identifier: Apache-2.0
//
// What the organisation's tables look like: $metadata (CSDL), the service document, EntityDefinitions, RelationshipDefinitions.
//
//   EntityDefinitions?$select=LogicalName,EntitySetName&$filter=IsActivity eq true
//   EntityDefinitions(LogicalName='contact')?$expand=Attributes($select=LogicalName)
//   EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='gendercode')
//       /Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet,GlobalOptionSet
//   EntityDefinitions(LogicalName='contact')/ManyToOneRelationships   RelationshipDefinitions   EntityDefinitions/$count
//
// A definition is JSON already when it comes here; an address walks down in it, and options thin it out.

#include "base/json.h"
#include "base/text.h"
#include "odata/metadata.h"
#include "server/service/internal/context.h"
#include "server/service/internal/definitions.h"

namespace satchel::server::service {
namespace {

Response xml_response(std::string body) {
  Response response;
  response.headers.set("Content-Type", "application/xml; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response not_allowed() {
  auto response = error_response({ErrorCode::method_not_allowed, "Metadata can be read only. Allowed: GET, HEAD."});
  response.headers.set("Allow", "GET, HEAD");
  return response;
}

std::string context_of(const Call& call, std::string_view rest) { return call.root + "$metadata#" + std::string(rest); }

// {"@odata.context": …, the members of `value`} for one thing, {"@odata.context": …, "value": …} for anything else.
Json wrapped(const Call& call, const std::string& what, Json value, std::optional<std::size_t> count) {
  Json body = Json::object();
  if (!value.is_object()) {
    body.set("@odata.context", context_of(call, what));
    if (count) body.set("@odata.count", static_cast<std::int64_t>(*count));
    body.set("value", std::move(value));
    return body;
  }
  body.set("@odata.context", context_of(call, what + "/$entity"));
  for (auto& [name, member] : *value.as_object()) body.as_object()->emplace_back(name, std::move(member));
  return body;
}

// Those of a list of relationships that have the table at the end that `list` tells.
Json relationships_of(const model::Schema& schema, const model::Table& table, std::string_view list) {
  Json all = odata::relationship_definitions(schema);
  const auto is_other = [&](const Json& each) {
    if (list == "OneToManyRelationships") return each.string_at("ReferencedEntity") != table.name;
    if (list == "ManyToOneRelationships") return each.string_at("ReferencingEntity") != table.name;
    return each.string_at("Entity1LogicalName") != table.name && each.string_at("Entity2LogicalName") != table.name;
  };
  std::erase_if(*all.as_array(), is_other);
  return all;
}

// With the lists that are asked for: by $expand, or by the address.
Json definition_of(const Call& call, const model::Table& table, const DefinitionOptions& options,
                   std::string_view next_segment) {
  const auto& schema = call.parts.schema;
  const auto wants = [&](std::string_view name) { return next_segment == name || options.expands(name); };
  Json json = odata::entity_definition(schema, table, wants("Attributes"));
  if (wants("Keys")) json.set("Keys", odata::key_definitions(table));
  for (const auto* list : {"OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships"})
    if (wants(list)) json.set(list, relationships_of(schema, table, list));
  return json;
}

Result<Json> definition(const Call& call, const DefinitionKey& key, const DefinitionOptions& options,
                        std::string_view next_segment) {
  for (const auto& table : call.parts.schema.tables()) {
    if (key.property == "LogicalName" && table.name != key.text) continue;
    auto json = definition_of(call, table, options, next_segment);
    if (matches(json, key)) return json;
  }
  return Error{ErrorCode::not_found, "There's no table with " + key.property + " '" + key.text + "'."};
}

// What the first segment of an address means. Option sets belong to one column each, so there are no global ones.
Result<Json> definitions_at(const Call& call, const std::vector<DefinitionSegment>& segments,
                            const DefinitionOptions& options) {
  const auto& first = segments[0];
  const std::string_view next = segments.size() > 1 ? std::string_view(segments[1].name) : std::string_view();
  if (first.name == "EntityDefinitions") {
    if (first.key) return definition(call, *first.key, options, next);
    Json list = Json::array();
    for (const auto& table : call.parts.schema.tables()) list.push_back(definition_of(call, table, options, {}));
    return list;
  }
  Json all = Json::object();
  if (first.name == "RelationshipDefinitions") all.set(first.name, odata::relationship_definitions(call.parts.schema));
  if (first.name == "GlobalOptionSetDefinitions") all.set(first.name, Json::array());
  if (all.find(first.name) == nullptr)
    return Error{ErrorCode::not_found, "There's nothing at " + std::string(call.path) + "."};
  return step_into(std::move(all), first);
}

Result<Response> read_definitions(const Call& call) {
  const auto options = TRY(parse_definition_options(call.query));
  auto segments = TRY(parse_definition_path(call.path));
  const bool counts = segments.size() > 1 && segments.back().name == "$count";
  if (counts) segments.pop_back();
  Json found = TRY(definitions_at(call, segments, options));
  std::string what = segments[0].name;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (i == 1 && segments[0].key) what += "('" + std::string(found.string_at("MetadataId")) + "')";
    found = TRY(step_into(std::move(found), segments[i]));
    what += "/" + segments[i].name;
  }
  if (counts && !found.is_array()) return Error{ErrorCode::bad_request, "One definition can't be counted.", "$count"};
  // Lists came along for the way, or because they were asked for.
  const auto count = TRY(apply_options(found, options));
  if (!counts)
    return json_response(
        200, wrapped(call, what, std::move(found), options.count ? std::optional(count) : std::nullopt).dump());
  Response response;
  response.headers.set("Content-Type", "text/plain");
  response.body = std::to_string(count);
  return response;
}

}  // namespace

Response metadata(const Call& call) {
  if (call.request.method != "GET" && call.request.method != "HEAD") return not_allowed();
  if (call.path.empty()) return json_response(200, odata::service_document(call.parts.schema, call.root));
  if (call.path == "$metadata" || call.path == "%24metadata")
    return xml_response(odata::metadata_xml(call.parts.schema));
  auto response = read_definitions(call);
  return response ? std::move(*response) : error_response(response.error());
}

}  // namespace satchel::server::service
