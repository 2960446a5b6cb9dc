// SPDX-License-Identifier: Apache-2.0
#include "device/sync/push.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

#include "base/random.h"
#include "device/sync/limits.h"
#include "device/sync/local_changes.h"
#include "odata/record_json.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using store::ChangeState;
using store::DeviceStore;
using store::OutboxEntry;

// Which waiting entries go into the next batch, and in which groups.
class Selection {
 public:
  Selection(std::vector<OutboxEntry>& outbox, const Settling& settling)
      : outbox_(outbox), settling_(settling), root_(outbox.size()) {
    std::iota(root_.begin(), root_.end(), 0);
    for (std::size_t i = 0; i < outbox.size(); ++i) {
      const auto& entry = outbox[i];
      if (entry.change.kind == ChangeKind::create && entry.state != ChangeState::acknowledged)
        create_of_[entry.change.id] = i;
    }
  }

  void select() {
    for (std::size_t i = 0; i < outbox_.size(); ++i) {
      const auto& entry = outbox_[i];
      if (entry.state == ChangeState::sent) selected_.insert(i);
      if (entry.state == ChangeState::waiting && may_go(i)) {
        selected_.insert(i);
        link(i);
      }
      if (holds_back_later(entry)) last_of_[entry.change.id] = i;
    }
    cut_long_groups();
  }

  const std::set<std::size_t>& selected() const { return selected_; }
  // Members of i's group in outbox order; i alone when it has none.
  std::vector<std::size_t> group_of(std::size_t i) { return groups_.at(root(i)); }
  // Creates in this batch, of other groups, that entry i names.
  std::vector<std::size_t> dependencies_of(std::size_t i) {
    std::vector<std::size_t> creates;
    for (const auto c : named_creates(i))
      if (root(c) != root(i)) creates.push_back(c);
    return creates;
  }

 private:
  // An update in the error list doesn't hold back the record's other columns (invariant 14).
  static bool holds_back_later(const OutboxEntry& entry) {
    const bool is_stuck = entry.state == ChangeState::refused || entry.state == ChangeState::blocked;
    return entry.state != ChangeState::acknowledged && !(is_stuck && entry.change.kind == ChangeKind::update);
  }

  std::size_t root(std::size_t i) {
    while (root_[i] != i) i = root_[i] = root_[root_[i]];
    return i;
  }

  std::vector<std::size_t> named_creates(std::size_t i) const {
    std::vector<std::size_t> creates;
    for (const auto& named : named_records(outbox_[i].change)) {
      if (named.id == outbox_[i].change.id) continue;
      if (const auto at = create_of_.find(named.id); at != create_of_.end()) creates.push_back(at->second);
    }
    return creates;
  }

  // An update of a record whose create is in this batch closes a ring: it goes in the same group (Y17).
  bool closes_ring(std::size_t i) const {
    const auto create = create_of_.find(outbox_[i].change.id);
    return create != create_of_.end() && outbox_[i].change.kind == ChangeKind::update &&
           selected_.count(create->second) != 0 && outbox_[create->second].state == ChangeState::waiting &&
           last_of_.at(outbox_[i].change.id) == create->second;
  }

  bool may_go(std::size_t i) const {
    if (is_held(outbox_[i], settling_)) return false;
    const auto earlier = last_of_.find(outbox_[i].change.id);
    if (earlier != last_of_.end() && !closes_ring(i)) return false;
    for (const auto create : named_creates(i))
      if (outbox_[create].state != ChangeState::waiting || selected_.count(create) == 0) return false;
    return true;
  }

  void link(std::size_t i) {
    const bool is_create = outbox_[i].change.kind == ChangeKind::create;
    const bool is_ring = !is_create && create_of_.count(outbox_[i].change.id) != 0;
    if (is_ring) root_[root(i)] = root(create_of_.at(outbox_[i].change.id));
    if (is_create || is_ring)
      for (const auto create : named_creates(i)) root_[root(i)] = root(create);
  }

  // Past the limit the rest waits for its parents to be confirmed. Outbox order is dependency order, so a prefix is closed.
  void cut_long_groups() {
    std::set<std::size_t> left_out;
    for (const auto i : selected_) {
      auto& group = groups_[root(i)];
      const bool misses_parent = [&] {
        for (const auto create : named_creates(i))
          if (left_out.count(create) != 0) return true;
        return false;
      }();
      if (outbox_[i].state == ChangeState::waiting && (group.size() >= kGroupMembersMax || misses_parent))
        left_out.insert(i);
      else group.push_back(i);
    }
    for (const auto i : left_out) selected_.erase(i);
  }

  std::vector<OutboxEntry>& outbox_;
  const Settling& settling_;
  std::vector<std::size_t> root_;
  std::unordered_map<RecordId, std::size_t> create_of_;
  std::unordered_map<RecordId, std::size_t> last_of_;  // the last unconfirmed entry before this one
  std::set<std::size_t> selected_;
  std::map<std::size_t, std::vector<std::size_t>> groups_;
};

