// SPDX-License-Identifier: Apache-2.0
//
// Errors as bodies, both ways (error_body and read_error of odata/record_json.h).
#include "odata/record_json.h"

namespace satchel::odata {

namespace {

// An annotation, for OData knows no rules: clients that don't either pass it by.
constexpr std::string_view kRule = "@Satchel.Rule";

// For codes that aren't ours, such as Dataverse's "0x80040217".
ErrorCode code_of_status(int status) {
  switch (status) {
    case 401: return ErrorCode::unauthorized;
    case 403: return ErrorCode::forbidden;
    case 404: return ErrorCode::not_found;
    case 405: return ErrorCode::method_not_allowed;
    case 409:
    case 412: return ErrorCode::version_conflict;
    case 410: return ErrorCode::deleted;
    case 413: return ErrorCode::too_large;
    case 424: return ErrorCode::failed_dependency;
    case 426: return ErrorCode::update_required;
    case 429: return ErrorCode::too_many_requests;
    case 501: return ErrorCode::not_implemented;
    default: break;
  }
  if (status >= 500) return ErrorCode::server_error;
  return status >= 400 ? ErrorCode::bad_request : ErrorCode::unexpected_answer;
}

// A proxy that can't reach the server says so in 5xx; one that slows us down says 429. Any other is a portal's page.
Error stranger_error(int status) {
  const std::string number = std::to_string(status);
  if (status >= 500 || status == 429) {
    return {ErrorCode::server_error, "The server can't answer at the moment (status " + number + ")."};
  }
  return {ErrorCode::unexpected_answer, "What answered isn't a Satchel server (status " + number +
                                            "). Perhaps a sign-in page of the network stands between."};
}

}  // namespace

std::string error_body(const Error& error) {
  const auto code = name_of(error.code);
  Json inner = Json::object();
  inner.set("code", code);
  inner.set("message", error.message.empty() ? std::string(code) : error.message);
  if (!error.target.empty()) inner.set("target", error.target);
  if (!error.rule.empty()) inner.set(kRule, error.rule);
  Json body = Json::object();
  body.set("error", std::move(inner));
  return body.dump();
}

Error read_error(int status, std::string_view body) {
  const auto json = Json::parse(body);
  const Json* inner = json.ok() ? json->find("error") : nullptr;
  const auto code = inner ? inner->string_at("code") : std::string_view();
  const auto message = inner ? inner->string_at("message") : std::string_view();
  if (message.empty()) return stranger_error(status);
  return {.code = error_code_named(code).value_or(code_of_status(status)),
          .message = std::string(message),
          .target = std::string(inner->string_at("target")),
          .rule = std::string(inner->string_at(kRule))};
}

}  // namespace satchel::odata
