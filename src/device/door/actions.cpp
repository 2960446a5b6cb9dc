// SPDX-License-Identifier: Apache-2.0
#include "device/door/actions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "device/door/limits.h"
#include "device/door/settings.h"
#include "device/door/values.h"
#include "device/sync/recent.h"

namespace satchel::device::door {
namespace {

using model::ChangeKind;
using store::ChangeState;

constexpr std::array<std::string_view, 16> kKnown{
    "create", "update", "remove", "take_back", "resolve",    "undo_decision",     "retry",         "discard",
    "pin",    "opened", "seen",   "dismiss",   "save_draft", "save_ready_drafts", "discard_draft", "export_drafts"};

Json done() {
  auto json = Json::object();
  json.set("ok", true);
  return json;
}

Result<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size())
    return Error{ErrorCode::not_found, "This isn't in the list any more."};
  return number;
}

// ---- outcomes by key: [["key", outcome], ...], the newest in front -------------------------------------------------------------

Result<Json> outcomes_in(store::DeviceStore& store) {
  const auto text = TRY(store.setting(kOutcomesSetting));
  auto json = text ? Json::parse(*text) : Result<Json>(Json::array());
  return json && json->is_array() ? std::move(*json) : Json::array();
}

const Json* find_outcome(const Json& outcomes, std::string_view key) {
  for (const auto& item : *outcomes.as_array())
    if (const auto* pair = item.as_array(); pair != nullptr && pair->size() == 2 && (*pair)[0] == Json(key))
      return &(*pair)[1];
  return nullptr;
}

Result<void> keep_outcome(store::DeviceStore& store, Json outcomes, std::string_view key, const Json& outcome) {
  auto& list = *outcomes.as_array();
  list.insert(list.begin(), Json(Json::Array{Json(key), outcome}));
  if (list.size() > kOutcomesKept) list.resize(kOutcomesKept);
  return store.set_setting(kOutcomesSetting, outcomes.dump());
}

}  // namespace

bool Actions::knows(std::string_view what) { return std::find(kKnown.begin(), kKnown.end(), what) != kKnown.end(); }

Result<Json> Actions::perform(const Json& action, std::string_view key, Instant now) {
  finish_.reset();
  TRY(client_.user());
  if (key.empty()) return client_.together([&] { return act(action, now); });
  auto outcomes = TRY(outcomes_in(client_.store()));
  if (const auto* outcome = find_outcome(outcomes, key)) return *outcome;
  return client_.together([&]() -> Result<Json> {
    auto outcome = TRY(act(action, now));
    TRY(keep_outcome(client_.store(), std::move(outcomes), key, outcome));
    return outcome;
  });
}

Result<Json> Actions::act(const Json& action, Instant now) {
  const auto what = action.string_at("do");
  if (what == "create") return create(action, now);
  if (what == "update") return update(action, now);
  if (what == "remove") return remove(action, now);
  if (what == "take_back") return take_back(action, now);
  if (what == "resolve") return resolve(action, now);
  if (what == "retry") return retry(action, now);
  if (what == "opened") return opened(action, now);
  if (what == "seen") return seen(action, now);
  if (what == "pin") return pin(action, now);
  if (what == "save_draft") return save_draft(action, now);
  if (what == "save_ready_drafts") return save_ready_drafts(now);
  if (what == "discard_draft") return discard_draft(action, now);
  if (what == "dismiss") return dismiss(action);
  if (what == "export_drafts") {
    auto json = Json::object();
    json.set("lines", TRY(client_.export_drafts()));
    return json;
  }
  if (what == "undo_decision") {
    TRY(client_.undo(store::ConflictId(TRY(number_in(action.string_at("conflict")))), now));
    return done();
  }
  if (what == "discard") {
    TRY(client_.discard(store::OutboxPosition(TRY(number_in(action.string_at("error")))), now));
    return done();
  }
  return Error{ErrorCode::bad_request, "There's no action called \"" + std::string(what) + "\".", std::string(what)};
}

// ---- saving ----------------------------------------------------------------------------------------------------------------

Result<Actions::Target> Actions::target_of(const Json& action) {
  Target target;
  target.table = TRY(client_.table(action.string_at("set")));
  const auto id = RecordId::parse(action.string_at("id"));
  if (!id || id->is_nil()) return Error{ErrorCode::bad_request, "The record has no id."};
  target.id = *id;
  return target;
}

