// SPDX-License-Identifier: Apache-2.0
#include "bench/web_api.h"

#include "base/text.h"
#include "bench/server_side.h"
#include "odata/feed.h"
#include "odata/record_json.h"

namespace satchel::bench {

Request token_request(const std::string& user, const std::optional<DeviceId>& device) {
  Request request;
  request.method = "POST";
  request.target = "/oauth2/token";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = "grant_type=password&client_id=bench&username=" + user + "&password=" + kPassword;
  if (device) request.body += "&device_id=" + device->to_string();
  return request;
}

Result<std::string> token_in(const Response& response) {
  if (response.status != 200) return odata::read_error(response.status, response.body);
  const auto json = TRY(Json::parse(response.body));
  return std::string(json.string_at("access_token"));
}

Request pull_request(const std::string& token, const DeviceId& device, const std::string& cursor,
                     std::int64_t rows_max) {
  Request request;
  request.method = "POST";
  request.target = "/api/sync/v1/pull";
  request.headers = {{"Authorization", "Bearer " + token},
                     {"Content-Type", "application/json"},
                     {"Satchel-Wire", std::to_string(odata::kWireVersion)},
                     {"Satchel-Schema", std::to_string(model::Schema::standard().number())},
                     {"Satchel-Device", device.to_string()}};
  auto body = Json::object();
  body.set("cursor", cursor.empty() ? Json(nullptr) : Json(cursor));
  body.set("rows_max", rows_max);
  request.body = body.dump();
  return request;
}

Result<WebApi> WebApi::sign_in(const std::string& url, const std::string& user, const std::optional<DeviceId>& device) {
  auto http = TRY(edge::net::HttpClient::create({.url = url}));
  auto token = TRY(token_in(TRY(http->send(token_request(user, device)))));
  return WebApi(std::move(http), std::move(token));
}

Result<WebApi> WebApi::with_token(const std::string& url, std::string token) {
  return WebApi(TRY(edge::net::HttpClient::create({.url = url})), std::move(token));
}

Result<Response> WebApi::ask(std::string method, std::string target, std::string body, Headers headers) {
  Request request;
  request.method = std::move(method);
  request.target = "/api/data/v9.2/" + std::move(target);
  request.headers = std::move(headers);
  request.headers.set("Authorization", "Bearer " + token_);
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = TRY(http_->send(request));
  if (response.status >= 300) return odata::read_error(response.status, response.body);
  return response;
}

Result<std::vector<RecordId>> WebApi::contacts(std::size_t rows_max) {
  const auto response = TRY(ask(
      "GET", "contacts?$select=contactid&$filter=_parentcustomerid_value%20ne%20null&$top=" + std::to_string(rows_max),
      ""));
  const auto json = TRY(Json::parse(response.body));
  std::vector<RecordId> ids;
  if (const auto* rows = json.find("value"); rows != nullptr && rows->is_array())
    for (const auto& row : *rows->as_array())
      if (const auto id = RecordId::parse(row.string_at("contactid"))) ids.push_back(*id);
  return ids;
}

Result<void> WebApi::change_job(RecordId contact, const std::string& job) {
  auto body = Json::object();
  body.set("jobtitle", job);
  TRY(ask("PATCH", "contacts(" + contact.to_string() + ")", body.dump(), {{"If-Match", "*"}}));
  return {};
}

Result<std::string> WebApi::pull(const DeviceId& device, const std::string& cursor, std::int64_t rows_max) {
  auto response = TRY(http_->send(pull_request(token_, device, cursor, rows_max)));
  if (response.status != 200) return odata::read_error(response.status, response.body);
  return std::move(response.body);
}

}  // namespace satchel::bench
