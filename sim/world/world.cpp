// SPDX-License-Identifier: Apache-2.0
#include "sim/world/world.h"

#include "base/json.h"
#include "base/text.h"
#include "edge/sqlite/database.h"
#include "odata/batch.h"
#include "odata/record_json.h"
#include "sim/world/invariants.h"

namespace satchel::sim {
namespace {

using device::client::AnswerCame;
using device::client::Finished;
using device::client::GoOn;
using device::client::RequestToken;
using device::client::Send;
using device::client::SyncRequested;
using device::client::WorkLeft;

constexpr const char* kAdministrator = "admin";
constexpr const char* kPassword = "secret";
constexpr Instant kStart{1'790'000'000'000};

// Quick, and as good as none; the real one is tested where it stands.
class PlainHasher final : public server::access::PasswordHasher {
 public:
  std::string hash(std::string_view password) override { return "plain:" + std::string(password); }
  bool verify(std::string_view password, std::string_view hash) override {
    return hash == "plain:" + std::string(password);
  }
};

std::unique_ptr<sql::Database> memory_file(edge::sqlite::Profile profile) {
  auto database = edge::sqlite::open({.path = ":memory:", .profile = profile});
  return database ? std::move(*database) : nullptr;
}

// What an answer says, for the trace.
std::string described(const Request& request, const Response& response) {
  if (response.status != 200) return " " + response.body;
  std::string text;
  if (request.target.ends_with("$batch")) {
    if (const auto answers = odata::read_json_batch_answer(response.body))
      for (const auto& answer : *answers)
        text += " " + answer.id + ":" + std::to_string(answer.response.status) +
                (answer.response.status >= 400
                     ? "(" + std::string(odata::read_error(answer.response.status, answer.response.body).message) + ")"
                     : "");
  } else if (request.target.ends_with("pull")) {
    const auto page = odata::FeedPageReader::open(model::Schema::standard(), response.body);
    if (!page) return " " + page.error().message;
    const auto& head = page->head();
    text = std::string(head.phase == odata::FeedPhase::load ? " load" : " delta") + ", " +
           std::to_string(page->rows()) + " rows, " + std::to_string(page->marks().size()) + " marks, granted";
    for (const auto& scope : head.granted) text += " " + std::to_string(scope.number.value);
    text += ", dropped";
    for (const auto scope : head.dropped) text += " " + std::to_string(scope.value);
    if (head.complete) text += ", cut " + std::to_string(head.cut.seq.value);
  }
  return text;
}

std::string bind(const std::string& set, RecordId id) { return "/" + set + "(" + id.to_string() + ")"; }

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
  server_file_ = memory_file(edge::sqlite::Profile::server);
  if (!server_file_) return fail("the server's database can't be opened");
  restart_server();
  if (failure_) return;
  if (auto built = build_organization(); !built)
    return fail("the organisation can't be made: " + built.error().message);
  for (int i = 0; i < options_.devices && !failure_; ++i) {
    const auto number = static_cast<std::size_t>(i);
    const auto who = number % users_.size();
    auto device = std::make_unique<Device>(number, "user" + std::to_string(who), users_[who],
                                           memory_file(edge::sqlite::Profile::device), model::Schema::standard(),
                                           options_.seed * 31 + number);
    device->clock_error = Duration::of_days(static_cast<std::int64_t>(random_.below(4000)) - 2000);
    if (auto started = device->restart(); !started) return fail("a store can't be opened: " + started.error().message);
    devices_.push_back(std::move(device));
    auto& made = *devices_.back();
    made.engine().handle(device::client::SignIn{"sim://server", made.user(), kPassword}, now_on(made));
    const auto faults = std::exchange(options_.faults, false);
    perform(made);
    while (!network_.empty()) deliver(network_.take(random_, false), Fault::none);
    options_.faults = faults;
    if (!made.last_report || !*made.last_report)
      return fail("sign-in failed: " + (made.last_report ? made.last_report->error().message : "no answer"));
  }
}

void World::restart_server() {
  service_.reset();
  auto opened =
      server::service::Service::open(*server_file_, model::Schema::standard(), *hasher_, server_random_, log_, {});
  if (!opened) return fail("the server can't start: " + opened.error().message);
  service_ = std::move(*opened);
}

Result<void> World::build_organization() {
  TRY(server::service::create_organization(*service_, *server_file_, {"Simulated", kAdministrator, kPassword},
                                           server_random_, clock_.now()));
  history_ = std::make_unique<History>(model::Schema::standard());
  Request request;
  request.method = "POST";
  request.target = "/oauth2/token";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = std::string("grant_type=password&client_id=sim&username=") + kAdministrator + "&password=" + kPassword;
  const auto token = TRY(Json::parse(ask(request).body));
  admin_token_ = std::string(token.string_at("access_token"));
  const auto unit = RecordId::parse(token.string_at("business_unit_id"));
  const auto admin = RecordId::parse(token.string_at("user_id"));
  if (!unit || !admin) return Error{ErrorCode::internal, "sign-in gave no ids"};
  unit_ = *unit;
  admin_ = *admin;
  team_ = new_id<RecordId>(random_, clock_.now());
  const auto team = as_admin(
      "POST", "teams",
      "{\"teamid\":\"" + team_.to_string() + "\",\"name\":\"Team\",\"businessunitid@odata.bind\":\"" +
          bind("businessunits", unit_) + "\",\"administratorid@odata.bind\":\"" + bind("systemusers", admin_) + "\"}");
  if (team.status >= 300) return odata::read_error(team.status, team.body);
  for (int i = 0; i < 3; ++i) users_.push_back(add_user("user" + std::to_string(i)));
  if (failure_) return Error{ErrorCode::internal, *failure_};
  change_team();
  for (int i = 0; i < 12; ++i) work_at_server();
  return {};
}

RecordId World::add_user(const std::string& name) {
  const auto id = new_id<RecordId>(random_, clock_.now());
  const auto made = as_admin("POST", "systemusers",
                             "{\"systemuserid\":\"" + id.to_string() + "\",\"domainname\":\"" + name +
                                 "\",\"firstname\":\"U\",\"lastname\":\"" + name +
                                 "\",\"businessunitid@odata.bind\":\"" + bind("businessunits", unit_) + "\"}");
  if (made.status >= 300) {
    fail("a user can't be made: " + made.body);
    return id;
  }
  auto transaction = sql::Transaction::begin(*server_file_);
  (void)service_->sessions().set_password(id, kPassword);
  (void)service_->sessions().set_roles(id, {server::access::Role::salesperson});
  (void)transaction->commit();
  return id;
}

Response World::ask(const Request& request) {
  auto response = service_->handle(request, clock_.now());
  if (auto looked = history_->look(service_->records()); !looked)
    fail("the server can't be read: " + looked.error().message);
  check_seen_before_replaced();
  return response;
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
  Request request;
  request.method = method;
  request.target = "/api/data/v9.2/" + target;
  request.headers = std::move(headers);
  request.headers.set("Authorization", "Bearer " + admin_token_);
  request.headers.set("Content-Type", "application/json");
  request.body = body;
  return ask(request);
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

std::optional<RecordId> World::any_record(Device& device, const char* table) {
  query::Query query;
  query.table = model::Schema::standard().find(table)->number;
  device.database().set_watched(true);
  const auto list = device.store().list(query);
  device.database().set_watched(false);
  if (!list || list->records.empty()) return std::nullopt;
  return list->records[random_.below(list->records.size())].id;
}

void World::edit(Device& device) {
  static const char* kColumns[] = {"jobtitle", "telephone1", "department", "description"};
  const auto contact = any_record(device, "contact");
  if (!contact) return;
  device::client::TypedValues values;
  const auto first = random_.below(4);
  values.emplace_back(kColumns[first], next_text());
  if (random_.one_in(3)) values.emplace_back(kColumns[(first + 1) % 4], next_text());
  device.database().set_watched(true);
  const auto& table = *model::Schema::standard().find("contact");
  if (const auto shown = device.store().find(table, *contact); shown && *shown)
    for (const auto& [name, text] : values) {
      const auto* old = model::text_in((**shown).values[table.find_column(name)->index]);
      seen_by_writer_[text].insert(old != nullptr ? *old : std::string());
    }
  device.database().set_watched(false);
  const auto saved = device.client().update("contacts", *contact, values, now_on(device));
  say("device " + std::to_string(device.number()) + " edits contact " + contact->to_string() + " " + values[0].first +
      "=" + values[0].second + (saved ? "" : ": " + saved.error().message));
  after(device, "edit");
  if (!saved || failure_ || device.database().is_dead()) return;
  device.database().set_watched(true);
  const auto record = device.store().find(*model::Schema::standard().find("contact"), *contact);
  device.database().set_watched(false);
  const auto column = model::Schema::standard().find("contact")->find_column(values[0].first)->index;
  if (!record || !*record || (**record).values[column] != model::Value{values[0].second})
    fail("invariant 9: a write can't be read back");
}

void World::create(Device& device) {
  const bool is_account = random_.one_in(3);
  device::client::TypedValues values{{is_account ? "name" : "lastname", next_text()}};
  if (!is_account)
    if (const auto account = any_record(device, "account"))
      values.emplace_back("parentcustomerid", "accounts/" + account->to_string());
  const auto made = device.client().create(is_account ? "accounts" : "contacts", values, now_on(device));
  say("device " + std::to_string(device.number()) + " creates " + (is_account ? "account " : "contact ") +
      (made ? made->to_string() : made.error().message));
  after(device, "create");
  if (!made || !random_.one_in(3) || device.database().is_dead()) return;
  const auto task = device.client().create(
      "tasks",
      {{"subject", next_text()}, {"regardingobjectid", (is_account ? "accounts/" : "contacts/") + made->to_string()}},
      now_on(device));
  say("  and task " + (task ? task->to_string() : task.error().message));
  after(device, "create");
}

void World::remove(Device& device) {
  static const char* kTables[] = {"contact", "task", "account"};
  const auto* table = kTables[random_.below(3)];
  const auto id = any_record(device, table);
  if (!id) return;
  const auto done = device.client().remove(model::Schema::standard().find(table)->set, *id, now_on(device));
  say("device " + std::to_string(device.number()) + " deletes " + table + " " + id->to_string() +
      (done ? "" : ": " + done.error().message));
  after(device, "remove");
}

void World::start_sync(Device& device) {
  if (device.engine().busy()) return;
  say("device " + std::to_string(device.number()) + " syncs");
  device.engine().handle(SyncRequested{}, now_on(device));
  perform(device);
}

void World::kill(Device& device) {
  say("device " + std::to_string(device.number()) + " is killed");
  if (auto restarted = device.restart(); !restarted)
    fail("a store can't be opened after a kill: " + restarted.error().message);
}

// A process that died in the middle of a statement comes back.
void World::after(Device& device, const char* what) {
  if (!device.database().is_dead()) return;
  say("device " + std::to_string(device.number()) + " died during " + what);
  kill(device);
}

void World::perform(Device& device) {
  for (;;) {
    bool has_work = false;
    while (auto output = device.poll()) {
      if (auto* send = std::get_if<Send>(&*output))
        network_.send(
            {device.number(), send->token.value, device.life(), Direction::to_server, std::move(send->request), {}});
      if (auto* finished = std::get_if<Finished>(&*output)) {
        if (!finished->report && !device.database().is_dead())
          say("device " + std::to_string(device.number()) + " sync ended: " + finished->report.error().message);
        device.last_report = std::move(finished->report);
      }
      has_work = has_work || std::holds_alternative<WorkLeft>(*output);
    }
    if (device.database().is_dead()) return after(device, "sync");
    if (!has_work) return;
    device.engine().handle(GoOn{}, now_on(device));
  }
}

void World::deliver() {
  if (network_.empty()) return;
  const auto dice = options_.faults && !is_calm_ ? random_.below(100) : 99;
  const auto fault = dice < 6 ? Fault::lost : dice < 10 ? Fault::doubled : dice < 13 ? Fault::cut_short : Fault::none;
  deliver(network_.take(random_, !is_calm_), fault);
}

void World::deliver(Message message, Fault fault) {
  auto& device = *devices_[message.device];
  const auto name = "device " + std::to_string(message.device);
  if (message.direction == Direction::to_server) {
    if (fault == Fault::lost) {
      say(name + "'s request is lost");
      message.answer = Result<Response>(Error{ErrorCode::offline, "The server can't be reached."});
    } else {
      if (fault == Fault::doubled) {
        say(name + "'s request comes twice");
        (void)ask(message.request);
      }
      auto response = ask(message.request);
      say(name + " " + message.request.target + " -> " + std::to_string(response.status) +
          described(message.request, response));
      message.answer = Result<Response>(std::move(response));
    }
    message.direction = Direction::to_device;
    return network_.send(std::move(message));
  }
  if (message.life != device.life()) return;
  if (fault == Fault::lost || fault == Fault::cut_short) {
    say(name + (fault == Fault::lost ? "'s answer is lost" : "'s answer is cut short"));
    message.answer = Result<Response>(Error{ErrorCode::offline, "The connection broke."});
  }
  const int times = fault == Fault::doubled ? 2 : 1;
  for (int i = 0; i < times && message.life == device.life(); ++i) {
    device.engine().handle(AnswerCame{RequestToken(message.token), *message.answer}, now_on(device));
    perform(device);
  }
}

// ---- people ----------------------------------------------------------------------------------------------------------------

void World::decide(Device& device) {
  const auto conflicts = device.store().conflicts();
  if (conflicts && !conflicts->empty()) {
    const auto& conflict = (*conflicts)[random_.below(conflicts->size())];
    const char* keep = random_.one_in(2) ? "mine" : "server";
    for (std::size_t i = 0; i < conflict.mine.size() && i < conflict.server.size(); ++i) {
      const auto* mine = model::text_in(conflict.mine[i].value);
      const auto* theirs = model::text_in(conflict.server[i].value);
      if (mine != nullptr && theirs != nullptr) seen_by_writer_[*mine].insert(*theirs);
    }
    const auto done = device.client().resolve(conflict.id, keep, now_on(device));
    say("device " + std::to_string(device.number()) + " keeps " + keep + " of " + conflict.record.to_string() +
        (done ? "" : ": " + done.error().message));
    return after(device, "decision");
  }
  const auto errors = device.client().errors();
  if (!errors || errors->empty()) return;
  const auto& entry = (*errors)[random_.below(errors->size())];
  const auto done = random_.one_in(2) ? device.client().retry(entry.position, now_on(device))
                                      : device.client().discard(entry.position, now_on(device));
  say("device " + std::to_string(device.number()) + " decides an error" + (done ? "" : ": " + done.error().message));
  after(device, "decision");
}

// Somebody in the office edits, creates, deletes or hands over a record.
void World::work_at_server() {
  static const char* kColumns[] = {"jobtitle", "telephone1", "department", "description"};
  const auto owner =
      random_.one_in(2) ? bind("teams", team_) : bind("systemusers", users_[random_.below(users_.size())]);
  const auto contacts = history_->readable(admin_, history_->head());
  std::vector<RecordId> ids;
  const auto number = model::Schema::standard().find("contact")->number;
  const auto system = server::access::system_caller(OrganizationNumber(1), {});
  query::Query query;
  query.table = number;
  const auto page = service_->records().list(system, query, 1000);
  if (page)
    for (const auto& record : page->records) ids.push_back(record.id);
  if (ids.size() < 6 || random_.one_in(6)) {
    as_admin("POST", "contacts", "{\"lastname\":\"" + next_text() + "\",\"ownerid@odata.bind\":\"" + owner + "\"}");
    return say("the office creates a contact");
  }
  const auto id = ids[random_.below(ids.size())];
  const auto dice = random_.below(10);
  std::string body;
  if (dice < 7) body = "{\"" + std::string(kColumns[random_.below(4)]) + "\":\"" + next_text() + "\"}";
  else if (dice < 9) body = "{\"ownerid@odata.bind\":\"" + owner + "\"}";
  const auto response = body.empty() ? as_admin("DELETE", "contacts(" + id.to_string() + ")")
                                     : as_admin("PATCH", "contacts(" + id.to_string() + ")", body);
  say("the office " + (body.empty() ? std::string("deletes") : "sets " + body + " on") + " contact " + id.to_string() +
      " -> " + std::to_string(response.status));
}

// A user joins or leaves the team, and with that sees or loses its records.
void World::change_team() {
  const auto& schema = model::Schema::standard();
  query::Query query;
  query.table = schema.find("teammembership")->number;
  const auto member = schema.find("teammembership")->find_column("systemuserid")->index;
  const auto team = schema.find("teammembership")->find_column("teamid")->index;
  const auto user = users_[random_.below(users_.size())];
  const auto page = service_->records().list(server::access::system_caller(OrganizationNumber(1), {}), query, 1000);
  if (page)
    for (const auto& record : page->records)
      if (model::reference_in(record.values[member])->id == user &&
          model::reference_in(record.values[team])->id == team_) {
        const auto response = as_admin("DELETE", "teammemberships(" + record.id.to_string() + ")");
        return say("user " + user.to_string() + " leaves the team -> " + std::to_string(response.status));
      }
  const auto response = as_admin("POST", "teammemberships",
                                 "{\"systemuserid@odata.bind\":\"" + bind("systemusers", user) +
                                     "\",\"teamid@odata.bind\":\"" + bind("teams", team_) + "\"}");
  say("user " + user.to_string() + " joins the team -> " + std::to_string(response.status));
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
  trace_.push_back(format_date_time(clock_.now().seconds()) + "  " + std::move(line));
}

void World::fail(std::string reason) {
  if (!failure_) failure_ = std::move(reason);
}

}  // namespace satchel::sim
