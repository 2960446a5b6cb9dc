// SPDX-License-Identifier: Apache-2.0
//
// What each answer of a batch means (docs/protocol.md, "Answers per part").
#include <charconv>
#include <set>

#include "base/random.h"
#include "device/sync/drafts.h"
#include "device/sync/experience.h"
#include "device/sync/push.h"
#include "odata/record_json.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using store::ChangeState;
using store::DeviceStore;
using store::OutboxEntry;

bool is_success(int status) { return status >= 200 && status < 300; }
bool is_later(int status) { return status == 429 || status == 408 || status >= 500; }

Seq version_in(const Response& response) {
  if (const auto version = odata::parse_etag(response.headers.get("etag"))) return *version;
  const auto text = response.headers.get("satchel-version");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return Seq(number);
}

// Off the wire again, under a new id: the body or its group will be another.
void thaw(OutboxEntry& entry, const Settling& settling) {
  entry.state = ChangeState::waiting;
  entry.id = new_id<ChangeId>(*settling.random, settling.now);
  entry.group.reset();
  entry.first_sent.reset();
}

class Answers {
 public:
  Answers(DeviceStore& store, const Settling& settling) : store_(store), settling_(settling) {}

  Result<void> read(OutboxEntry entry, const Response& response) {
    const auto& change = entry.change;
    if (is_success(response.status)) return acknowledge(std::move(entry), version_in(response));
    touched_.insert({change.table, change.id});
    if (is_later(response.status)) {
      ++report.later;
      return {};
    }
    const auto error = odata::read_error(response.status, response.body);
    switch (error.code) {
      case ErrorCode::version_conflict:
      case ErrorCode::repeated_differently:
        ++report.to_merge;
        TRY(fetch_if_cached(change));
        // For a delete: the newer rows, which the user may not have seen (Y7). Looked at before it is sent again.
        if (change.kind == ChangeKind::remove) entry.reason_target = error.target;
        return send_again(std::move(entry));
      case ErrorCode::failed_dependency: return send_again(std::move(entry));
      case ErrorCode::exists:
        report.to_fetch.push_back({change.table, change.id, Seq(0)});
        ++report.to_merge;
        return send_again(std::move(entry));
      case ErrorCode::deleted:
      case ErrorCode::not_found:
        if (change.kind == ChangeKind::remove) return acknowledge(std::move(entry), Seq(0));  // what was wanted is so
        if (error.code == ErrorCode::deleted) return deleted_there(std::move(entry));
        return refuse(std::move(entry), error);
      case ErrorCode::unauthorized:
      case ErrorCode::too_many_requests:
      case ErrorCode::unexpected_answer: ++report.later; return {};
      default: return refuse(std::move(entry), error);
    }
  }

  Result<void> settle_touched() {
    TRY(update_blocks(store_, settling_));
    for (const auto& [table, id] : touched_) TRY(settle(store_, store_.schema().at(table), id, settling_));
    return settle_drafts(store_, settling_);
  }

  PushReport report;

 private:
  Result<void> acknowledge(OutboxEntry entry, Seq version) {
    ++report.acknowledged;
    TRY(fetch_if_cached(entry.change));
    entry.state = ChangeState::acknowledged;
    entry.acknowledged_version = version;
    TRY(store_.keep_acknowledged(entry, settling_.now));
    TRY(store_.update(entry));
    // What the user did next builds on what the server has now.
    auto entries = TRY(store_.outbox_of(entry.change.id));
    for (auto& later : entries)
      if (later.position > entry.position && later.state == ChangeState::waiting && later.base_version < version) {
        later.base_version = version;
        TRY(store_.update(later));
      }
    if (entries.size() > 1 || !TRY(is_shown(entry))) touched_.insert({entry.change.table, entry.change.id});
    return {};
  }

  // No scope brings what the server made of it: the next pull asks for it by name.
  Result<void> fetch_if_cached(const model::RecordChange& change) {
    const auto& table = store_.schema().at(change.table);
    const auto here = TRY(store_.holding(table, change.id));
    if (here && here->scopes != store::ScopeSetNumber(0)) return {};
    if (!experience_) experience_ = TRY(read_experience(store_));
    const auto use = TRY(store_.use(change.id));
    if (!experience_->holds(table) || (use && use->pinned))
      report.to_fetch.push_back({table.number, change.id, here ? here->version : Seq(0)});
    return {};
  }

  // The usual case: a record's only change was confirmed, and the cut with it is still to come. It stays the overlay that it was,
  // and there's nothing to merge it with.
  Result<bool> is_shown(const OutboxEntry& confirmed) {
    const auto& change = confirmed.change;
    const auto here = TRY(store_.holding(store_.schema().at(change.table), change.id));
    const bool has_arrived = here && here->version >= confirmed.acknowledged_version;
    return !has_arrived && TRY(store_.conflicts_of(change.id)).empty();
  }

  Result<void> send_again(OutboxEntry entry) {
    thaw(entry, settling_);
    return store_.update(entry);
  }

  Result<void> refuse(OutboxEntry entry, const Error& error) {
    ++report.refused;
    thaw(entry, settling_);
    entry.state = ChangeState::refused;
    entry.reason_code = std::string(name_of(error.code));
    entry.reason = error.message;
    entry.reason_target = error.target;
    return store_.update(entry);
  }

  Result<void> deleted_there(OutboxEntry entry) {
    const auto& table = store_.schema().at(entry.change.table);
    const auto id = entry.change.id;
    // The user is being asked about the record, with what this change wrote.
    for (const auto& open : TRY(store_.conflicts_of(id)))
      if (open.kind == store::ConflictKind::deleted_there) return store_.remove(entry.position);
    thaw(entry, settling_);
    TRY(store_.update(entry));
    // The mirror stays what the last cut was; the next one takes it away.
    return settle_gone(store_, table, id, Gone::deleted, settling_);
  }

  DeviceStore& store_;
  const Settling& settling_;
  std::set<std::pair<TableNumber, RecordId>> touched_;
  std::optional<Experience> experience_;
};

}  // namespace

Result<PushReport> read_answers(DeviceStore& store, const std::vector<odata::BatchAnswer>& answers,
                                const Settling& settling) {
  Answers reading(store, settling);
  for (const auto& answer : answers) {
    std::int64_t position = 0;
    std::from_chars(answer.id.data(), answer.id.data() + answer.id.size(), position);
    auto entry = TRY(store.outbox_entry(store::OutboxPosition(position)));
    // An answer that came twice, or to something taken back meanwhile, says nothing new.
    if (!entry || entry->state != ChangeState::sent) continue;
    TRY(reading.read(std::move(*entry), answer.response));
  }
  TRY(reading.settle_touched());
  return std::move(reading.report);
}

}  // namespace satchel::device::sync
