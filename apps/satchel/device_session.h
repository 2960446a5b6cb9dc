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
#include "device/store/store.h"
#include "edge/os/clock.h"
#include "edge/os/random.h"
#include "edge/sqlite/database.h"
#include "sql/database.h"

namespace satchel::apps {

struct DeviceOptions {
  std::string store;  // path; --store or SATCHEL_STORE
  std::string platform = "desktop";
  std::optional<Instant> now;  // --now: the clock starts here
  bool json = false;
  edge::sqlite::Tell tell = {};  // hears what the user should know beside what was asked
};

enum class Opening { existing, create };  // create: sign-in makes a store where there is none

class DeviceSession {
 public:
  // A store that can't be written is opened for reading; then every change is an io_error.
  // Errors: usage without a store's path, not_found, wrong_password (PIN), wrong_key, store_busy, store_damaged.
  static Result<std::unique_ptr<DeviceSession>> open(const DeviceOptions& options, Opening opening);

  device::client::Client& client() { return *client_; }
  Instant now() const;

  // Runs the engine until it's finished.
  using OnProgress = std::function<void(const device::client::Progress&)>;
  Result<device::client::SyncReport> run(device::client::Event event, const OnProgress& on_progress);

  // Removes the store and its key from the disk. After sign-out.
  Result<void> remove_files();

 private:
  DeviceSession() = default;
  Result<void> remember_connection(const Result<device::client::SyncReport>& report);

  DeviceOptions options_;
  edge::os::SystemRandom random_;
  edge::os::SystemClock clock_;
  edge::os::ElapsedClock elapsed_;
  Duration started_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<device::store::DeviceStore> store_;
  std::unique_ptr<device::client::Client> client_;
  std::unique_ptr<device::client::Engine> engine_;
};

}  // namespace satchel::apps
