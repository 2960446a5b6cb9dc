// SPDX-License-Identifier: Apache-2.0
//
// A service on a database in memory, for tests of this room: the real records, sessions and SQLite; only passwords are
// hashed quickly.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/text.h"
#include "edge/sqlite/database.h"
#include "server/service/internal/filling.h"
#include "server/service/service.h"

namespace satchel::server::service {

class QuickHasher final : public access::PasswordHasher {
 public:
  std::string hash(std::string_view password) override { return "hash of " + std::string(password); }
  bool verify(std::string_view password, std::string_view hash) override { return this->hash(password) == hash; }
};

inline const Instant kTestNow = Instant::of_seconds(1'795'420'800);  // 2026-11-23T08:00:00Z, a Monday

struct TestService {
  explicit TestService(std::uint64_t seed = 1) : random(seed) {
    auto opened = edge::sqlite::open({.path = ":memory:"});
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    database = std::move(*opened);
    auto made = Service::open(*database, model::Schema::standard(), hasher, random, log, {});
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
    service = std::move(*made);
  }
  void found() { good(create_organization(*service, *database, {"Test", "admin", "secret"}, random, now)); }

  template <class T>
  static T good(Result<T> result) {
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  Response post(std::string target, std::string body, Headers headers = {}) {
    return service->handle({"POST", std::move(target), std::move(headers), std::move(body), "127.0.0.1"}, now);
  }
  Response get(std::string target) { return service->handle({"GET", std::move(target), signed_in(), "", "127.0.0.1"}, now); }
  Response admin(std::string verb, std::string body) { return post("/api/admin/v1/" + std::move(verb), std::move(body), signed_in()); }
  Headers signed_in() const { return {{"Authorization", "Basic " + authorization}}; }

  Response sign_in(std::string_view user, std::string_view password) {
    return post("/oauth2/token", "grant_type=password&client_id=test&username=" + percent_encode(user) +
                                     "&password=" + percent_encode(password));
  }
  static Json json(const Response& response) {
    auto parsed = Json::parse(response.body);
    REQUIRE_MESSAGE(parsed.ok(), response.body);
    return std::move(*parsed);
  }

  access::Caller everybody() const { return access::system_caller(kTheOrganization, {}); }
  const model::Table& table(std::string_view name) const { return *model::Schema::standard().find(name); }
  std::vector<model::Record> rows(std::string_view name) {
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
  const model::Value& value(const model::Record& record, std::string_view column) const {
    return record.values[model::Schema::standard().at(record.table).find_column(column)->index];
  }
  std::string text(const model::Record& record, std::string_view column) const {
    const auto* text = model::text_in(value(record, column));
    return text != nullptr ? *text : std::string();
  }

  std::unique_ptr<sql::Database> database;
  QuickHasher hasher;
  SeededRandom random;
  NullLog log;
  std::unique_ptr<Service> service;
  Instant now = kTestNow;
  std::string authorization = "YWRtaW46c2VjcmV0";  // admin:secret
};

}  // namespace satchel::server::service
