// SPDX-License-Identifier: Apache-2.0
#include "device/client/engine.h"

#include <algorithm>
#include <charconv>

#include "device/client/escrow.h"
#include "device/client/limits.h"
#include "device/client/session_marks.h"
#include "device/client/situation.h"
#include "device/sync/cache.h"
#include "device/sync/pull.h"
#include "device/sync/push.h"
#include "device/sync/repair.h"
#include "odata/record_json.h"

namespace satchel::device::client {

namespace {

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

struct Engine::RepairState {
  explicit RepairState(const std::vector<ScopeNumber>& scopes) : repair(scopes) {}
  sync::Repair repair;
};

Engine::Engine(store::DeviceStore& store, Random& random, EngineOptions options)
    : store_(store), random_(random), options_(std::move(options)) {
  if (const auto offset = store_.setting("server_offset"); offset && *offset)
    server_offset_ = Duration{number_in(**offset)};
}

std::optional<Output> Engine::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  auto output = std::move(outputs_.front());
  outputs_.pop_front();
  return output;
}

void Engine::handle(Event event, Instant now) {
  now_ = now;
  std::visit([this](auto&& value) { on(std::forward<decltype(value)>(value)); }, std::move(event));
}

// ---- events ----------------------------------------------------------------------------------------------------------------

namespace {

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += std::string(name) + "=" + percent_encode(value);
  }
  return body;
}

Error other_owner(std::string_view user, std::string_view server) {
  return {ErrorCode::forbidden,
          "This store belongs to " + std::string(user) + " at " + std::string(server) +
              ". Use another store, or sign out first.",
          {},
          "S4"};
}

Error not_signed_in() { return {ErrorCode::unauthorized, "Nobody is signed in on this store. Sign in first."}; }

}  // namespace

void Engine::on(const SignIn& event) {
  if (busy()) return fail({ErrorCode::bad_request, "A sync is under way already."});
  run_ = Run{};
  run_.started = now_;
  signing_in_ = event;
  const auto begin = [&]() -> Result<void> {
    const auto user = TRY(setting_or("user_name", ""));
    const auto server = TRY(setting_or("server", ""));
    if (!user.empty() && (user != to_lower_ascii(event.user) || server != event.server))
      return other_owner(user, server);
    auto device = TRY(setting_or("device", ""));
    if (device.empty()) {
      device = new_uuid(random_, now_).to_string();
      auto transaction = TRY(store_.begin());
      TRY(store_.set_setting("device", device));
      TRY(transaction.commit());
    }
    outputs_.push_back(Progress{Progress::Stage::signing_in});
    return send_token_request(form({{"grant_type", "password"},
                                    {"username", event.user},
                                    {"password", event.password},
                                    {"client_id", options_.client_name},
                                    {"device_id", device}}),
                              Phase::signing_in);
  };
  if (auto begun = begin(); !begun) fail(begun.error());
}

void Engine::on(const SyncRequested&) {
  if (busy()) return fail({ErrorCode::bad_request, "A sync is under way already."});
  run_ = Run{};
  if (auto begun = begin_run(); !begun) fail(begun.error());
}

void Engine::on(const ReadRequested& event) {
  if (busy()) return fail({ErrorCode::bad_request, "A sync is under way already."});
  run_ = Run{};
  run_.read = event;
  if (auto begun = begin_run(); !begun) fail(begun.error());
}

Result<void> Engine::begin_run() {
  run_.started = now_;
  run_.page_rows = std::min(sync::kLoadPageRowsFirst, options_.load_rows_max);
  repair_.reset();
  if (TRY(setting_or("user_id", "")).empty()) return not_signed_in();
  if (TRY(setting_or("repairing", "")) == "yes") TRY(begin_repair());
  if (!TRY(store_.loading())) run_.to_name = TRY(sync::rows_to_name(store_, TRY(sync::read_experience(store_))));
  return next_step();
}

// Once in a run: a page's commit shouldn't wait for a second one. Within the caller's transaction.
Result<void> Engine::renew_lease() {
  const auto let_in = std::exchange(run_.let_in, std::nullopt);
  if (!let_in) return {};
  return note_let_in(store_, *let_in + server_offset_, *let_in);
}

void Engine::on(AnswerCame&& event) {
  if (!awaited_ || *awaited_ != event.token) return;  // doubled, or of a sync that was given up
  awaited_.reset();
  if (page_to_store_) {
    auto stored = store_page(*std::exchange(page_to_store_, std::nullopt));
    if (!stored) return fail(stored.error());
  }
  if (auto taken = take_answer(std::move(event)); !taken) fail(taken.error());
}

