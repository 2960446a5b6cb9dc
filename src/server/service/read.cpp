// SPDX-License-Identifier: Apache-2.0
//
// Reads of the Web API: an address is walked segment by segment, and what it ends in is written.
//
//   contacts   contacts(ID)   contacts(ID)/fullname   contacts(ID)/fullname/$value   contacts(ID)/parentcustomerid_account/name
//   accounts(ID)/contact_customer_accounts   .../$count   .../$ref   accounts(ID)/contact_customer_accounts(ID)
#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "model/image.h"
#include "model/organization_settings.h"
#include "odata/property_names.h"
#include "odata/record_json.h"
#include "server/service/internal/reading.h"
#include "server/service/limits.h"

namespace satchel::server::service {

odata::QueryContext query_context(const Call& call) {
  odata::QueryContext context;
  context.user = call.caller.user;
  context.business_unit = call.caller.business_unit;
  context.teams = call.caller.teams;
  context.now = call.now;
  return context;
}

model::NameOf name_of(const Call& call) {
  return [&call](const model::Reference& reference) { return call.parts.records.name_of(call.caller, reference); };
}

void add_applied(Response& response, std::string_view preference) {
  const auto before = response.headers.get("Preference-Applied");
  response.headers.set("Preference-Applied",
                       before.empty() ? std::string(preference) : std::string(before) + ", " + std::string(preference));
}

void apply_preferences(Response& response, const Preferences& preferences) {
  if (preferences.annotations != odata::Annotations::none)
    add_applied(response, "odata.include-annotations=\"" + preferences.annotation_terms + "\"");
  if (preferences.page_size) add_applied(response, "odata.maxpagesize=" + std::to_string(*preferences.page_size));
}

namespace {

// RFC 9110, section 13.1.2. "null" is what Dataverse's clients send for no condition.
bool is_not_modified(const Call& call, const model::Record& record, const odata::QueryOptions& options,
                     const Preferences& preferences) {
  if (!options.expand.empty() || preferences.annotations != odata::Annotations::none) return false;
  return etag_list_names(call.request.headers.get("If-None-Match"), record.version);
}

Result<Response> single(const Call& call, const model::Table& table, const model::Record& record) {
  const auto options = TRY(odata::parse_query_string(call.parts.schema, table, call.query, query_context(call)));
  if (options.query.filter || !options.query.order.empty() || options.query.top || options.query.count ||
      options.skip_token || options.delta_token)
    return Error{ErrorCode::bad_filter, "One record takes $select and $expand alone.", std::string(call.path)};
  const auto preferences = preferences_of(call.request);
  const auto etag = odata::etag_of(record.version);
  if (is_not_modified(call, record, options, preferences)) {
    auto response = empty_response(304);
    response.headers.set("ETag", etag);
    return response;
  }
  std::string object;
  TRY(Expander(call, preferences.annotations, preferences.page_size.value_or(kPageRowsMax))
          .write(object, record, options.query.select, options.expand));
  std::string body = "{\"@odata.context\":\"" + call.root + "$metadata#" + table.set +
                     context_list(call.parts.schema, options.query, options.expand) + "/$entity\"," + object.substr(1);
  auto response = json_response(200, std::move(body));
  response.headers.set("ETag", etag);
  apply_preferences(response, preferences);
  return response;
}

Response reference_to(const Call& call, const model::Reference& reference) {
  return json_response(200, "{\"@odata.context\":\"" + call.root + "$metadata#$ref\",\"@odata.id\":\"" + call.root +
                                odata::record_url(call.parts.schema, reference) + "\"}");
}

// The columns of a record that are no value: its parties.
Result<Response> property(const Call& call, const model::Table& table, const model::Record& record,
                          const model::Column& column, bool raw) {
  std::string object;
  const model::ColumnIndex select[] = {column.index};
  odata::write_record(object, call.parts.schema, record, select, odata::Annotations::none, name_of(call));
  const auto json = TRY(Json::parse(object));
  const bool is_party_list = column.type == model::ColumnType::party_list;
  const auto name = column.type == model::ColumnType::lookup ? odata::lookup_property(column.name)
                    : is_party_list                          ? odata::party_property(table)
                                                             : odata::face_name(column);
  const auto* value = json.find(name);
  if (value == nullptr || value->is_null()) return empty_response(204);
  if (raw) {
    if (is_party_list) return Error{ErrorCode::bad_request, "A list of parties has no raw value.", "$value"};
    Response response;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = value->is_string() ? *value->as_string() : value->dump();
    if (column.type == model::ColumnType::image) {
      response.headers.set("Content-Type", std::string(model::image_type(response.body)));
      // Whatever somebody managed to store as a picture, a browser shall not take it for a page.
      response.headers.set("X-Content-Type-Options", "nosniff");
      response.body = from_base64(response.body).value_or("");
    }
    return response;
  }
  const std::string annotation =
      is_party_list ? "activityparties" : table.set + "(" + record.id.to_string() + ")/" + name;
  return json_response(
      200, "{\"@odata.context\":\"" + call.root + "$metadata#" + annotation + "\",\"value\":" + value->dump() + "}");
}

// ---- walking ---------------------------------------------------------------------------------------------------------

// How far an address has been walked: to a list, to a record, or to where a lookup is empty.
struct Place {
  List list;
  std::optional<model::Record> record;
  bool is_empty = false;
};

class Walk {
 public:
  Walk(const Call& call, const Address& address) : call_(call), rest_(address.rest) {
    place_.list = {address.table, address.table->set, std::nullopt};
  }

