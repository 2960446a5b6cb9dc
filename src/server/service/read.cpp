// SPDX-License-Identifier: Apache-2.0
//
// Reads of the Web API: lists with next links, single records, properties, links, WhoAmI.
#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "odata/parse_query.h"
#include "odata/record_json.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

constexpr std::int64_t kPageRowsMax = 5000;  // as Dataverse

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

odata::Annotations annotations_of(const Preferences& preferences) {
  return preferences.annotations ? odata::Annotations::all : odata::Annotations::none;
}

void apply_preferences(Response& response, const Preferences& preferences) {
  if (preferences.annotations) response.headers.add("Preference-Applied", "odata.include-annotations=\"*\"");
  if (preferences.page_size)
    response.headers.add("Preference-Applied", "odata.maxpagesize=" + std::to_string(*preferences.page_size));
}

// A record with the records that its expanded lookups name.
Result<void> write_with_expansions(std::string& out, const Call& call, const model::Record& record,
                                   const odata::QueryOptions& options, odata::Annotations annotations) {
  const auto start = out.size();
  odata::write_record(out, call.parts.schema, record, options.query.select, annotations, name_of(call));
  for (const auto& expand : options.expand) {
    out.pop_back();  // the closing brace
    out += out.size() > start + 1 ? ",\"" : "\"";
    out += expand.navigation + "\":";
    const auto* reference = model::reference_in(record.values[expand.lookup]);
    const auto* target = call.parts.schema.find(expand.target);
    const auto found = reference != nullptr && reference->table == expand.target
                           ? call.parts.records.get(call.caller, *target, reference->id)
                           : Result<model::Record>(Error{ErrorCode::not_found, "Nothing is linked."});
    if (found) odata::write_record(out, call.parts.schema, *found, expand.select, annotations, name_of(call));
    else out += "null";
    out += '}';
  }
  return {};
}

// ---- next links: where the page ended, opaque to clients -------------------------------------------------------------------

std::string write_skip_token(const query::Position& position, std::int64_t page_size) {
  ByteWriter writer;
  writer.u8(1);
  writer.varint(static_cast<std::uint64_t>(page_size));
  writer.varint(position.values.size());
  for (const auto& value : position.values) {
    writer.u8(static_cast<std::uint8_t>(value.index()));
    if (const auto* number = model::integer_in(value)) writer.zigzag(*number);
    if (const auto* text = model::text_in(value)) writer.text(*text);
    if (const auto* reference = model::reference_in(value)) {
      writer.zigzag(reference->table.value);
      writer.raw(reference->id.view());
    }
  }
  writer.raw(position.id.view());
  return to_base64url(writer.bytes());
}

struct SkipToken {
  query::Position position;
  std::int64_t page_size = 0;
};

Result<SkipToken> read_skip_token(std::string_view text, std::size_t orders) {
  const Error bad{ErrorCode::bad_cursor, "The $skiptoken isn't one of this server's. Use the next link as it came."};
  const auto bytes = from_base64url(text);
  if (!bytes) return bad;
  ByteReader reader(*bytes);
  SkipToken token;
  if (reader.u8() != 1) return bad;
  token.page_size = static_cast<std::int64_t>(reader.varint());
  const auto count = reader.varint();
  if (count != orders || token.page_size < 1 || token.page_size > kPageRowsMax) return bad;
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    switch (reader.u8()) {
      case 0: token.position.values.emplace_back(); break;
      case 1: token.position.values.emplace_back(reader.zigzag()); break;
      case 2: token.position.values.emplace_back(std::string(reader.text())); break;
      case 3: {
        const auto table = TableNumber(static_cast<std::int32_t>(reader.zigzag()));
        const auto id = RecordId::from_bytes(reader.raw(16));
        if (!id) return bad;
        token.position.values.emplace_back(model::Reference{table, *id});
        break;
      }
      default: return bad;
    }
  }
  const auto id = RecordId::from_bytes(reader.raw(16));
  if (!id || reader.failed() || !reader.at_end()) return bad;
  token.position.id = *id;
  return token;
}