void Engine::on(const GoOn&) {
  const auto go_on = [&]() -> Result<void> {
    if (page_to_store_) return store_page(*std::exchange(page_to_store_, std::nullopt));
    if (phase_ == Phase::indexing) return build_indexes();
    return {};
  };
  if (auto gone = go_on(); !gone) fail(gone.error());
}

void Engine::fail(const Error& error) {
  const auto renew = [&]() -> Result<void> {
    auto transaction = TRY(store_.begin());
    TRY(renew_lease());
    return transaction.commit();
  };
  if (run_.let_in) (void)renew();  // a store that can't be written has just said so
  phase_ = Phase::idle;
  awaited_.reset();
  page_to_store_.reset();
  store_.forget_caches();
  // What couldn't be sent is arranged by what was learnt before the line was lost (E5); if even that fails, the next run does it.
  (void)arrange(false);
  // A page made for people (a portal's) is no answer; a server that fails is one. An error of this machine tells nothing.
  const bool is_offline = error.code == ErrorCode::offline || error.code == ErrorCode::unexpected_answer;
  const bool has_answered = error.code == ErrorCode::server_error || http_status_of(error.code) < 500;
  if (is_offline || has_answered) (void)learn_connection(!is_offline);
  outputs_.push_back(Finished{error});
}

// ---- answers ---------------------------------------------------------------------------------------------------------------

Result<void> Engine::take_answer(AnswerCame&& event) {
  const auto phase = phase_;
  if (!event.response) return std::move(event.response).error();
  auto response = std::move(event.response).value();
  run_.report.bytes_down += static_cast<std::int64_t>(response.body.size());
  TRY(learn_time(response));
  TRY(learn_escrow(response));
  if (phase == Phase::signing_in) return take_sign_in(response);
  if (phase == Phase::refreshing) return take_refresh(response);
  if (response.status != 200) return take_refusal(response);
  // A captive portal says 200 as well, but doesn't tell our time.
  if (!response.headers.get("Satchel-Time").empty()) run_.let_in = now_;
  switch (phase) {
    case Phase::asking: return take_records(response);
    case Phase::pushing: return take_batch(response);
    case Phase::pulling: return take_pull(std::move(response));
    case Phase::comparing: return take_ranges(response);
    default: return {};
  }
}

namespace {

// RFC 6749, section 5.2, or anything else that came instead.
Error token_error(const Response& response) {
  const auto json = Json::parse(response.body);
  const auto description = json ? json->string_at("error_description") : std::string_view();
  if (description.empty()) return odata::read_error(response.status, response.body);
  const auto kind = json->string_at("error");
  const auto code = response.status == 429          ? ErrorCode::too_many_requests
                    : kind == "invalid_grant"       ? ErrorCode::wrong_password
                    : kind == "unauthorized_client" ? ErrorCode::unauthorized
                    : kind == "wiped"               ? ErrorCode::wiped
                                                    : ErrorCode::bad_request;
  if (code == ErrorCode::wiped) return {code, std::string(description), {}, "S6"};
  return {code, std::string(description)};
}

Error no_token() {
  return {ErrorCode::unexpected_answer,
          "What answered isn't a Satchel server. Check the address and your network's sign-in page."};
}

// Seconds of a token's life as the server gave them, from its own now.
std::string until(Instant now, const Json& json, std::string_view name, std::int64_t otherwise) {
  return std::to_string((now + Duration::of_seconds(json.integer_at(name, otherwise))).milliseconds);
}

Result<void> keep_tokens(store::DeviceStore& store, const Json& json, Instant now, Instant server_now) {
  TRY(store.set_setting("access_token", json.string_at("access_token")));
  TRY(store.set_setting("refresh_token", json.string_at("refresh_token")));
  TRY(store.set_setting("refresh_until", until(server_now, json, "refresh_expires_in", 90 * 86400)));
  return note_let_in(store, server_now, now);
}

}  // namespace

// A device's clock may be years off; what the server judges is told in its own time (invariant 17).
Result<void> Engine::learn_time(const Response& response) {
  const auto time = response.headers.get("Satchel-Time");
  if (time.empty()) return {};
  const auto offset = Instant{number_in(time)} - now_;
  const auto moved = offset.milliseconds - server_offset_.milliseconds;
  server_offset_ = offset;
  if (moved > -1000 && moved < 1000) return {};
  auto transaction = TRY(store_.begin());
  TRY(store_.set_setting("server_offset", std::to_string(offset.milliseconds)));
  return transaction.commit();
}

