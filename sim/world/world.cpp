// SPDX-License-Identifier: Apache-2.0
#include "sim/world/world.h"

#include "sim/world/invariants.h"

namespace satchel::sim {
namespace {

using device::client::SyncRequested;

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      random_(options.seed),
      server_random_(options.seed ^ 0x5e12),
      clock_(kStart),
      hasher_(std::make_unique<PlainHasher>()) {
  set_up();
}

World::~World() = default;

// ---- setting up ------------------------------------------------------------------------------------------------------------

void World::set_up() {
  std::string why;
  beginning_ = Beginning::shared(why);
  if (beginning_ == nullptr) return fail("no world can begin: " + why);
  if (auto begun = begin(); !begun) return fail("this world can't begin: " + begun.error().message);
  change_team();
  for (int i = 0; i < 12 && !failure_; ++i) work_at_server();
  for (int i = 0; i < options_.devices && !failure_; ++i) add_device(static_cast<std::size_t>(i));
}

Result<void> World::begin() {
  server_file_ = TRY(copy_of(*beginning_->server_file, FileKind::server));
  unit_ = beginning_->unit;
  team_ = beginning_->team;
  admin_ = beginning_->admin;
  users_ = beginning_->users;
  restart_server();
  if (failure_) return Error{ErrorCode::internal, *failure_};
  history_ = std::make_unique<History>(model::Schema::standard());
  admin_token_ = TRY(sign_in_admin(*service_, clock_.now())).token;
  return history_->look(*server_file_, service_->records());
}

void World::add_device(std::size_t number) {
  const auto who = number % users_.size();
  auto file = copy_of(*beginning_->device_file, FileKind::device);
  if (!file) return fail("a device can't be made: " + file.error().message);
  auto device = std::make_unique<Device>(number, "user" + std::to_string(who), users_[who], std::move(*file),
                                         model::Schema::standard(), options_.seed * 31 + number);
  device->clock_error = Duration::of_days(static_cast<std::int64_t>(random_.below(4000)) - 2000);
  if (auto started = device->restart(); !started) return fail("a store can't be opened: " + started.error().message);
  devices_.push_back(std::move(device));
  sign_in(*devices_.back());
}

void World::sign_in(Device& device) {
  device.engine().handle(device::client::SignIn{"sim://server", device.user(), kPassword}, now_on(device));
  perform(device);
  while (!network_.empty()) deliver(network_.take(random_, false), Fault::none);
  if (!device.last_report || !*device.last_report)
    fail("sign-in failed: " + (device.last_report ? device.last_report->error().message : "no answer"));
}

void World::restart_server() {
  service_.reset();
  auto opened =
      server::service::Service::open(*server_file_, model::Schema::standard(), *hasher_, server_random_, log_, {});
  if (!opened) return fail("the server can't start: " + opened.error().message);
  service_ = std::move(*opened);
}

Response World::ask(const Request& request) {
  auto response = service_->handle(request, clock_.now());
  look_at_server();
  return response;
}

void World::look_at_server() {
  if (auto looked = history_->look(*server_file_, service_->records()); !looked)
    fail("the server can't be read: " + looked.error().message);
  check_seen_before_replaced();
}

// K1, K2: nobody's words are replaced by somebody who hadn't seen them. An edit made on top of an own unsent edit has seen what
// that one saw.
void World::check_seen_before_replaced() {
  for (const auto& [before, after] : history_->take_replaced()) {
    if (seen_by_writer_.count(after) == 0) continue;  // the office writes on what it has
    std::set<std::string> reached;
    std::vector<std::string> open{after};
    while (!open.empty()) {
      const auto text = open.back();
      open.pop_back();
      const auto seen = seen_by_writer_.find(text);
      if (seen == seen_by_writer_.end()) continue;
      for (const auto& base : seen->second)
        if (reached.insert(base).second) open.push_back(base);
    }
    if (reached.count(before) == 0) fail("K2: " + after + " replaced " + before + ", which its writer never saw");
  }
}

Response World::as_admin(const std::string& method, const std::string& target, const std::string& body,
                         Headers headers) {
  auto response = ask_as(*service_, admin_token_, method, target, body, std::move(headers), clock_.now());
  look_at_server();
  return response;
}

// ---- steps -----------------------------------------------------------------------------------------------------------------

void World::run(int steps) {
  for (int i = 0; i < steps && !failure_; ++i) step();
}

void World::step() {
  clock_.advance(Duration::of_milliseconds(static_cast<std::int64_t>(random_.below(5000))));
  auto& device = *devices_[random_.below(devices_.size())];
  const auto dice = random_.below(100);
  if (dice < 14) edit(device);
  else if (dice < 20) create(device);
  else if (dice < 23) remove(device);
  else if (dice < 37) start_sync(device);
  else if (dice < 80) deliver();
  else if (dice < 88) work_at_server();
  else if (dice < 90) change_team();
  else if (dice < 94) decide(device);
  else if (dice < 97 && options_.faults) kill(device);
  else if (dice < 98 && options_.faults) restart_server();
  else if (options_.faults) device.database().die_in(1 + static_cast<std::int64_t>(random_.below(60)));
  if (!failure_) Invariants(*this).check();
}

// ---- the end ---------------------------------------------------------------------------------------------------------------

void World::run_until_quiet() {
  is_calm_ = true;
  constexpr int kRounds = 60;
  for (int round = 0; round < kRounds && !failure_; ++round) {
    bool is_quiet = true;
    const auto head = history_->head();
    for (auto& device : devices_) {
      device->database().die_in(0);
      while (!network_.empty() && !failure_) deliver();
      decide(*device);
      start_sync(*device);
      while (!network_.empty() && !failure_) deliver();
      if (failure_) return;
      Invariants(*this).check();
      const auto left = device->store().outbox();
      const auto open = device->store().conflicts();
      is_quiet =
          is_quiet && left && left->empty() && open && open->empty() && device->last_report && *device->last_report;
    }
    if (is_quiet && head == history_->head()) return;
  }
  if (!failure_)
    fail("invariant 14: queues don't drain in " + std::to_string(kRounds) + " rounds" +
         Invariants(*this).what_is_left());
}

void World::check_converged() {
  if (!failure_) Invariants(*this).check_converged();
}

Result<device::client::SyncReport> World::sync(std::size_t number) {
  auto& device = *devices_[number];
  device.engine().handle(SyncRequested{}, now_on(device));
  perform(device);
  while (!network_.empty()) deliver(network_.take(random_, false), Fault::none);
  if (!device.last_report) return Error{ErrorCode::internal, "the sync didn't finish"};
  return *device.last_report;
}

void World::say(std::string line) {
  if (!options_.is_told) return;
  trace_.push_back(format_date_time(clock_.now().seconds()) + "  " + std::move(line));
}

void World::fail(std::string reason) {
  if (!failure_) failure_ = std::move(reason);
}

}  // namespace satchel::sim
