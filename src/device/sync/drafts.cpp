// SPDX-License-Identifier: Apache-2.0
#include "device/sync/drafts.h"

#include <algorithm>

#include "device/sync/overlay.h"
#include "model/rules.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using model::Column;
using model::ColumnType;
using model::Origin;
using model::RecordChange;
using model::Reference;
using store::ChangeState;
using store::DeviceStore;
using store::Draft;
using store::OutboxEntry;

// Who takes part in an activity (activityparty.participationtypemask).
constexpr int kSender = 1, kRecipient = 2, kRequiredAttendee = 5, kOrganizer = 7;

bool may_name(const Column& column, TableNumber table) {
  return std::find(column.targets.begin(), column.targets.end(), table) != column.targets.end();
}

// The lookup of `table` that leads to the related record: of the list in its form, else the first that may name it.
const Column* lookup_for(const model::Schema& schema, const model::Table& table, TableNumber related) {
  const auto* regarding = table.is_activity ? table.find_column("regardingobjectid") : nullptr;
  if (regarding != nullptr && may_name(*regarding, related)) return regarding;
  for (const auto& list : schema.at(related).form.related)
    if (list.table == table.number) return &table.columns[list.lookup];
  for (const auto& column : table.columns)
    if (column.type == ColumnType::lookup && column.origin == Origin::user && column.index != table.owner &&
        column.index != table.currency && may_name(column, related))
      return &column;
  return nullptr;
}

void put_party(RecordChange& change, const Column& column, const Reference& who) {
  if (may_name(column, who.table)) change.set(column.index, model::PartyList{{who}});
}

Result<Draft> find_draft(DeviceStore& store, RecordId id) {
  auto draft = TRY(store.draft(id));
  if (!draft)
    return Error{ErrorCode::not_found, "There's no draft " + id.to_string() + " on this device.", id.to_string()};
  return std::move(*draft);
}

// A draft can't belong to another one (D5).
Result<void> check_no_draft_named(DeviceStore& store, const RecordChange& change, const Drafting& drafting) {
  if (drafting.extended) return {};
  for (const auto& named : named_records(change)) {
    if (named.id == change.id || !TRY(store.has_draft(named.id))) continue;
    return Error{ErrorCode::save_first,
                 "The " + store.schema().at(named.table).label +
                     " that this would belong to is a draft itself. Save that draft first; then it can have others.",
                 named.id.to_string(), "D5"};
  }
  return {};
}

// The drafts that `change` names, and those that they name: parents before children, without `change` itself.
Result<void> add_parents(DeviceStore& store, const RecordChange& change, std::vector<Draft>& out) {
  for (const auto& named : named_records(change)) {
    const auto is_known = std::any_of(out.begin(), out.end(), [&](const Draft& d) { return d.change.id == named.id; });
    if (named.id == change.id || is_known || !TRY(store.has_draft(named.id))) continue;
    auto found = store.draft(named.id);
    Draft parent = found && *found ? std::move(**found) : Draft{{named.table, named.id, ChangeKind::create, {}}};
    parent.is_damaged = !found.ok();
    TRY(add_parents(store, parent.change, out));
    out.push_back(std::move(parent));
  }
  return {};
}

Result<std::vector<Draft>> parents_of(DeviceStore& store, const RecordChange& change) {
  std::vector<Draft> parents;
  TRY(add_parents(store, change, parents));
  return parents;
}

// Nothing could be saved first in a ring.
Result<void> check_no_ring(DeviceStore& store, const RecordChange& change) {
  for (const auto& parent : TRY(parents_of(store, change)))
    for (const auto& named : named_records(parent.change))
      if (named.id == change.id)
        return Error{ErrorCode::bad_value,
                     "These two would belong to each other, and neither could be saved first. Save one of them before.",
                     parent.change.id.to_string(), "D9"};
  return {};
}

// As it will be saved: defaults and the owner are shown in the draft already.
Result<void> complete(const model::Schema& schema, RecordChange& create) {
  TRY(model::complete_state(schema.at(create.table), create));
  model::fill_defaults(schema, create);
  return {};
}

std::optional<OutboxEntry> saving_entry(const std::vector<OutboxEntry>& entries, const Draft& draft) {
  for (const auto& entry : entries)
    if (draft.saving == entry.position) return entry;
  return std::nullopt;
}

}  // namespace

// ---- making ------------------------------------------------------------------------------------------------------------------