// With the answer that asks for a wipe it's said once more whether unsent work is kept: since the sign-in that may have ended (D3).
Result<void> Engine::learn_escrow(const Response& response) {
  if (response.headers.get("Satchel-Escrow") != "off" || TRY(setting_or(kEscrowTold, "")).empty()) return {};
  auto transaction = TRY(store_.begin());
  TRY(note_escrow(store_, false));
  return transaction.commit();
}

// Written only when it changed.
Result<void> Engine::learn_connection(bool is_connected) {
  const std::string_view now = is_connected ? "connected" : "offline";
  if (TRY(setting_or(kConnection, "")) == now && TRY(setting_or("closed", "")).empty()) return {};
  auto transaction = TRY(store_.begin());
  TRY(note_connection(store_, is_connected));
  return transaction.commit();
}

Result<void> Engine::take_sign_in(const Response& response) {
  if (response.status != 200) return token_error(response);
  const auto json = Json::parse(response.body);
  if (!json || json->string_at("access_token").empty() || json->string_at("user_id").empty()) return no_token();
  const auto known = TRY(setting_or("user_id", ""));
  if (!known.empty() && known != json->string_at("user_id"))
    return other_owner(TRY(setting_or("user_name", "")), TRY(setting_or("server", "")));
  auto transaction = TRY(store_.begin());
  TRY(keep_tokens(store_, *json, now_, now_ + server_offset_));
  TRY(note_escrow(store_, response.headers.get("Satchel-Escrow") == "on"));
  TRY(store_.set_setting("server", signing_in_.server));
  TRY(store_.set_setting("user_name", to_lower_ascii(signing_in_.user)));
  for (const auto* name : {"user_id", "organization_id", "business_unit_id", "full_name"})
    TRY(store_.set_setting(name, json->string_at(name)));
  TRY(transaction.commit());
  signing_in_ = {};
  run_.report.complete = true;
  return finish_run();
}

Result<void> Engine::take_refresh(const Response& response) {
  if (response.status != 200) {
    auto error = token_error(response);
    if (response.status == 400 || response.status == 401) {
      error = {
          ErrorCode::unauthorized, "Your sign-in has ended. Sign in again; what waits here goes up then.", {}, "S3"};
      auto transaction = TRY(store_.begin());
      TRY(note_prompt(store_));
      TRY(transaction.commit());
    }
    return error;
  }
  const auto json = Json::parse(response.body);
  if (!json || json->string_at("access_token").empty()) return no_token();
  auto transaction = TRY(store_.begin());
  TRY(keep_tokens(store_, *json, now_, now_ + server_offset_));
  TRY(transaction.commit());
  return next_step();
}

// What isn't 200 on push, pull or comparison.
Result<void> Engine::take_refusal(const Response& response) {
  auto error = odata::read_error(response.status, response.body);
  if (error.code == ErrorCode::wiped) error.rule = "S6";
  if (response.status == 401 && !run_.has_refreshed) return refresh_token();
  if (error.code == ErrorCode::history_changed) {
    TRY(begin_repair(error.target));
    return next_step();
  }
  if (error.code == ErrorCode::store_unknown) return become_new_device(error.target);
  if (error.code == ErrorCode::bad_cursor && phase_ == Phase::pulling) {
    TRY(begin_repair());
    return next_step();
  }
  return error;
}

Result<void> Engine::take_batch(const Response& response) {
  const auto answers = odata::read_json_batch_answer(response.body);
  if (!answers) return answers.error();
  auto transaction = TRY(store_.begin());
  const auto report = TRY(sync::read_answers(store_, *answers, settling()));
  TRY(store_.set_setting("mark", TRY(setting_or("mark_next", ""))));
  TRY(transaction.commit());
  run_.report.pushed += static_cast<std::int64_t>(report.acknowledged);
  run_.is_later = run_.is_later || report.later > 0;
  run_.to_fetch.insert(run_.to_fetch.end(), report.to_fetch.begin(), report.to_fetch.end());
  run_.has_pulled = false;
  run_.must_pull = true;
  return next_step();
}

