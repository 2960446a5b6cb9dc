// SPDX-License-Identifier: Apache-2.0
//
// What must hold where people work with offline drafts (21 to 23 of docs/invariants.md).
#include <algorithm>

#include "device/sync/drafts.h"
#include "device/sync/experience.h"
#include "sim/world/invariants.h"

namespace satchel::sim {
namespace {

using device::store::ChangeState;
using device::store::OutboxEntry;

std::string of(const Device& device) { return " (device " + std::to_string(device.number()) + ")"; }

bool has_text(const std::vector<model::ColumnValue>& values, const std::string& text) {
  return std::any_of(values.begin(), values.end(), [&](const auto& v) { return v.value == model::Value{text}; });
}

}  // namespace

std::optional<Cut> Invariants::cut_of(Device& device) {
  const auto setting = device.store().setting("cut");
  return setting && *setting ? Cut::parse(**setting) : std::nullopt;
}

// 21: after each step.
void Invariants::check_drafts(Device& device) {
  for (const auto& [id, made] : world_.drafts_.of(device.number())) {
    check_draft(device, id, made);
    if (world_.failure_) return;
  }
  if (world_.undone_.empty() && !world_.history_->doubled().empty())
    world_.fail("invariant 21: " + world_.history_->doubled().front() + " is in two records");
}

// A draft is in one place, and nobody else sees it before it's saved.
void Invariants::check_draft(Device& device, RecordId id, const MadeDraft& made) {
  const auto& table = model::Schema::standard().at(made.table);
  const auto draft = device.store().draft(id);
  const auto entries = device.store().outbox_of(id);
  const auto mirror = device.store().mirror(table, id);
  const auto visible = device.store().find(table, id);
  if (!draft || !entries || !mirror || !visible) return world_.fail("a draft can't be read" + of(device));
  const bool is_in_outbox = std::any_of(entries->begin(), entries->end(), [](const OutboxEntry& entry) {
    return entry.change.kind == model::ChangeKind::create;
  });
  const bool was_at_server =
      world_.history_->was_ever_there(id) ||
      std::any_of(world_.undone_.begin(), world_.undone_.end(), [&](const auto& h) { return h->was_ever_there(id); });
  if (!*draft && !is_in_outbox && !was_at_server) {
    if (made.is_unsure) return world_.drafts_.ended(id);
    return world_.fail("invariant 21: draft " + id.to_string() + " vanished" + of(device));
  }
  if (*draft && !(*draft)->saving && is_in_outbox)
    return world_.fail("invariant 21: " + id.to_string() + " is a draft and a change of the outbox" + of(device));
  if (*draft && !*mirror && *visible)
    return world_.fail("invariant 21: draft " + id.to_string() + " is shown as a record" + of(device));
  for (const auto& [column, text] : made.texts) check_draft_text(device, id, *draft, text);
  if (*draft && (*draft)->related) check_related(device, id, *(*draft)->related);
  if (!*draft && was_at_server) world_.drafts_.ended(id);  // from now on it's a record like any other
}

void Invariants::check_draft_text(Device& device, RecordId id, const std::optional<device::store::Draft>& draft,
                                  const std::string& text) {
  if (draft && has_text(draft->change.values, text)) return;
  const auto entries = device.store().outbox_of(id);
  if (entries && std::any_of(entries->begin(), entries->end(),
                             [&](const OutboxEntry& entry) { return has_text(entry.change.values, text); }))
    return;
  if (world_.history_->seq_of(text) || waits(device, id, text) || may_be_forgotten(device, text)) return;
  // Given up by an end that nobody was told of, or in a record that somebody deleted meanwhile.
  if (!draft && world_.writings_.open(device.number(), id) == nullptr) return;
  world_.fail("invariant 21: " + text + ", typed into draft " + id.to_string() + ", is nowhere" + of(device));
}

// 23: what a draft is about stays on the device for as long as its user may read it.
void Invariants::check_related(Device& device, RecordId draft, const model::Reference& related) {
  const auto here = device.store().holding(model::Schema::standard().at(related.table), related.id);
  if (!here) return world_.fail(here.error().message + of(device));
  auto& known = device.judged.related;
  if (*here) {
    known[draft] = related;
    return;
  }
  const auto cut = cut_of(device);
  const auto* history = cut ? world_.history_with(*cut) : nullptr;
  if (known.erase(draft) == 0 || history == nullptr) return;
  // What the server says of a named row comes before the cut.
  for (auto seq = cut->seq; seq <= history->head(); seq = seq.next())
    if (!history->may_read(device.user_id(), related.id, seq)) return;
  world_.fail("invariant 23: " + related.id.to_string() + ", which draft " + draft.to_string() +
              " is about, left the device" + of(device));
}

// 22: what is held by use was named in this contact, so the user could read it at some moment of it; and the bounds hold.
void Invariants::check_contact(Device& device) {
  Watching watching(device);
  const auto cut = cut_of(device);
  const bool is_done = device.last_report && *device.last_report;
  if (world_.failure_ || !is_done || !cut || !world_.history_->holds(*cut) || cut->seq < device.contact_began) return;
  const auto uses = device.store().uses();
  if (!uses) return world_.fail(uses.error().message + of(device));
  for (const auto& use : *uses) {
    const auto here = device.store().holding(model::Schema::standard().at(use.record.table), use.record.id);
    if (here && *here && (*here)->scopes == device::store::ScopeSetNumber(0))
      check_cached_row(device, use.record, device.contact_began, cut->seq);
    if (world_.failure_) return;
  }
  check_bounds(device);
}

void Invariants::check_cached_row(Device& device, const model::Reference& record, Seq from, Seq cut) {
  for (auto seq = cut; seq > from; seq = world_.history_->commit_before(seq))
    if (world_.history_->may_read(device.user_id(), record.id, seq)) return;
  if (world_.history_->may_read(device.user_id(), record.id, from)) return;
  world_.fail("invariant 22: " + record.id.to_string() + " is kept, and its user may not read it" + of(device));
}

void Invariants::check_bounds(Device& device) {
  const auto settings = device::sync::OrganizationSettings::read(device.store());
  const auto needed = device::sync::records_of_drafts(device.store());
  const auto uses = device.store().uses();
  if (!settings || !needed || !uses) return world_.fail("a store can't be read" + of(device));
  std::int64_t rows = 0;
  for (const auto& use : *uses) {
    const auto has_own = device.store().has_shadow(use.record.id);
    const bool is_needed = std::find(needed->begin(), needed->end(), use.record) != needed->end();
    if (has_own && !*has_own && !is_needed) ++rows;
  }
  if (rows > settings->number("cache_rows"))
    world_.fail("invariant 23: " + std::to_string(rows) + " rows are kept, and " +
                std::to_string(settings->number("cache_rows")) + " may be" + of(device));
}

// 21, 22, once quiet: nothing is both saved and a draft, and what is kept is what the server has.
void Invariants::check_drafting_converged(Device& device, Seq head) {
  const auto drafts = device.store().drafts();
  if (!drafts) return world_.fail(drafts.error().message + of(device));
  for (const auto& draft : *drafts)
    if (world_.history_->at(draft.change.id, head) != nullptr)
      return world_.fail("invariant 21: " + draft.change.id.to_string() + " is at the server, and a draft still" +
                         of(device));
  for (const auto* name : {"account", "contact", "task"}) {
    const auto& table = *model::Schema::standard().find(name);
    query::Query all;
    all.table = table.number;
    const auto rows = device.store().list(all);
    if (!rows) return world_.fail(rows.error().message + of(device));
    for (const auto& row : rows->records) {
      const auto mirror = device.store().mirror(table, row.id);
      const auto has_own = device.store().has_shadow(row.id);
      if (!mirror || !*mirror || (*mirror)->scopes != device::store::ScopeSetNumber(0) || !has_own || *has_own)
        continue;
      const auto* truth = world_.history_->at(row.id, head);
      if (truth == nullptr || !world_.history_->may_read(device.user_id(), row.id, head))
        return world_.fail("invariant 22: " + row.id.to_string() + " is kept, and its user may not read it" +
                           of(device));
      if (truth->version != row.version || truth->values != (*mirror)->record.values)
        return world_.fail("invariant 22: " + row.id.to_string() + " isn't what the server has" + of(device));
      if (const auto used = device.store().has_use(row.id); used && !*used)
        return world_.fail("invariant 22: " + row.id.to_string() + " is kept for no reason" + of(device));
    }
  }
}

}  // namespace satchel::sim
