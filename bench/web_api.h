// SPDX-License-Identifier: Apache-2.0
//
// Somebody at the server's Web API: signs in, and changes records there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "edge/net/http_client.h"

namespace satchel::bench {

class WebApi {
 public:
  // With a device id the tokens are bound to it, as pulls ask for.
  static Result<WebApi> sign_in(const std::string& url, const std::string& user,
                                const std::optional<DeviceId>& device = std::nullopt);
  // Another connection for the same user.
  static Result<WebApi> with_token(const std::string& url, std::string token);

  const std::string& token() const { return token_; }
  // Of accounts: those of the teams have none, and everybody sees them.
  Result<std::vector<RecordId>> contacts(std::size_t rows_max);
  Result<void> change_job(RecordId contact, const std::string& job);
  // One page of the feed.
  Result<std::string> pull(const DeviceId& device, const std::string& cursor, std::int64_t rows_max);

 private:
  WebApi(std::unique_ptr<edge::net::HttpClient> http, std::string token)
      : http_(std::move(http)), token_(std::move(token)) {}
  Result<Response> ask(std::string method, std::string target, std::string body, Headers headers = {});

  std::unique_ptr<edge::net::HttpClient> http_;
  std::string token_;
};

// The requests themselves, for those who ask a Service without a network.
Request token_request(const std::string& user, const std::optional<DeviceId>& device);
Request pull_request(const std::string& token, const DeviceId& device, const std::string& cursor,
                     std::int64_t rows_max);
Result<std::string> token_in(const Response& response);

}  // namespace satchel::bench
