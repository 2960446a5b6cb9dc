// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "server/service/internal/service_test.h"

namespace satchel::server::service {
namespace {

std::string code(const Response& response) {
  const auto body = TestService::json(response);
  const auto* error = body.find("error");
  return error != nullptr ? std::string(error->string_at("code")) : body.bool_at("ok") ? "ok" : "";
}

Json value(TestService& server, const std::string& what) {
  const auto response = server.get("/api/admin/v1/" + what);
  REQUIRE(response.status == 200);
  return *server.json(response).find("value");
}

Json user_in(TestService& server, std::string_view name) {
  const auto users = value(server, "users");
  for (const auto& user : *users.as_array())
    if (user.string_at("user") == name) return user;
  return {};
}

TEST_CASE("users are added, get a new password and are disabled") {
  TestService server;
  server.found();
  CHECK(code(server.admin("users", R"({"user":"ada","password":"one","full_name":"Ada King"})")) == "ok");
  const auto ada = user_in(server, "ada");
  CHECK(ada.string_at("full_name") == "Ada King");
  CHECK(ada.string_at("unit") == "Test");
  CHECK(ada.find("roles")->dump() == R"(["salesperson"])");
  CHECK(server.rows("teammembership").size() == 2);
  CHECK(server.sign_in("ada", "one").status == 200);

  CHECK(code(server.admin("users", R"({"user":"ADA","password":"two"})")) == "exists");
  CHECK(code(server.admin("users", R"({"user":"bob","password":"x","unit":"Nowhere"})")) == "not_found");
  CHECK(code(server.admin("users", R"({"user":"bob","password":"x","role":"king"})")) == "bad_value");
  CHECK(code(server.admin("users", R"({"user":"bob"})")) == "bad_value");
  CHECK(server.rows("systemuser").size() == 2);
  CHECK(code(server.admin("users", R"({"user":"bob","password":"x","role":"system_administrator"})")) == "ok");
  CHECK(user_in(server, "bob").find("roles")->dump() == R"(["system administrator"])");

  CHECK(code(server.admin("users/password", R"({"user":"ada","password":"two"})")) == "ok");
  CHECK(server.sign_in("ada", "one").status == 400);
  CHECK(server.sign_in("ada", "two").status == 200);

  CHECK(code(server.admin("users/disable", R"({"user":"ada"})")) == "ok");
  CHECK(user_in(server, "ada").bool_at("disabled"));
  CHECK(server.sign_in("ada", "two").status == 400);
  CHECK(code(server.admin("users/disable", R"({"user":"admin"})")) == "bad_request");
  server.good(server.service->records().verify());
}

TEST_CASE("a user who couldn't be added in whole isn't there") {
  TestService server;
  server.found();
  // The password is refused when the row has been written already.
  const std::string body = R"({"user":"ada","password":")" + std::string(2000, 'x') + "\"}";
  const auto head = server.good(server.service->records().head());
  CHECK(code(server.admin("users", body)) == "bad_value");
  CHECK(server.rows("systemuser").size() == 1);
  CHECK(server.good(server.service->records().head()) == head);
  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  server.good(server.service->records().verify());
}

TEST_CASE("teams gain and lose members") {
  TestService server;
  server.found();
  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  CHECK(code(server.admin("teams/members", R"({"team":"Test","user":"ada"})")) == "ok");
  CHECK(value(server, "teams").as_array()->at(0).find("members")->as_array()->size() == 2);
  CHECK(code(server.admin("teams/members", R"({"team":"test","user":"ada","change":"remove"})")) == "ok");
  CHECK(value(server, "teams").as_array()->at(0).find("members")->dump() == R"(["admin"])");
  CHECK(code(server.admin("teams/members", R"({"team":"Test","user":"ada","change":"remove"})")) == "ok");
  CHECK(code(server.admin("teams/members", R"({"team":"Nobody","user":"ada"})")) == "not_found");
  CHECK(code(server.admin("teams/members", R"({"team":"Test","user":"ada","change":"flip"})")) == "bad_value");
}

TEST_CASE("records are assigned to users and teams") {
  TestService server;
  server.found();
  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  CHECK(server.good(import_csv(*server.service, *server.database, "name\nAlder\n", {"accounts"}, server.now)).created ==
        1);
  const auto id = server.rows("account")[0].id.to_string();
  const auto assign = [&](std::string set, std::string to) {
    return code(server.admin("assign", R"({"set":")" + set + R"(","id":")" + id + R"(","to":")" + to + "\"}"));
  };
  CHECK(assign("accounts", "ada") == "ok");
  CHECK(model::reference_in(server.value(server.rows("account")[0], "ownerid"))->table ==
        server.table("systemuser").number);
  CHECK(assign("accounts", "Test") == "ok");
  CHECK(model::reference_in(server.value(server.rows("account")[0], "ownerid"))->table == server.table("team").number);
  CHECK(assign("accounts", "nobody") == "not_found");
  CHECK(assign("contacts", "ada") == "not_found");
  CHECK(assign("products", "ada") == "bad_request");
  CHECK(assign("things", "ada") == "unknown_table");
}

TEST_CASE("sessions of a user or device are ended") {
  TestService server;
  server.found();
  const auto token = [&] {
    return std::string(server.json(server.sign_in("admin", "secret")).string_at("access_token"));
  };
  const auto status = [&](const std::string& access) {
    return server.service
        ->handle({"GET", "/api/admin/v1/users", {{"Authorization", "Bearer " + access}}, ""}, server.now)
        .status;
  };
  const auto first = token();
  CHECK(status(first) == 200);
  CHECK(code(server.admin("revoke", R"({"user":"admin"})")) == "ok");
  CHECK(status(first) == 401);
  CHECK(code(server.admin("revoke", R"({"device":"0190a1b2-0000-7000-8000-000000000001"})")) == "not_found");
  CHECK(code(server.admin("revoke", R"({})")) == "bad_value");
}

TEST_CASE("the admin's addresses are for administrators") {
  TestService server;
  server.found();
  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  server.authorization = to_base64("ada:x");
  CHECK(server.get("/api/admin/v1/users").status == 403);
  CHECK(server.admin("users", R"({"user":"eve","password":"x"})").status == 403);
  CHECK(server.rows("systemuser").size() == 2);
}

TEST_CASE("what isn't there says so") {
  TestService server;
  server.found();
  for (const std::string verb : {"experience", "profiles/publish", "wipe", "share", "unshare", "set", "get"}) {
    const auto response = server.admin(verb, "{}");
    INFO(verb);
    CHECK(response.status == 501);
    CHECK(code(response) == "not_available");
  }
  CHECK(server.admin("fly", "{}").status == 404);
  const auto response = server.admin("devices", "{}");
  CHECK(response.status == 405);
  CHECK(response.headers.get("Allow") == "GET");
  CHECK(code(server.admin("users", "[]")) == "bad_json");
  CHECK(code(server.admin("users", R"({"user":1,"password":"x"})")) == "bad_value");
}

}  // namespace
}  // namespace satchel::server::service
