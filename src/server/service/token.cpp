// SPDX-License-Identifier: Apache-2.0
//
// POST /oauth2/token: sign-in and refresh (RFC 6749, sections 4.3, 6 and 5; docs/protocol.md).
//
//   grant_type=password&username=east1%40demo&password=satchel-demo&client_id=cli
//   -> {"access_token":"...","refresh_token":"...","expires_in":3600,"refresh_expires_in":7776000,"token_type":"Bearer",
//       "user_id":"0190...","organization_id":"0190...","business_unit_id":"0190...","full_name":"Elena Marković"}
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "server/service/internal/context.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

constexpr OrganizationNumber kOrganization{1};

// RFC 6749, section 5.2.
struct Refusal {
  std::string code;
  std::string description;
  int status = 400;
  std::string retry_after = {};
};

Refusal invalid_request(std::string description) { return {"invalid_request", std::move(description)}; }

Response json_answer(int status, const Json& body) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Pragma", "no-cache");
  response.body = body.dump();
  return response;
}

Response refuse(const Refusal& refusal) {
  auto response = json_answer(refusal.status,
                              Json(Json::Object{{"error", refusal.code}, {"error_description", refusal.description}}));
  if (!refusal.retry_after.empty()) response.headers.set("Retry-After", refusal.retry_after);
  return response;
}

// ---- the form ------------------------------------------------------------------------------------------------------

using Form = std::vector<std::pair<std::string, std::string>>;

// Plus for blank and percent escapes (URL Standard, application/x-www-form-urlencoded).
std::optional<std::string> decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = percent_decode(spaced);
  return decoded && is_utf8(*decoded) ? std::move(decoded) : std::nullopt;
}

// A field without a value counts as left out, and none may come twice (RFC 6749, section 3.2).
std::optional<Refusal> read_form(std::string_view body, Form& form) {
  for (const auto field : split(body, '&')) {
    if (field.empty()) continue;
    if (form.size() == kTokenFieldsMax) return invalid_request("The request has too many fields.");
    const auto equals = field.find('=');
    auto name = decode(field.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::optional(std::string()) : decode(field.substr(equals + 1));
    if (!name || !value) return invalid_request("A field of the request isn't well-formed percent-encoded UTF-8.");
    const bool doubled = std::any_of(form.begin(), form.end(), [&](const auto& seen) { return seen.first == *name; });
    if (doubled) return invalid_request("The field " + *name + " comes twice.");
    form.emplace_back(std::move(*name), std::move(*value));
  }
  return std::nullopt;
}

std::string_view field_of(const Form& form, std::string_view name) {
  for (const auto& [field, value] : form)
    if (field == name) return value;
  return {};
}

std::optional<Refusal> missing(const Form& form, std::initializer_list<std::string_view> names) {
  std::string list;
  for (const auto name : names)
    if (field_of(form, name).empty()) list += (list.empty() ? "" : ", ") + std::string(name);
  if (list.empty()) return std::nullopt;
  return invalid_request("Missing: " + list + ".");
}

std::optional<Refusal> read_request(const Request& request, Form& form) {
  const auto type = to_lower_ascii(
      trim(request.headers.get("Content-Type").substr(0, request.headers.get("Content-Type").find(';'))));
  if (!type.empty() && type != "application/x-www-form-urlencoded")
    return invalid_request("The request must be application/x-www-form-urlencoded, not " + type + ".");
  if (request.body.size() > kTokenBodyBytesMax) {
    auto refusal = invalid_request("The request is longer than " + std::to_string(kTokenBodyBytesMax) + " bytes.");
    refusal.status = 413;
    return refusal;
  }
  return read_form(request.body, form);
}

// ---- the answer ----------------------------------------------------------------------------------------------------

// What Sessions said, in the words of RFC 6749. It has no word for "too often"; section 4.1.2.1 has this one.
Refusal refusal_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::wrong_password:
    case ErrorCode::unauthorized: return {"invalid_grant", error.message};
    case ErrorCode::bad_request:
    case ErrorCode::bad_value:
    case ErrorCode::too_large: return invalid_request(error.message);
    case ErrorCode::wiped: return {"wiped", error.message, http_status_of(error.code)};
    case ErrorCode::too_many_requests: return {"temporarily_unavailable", error.message, 429, error.target};
    default: return {"server_error", error.message, http_status_of(error.code)};
  }
}

Result<Json> answer_of(const Parts& parts, const access::Tokens& tokens) {
  const auto& table = *parts.schema.find("systemuser");
  const auto user = TRY(parts.records.get(access::system_caller(kOrganization, tokens.user), table, tokens.user));
  const auto* unit = model::reference_in(user.values[table.find_column("businessunitid")->index]);
  const auto* name = model::text_in(user.values[table.find_column("fullname")->index]);
  Json body = Json::object();
  body.set("token_type", "Bearer");
  body.set("access_token", tokens.access_token);
  body.set("expires_in", tokens.access_life.milliseconds / 1000);
  body.set("refresh_token", tokens.refresh_token);
  body.set("refresh_expires_in", tokens.refresh_life.milliseconds / 1000);
  body.set("user_id", tokens.user.to_string());
  body.set("organization_id", organization_id(parts).to_string());
  body.set("business_unit_id", unit != nullptr ? Json(unit->id.to_string()) : Json());
  body.set("full_name", name != nullptr ? Json(*name) : Json());
  return body;
}

