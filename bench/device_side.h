// SPDX-License-Identifier: Apache-2.0
//
// The device of the bench: the real store, client and engine on an encrypted file, and real HTTP to the server; what the command
// line joins, with a stopwatch at each event.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "device/client/client.h"
#include "device/client/engine.h"
#include "edge/net/async_http_client.h"
#include "edge/os/random.h"
#include "edge/sqlite/database.h"

namespace satchel::bench {

// Where a device keeps its store, and whom it talks to.
struct DevicePlace {
  std::string store;
  std::string url;
};

// A key that everybody knows; the cipher takes as long with any.
edge::sqlite::Key bench_key();
Result<std::unique_ptr<sql::Database>> open_encrypted(const std::string& path);

class Device {
 public:
  // Makes the store if there is none.
  static Result<std::unique_ptr<Device>> open(const DevicePlace& place);

  Result<void> sign_in(const std::string& user);
  // `after_event` hears, behind each event, how long the engine was at work for it and whether an answer had come.
  struct Step {
    double milliseconds = 0;
    bool is_answer = false;
  };
  using AfterEvent = std::function<Result<void>(const Step&)>;
  Result<device::client::SyncReport> sync(const AfterEvent& after_event = {});
  Result<void> read(const device::client::ReadRequested& read);

  device::store::DeviceStore& store() { return *store_; }
  device::client::Client& client() { return *client_; }
  sql::Database& database() { return *database_; }

 private:
  explicit Device(DevicePlace place) : place_(std::move(place)) {}
  Result<device::client::SyncReport> run(device::client::Event event, const AfterEvent& after_event);
  Result<void> handle(device::client::Event event, const AfterEvent& after_event);
  Result<void> connect();

  DevicePlace place_;
  edge::os::SystemRandom random_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<device::store::DeviceStore> store_;
  std::unique_ptr<device::client::Client> client_;
  std::unique_ptr<device::client::Engine> engine_;
  std::unique_ptr<edge::net::AsyncHttpClient> http_;
};

// Opens the store anew, gets everything, and builds the indexes. Gives {"rows", "readable_ms", "indexed_ms", "searchable_ms",
// "finished_ms", "indexes"}, times from the wish to sync on.
Result<Json> first_sync(const DevicePlace& place);

}  // namespace satchel::bench
