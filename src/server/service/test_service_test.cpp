// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/service_test.h"

#include <doctest/doctest.h>

#include "edge/sqlite/database.h"

namespace satchel::server::service {

void require_none_for_test(const Error* error) {
  REQUIRE_MESSAGE(error == nullptr, (error != nullptr ? error->message : ""));
}

TestService::TestService(std::uint64_t seed)
    : database(good(edge::sqlite::open({.path = ":memory:"}))),
      random(seed),
      service(good(Service::open(*database, model::Schema::standard(), hasher, random, log,
                                 {.escrow_key = std::string(32, 'k')}))) {}

void TestService::found() { good(create_organization(*service, *database, {"Test", "admin", "secret"}, random, now)); }

Response TestService::post(std::string target, std::string body, Headers headers) {
  return service->handle({"POST", std::move(target), std::move(headers), std::move(body), "127.0.0.1"}, now);
}

Response TestService::get(std::string target) {
  return service->handle({"GET", std::move(target), signed_in(), "", "127.0.0.1"}, now);
}

Response TestService::admin(std::string verb, std::string body) {
  return post("/api/admin/v1/" + std::move(verb), std::move(body), signed_in());
}

Response TestService::sign_in(std::string_view user, std::string_view password) {
  return post("/oauth2/token", "grant_type=password&client_id=test&username=" + percent_encode(user) +
                                   "&password=" + percent_encode(password));
}

std::vector<model::Record> TestService::rows(std::string_view name) {
  query::Query query;
  query.table = table(name).number;
  std::vector<model::Record> all;
  for (;;) {
    auto page = good(service->records().list(everybody(), query, 5000));
    for (auto& record : page.records) all.push_back(std::move(record));
    if (!page.next) return all;
    query.after = page.next;
  }
}

}  // namespace satchel::server::service