Result<access::Tokens> grant(const Parts& parts, const Request& request, const Form& form,
                             std::optional<DeviceId> device, Instant now) {
  if (field_of(form, "grant_type") == "refresh_token")
    return parts.sessions.refresh(field_of(form, "refresh_token"), device, now);
  return parts.sessions.sign_in({std::string(field_of(form, "username")), std::string(field_of(form, "password")),
                                 std::string(field_of(form, "client_id")), device, request.peer},
                                now);
}

std::optional<Refusal> check_fields(const Form& form) {
  if (auto refusal = missing(form, {"grant_type"})) return refusal;
  const auto kind = field_of(form, "grant_type");
  if (kind == "password") return missing(form, {"username", "password", "client_id"});
  if (kind == "refresh_token") return missing(form, {"refresh_token"});
  return Refusal{"unsupported_grant_type", "Grant types here are password and refresh_token."};
}

Response refuse_for(const Parts& parts, const Error& error) {
  const auto refusal = refusal_of(error);
  if (refusal.status >= 500) parts.log.write(LogLevel::error, "service", error.message);
  auto response = refuse(refusal);
  if (error.code == ErrorCode::wiped) tell_escrow(parts, response);
  return response;
}

Result<Json> signed_in(const Parts& parts, const Request& request, const Form& form, std::optional<DeviceId> device,
                       Instant now) {
  return answer_of(parts, TRY(grant(parts, request, form, device, now)));
}

// The form of a POST, or why there's none. `otherwise`: the sentence for another method.
std::optional<Response> read_post(const Request& request, std::string_view otherwise, Form& form) {
  if (request.method != "POST") {
    auto response = refuse({"invalid_request", std::string(otherwise), 405});
    response.headers.set("Allow", "POST");
    return response;
  }
  if (const auto refusal = read_request(request, form)) return refuse(*refusal);
  return std::nullopt;
}

}  // namespace

Response token(const Parts& parts, const Request& request, Instant now) {
  Form form;
  if (auto refusal = read_post(request, "Ask for a token with POST.", form)) return std::move(*refusal);
  if (const auto refusal = check_fields(form)) return refuse(*refusal);
  const auto device_text = field_of(form, "device_id");
  const auto device = DeviceId::parse(device_text);
  if (!device_text.empty() && !device) return refuse(invalid_request("The field device_id must be a UUID."));

  const auto answer = signed_in(parts, request, form, device, now);
  if (!answer) return refuse_for(parts, answer.error());
  auto response = json_answer(200, *answer);
  tell_escrow(parts, response);
  return response;
}

namespace {

// The tokens are good for this alone, so it's told by the header: the body is what the device hadn't sent.
Response wiped_with_copy(const Parts& parts, const Request& request, Instant now) {
  const auto device = parts.sessions.report_wiped(request.headers.get("Satchel-Refresh-Token"), now);
  if (!device) return refuse_for(parts, device.error());
  auto answer = Json(Json::Object{{"ok", true}, {"kept", false}});
  if (!keeps_escrow(parts) || request.body.empty()) return json_answer(200, answer);
  // The device has nothing any more: what can't be kept mustn't undo that it was wiped.
  const auto kept = is_utf8(request.body) ? parts.escrow.keep(device->user, device->device, request.body, now)
                                          : Result<void>(Error{ErrorCode::bad_value, "The copy isn't UTF-8 text."});
  if (!kept)
    parts.log.write(LogLevel::error, "service", "A wiped device's unsent work wasn't kept: " + kept.error().message);
  answer.set("kept", kept.ok());
  return json_answer(200, answer);
}

}  // namespace

// POST /oauth2/wiped: refresh_token=… of a device that has removed its store (S6); with JSON lines as the body, its unsent work (D3).
Response wiped(const Parts& parts, const Request& request, Instant now) {
  const auto type = request.headers.get("Content-Type");
  if (request.method == "POST" && type.starts_with("application/x-ndjson")) return wiped_with_copy(parts, request, now);
  Form form;
  if (auto refusal = read_post(request, "Report a removed store with POST.", form)) return std::move(*refusal);
  if (const auto refusal = missing(form, {"refresh_token"})) return refuse(*refusal);
  const auto noted = parts.sessions.report_wiped(field_of(form, "refresh_token"), now);
  return noted ? json_answer(200, Json(Json::Object{{"ok", true}})) : refuse_for(parts, noted.error());
}

}  // namespace satchel::server::service