std::string part_id(const OutboxEntry& entry) { return std::to_string(entry.position.value); }

Request request_of(const model::Schema& schema, const OutboxEntry& entry, bool is_ring_update) {
  const auto& table = schema.at(entry.change.table);
  Request request;
  request.target = table.set;
  request.headers.set("repeatability-request-id", (entry.group ? *entry.group : entry.id).to_string());
  request.headers.set("repeatability-first-sent", format_http_date(*entry.first_sent));
  if (entry.change.kind != ChangeKind::create) request.target += "(" + entry.change.id.to_string() + ")";
  switch (entry.change.kind) {
    case ChangeKind::create:
      request.method = "POST";
      request.headers.set("if-none-match", "*");
      break;
    case ChangeKind::update:
      request.method = "PATCH";
      request.headers.set("if-match", is_ring_update ? "*" : odata::etag_of(entry.base_version));
      break;
    case ChangeKind::remove:
      request.method = "DELETE";
      request.headers.set("if-match", odata::etag_of(entry.base_version));
      if (entry.seen) request.headers.set("satchel-seen", entry.seen->to_string());
      return request;
  }
  request.headers.set("content-type", "application/json");
  request.body = odata::write_change(schema, entry.change);
  return request;
}

// Frozen members of one group that was sent before, by the id they share.
std::vector<std::size_t> frozen_group(const std::vector<OutboxEntry>& outbox, const OutboxEntry& entry) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < outbox.size(); ++i)
    if (outbox[i].state == ChangeState::sent && outbox[i].group == entry.group) members.push_back(i);
  return members;
}

class Planner {
 public:
  Planner(DeviceStore& store, std::vector<OutboxEntry>& outbox, const Settling& settling)
      : store_(store), outbox_(outbox), settling_(settling), selection_(outbox, settling) {}

  Result<PushPlan> plan() {
    selection_.select();
    for (const auto i : selection_.selected()) {
      if (planned_.count(i) != 0) continue;
      const auto members = members_of(i);
      if (plan_.parts.size() + members.size() > kPushPartsMax || bytes_ > kPushBytesMax) break;
      if (!dependencies_planned(members)) continue;
      TRY(add(members));
    }
    return std::move(plan_);
  }

 private:
  std::vector<std::size_t> members_of(std::size_t i) {
    const auto& entry = outbox_[i];
    if (entry.state != ChangeState::sent) return selection_.group_of(i);
    return entry.group ? frozen_group(outbox_, entry) : std::vector<std::size_t>{i};
  }

  bool dependencies_planned(const std::vector<std::size_t>& members) {
    for (const auto m : members)
      if (outbox_[m].state == ChangeState::waiting)
        for (const auto d : selection_.dependencies_of(m))
          if (planned_.count(d) == 0) return false;
    return true;
  }

  Result<void> add(const std::vector<std::size_t>& members) {
    std::optional<ChangeId> group;
    if (members.size() > 1) group = outbox_[members[0]].group ? outbox_[members[0]].group : outbox_[members[0]].id;
    std::set<RecordId> created;
    for (const auto m : members) {
      auto& entry = outbox_[m];
      const bool was_waiting = entry.state == ChangeState::waiting;
      const auto dependencies = was_waiting ? selection_.dependencies_of(m) : std::vector<std::size_t>{};
      if (was_waiting) TRY(freeze(entry, group));
      add_part(entry, group, dependencies, created.count(entry.change.id) != 0);
      if (entry.change.kind == ChangeKind::create) created.insert(entry.change.id);
      planned_.insert(m);
    }
    return {};
  }

  Result<void> freeze(OutboxEntry& entry, const std::optional<ChangeId>& group) {
    entry.state = ChangeState::sent;
    entry.group = group;
    entry.first_sent = settling_.server_now;
    return store_.update(entry);
  }

  void add_part(const OutboxEntry& entry, const std::optional<ChangeId>& group,
                const std::vector<std::size_t>& dependencies, bool is_ring_update) {
    odata::BatchPart part;
    part.id = part_id(entry);
    if (group) part.group = group->to_string();
    for (const auto d : dependencies)
      part.depends_on.push_back(outbox_[d].group ? outbox_[d].group->to_string() : part_id(outbox_[d]));
    part.request = request_of(store_.schema(), entry, is_ring_update);
    bytes_ += part.request.body.size() + 300;
    plan_.parts.push_back(std::move(part));
  }

  DeviceStore& store_;
  std::vector<OutboxEntry>& outbox_;
  const Settling& settling_;
  Selection selection_;
  std::set<std::size_t> planned_;
  std::size_t bytes_ = 0;
  PushPlan plan_;
};

}  // namespace

Result<PushPlan> plan_push(DeviceStore& store, const Settling& settling) {
  TRY(update_blocks(store, settling));
  TRY(review_deletes(store, settling));
  auto outbox = TRY(store.outbox());
  return Planner(store, outbox, settling).plan();
}