Result<void> Engine::take_pull(Response&& response) {
  const auto is_loading = TRY(store_.loading());
  if (!is_loading) return store_page(std::move(response.body));
  // The next page is asked for while this one is being stored.
  std::string cursor;
  bool is_load = false;
  {
    const auto page = TRY(odata::FeedPageReader::open(store_.schema(), response.body));
    cursor = page.head().cursor;
    is_load = page.head().phase == odata::FeedPhase::load;
  }
  if (!is_load) return store_page(std::move(response.body));
  adapt_page_rows();
  TRY(send_pull(cursor));
  page_to_store_ = std::move(response.body);
  outputs_.push_back(WorkLeft{});
  return {};
}

Result<void> Engine::take_ranges(const Response& response) {
  const auto json = TRY(Json::parse(response.body));
  TRY(repair_->repair.take_answer(store_, json));
  return next_step();
}

// ---- steps -----------------------------------------------------------------------------------------------------------------

Result<void> Engine::next_step() {
  if (repair_) {
    if (repair_->repair.question()) return send_ranges();
    if (!repair_->repair.done()) return send_pull(TRY(setting_or("cursor", "")));
    repair_.reset();
  }
  if (run_.skip_load || TRY(store_.loading())) return send_pull(TRY(setting_or("cursor", "")));
  if (run_.read && !run_.has_asked) return send_question();
  const bool may_push = !run_.read && run_.rounds < sync::kSyncRoundsMax && !run_.is_later && !run_.must_pull;
  if (may_push && TRY(send_push())) return {};
  if (!run_.has_pulled || !run_.to_name.empty()) return send_pull(TRY(setting_or("cursor", "")));
  phase_ = Phase::indexing;
  return build_indexes();
}

Result<bool> Engine::send_push() {
  if (TRY(store_.outbox_count(store::ChangeState::sent)) == 0 &&
      TRY(store_.outbox_count(store::ChangeState::waiting)) == 0)
    return false;
  auto transaction = TRY(store_.begin());
  const auto plan = TRY(sync::plan_push(store_, settling()));
  if (plan.parts.empty()) {
    TRY(transaction.commit());  // what planning found out stays: blocks, questions about deletes
    return false;
  }
  if (TRY(setting_or("mark", "")).empty()) TRY(store_.set_setting("mark", random_.hex(8)));
  TRY(store_.set_setting("mark_next", random_.hex(8)));
  TRY(transaction.commit());
  ++run_.rounds;
  auto request = TRY(sync_request("POST", "/api/data/v9.2/$batch", odata::write_json_batch(plan.parts), true));
  request.headers.set("Prefer", "continue-on-error");
  outputs_.push_back(Progress{Progress::Stage::sending, static_cast<std::int64_t>(plan.parts.size()), 0, 0});
  send(std::move(request), Phase::pushing);
  return true;
}

Result<void> Engine::send_pull(std::string_view cursor) {
  auto named = run_.skip_load ? std::vector<odata::NamedRow>{} : TRY(store_.unscoped_rows(odata::kNamedRowsMax));
  if (repair_) named = repair_->repair.take_differences(odata::kNamedRowsMax);
  if (!run_.to_fetch.empty()) {
    named.insert(named.begin(), run_.to_fetch.begin(), run_.to_fetch.end());
    if (named.size() > odata::kNamedRowsMax) named.resize(odata::kNamedRowsMax);
    run_.to_fetch.clear();
  }
  if (!run_.skip_load && !repair_) {
    const auto room = std::min(odata::kNamedRowsMax - named.size(), run_.to_name.size());
    const auto end = run_.to_name.begin() + static_cast<std::ptrdiff_t>(room);
    named.insert(named.end(), run_.to_name.begin(), end);
    // After a repair the same number may mean another state.
    if (run_.repairs > 0)
      for (auto& row : named) row.version = Seq(0);
    run_.to_name.erase(run_.to_name.begin(), end);
  }
  auto body = Json::object();
  body.set("cursor", run_.skip_load || cursor.empty() ? Json(nullptr) : Json(cursor));
  body.set("rows_max", static_cast<std::int64_t>(run_.page_rows));
  auto rows = Json::array();
  for (const auto& row : named)
    rows.push_back(Json::Array{store_.schema().at(row.table).set, row.id.to_string(), row.version.value});
  body.set("named", std::move(rows));
  if (run_.skip_load) body.set("skip_load", true);
  if (const auto cached = TRY(store_.cache_size()).rows; cached > 0) body.set("watch", cached);
  run_.page_asked = now_;
  send(TRY(sync_request("POST", "/api/sync/v1/pull", body.dump(), false)), Phase::pulling);
  return {};
}

