// SPDX-License-Identifier: Apache-2.0
//
// Writes of the Web API: create, update, upsert, delete, single properties and links. Each becomes a model::RecordChange; there's
// no other way to change a record.
#include "base/text.h"
#include "odata/record_json.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

using model::ChangeKind;
using records::Absent;
using records::Condition;

Error method_not_allowed(const Call& call, std::string_view allowed) {
  return {ErrorCode::method_not_allowed,
          call.request.method + " isn't allowed on this address. Allowed: " + std::string(allowed) + ".",
          std::string(allowed)};
}

// If-Match and If-None-Match (OData Protocol 4.01, sections 8.2.4 and 8.2.5).
Result<Condition> condition_of(const Call& call) {
  Condition condition;
  const auto match = call.request.headers.get("If-Match");
  const auto none = call.request.headers.get("If-None-Match");
  if (none == "*") condition.kind = Condition::Kind::must_be_absent;
  if (match == "*") condition.kind = Condition::Kind::must_exist;
  if (!match.empty() && match != "*" && match != "null") {
    const auto version = odata::parse_etag(match);
    if (!version)
      return Error{ErrorCode::bad_request, "If-Match holds no ETag: " + std::string(match) + ".", "If-Match"};
    condition.kind = Condition::Kind::version_is;
    condition.version = *version;
  }
  if (const auto seen = call.request.headers.get("Satchel-Seen"); !seen.empty()) {
    condition.seen = Cut::parse(seen);
    if (!condition.seen)
      return Error{ErrorCode::bad_request, "Satchel-Seen holds no cut: " + std::string(seen) + ".", "Satchel-Seen"};
  }
  return condition;
}

odata::ResolveReference resolve_in(const Call& call) {
  return [&call](std::string_view id) -> std::optional<model::Reference> {
    if (call.references == nullptr) return std::nullopt;
    for (const auto& [part, record] : *call.references)
      if (part == id) return record;
    return std::nullopt;
  };
}

Result<Json> body_of(const Call& call) {
  const auto type = call.request.headers.get("Content-Type");
  if (!type.empty() && to_lower_ascii(type).find("json") == std::string::npos)
    return Error{ErrorCode::bad_request, "The body must be application/json, not " + std::string(type) + ".",
                 "Content-Type"};
  auto body = TRY(Json::parse(call.request.body));
  if (!body.is_object()) return Error{ErrorCode::bad_json, "The body must be a JSON object."};
  return body;
}

std::string entity_id(const Call& call, const Address& address, RecordId id) {
  if (!address.key_name.empty()) return call.root + address.table->set + "(" + address.key_name + ")";
  return call.root + address.table->set + "(" + id.to_string() + ")";
}

Result<Written> answer(const Call& call, const Address& address, RecordId id, const records::Outcome& outcome) {
  Written written{empty_response(), model::Reference{address.table->number, id}};
  auto& response = written.response;
  if (preferences_of(call.request).representation) {
    const auto record = TRY(call.parts.records.get(call.caller, *address.table, id));
    Request read = call.request;
    read.method = "GET";
    read.headers.remove("If-None-Match");
    Call reading{call.parts, read, call.path, call.query, call.root, call.caller, call.now, nullptr};
    const std::string path = address.table->set + "(" + id.to_string() + ")";
    reading.path = path;
    response = read_data(reading);
    if (response.status == 200 && outcome.created) response.status = 201;
    response.headers.set("Preference-Applied", "return=representation");
  }
  response.headers.set("OData-EntityId", entity_id(call, address, id));
  if (outcome.created) response.headers.set("Location", entity_id(call, address, id));
  response.headers.set("ETag", odata::etag_of(outcome.version));
  return written;
}

Result<Written> create(const Call& call, const Address& address) {
  const auto body = TRY(body_of(call));
  auto change = TRY(odata::read_change(call.parts.schema, *address.table, body, ChangeKind::create, resolve_in(call)));
  if (change.id.is_nil()) change.id = new_id<RecordId>(call.parts.random, call.now);
  const auto outcome =
      TRY(call.parts.records.apply(call.caller, change, TRY(condition_of(call)), Absent::create, call.now));
  return answer(call, address, change.id, outcome);
}

Result<Written> update(const Call& call, const Address& address) {
  const auto body = TRY(body_of(call));
  auto change = TRY(odata::read_change(call.parts.schema, *address.table, body, ChangeKind::update, resolve_in(call)));
  change.id = *address.id;
  const auto outcome =
      TRY(call.parts.records.apply(call.caller, change, TRY(condition_of(call)), Absent::create, call.now));
  return answer(call, address, change.id, outcome);
}

