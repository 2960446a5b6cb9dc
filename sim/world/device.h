// SPDX-License-Identifier: Apache-2.0
//
// A simulated device: the real store, client and engine, on a database whose process can die.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "device/client/client.h"
#include "device/client/engine.h"
#include "device/store/store.h"
#include "sim/network/network.h"
#include "sim/world/mortal_database.h"

namespace satchel::sim {

class Device {
 public:
  Device(std::size_t number, std::string user, RecordId user_id, std::unique_ptr<sql::Database> file,
         const model::Schema& schema, std::uint64_t seed);

  std::size_t number() const { return number_; }
  const std::string& user() const { return user_; }
  RecordId user_id() const { return user_id_; }
  std::int64_t life() const { return life_; }
  MortalDatabase& database() { return mortal_; }
  device::client::Client& client() { return *client_; }
  device::client::Engine& engine() { return *engine_; }
  device::store::DeviceStore& store() { return *store_; }

  // A new process on the same file. Errors: the store's.
  Result<void> restart();

  // What the engine asked for since the last time; performed by the world.
  std::optional<device::client::Output> poll() { return engine_->poll_output(); }

  // Wrong by so much, for ever (invariant 17).
  Duration clock_error;
  std::optional<Result<device::client::SyncReport>> last_report;
  Cut last_cut;  // to see that cuts never go back
  Uuid last_epoch;

 private:
  std::size_t number_;
  std::string user_;
  RecordId user_id_;
  std::unique_ptr<sql::Database> file_;
  MortalDatabase mortal_;
  const model::Schema& schema_;
  SeededRandom random_;
  std::int64_t life_ = 0;
  std::unique_ptr<device::store::DeviceStore> store_;
  std::unique_ptr<device::client::Client> client_;
  std::unique_ptr<device::client::Engine> engine_;
};

}  // namespace satchel::sim
