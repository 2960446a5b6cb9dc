// SPDX-License-Identifier: Apache-2.0
#include "sim/world/invariants.h"

#include <algorithm>

#include "device/sync/overlay.h"

namespace satchel::sim {
namespace {

std::string of(const Device& device) { return " (device " + std::to_string(device.number()) + ")"; }

// Is there a scope on the device that the record belongs to?
bool is_held(const std::vector<device::store::ScopeRow>& scopes, const model::Record& record) {
  const auto& table = model::Schema::standard().at(record.table);
  const auto* owner = table.owner ? model::reference_in(record.values[*table.owner]) : nullptr;
  return std::any_of(scopes.begin(), scopes.end(), [&](const device::store::ScopeRow& row) {
    if (row.scope.table != record.table) return false;
    return row.scope.kind == odata::AccessKind::all ||
           (owner != nullptr && row.scope.kind == odata::AccessKind::owner && row.scope.key == owner->id);
  });
}

}  // namespace

void Invariants::check() {
  for (auto& device : world_.devices_) {
    if (world_.failure_) return;
    if (device->judged.commits == device->database().commits()) continue;  // nothing was written
    Watching watching(*device);
    check(*device);
    device->judged.commits = device->database().commits();
  }
}

void Invariants::check(Device& device) {
  const auto written = device.written().take();
  if (!written) return world_.fail("a store can't be read: " + written.error().message + of(device));
  for (const auto& [id, table] : *written) device.judged.unchecked[id] = table;
  check_cut(device);
  for (const auto& [id, table] : *written) {
    if (world_.failure_) return;
    check_visible(device, id, table);
    check_own_words(device, id, table);
  }
  if (world_.has_drafters_ && !world_.failure_) check_drafts(device);
}

// 2: the mirror is one server cut, and cuts never go back. 6 and 7: exactly what the user could read at that cut.
void Invariants::check_cut(Device& device) {
  const auto setting = device.store().setting("cut");
  const auto repairing = device.store().setting("repairing");
  if (!setting || !*setting || (repairing && *repairing)) return;
  const auto cut = Cut::parse(**setting);
  if (!cut) return world_.fail("the cut can't be read" + of(device));
  const auto* history = world_.history_with(*cut);
  if (history == nullptr)
    return world_.fail("invariant 2: no server ever had the cut " + cut->to_string() + of(device));
  if (cut->seq < device.judged.cut.seq && history->holds(device.judged.cut))
    return world_.fail("invariant 2: the cut went back from " + device.judged.cut.to_string() + " to " +
                       cut->to_string() + of(device));
  const auto scopes = device.store().scopes();
  if (!scopes) return world_.fail(scopes.error().message);
  if (std::any_of(scopes->begin(), scopes->end(), [](const auto& row) { return row.loading; })) return;
  check_mirror(device, *history, *cut);
}

// 2 and 6: every row held by a scope is the server's row at the cut, and the user could read it then.
void Invariants::check_mirror(Device& device, const History& history, const Cut& cut) {
  for (const auto& [id, table] : device.judged.unchecked) {
    check_row(device, history, id, table, cut.seq);
    if (world_.failure_) return;
  }
  device.judged.unchecked.clear();
  device.judged.cut = cut;
  compare(device, history, cut.seq);
}

// A row that was written: its values are those that the server's commit of this version wrote.
void Invariants::check_row(Device& device, const History& history, RecordId id, TableNumber table, Seq cut) {
  const auto mirror = device.store().mirror(model::Schema::standard().at(table), id);
  if (!mirror) return world_.fail("a mirror can't be read: " + mirror.error().message + of(device));
  const auto sets = *mirror ? device.store().scopes_in((*mirror)->scopes) : std::vector<ScopeNumber>();
  if (!sets) return world_.fail(sets.error().message + of(device));
  if (sets->empty()) {
    device.judged.held.erase(id);
    return;
  }
  const auto& record = (*mirror)->record;
  device.judged.held[id] = record.version;
  const auto* truth = history.at(id, cut);
  if (truth == nullptr || truth->version != record.version) return;  // compare() tells
  if (record.values != truth->values)
    world_.fail("invariant 2: the mirror of " + id.to_string() + " has other values than the server at the cut" +
                of(device));
}

// All that is held against all that should be. Versions are compared here, values where a row was written.
void Invariants::compare(Device& device, const History& history, Seq cut) {
  const auto scopes = device.store().scopes();
  const auto readable = history.synced(device.user_id(), cut);
  for (const auto& [id, version] : device.judged.held) {
    const auto* truth = history.at(id, cut);
    if (truth == nullptr)
      return world_.fail("invariant 10: " + id.to_string() + " is on the device but not at the server at cut " +
                         std::to_string(cut.value) + of(device));
    if (truth->version != version)
      return world_.fail("invariant 2: " + id.to_string() + " has version " + std::to_string(version.value) +
                         ", the cut has " + std::to_string(truth->version.value) + of(device));
    if (readable.count(id) == 0)
      return world_.fail("invariant 6: " + id.to_string() + " may not be read by this user at the cut" + of(device));
  }
  // A scope that was granted in the middle of a pull comes with the next one, so only what is held must be whole.
  for (const auto& [id, record] : readable)
    if (device.judged.held.count(id) == 0 && is_held(*scopes, *record))
      return world_.fail("invariant 7: " + id.to_string() + " of " + model::Schema::standard().at(record->table).name +
                         " is missing at cut " + std::to_string(cut.value) + of(device));
}

// Every row of every scope, read anew: what was remembered from step to step is what is there.
void Invariants::check_all_rows(Device& device) {
  std::map<RecordId, Seq> held;
  const auto scopes = device.store().scopes();
  for (const auto& scope : *scopes) {
    const auto rows = device.store().scope_rows(scope.scope.number, std::nullopt, std::nullopt);
    if (!rows) return world_.fail(rows.error().message);
    for (const auto& row : *rows) {
      held[row.id] = row.version;
      device.judged.unchecked[row.id] = row.table;
    }
  }
  if (held != device.judged.held)
    world_.fail("invariant 2: the rows that scopes hold aren't those that were written" + of(device));
}

// 7: every row that the user may read is there.
void Invariants::check_complete(Device& device, Seq cut) {
  const auto scopes = device.store().scopes();
  for (const auto& [id, record] : world_.history_->synced(device.user_id(), cut))
    if (!is_held(*scopes, *record))
      return world_.fail("invariant 7: the scope of " + id.to_string() + " isn't on the device" + of(device));
}

// 2: visible = mirror + the own outbox.
void Invariants::check_visible(Device& device, RecordId id, TableNumber number) {
  const auto& schema = model::Schema::standard();
  const auto& table = schema.at(number);
  const auto has_shadow = device.store().has_shadow(id);
  if (has_shadow && !*has_shadow)
    return;  // nothing of its own: the row is the mirror, and was compared with the server's
  const auto mirror = device.store().mirror(table, id);
  const auto own = device.store().outbox_of(id);
  const auto conflicts = device.store().conflicts_of(id);
  const auto visible = device.store().find(table, id);
  if (!has_shadow || !mirror || !own || !conflicts || !visible)
    return world_.fail("a store can't be read" + of(device));
  auto expected = device::sync::visible_side(schema, table, id, *mirror, *own, *conflicts);
  if (const auto is_draft = device.store().has_draft(id); is_draft && *is_draft) expected.reset();  // D4
  if (expected.has_value() != visible->has_value())
    return world_.fail("invariant 2: " + id.to_string() + " is " + (visible->has_value() ? "shown" : "hidden") +
                       " against its outbox" + of(device));
  if (!expected) return;
  for (const auto& column : table.columns)
    if (column.origin == model::Origin::user && expected->values[column.index] != (**visible).values[column.index])
      return world_.fail("invariant 2: column " + column.name + " of " + id.to_string() +
                         " isn't what mirror and outbox say" + of(device));
}

// 9: what the user typed stays before his eyes until the server's cut has it (and may have more), or it waits for his decision.
void Invariants::check_own_words(Device& device, RecordId id, TableNumber number) {
  const auto* texts = world_.writings_.open(device.number(), id);
  if (texts == nullptr || !world_.undone_.empty()) return;  // what a restored server lost is offered, not shown
  const auto& table = model::Schema::standard().at(number);
  const auto visible = device.store().find(table, id);
  const auto cut = device.store().setting("cut");
  if (!visible || !*visible || !cut) return;  // gone or hidden: 4 looks where it went
  const auto seen = *cut ? Cut::parse(**cut).value_or(Cut{}).seq : Seq(0);
  for (const auto& [column, text] : *texts) {
    const auto* shown = model::text_in((**visible).values[column]);
    if (shown != nullptr && *shown == text) continue;
    const auto seq = world_.history_->seq_of(text);
    // A newly granted scope is shown as it loads (Y12), ahead of the cut: somebody may have written over it since.
    const auto over = seq && shown != nullptr ? world_.history_->seq_of(*shown) : std::nullopt;
    if ((seq && *seq <= seen) || (over && *over > *seq) || waits(device, id, text)) continue;
    return world_.fail("invariant 9: " + text + " is no longer shown in " + id.to_string() + of(device));
  }
}

// Is the text in the error list, or in a conflict?
bool Invariants::waits(Device& device, RecordId id, const std::string& text) {
  const model::Value value{text};
  if (const auto draft = device.store().draft(id); draft && *draft)
    for (const auto& typed : (*draft)->change.values)
      if (typed.value == value) return true;
  const auto is_it = [&](const model::ColumnValue& v) { return v.value == value; };
  const auto entries = device.store().outbox_of(id);
  const auto conflicts = device.store().conflicts_of(id);
  if (!entries || !conflicts) return false;
  for (const auto& entry : *entries)
    if (std::any_of(entry.change.values.begin(), entry.change.values.end(), is_it) &&
        (entry.state == device::store::ChangeState::refused || entry.state == device::store::ChangeState::blocked))
      return true;
  for (const auto& conflict : *conflicts)
    if (std::any_of(conflict.mine.begin(), conflict.mine.end(), is_it)) return true;
  return false;
}

// 4: what somebody typed is at the server, or waits where he sees it.
void Invariants::check_every_end(Device& device) {
  for (const auto& [id, texts] : world_.writings_.open(device.number()))
    for (const auto& [column, text] : texts) {
      // A change and the delete of its record may come in one request; behind it only the answer tells of the change.
      if (!world_.history_->seq_of(text) && world_.confirmed_texts_.count(text) == 0 && !waits(device, id, text) &&
          !may_be_forgotten(device, text))
        return world_.fail("invariant 4: " + text + ", typed into " + id.to_string() + ", is nowhere" + of(device));
    }
}

// What came, and a restored server lost again, is offered by the device that has its confirmation: for 30 days, and if neither that
// device was put back meanwhile.
bool Invariants::may_be_forgotten(Device& device, const std::string& text) {
  const bool came = std::any_of(world_.undone_.begin(), world_.undone_.end(),
                                [&](const auto& history) { return history->seq_of(text).has_value(); });
  return came && (device.was_put_back || world_.was_long_);
}

// 5: texts are unique, so a record that took one twice saw a change twice. A record that was restored under a new id has the
// texts of the old one, once.
void Invariants::check_once() {
  for (const auto& [what, times] : world_.history_->times_set())
    if (times > world_.writings_.times_max(what.second))
      return world_.fail("invariant 5: " + what.second + " was written " + std::to_string(times) + " times into " +
                         what.first.to_string());
}

void Invariants::check_converged() {
  check_once();
  for (auto& device : world_.devices_) {
    if (world_.failure_) return;
    const auto cut = device->store().setting("cut");
    const auto head = world_.service_->records().head();
    if (!cut || !*cut || !head || Cut::parse(**cut)->seq != head->seq)
      return world_.fail("invariant 1: a device isn't at the head" + of(*device));
    check(*device);
    check_all_rows(*device);
    check_mirror(*device, *world_.history_, *head);
    check_complete(*device, head->seq);
    check_every_end(*device);
    if (world_.has_drafters_ && !world_.failure_) check_drafting_converged(*device, head->seq);
    if (world_.failure_) return;
    const auto reading = device->store().begin();
    if (auto verified = device->store().verify(); !verified)
      return world_.fail("invariant 1: " + verified.error().message + of(*device));
    const auto recount = device->store().recount();
    const auto scopes = device->store().scopes();
    for (const auto& total : *recount)
      for (const auto& scope : *scopes)
        if (scope.scope.number == total.number && (scope.count != total.count || scope.sum != total.sum))
          return world_.fail("invariant 1: the sums of a scope are off" + of(*device));
  }
  if (auto verified = world_.service_->records().verify(); !verified)
    world_.fail("the server's counts: " + verified.error().message);
  if (auto same = world_.history_->check_all(world_.service_->records()); !same) world_.fail(same.error().message);
}

std::string Invariants::what_is_left() {
  std::string text;
  for (auto& device : world_.devices_) {
    const auto name = "\n  device " + std::to_string(device->number());
    const auto outbox = device->store().outbox();
    const auto conflicts = device->store().conflicts();
    for (const auto& entry : *outbox)
      text += name + " outbox " + std::to_string(entry.position.value) + " " + entry.change.id.to_string() + " kind " +
              std::to_string(static_cast<int>(entry.change.kind)) + " state " +
              std::to_string(static_cast<int>(entry.state)) + " " + entry.reason;
    for (const auto& conflict : *conflicts) text += name + " conflict about " + conflict.record.to_string();
    if (device->last_report && !*device->last_report)
      text += name + " last sync: " + device->last_report->error().message;
  }
  return text;
}

}  // namespace satchel::sim
