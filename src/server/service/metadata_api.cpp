// SPDX-License-Identifier: Apache-2.0
//
// What the organisation's tables look like: $metadata (CSDL), the service document, EntityDefinitions.
//
//   EntityDefinitions?$select=LogicalName,EntitySetName&$filter=IsActivity eq true
//   EntityDefinitions(LogicalName='contact')?$expand=Attributes($select=LogicalName)
//   EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='gendercode')
//       /Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet,GlobalOptionSet
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
Json wrapped(const Call& call, const std::string& what, Json value) {
  Json body = Json::object();
  if (!value.is_object()) {
    body.set("@odata.context", context_of(call, what));
    body.set("value", std::move(value));
    return body;
  }
  body.set("@odata.context", context_of(call, what + "/$entity"));
  for (auto& [name, member] : *value.as_object()) body.as_object()->emplace_back(name, std::move(member));
  return body;
}

bool wants_attributes(const DefinitionOptions& options) { return options.expands("Attributes"); }

Json all_definitions(const Call& call, const DefinitionOptions& options) {
  Json list = Json::array();
  for (const auto& table : call.parts.schema.tables())
    list.push_back(odata::entity_definition(call.parts.schema, table, wants_attributes(options)));
  return list;
}

Result<Json> definition(const Call& call, const DefinitionKey& key, bool with_attributes) {
  const auto& schema = call.parts.schema;
  for (const auto& table : schema.tables()) {
    if (key.property == "LogicalName" && table.name != key.text) continue;
    auto json = odata::entity_definition(schema, table, with_attributes);
    if (matches(json, key)) return json;
  }
  return Error{ErrorCode::not_found, "There's no table with " + key.property + " '" + key.text + "'."};
}

Result<Json> entity_definitions(const Call& call) {
  const auto options = TRY(parse_definition_options(call.query));
  auto segments = TRY(parse_definition_path(call.path));
  if (segments[0].name != "EntityDefinitions")
    return Error{ErrorCode::not_found, "There's nothing at " + std::string(call.path) + "."};
  std::string what = "EntityDefinitions";
  Json found = TRY([&]() -> Result<Json> {
    if (!segments[0].key) return all_definitions(call, options);
    return definition(call, *segments[0].key, wants_attributes(options) || segments.size() > 1);
  }());
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (i == 1) what += "('" + std::string(found.string_at("MetadataId")) + "')";
    found = TRY(step_into(std::move(found), segments[i]));
    what += "/" + segments[i].name;
  }
  // Attributes came along for the way, or because they were asked for.
  TRY(apply_options(found, options));
  return wrapped(call, what, std::move(found));
}

}  // namespace

Response metadata(const Call& call) {
  if (call.request.method != "GET" && call.request.method != "HEAD") return not_allowed();
  if (call.path.empty()) return json_response(200, odata::service_document(call.parts.schema, call.root));
  if (call.path == "$metadata" || call.path == "%24metadata")
    return xml_response(odata::metadata_xml(call.parts.schema));
  const auto body = entity_definitions(call);
  return body ? json_response(200, body->dump()) : error_response(body.error());
}

}  // namespace satchel::server::service