// By the time from the page's request until the next one's: its way here, and the storing of the one before it.
void Engine::adapt_page_rows() {
  const auto took = now_ - run_.page_asked;
  const auto rows_max = options_.load_rows_max;
  if (took < sync::kLoadPageQuick) run_.page_rows = std::min(run_.page_rows * 2, rows_max);
  else if (took > sync::kLoadPageSlow)
    run_.page_rows = std::max(run_.page_rows / 2, std::min(sync::kLoadPageRowsMin, run_.page_rows));
}

Result<void> Engine::send_ranges() {
  outputs_.push_back(Progress{Progress::Stage::repairing});
  send(TRY(sync_request("POST", "/api/sync/v1/ranges", sync::Repair::body_of(*repair_->repair.question()), false)),
       Phase::comparing);
  return {};
}

Result<void> Engine::store_page(std::string page) {
  const auto report = TRY(sync::take_page(store_, page, settling()));
  run_.report.pulled += report.rows;
  run_.report.removed += report.removed;
  run_.rows_expected = report.rows_expected;
  if (report.has_lost_watch && ++run_.namings <= sync::kSyncRoundsMax)
    run_.to_name = TRY(sync::rows_to_name(store_, TRY(sync::read_experience(store_))));
  else run_.to_name.insert(run_.to_name.end(), report.unconfirmed.begin(), report.unconfirmed.end());
  if (report.is_load || report.rows > 0)
    outputs_.push_back(Progress{Progress::Stage::storing, run_.report.pulled, run_.report.pulled + report.rows_expected,
                                run_.report.bytes_down});
  if (awaited_) return {};  // a load: the next page is under way
  if (!report.complete) return send_pull(TRY(setting_or("cursor", "")));
  return after_cut(report.mismatched);
}

Result<void> Engine::after_cut(const std::vector<ScopeNumber>& mismatched) {
  run_.has_pulled = true;
  run_.must_pull = false;
  run_.skip_load = false;
  if (!mismatched.empty() && (!repair_ || repair_->repair.done())) {
    if (++run_.repairs > 3)
      return Error{ErrorCode::store_damaged,
                   "Records on this device differ from the server's and couldn't be repaired. Sync again."};
    repair_ = std::make_shared<RepairState>(mismatched);
    return next_step();
  }
  if (repair_ && !repair_->repair.done()) return next_step();
  repair_.reset();
  TRY(arrange(true));
  if (TRY(setting_or("repairing", "")) == "yes") {
    auto transaction = TRY(store_.begin());
    TRY(sync::offer_undone(store_, settling()));
    TRY(store_.drop_setting("repairing"));
    TRY(transaction.commit());
  }
  return next_step();
}

// The server doesn't know our cut (Y8): what we hold is compared with what it has before anything is sent.
Result<void> Engine::begin_repair(std::string_view lost_commits) {
  auto transaction = TRY(store_.begin());
  TRY(store_.drop_staged_pages());
  TRY(store_.drop_setting("cut"));
  TRY(store_.drop_setting("cursor"));
  if (TRY(store_.loading())) {
    TRY(store_.erase_rows());
  } else {
    TRY(store_.set_setting("repairing", "yes"));
    if (!lost_commits.empty()) TRY(store_.set_setting(sync::kLostCommits, lost_commits));
    run_.skip_load = true;
  }
  TRY(transaction.commit());
  if (++run_.repairs > 3)
    return Error{ErrorCode::history_changed, "The server's history keeps changing. Try again later."};
  return {};
}

// This store was restored or copied (Y16): it becomes another device, and what it had sent counts as unanswered.
Result<void> Engine::become_new_device(std::string_view lost_commits) {
  {
    auto transaction = TRY(store_.begin());
    TRY(store_.set_setting("device", new_uuid(random_, now_).to_string()));
    TRY(store_.drop_setting("mark"));
    TRY(store_.drop_setting("mark_next"));
    TRY(transaction.commit());
  }
  TRY(begin_repair(lost_commits));
  run_.has_refreshed = false;
  return refresh_token();
}

Result<void> Engine::build_indexes() {
  auto transaction = TRY(store_.begin());
  const bool has_more = TRY(store_.build_next_index());
  TRY(transaction.commit());
  if (!has_more) return finish_run();
  outputs_.push_back(Progress{Progress::Stage::indexing, run_.report.pulled, 0, 0});
  outputs_.push_back(WorkLeft{});
  return {};
}

