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

// S6: whatever the device asks next, it hears `wiped`; then it says that its store is gone, once.
TEST_CASE("a device is wiped with its next contact, and the administrator sees when") {
  TestService server;
  server.found();
  const std::string device = "0190a1b2-0000-7000-8000-000000000001", other = "0190a1b2-0000-7000-8000-000000000002";
  const auto sign_in = [&](const std::string& id) {
    return server.post("/oauth2/token",
                       "grant_type=password&client_id=test&username=admin&password=secret&device_id=" + id);
  };
  const auto tokens = server.json(sign_in(device));
  const auto others = server.json(sign_in(other));
  const auto ask = [&](const Json& with, std::string target) {
    return server.post(std::move(target), R"({"requests":[]})",
                       {{"Authorization", "Bearer " + std::string(with.string_at("access_token"))}});
  };
  const auto form = [&](std::string target, const Json& with) {
    return server.post(std::move(target),
                       "grant_type=refresh_token&refresh_token=" + std::string(with.string_at("refresh_token")));
  };
  CHECK(form("/oauth2/wiped", tokens).status == 400);
  CHECK(code(server.admin("wipe", R"({"device":"0190a1b2-0000-7000-8000-000000000003"})")) == "not_found");
  CHECK(value(server, "devices").as_array()->at(0).find("wipe_asked")->is_null());
  CHECK(code(server.admin("wipe", R"({"device":")" + device + R"("})")) == "ok");

  for (const std::string target : {"/api/sync/v1/pull", "/api/data/v9.2/$batch", "/api/data/v9.2/accounts"}) {
    const auto refused = ask(tokens, target);
    CHECK(refused.status == 403);
    CHECK(code(refused) == "wiped");
    CHECK(refused.headers.get("Satchel-Escrow") == "off");
    CHECK(ask(others, target).status < 403);
  }
  CHECK(code(server.admin("settings", R"({"escrow":"on"})")) == "ok");
  for (const auto& refused : {form("/oauth2/token", tokens), sign_in(device)}) {
    CHECK(refused.status == 403);
    CHECK(server.json(refused).string_at("error") == "wiped");
    CHECK(refused.headers.get("Satchel-Escrow") == "on");
  }
  const auto row = [&] {
    const auto devices = value(server, "devices");
    for (const auto& each : *devices.as_array())
      if (each.string_at("id") == device) return each;
    return Json();
  };
  CHECK_FALSE(row().find("wipe_asked")->is_null());
  CHECK(row().find("wiped")->is_null());
  server.now = server.now + Duration::of_hours(1);
  CHECK(form("/oauth2/wiped", others).status == 400);
  CHECK(form("/oauth2/wiped", tokens).status == 200);
  CHECK(row().string_at("wiped") == format_date_time(server.now.seconds()));
  CHECK(form("/oauth2/wiped", tokens).status == 400);
  CHECK(form("/oauth2/token", tokens).status == 400);
  CHECK(ask(tokens, "/api/sync/v1/pull").status == 401);
  CHECK(form("/oauth2/token", others).status == 200);
}

