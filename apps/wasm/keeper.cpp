// SPDX-License-Identifier: Apache-2.0
#include "apps/wasm/keeper.h"

#include <algorithm>
#include <array>

#include "apps/wasm/host_file_system.h"
#include "base/bytes.h"
#include "base/text.h"
#include "device/client/limits.h"
#include "device/client/standing.h"
#include "device/door/schema_json.h"
#include "device/door/settings.h"
#include "device/vault/limits.h"
#include "edge/sqlite/database.h"
#include "odata/record_json.h"

namespace satchel::apps {
namespace {

namespace door = device::door;
namespace vault = device::vault;
using door::Asked;
using door::TabNumber;

constexpr const char* kDatabase = "store";

// Rows of one page of a first load: some 100 ms to store, between which the app answers.
constexpr std::size_t kLoadRowsMax = 8000;

// Bytes of a PIN; the organisation says how many characters it has at least.
constexpr std::size_t kPinSizeMax = 256;

Json done() {
  auto json = Json::object();
  json.set("ok", true);
  return json;
}

Json head(std::string_view name, Json content) {
  auto json = Json::object();
  json.set(name, std::move(content));
  return json;
}

// A demo organisation listens on loopback only, and its users are known by their names (docs/demo.md).
bool is_demo(std::string_view server, std::string_view user) {
  const auto at = server.find("://");
  auto host = server.substr(at == server.npos ? 0 : at + 3);
  const bool is_loopback = host.rfind("127.0.0.1", 0) == 0 || host.rfind("localhost", 0) == 0;
  return is_loopback && user.ends_with("@demo");
}

std::string owner_of(std::string_view server, std::string_view user) {
  return std::string(server) + " " + to_lower_ascii(user);
}

// What a person does; what a page does by itself puts no lock off.
bool is_use(std::string_view what) {
  return what != "nudge" && what != "seen" && what != "opened" && what != "suspend";
}

constexpr std::string_view kFilesLeft =
    " A file couldn't be deleted. Nobody can read it, for its key is gone; remove this site's data in the browser's "
    "settings.";

Error closed() { return {ErrorCode::locked, "Enter the PIN first.", {}, "S5"}; }
Error nobody() { return {ErrorCode::unauthorized, "Nobody is signed in here. Sign in first."}; }

}  // namespace

// ---- events ----------------------------------------------------------------------------------------------------------------

void Keeper::begin(std::string_view options, Instant now) {
  take_time(now);
  const auto json = Json::parse(options);
  if (json) {
    key_file_ = json->string_at("key_file");
    client_name_ = json->string_at("client", "web");
    wiped_ = json->string_at("wiped");
    platform_ = device::permits::platform_named(json->string_at("platform")).value_or(platform_);
    named_platform_ = device::permits::platform_named(json->string_at("named_platform"));
    if (const auto start = json->integer_at("now"); start > 0) clock_offset_ = Instant{start} - now;
  }
  // Without its key a store is noise.
  if (key_file_.empty()) remove_database(kDatabase);
  if (key_file_.empty() || vault::needs_pin(key_file_)) return;
  auto unlocked = vault::unlock(key_file_, cryptography_, std::nullopt, now);
  const auto opened = unlocked.key ? open(*unlocked.key) : Result<void>(unlocked.key.error());
  if (!opened) broken(opened.error());
}

void Keeper::hear(TabNumber tab, std::string_view message, Instant now) {
  take_time(now);
  lock_if_idle();
  const auto heard = door::read_message(message);
  if (!heard.asked) {
    if (heard.id != door::MessageId()) tell(tab, door::refusal_text(heard.id, heard.asked.error()));
    return;
  }
  const auto& asked = *heard.asked;
  remember(tab, asked, message);
  if (asked.kind == Asked::Kind::action && is_use(asked.what())) used_at_ = now_;
  if (asked.kind == Asked::Kind::action && keeps(asked.what())) {
    const auto outcome = act(asked.body);
    tell(tab, outcome ? door::answer_text(asked.id, *outcome) : door::refusal_text(asked.id, outcome.error()));
    return;
  }
  if (asked.what() == "sign_in" && !opened_ && key_file_.empty())
    if (const auto made = make_store(); !made) return tell(tab, door::refusal_text(asked.id, made.error()));
  if (asked.what() == "sign_in" && !opened_ && !key_file_.empty()) {
    if (const auto sent = ask_server(tab, asked.id, asked.body); !sent)
      tell(tab, door::refusal_text(asked.id, sent.error()));
    return;
  }
  if (opened_) opened_->door->hear(tab, message, now_);
  else hear_closed(tab, asked);
}

void Keeper::leave(TabNumber tab) {
  std::erase_if(watches_, [&](const Watch& watch) { return watch.tab == tab; });
  if (opened_) opened_->door->leave(tab);
}

void Keeper::answer(std::int64_t token, Result<Response> response, Instant now) {
  take_time(now);
  if (vouching_ && vouching_->token == token) {
    const auto asked = *std::exchange(vouching_, std::nullopt);
    const auto outcome = take_vouching(asked, response);
    return tell(asked.tab,
                outcome ? door::answer_text(asked.id, *outcome) : door::refusal_text(asked.id, outcome.error()));
  }
  const auto known = tokens_.find(token);
  if (known == tokens_.end()) return;
  const auto inner = known->second;
  tokens_.erase(known);
  if (!opened_) return;
  opened_->door->answer(inner, std::move(response), now_);
  // A sync may have brought other settings of the organisation (S5).
  if (const auto standing = device::client::standing(*opened_->store); standing)
    idle_max_ = Duration::of_minutes(standing->lock_minutes);
}

void Keeper::wake(Instant now) {
  take_time(now);
  if (lock_if_idle()) return;
  told_wake_.reset();
  if (opened_) opened_->door->wake(now_);
}

void Keeper::take_time(Instant host_now) {
  host_now_ = host_now;
  now_ = is_demo_ ? host_now + clock_offset_ : host_now;
}

// ---- the lock by idleness --------------------------------------------------------------------------------------------------

std::optional<Instant> Keeper::lock_at() const {
  if (!opened_ || idle_max_ == Duration{} || !vault::needs_pin(key_file_)) return std::nullopt;
  return used_at_ + idle_max_;
}

bool Keeper::lock_if_idle() {
  if (now_ < used_at_) used_at_ = now_;  // The clock was set back.
  const auto at = lock_at();
  if (!at || now_ < *at) return false;
  return lock().ok();
}

// ---- watched questions, open or closed -------------------------------------------------------------------------------------

void Keeper::remember(TabNumber tab, const Asked& asked, std::string_view message) {
  if (asked.kind == Asked::Kind::action || (asked.kind == Asked::Kind::question && !asked.watch)) return;
  std::erase_if(watches_, [&](const Watch& watch) { return watch.tab == tab && watch.id == asked.id; });
  if (asked.kind == Asked::Kind::question)
    watches_.push_back({tab, asked.id, std::string(message), asked.what() == "session"});
}

// Without a store: who is here, and what tables there are. What is watched waits until there is one.
void Keeper::hear_closed(TabNumber tab, const Asked& asked) {
  if (asked.kind == Asked::Kind::let_go) return;
  if (asked.what() == "session") return tell(tab, door::answer_text(asked.id, session()));
  if (asked.what() == "schema")
    return tell(tab, door::answer_text(asked.id, door::schema_json(model::Schema::standard())));
  if (asked.kind == Asked::Kind::question && asked.watch) return;
  tell(tab, door::refusal_text(asked.id, key_file_.empty() ? nobody() : closed()));
}

void Keeper::hear_again() {
  for (const auto& watch : watches_) opened_->door->hear(watch.tab, watch.message, now_);
}

void Keeper::tell_session() {
  if (opened_) return opened_->door->look_again(now_);
  for (const auto& watch : watches_)
    if (watch.is_session) tell(watch.tab, door::answer_text(watch.id, session()));
}

Json Keeper::session() const {
  auto json = Json::object();
  json.set("state", key_file_.empty() ? "get_started" : "locked");
  if (key_file_.empty() && !wiped_.empty()) {
    json.set("reason", wiped_);
    json.set("wiped", true);
  }
  const auto file = Json::parse(key_file_);
  const auto* owner = file ? file->find("owner") : nullptr;
  const auto of_owner = [&](std::string_view name) {
    json.set(name, Json(owner != nullptr ? owner->string_at(name) : std::string_view()));
  };
  of_owner("user");
  of_owner("full_name");
  json.set("me", Json());  // told by an open store
  of_owner("server");
  const auto tries_max = file ? file->integer_at("tries_max", vault::kTriesMax) : vault::kTriesMax;
  const auto wait_until = file ? file->integer_at("wait_until") : 0;
  const auto failures = file ? file->integer_at("failures") : 0;
  json.set("wait_until", wait_until > now_.milliseconds ? Json(wait_until) : Json());
  json.set("tries_left",
           key_file_.empty()
               ? Json()
               : Json(vault::needs_server(key_file_) ? 0 : std::max<std::int64_t>(tries_max - failures, 1)));
  return json;
}

// ---- key and store ---------------------------------------------------------------------------------------------------------

Result<void> Keeper::open(const vault::StoreKey& key) {
  Opened opened;
  opened.key = key;
  opened.database = TRY(edge::sqlite::open({.path = kDatabase,
                                            .key = edge::sqlite::Key(key.bytes()),
                                            .cipher = edge::sqlite::Cipher::chacha20,
                                            .profile = edge::sqlite::Profile::browser,
                                            .vfs = kFileSystem}));
  opened.store = TRY(device::store::DeviceStore::open(*opened.database, model::Schema::standard()));
  device::client::EngineOptions options;
  options.client_name = client_name_;
  options.load_rows_max = kLoadRowsMax;
  options.deletes_held = device::client::kDeletesHeld;
  TRY(look_at_standing(*opened.store));
  opened.door =
      std::make_unique<door::Door>(*opened.store, random_, options, device::client::HostFacts{platform(), false});
  used_at_ = now_;
  door_wake_.reset();
  told_wake_.reset();
  const auto opening = is_started_ ? door::Door::Opening::unlocked : door::Door::Opening::app_starts;
  TRY(opened.door->open(now_, opening));
  is_started_ = true;
  opened_ = std::move(opened);
  hear_again();
  return {};
}

// Whose store it is, and what his organisation says about it.
Result<void> Keeper::look_at_standing(device::store::DeviceStore& store) {
  const auto said = [&](std::string_view name) -> Result<std::string> { return TRY(store.setting(name)).value_or(""); };
  is_demo_ = is_demo(TRY(said("server")), TRY(said("user_name")));
  take_time(host_now_);
  idle_max_ = Duration::of_minutes(TRY(device::client::standing(store)).lock_minutes);
  return {};
}

void Keeper::close() {
  if (!opened_) return;
  opened_->door.reset();
  opened_->store.reset();
  opened_->database.reset();
  opened_.reset();
  tokens_.clear();
}

Result<void> Keeper::make_store() {
  auto made = vault::create_key(random_, cryptography_, std::nullopt);
  keep(std::move(made.file));
  return open(made.key);
}

bool Keeper::keeps(std::string_view what) const {
  return what == "set_pin" || what == "unlock" || what == "lock" || what == "active";
}

Result<Json> Keeper::act(const Json& action) {
  const auto what = action.string_at("do");
  if (what == "set_pin") TRY(set_pin(action));
  if (what == "unlock") TRY(unlock(action));
  if (what == "lock") TRY(lock());
  // Somebody is there and nobody is signed in: the store is ready by the time that his password is typed. If it can't be made now,
  // the sign-in says why. What a wipe left empty stays so until then, with its reason on the screen.
  if (what == "active" && !opened_ && key_file_.empty() && wiped_.empty()) (void)make_store();
  return done();
}

Result<void> Keeper::set_pin(const Json& action) {
  if (!opened_) return key_file_.empty() ? nobody() : closed();
  const auto* pin = action.find("pin");
  const auto* text = pin != nullptr ? pin->as_string() : nullptr;
  const auto standing = TRY(device::client::standing(*opened_->store));
  if (text == nullptr && standing.pin_required)
    return Error{ErrorCode::bad_value, "Your organisation asks for a PIN on this device.", "pin", "S5"};
  if (text != nullptr) TRY(vault::check_pin(*text, standing.pin));
  if (text != nullptr && text->size() > kPinSizeMax)
    return Error{ErrorCode::bad_value, "This PIN is too long.", "pin", "S5"};
  const auto server = TRY(opened_->store->setting("server")).value_or("");
  const auto user = TRY(opened_->store->setting("user_name")).value_or("");
  const auto owner = owner_of(server, user);
  const auto given = text != nullptr ? std::optional(vault::Pin{*text, owner, standing.pin.tries_max}) : std::nullopt;
  TRY(look_at_standing(*opened_->store));
  opened_->door->set_platform(platform());
  keep(with_owner(vault::key_file(opened_->key, random_, cryptography_, given)));
  auto transaction = TRY(opened_->store->begin());
  TRY(opened_->store->set_setting(door::kPinDecidedSetting, given ? "pin" : "none"));
  TRY(transaction.commit());
  tell_session();
  return {};
}

// Who is asked for the PIN: what the screen may say while the store is closed.
std::string Keeper::with_owner(std::string key_file) {
  auto json = Json::parse(key_file);
  if (!json || !opened_) return key_file;
  auto owner = Json::object();
  for (const auto& [name, setting] : std::array<std::pair<const char*, const char*>, 3>{
           {{"user", "user_name"}, {"full_name", "full_name"}, {"server", "server"}}})
    if (const auto value = opened_->store->setting(setting); value && *value) owner.set(name, **value);
  json->set("owner", std::move(owner));
  return json->dump();
}

Result<void> Keeper::unlock(const Json& action) {
  if (opened_) return {};
  if (key_file_.empty()) return nobody();
  auto unlocked = vault::unlock(key_file_, cryptography_, action.string_at("pin"), now_);
  if (unlocked.file) keep(std::move(*unlocked.file));
  if (!unlocked.key) {
    tell_session();
    return unlocked.key.error();
  }
  if (auto opened = open(*unlocked.key); !opened) {
    broken(opened.error());
    return opened;
  }
  return {};
}

// After too many wrong PINs the server vouches for the user whose store this is, then his PIN may be tried again (S5).
Result<void> Keeper::ask_server(TabNumber tab, door::MessageId id, const Json& action) {
  if (!vault::needs_server(key_file_)) return closed();
  const auto file = Json::parse(key_file_);
  const auto* owner = file ? file->find("owner") : nullptr;
  const auto server = std::string(owner != nullptr ? owner->string_at("server") : std::string_view());
  const auto user = std::string(trim(action.string_at("user")));
  door::Send send;
  send.server = server;
  send.request.method = "GET";
  send.request.target = "/api/data/v9.2/WhoAmI";
  send.request.headers.set("Authorization",
                           "Basic " + to_base64(user + ":" + std::string(action.string_at("password"))));
  const auto token = ++last_token_;
  vouching_ = Vouching{tab, id, token, owner_of(server, user)};
  outputs_.push_back(send_output(token, std::move(send)));
  return {};
}

Result<Json> Keeper::take_vouching(const Vouching& vouching, const Result<Response>& response) {
  const auto answer = TRY(door::judged(response, true));
  if (answer.status != 200) return odata::read_error(answer.status, answer.body);
  if (!vault::is_owner(key_file_, cryptography_, vouching.owner))
    return Error{ErrorCode::forbidden,
                 "The records here belong to somebody else. Only the user whose PIN it was can open them again.",
                 {},
                 "S4"};
  keep(TRY(vault::forgive_failures(key_file_)));
  tell_session();
  return done();
}

Result<void> Keeper::lock() {
  if (!vault::needs_pin(key_file_))
    return Error{ErrorCode::bad_request, "There's no PIN on this device. Choose one in the settings first.", {}, "S5"};
  close();
  tell_session();
  return {};
}

void Keeper::signed_out(door::SignedOut how) {
  close();
  key_file_.clear();
  if (!remove_database(kDatabase) && !how.wiped.empty()) how.wiped += kFilesLeft;
  tell_session();
  if (how.report) outputs_.push_back(send_output(++last_token_, std::move(*how.report)));
  auto erase = Json::object();
  erase.set("wiped", how.wiped.empty() ? Json() : Json(how.wiped));
  outputs_.push_back({head("erase", std::move(erase)), {}});
}

// ---- outputs ---------------------------------------------------------------------------------------------------------------

void Keeper::keep(std::string key_file) {
  key_file_ = std::move(key_file);
  outputs_.push_back({head("keep_key_file", true), key_file_});
}

// A session is watched while stores come and go, and each begins by telling it; the same isn't told twice.
void Keeper::tell(TabNumber tab, std::string message) {
  for (auto& watch : watches_) {
    if (!watch.is_session || watch.tab != tab) continue;
    if (message.rfind("{\"id\":" + std::to_string(watch.id.value) + ",", 0) != 0) continue;
    if (message == watch.told) return;
    watch.told = message;
  }
  auto json = Json::object();
  json.set("tab", tab.value);
  outputs_.push_back({head("tell", std::move(json)), std::move(message)});
}

void Keeper::broken(const Error& error) { outputs_.push_back({head("broken", door::sentence_of(error)), {}}); }

std::optional<HostOutput> Keeper::poll() {
  for (;;) {
    if (!outputs_.empty()) {
      auto output = std::move(outputs_.front());
      outputs_.pop_front();
      return output;
    }
    if (!opened_) return std::nullopt;
    if (!file_trouble().empty()) {
      broken({ErrorCode::io_error, file_trouble()});
      close();
      continue;
    }
    auto next = opened_->door->poll_output();
    if (!next) return next_wake();
    if (auto output = output_of(std::move(*next))) return output;
  }
}

HostOutput Keeper::send_output(std::int64_t token, door::Send send) {
  auto json = Json::object();
  json.set("token", token);
  json.set("method", send.request.method);
  json.set("url", send.server + send.request.target);
  auto headers = Json::array();
  for (const auto& [name, value] : send.request.headers) headers.push_back(Json::Array{Json(name), Json(value)});
  json.set("headers", std::move(headers));
  return {head("send", std::move(json)), std::move(send.request.body)};
}

// The door's next time or the lock's, whichever comes first, by the host's clock.
std::optional<HostOutput> Keeper::next_wake() {
  auto at = door_wake_;
  if (const auto lock = lock_at(); lock && (!at || *lock < *at)) at = lock;
  if (at == told_wake_) return std::nullopt;
  told_wake_ = at;
  const auto ahead = is_demo_ ? clock_offset_ : Duration{};
  return HostOutput{head("wake_at", at ? Json((*at - ahead).milliseconds) : Json()), {}};
}

std::optional<HostOutput> Keeper::output_of(door::Output output) {
  if (auto* told = std::get_if<door::Tell>(&output)) {
    tell(told->tab, std::move(told->message));
    return std::nullopt;
  }
  if (auto* send = std::get_if<door::Send>(&output)) {
    tokens_[++last_token_] = send->token;
    return send_output(last_token_, std::move(*send));
  }
  if (const auto* wake = std::get_if<door::WakeAt>(&output)) {
    door_wake_ = wake->at;
    return std::nullopt;
  }
  if (std::holds_alternative<door::WorkLeft>(output)) return HostOutput{head("work_left", true), {}};
  signed_out(std::move(std::get<door::SignedOut>(output)));
  return std::nullopt;
}

}  // namespace satchel::apps