Result<Json> Actions::outcome_of(const Target& target, client::WriteState state) {
  auto json = Json::object();
  json.set("id", target.id.to_string());
  if (state == client::WriteState::draft) {
    json.set("state", "draft");
    return json;
  }
  TRY(sync::add_recent(client_.store(), {target.table->number, target.id}));
  if (state == client::WriteState::saving) {
    finish_ = Finish{Finish::What::write, {{target.id, target.table, {}}}};
    json.set("state", "saving");
    return json;
  }
  const auto record = TRY(client_.store().find(*target.table, target.id));
  Values values(client_.store());
  json.set("state", record ? Json(TRY(values.row(*record, {})).string_at("state")) : Json("pending"));
  return json;
}

namespace {

std::string_view state_of(client::WriteEnd end) {
  switch (end) {
    case client::WriteEnd::saved: return "on_this_device";
    case client::WriteEnd::draft: return "draft";
    case client::WriteEnd::being_saved: return "saving";
    case client::WriteEnd::unsaved_edit: return "pending";
    case client::WriteEnd::conflict: return "in_conflict";
  }
  return "";
}

}  // namespace

Result<Json> Actions::finish(const Finish& finish, Instant now) {
  if (finish.what == Finish::What::draft) return end_json(client_, finish.records.front(), now);
  if (finish.what == Finish::What::write) {
    const auto& record = finish.records.front();
    auto json = Json::object();
    const auto end = TRY(client_.finish_write(record.id, now));
    json.set("id", record.id.to_string());
    json.set("state", state_of(end));
    return json;
  }
  auto list = Json::array();
  for (const auto& draft : finish.records) {
    auto end = end_json(client_, draft, now);
    if (!end) {
      auto json = Json::object();
      json.set("id", draft.id.to_string());
      json.set("set", draft.table != nullptr ? draft.table->set : std::string());
      json.set("name", draft.name);
      json.set("end", "refused");
      json.set("reason", end.error().message);
      end = std::move(json);
    }
    list.push_back(std::move(*end));
  }
  auto json = Json::object();
  json.set("value", std::move(list));
  return json;
}

Result<Json> Actions::create(const Json& action, Instant now) {
  const auto target = TRY(target_of(action));
  model::RecordChange change{target.table->number, target.id, ChangeKind::create, {}};
  change.values = TRY(values_of(client_.schema(), *target.table, action.find("values")));
  std::erase_if(change.values, [](const model::ColumnValue& value) { return model::is_null(value.value); });
  std::optional<model::Reference> related;
  if (const auto* about = action.find("for"); about != nullptr && !about->is_null()) {
    const auto record = TRY(target_of(*about));
    related = model::Reference{record.table->number, record.id};
  }
  TRY(drop_context(change, related, now));
  return outcome_of(target, TRY(client_.save(std::move(change), now, {}, related)));
}

// The form shows what the context gives (D6), and sends it along. In a draft only the rest was set by hand.
Result<void> Actions::drop_context(model::RecordChange& create, const std::optional<model::Reference>& related,
                                   Instant now) {
  const auto& table = client_.schema().at(create.table);
  const auto ask = TRY(client_.ask_about(permits::Verb::create, table, {}, related));
  if (!permits::makes_draft(TRY(client_.situation(now)), ask)) return {};
  const auto context = TRY(sync::context_for(client_.schema(), table, related, TRY(client_.user())));
  std::erase_if(create.values, [&](const model::ColumnValue& value) {
    return std::any_of(context.begin(), context.end(), [&](const model::ColumnValue& given) {
      return given.column == value.column && given.value == value.value;
    });
  });
  return {};
}

namespace {

Error gone(const model::Table& table) {
  return {ErrorCode::not_found,
          "This " + to_lower_ascii(table.label) +
              " isn't on this device any more: it was deleted, or it's no longer shared with you."};
}

}  // namespace

Result<Json> Actions::update(const Json& action, Instant now) {
  const auto target = TRY(target_of(action));
  if (!TRY(client_.store().find(*target.table, target.id)) && !TRY(client_.store().has_draft(target.id)))
    return gone(*target.table);
  model::RecordChange change{target.table->number, target.id, ChangeKind::update, {}};
  change.values = TRY(values_of(client_.schema(), *target.table, action.find("values")));
  auto shown = TRY(values_of(client_.schema(), *target.table, action.find("shown")));
  std::erase_if(shown, [&](const model::ColumnValue& value) { return change.find(value.column) == nullptr; });
  return outcome_of(target, TRY(client_.save(std::move(change), now, std::move(shown))));
}

