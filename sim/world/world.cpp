// SPDX-License-Identifier: Apache-2.0
#include "sim/world/world.h"

#include "edge/sqlite/maintenance.h"
#include "sim/world/invariants.h"

namespace satchel::sim {
namespace {

using device::client::SyncRequested;

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      random_(options.seed),
      drafting_random_(options.seed ^ 0xd4af7),
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
  begin_drafting();
  for (int i = 0; i < 12 && !failure_; ++i) work_at_server();
  for (int i = 0; i < options_.devices && !failure_; ++i) add_device(static_cast<std::size_t>(i));
}

Result<void> World::begin() {
  server_file_ = TRY(copy_of(*beginning_->server_file, FileKind::server));
  server_database_ = std::make_unique<MortalDatabase>(*server_file_, options_.mutation);
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
                                         model::Schema::standard(), options_.seed * 31 + number, options_.mutation);
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
  server_database_->resurrect();
  auto opened =
      server::service::Service::open(*server_database_, model::Schema::standard(), *hasher_, server_random_, log_, {});
  if (!opened) return fail("the server can't start: " + opened.error().message);
  service_ = std::move(*opened);
}

Response World::ask(const Request& request) {
  auto response = service_->handle(request, clock_.now());
  if (server_database_->is_dead()) {
    say("the server dies");
    restart_server();
    response.status = 0;
  }
  look_at_server();
  return response;
}

void World::look_at_server() {
  if (failure_) return;
  server_database_->set_watched(true);
  if (auto looked = history_->look(*server_file_, service_->records()); !looked)
    fail("the server can't be read: " + looked.error().message);
  server_database_->set_watched(false);
  check_seen_before_replaced();
}

const History* World::history_with(const Cut& cut) const {
  if (history_->holds(cut)) return history_.get();
  for (auto history = undone_.rbegin(); history != undone_.rend(); ++history)
    if ((*history)->holds(cut)) return history->get();
  return nullptr;
}

// K1, K2: nobody's words are replaced by somebody who hadn't seen them.
void World::check_seen_before_replaced() {
  for (const auto& [before, after] : history_->take_replaced())
    if (!writings_.had_seen(after, before))
      fail("K2: " + after + " replaced " + before + ", which its writer never saw");
}

Response World::as_admin(const std::string& method, const std::string& target, const std::string& body,
                         Headers headers) {
  Response response;
  for (int i = 0; i < 2; ++i) {
    Request request;
    request.method = method;
    request.target = "/api/data/v9.2/" + target;
    request.headers = headers;
    request.headers.set("Authorization", "Bearer " + admin_token_);
    request.headers.set("Content-Type", "application/json");
    request.body = body;
    response = ask(request);
    if (response.status != 401) break;
    const auto token = sign_in_admin(*service_, clock_.now());
    if (token) admin_token_ = token->token;
  }
  return response;
}

// ---- steps -----------------------------------------------------------------------------------------------------------------

void World::run(int steps) {
  for (int i = 0; i < steps && !failure_; ++i) step();
}

// In thousandths; what is left over is a fault, or nothing where there are none.
void World::step() {
  clock_.advance(Duration::of_milliseconds(static_cast<std::int64_t>(random_.below(5000))));
  auto& device = *devices_[random_.below(devices_.size())];
  const auto dice = random_.below(1000);
  if (dice < 140) edit(device);
  else if (dice < 200) create(device);
  else if (dice < 230) remove(device);
  else if (dice < 370) start_sync(device);
  else if (dice < 800) deliver();
  else if (dice < 880) work_at_server();
  else if (dice < 900) change_team();
  else if (dice < 940) decide(device);
  else if (options_.faults == Faults::none) return;
  else if (dice < 987) trouble(device);
  else trouble_at_server();
  drafting_step();
  if (!failure_) Invariants(*this).check();
}

