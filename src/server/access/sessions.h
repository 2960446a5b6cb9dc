// SPDX-License-Identifier: Apache-2.0
//
// Sessions: passwords, tokens, devices. RFC 6749 (password and refresh_token grants); opaque random tokens, stored hashed.
//
// Always true:
//   - A password is stored as Argon2id, a token as its BLAKE2b hash; neither is ever logged.
//   - A refresh token holds until its successor is used (an answer may be lost), then it is dead.
//   - Failed tries are slowed down per user and per address; a slowed try isn't even compared.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/time.h"
#include "server/access/access.h"
#include "sql/database.h"

namespace satchel::server::access {

// Argon2id natively (libsodium); the simulator passes a quick one.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;
  virtual std::string hash(std::string_view password) = 0;
  virtual bool verify(std::string_view password, std::string_view hash) = 0;
};
std::unique_ptr<PasswordHasher> make_argon2id_hasher();

struct SessionLives {
  Duration access = Duration::of_hours(1);
  Duration refresh = Duration::of_days(90);
};

struct Tokens {
  std::string access_token;
  std::string refresh_token;
  Duration access_life;
  Duration refresh_life;
  RecordId user;
};

struct SignIn {
  std::string user_name;
  std::string password;
  std::string client;              // client_id, for the admin's list
  std::optional<DeviceId> device;  // absent for plain API clients
  std::string peer;
};

class Sessions {
 public:
  Sessions(sql::Database& database, OrganizationNumber organization, PasswordHasher& hasher, Random& random,
           SessionLives lives);

  // Creates its tables where they are missing. Called within a write transaction.
  Result<void> create_tables();

  // All of these take part in the caller's transaction if one is open, else they make their own.
  // Errors: wrong_password, too_many_requests (Retry-After in `target`, seconds), unauthorized when the user is disabled.
  Result<Tokens> sign_in(const SignIn& request, Instant now);
  Result<Tokens> refresh(std::string_view refresh_token, std::optional<DeviceId> device, Instant now);
  // Errors: unauthorized: unknown, expired, revoked, disabled.
  Result<Caller> caller_of_token(std::string_view access_token, Instant now);
  Result<Caller> caller_of_password(const SignIn& request,
                                    Instant now);  // HTTP Basic; cached so that scripts stay quick

  Result<void> set_password(RecordId user, std::string_view password);
  Result<void> set_roles(RecordId user, const std::vector<Role>& roles);
  Result<std::vector<Role>> roles_of(RecordId user);
  Result<OfflineProfile> offline_of(RecordId user);
  // Ends all sessions of a user, or of one device. Unsent work on devices is untouched (S3).
  Result<void> revoke_user(RecordId user);
  Result<void> revoke_device(DeviceId device);

  // S6. From now on the device gets `wiped` whatever it asks, also with a password; its tokens are good for `report_wiped` alone,
  // which notes when it removed its store and ends them. Errors of the latter: unauthorized when the refresh token isn't that of
  // a device that was asked, or has reported before.
  struct Wipe {
    Instant asked_at;
    std::optional<Instant> wiped_at;
  };
  Result<void> ask_wipe(DeviceId device, Instant now);
  struct WipedDevice {
    RecordId user;
    DeviceId device;
  };
  Result<WipedDevice> report_wiped(std::string_view refresh_token, Instant now);
  Result<std::optional<Wipe>> wipe_of(DeviceId device);

  // The store mark of a device (Y16). `check_mark`: store_unknown unless `mark` is its current or previous one, or the device
  // has none yet. `move_mark`: the same check, then previous = mark, current = next. Call within the push's transaction.
  Result<void> check_mark(RecordId user, DeviceId device, std::string_view mark);
  Result<void> move_mark(RecordId user, DeviceId device, std::string_view mark, std::string_view next);

  struct DeviceRow {
    DeviceId id;
    RecordId user;
    std::string client;
    Instant first_seen, last_seen;
  };
  Result<std::vector<DeviceRow>> devices();

 private:
  struct Issue;
  Result<void> use_caches();
  Result<RecordId> verify(const SignIn& request, Instant now);
  Result<Tokens> issue(const Issue& issue, Instant now);
  Result<Caller> caller_of(RecordId user, const std::optional<DeviceId>& device, Instant expires_at, Instant now);
  Result<Caller> caller_of_user(RecordId user);
  Result<void> register_device(RecordId user, DeviceId device, std::string_view client, Instant now);
  Result<void> sweep(Instant now);

  sql::Database& database_;
  OrganizationNumber organization_;
  PasswordHasher& hasher_;
  Random& random_;
  SessionLives lives_;
  struct State;
  std::shared_ptr<State> state_;  // tries, and what was read and verified a moment ago
};

}  // namespace satchel::server::access
