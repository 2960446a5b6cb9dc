// SPDX-License-Identifier: Apache-2.0
//
// A device on the command line: the store's file opened with its key, and the host that performs the engine's outputs.
//
//   FILE       the encrypted store        FILE.key   its key, or the key sealed by the PIN (device/vault)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "device/client/client.h"
#include "device/client/engine.h"
#include "device/client/session_marks.h"
#include "device/client/standing.h"
#include "device/permits/permits.h"
#include "device/store/store.h"
#include "device/vault/vault.h"
#include "edge/os/random.h"
#include "edge/sqlite/database.h"
#include "sql/database.h"

namespace satchel::apps {

// What lasts from the start of the app to its end: one command, or all of a shell's.
struct AppSession {
  std::optional<std::string> pin, password;  // from the environment, or typed
  std::optional<Instant> now;                // --now: the clock started here,
  Duration now_set_at;                       // at this reading of the elapsed clock
  bool is_started = false;
  bool is_suspended = false;
  bool is_shell = false;
  std::optional<Instant> used_at;  // the last command, for the lock by idleness (S5)

  void set_clock(Instant start);
};

struct DeviceOptions {
  std::string store;  // path; --store or SATCHEL_STORE
  std::string platform = "desktop";
  bool json = false;
  edge::sqlite::Tell tell = {};  // hears what the user should know beside what was asked
  std::shared_ptr<AppSession> app = std::make_shared<AppSession>();
};
// The clock as the options say.
Instant now_of(const DeviceOptions& options);

// A demo organisation listens on loopback only, and its users are known by their names (docs/demo.md).
bool is_demo(std::string_view server, std::string_view user);

enum class Opening { existing, create };  // create: sign-in makes a store where there is none

class DeviceSession {
 public:
  // A store that can't be written is opened for reading; then every change is an io_error. `owner` (server and user) goes into a new
  // key's file. Errors: usage without a store's path, not_found, wrong_password (PIN), wrong_key, store_busy, store_damaged.
  static Result<std::unique_ptr<DeviceSession>> open(const DeviceOptions& options, Opening opening,
                                                     std::string_view owner = {});
  // The same for a command about records: it's refused where the session is blocked (DESIGN 1.4).
  static Result<std::unique_ptr<DeviceSession>> open_for(const DeviceOptions& options, device::permits::Ask ask);

  device::client::Client& client() { return *client_; }
  Instant now() const { return now_of(options_); }
  bool has_pin() const { return has_pin_; }

  // ---- may it be done now ----
  Result<device::permits::Situation> situation();
  Result<device::client::SessionMarks> marks();
  // Where the answer depends on the connection, that is found out first. Errors: the permit's refusal.
  Result<void> require(const device::permits::Ask& ask);
  // As `require`, of several asks about one command.
  Result<void> require(const std::vector<device::permits::Ask>& asks);
  // In one transaction: something that happens to the app (session_marks.h).
  template <class Note>
  Result<void> note(Note act) {
    auto transaction = TRY(store_->begin());
    TRY(act(*store_));
    return transaction.commit();
  }

  // A sync, or a look at the server, whose outcome is remembered in the store and needs no telling; but a wipe ends everything.
  Result<void> try_run(device::client::Event event);
  // Looks at the server first where that is how these records are read (C1); what came of it is on the device then, or isn't.
  Result<void> look_at_server(const Result<std::optional<device::client::ReadRequested>>& read);

  // ---- the PIN ----
  // Sets, changes or (nullopt) takes away. Errors: bad_value for one that the organisation's policy doesn't allow.
  Result<void> set_pin(std::optional<std::string_view> pin);

  // Runs the engine until it's finished. After the error `wiped` store and key are gone (S6).
  using OnProgress = std::function<void(const device::client::Progress&)>;
  Result<device::client::SyncReport> run(device::client::Event event, const OnProgress& on_progress);

  // Removes the store and its key from the disk. After sign-out.
  Result<void> remove_files();

 private:
  explicit DeviceSession(DeviceOptions options) : options_(std::move(options)) {}
  Result<void> start_app();
  Result<void> read_lease();
  Error wipe(Error why);
  Result<void> follow_pin_policy();
  device::client::Clocks clocks() const;

  DeviceOptions options_;
  edge::os::SystemRandom random_;
  std::optional<device::vault::StoreKey> key_;
  bool has_pin_ = false;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<device::store::DeviceStore> store_;
  std::unique_ptr<device::client::Client> client_;
  std::unique_ptr<device::client::Engine> engine_;
};

}  // namespace satchel::apps
