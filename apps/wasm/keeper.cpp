// SPDX-License-Identifier: Apache-2.0
#include "apps/wasm/keeper.h"

#include <algorithm>
#include <array>

#include "apps/wasm/host_file_system.h"
#include "base/text.h"
#include "device/client/limits.h"
#include "device/door/schema_json.h"
#include "device/door/settings.h"
#include "device/vault/limits.h"
#include "edge/sqlite/database.h"

namespace satchel::apps {
namespace {

namespace door = device::door;
namespace vault = device::vault;
using door::Asked;
using door::TabNumber;

constexpr const char* kDatabase = "store";

// Rows of one page of a first load: some 80 ms to store, between which the app answers.
constexpr std::size_t kLoadRowsMax = 4000;

// What a PIN may be. Four digits are what people know; the vault slows and counts wrong ones.
constexpr std::size_t kPinLengthMin = 4;
constexpr std::size_t kPinLengthMax = 64;

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

Error closed() { return {ErrorCode::locked, "Enter the PIN first.", {}, "S5"}; }
Error nobody() { return {ErrorCode::unauthorized, "Nobody is signed in here. Sign in first."}; }

}  // namespace

// ---- events ----------------------------------------------------------------------------------------------------------------

void Keeper::begin(std::string_view options, Instant now) {
  now_ = now;
  const auto json = Json::parse(options);
  if (json) {
    key_file_ = json->string_at("key_file");
    client_name_ = json->string_at("client", "web");
  }
  // Without its key a store is noise.
  if (key_file_.empty()) remove_database(kDatabase);
  if (key_file_.empty() || vault::needs_pin(key_file_)) return;
  auto unlocked = vault::unlock(key_file_, cryptography_, std::nullopt, now);
  const auto opened = unlocked.key ? open(*unlocked.key) : Result<void>(unlocked.key.error());
  if (!opened) broken(opened.error());
}

void Keeper::hear(TabNumber tab, std::string_view message, Instant now) {
  now_ = now;
  const auto heard = door::read_message(message);
  if (!heard.asked) {
    if (heard.id != door::MessageId()) tell(tab, door::refusal_text(heard.id, heard.asked.error()));
    return;
  }
  const auto& asked = *heard.asked;
  remember(tab, asked, message);
  if (asked.kind == Asked::Kind::action && keeps(asked.what())) {
    const auto outcome = act(asked.body);
    tell(tab, outcome ? door::answer_text(asked.id, *outcome) : door::refusal_text(asked.id, outcome.error()));
    return;
  }
  if (asked.what() == "sign_in" && !opened_ && key_file_.empty())
    if (const auto made = make_store(); !made) return tell(tab, door::refusal_text(asked.id, made.error()));
  if (opened_) opened_->door->hear(tab, message, now);
  else hear_closed(tab, asked);
}

void Keeper::leave(TabNumber tab) {
  std::erase_if(watches_, [&](const Watch& watch) { return watch.tab == tab; });
  if (opened_) opened_->door->leave(tab);
}

void Keeper::answer(std::int64_t token, Result<Response> response, Instant now) {
  now_ = now;
  const auto known = tokens_.find(token);
  if (known == tokens_.end()) return;
  const auto inner = known->second;
  tokens_.erase(known);
  if (opened_) opened_->door->answer(inner, std::move(response), now);
}

void Keeper::wake(Instant now) {
  now_ = now;
  if (opened_) opened_->door->wake(now);
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
  const auto file = Json::parse(key_file_);
  const auto* owner = file ? file->find("owner") : nullptr;
  const auto of_owner = [&](std::string_view name) {
    json.set(name, Json(owner != nullptr ? owner->string_at(name) : std::string_view()));
  };
  of_owner("user");
  of_owner("full_name");
  json.set("me", Json());  // told by an open store
  of_owner("server");
  const auto wait_until = file ? file->integer_at("wait_until") : 0;
  const auto failures = file ? file->integer_at("failures") : 0;
  json.set("wait_until", wait_until > now_.milliseconds ? Json(wait_until) : Json());
  json.set("tries_left", key_file_.empty() ? Json() : Json(std::max<std::int64_t>(vault::kTriesMax - failures, 0)));
  return json;
}

// ---- key and store ---------------------------------------------------------------------------------------------------------

Result<void> Keeper::open(const vault::StoreKey& key) {
  Opened opened;
  opened.key = key;
  opened.database = TRY(edge::sqlite::open({.path = kDatabase,
                                            .key = edge::sqlite::Key(key.bytes()),
                                            .cipher = edge::sqlite::Cipher::chacha20,
                                            .profile = edge::sqlite::Profile::device,
                                            .vfs = kFileSystem}));
  opened.store = TRY(device::store::DeviceStore::open(*opened.database, model::Schema::standard()));
  device::client::EngineOptions options;
  options.client_name = client_name_;
  options.load_rows_max = kLoadRowsMax;
  options.deletes_held = device::client::kDeletesHeld;
  opened.door = std::make_unique<door::Door>(*opened.store, random_, options);
  TRY(opened.door->open(now_));
  opened_ = std::move(opened);
  hear_again();
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

bool Keeper::keeps(std::string_view what) const { return what == "set_pin" || what == "unlock" || what == "lock"; }

Result<Json> Keeper::act(const Json& action) {
  const auto what = action.string_at("do");
  if (what == "set_pin") TRY(set_pin(action));
  if (what == "unlock") TRY(unlock(action));
  if (what == "lock") TRY(lock());
  return done();
}

Result<void> Keeper::set_pin(const Json& action) {
  if (!opened_) return key_file_.empty() ? nobody() : closed();
  const auto* pin = action.find("pin");
  const auto* text = pin != nullptr ? pin->as_string() : nullptr;
  if (text != nullptr && (text->size() < kPinLengthMin || text->size() > kPinLengthMax))
    return Error{ErrorCode::bad_value, "A PIN has at least 4 digits.", "pin", "S5"};
  const auto given = text != nullptr ? std::optional(vault::Pin{*text}) : std::nullopt;
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

Result<void> Keeper::lock() {
  if (!vault::needs_pin(key_file_))
    return Error{ErrorCode::bad_request, "There's no PIN on this device. Choose one in the settings first.", {}, "S5"};
  close();
  tell_session();
  return {};
}

void Keeper::signed_out() {
  close();
  key_file_.clear();
  remove_database(kDatabase);
  tell_session();
  outputs_.push_back({head("erase", true), {}});
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
    if (!next) return std::nullopt;
    if (auto output = output_of(std::move(*next))) return output;
  }
}

std::optional<HostOutput> Keeper::output_of(door::Output output) {
  if (auto* told = std::get_if<door::Tell>(&output)) {
    tell(told->tab, std::move(told->message));
    return std::nullopt;
  }
  if (auto* send = std::get_if<door::Send>(&output)) {
    tokens_[++last_token_] = send->token;
    auto json = Json::object();
    json.set("token", last_token_);
    json.set("method", send->request.method);
    json.set("url", send->server + send->request.target);
    auto headers = Json::array();
    for (const auto& [name, value] : send->request.headers) headers.push_back(Json::Array{Json(name), Json(value)});
    json.set("headers", std::move(headers));
    return HostOutput{head("send", std::move(json)), std::move(send->request.body)};
  }
  if (const auto* wake = std::get_if<door::WakeAt>(&output))
    return HostOutput{head("wake_at", wake->at ? Json(wake->at->milliseconds) : Json()), {}};
  if (std::holds_alternative<door::WorkLeft>(output)) return HostOutput{head("work_left", true), {}};
  signed_out();
  return std::nullopt;
}

}  // namespace satchel::apps