  Result<Response> from(const Address& address) {
    if (address.id) TRY(enter(*address.id));
    for (; at_ < rest_.size(); ++at_) {
      if (place_.is_empty) return empty_response(204);
      const auto& segment = rest_[at_];
      if (segment.starts_with('$')) return system_segment(segment);
      if (segment.starts_with("Microsoft.Dynamics.CRM."))
        return Error{ErrorCode::not_implemented,
                     "Types and bound functions in addresses aren't offered: " + segment + ".", segment};
      if (!place_.record) return nothing(segment);
      if (const auto* column = column_named(segment)) return property_segment(*column);
      TRY(follow(segment));
    }
    if (place_.is_empty) return empty_response(204);
    return place_.record ? single(call_, *place_.list.table, *place_.record) : read_list(call_, place_.list);
  }

 private:
  bool is_last() const { return at_ + 1 == rest_.size(); }

  Error nothing(const std::string& segment) const {
    return {ErrorCode::not_found, "There's nothing at " + std::string(call_.path) + ".", segment};
  }

  const model::Column* column_named(const std::string& name) const {
    const auto& table = *place_.list.table;
    if (name == odata::party_property(table)) {
      for (const auto& column : table.columns)
        if (column.type == model::ColumnType::party_list) return &column;
    }
    const auto* column = table.find_column(name);
    if (column == nullptr) column = table.find_lookup_value(name);
    // A lookup whose navigation property has its name is followed.
    if (column != nullptr && column->name == name && table.find_navigation(name)) return nullptr;
    return column;
  }

  // $count, $ref and $value at the end of an address.
  Result<Response> system_segment(const std::string& segment) {
    if (!is_last()) return nothing(segment);
    if (segment == "$count") {
      if (place_.record) return Error{ErrorCode::bad_request, "One record can't be counted.", segment};
      return count_list(call_, place_.list);
    }
    if (segment == "$ref") {
      if (!place_.record) return list_references(call_, place_.list);
      return reference_to(call_, {place_.list.table->number, place_.record->id});
    }
    if (segment == "$value") return Error{ErrorCode::bad_request, "A record has no raw value; name a column.", segment};
    for (const std::string_view name : {"$query", "$filter", "$each"})
      if (segment.starts_with(name))
        return Error{ErrorCode::not_implemented, segment + " isn't offered in addresses.", segment};
    return nothing(segment);
  }

  Result<Response> property_segment(const model::Column& column) {
    const bool raw = at_ + 2 == rest_.size() && rest_[at_ + 1] == "$value";
    if (!is_last() && !raw) return nothing(rest_[at_ + 1]);
    return property(call_, *place_.list.table, *place_.record, column, raw);
  }

  Result<void> enter(RecordId id) {
    const auto& table = *place_.list.table;
    place_.record = TRY(call_.parts.records.get(call_.caller, table, id));
    place_.list = {&table, table.set + "(" + id.to_string() + ")", std::nullopt};
    return {};
  }

  // parentcustomerid_account, contact_customer_accounts, contact_customer_accounts(ID)
  Result<void> follow(const std::string& segment) {
    const auto open = segment.find('(');
    const auto name = segment.substr(0, open);
    const auto& table = *place_.list.table;
    if (table.find_navigation(name) && open == std::string::npos) return follow_lookup(name);
    const auto collection = odata::find_collection(call_.parts.schema, table, name);
    if (!collection)
      return Error{ErrorCode::unknown_column, "A " + table.label + " has no property '" + name + "'.", name};
    const model::Reference parent{table.number, place_.record->id};
    place_.list = {collection->table, place_.list.path + "/" + name, odata::belongs_to(*collection, parent)};
    place_.record.reset();
    if (open == std::string::npos) return {};
    return enter_member(segment.substr(open + 1, segment.size() - open - 2));
  }

  Result<void> follow_lookup(const std::string& name) {
    for (const auto& column : place_.list.table->columns) {
      const auto* reference = model::reference_in(place_.record->values[column.index]);
      if (reference == nullptr) continue;
      for (std::size_t i = 0; i < column.navigation.size(); ++i) {
        if (column.navigation[i] != name || column.targets[i] != reference->table) continue;
        place_.list.table = &call_.parts.schema.at(reference->table);
        return enter(RecordId(reference->id));
      }
    }
    place_.is_empty = true;
    return {};
  }