// ---- deleting --------------------------------------------------------------------------------------------------------------

Result<Json> Actions::remove(const Json& action, Instant now) {
  const auto target = TRY(target_of(action));
  auto& store = client_.store();
  if (!TRY(store.find(*target.table, target.id))) return gone(*target.table);
  Undo undo;
  undo.target = target;
  undo.entries = TRY(store.outbox_of(target.id));
  undo.conflicts = TRY(store.conflicts_of(target.id));
  std::erase_if(undo.entries, [](const store::OutboxEntry& entry) {
    return entry.state == ChangeState::sent || entry.state == ChangeState::acknowledged;
  });
  TRY(client_.save({target.table->number, target.id, ChangeKind::remove, {}}, now));
  for (const auto& entry : TRY(store.outbox_of(target.id)))
    if (entry.change.kind == ChangeKind::remove) undo.name = entry.id.to_string();
  if (undo.name.empty()) undo.name = new_id<ChangeId>(random_, now).to_string();
  auto json = Json::object();
  json.set("undo", undo.name);
  undos_.push_front(std::move(undo));
  if (undos_.size() > kUndosKept) undos_.pop_back();
  return json;
}

// A delete that is on its way to the server is in the outbox; what it took away with it (unsent edits, a record that never was at
// the server) is in memory.
Result<Json> Actions::take_back(const Json& action, Instant now) {
  const auto name = action.string_at("change");
  const auto undo =
      std::find_if(undos_.begin(), undos_.end(), [&](const Undo& candidate) { return candidate.name == name; });
  const auto id = ChangeId::parse(name);
  const bool is_whole_in_memory =
      undo != undos_.end() &&
      (undo->draft || (!undo->entries.empty() && undo->entries.front().change.kind == ChangeKind::create));
  if (!is_whole_in_memory) TRY(client_.take_back(id.value_or(ChangeId()), now));
  if (undo == undos_.end()) return done();
  auto& store = client_.store();
  if (undo->draft) {
    TRY(store.add_draft(*undo->draft));
    undos_.erase(undo);
    return done();
  }
  TRY(store.keep_shadow(*undo->target.table, undo->target.id));
  for (const auto& entry : undo->entries) TRY(store.append(entry));
  for (const auto& conflict : undo->conflicts) TRY(store.add_conflict(conflict));
  TRY(sync::settle(store, *undo->target.table, undo->target.id, TRY(client_.settling_at(now))));
  undos_.erase(undo);
  return done();
}

// ---- deciding --------------------------------------------------------------------------------------------------------------

namespace {

Result<sync::Keep> keep_of(const Json& json) {
  if (json == Json("mine")) return sync::Keep::mine;
  if (json == Json("server")) return sync::Keep::server;
  return Error{ErrorCode::bad_request, "A decision keeps mine or the server's."};
}

Result<sync::Decision> decision_of(const model::Table& table, const Json& keep) {
  sync::Decision decision;
  if (!keep.is_object()) {
    decision.keep = TRY(keep_of(keep));
    return decision;
  }
  for (const auto& [name, side] : *keep.as_object()) {
    const auto* column = table.find_column(name);
    if (column == nullptr) return Error{ErrorCode::unknown_column, "There's no column called \"" + name + "\".", name};
    decision.columns[column->index] = TRY(keep_of(side));
  }
  // All the same is one decision about the whole.
  if (!decision.columns.empty()) decision.keep = decision.columns.begin()->second;
  const bool is_mixed = std::any_of(decision.columns.begin(), decision.columns.end(),
                                    [&](const auto& choice) { return choice.second != decision.keep; });
  if (is_mixed) decision.keep = sync::Keep::mine;
  return decision;
}

}  // namespace

Result<Json> Actions::resolve(const Json& action, Instant now) {
  const store::ConflictId id(TRY(number_in(action.string_at("conflict"))));
  const auto open = TRY(client_.conflicts());
  const auto conflict =
      std::find_if(open.begin(), open.end(), [&](const store::Conflict& each) { return each.id == id; });
  if (conflict == open.end()) return Error{ErrorCode::not_found, "This conflict isn't open any more."};
  const auto* keep = action.find("keep");
  if (keep == nullptr) return Error{ErrorCode::bad_request, "A decision keeps mine or the server's."};
  const auto decision = TRY(decision_of(client_.schema().at(conflict->table), *keep));
  auto json = Json::object();
  json.set("record", TRY(client_.resolve(id, decision, now)).to_string());
  return json;
}