// The options of the first request, with a new $skiptoken.
std::string next_link(const Call& call, const model::Table& table, const query::Position& position,
                      std::int64_t page_size) {
  std::string link = call.root + table.set + "?";
  for (const auto option : split(call.query, '&')) {
    const auto name = percent_decode(option.substr(0, option.find('=')));
    if (option.empty() || !name || *name == "$skiptoken") continue;
    link += std::string(option) + "&";
  }
  return link + "$skiptoken=" + write_skip_token(position, page_size);
}

Result<Response> list(const Call& call, const model::Table& table) {
  auto options = TRY(odata::parse_query_string(call.parts.schema, table, call.query, query_context(call)));
  if (options.delta_token)
    return Error{ErrorCode::not_implemented, "Delta links aren't offered yet; devices sync through /api/sync/v1/pull."};
  const auto preferences = preferences_of(call.request);
  auto page_size = std::min(preferences.page_size.value_or(kPageRowsMax), kPageRowsMax);
  auto& query = options.query;
  if (options.skip_token) {
    auto token = TRY(read_skip_token(*options.skip_token, query.order.size()));
    page_size = token.page_size;
    query.after = std::move(token.position);
  }
  const auto top = query.top;
  if (top && *top < page_size) page_size = *top;
  const auto page = page_size == 0 && !query.count
                        ? records::ListPage{}
                        : TRY(call.parts.records.list(call.caller, query, static_cast<std::size_t>(page_size)));
  std::string body = "{\"@odata.context\":\"" + call.root + "$metadata#" + table.set + "\"";
  if (page.count) body += ",\"@odata.count\":" + std::to_string(*page.count);
  body += ",\"value\":[";
  for (std::size_t i = 0; i < page.records.size(); ++i) {
    if (i > 0) body += ',';
    TRY(write_with_expansions(body, call, page.records[i], options, annotations_of(preferences)));
  }
  body += ']';
  if (page.next && page_size > 0 && !(top && *top <= page_size)) {
    body += ",\"@odata.nextLink\":";
    append_json_string(body, next_link(call, table, *page.next, page_size));
  }
  auto response = json_response(200, body + "}");
  apply_preferences(response, preferences);
  return response;
}

Result<Response> count(const Call& call, const model::Table& table) {
  auto options = TRY(odata::parse_query_string(call.parts.schema, table, call.query, query_context(call)));
  options.query.count = true;
  const auto page = TRY(call.parts.records.list(call.caller, options.query, 1));
  Response response;
  response.headers.set("Content-Type", "text/plain");
  response.body = std::to_string(page.count.value_or(0));
  return response;
}

// RFC 9110, section 13.1.2. "null" is what Dataverse's clients send for no condition.
bool is_not_modified(const Call& call, const model::Record& record, const odata::QueryOptions& options,
                     const Preferences& preferences) {
  if (!options.expand.empty() || preferences.annotations) return false;
  const auto condition = call.request.headers.get("If-None-Match");
  const auto version = odata::parse_etag(condition);
  return condition == "*" || (version && *version == record.version);
}

Result<Response> single(const Call& call, const model::Table& table, const model::Record& record) {
  const auto options = TRY(odata::parse_query_string(call.parts.schema, table, call.query, query_context(call)));
  const auto preferences = preferences_of(call.request);
  const auto etag = odata::etag_of(record.version);
  if (is_not_modified(call, record, options, preferences)) {
    auto response = empty_response(304);
    response.headers.set("ETag", etag);
    return response;
  }
  std::string object;
  TRY(write_with_expansions(object, call, record, options, annotations_of(preferences)));
  std::string body = "{\"@odata.context\":\"" + call.root + "$metadata#" + table.set + "/$entity\"," + object.substr(1);
  auto response = json_response(200, std::move(body));
  response.headers.set("ETag", etag);
  apply_preferences(response, preferences);
  return response;
}

