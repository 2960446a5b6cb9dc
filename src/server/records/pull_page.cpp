// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/pull_page.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/records/limits.h"

namespace satchel::server::records {

using odata::FeedPhase;

Result<std::string> PullPage::make(const State& state, const Subscription& subscription, const Watched* watched,
                                   Instant now) {
  state_ = state;
  watched_ = watched;
  head_.schema_number = context_.schema.number();
  head_.epoch = state.epoch;
  head_.server_time = now;
  TRY(open(subscription));
  TRY(compare(subscription));

  head_.phase = FeedPhase::load;
  TRY(load());
  // A load that found nothing needn't cost a round trip.
  if (writer_.rows() == 0 &&
      std::none_of(cursor_.scopes.begin(), cursor_.scopes.end(), [](const auto& s) { return s.loading; })) {
    head_.phase = FeedPhase::delta;
    TRY(answer_unscoped());
    TRY(delta());
  } else if (!cursor_.first_load) {
    TRY(answer_unscoped());
  }
  cursor_.anchor = state_.head;
  cursor_.epoch = state_.epoch;
  cursor_.schema_number = context_.schema.number();
  head_.cursor = seal_cursor(cursor_, {caller_.user, request_.device}, state_.secret);
  return writer_.finish(head_);
}

std::size_t PullPage::rows_max() const {
  return request_.rows_max == 0 ? kPullRowsDefault : std::min(request_.rows_max, kPullRowsMax);
}

// Rows that were named come on top: with them alone a page would never get further.
bool PullPage::is_full() const {
  return writer_.rows() - named_.size() + marks_ >= rows_max() || writer_.bytes_about() - named_bytes_ >= kPullBytesMax;
}

// ---- where the device stands ---------------------------------------------------------------------------------------------

Result<void> PullPage::open(const Subscription& subscription) {
  if (request_.named.size() > odata::kNamedRowsMax)
    return Error{ErrorCode::too_large, "A pull names at most " + std::to_string(odata::kNamedRowsMax) + " rows.",
                 "named"};
  if (request_.seen) TRY(check_cut(context_, state_, *request_.seen));
  if (request_.cursor.empty()) {
    cursor_.may_grant = cursor_.first_load = true;
    return {};
  }
  cursor_ = TRY(open_cursor(request_.cursor, {caller_.user, request_.device}, state_.secret));
  if (cursor_.epoch != state_.epoch) return refuse_history(context_);
  TRY(check_cut(context_, state_, cursor_.anchor));
  if (cursor_.watch && (cursor_.schema_number != context_.schema.number() || cursor_.watch->position < state_.floor))
    cursor_.watch.reset();
  if (!must_start_again(cursor_)) return {};
  // The scopes that it had and has no more are told as usual; all others are granted anew.
  std::erase_if(cursor_.scopes, [&](const CursorScope& scope) {
    return std::any_of(subscription.begin(), subscription.end(),
                       [&](const auto& s) { return s.number == scope.number; });
  });
  cursor_.may_grant = true;
  cursor_.first_load = false;
  cursor_.horizon = cursor_.totals_from = Seq();
  cursor_.sent = 0;
  return {};
}

// Leaves and deletes that the device hasn't heard of are gone, or its columns aren't those of today.
bool PullPage::must_start_again(const Cursor& cursor) const {
  if (cursor.schema_number != context_.schema.number()) return true;
  return std::any_of(cursor.scopes.begin(), cursor.scopes.end(), [&](const CursorScope& scope) {
    return (scope.loading ? cursor.horizon : scope.position) < state_.floor;
  });
}

// Both are sorted by number: one walk through the two.
Result<void> PullPage::compare(const Subscription& subscription) {
  const auto held = std::exchange(cursor_.scopes, {});
  const bool may_grant = cursor_.may_grant;
  if (may_grant) cursor_.horizon = state_.head.seq;
  auto scope = subscription.begin();
  const auto skip_to = [&](ScopeNumber number) -> Result<void> {
    for (; scope != subscription.end() && scope->number < number; ++scope) {
      if (may_grant) TRY(grant(*scope));
      else has_more_to_grant_ = true;
    }
    return {};
  };
  for (const auto& before : held) {
    TRY(skip_to(before.number));
    if (scope == subscription.end() || scope->number != before.number) {
      head_.dropped.push_back(before.number);
      continue;
    }
    cursor_.scopes.push_back(before);
    in_order_.push_back(&*scope++);
  }
  return skip_to(ScopeNumber(std::numeric_limits<std::int64_t>::max()));
}

Result<void> PullPage::grant(const SubscribedScope& scope) {
  const auto total = TRY(scopes_.total(scope.number));
  head_.granted.push_back({scope.number, scope.table->table->number, scope.key.kind, scope.key.id, total.count});
  const bool skips = request_.skip_load && request_.cursor.empty();
  const bool loads = total.count > 0 && !skips;
  cursor_.scopes.push_back({scope.number, loads ? Seq() : state_.head.seq, loads});
  in_order_.push_back(&scope);
  cursor_.totals_from = Seq();
  cursor_.sent = 0;
  return {};
}

// ---- the cut ---------------------------------------------------------------------------------------------------------------

Result<void> PullPage::complete() {
  TRY(add_totals());
  head_.complete = true;
  head_.cut = state_.head;
  cursor_.totals_from = state_.head.seq;
  return {};
}

Result<void> PullPage::add_totals() {
  if (cursor_.totals_from == state_.head.seq && state_.head.seq != Seq()) return {};
  for (const auto& scope : cursor_.scopes) {
    const auto total = TRY(scopes_.total(scope.number));
    if (cursor_.totals_from == Seq() || total.last > cursor_.totals_from)
      head_.totals.push_back({scope.number, total.count, total.sum});
  }
  return {};
}

}  // namespace satchel::server::records