// The device tells with its report what it hadn't sent; only where the organisation keeps such work.
TEST_CASE("a wiped device's unsent work is kept sealed, and whoever releases it leaves his name (D3, S6)") {
  TestService server;
  server.found();
  const std::string device = "0190a1b2-0000-7000-8000-000000000001", lines = "{\"kind\":\"draft\"}\n";
  const auto wiped = [&](const char* escrow) {
    CHECK(code(server.admin("settings", std::string(R"({"escrow":")") + escrow + R"("})")) == "ok");
    // Another device each time: one that was wiped stays so.
    static int number = 1;
    const auto id = "0190a1b2-0000-7000-8000-00000000001" + std::to_string(number++);
    const auto response = server.post(
        "/oauth2/token", "grant_type=password&client_id=test&username=admin&password=secret&device_id=" + id);
    CHECK(response.headers.get("Satchel-Escrow") == escrow);
    CHECK(code(server.admin("wipe", R"({"device":")" + id + R"("})")) == "ok");
    const Headers headers{{"Content-Type", "application/x-ndjson"},
                          {"Satchel-Refresh-Token", std::string(server.json(response).string_at("refresh_token"))}};
    const auto answer = server.post("/oauth2/wiped", lines, headers);
    CHECK(server.post("/oauth2/wiped", lines, headers).status == 400);  // once
    return server.json(answer).bool_at("kept");
  };
  CHECK_FALSE(wiped("off"));
  CHECK(value(server, "escrow").as_array()->empty());
  CHECK(wiped("on"));
  const auto kept = value(server, "escrow");
  REQUIRE(kept.as_array()->size() == 1);
  const auto& copy = kept.as_array()->front();
  CHECK(copy.integer_at("bytes") == static_cast<std::int64_t>(lines.size()));
  auto select = TestService::good(server.database->prepare("select sealed from escrow"));
  REQUIRE(TestService::good(select->step()));
  CHECK(select->blob(0).find("draft") == std::string_view::npos);
  select.reset();
  const auto id = std::string(copy.string_at("id"));
  CHECK(server.json(server.admin("escrow/release", R"({"id":")" + id + R"("})")).string_at("lines") == lines);
  const auto released = value(server, "escrow");
  const auto& releases = *released.as_array()->front().find("released")->as_array();
  REQUIRE(releases.size() == 1);
  CHECK(releases[0].string_at("by") == "admin");
  CHECK(code(server.admin("escrow/release", R"({"id":")" + device + R"("})")) == "not_found");
  CHECK(code(server.admin("escrow/release", R"({"id":"x"})")) == "bad_value");
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

std::string message(const Response& response) {
  const auto body = TestService::json(response);
  const auto* error = body.find("error");
  return std::string(error != nullptr ? error->string_at("message") : body.string_at("message"));
}

std::string setting(TestService& server, std::string_view key) {
  const auto settings = value(server, "settings");
  for (const auto& row : *settings.as_array())
    if (row.string_at("key") == key) return std::string(row.string_at("value"));
  return "none";
}

TEST_CASE("settings are shown with their fallbacks, set by their keys, and emptied again") {
  TestService server;
  server.found();
  CHECK(setting(server, "rules") == "modern");
  CHECK(setting(server, "lease_days") == "14");
  CHECK(setting(server, "conflicts.contact.jobtitle") == "none");
  CHECK(code(server.admin("settings",
                          R"({"rules":"classic","lease_days":"7","version":"8.2","platform.windows8.1.prompt":"block",)"
                          R"("conflicts.contact":"server","conflicts.contact.jobtitle":"device"})")) == "ok");
  CHECK(setting(server, "rules") == "classic");
  CHECK(setting(server, "lease_days") == "7");
  CHECK(setting(server, "platform.windows8.1.prompt") == "block");
  CHECK(setting(server, "conflicts.contact") == "server");
  CHECK(setting(server, "conflicts.contact.jobtitle") == "device");
  CHECK(server.text(server.rows("organization")[0], "platform_windows8_1_prompt") == "block");
  CHECK(server.get("/api/data/v9.2/RetrieveVersion").body.find("8.2.0.0") != std::string::npos);

  CHECK(code(server.admin("settings", R"({"lease_days":"","conflicts.contact":""})")) == "ok");
  CHECK(setting(server, "lease_days") == "14");
  CHECK(setting(server, "conflicts.contact") == "none");
  CHECK(setting(server, "conflicts.contact.jobtitle") == "device");
  server.good(server.service->records().verify());
}

TEST_CASE("a setting that can't be is refused with its key and what may be said, and nothing is set") {
  TestService server;
  server.found();
  const auto refused = [&](const std::string& key, const std::string& text, std::string_view words) {
    const auto response = server.admin("settings", R"({"escrow":"on",")" + key + R"(":")" + text + R"("})");
    INFO(response.body);
    CHECK(response.status == 400);
    CHECK(message(response).find(key) != std::string::npos);
    CHECK(message(response).find(words) != std::string::npos);
  };
  refused("rules", "strict", "modern, classic");
  refused("deployment", "cloud", "online, on-premises");
  refused("version", "nine", "9.2");
  refused("version", "9..2", "9.2");
  refused("lease_days", "0", "from 1 to 3650");
  refused("lease_days", "soon", "a whole number");
  refused("cache_bytes", "-1", "from 1 to");
  refused("lock_minutes", "1441", "from 1 to 1440");
  refused("escrow_", "on", "escrow");
  refused("platform.fridge.prompt", "block", "platform.NAME.prompt");
  refused("platform.ipad.prompt", "maybe", "continue, block");
  refused("conflicts", "mine", "ask, server, device");
  refused("conflicts.contact", "mine", "ask, server, device");
  refused("conflicts.nobody", "ask", "conflicts.contact");
  refused("conflicts.contact.nothing", "ask", "conflicts.contact.jobtitle");
  CHECK(setting(server, "escrow") == "off");
  CHECK(code(server.admin("settings", "{}")) == "bad_value");
}

TEST_CASE("settings are columns of the organization, for administrators to change") {
  TestService server;
  server.found();
  const auto path = "/api/data/v9.2/organizations(" + server.rows("organization")[0].id.to_string() + ")";
  const auto patch = [&](const std::string& body) {
    return server.service->handle({"PATCH", path, server.signed_in(), body, "127.0.0.1"}, server.now);
  };
  CHECK(patch(R"({"lease_days":30,"rules":"classic"})").status == 204);
  CHECK(setting(server, "lease_days") == "30");
  for (const std::string body :
       {R"({"lease_days":0})", R"({"rules":"strict"})", R"({"conflict_rules":"contact.jobtitle"})",
        R"({"productversion":"x"})", R"({"cache_bytes":0})", R"({"platform_ipad_prompt":"stop"})"}) {
    INFO(body);
    CHECK(patch(body).status == 400);
  }
  CHECK(patch(R"({"conflict_rules":"contact=server\ncontact.jobtitle=device"})").status == 204);
  CHECK(setting(server, "conflicts.contact") == "server");

  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  server.authorization = to_base64("ada:x");
  CHECK(server.get(path).status == 200);
  CHECK(patch(R"({"lease_days":1})").status == 403);
  CHECK(server.get("/api/admin/v1/settings").status == 403);
  CHECK(server.admin("settings", R"({"rules":"modern"})").status == 403);
  CHECK(server.admin("experience", R"({"user":"ada","experience":"drafts"})").status == 403);
}

TEST_CASE("an experience is given and taken (E1), and a profile that isn't used is told (P1)") {
  TestService server;
  server.found();
  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  const auto experience = [&] { return std::string(user_in(server, "ada").string_at("experience")); };
  CHECK(experience() == "sync");
  CHECK(user_in(server, "ada").string_at("profile") == "All tables");
  CHECK(code(server.admin("experience", R"({"user":"ada","experience":"drafts"})")) == "ok");
  CHECK(experience() == "drafts");
  CHECK(code(server.admin("experience", R"({"user":"ada","experience":"sync","profile":"all TABLES"})")) == "ok");
  CHECK(experience() == "sync");
  CHECK(code(server.admin("experience", R"({"user":"ada","experience":"sync","profile":"None"})")) == "not_found");
  CHECK(code(server.admin("experience", R"({"user":"nobody","experience":"sync"})")) == "not_found");
  CHECK(code(server.admin("experience", R"({"user":"ada","experience":"both"})")) == "bad_value");

  const auto told = message(server.admin("settings", R"({"rules":"classic","deployment":"on-premises"})"));
  CHECK(told.find("(P1): the offline profiles of 2 users aren't used.") != std::string::npos);
  CHECK(experience() == "drafts");
  CHECK(message(server.admin("experience", R"({"user":"ada","experience":"sync"})")).find("isn't used") !=
        std::string::npos);
  CHECK(message(server.admin("settings", R"({"rules":"modern"})")).find("P1") == std::string::npos);
  CHECK(experience() == "sync");
}

TEST_CASE("a profile is a record: it names sets that there are, and users are given it by OData") {
  TestService server;
  server.found();
  CHECK(code(server.admin("users", R"({"user":"ada","password":"x"})")) == "ok");
  const auto ada = std::string(user_in(server, "ada").string_at("id"));
  const auto call = [&](std::string method, std::string path, std::string body) {
    return server.service->handle(
        {std::move(method), "/api/data/v9.2/" + path, server.signed_in(), std::move(body), "127.0.0.1"}, server.now);
  };
  const auto wrong = call("POST", "mobileofflineprofiles", R"({"name":"Some","tables":"accounts, contact"})");
  CHECK(wrong.status == 400);
  CHECK(message(wrong).find("\"contact\"") != std::string::npos);
  CHECK(call("POST", "mobileofflineprofiles", R"({"name":"Some","published":true,"tables":"accounts, contacts"})")
            .status == 204);
  CHECK(call("POST", "mobileofflineprofiles", R"({"name":"some"})").status == 400);
  std::string some;
  for (const auto& row : server.rows("mobileofflineprofile"))
    if (server.text(row, "name") == "Some") some = row.id.to_string();
  CHECK(call("PATCH", "systemusers(" + ada + ")",
             R"({"mobileofflineprofileid@odata.bind":"mobileofflineprofiles()" + some + ")\"}")
            .status == 204);
  CHECK(user_in(server, "ada").string_at("profile") == "Some");
  CHECK(call("PATCH", "systemusers(" + ada + ")", R"({"mobileofflineprofileid@odata.bind":null})").status == 204);
  CHECK(user_in(server, "ada").string_at("experience") == "drafts");
  // A profile that goes leaves its users with drafts.
  CHECK(code(server.admin("experience", R"({"user":"ada","experience":"sync","profile":"Some"})")) == "ok");
  CHECK(call("DELETE", "mobileofflineprofiles(" + some + ")", "").status == 204);
  CHECK(user_in(server, "ada").string_at("experience") == "drafts");
}

TEST_CASE("settings are set while a server starts, all of them or none") {
  TestService server;
  server.found();
  server.good(set_organization(*server.service, *server.database,
                               {{"rules", "classic"}, {"conflicts.account", "server"}}, server.now));
  CHECK(setting(server, "rules") == "classic");
  CHECK(setting(server, "conflicts.account") == "server");
  const auto wrong =
      set_organization(*server.service, *server.database, {{"rules", "modern"}, {"pin", "maybe"}}, server.now);
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message.find("required, optional") != std::string::npos);
  CHECK(setting(server, "rules") == "classic");
}

TEST_CASE("what isn't there says so") {
  TestService server;
  server.found();
  for (const std::string verb : {"profiles/publish", "share", "unshare"}) {
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
