// SPDX-License-Identifier: Apache-2.0
//
// Beginning: what all worlds have in common, made once and copied page by page: a server with an organisation, a team and three
// users, and the empty store of a device. Everything else of a world follows from its seed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "server/access/sessions.h"
#include "server/service/service.h"
#include "sql/database.h"

namespace satchel::sim {

inline constexpr Instant kStart{1'790'000'000'000};
inline constexpr const char* kPassword = "secret";

// Quick, and as good as none; the real one is tested where it stands.
class PlainHasher final : public server::access::PasswordHasher {
 public:
  std::string hash(std::string_view password) override { return "plain:" + std::string(password); }
  bool verify(std::string_view password, std::string_view hash) override {
    return hash == "plain:" + std::string(password);
  }
};

enum class FileKind { server, device };
// In memory: what it holds ends with it. Errors: the driver's.
Result<std::unique_ptr<sql::Database>> empty_file(FileKind kind);
// A file of its own with the same content.
Result<std::unique_ptr<sql::Database>> copy_of(sql::Database& file, FileKind kind);

struct Beginning {
  std::unique_ptr<sql::Database> server_file;
  std::unique_ptr<sql::Database> device_file;
  RecordId unit, team, admin, profile;
  std::vector<RecordId> users;  // user0, user1, user2

  static Result<Beginning> make();
  // Made at the first call, for making it costs as much as a run. Null if it can't be made, and `why` tells.
  static Beginning* shared(std::string& why);
};

// Signs the administrator in. Errors: the server's.
struct AdminToken {
  std::string token;
  RecordId unit, admin;
};
Result<AdminToken> sign_in_admin(server::service::Service& service, Instant now);
Response ask_as(server::service::Service& service, const std::string& token, const std::string& method,
                const std::string& target, const std::string& body, Headers headers, Instant now);
// "/contacts(0190...)", as @odata.bind wants it.
std::string bind(const std::string& set, RecordId id);

}  // namespace satchel::sim