Result<std::vector<model::ColumnValue>> context_for(const model::Schema& schema, const model::Table& table,
                                                    const std::optional<Reference>& related, RecordId user) {
  RecordChange change;
  const Reference me{schema.find("systemuser")->number, user};
  if (table.owner) change.set(*table.owner, me);
  for (const auto& column : table.columns) {
    if (column.type != ColumnType::party_list) continue;
    const auto mask = column.participation_mask;
    if (mask == kSender || mask == kOrganizer) put_party(change, column, me);
    if (related && (mask == kRecipient || mask == kRequiredAttendee)) put_party(change, column, *related);
  }
  if (!related) return std::move(change.values);
  const auto* lookup = lookup_for(schema, table, related->table);
  if (lookup == nullptr)
    return Error{ErrorCode::bad_value,
                 table.plural + " can't belong to " + schema.at(related->table).plural + ". Make it without.",
                 schema.at(related->table).set};
  change.set(lookup->index, *related);
  return std::move(change.values);
}

Result<void> make_draft(DeviceStore& store, RecordChange create, const std::optional<Reference>& related,
                        const Drafting& drafting) {
  const auto& table = store.schema().at(create.table);
  if (TRY(store.mirror(table, create.id)) || !TRY(store.outbox_of(create.id)).empty())
    return Error{ErrorCode::exists,
                 "A " + table.label + " with the id " + create.id.to_string() + " is on this device already.",
                 create.id.to_string()};
  for (auto& value : TRY(context_for(store.schema(), table, related, drafting.user)))
    if (create.find(value.column) == nullptr) create.set(value.column, std::move(value.value));
  TRY(complete(store.schema(), create));
  TRY(check_no_draft_named(store, create, drafting));
  Draft draft;
  draft.change = std::move(create);
  draft.related = related;
  draft.created_at = draft.changed_at = drafting.now;
  return store.add_draft(draft);
}

Result<void> change_draft(DeviceStore& store, const RecordChange& update, const Drafting& drafting) {
  auto draft = TRY(find_draft(store, update.id));
  const auto* table = store.schema().find(draft.change.table);
  if (table == nullptr)
    return Error{ErrorCode::unknown_table,
                 "Records of this kind are no longer kept here. Copy what you need, then discard the draft."};
  auto change = update;
  TRY(model::complete_state(*table, change));
  for (const auto& value : change.values) {
    if (model::is_null(value.value)) draft.change.erase(value.column);
    else draft.change.set(value.column, value.value);
  }
  TRY(check_no_draft_named(store, draft.change, drafting));
  TRY(check_no_ring(store, draft.change));
  draft.changed_at = drafting.now;
  draft.changed_since = draft.saving.has_value();
  return store.update_draft(draft);
}

Result<void> discard_draft(DeviceStore& store, RecordId id) {
  TRY(stop_saving(store, id));
  if (!TRY(store.has_draft(id)))
    return Error{ErrorCode::not_found, "There's no draft " + id.to_string() + " on this device.", id.to_string()};
  if (const auto draft = store.draft(id); draft && *draft && (*draft)->saving)
    return Error{
        ErrorCode::bad_request,
        "This draft was sent, and the server's answer hasn't come yet. Connect first: it may be saved already.",
        id.to_string(), "D7"};
  for (const auto& other : TRY(store.drafts()))
    for (const auto& named : named_records(other.change))
      if (named.id == id && other.change.id != id)
        return Error{ErrorCode::referenced,
                     "Other drafts belong to this one. Discard them first, or change where they belong.",
                     other.change.id.to_string(), "D9"};
  return store.remove_draft(id);
}

// ---- saving ------------------------------------------------------------------------------------------------------------------