Result<Json> Actions::retry(const Json& action, Instant now) {
  const store::OutboxPosition position(TRY(number_in(action.string_at("error"))));
  auto& store = client_.store();
  const auto entry = TRY(store.outbox_entry(position));
  if (!entry) return Error{ErrorCode::not_found, "This isn't in the list any more."};
  const auto& table = client_.schema().at(entry->change.table);
  auto values = TRY(values_of(client_.schema(), table, action.find("values")));
  if (!values.empty() && entry->change.kind != ChangeKind::remove)
    TRY(client_.save({table.number, entry->change.id, ChangeKind::update, std::move(values)}, now));
  // An edit of what was refused has set it going already.
  const auto now_here = TRY(store.outbox_entry(position));
  if (now_here && (now_here->state == ChangeState::refused || now_here->state == ChangeState::blocked))
    TRY(client_.retry(position, now));
  return done();
}

Result<Json> Actions::opened(const Json& action, Instant now) {
  const auto target = TRY(target_of(action));
  if (TRY(client_.store().has_draft(target.id))) return done();
  TRY(sync::add_recent(client_.store(), {target.table->number, target.id}));
  if (const auto record = TRY(client_.store().find(*target.table, target.id)))
    TRY(client_.note_uses(std::span(&*record, 1), now));
  return done();
}

Result<Json> Actions::pin(const Json& action, Instant now) {
  const auto target = TRY(target_of(action));
  TRY(client_.set_pin({target.table->number, target.id}, action.bool_at("on"), now));
  return done();
}

Result<Json> Actions::seen(const Json& action, Instant now) {
  const auto& table = *TRY(client_.table(action.string_at("set")));
  const auto* ids = action.find("ids");
  if (ids == nullptr || !ids->is_array() || ids->as_array()->size() > static_cast<std::size_t>(kWindowRowsMax))
    return Error{ErrorCode::bad_request, "Which rows were seen isn't said."};
  std::vector<model::Record> records;
  for (const auto& item : *ids->as_array()) {
    const auto* text = item.as_string();
    const auto id = RecordId::parse(text != nullptr ? *text : std::string());
    if (!id) continue;
    if (auto record = TRY(client_.store().find(table, *id))) records.push_back(std::move(*record));
  }
  TRY(client_.note_uses(records, now));
  return done();
}

// ---- drafts ----------------------------------------------------------------------------------------------------------------

namespace {

Result<RecordId> draft_in(const Json& action) {
  const auto id = RecordId::parse(action.string_at("id"));
  if (!id) return Error{ErrorCode::bad_request, "The draft has no id."};
  return *id;
}

}  // namespace

Result<Json> Actions::save_draft(const Json& action, Instant now) {
  const auto draft = TRY(being_saved(client_, TRY(draft_in(action))));
  TRY(client_.save_draft(draft.id, now));
  finish_ = Finish{Finish::What::draft, {draft}};
  auto json = Json::object();
  json.set("id", draft.id.to_string());
  json.set("set", draft.table != nullptr ? draft.table->set : std::string());
  json.set("name", draft.name);
  json.set("end", "being_saved");
  return json;
}

Result<Json> Actions::save_ready_drafts(Instant now) {
  Finish finish{Finish::What::drafts, {}};
  for (const auto& id : TRY(client_.save_ready_drafts(now))) finish.records.push_back(TRY(being_saved(client_, id)));
  auto json = Json::object();
  json.set("value", Json::array());
  if (!finish.records.empty()) finish_ = std::move(finish);
  return json;
}

Result<Json> Actions::discard_draft(const Json& action, Instant now) {
  const auto id = TRY(draft_in(action));
  Undo undo;
  undo.draft = TRY(client_.store().draft(id));
  undo.name = new_id<ChangeId>(random_, now).to_string();
  TRY(client_.discard_draft(id, now));
  auto json = Json::object();
  json.set("undo", undo.name);
  undos_.push_front(std::move(undo));
  if (undos_.size() > kUndosKept) undos_.pop_back();
  return json;
}

Result<Json> Actions::dismiss(const Json& action) {
  const auto notice = action.string_at("notice");
  if (notice == "experience") TRY(client_.dismiss_experience_notice());
  else if (notice == "drafts") TRY(dismiss_drafts(client_));
  else return Error{ErrorCode::bad_request, "There's no such notice.", std::string(notice)};
  return done();
}

}  // namespace satchel::device::door
