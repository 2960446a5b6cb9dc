// SPDX-License-Identifier: Apache-2.0
//
// The feed's addresses: pull and ranges (docs/protocol.md).
#include <charconv>

#include "base/bytes.h"
#include "base/text.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

std::string hex64(std::uint64_t number) {
  char digits[17];
  const auto end = std::to_chars(digits, digits + 16, number, 16);
  return std::string(digits, end.ptr);
}

Result<DeviceId> bound_device(const Call& call) {
  if (!call.caller.device)
    return Error{ErrorCode::unauthorized, "This sign-in isn't bound to a device. Sign in again with a device_id."};
  return *call.caller.device;
}

Result<odata::NamedRow> named_row(const Call& call, const Json& json) {
  const auto* parts = json.as_array();
  const bool is_shaped = parts != nullptr && parts->size() == 3 && (*parts)[0].is_string() && (*parts)[1].is_string() &&
                         (*parts)[2].is_integer();
  const auto* table = is_shaped ? call.parts.schema.find_set(*(*parts)[0].as_string()) : nullptr;
  const auto id = is_shaped ? RecordId::parse(*(*parts)[1].as_string()) : std::nullopt;
  if (table == nullptr || !id)
    return Error{ErrorCode::bad_request, "Each of \"named\" must be [set, id, version].", "named"};
  return odata::NamedRow{table->number, *id, Seq(*(*parts)[2].as_integer())};
}

Result<records::PullRequest> read_pull(const Call& call, const DeviceHeaders& headers) {
  records::PullRequest pull;
  pull.device = TRY(bound_device(call));
  pull.seen = headers.cut;
  const auto body = TRY(Json::parse(call.request.body));
  if (!body.is_object()) return Error{ErrorCode::bad_json, "The body must be a JSON object."};
  pull.cursor = std::string(body.string_at("cursor"));
  const auto rows_max = body.integer_at("rows_max");
  if (rows_max < 0) return Error{ErrorCode::bad_value, "rows_max can't be negative.", "rows_max"};
  pull.rows_max = static_cast<std::size_t>(rows_max);
  pull.skip_load = body.bool_at("skip_load");
  const auto watch = body.integer_at("watch");
  if (watch < 0) return Error{ErrorCode::bad_value, "watch can't be negative.", "watch"};
  pull.watch = static_cast<std::size_t>(watch);
  if (const auto* named = body.find("named"); named != nullptr && named->is_array()) {
    if (named->as_array()->size() > odata::kNamedRowsMax)
      return Error{ErrorCode::too_large,
                   "At most " + std::to_string(odata::kNamedRowsMax) + " rows may be named in one pull.", "named"};
    for (const auto& row : *named->as_array()) pull.named.push_back(TRY(named_row(call, row)));
  }
  return pull;
}

Result<Response> pull_page(const Call& call) {
  if (call.request.method != "POST") return Error{ErrorCode::method_not_allowed, "A pull is sent with POST.", "POST"};
  const auto headers = TRY(read_device_headers(call));
  const auto request = TRY(read_pull(call, headers));
  Response response;
  response.headers.set("Content-Type", "application/vnd.satchel.feed");
  response.body = TRY(call.parts.records.pull_page(call.caller, request, call.now));
  return response;
}

Result<std::optional<RecordId>> optional_id(const Json& body, std::string_view name) {
  const auto* member = body.find(name);
  if (member == nullptr || member->is_null()) return std::optional<RecordId>();
  const auto id = member->is_string() ? RecordId::parse(*member->as_string()) : std::nullopt;
  if (!id)
    return Error{ErrorCode::bad_value, "\"" + std::string(name) + "\" must be an id or null.", std::string(name)};
  return id;
}