namespace {

// "Waits for the Account "Harbour"."
std::string waits_for(DeviceStore& store, const Reference& draft) {
  const auto* table = store.schema().find(draft.table);
  if (table == nullptr) return "Waits for a draft that can't be saved.";
  const auto name = store.name_of(draft);
  return "Waits for the " + table->label + (name.empty() ? std::string(".") : " \"" + name + "\".");
}

// A reason of another draft's: it counts as long as that one is a draft with a reason of its own.
Result<bool> is_waiting(DeviceStore& store, const Draft& draft) {
  if (draft.reason_code != name_of(ErrorCode::failed_dependency)) return true;
  const auto other = RecordId::parse(draft.reason_target);
  if (!other) return true;
  if (!TRY(store.has_draft(*other))) return false;
  const auto culprit = store.draft(*other);
  return culprit && *culprit && !(*culprit)->reason.empty();
}

// Its own, whatever those have that it belongs to.
Result<std::vector<Obstacle>> own_obstacles(DeviceStore& store, const Draft& draft) {
  std::vector<Obstacle> out;
  const auto& schema = store.schema();
  const auto* table = schema.find(draft.change.table);
  const auto add = [&](ErrorCode code, std::string sentence, std::string target, bool is_for_review) {
    out.push_back({Error{code, std::move(sentence), std::move(target)}, is_for_review});
  };
  if (draft.is_damaged) {
    add(ErrorCode::store_damaged, "This draft can't be read any more. Discard it, and write it again.", "", false);
    return out;
  }
  if (table == nullptr) {
    add(ErrorCode::unknown_table,
        "Records of this kind are no longer kept here. Copy what you need, then discard the draft.", "", false);
    return out;
  }
  for (const auto& column : table->columns)
    if (column.required == model::Required::required && column.origin == Origin::user && column.index != 0 &&
        draft.change.find(column.index) == nullptr)
      add(ErrorCode::bad_value, column.label + " is missing.", column.name, false);
  for (const auto& named : named_records(draft.change)) {
    if (named.id == draft.change.id) continue;
    const auto& label = schema.at(named.table).label;
    if (draft.related && named == *draft.related && !TRY(store.has_draft(named.id)) &&
        !TRY(store.mirror(schema.at(named.table), named.id)) && TRY(store.outbox_of(named.id)).empty())
      add(ErrorCode::not_found,
          "The " + label + " that it belongs to isn't there any more, or you may no longer see it. Choose another one.",
          named.id.to_string(), false);
  }
  if (!draft.reason.empty() && TRY(is_waiting(store, draft))) {
    add(error_code_named(draft.reason_code).value_or(ErrorCode::internal), draft.reason, draft.reason_target, true);
  }
  for (const auto& value : draft.retired)
    add(ErrorCode::unknown_column,
        "\"" + value.text + "\" (" + value.column +
            ") has no place in the record any more. "
            "Copy it if you need it.",
        value.column, true);
  return out;
}

}  // namespace

// The first of those that go before it and can't be saved yet holds it back; what that one waits for itself it may go without.
Result<std::vector<Obstacle>> obstacles(DeviceStore& store, const Draft& draft) {
  auto out = TRY(own_obstacles(store, draft));
  for (auto& parent : TRY(parents_of(store, draft.change))) {
    if (parent.reason_code == name_of(ErrorCode::failed_dependency)) parent.reason.clear();
    const auto its = TRY(own_obstacles(store, parent));
    const auto id = parent.change.id.to_string();
    if (its.empty() || draft.reason_target == id) continue;
    const bool is_for_review =
        std::all_of(its.begin(), its.end(), [](const Obstacle& each) { return each.is_for_review; });
    out.push_back({Error{ErrorCode::failed_dependency, waits_for(store, {parent.change.table, parent.change.id}), id},
                   is_for_review});
    break;
  }
  return out;
}

namespace {

// An outbox entry of its own, with the draft's id.
Result<void> send(DeviceStore& store, Draft draft, const Saving& saving) {
  if (draft.saving) return {};
  const auto& table = store.schema().at(draft.change.table);
  TRY(store.keep_shadow(table, draft.change.id));
  OutboxEntry entry;
  entry.id = new_id<ChangeId>(*saving.random, saving.now);
  entry.change = draft.change;
  entry.saved_at = saving.now;
  draft.saving = TRY(store.append(entry));
  draft.changed_since = false;
  draft.reason = draft.reason_code = draft.reason_target = "";
  return store.update_draft(draft);
}

}  // namespace

Result<void> save_draft(DeviceStore& store, RecordId id, const Saving& saving) {
  auto draft = TRY(find_draft(store, id));
  if (draft.saving) return {};
  for (const auto& obstacle : TRY(obstacles(store, draft)))
    if (!obstacle.is_for_review) return obstacle.why;
  for (auto& parent : TRY(parents_of(store, draft.change))) TRY(send(store, std::move(parent), saving));
  return send(store, std::move(draft), saving);
}

