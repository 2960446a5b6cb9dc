// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "server/service/internal/founding.h"
#include "server/service/internal/service_test.h"

namespace satchel::server::service {
namespace {

TEST_CASE("a new organisation has a unit, its team, a currency and an administrator who can sign in") {
  TestService server;
  server.found();
  const auto users = server.rows("systemuser");
  REQUIRE(users.size() == 1);
  const auto id = users[0].id;
  CHECK(server.text(users[0], "domainname") == "admin");
  CHECK(server.value(users[0], "createdby") == model::Value(model::Reference{users[0].table, id}));
  const auto units = server.rows("businessunit");
  REQUIRE(units.size() == 1);
  CHECK(server.text(units[0], "name") == "Test");
  CHECK(server.value(users[0], "businessunitid") == model::Value(model::Reference{units[0].table, units[0].id}));
  REQUIRE(server.rows("team").size() == 1);
  CHECK(server.text(server.rows("team")[0], "name") == "Test");
  CHECK(server.rows("teammembership").size() == 1);
  const auto currencies = server.rows("transactioncurrency");
  REQUIRE(currencies.size() == 1);
  CHECK(server.text(currencies[0], "isocurrencycode") == "USD");
  const auto organizations = server.rows("organization");
  REQUIRE(organizations.size() == 1);
  CHECK(server.value(organizations[0], "basecurrencyid") ==
        model::Value(model::Reference{currencies[0].table, currencies[0].id}));
  CHECK(server.sign_in("admin", "secret").status == 200);
  CHECK(server.get("/api/admin/v1/users").status == 200);
  CHECK(server.good(first_administrator(*server.service)) == id);
  server.good(server.service->records().verify());
}

TEST_CASE("an organisation is made once, and with a name, a user and a password") {
  TestService server;
  const auto make = [&](const NewOrganization& organization) {
    const auto made = create_organization(*server.service, *server.database, organization, server.random, server.now);
    return made ? std::string("made") : std::string(name_of(made.error().code));
  };
  CHECK(make({"", "admin", "secret"}) == "bad_value");
  CHECK(make({"Test", " ", "secret"}) == "bad_value");
  CHECK(make({"Test", "admin", ""}) == "bad_value");
  CHECK(server.rows("businessunit").empty());
  CHECK(make({"Test", "admin", "secret"}) == "made");
  CHECK(make({"Other", "boss", "secret"}) == "exists");
  CHECK(server.rows("businessunit").size() == 1);
}

TEST_CASE("a person's name is taken apart") {
  CHECK(person_named("ada", "Ada Maria King").first_name == "Ada Maria");
  CHECK(person_named("ada", "Ada Maria King").last_name == "King");
  CHECK(person_named("ada", "King").last_name == "King");
  CHECK(person_named("ada@demo", "").last_name == "ada");
}

}  // namespace
}  // namespace satchel::server::service
