// SPDX-License-Identifier: Apache-2.0
//
// A simulated device: the real store, client and engine, on a database whose process can die.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "device/client/client.h"
#include "device/client/engine.h"
#include "device/store/store.h"
#include "sim/network/network.h"
#include "sim/world/drafts.h"
#include "sim/world/mortal_database.h"
#include "sim/world/writings.h"
#include "sim/world/written_rows.h"

namespace satchel::sim {

// What the invariants know of a device from their last look, so that the next one reads only what was written since.
struct Judged {
  std::int64_t commits = -1;                     // of the database
  Cut cut;                                       // cuts never go back
  std::map<RecordId, TableNumber> unchecked;     // written since the mirror was compared
  std::map<RecordId, Seq> held;                  // rows that scopes hold, with the version that was compared
  std::map<RecordId, model::Reference> related;  // what open drafts are about and was here at the last look
};

// A write that went straight to the server, and whose end its writer waits for.
struct UnderWay {
  RecordId record;
  bool is_save = false;    // of a draft
  bool has_begun = false;  // a sync began since
};

class Device {
 public:
  Device(std::size_t number, std::string user, RecordId user_id, std::unique_ptr<sql::Database> file,
         const model::Schema& schema, std::uint64_t seed, Mutation mutation);

  std::size_t number() const { return number_; }
  const std::string& user() const { return user_; }
  RecordId user_id() const { return user_id_; }
  std::int64_t life() const { return life_; }
  MortalDatabase& database() { return mortal_; }
  WrittenRows& written() { return written_; }
  device::client::Client& client() { return *client_; }
  device::client::Engine& engine() { return *engine_; }
  device::store::DeviceStore& store() { return *store_; }

  // A new process on the same file. Errors: the store's.
  Result<void> restart();

  // The file of this moment is kept, as a phone's backup keeps it. Errors: the driver's.
  Result<void> back_up();
  bool was_put_back = false;
  bool has_backup() const { return backup_ != nullptr; }
  // Yesterday's file, and a new process on it (Y16).
  Result<void> restore_backup();

  // What the engine asked for since the last time; performed by the world.
  std::optional<device::client::Output> poll() { return engine_->poll_output(); }

  // Wrong by so much, for ever (invariant 17).
  Duration clock_error;
  std::optional<Result<device::client::SyncReport>> last_report;
  Judged judged;
  // The request whose answer its engine waits for; an answer to any other, such as to a sync that was given up, comes to nothing.
  std::optional<std::int64_t> awaited;
  // Where a broken transfer may go on: where the newest page that it took began, or where that one ended (invariant 13).
  std::optional<std::pair<std::string, std::string>> last_page;
  Writings::OfDevice writings_at_backup;
  Drafts::Open drafts_at_backup;
  std::vector<UnderWay> under_way;
  Seq contact_began;  // what the server's newest commit was when the last sync or reading began

 private:
  std::size_t number_;
  std::string user_;
  RecordId user_id_;
  Mutation mutation_;
  std::unique_ptr<sql::Database> file_, backup_;
  MortalDatabase mortal_;
  WrittenRows written_;
  const model::Schema& schema_;
  SeededRandom random_;
  std::int64_t life_ = 0;
  std::unique_ptr<device::store::DeviceStore> store_;
  std::unique_ptr<device::client::Client> client_;
  std::unique_ptr<device::client::Engine> engine_;
};

// Somebody looks on: what is read through the device's own store meanwhile isn't a statement of its process.
class Watching {
 public:
  explicit Watching(Device& device) : device_(device) { device_.database().set_watched(true); }
  Watching(const Watching&) = delete;
  ~Watching() { device_.database().set_watched(false); }

 private:
  Device& device_;
};

}  // namespace satchel::sim