  // One record of a collection: it must belong to it.
  Result<void> enter_member(std::string_view key) {
    const auto id = RecordId::parse(key);
    if (!id) return Error{ErrorCode::bad_request, "The key (" + std::string(key) + ") isn't an id.", std::string(key)};
    const auto& table = *place_.list.table;
    query::Query query;
    query.table = table.number;
    query.filter = query::Filter{query::All{
        {*place_.list.within, {query::Compare{{}, query::Comparison::eq, model::Reference{table.number, *id}}}}}};
    const auto page = TRY(call_.parts.records.list(call_.caller, query, 1));
    if (page.records.empty())
      return Error{ErrorCode::not_found,
                   "There is no " + table.label + " with the id " + id->to_string() + " in " + place_.list.path + ".",
                   table.set + "(" + id->to_string() + ")"};
    return enter(*id);
  }

  const Call& call_;
  const std::vector<std::string>& rest_;
  std::size_t at_ = 0;
  Place place_;
};

// ---- functions -------------------------------------------------------------------------------------------------------

Response who_am_i(const Call& call) {
  auto body = Json::object();
  body.set("@odata.context", call.root + "$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse");
  body.set("BusinessUnitId", call.caller.business_unit.to_string());
  body.set("UserId", call.caller.user.to_string());
  body.set("OrganizationId", organization_id(call.parts).to_string());
  return json_response(200, body.dump());
}

// Four numbers, as Dataverse's own.
std::string product_version(const Call& call) {
  const auto& table = *call.parts.schema.find("organization");
  const auto row = call.parts.records.get(call.caller, table, organization_id(call.parts));
  auto version = row ? model::setting_in(table, *row, "version") : std::string("9.2");
  for (auto dots = std::count(version.begin(), version.end(), '.'); dots < 3; ++dots) version += ".0";
  return version;
}

Response retrieve_version(const Call& call) {
  auto body = Json::object();
  body.set("@odata.context", call.root + "$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse");
  body.set("Version", product_version(call));
  return json_response(200, body.dump());
}

// RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')
Result<Response> retrieve_current_organization(const Call& call) {
  const auto* table = call.parts.schema.find("organization");
  const auto record = TRY(call.parts.records.get(access::system_caller(call.caller.organization, call.caller.user),
                                                 *table, organization_id(call.parts)));
  const auto* name = model::text_in(record.values[*table->primary_name]);
  auto endpoints = Json::object();
  endpoints.set("Count", 1);
  endpoints.set("Keys", Json(Json::Array{Json("WebApplication")}));
  endpoints.set("Values", Json(Json::Array{Json(call.root.substr(0, call.root.find("/api/data/")) + "/")}));
  auto detail = Json::object();
  detail.set("OrganizationId", record.id.to_string());
  detail.set("FriendlyName", name != nullptr ? *name : "");
  detail.set("UniqueName", name != nullptr ? *name : "");
  detail.set("OrganizationVersion", product_version(call));
  detail.set("State", "Enabled");
  detail.set("Endpoints", std::move(endpoints));
  auto body = Json::object();
  body.set("@odata.context", call.root + "$metadata#Microsoft.Dynamics.CRM.RetrieveCurrentOrganizationResponse");
  body.set("Detail", std::move(detail));
  return json_response(200, body.dump());
}

Result<Response> read(const Call& call) {
  if (call.request.method != "GET" && call.request.method != "HEAD")
    return Error{ErrorCode::method_not_allowed,
                 call.request.method + " isn't allowed here. Allowed: GET, HEAD, POST, PATCH, PUT, DELETE.",
                 "GET, HEAD, POST, PATCH, PUT, DELETE"};
  switch (function_named(call.path)) {
    case Function::who_am_i: return who_am_i(call);
    case Function::retrieve_version: return retrieve_version(call);
    case Function::retrieve_current_organization: return retrieve_current_organization(call);
    case Function::none: break;
  }
  const auto address = TRY(parse_address(call));
  if (address.missing) return *address.missing;
  return Walk(call, address).from(address);
}

}  // namespace

Function function_named(std::string_view path) {
  constexpr std::string_view kNamespace = "Microsoft.Dynamics.CRM.";
  constexpr std::string_view kOrganization = "RetrieveCurrentOrganization(AccessType=";
  const auto decoded = percent_decode(path);
  std::string_view name = decoded ? std::string_view(*decoded) : path;
  if (name.starts_with(kNamespace)) name.remove_prefix(kNamespace.size());
  if (name.starts_with(kOrganization) && name.ends_with(')')) return Function::retrieve_current_organization;
  if (name.ends_with("()")) name.remove_suffix(2);
  if (name == "WhoAmI") return Function::who_am_i;
  if (name == "RetrieveVersion") return Function::retrieve_version;
  return Function::none;
}

Response read_data(const Call& call) {
  auto response = read(call);
  return response ? std::move(*response) : error_response(response.error());
}

}  // namespace satchel::server::service
