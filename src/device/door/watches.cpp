// SPDX-License-Identifier: Apache-2.0
#include "device/door/watches.h"

#include <algorithm>

#include "device/door/limits.h"

namespace satchel::device::door {
namespace {

std::int64_t rows_of(const Needs& needs, const Watches::TableRows& tables) {
  std::int64_t rows = 0;
  for (const auto& table : tables)
    if (needs.all_tables || needs.tables.contains(table.table)) rows += table.rows;
  return rows;
}

}  // namespace

Result<Watches::Watch*> Watches::add(TabNumber tab, MessageId id, Json question, Needs needs) {
  let_go(tab, id);
  const auto of_tab = std::count_if(watches_.begin(), watches_.end(), [&](const Watch& w) { return w.tab == tab; });
  if (static_cast<std::size_t>(of_tab) >= kWatchesMax)
    return Error{ErrorCode::too_large, "This window watches too many questions at once."};
  watches_.push_back({tab, id, std::move(question), std::move(needs), {}, 0, {}, false});
  return &watches_.back();
}

void Watches::let_go(TabNumber tab, MessageId id) {
  std::erase_if(watches_, [&](const Watch& watch) { return watch.tab == tab && watch.id == id; });
}

void Watches::leave(TabNumber tab) {
  std::erase_if(watches_, [&](const Watch& watch) { return watch.tab == tab; });
}

void Watches::touch(const store::Touched& touched, const std::optional<TableRows>& loading) {
  for (auto& watch : watches_) {
    if (watch.is_due || !is_touched(watch.needs, touched)) continue;
    if (loading && !watch.needs.syncing && (watch.needs.all_tables || !watch.needs.tables.empty())) {
      const auto rows = rows_of(watch.needs, *loading);
      if (rows == watch.rows_asked || rows * 100 < watch.rows_asked * kGrowthPercent) continue;
      watch.rows_asked = rows;
    }
    watch.is_due = true;
  }
}

void Watches::touch_lists(std::string_view set) {
  for (auto& watch : watches_)
    if (watch.question.string_at("ask") == "list" && watch.question.string_at("set") == set) watch.is_due = true;
}

void Watches::touch_syncing() {
  for (auto& watch : watches_) watch.is_due = watch.is_due || watch.needs.syncing || watch.needs.link;
}

std::vector<Json> Watches::questions() const {
  std::vector<Json> questions;
  for (const auto& watch : watches_) questions.push_back(watch.question);
  return questions;
}

std::vector<RecordId> Watches::open_records() const {
  std::vector<RecordId> records;
  for (const auto& watch : watches_)
    if (watch.question.string_at("ask") == "record")
      if (const auto id = RecordId::parse(watch.question.string_at("id"))) records.push_back(*id);
  return records;
}

bool Watches::is_due(const Watch& watch, const Moment& moment) {
  if (!watch.is_due) return false;
  const auto since = moment.now - watch.asked_at;
  const bool is_soon = since.milliseconds >= 0 && since < kProgressPause;
  if (watch.needs.syncing && moment.is_syncing && is_soon) return false;
  return !moment.lists.is_in_making(watch.question, moment.now);
}

bool Watches::any_due(const Moment& moment) const {
  return std::any_of(watches_.begin(), watches_.end(), [&](const Watch& watch) { return is_due(watch, moment); });
}

Watches::Watch* Watches::next_due(const Moment& moment) {
  // The one that was asked for last is what the user looks at: the open record before the list behind it.
  for (auto at = watches_.rbegin(); at != watches_.rend(); ++at) {
    auto& watch = *at;
    if (!is_due(watch, moment)) continue;
    watch.is_due = false;
    watch.asked_at = moment.now;
    return &watch;
  }
  return nullptr;
}

}  // namespace satchel::device::door