namespace {

// The entry that was to save it goes; the draft is one again.
Result<void> give_up_saving(DeviceStore& store, Draft draft) {
  for (const auto& entry : TRY(store.outbox_of(draft.change.id))) TRY(store.remove(entry.position));
  draft.saving.reset();
  draft.changed_since = false;
  TRY(store.update_draft(draft));
  return refresh_visible(store, store.schema().at(draft.change.table), draft.change.id);
}

// Of the drafts that are being saved those that went up with this one: whoever names it or is named by it, and so on.
std::vector<Draft> family_of(const std::vector<Draft>& drafts, const Draft& of) {
  std::vector<Draft> family{of};
  const auto names = [](const Draft& one, const Draft& other) {
    const auto named = named_records(one.change);
    return std::any_of(named.begin(), named.end(), [&](const Reference& r) { return r.id == other.change.id; });
  };
  for (std::size_t i = 0; i < family.size(); ++i)
    for (const auto& draft : drafts) {
      const bool is_in = std::any_of(family.begin(), family.end(),
                                     [&](const Draft& member) { return member.change.id == draft.change.id; });
      if (!is_in && draft.saving && !draft.is_damaged && (names(draft, family[i]) || names(family[i], draft)))
        family.push_back(draft);
    }
  return family;
}

// One of a group was refused, so none was made: the others wait for it.
Result<void> give_up_family(DeviceStore& store, const std::vector<Draft>& family, const Draft& culprit) {
  for (auto member : family) {
    if (member.change.id == culprit.change.id) continue;
    const auto entry = saving_entry(TRY(store.outbox_of(member.change.id)), member);
    if (!entry || entry->state == ChangeState::sent || entry->state == ChangeState::acknowledged) continue;
    if (entry->state == ChangeState::refused) continue;  // it has a reason of its own
    member.reason_code = name_of(ErrorCode::failed_dependency);
    member.reason = waits_for(store, {culprit.change.table, culprit.change.id});
    member.reason_target = culprit.change.id.to_string();
    TRY(give_up_saving(store, std::move(member)));
  }
  return {};
}

// What was typed after it was sent becomes a change of the record that is there now.
Result<void> finish_saved(DeviceStore& store, const Draft& draft, const Settling& settling) {
  const auto& table = store.schema().at(draft.change.table);
  TRY(store.remove_draft(draft.change.id));
  TRY(store.note_use({table.number, draft.change.id}, settling.now));
  TRY(refresh_visible(store, table, draft.change.id));
  if (!draft.changed_since || !TRY(store.find(table, draft.change.id))) return {};
  auto later = draft.change;
  later.kind = ChangeKind::update;
  return save(store, later, {settling.now, settling.user, settling.random});
}

}  // namespace

Result<void> stop_saving(DeviceStore& store, RecordId id) {
  const auto draft = store.draft(id);
  if (!draft) return {};  // one that can't be read
  if (!*draft || !(*draft)->saving) return {};
  for (auto& member : family_of(TRY(store.drafts()), **draft)) {
    const auto entry = saving_entry(TRY(store.outbox_of(member.change.id)), member);
    if (entry && entry->state == ChangeState::waiting) TRY(give_up_saving(store, std::move(member)));
  }
  return {};
}

Result<void> settle_drafts(DeviceStore& store, const Settling& settling) {
  const auto drafts = TRY(store.drafts());
  // Refused ones before those that wait for them: what a group does follows from its culprit.
  for (auto draft : drafts) {
    if (!draft.saving || draft.is_damaged) continue;
    const auto entry = saving_entry(TRY(store.outbox_of(draft.change.id)), draft);
    if (entry && entry->state == ChangeState::refused) TRY(give_up_family(store, family_of(drafts, draft), draft));
  }
  for (auto& draft : TRY(store.drafts())) {
    if (!draft.saving || draft.is_damaged) continue;
    const auto entry = saving_entry(TRY(store.outbox_of(draft.change.id)), draft);
    const bool is_saved =
        !entry || entry->state == ChangeState::acknowledged || entry->change.kind != ChangeKind::create;
    if (is_saved) {
      TRY(finish_saved(store, draft, settling));
    } else if (entry->state == ChangeState::refused || entry->state == ChangeState::blocked) {
      draft.reason_code =
          entry->reason_code.empty() ? std::string(name_of(ErrorCode::failed_dependency)) : entry->reason_code;
      draft.reason = entry->reason.empty() ? "A record that it names wasn't taken by the server." : entry->reason;
      draft.reason_target = entry->reason_target;
      TRY(give_up_saving(store, std::move(draft)));
    }
  }
  return {};
}

Result<std::vector<Reference>> records_of_drafts(DeviceStore& store) {
  std::vector<Reference> out;
  for (const auto& draft : TRY(store.drafts())) {
    if (draft.related) out.push_back(*draft.related);
    for (const auto& named : named_records(draft.change)) out.push_back(named);
  }
  return out;
}

}  // namespace satchel::device::sync
