// SPDX-License-Identifier: Apache-2.0
//
// World: the real server and real devices, joined by a simulated network and clock in one thread. Everything that happens
// follows from the seed, so a failure comes back (invariant 20).
//
//   World world({.seed = 17});
//   world.run(200);                   // steps: edits, syncs, deliveries, faults, kills, other people's work at the server
//   world.run_until_quiet();          // faults stop; queues drain
//   world.check_converged();
//
// After every step the invariants of `invariants.cpp` are checked; the first one broken is `failure()`, with a readable trace.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/service/service.h"
#include "sim/clock/clock.h"
#include "sim/network/network.h"
#include "sim/world/beginning.h"
#include "sim/world/device.h"
#include "sim/world/drafts.h"
#include "sim/world/faults.h"
#include "sim/world/history.h"
#include "sim/world/tampering.h"
#include "sim/world/writings.h"

namespace satchel::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  int devices = 3;
  Faults faults = Faults::usual;
  Drafters drafters = Drafters::none;
  bool is_told = false;  // keeps a trace; it costs a third of a run, so a failing seed is run again for it
  Mutation mutation = Mutation::none;
};

class World {
 public:
  explicit World(const WorldOptions& options);
  ~World();

  void run(int steps);
  void run_until_quiet();
  void check_converged();

  const std::optional<std::string>& failure() const { return failure_; }
  const std::vector<std::string>& trace() const { return trace_; }

  // ---- for named tests ---------------------------------------------------------------------------------------------------
  Device& device(std::size_t number) { return *devices_[number]; }
  // Syncs one device over a perfect network, to its end.
  Result<device::client::SyncReport> sync(std::size_t number);
  Response as_admin(const std::string& method, const std::string& target, const std::string& body = "",
                    Headers headers = {});
  server::service::Service& service() { return *service_; }
  Instant now() const { return clock_.now(); }
  RecordId team() const { return team_; }
  void restart_server();

 private:
  friend class Invariants;
  friend class Tampering;

  void set_up();
  Result<void> begin();
  void add_device(std::size_t number);
  void sign_in(Device& device);
  Response ask(const Request& request);  // status 0: the server died over it
  void look_at_server();
  const History* history_with(const Cut& cut) const;

  void step();
  void edit(Device& device);
  void check_read_back(Device& device, const model::Table& table, RecordId contact,
                       const std::pair<std::string, std::string>& value);
  void create(Device& device);
  std::optional<RecordId> create(Device& device, const char* set, const device::client::TypedValues& values);
  void remove(Device& device);
  void start_sync(Device& device);
  void deliver();
  void deliver_all();
  void deliver(Message message, Fault fault);
  Fault chance_of_fault();
  void deliver_to_server(Message message, Fault fault);
  void deliver_to_device(Message message, Fault fault);
  Response strange_answer();
  void trouble(Device& device);
  void trouble_at_server();
  void back_up_server();
  void restore_server();
  void time_passes();
  void kill(Device& device);
  void decide(Device& device);
  void decide(Device& device, const device::store::Conflict& conflict);
  void decide(Device& device, const device::store::OutboxEntry& error);
  void work_at_server();
  void change_team();

  // People with offline drafts, and what the admin does to them.
  void begin_drafting();
  void drafting_step();
  void change_experience();
  void change_experience(RecordId user, std::optional<RecordId> profile);
  void change_settings();
  void change_connection(Device& device);
  bool is_offline(Device& device);
  void set_offline(Device& device, bool goes_offline);
  std::optional<RecordId> any_record_for_draft(Device& device, const char* table);
  std::optional<RecordId> any_draft(const Device& device);
  void read_at_server(Device& device);
  void open_record(Device& device);
  void make_draft(Device& device);
  void note_created(Device& device, const device::client::Written& made, const model::Table& table,
                    const device::client::TypedValues& values, const std::optional<model::Reference>& related);
  void change_draft(Device& device);
  void discard_draft(Device& device);
  void give_up(Device& device, RecordId draft);
  void save_draft(Device& device);
  void save_drafts(Device& device);
  void save_all(Device& device);
  void goes_up(Device& device, const UnderWay& write);
  void finish_writes(Device& device);
  void finish(Device& device, const UnderWay& write);
  std::vector<device::store::OutboxEntry> refused_changes_of(Device& device, RecordId record);

  void perform(Device& device);
  void after(Device& device, const char* what);
  void check_seen_before_replaced();
  void note_confirmed(const std::string& body);
  void check_confirmed(const Request& request, const Response& response);
  void check_groups(const Request& request, const std::set<RecordId>& there_before);
  std::set<RecordId> created_and_there(const Request& request) const;
  void check_resumed(Device& device, const Request& request);
  void note_page(Device& device, const Request& request, const Response& response);
  void say(std::string line);
  void fail(std::string reason);
  std::string next_text() { return "v" + std::to_string(++texts_); }
  std::optional<RecordId> any_record(Device& device, const char* table);
  Instant now_on(const Device& device) const { return clock_.now() + device.clock_error; }

  WorldOptions options_;
  SeededRandom random_;
  SeededRandom drafting_random_;
  SeededRandom server_random_;
  Clock clock_;
  NullLog log_;
  Network network_;
  Beginning* beginning_ = nullptr;
  std::unique_ptr<server::access::PasswordHasher> hasher_;
  std::unique_ptr<sql::Database> server_file_;
  std::unique_ptr<MortalDatabase> server_database_;
  std::unique_ptr<server::service::Service> service_;
  std::unique_ptr<History> history_;
  std::vector<std::unique_ptr<History>> undone_;  // what came to nothing when the server was put back
  struct ServerBackup {
    std::unique_ptr<sql::Database> file;
    std::unique_ptr<History> history;
    std::set<std::string> confirmed_texts;
  } server_backup_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::string admin_token_;
  RecordId unit_, team_, admin_, accounts_only_;
  std::vector<RecordId> users_;
  std::uint64_t texts_ = 0;
  Writings writings_;
  Drafts drafts_;
  bool has_drafters_ = false;
  std::set<std::string> confirmed_texts_;  // of changes that the server said it has
  bool is_calm_ = false;
  bool was_long_ = false;  // a hundred days passed at once
  std::vector<std::string> trace_;
  std::optional<std::string> failure_;
};

}  // namespace satchel::sim
