// SPDX-License-Identifier: Apache-2.0
#include "device/door/syncing.h"

#include <algorithm>

#include "base/text.h"
#include "device/client/limits.h"
#include "device/door/limits.h"
#include "device/door/messages.h"

namespace satchel::device::door {
namespace {

using client::Pace;
using Connection = Link::Connection;

Pace::Outcome outcome_of(const Result<client::SyncReport>& report) {
  if (report) return report->complete ? Pace::Outcome::done : Pace::Outcome::more;
  switch (report.error().code) {
    case ErrorCode::offline:
    case ErrorCode::unexpected_answer:
    case ErrorCode::server_error: return Pace::Outcome::unreachable;
    case ErrorCode::unauthorized: return Pace::Outcome::session_ended;
    default: return Pace::Outcome::troubled;
  }
}

bool is_page(const Response& response) {
  return to_lower_ascii(response.headers.get("Content-Type")).rfind("text/html", 0) == 0;
}

}  // namespace

std::string_view Link::connection_word(bool offline_by_choice) const {
  if (offline_by_choice) return "offline";
  if (connection == Connection::connected) return "connected";
  if (connection == Connection::unknown && is_syncing) return "connecting";
  return "offline";
}

Result<Response> judged(Result<Response> response, bool is_sign_in) {
  if (!response) {
    if (response.error().code != ErrorCode::offline || !response.error().message.empty()) return response;
    return Error{ErrorCode::offline, is_sign_in
                                         ? "The server can't be reached. Check its address and your connection."
                                         : "The server can't be reached. What you change stays on this device and "
                                           "goes up by itself."};
  }
  if (!is_page(*response)) return response;
  if (response->status >= 500)
    return Error{ErrorCode::server_error,
                 "The server can't be reached just now: what stands before it answered with "
                 "status " +
                     std::to_string(response->status) + "."};
  return Error{ErrorCode::unexpected_answer,
               "This network answers with a page of its own instead of the server's. Open its sign-in page in the "
               "browser, then try again."};
}

Syncing::Syncing(client::Client& client, Random& random, client::EngineOptions options)
    : client_(client),
      deletes_held_(options.deletes_held),
      engine_(client.store(), random, std::move(options)),
      pace_(random) {}

// ---- events ----------------------------------------------------------------------------------------------------------------

Result<void> Syncing::open(Instant now) {
  const auto status = TRY(client_.status());
  if (!status.signed_in || status.session_ended || status.offline_by_choice) return {};
  pace_.start(now, client::kOpeningPause);
  return {};
}

void Syncing::sign_in(client::SignIn event, Instant now) {
  if (engine_.busy()) {
    sign_in_next_ = std::move(event);
    return;
  }
  is_sign_in_ = true;
  begin(std::move(event), now);
}

void Syncing::sync_now(Instant now) {
  if (!engine_.busy()) return begin_sync(now);
  if (read_) is_sync_wanted_ = true;
}

std::int64_t Syncing::sync_saved(Instant now) {
  if (engine_.busy()) {
    is_sync_wanted_ = true;
    return syncs_begun_ + 1;
  }
  begin_sync(now);
  return syncs_begun_;
}

void Syncing::begin_sync(Instant now) {
  is_sync_wanted_ = is_sign_in_ = false;
  ++syncs_begun_;
  pace_.began();
  begin(client::SyncRequested{}, now);
}

void Syncing::read(client::ReadRequested event, Instant now) {
  const auto is_same = [&](const Read& other) {
    return other.event.table == event.table && other.event.id == event.id && other.event.filter == event.filter &&
           other.event.order == event.order && other.event.top == event.top;
  };
  if (read_ && is_same(*read_)) return;
  std::erase_if(reads_, [&](const Read& other) { return other.search == 0 && is_same(other); });
  queue({std::move(event), 0}, now);
}

std::int64_t Syncing::search(client::ReadRequested event, Instant now) {
  queue({std::move(event), ++searches_begun_}, now);
  return searches_begun_;
}

void Syncing::queue(Read read, Instant now) {
  reads_.push_front(std::move(read));
  if (reads_.size() > kReadsWaitingMax) {
    end_search(reads_.back(), Error{ErrorCode::too_many_requests, "Too much is being asked at once. Try again."});
    reads_.pop_back();
  }
  has_changed_ = true;
  if (!engine_.busy()) begin_next(now);
}

void Syncing::drop_reads(const Error& why) {
  for (const auto& read : std::exchange(reads_, {})) end_search(read, why);
}

void Syncing::end_search(const Read& read, const Result<client::SyncReport>& report) {
  if (read.search != 0) searches_ended_.push_back({read.search, report});
}

bool Syncing::is_reading(TableNumber table) const {
  return (read_ && read_->event.table == table) ||
         std::any_of(reads_.begin(), reads_.end(), [&](const Read& read) { return read.event.table == table; });
}

void Syncing::begin_next(Instant now) {
  if (sign_in_next_) return sign_in(*std::exchange(sign_in_next_, std::nullopt), now);
  if (is_sync_wanted_) return begin_sync(now);
  if (reads_.empty()) return;
  read_ = std::move(reads_.front());
  reads_.pop_front();
  has_changed_ = true;
  engine_.handle(read_->event, now);
  drain(now);
}

Result<void> Syncing::set_offline(bool on, Instant now) {
  TRY(client_.set_offline(on));
  has_changed_ = true;
  if (on) pace_.stop();
  else pace_.start(now);
  return {};
}

void Syncing::saved(Instant now) {
  pace_.saved(now);
  plan_held_deletes(now);
}

void Syncing::answer(client::RequestToken token, Result<Response> response, Instant now) {
  sent_.erase(token);
  engine_.handle(client::AnswerCame{token, judged(std::move(response), is_sign_in_)}, now);
  drain(now);
}

void Syncing::wake(Instant now) {
  if (std::exchange(has_work_, false)) {
    engine_.handle(client::GoOn{}, now);
    drain(now);
  }
  for (auto& [token, at] : sent_) {
    if (now < at) at = now;  // The clock was set back.
    if (now - at < client::kAnswerMax) continue;
    return answer(client::RequestToken(token), Error{ErrorCode::offline, "The server didn't answer in time."}, now);
  }
  if (!engine_.busy() && pace_.is_due(now)) begin_sync(now);
}

// ---- the engine ------------------------------------------------------------------------------------------------------------

void Syncing::begin(client::Event event, Instant now) {
  link_.is_syncing = has_changed_ = true;
  load_began_.reset();
  progress_ = {};
  engine_.handle(std::move(event), now);
  drain(now);
}

void Syncing::drain(Instant now) {
  while (auto output = engine_.poll_output()) {
    if (auto* send = std::get_if<client::Send>(&*output)) {
      sent_[send->token] = now;
      sends_.push_back(std::move(*send));
    } else if (const auto* progress = std::get_if<client::Progress>(&*output)) {
      take(*progress, now);
    } else if (auto* finished = std::get_if<client::Finished>(&*output)) {
      end(std::move(finished->report), now);
    } else {
      has_work_ = true;
    }
  }
}

void Syncing::take(const client::Progress& progress, Instant now) {
  has_changed_ = true;
  if (progress.stage != client::Progress::Stage::storing) return;
  progress_.rows_left = std::max<std::int64_t>(progress.rows_expected - progress.rows, 0);
  progress_.bytes = progress.bytes;
  if (!load_began_) {
    load_began_ = now;
    load_rows_at_begin_ = progress.rows;
  }
  const auto elapsed = now - *load_began_;
  const auto rows = progress.rows - load_rows_at_begin_;
  progress_.seconds_left.reset();
  if (elapsed < kEstimateAfter || rows <= 0) return;
  const double per_row = static_cast<double>(elapsed.milliseconds) / static_cast<double>(rows);
  progress_.seconds_left = static_cast<std::int64_t>(per_row * static_cast<double>(progress_.rows_left) / 1000) + 1;
}

bool Syncing::has_unsent() {
  for (const auto state : {store::ChangeState::waiting, store::ChangeState::sent})
    if (const auto count = client_.store().outbox_count(state); count && *count > 0) return true;
  return false;
}

// A read tells how it stands with the server as well; what couldn't be asked is asked again when it's looked at again.
void Syncing::end_read(const Result<client::SyncReport>& report, Instant now) {
  end_search(*std::exchange(read_, std::nullopt), report);
  const auto outcome = outcome_of(report);
  if (outcome == Pace::Outcome::unreachable) {
    link_.connection = Connection::offline;
    link_.trouble = sentence_of(report.error());
    drop_reads(report.error());
    pace_.nudged(now);
  } else if (outcome == Pace::Outcome::session_ended) {
    drop_reads(report.error());
    pace_.nudged(now);
  } else {
    link_.connection = Connection::connected;
  }
  begin_next(now);
}

void Syncing::end(Result<client::SyncReport> report, Instant now) {
  has_changed_ = true;
  has_work_ = false;
  if (read_) {
    sent_.clear();
    return end_read(report, now);
  }
  link_.is_syncing = false;
  sent_.clear();
  const auto outcome = outcome_of(report);
  const bool is_unreachable = outcome == Pace::Outcome::unreachable;
  link_.connection = is_unreachable ? Connection::offline : Connection::connected;
  link_.trouble = report ? std::string() : sentence_of(report.error());
  if (!is_sign_in_) {
    pace_.ended(outcome, has_unsent(), now);
    plan_held_deletes(now);
  } else if (report) {
    pace_.start(now);
  } else if (!is_unreachable) {
    link_.trouble.clear();  // A wrong password is the form's business.
  }
  if (is_unreachable) drop_reads(report.error());
  ended_.push_back({is_sign_in_, syncs_begun_, std::move(report)});
  is_sign_in_ = false;
  begin_next(now);
}

// A delete goes when the time is over in which it can be taken back.
void Syncing::plan_held_deletes(Instant now) {
  if (deletes_held_ == Duration{}) return;
  const auto outbox = client_.store().outbox();
  if (!outbox) return;
  sync::Settling settling;
  settling.now = now;
  settling.deletes_held = deletes_held_;
  for (const auto& entry : *outbox)
    if (sync::is_held(entry, settling)) pace_.due_at(entry.saved_at + deletes_held_, now);
}

// ---- what comes of it ------------------------------------------------------------------------------------------------------

std::optional<client::Send> Syncing::take_send() {
  if (sends_.empty()) return std::nullopt;
  auto send = std::move(sends_.front());
  sends_.pop_front();
  return send;
}

std::optional<Syncing::Ended> Syncing::take_ended() {
  if (ended_.empty()) return std::nullopt;
  auto ended = std::move(ended_.front());
  ended_.pop_front();
  return ended;
}

std::optional<Syncing::SearchEnded> Syncing::take_search_ended() {
  if (searches_ended_.empty()) return std::nullopt;
  auto ended = std::move(searches_ended_.front());
  searches_ended_.pop_front();
  return ended;
}

std::optional<Instant> Syncing::next_wake() const {
  auto next = engine_.busy() ? std::nullopt : pace_.next();
  for (const auto& [token, at] : sent_)
    if (!next || at + client::kAnswerMax < *next) next = at + client::kAnswerMax;
  return next;
}

}  // namespace satchel::device::door