Result<Response> compare_ranges(const Call& call) {
  if (call.request.method != "POST")
    return Error{ErrorCode::method_not_allowed, "Ranges are asked for with POST.", "POST"};
  TRY(read_device_headers(call));
  const auto body = TRY(Json::parse(call.request.body));
  const records::RangeRequest request{ScopeNumber(body.integer_at("scope")), TRY(optional_id(body, "from")),
                                      TRY(optional_id(body, "until"))};
  const auto answer = TRY(call.parts.records.ranges(call.caller, request));
  auto json = Json::object();
  json.set("head", answer.head.value);
  if (answer.buckets.empty()) {
    auto rows = Json::array();
    for (const auto& row : answer.rows) rows.push_back(Json::Array{row.id.to_string(), row.version.value});
    json.set("rows", std::move(rows));
  } else {
    auto buckets = Json::array();
    for (const auto& bucket : answer.buckets)
      buckets.push_back(Json::Array{bucket.from.to_string(), bucket.count, hex64(bucket.sum)});
    json.set("buckets", std::move(buckets));
  }
  return json_response(200, json.dump());
}

// A server that was restored forgot the newest marks too: it may be that, and not the device's store.
Result<void> check_mark(const Call& call, DeviceId device, std::string_view mark) {
  const auto known = call.parts.sessions.check_mark(call.caller.user, device, mark);
  if (known) return {};
  auto error = known.error();
  if (error.code == ErrorCode::store_unknown) error.target = TRY(call.parts.records.lost_commits());
  return error;
}

bool is_mark(std::string_view text) { return text.size() == 16 && from_hex(text).has_value(); }

}  // namespace

Response pull(const Call& call) {
  auto response = pull_page(call);
  return response ? std::move(*response) : error_response(response.error());
}

Response ranges(const Call& call) {
  auto response = compare_ranges(call);
  return response ? std::move(*response) : error_response(response.error());
}

Result<DeviceHeaders> read_device_headers(const Call& call) {
  const auto& fields = call.request.headers;
  DeviceHeaders headers;
  if (!fields.has("Satchel-Wire") && !fields.has("Satchel-Device")) return headers;
  const auto wire = fields.get("Satchel-Wire");
  int version = 0;
  std::from_chars(wire.data(), wire.data() + wire.size(), version);
  if (version > odata::kWireVersion)
    return Error{ErrorCode::update_required,
                 "This app is newer than the server. Ask your administrator to update the server; what waits on the "
                 "device stays there and is sent afterwards.",
                 "Satchel-Wire"};
  if (version < odata::kWireVersionMin)
    return Error{ErrorCode::update_required,
                 "This version of the app is too old for the server. Update the app; what waits on the device stays "
                 "there and is sent afterwards.",
                 "Satchel-Wire"};
  headers.device = DeviceId::parse(fields.get("Satchel-Device"));
  if (!headers.device || headers.device != call.caller.device)
    return Error{ErrorCode::unauthorized, "This token belongs to another device. Sign in again.", "Satchel-Device"};
  if (const auto cut = fields.get("Satchel-Cut"); !cut.empty()) {
    headers.cut = Cut::parse(cut);
    if (!headers.cut)
      return Error{ErrorCode::bad_request, "Satchel-Cut holds no cut: " + std::string(cut) + ".", "Satchel-Cut"};
    TRY(call.parts.records.check_cut(*headers.cut));
  }
  if (const auto marks = fields.get("Satchel-Mark"); !marks.empty()) {
    const auto semicolon = marks.find(';');
    headers.mark = std::string(marks.substr(0, semicolon));
    if (semicolon != std::string_view::npos) headers.next_mark = std::string(marks.substr(semicolon + 1));
    if (!is_mark(headers.mark) || (!headers.next_mark.empty() && !is_mark(headers.next_mark)))
      return Error{ErrorCode::bad_request,
                   "Satchel-Mark must be 16 hexadecimal digits, or two times that with a semicolon between.",
                   "Satchel-Mark"};
    TRY(check_mark(call, *headers.device, headers.mark));
  }
  return headers;
}

Result<void> move_mark(const Call& call, const DeviceHeaders& headers) {
  if (!headers.device || headers.next_mark.empty()) return {};
  return call.parts.sessions.move_mark(call.caller.user, *headers.device, headers.mark, headers.next_mark);
}

}  // namespace satchel::server::service
