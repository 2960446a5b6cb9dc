// SPDX-License-Identifier: Apache-2.0
#include "device/client/pace.h"

#include <algorithm>

#include "device/client/limits.h"

namespace satchel::device::client {
namespace {

bool is_within(Instant now, Instant since, Duration span) {
  const auto age = now - since;
  return age.milliseconds >= 0 && age < span;
}

}  // namespace

void Pace::start(Instant now, Duration pause) {
  stopped_ = needs_sign_in_ = false;
  failures_ = 0;
  user_was_here_ = now;
  plan(now + pause, now);
}

void Pace::stop() {
  stopped_ = true;
  plan_.reset();
  first_save_.reset();
}

void Pace::saved(Instant now) {
  user_was_here_ = now;
  if (!first_save_ || now < *first_save_) first_save_ = now;
  // While the server can't be reached the next try is planned already, and a save doesn't change the network.
  if (failures_ > 0 && plan_) return;
  plan_.reset();
  plan(std::min(now + kSaveDelay, *first_save_ + kSaveDelayMax), now);
}

void Pace::nudged(Instant now) {
  user_was_here_ = now;
  const bool is_too_soon = last_end_ && is_within(now, *last_end_, kNudgeGap);
  plan(is_too_soon ? *last_end_ + kNudgeGap : now, now);
}

void Pace::due_at(Instant at, Instant now) { plan(at, now); }

void Pace::began() {
  running_ = true;
  plan_.reset();
  first_save_.reset();
}

void Pace::ended(Outcome outcome, bool has_unsent, Instant now) {
  running_ = false;
  last_end_ = now;
  needs_sign_in_ = outcome == Outcome::session_ended;
  if (needs_sign_in_) {
    plan_.reset();
    return;
  }
  const bool has_failed = outcome != Outcome::done;
  failures_ = has_failed ? failures_ + 1 : 0;
  // Behind a failure, a save made meanwhile waits for the next try.
  if (has_failed) plan_.reset();
  plan(now + (has_failed ? retry_delay(has_unsent, now) : kConnectedPause), now);
}

std::optional<Instant> Pace::next() const {
  if (running_ || stopped_ || !plan_) return std::nullopt;
  return plan_->at;
}

bool Pace::is_due(Instant now) const {
  if (!next()) return false;
  return now >= plan_->at || now < plan_->made;
}

// The earlier one holds.
void Pace::plan(Instant at, Instant now) {
  if (stopped_ || needs_sign_in_) return;
  if (plan_ && plan_->at <= at && now >= plan_->made) return;
  plan_ = Plan{at, now};
}

// Doubling, and up to a quarter less, so that devices that lost their server together don't come back together.
Duration Pace::retry_delay(bool has_unsent, Instant now) {
  const bool is_waited_for = has_unsent && is_within(now, user_was_here_, kUserGone);
  const auto longest = is_waited_for ? kRetryUnsentMax : kRetryMax;
  const auto doubled = kRetryMin * (std::int64_t{1} << std::min(failures_ - 1, 6));
  const auto delay = std::min(doubled, longest);
  const auto less = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(delay.milliseconds / 4 + 1)));
  return std::max(kRetryMin, Duration{delay.milliseconds - less});
}

}  // namespace satchel::device::client