// What befalls a device.
void World::trouble(Device& device) {
  const auto dice = random_.below(options_.faults == Faults::all ? 47 : 32);
  const auto soon = 1 + static_cast<std::int64_t>(random_.below(60));
  if (dice < 24) kill(device);
  else if (dice < 32) device.database().die_in(soon);
  else if (dice < 37) device.database().fail_in(soon, {ErrorCode::disk_full, "The disk is full."});
  else if (dice < 40) device.database().fail_in(soon, {ErrorCode::io_error, "The disk can't be read."});
  else if (dice < 44 || !device.has_backup()) {
    say("device " + std::to_string(device.number()) + " is backed up");
    device.writings_at_backup = writings_.open(device.number());
    device.drafts_at_backup = drafts_.of(device.number());
    if (auto done = device.back_up(); !done) fail("a backup can't be made: " + done.error().message);
  } else {
    say("device " + std::to_string(device.number()) + " gets its backup back");
    writings_.put_back(device.number(), device.writings_at_backup);
    drafts_.put_back(device.number(), device.drafts_at_backup);
    if (auto done = device.restore_backup(); !done) fail("a backup can't be restored: " + done.error().message);
  }
}

void World::trouble_at_server() {
  const auto dice = random_.below(options_.faults == Faults::all ? 13 : 4);
  if (dice < 4) {
    say("the server restarts");
    restart_server();
  } else if (dice < 6) server_database_->die_in(1 + static_cast<std::int64_t>(random_.below(200)));
  else if (dice < 8) time_passes();
  else if (dice < 11 || !server_backup_.file) back_up_server();
  else restore_server();
}

// Devices lie in a drawer: for hours, so that access tokens end; seldom for so long that the server forgets what it may.
void World::time_passes() {
  const bool is_long = random_.one_in(12);
  clock_.advance(is_long ? Duration::of_days(100)
                         : Duration::of_seconds(static_cast<std::int64_t>(600 + random_.below(86'400))));
  say(is_long ? "a hundred days pass" : "some hours pass");
  if (!is_long) return;
  was_long_ = true;
  if (auto swept = service_->records().sweep(clock_.now()); !swept && !server_database_->is_dead())
    fail("the server can't be swept: " + swept.error().message);
  if (server_database_->is_dead()) restart_server();
}

void World::back_up_server() {
  say("the server is backed up");
  auto copy = copy_of(*server_file_, FileKind::server);
  if (!copy) return fail("the server can't be backed up: " + copy.error().message);
  server_backup_ = {std::move(*copy), std::make_unique<History>(*history_), confirmed_texts_};
}

// Y8: what was written since is gone, and the new epoch says so.
void World::restore_server() {
  say("the server gets its backup back");
  service_.reset();
  server_database_->resurrect();
  if (auto copied = edge::sqlite::copy_into(*server_backup_.file, *server_file_); !copied)
    return fail("the server's backup can't be restored: " + copied.error().message);
  undone_.push_back(std::move(history_));
  history_ = std::make_unique<History>(*server_backup_.history);
  confirmed_texts_ = server_backup_.confirmed_texts;
  restart_server();
  if (failure_ || options_.mutation == Mutation::ignore_history) return;
  auto transaction = sql::Transaction::begin(*server_file_);
  if (!transaction || !service_->records().begin_new_epoch(clock_.now()) || !transaction->commit())
    fail("the server can't begin a new epoch");
  look_at_server();
}

// ---- the end ---------------------------------------------------------------------------------------------------------------

void World::run_until_quiet() {
  is_calm_ = true;
  server_database_->calm();
  constexpr int kRounds = 60;
  for (int round = 0; round < kRounds && !failure_; ++round) {
    bool is_quiet = true;
    const auto head = history_->head();
    for (auto& device : devices_) {
      device->database().calm();
      deliver_all();
      if (has_drafters_) save_all(*device);
      decide(*device);
      start_sync(*device);
      deliver_all();
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

// Until nothing is on its way any more.
void World::deliver_all() {
  constexpr int kMessages = 2000;
  for (int i = 0; !network_.empty() && !failure_; ++i) {
    if (i == kMessages) return fail("invariant 14: a sync doesn't end");
    deliver();
  }
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