Result<Written> remove(const Call& call, const Address& address) {
  const model::RecordChange change{address.table->number, *address.id, ChangeKind::remove, {}};
  const auto outcome =
      TRY(call.parts.records.apply(call.caller, change, TRY(condition_of(call)), Absent::refuse, call.now));
  Written written{empty_response(), std::nullopt};
  written.response.headers.set("Satchel-Version", std::to_string(outcome.version.value));
  return written;
}

// One column of an existing record.
Result<Written> set_column(const Call& call, const Address& address, const model::Column& column, model::Value value) {
  model::RecordChange change{address.table->number, *address.id, ChangeKind::update, {}};
  change.set(column.index, std::move(value));
  change = TRY(model::prepare(call.parts.schema, std::move(change), true));
  const auto outcome =
      TRY(call.parts.records.apply(call.caller, change, TRY(condition_of(call)), Absent::refuse, call.now));
  Written written{empty_response(), std::nullopt};
  written.response.headers.set("ETag", odata::etag_of(outcome.version));
  return written;
}

// PUT contacts(ID)/jobtitle {"value":"Engineer"}, DELETE contacts(ID)/jobtitle
Result<Written> write_property(const Call& call, const Address& address, const model::Column& column) {
  if (call.request.method == "DELETE") return set_column(call, address, column, {});
  if (call.request.method != "PUT") return method_not_allowed(call, "GET, PUT, DELETE");
  const auto body = TRY(body_of(call));
  const auto* value = body.find("value");
  if (value == nullptr) return Error{ErrorCode::bad_json, "The body must be {\"value\": …}.", "value"};
  auto wrapped = Json::object();
  wrapped.set(column.name, *value);
  auto change = TRY(odata::read_change(call.parts.schema, *address.table, wrapped, ChangeKind::update, {}));
  const auto* read = change.find(column.index);
  if (read == nullptr) return Error{ErrorCode::bad_value, column.label + " can't be written.", column.name};
  return set_column(call, address, column, *read);
}

// PUT contacts(ID)/parentcustomerid_account/$ref {"@odata.id":"accounts(ID)"}, DELETE .../$ref
Result<Written> write_link(const Call& call, const Address& address, const model::Table::NavigationTarget& navigation) {
  if (call.request.method == "DELETE") return set_column(call, address, *navigation.column, {});
  if (call.request.method != "PUT" && call.request.method != "POST")
    return method_not_allowed(call, "GET, PUT, DELETE");
  const auto body = TRY(body_of(call));
  auto url = body.string_at("@odata.id");
  if (url.empty()) url = body.string_at("@id");
  const auto target = odata::parse_record_url(call.parts.schema, url);
  if (!target || target->table != navigation.target)
    return Error{ErrorCode::bad_value,
                 "@odata.id must name one of " + call.parts.schema.at(navigation.target).plural + ".", "@odata.id"};
  return set_column(call, address, *navigation.column, *target);
}

Result<Written> write_below(const Call& call, const Address& address) {
  const auto& name = address.rest[0];
  const bool is_link = address.rest.size() == 2 && address.rest[1] == "$ref";
  const auto navigation = address.table->find_navigation(name);
  if (is_link && navigation) return write_link(call, address, *navigation);
  const auto* column = address.table->find_column(name);
  if (address.rest.size() == 1 && column != nullptr && column->index != 0)
    return write_property(call, address, *column);
  if (is_link)
    return Error{ErrorCode::not_implemented,
                 "Linking through the collection '" + name + "' isn't offered; set the lookup on the other record."};
  return Error{ErrorCode::unknown_column,
               "A " + address.table->label + " has no property '" + name + "' that can be written.", name};
}

Result<Written> write(const Call& call) {
  const auto& method = call.request.method;
  // An upsert by alternate key that names nobody makes the record.
  const auto address = TRY(parse_address(call));
  if (address.table->is_derived)
    return Error{ErrorCode::forbidden, address.table->plural + " are made from their activities; change those.",
                 address.table->set};
  if (!address.rest.empty() && address.id) return write_below(call, address);
  if (!address.rest.empty()) return Error{ErrorCode::not_found, "There's nothing at " + std::string(call.path) + "."};
  if (!address.id) {
    if (method == "POST") return create(call, address);
    return method_not_allowed(call, "GET, POST");
  }
  if (method == "PATCH") return update(call, address);
  if (method == "DELETE") return remove(call, address);
  return method_not_allowed(call, "GET, PATCH, DELETE");
}

}  // namespace

bool is_write(const Request& request) {
  return request.method == "POST" || request.method == "PATCH" || request.method == "PUT" || request.method == "DELETE";
}

Written write_data(const Call& call) {
  auto written = write(call);
  if (written) return std::move(*written);
  Written refused{error_response(written.error()), std::nullopt};
  if (written.error().code == ErrorCode::method_not_allowed)
    refused.response.headers.set("Allow", written.error().target);
  return refused;
}

}  // namespace satchel::server::service
