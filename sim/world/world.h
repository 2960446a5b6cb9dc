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
#include "sim/world/history.h"

namespace satchel::sim {

// Ways to break the system on purpose, to see that the simulator notices (`--mutations`).
enum class Mutation { none, forget_requests, lose_cursor, skip_merge };

struct WorldOptions {
  std::uint64_t seed = 1;
  int devices = 3;
  bool faults = true;
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

  void set_up();
  Result<void> begin();
  void add_device(std::size_t number);
  void sign_in(Device& device);
  Response ask(const Request& request);
  void look_at_server();

  void step();
  void edit(Device& device);
  void create(Device& device);
  void remove(Device& device);
  void start_sync(Device& device);
  void deliver();
  void deliver(Message message, Fault fault);
  void kill(Device& device);
  void decide(Device& device);
  void work_at_server();
  void change_team();

  void perform(Device& device);
  void after(Device& device, const char* what);
  void check_seen_before_replaced();
  void say(std::string line);
  void fail(std::string reason);
  std::string next_text() { return "v" + std::to_string(++texts_); }
  std::optional<RecordId> any_record(Device& device, const char* table);
  Instant now_on(const Device& device) const { return clock_.now() + device.clock_error; }

  WorldOptions options_;
  SeededRandom random_;
  SeededRandom server_random_;
  Clock clock_;
  NullLog log_;
  Network network_;
  Beginning* beginning_ = nullptr;
  std::unique_ptr<server::access::PasswordHasher> hasher_;
  std::unique_ptr<sql::Database> server_file_;
  std::unique_ptr<server::service::Service> service_;
  std::unique_ptr<History> history_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::string admin_token_;
  RecordId unit_, team_, admin_;
  std::vector<RecordId> users_;
  std::uint64_t texts_ = 0;
  // What whoever wrote a text had before his eyes in that place: only that may the text replace.
  std::map<std::string, std::set<std::string>> seen_by_writer_;
  bool is_calm_ = false;
  std::vector<std::string> trace_;
  std::optional<std::string> failure_;
};

}  // namespace satchel::sim