// contacts(ID)/fullname, contacts(ID)/fullname/$value
Result<Response> property(const Call& call, const model::Table& table, const model::Record& record,
                          const model::Column& column, bool raw) {
  std::string object;
  const model::ColumnIndex select[] = {column.index};
  odata::write_record(object, call.parts.schema, record, select, odata::Annotations::none, name_of(call));
  const auto json = TRY(Json::parse(object));
  const auto name = column.type == model::ColumnType::lookup ? "_" + column.name + "_value" : column.name;
  const auto* value = column.index == 0 ? json.find(table.id_column().name) : json.find(name);
  if (value == nullptr || value->is_null()) return empty_response(204);
  if (raw) {
    Response response;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = value->is_string() ? *value->as_string() : value->dump();
    return response;
  }
  return json_response(200, "{\"@odata.context\":\"" + call.root + "$metadata#" + table.set + "(" +
                                record.id.to_string() + ")/" + name + "\",\"value\":" + value->dump() + "}");
}

// contacts(ID)/parentcustomerid_account, .../$ref
Result<Response> related(const Call& call, const model::Record& record,
                         const model::Table::NavigationTarget& navigation, bool is_link) {
  const auto* reference = model::reference_in(record.values[navigation.column->index]);
  if (reference == nullptr || reference->table != navigation.target) return empty_response(204);
  const auto& target = call.parts.schema.at(navigation.target);
  const auto found = TRY(call.parts.records.get(call.caller, target, reference->id));
  if (!is_link) return single(call, target, found);
  return json_response(200, "{\"@odata.context\":\"" + call.root + "$metadata#$ref\",\"@odata.id\":\"" + call.root +
                                odata::record_url(call.parts.schema, *reference) + "\"}");
}

Response who_am_i(const Call& call) {
  auto body = Json::object();
  body.set("@odata.context", call.root + "$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse");
  body.set("BusinessUnitId", call.caller.business_unit.to_string());
  body.set("UserId", call.caller.user.to_string());
  body.set("OrganizationId", organization_id(call.parts).to_string());
  return json_response(200, body.dump());
}

Result<Response> read(const Call& call) {
  if (call.request.method != "GET" && call.request.method != "HEAD")
    return Error{ErrorCode::method_not_allowed,
                 call.request.method + " isn't allowed here. Allowed: GET, POST, PATCH, DELETE.",
                 "GET, POST, PATCH, DELETE"};
  if (call.path == "WhoAmI" || call.path == "WhoAmI()" || call.path == "Microsoft.Dynamics.CRM.WhoAmI()")
    return who_am_i(call);
  const auto address = TRY(parse_address(call));
  const auto& table = *address.table;
  if (!address.id) {
    if (address.rest.empty()) return list(call, table);
    if (address.rest.size() == 1 && address.rest[0] == "$count") return count(call, table);
    return Error{ErrorCode::not_found, "There's nothing at " + std::string(call.path) + "."};
  }
  const auto record = TRY(call.parts.records.get(call.caller, table, *address.id));
  if (address.rest.empty()) return single(call, table, record);
  const auto& name = address.rest[0];
  const bool is_link = address.rest.size() == 2 && address.rest[1] == "$ref";
  const bool is_raw = address.rest.size() == 2 && address.rest[1] == "$value";
  if (address.rest.size() <= (is_link || is_raw ? 2U : 1U)) {
    if (const auto navigation = table.find_navigation(name); navigation && !is_raw)
      return related(call, record, *navigation, is_link);
    const auto* column = table.find_column(name);
    if (column == nullptr) column = table.find_lookup_value(name);
    if (column != nullptr && !is_link) return property(call, table, record, *column, is_raw);
  }
  return Error{ErrorCode::unknown_column, "A " + table.label + " has no property '" + name + "'.", name};
}

}  // namespace

Response read_data(const Call& call) {
  auto response = read(call);
  if (response) return std::move(*response);
  auto answer = error_response(response.error());
  if (response.error().code == ErrorCode::method_not_allowed) answer.headers.set("Allow", response.error().target);
  return answer;
}

}  // namespace satchel::server::service
