// SPDX-License-Identifier: Apache-2.0
//
// What sessions keep in the database, and what they read of the records' tables there: systemuser, teammembership,
// mobileofflineprofile, organization.
// All of it inside the caller's transaction.
//
//   credential      password hash of a user
//   user_role       roles of a user
//   session_token   by hash; a sign-in is a chain, each refresh its next generation
//   device          registered devices with their store marks
//   device_wipe     devices whose store is to be removed (S6); wiped_at 0 = the device hasn't said so yet
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "server/access/access.h"
#include "server/access/sessions.h"
#include "sql/database.h"

namespace satchel::server::access {

enum class TokenKind : std::int64_t { access = 0, refresh = 1 };

struct TokenRow {
  std::string hash;
  TokenKind kind = TokenKind::access;
  RecordId user;
  std::optional<DeviceId> device;
  Uuid chain;
  std::int64_t generation = 0;
  bool used = false;
  Instant expires_at;
};

struct UserRow {
  std::string name;
  RecordId business_unit;
  bool is_disabled = false;
  OfflineProfile offline;
};

struct DeviceMarks {
  std::string current, previous;  // "" = none yet
};

class SessionStore {
 public:
  SessionStore(sql::Database& database, OrganizationNumber organization)
      : database_(database), organization_(organization) {}

  Result<void> create_tables();

  Result<std::unordered_map<std::string, RecordId>> user_names();  // by fold key
  Result<std::optional<UserRow>> user(RecordId id);
  Result<std::vector<RecordId>> teams_of(RecordId user);  // sorted
  Result<std::vector<Role>> roles_of(RecordId user);
  Result<void> set_roles(RecordId user, const std::vector<Role>& roles);
  Result<std::string> password_hash(RecordId user);  // "" = none
  Result<void> set_password_hash(RecordId user, std::string_view hash);

  Result<std::optional<TokenRow>> token(std::string_view hash, TokenKind kind);
  Result<void> add_token(const TokenRow& token);
  Result<std::int64_t> newest_generation(const Uuid& chain);
  // Its first use ends the refresh tokens before it.
  Result<void> mark_used(const TokenRow& token);
  Result<void> remove_tokens_of_user(RecordId user);
  Result<void> remove_tokens_of_device(DeviceId device, std::optional<RecordId> of_user);
  Result<void> remove_expired(Instant now);

  Result<void> see_device(RecordId user, DeviceId device, std::string_view client, Instant now);
  Result<std::vector<Sessions::DeviceRow>> devices(std::optional<RecordId> of_user);
  Result<void> remove_device(RecordId user, DeviceId device);
  Result<void> ask_wipe(DeviceId device, Instant now);
  Result<std::unordered_map<DeviceId, Sessions::Wipe>> wipes();
  Result<void> set_wiped(DeviceId device, Instant now);
  Result<DeviceMarks> marks(RecordId user, DeviceId device);
  Result<void> set_marks(RecordId user, DeviceId device, const DeviceMarks& marks, Instant now);

 private:
  Result<sql::Borrowed> statement(std::string_view sql);  // parameter 1 is the organisation

  sql::Database& database_;
  OrganizationNumber organization_;
};

}  // namespace satchel::server::access