// What the admin changed about this user's experience (E5). At a cut drafts become changes that this run still sends, and rows that
// are cached ones from now on are asked for by name; at the end what couldn't leave becomes drafts.
Result<void> Engine::arrange(bool may_send) {
  auto transaction = TRY(store_.begin());
  const auto report = TRY(sync::arrange_experience(store_, may_send, settling()));
  TRY(transaction.commit());
  // Once: a create that can't leave keeps the change open, and each cut would ask for the next pull.
  if (may_send && report.has_cached_rows && !std::exchange(run_.has_named_cached, true))
    run_.to_name = TRY(sync::rows_to_name(store_, TRY(sync::read_experience(store_))));
  return {};
}

// ---- the end -----------------------------------------------------------------------------------------------------------------

Result<void> Engine::finish_run() {
  TRY(learn_connection(true));
  if (phase_ != Phase::signing_in) {
    TRY(arrange(false));
    run_.report.complete = !run_.is_later && !TRY(sync::has_unsent(store_, settling()));
    auto transaction = TRY(store_.begin());
    // Later syncs are noted with their cut.
    if (!TRY(store_.setting("last_sync"))) TRY(store_.set_setting("last_sync", std::to_string(now_.milliseconds)));
    TRY(store_.sweep(now_));
    TRY(renew_lease());
    TRY(transaction.commit());
  }
  run_.report.conflicts = static_cast<std::int64_t>(TRY(store_.conflicts()).size());
  run_.report.errors = static_cast<std::int64_t>(TRY(store_.outbox_count(store::ChangeState::refused)) +
                                                 TRY(store_.outbox_count(store::ChangeState::blocked)));
  run_.report.time = now_ - run_.started;
  phase_ = Phase::idle;
  outputs_.push_back(Finished{run_.report});
  return {};
}

// ---- requests --------------------------------------------------------------------------------------------------------------

Result<void> Engine::send_token_request(std::string body, Phase phase) {
  Request request;
  request.method = "POST";
  request.target = "/oauth2/token";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  request.body = std::move(body);
  send(std::move(request), phase);
  return {};
}

Result<void> Engine::refresh_token() {
  run_.has_refreshed = true;
  const auto token = TRY(setting_or("refresh_token", ""));
  if (token.empty()) return not_signed_in();
  return send_token_request(form({{"grant_type", "refresh_token"},
                                  {"refresh_token", token},
                                  {"client_id", options_.client_name},
                                  {"device_id", TRY(setting_or("device", ""))}}),
                            Phase::refreshing);
}

Result<Request> Engine::sync_request(std::string method, std::string target, std::string body, bool with_next_mark) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers.set("Authorization", "Bearer " + TRY(setting_or("access_token", "")));
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "*/*");
  request.headers.set("Satchel-Wire", std::to_string(odata::kWireVersion));
  request.headers.set("Satchel-Schema", std::to_string(store_.schema().number()));
  request.headers.set("Satchel-Device", TRY(setting_or("device", "")));
  if (const auto cut = TRY(setting_or("cut", "")); !cut.empty()) request.headers.set("Satchel-Cut", cut);
  auto mark = TRY(setting_or("mark", ""));
  if (with_next_mark) mark += ";" + TRY(setting_or("mark_next", ""));
  if (!mark.empty()) request.headers.set("Satchel-Mark", mark);
  request.body = std::move(body);
  return request;
}

void Engine::send(Request request, Phase phase) {
  phase_ = phase;
  last_token_ = last_token_.next();
  awaited_ = last_token_;
  run_.report.bytes_up += static_cast<std::int64_t>(request.body.size());
  std::string server = signing_in_.server;
  if (phase != Phase::signing_in)
    if (const auto setting = store_.setting("server"); setting && *setting) server = **setting;
  outputs_.push_back(Send{last_token_, std::move(server), std::move(request)});
}

Result<std::string> Engine::setting_or(std::string_view name, std::string_view otherwise) {
  auto value = TRY(store_.setting(name));
  return value ? std::move(*value) : std::string(otherwise);
}

sync::Settling Engine::settling() const {
  sync::Settling settling;
  settling.now = now_;
  settling.server_now = now_ + server_offset_;
  if (options_.policy) settling.policies = *options_.policy;
  else if (auto settings = sync::OrganizationSettings::read(store_)) settling.policies = settings->conflict_policies();
  settling.random = &random_;
  settling.deletes_held = options_.deletes_held;
  settling.open = open_;
  if (const auto user = store_.setting("user_id"); user && *user)
    if (const auto id = RecordId::parse(**user)) settling.user = *id;
  return settling;
}

}  // namespace satchel::device::client
