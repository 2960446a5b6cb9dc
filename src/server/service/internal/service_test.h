// SPDX-License-Identifier: Apache-2.0
//
// A service on a database in memory, for tests of this room: the real records, sessions and SQLite; only passwords are
// hashed quickly. Its body is in test_service_test.cpp, for only tests may open databases.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/text.h"
#include "server/service/internal/filling.h"
#include "server/service/service.h"

namespace satchel::server::service {

class QuickHasher final : public access::PasswordHasher {
 public:
  std::string hash(std::string_view password) override { return "hash of " + std::string(password); }
  bool verify(std::string_view password, std::string_view hash) override { return this->hash(password) == hash; }
};

inline constexpr Instant kTestNow = Instant::of_seconds(1'795'420'800);  // 2026-11-23T08:00:00Z, a Monday

// Ends the test case if there is one.
void require_none_for_test(const Error* error);

struct TestService {
  explicit TestService(std::uint64_t seed = 1);
  // The organisation "Test" with its administrator "admin", whose password is "secret".
  void found();

  template <class T>
  static T good(Result<T> result) {
    require_none_for_test(result.ok() ? nullptr : &result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  Response post(std::string target, std::string body, Headers headers = {});
  // As the administrator, or whoever `authorization` names.
  Response get(std::string target);
  Response admin(std::string verb, std::string body);
  Headers signed_in() const { return {{"Authorization", "Basic " + authorization}}; }
  Response sign_in(std::string_view user, std::string_view password);
  static Json json(const Response& response) { return good(Json::parse(response.body)); }

  access::Caller everybody() const { return access::system_caller(kTheOrganization, {}); }
  const model::Table& table(std::string_view name) const { return *model::Schema::standard().find(name); }
  std::vector<model::Record> rows(std::string_view name);
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