bool is_held(const OutboxEntry& entry, const Settling& settling) {
  if (entry.change.kind != ChangeKind::remove || entry.state != ChangeState::waiting) return false;
  const auto age = settling.now - entry.saved_at;
  return age.milliseconds >= 0 && age < settling.deletes_held;
}

Result<bool> has_unsent(DeviceStore& store, const Settling& settling) {
  if (TRY(store.outbox_count(ChangeState::sent)) > 0) return true;
  if (TRY(store.outbox_count(ChangeState::waiting)) == 0) return false;
  auto outbox = TRY(store.outbox());
  Selection selection(outbox, settling);
  selection.select();
  return !selection.selected().empty();
}

// ---- blocks ----------------------------------------------------------------------------------------------------------------

namespace {

// How it stands with a record that a change names.
enum class NamedState { fine, stuck, never };

class Blocks {
 public:
  Blocks(DeviceStore& store, std::vector<OutboxEntry> outbox, const Settling& settling)
      : store_(store), outbox_(std::move(outbox)), settling_(settling) {
    for (const auto& entry : outbox_)
      if (entry.change.kind == ChangeKind::create) state_of_create_[entry.change.id] = entry.state;
  }

  Result<void> run() {
    for (auto& entry : outbox_) {
      if (entry.state == ChangeState::blocked) TRY(review(entry));
      else if (entry.state == ChangeState::waiting) TRY(hold_back(entry));
      if (entry.change.kind == ChangeKind::create) state_of_create_[entry.change.id] = entry.state;
    }
    return {};
  }

 private:
  Result<NamedState> state_of(const model::Reference& named) {
    const auto create = state_of_create_.find(named.id);
    if (create != state_of_create_.end())
      return create->second == ChangeState::refused || create->second == ChangeState::blocked ? NamedState::stuck
                                                                                              : NamedState::fine;
    return NamedState::fine;
  }

  Result<void> review(OutboxEntry& entry) {
    const auto named = *entry.waits_for;
    if (TRY(state_of(named)) == NamedState::stuck) return {};
    const auto& table = store_.schema().at(named.table);
    const bool is_known = state_of_create_.count(named.id) != 0 || TRY(store_.mirror(table, named.id)).has_value();
    entry.waits_for.reset();
    entry.state = is_known ? ChangeState::waiting : ChangeState::refused;
    if (!is_known) {
      entry.reason_code = "failed_dependency";
      entry.reason = "The " + table.label +
                     " that this belongs to was discarded. Choose another one and retry, or discard this too.";
    }
    return store_.update(entry);
  }

  // Columns that name a stuck record wait; the rest goes. A create waits as a whole, for half a record is no record.
  Result<void> hold_back(OutboxEntry& entry) {
    model::RecordChange held{entry.change.table, entry.change.id, ChangeKind::update, {}};
    std::optional<model::Reference> culprit;
    for (const auto& value : entry.change.values) {
      model::RecordChange single{entry.change.table, entry.change.id, ChangeKind::update, {value}};
      for (const auto& named : named_records(single))
        if (named.id != entry.change.id && TRY(state_of(named)) == NamedState::stuck) {
          culprit = named;
          held.set(value.column, value.value);
        }
    }
    if (!culprit) return {};
    if (entry.change.kind == ChangeKind::create || held.values.size() == entry.change.values.size()) {
      entry.state = ChangeState::blocked;
      entry.waits_for = culprit;
      return store_.update(entry);
    }
    return split(entry, std::move(held), *culprit);
  }

  Result<void> split(OutboxEntry& entry, model::RecordChange held, const model::Reference& culprit) {
    OutboxEntry blocked = entry;
    blocked.id = new_id<ChangeId>(*settling_.random, settling_.now);
    blocked.state = ChangeState::blocked;
    blocked.waits_for = culprit;
    std::erase_if(blocked.bases, [&](const model::ColumnValue& b) { return held.find(b.column) == nullptr; });
    for (const auto& value : held.values) {
      entry.change.erase(value.column);
      std::erase_if(entry.bases, [&](const model::ColumnValue& b) { return b.column == value.column; });
    }
    blocked.change = std::move(held);
    TRY(store_.update(entry));
    TRY(store_.append(blocked));
    return {};
  }

  DeviceStore& store_;
  std::vector<OutboxEntry> outbox_;
  const Settling& settling_;
  std::unordered_map<RecordId, ChangeState> state_of_create_;
};

}  // namespace

Result<void> update_blocks(DeviceStore& store, const Settling& settling) {
  // Without a refused change nothing can be stuck, and this is the usual case.
  if (TRY(store.outbox_count(ChangeState::refused)) == 0 && TRY(store.outbox_count(ChangeState::blocked)) == 0)
    return {};
  return Blocks(store, TRY(store.outbox()), settling).run();
}

}  // namespace satchel::device::sync
