// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "server/service/internal/service_test.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

// A refusal's code; the answer must be one of RFC 6749.
std::string refusal(const Response& response, int status = 400) {
  CHECK(response.status == status);
  CHECK(response.headers.get("Cache-Control") == "no-store");
  CHECK(response.headers.get("Content-Type") == "application/json");
  const auto body = TestService::json(response);
  CHECK(body.string_at("error_description") != "");
  return std::string(body.string_at("error"));
}

std::string description(const Response& response) {
  return std::string(TestService::json(response).string_at("error_description"));
}

TEST_CASE("a password gives tokens, and tells who signed in") {
  TestService server;
  server.found();
  const auto response = server.sign_in("admin", "secret");
  REQUIRE(response.status == 200);
  CHECK(response.headers.get("Cache-Control") == "no-store");
  const auto body = server.json(response);
  CHECK(body.string_at("token_type") == "Bearer");
  CHECK(body.integer_at("expires_in") == 3600);
  CHECK(body.integer_at("refresh_expires_in") == 90 * 86'400);
  CHECK(body.string_at("full_name") == "admin");
  CHECK(body.string_at("user_id") == server.rows("systemuser")[0].id.to_string());
  CHECK(body.string_at("organization_id") == server.rows("organization")[0].id.to_string());
  CHECK(body.string_at("business_unit_id") == server.rows("businessunit")[0].id.to_string());

  const Headers bearer{{"Authorization", "Bearer " + std::string(body.string_at("access_token"))}};
  CHECK(server.service->handle({"GET", "/api/admin/v1/users", bearer, ""}, server.now).status == 200);

  const auto renewed = server.post(
      "/oauth2/token", "grant_type=refresh_token&refresh_token=" + std::string(body.string_at("refresh_token")));
  REQUIRE(renewed.status == 200);
  CHECK(server.json(renewed).string_at("access_token") != body.string_at("access_token"));
}

TEST_CASE("names and passwords are percent-decoded, plus is a blank") {
  TestService server;
  server.found();
  CHECK(server.admin("users", R"({"user":"zoë+1@demo","password":"a b&c=%+ü"})").status == 200);
  CHECK(server.sign_in("zoë+1@demo", "a b&c=%+ü").status == 200);
  CHECK(server
            .post("/oauth2/token",
                  "grant_type=password&client_id=x&username=zo%C3%AB%2B1%40demo&password=a+b%26c%3D%25%2B%c3%bc",
                  {{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"}})
            .status == 200);
}

TEST_CASE("what is wrong with a request is said in the words of RFC 6749") {
  TestService server;
  server.found();
  const auto ask = [&](std::string body) { return server.post("/oauth2/token", std::move(body)); };
  CHECK(refusal(ask("")) == "invalid_request");
  CHECK(refusal(ask("grant_type=client_credentials")) == "unsupported_grant_type");
  const auto missing = ask("grant_type=password&username=&client_id=cli");
  CHECK(refusal(missing) == "invalid_request");
  CHECK(description(missing) == "Missing: username, password.");
  CHECK(description(ask("grant_type=refresh_token")) == "Missing: refresh_token.");
  CHECK(refusal(ask("grant_type=password&grant_type=password")) == "invalid_request");
  CHECK(refusal(ask("grant_type=pass%zzword")) == "invalid_request");
  CHECK(refusal(ask("grant_type=password&username=%ff&password=x&client_id=cli")) == "invalid_request");
  CHECK(refusal(ask("grant_type=password&username=admin&password=secret&client_id=cli&device_id=17")) ==
        "invalid_request");
  CHECK(refusal(server.sign_in("admin", "wrong")) == "invalid_grant");
  CHECK(refusal(server.sign_in("nobody", "secret")) == "invalid_grant");
  CHECK(refusal(ask("grant_type=refresh_token&refresh_token=made-up")) == "invalid_grant");
  CHECK(refusal(ask("grant_type=" + std::string(kTokenBodyBytesMax, 'x')), 413) == "invalid_request");
  CHECK(refusal(server.post("/oauth2/token", "{}", {{"Content-Type", "application/json"}})) == "invalid_request");
}

TEST_CASE("only POST gives a token") {
  TestService server;
  server.found();
  const auto response = server.service->handle({"GET", "/oauth2/token", {}, ""}, server.now);
  CHECK(refusal(response, 405) == "invalid_request");
  CHECK(response.headers.get("Allow") == "POST");
}

TEST_CASE("who guesses passwords is told when to come back") {
  TestService server;
  server.found();
  auto response = server.sign_in("admin", "wrong");
  for (int i = 0; i < 20 && response.status == 400; ++i) response = server.sign_in("admin", "wrong");
  CHECK(refusal(response, 429) == "temporarily_unavailable");
  CHECK(response.headers.get("Retry-After") != "");
  server.now = server.now + Duration::of_minutes(2);
  CHECK(server.sign_in("admin", "secret").status == 200);
}

TEST_CASE("a token is bound to the device that asked for it") {
  TestService server;
  server.found();
  const std::string device = "0190a1b2-0000-7000-8000-000000000001";
  const auto response = server.post(
      "/oauth2/token", "grant_type=password&username=admin&password=secret&client_id=app&device_id=" + device);
  REQUIRE(response.status == 200);
  const auto devices = server.json(server.get("/api/admin/v1/devices"));
  REQUIRE(devices.find("value")->as_array()->size() == 1);
  CHECK(devices.find("value")->as_array()->at(0).string_at("id") == device);
  CHECK(devices.find("value")->as_array()->at(0).string_at("client") == "app");
  const auto token = std::string(server.json(response).string_at("refresh_token"));
  const auto other =
      "grant_type=refresh_token&refresh_token=" + token + "&device_id=0190a1b2-0000-7000-8000-000000000002";
  CHECK(server.post("/oauth2/token", other).status == 200);  // a restored store goes on as another device (Y16)
}

}  // namespace
}  // namespace satchel::server::service
