// SPDX-License-Identifier: Apache-2.0
//
// The watch over rows that a device holds without a scope. The server knows no device's rows; it knows by which keys their user may
// read, and each key has its scope of entries, whether or not a device is subscribed to it. So whatever changes, leaves or is
// deleted in the user's sight has an entry above the watch's position.
//
//   rows of the cached tables, as the user may read them
//   ──────────────●────────────────────────▶ seq       entries between: touched, or more than the device would want to hear of:
//            position       head                       then the table is named whole
//
// Always true:
//   - A row that the device named at or after the position, and that isn't touched since, is what it was, and its user may read it:
//     he read it by one of these keys, and the row still has that key.
//   - Other keys (roles, teams, profile) or tables: the watch is new, and the device names everything once.
#include <algorithm>

#include "server/records/internal/pull_page.h"
#include "server/records/limits.h"

namespace satchel::server::records {
namespace {

constexpr std::string_view kTouchedAbove =
    "select record from scope_entry where organization = ?1 and scope = ?2 and seq > ?3 order by seq, record limit ?4";

}  // namespace

Result<void> PullPage::answer_unscoped() {
  TRY(answer_named());
  if (watched_ == nullptr) {
    cursor_.watch.reset();
    return {};
  }
  return watch(*watched_);
}

Result<void> PullPage::watch(const Watched& watched) {
  odata::FeedWatch answer;
  answer.is_new = !cursor_.watch || cursor_.watch->keys != watched.keys;
  if (!answer.is_new) TRY(find_touched(watched, cursor_.watch->position, answer));
  cursor_.watch = {state_.head.seq, watched.keys};
  head_.watch = std::move(answer);
  return {};
}

Result<void> PullPage::find_touched(const Watched& watched, Seq above, odata::FeedWatch& answer) {
  if (above >= state_.head.seq) return {};
  const auto touched_max = std::clamp(request_.watch, kTouchedMin, kTouchedMax);
  std::size_t of_table = 0;  // where the ids of the scope's table begin
  const TableSql* table = nullptr;
  for (const auto& scope : watched.scopes) {
    if (scope.table != table) of_table = answer.touched.size();
    table = scope.table;
    const bool is_whole = !answer.whole.empty() && answer.whole.back() == table->table->number;
    if (is_whole || TRY(scopes_.total(scope.number)).last <= above) continue;
    const auto room = touched_max - answer.touched.size();
    auto select = TRY(sql::borrow(context_.database, kTouchedAbove));
    select->bind_integer(1, context_.organization.value);
    select->bind_integer(2, scope.number.value);
    select->bind_integer(3, above.value);
    select->bind_integer(4, static_cast<std::int64_t>(room) + 1);
    while (TRY(select->step())) answer.touched.push_back(RecordId::from_bytes(select->blob(0)).value_or(RecordId()));
    if (answer.touched.size() <= touched_max) continue;
    answer.touched.resize(of_table);
    answer.whole.push_back(table->table->number);
  }
  return {};
}

}  // namespace satchel::server::records
