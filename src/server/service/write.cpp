// SPDX-License-Identifier: Apache-2.0
//
// Writes of the Web API: create, update, upsert, delete, single properties and links. Each becomes a model::RecordChange; there's
// no other way to change a record.
#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "odata/collections.h"
#include "odata/deep_create.h"
#include "odata/parse_query.h"
#include "odata/record_json.h"
#include "server/service/internal/context.h"
#include "server/service/internal/reading.h"
#include "server/service/limits.h"

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

bool is_condition(std::string_view header) { return !header.empty() && header != "null"; }

// An ETag as RFC 9110, section 8.8.3, writes it, whoever gave it.
bool is_etag(std::string_view text) {
  text = trim(text);
  if (text.starts_with("W/")) text.remove_prefix(2);
  return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

// If-Match with the version that is there, if it is listed; with the first of the list otherwise.
Result<Condition> match_of(const Call& call, const Address& address, std::string_view match) {
  Condition condition;
  condition.kind = Condition::Kind::version_is;
  const auto first = match.substr(0, match.find(','));
  if (!is_etag(first))
    return Error{ErrorCode::bad_request, "If-Match holds no ETag: " + std::string(match) + ".", "If-Match"};
  // An ETag of some other server is the version of no record.
  condition.version = odata::parse_etag(first).value_or(Seq());
  if (match.find(',') == std::string_view::npos || !address.id) return condition;
  const auto record = call.parts.records.get(call.caller, *address.table, *address.id);
  if (record && etag_list_names(match, record->version)) condition.version = record->version;
  return condition;
}

// If-None-Match with ETags: the record must have none of these versions, or not be there.
Result<void> check_none_matches(const Call& call, const Address& address, std::string_view none) {
  if (!is_etag(none.substr(0, none.find(','))))
    return Error{ErrorCode::bad_request, "If-None-Match holds no ETag: " + std::string(none) + ".", "If-None-Match"};
  if (!address.id) return {};
  const auto record = call.parts.records.get(call.caller, *address.table, *address.id);
  if (!record || !etag_list_names(none, record->version)) return {};
  return Error{ErrorCode::version_conflict, "This " + address.table->label + " still has the version that was named.",
               "If-None-Match"};
}

// If-Match and If-None-Match (OData Protocol 4.01, sections 8.2.4 and 8.2.5). "null" is no condition.
Result<Condition> condition_of(const Call& call, const Address& address) {
  Condition condition;
  const auto match = trim(call.request.headers.get("If-Match"));
  const auto none = trim(call.request.headers.get("If-None-Match"));
  if (none == "*") condition.kind = Condition::Kind::must_be_absent;
  else if (is_condition(none)) TRY(check_none_matches(call, address, none));
  if (match == "*") condition.kind = Condition::Kind::must_exist;
  else if (is_condition(match)) condition = TRY(match_of(call, address, match));
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
    // The newest one: clients number each change set from 1.
    for (auto at = call.references->rbegin(); at != call.references->rend(); ++at)
      if (at->first == id) return at->second;
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

// $select and $expand on a write say that its answer shall hold the record (OData Protocol 4.01, section 8.2.8.7).
bool wants_representation(const Call& call) {
  if (const auto asked = preferences_of(call.request).representation) return *asked;
  const auto options = odata::split_query_string(call.query);
  if (!options) return false;
  return std::any_of(options->begin(), options->end(), [](const auto& option) {
    const auto name = to_lower_ascii(option.first);
    return name == "$select" || name == "$expand";
  });
}

// The record as a GET would give it. `expand`: what the request made along with it.
Response representation(const Call& call, const Address& address, RecordId id, const std::string& expand) {
  Request read = call.request;
  read.method = "GET";
  read.headers.remove("If-None-Match");
  std::string query(call.query);
  if (!expand.empty() && query.empty()) query = "$expand=" + percent_encode(expand);
  const std::string path = address.table->set + "(" + id.to_string() + ")";
  return read_data({call.parts, read, path, query, call.root, call.caller, call.now, nullptr});
}

Result<Written> answer(const Call& call, const Address& address, RecordId id, const records::Outcome& outcome,
                       const std::string& expand = {}) {
  Written written{empty_response(), model::Reference{address.table->number, id}};
  auto& response = written.response;
  const auto asked = preferences_of(call.request).representation;
  if (wants_representation(call)) {
    auto shown = representation(call, address, id, expand);
    // Options that can't be understood: nothing is done then. Whom a record isn't shown to gets none.
    if (shown.status >= 400 && shown.status != 404) return Written{std::move(shown), std::nullopt};
    if (shown.status == 200) response = std::move(shown);
    if (response.status == 200 && outcome.created) response.status = 201;
  }
  if (asked) add_applied(response, *asked ? "return=representation" : "return=minimal");
  response.headers.set("OData-EntityId", entity_id(call, address, id));
  if (outcome.created) response.headers.set("Location", entity_id(call, address, id));
  response.headers.set("ETag", odata::etag_of(outcome.version));
  return written;
}

Result<records::Outcome> apply(const Call& call, const model::RecordChange& change, const Condition& condition,
                               Absent absent) {
  return call.parts.records.apply(call.caller, change, condition, absent, call.now);
}

// A record, and whatever its body makes along with it.
Result<Written> create_from(const Call& call, const Address& address, const Json& body) {
  const auto new_record_id = [&call] { return new_id<RecordId>(call.parts.random, call.now); };
  auto deep = TRY(odata::read_deep_create(call.parts.schema, *address.table, body, resolve_in(call), new_record_id,
                                          kDeepRecordsMax));
  records::Outcome main;
  for (std::size_t i = 0; i < deep.changes.size(); ++i) {
    const auto condition = i == deep.main ? TRY(condition_of(call, address)) : Condition{};
    const auto outcome = TRY(apply(call, deep.changes[i], condition, i == deep.main ? Absent::create : Absent::refuse));
    if (i == deep.main) main = outcome;
  }
  // A link's id follows from its ends, whatever the body says.
  return answer(call, address, main.id, main, deep.expand);
}

Result<Written> create(const Call& call, const Address& address) {
  return create_from(call, address, TRY(body_of(call)));
}

// PUT replaces: what isn't given gets its default. What the record can't be without, what the server would choose for it (owner,
// state, currency), and pictures, which a GET doesn't give unasked, stay.
void fill_what_is_missing(const model::Table& table, model::RecordChange& change) {
  for (const auto& column : table.columns) {
    const bool stays = column.index == 0 || column.origin != model::Origin::user ||
                       column.required == model::Required::required || column.index == table.owner ||
                       column.type == model::ColumnType::image || column.index == table.state ||
                       column.index == table.status || column.index == table.currency;
    if (stays || change.find(column.index) != nullptr) continue;
    change.set(column.index, column.default_value ? model::Value(*column.default_value) : model::Value());
  }
}

// By alternate key, of a record that isn't there yet. What the body says about the key wins (Dataverse).
Result<Written> create_by_key(const Call& call, const Address& address, const Json& body) {
  const auto condition = TRY(condition_of(call, address));
  const bool must_be_there =
      condition.kind == Condition::Kind::must_exist || condition.kind == Condition::Kind::version_is;
  if (must_be_there || !address.key_value) return *address.missing;
  Json whole = body;
  const auto& column = address.table->columns[address.key_value->column];
  if (whole.find(column.name) == nullptr) whole.set(column.name, *model::text_in(address.key_value->value));
  return create_from(call, address, whole);
}

// PATCH and PUT. A record that isn't there is made (upsert).
Result<Written> update(const Call& call, const Address& address) {
  const auto body = TRY(body_of(call));
  if (!address.id) return create_by_key(call, address, body);
  auto change = TRY(odata::read_change(call.parts.schema, *address.table, body, ChangeKind::update, resolve_in(call)));
  change.id = *address.id;
  // The key in the address wins on an update (Dataverse).
  if (!address.key_name.empty()) {
    const auto* column = address.table->find_column(address.key_name.substr(0, address.key_name.find('=')));
    if (column != nullptr) change.erase(column->index);
  }
  if (call.request.method == "PUT") fill_what_is_missing(*address.table, change);
  const auto outcome = TRY(apply(call, change, TRY(condition_of(call, address)), Absent::create));
  return answer(call, address, change.id, outcome);
}

Result<Written> remove(const Call& call, const Address& address) {
  const model::RecordChange change{address.table->number, *address.id, ChangeKind::remove, {}};
  const auto outcome = TRY(apply(call, change, TRY(condition_of(call, address)), Absent::refuse));
  Written written{empty_response(), std::nullopt};
  written.response.headers.set("Satchel-Version", std::to_string(outcome.version.value));
  return written;
}

// One column of an existing record.
Result<Written> set_column(const Call& call, const Address& address, const model::Column& column, model::Value value) {
  model::RecordChange change{address.table->number, *address.id, ChangeKind::update, {}};
  change.set(column.index, std::move(value));
  change = TRY(model::prepare(call.parts.schema, std::move(change), true));
  const auto outcome = TRY(apply(call, change, TRY(condition_of(call, address)), Absent::refuse));
  Written written{empty_response(), std::nullopt};
  written.response.headers.set("ETag", odata::etag_of(outcome.version));
  return written;
}

// A picture's own bytes, rather than JSON with base64 in it.
bool holds_bytes(const Request& request) {
  const auto type = to_lower_ascii(request.headers.get("Content-Type"));
  return type.starts_with("application/octet-stream") || type.starts_with("image/");
}

// PUT contacts(ID)/jobtitle {"value":"Engineer"}, PUT contacts(ID)/entityimage (bytes), DELETE contacts(ID)/jobtitle
Result<Written> write_property(const Call& call, const Address& address, const model::Column& column) {
  if (call.request.method == "DELETE") return set_column(call, address, column, {});
  if (call.request.method != "PUT" && call.request.method != "PATCH")
    return method_not_allowed(call, "GET, HEAD, PUT, PATCH, DELETE");
  if (column.type == model::ColumnType::image && holds_bytes(call.request))
    return set_column(call, address, column, to_base64(call.request.body));
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

// ---- links -----------------------------------------------------------------------------------------------------------

// {"@odata.id": "accounts(ID)"} in a body, or $id=accounts(ID) in the address.
Result<model::Reference> linked_record(const Call& call, std::string_view url, const model::Table& table) {
  auto reference = odata::parse_record_url(call.parts.schema, url);
  if (url.starts_with('$'))
    if (const auto resolve = resolve_in(call)) reference = resolve(url.substr(1));
  if (reference && reference->table == table.number) return *reference;
  return Error{ErrorCode::bad_value,
               "@odata.id must name one of " + table.plural + ", as in \"" + table.set + "(ID)\".", "@odata.id"};
}

Result<model::Reference> record_in_body(const Call& call, const model::Table& table) {
  const auto body = TRY(body_of(call));
  auto url = body.string_at("@odata.id");
  if (url.empty()) url = body.string_at("@id");
  return linked_record(call, url, table);
}

// PUT contacts(ID)/parentcustomerid_account/$ref {"@odata.id":"accounts(ID)"}, DELETE .../$ref
Result<Written> write_link(const Call& call, const Address& address, const std::string& name) {
  const auto navigation = *address.table->find_navigation(name);
  const auto& method = call.request.method;
  if (method == "PUT" || method == "POST") {
    // ownerid leads to users and to teams.
    const auto& names = navigation.column->navigation;
    std::optional<Error> error;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != name) continue;
      const auto record = record_in_body(call, call.parts.schema.at(navigation.column->targets[i]));
      if (record) return set_column(call, address, *navigation.column, *record);
      error = record.error();
    }
    if (error) return *error;
  }
  if (method != "DELETE") return method_not_allowed(call, "GET, HEAD, PUT, DELETE");
  const auto record = TRY(call.parts.records.get(call.caller, *address.table, *address.id));
  const auto* reference = model::reference_in(record.values[navigation.column->index]);
  const bool leads_elsewhere = reference != nullptr && reference->table != navigation.target &&
                               navigation.column->navigation.front() != navigation.column->navigation.back();
  if (leads_elsewhere) return Written{empty_response(), std::nullopt};
  return set_column(call, address, *navigation.column, {});
}

// The row of a many-to-many table that links two records; nothing if they aren't linked.
Result<std::optional<RecordId>> find_link(const Call& call, const odata::Collection& collection,
                                          const model::Reference& parent, const model::Reference& record) {
  const auto equal = [](const model::Column& lookup, const model::Reference& reference) {
    return query::Filter{query::Compare{{{}, lookup.index}, query::Comparison::eq, reference}};
  };
  query::Query query;
  query.table = collection.link->number;
  query.filter = query::Filter{query::All{{equal(*collection.lookup, parent), equal(*collection.far, record)}}};
  const auto page = TRY(call.parts.records.list(call.caller, query, 1));
  return page.records.empty() ? std::nullopt : std::optional(page.records[0].id);
}

Result<Written> associate(const Call& call, const odata::Collection& collection, const model::Reference& parent,
                          const model::Reference& record) {
  model::RecordChange change{record.table, record.id, ChangeKind::update, {}};
  if (collection.link != nullptr) {
    change = {collection.link->number, {}, ChangeKind::create, {}};
    change.set(collection.far->index, record);
  }
  change.set(collection.lookup->index, parent);
  TRY(apply(call, change, {}, Absent::refuse));
  return Written{empty_response(), std::nullopt};
}

Result<Written> dissociate(const Call& call, const odata::Collection& collection, const model::Reference& parent,
                           const model::Reference& record) {
  const auto not_linked = [&] {
    return Error{ErrorCode::not_found, "The two records aren't linked by this collection.",
                 odata::record_url(call.parts.schema, record)};
  };
  if (collection.link != nullptr) {
    const auto link = TRY(find_link(call, collection, parent, record));
    if (!link) return not_linked();
    TRY(apply(call, {collection.link->number, *link, ChangeKind::remove, {}}, {}, Absent::refuse));
    return Written{empty_response(), std::nullopt};
  }
  const auto there = TRY(call.parts.records.get(call.caller, *collection.table, record.id));
  if (there.values[collection.lookup->index] != model::Value(parent)) return not_linked();
  model::RecordChange change{record.table, record.id, ChangeKind::update, {}};
  change.set(collection.lookup->index, {});
  TRY(apply(call, change, {}, Absent::refuse));
  return Written{empty_response(), std::nullopt};
}

// DELETE teams(ID)/teammembership_association(ID)/$ref, or .../$ref?$id=systemusers(ID)
Result<model::Reference> record_to_dissociate(const Call& call, const model::Table& table, std::string_view key) {
  if (!key.empty()) {
    if (const auto id = RecordId::parse(key)) return model::Reference{table.number, *id};
    return Error{ErrorCode::bad_request, "The key (" + std::string(key) + ") isn't an id.", std::string(key)};
  }
  for (const auto& [name, value] : TRY(odata::split_query_string(call.query)))
    if (equals_ignoring_case_ascii(name, "$id")) return linked_record(call, value, table);
  return Error{ErrorCode::bad_request, "Say which link is meant: .../" + table.set + "(ID)/$ref or ?$id=.", "$id"};
}

// accounts(ID)/contact_customer_accounts: POST makes a record that belongs to it; .../$ref links one that is there.
Result<Written> write_collection(const Call& call, const Address& address, const odata::Collection& collection,
                                 std::string_view key) {
  const model::Reference parent{address.table->number, *address.id};
  TRY(call.parts.records.get(call.caller, *address.table, *address.id));
  const bool is_link = address.rest.size() == 2 && address.rest[1] == "$ref";
  const auto& method = call.request.method;
  if (is_link && method == "POST" && key.empty())
    return associate(call, collection, parent, TRY(record_in_body(call, *collection.table)));
  if (is_link && method == "DELETE")
    return dissociate(call, collection, parent, TRY(record_to_dissociate(call, *collection.table, key)));
  if (is_link) return method_not_allowed(call, key.empty() ? "GET, HEAD, POST, DELETE" : "GET, HEAD, DELETE");
  if (address.rest.size() > 1 || !key.empty())
    return Error{ErrorCode::not_implemented,
                 "Records are changed at their own address, " + collection.table->set + "(ID)."};
  if (method != "POST") return method_not_allowed(call, "GET, HEAD, POST");
  auto body = TRY(body_of(call));
  Address made;
  made.table = collection.table;
  if (collection.link != nullptr) {
    auto written = TRY(create_from(call, made, body));
    TRY(associate(call, collection, parent, *written.record));
    return written;
  }
  body.set(std::string(odata::partner_of(collection, parent.table)) + "@odata.bind",
           "/" + odata::record_url(call.parts.schema, parent));
  return create_from(call, made, body);
}

Result<Written> write_below(const Call& call, const Address& address) {
  const auto& segment = address.rest[0];
  const auto open = segment.find('(');
  const auto name = segment.substr(0, open);
  const auto key = open == std::string::npos ? std::string() : segment.substr(open + 1, segment.size() - open - 2);
  const bool is_link = address.rest.size() == 2 && address.rest[1] == "$ref";
  const auto navigation = address.table->find_navigation(name);
  if (is_link && navigation && key.empty()) return write_link(call, address, name);
  const auto* column = address.table->find_column(name);
  if (address.rest.size() == 1 && column != nullptr && column->index != 0 && open == std::string::npos)
    return write_property(call, address, *column);
  if (!navigation)
    if (const auto collection = odata::find_collection(call.parts.schema, *address.table, name))
      return write_collection(call, address, *collection, key);
  if (navigation)
    return Error{ErrorCode::not_implemented,
                 "A record is changed at its own address; only .../" + name + "/$ref can be written.", name};
  if (column != nullptr || name.starts_with('$') || name.starts_with("Microsoft.Dynamics.CRM."))
    return Error{ErrorCode::not_implemented, "Nothing can be written to " + std::string(call.path) + ".", name};
  return Error{ErrorCode::unknown_column,
               "A " + address.table->label + " has no property '" + name + "' that can be written.", name};
}

Result<Written> write(const Call& call) {
  const auto& method = call.request.method;
  if (function_named(call.path) != Function::none) return method_not_allowed(call, "GET, HEAD");
  const auto address = TRY(parse_address(call));
  if (address.table->is_derived)
    return Error{ErrorCode::forbidden, address.table->plural + " are made from their activities; change those.",
                 address.table->set};
  if (address.missing && (!address.rest.empty() || method == "DELETE")) return *address.missing;
  if (!address.rest.empty() && address.id) return write_below(call, address);
  if (!address.rest.empty() && address.rest[0] == "$count") return method_not_allowed(call, "GET, HEAD");
  if (!address.rest.empty()) return Error{ErrorCode::not_found, "There's nothing at " + std::string(call.path) + "."};
  if (!address.id && !address.missing) {
    if (method == "POST") return create(call, address);
    return method_not_allowed(call, "GET, HEAD, POST");
  }
  if (method == "PATCH" || method == "PUT") return update(call, address);
  if (method == "DELETE") return remove(call, address);
  return method_not_allowed(call, "GET, HEAD, PATCH, PUT, DELETE");
}

}  // namespace

bool is_write(const Request& request) {
  return request.method == "POST" || request.method == "PATCH" || request.method == "PUT" || request.method == "DELETE";
}

Written write_data(const Call& call) {
  auto written = write(call);
  if (written) return std::move(*written);
  return {error_response(written.error()), std::nullopt};
}

}  // namespace satchel::server::service
