// SPDX-License-Identifier: Apache-2.0
//
// The part of Client that knows drafts, cached rows and what may be done now.
#include <algorithm>

#include "base/text.h"
#include "device/client/client.h"
#include "device/client/limits.h"
#include "device/sync/cache.h"
#include "model/rules.h"
#include "odata/record_json.h"

namespace satchel::device::client {

using model::ChangeKind;
using permits::Ask;
using permits::Held;
using permits::Verb;
using store::ChangeState;

// ---- what may be done --------------------------------------------------------------------------------------------------------

Result<permits::Situation> Client::situation(Instant now) { return read_situation(store_, host_, now); }
Result<sync::Experience> Client::experience() { return sync::read_experience(store_); }

Result<bool> Client::is_synced(const model::Table& table) { return TRY(experience()).holds(table); }

Result<Ask> Client::ask_about(Verb verb, const model::Table& table, std::optional<RecordId> id,
                              std::optional<model::Reference> related) {
  const auto mine = TRY(experience());
  Ask ask;
  ask.verb = verb;
  ask.table = &table;
  // Which tables a drafts user holds isn't a matter of his profile.
  ask.in_profile = mine.holds(table);
  if (id) ask.record = TRY(held(store_, mine, {table.number, *id}));
  // A picture comes with its row: what was used was seen.
  ask.image_seen = ask.record != Held::none && ask.record != Held::not_here;
  if (related) ask.related = TRY(held(store_, mine, *related));
  return ask;
}

// ---- writing -----------------------------------------------------------------------------------------------------------------

namespace {

bool goes_to_server(const Ask& ask) { return !ask.in_profile; }

}  // namespace

// Each lookup that is set by hand is asked about by itself, so that the sentence names it (D6, D9).
Result<void> Client::check_lookups(const permits::Situation& situation, Ask ask, const model::RecordChange& change) {
  const auto mine = TRY(experience());
  for (const auto& value : change.values) {
    if (model::is_null(value.value)) continue;
    ask.column = &ask.table->columns[value.column];
    ask.named = Held::none;
    TRY(permits::check(situation, ask));
    for (const auto& named : sync::named_records({change.table, change.id, change.kind, {value}})) {
      ask.named = TRY(held(store_, mine, named));
      TRY(permits::check(situation, ask));
    }
  }
  return {};
}

// In extended organisations a new record may name a draft (D9).
Result<bool> Client::names_draft(const model::RecordChange& change) {
  for (const auto& named : sync::named_records(change))
    if (TRY(store_.has_draft(named.id))) return true;
  return false;
}

Result<sync::Drafting> Client::drafting(const permits::Situation& situation, Instant now) {
  return sync::Drafting{now, TRY(user()), situation.drafts == permits::DraftRules::extended};
}

Result<WriteState> Client::save_new(const permits::Situation& situation, model::RecordChange change, Instant now,
                                    const std::optional<model::Reference>& related) {
  const auto& table = store_.schema().at(change.table);
  auto ask = TRY(ask_about(Verb::create, table, {}, related));
  TRY(permits::check(situation, ask));
  if (TRY(names_draft(change))) ask.named = Held::draft;
  const bool is_draft = permits::makes_draft(situation, ask);
  if (is_draft) TRY(check_lookups(situation, ask, change));
  const auto who = TRY(user());
  if (!goes_to_server(ask)) {
    if (related)
      for (auto& value : TRY(sync::context_for(store_.schema(), table, related, who)))
        if (change.find(value.column) == nullptr) change.set(value.column, std::move(value.value));
    TRY(in_transaction([&] { return sync::save(store_, change, {now, who, &random_, {}}); }));
    return WriteState::pending;
  }
  const auto how = TRY(drafting(situation, now));
  TRY(in_transaction([&]() -> Result<void> {
    TRY(sync::make_draft(store_, change, related, how));
    if (related) TRY(store_.note_use(*related, now));
    return is_draft ? Result<void>() : sync::save_draft(store_, change.id, {now, who, &random_, {}});
  }));
  if (is_draft) return WriteState::draft;
  straight_.insert(change.id);
  return WriteState::saving;
}

Result<WriteState> Client::save_prepared(model::RecordChange change, Instant now, std::vector<model::ColumnValue> shown,
                                         const std::optional<model::Reference>& related) {
  const auto situation = TRY(this->situation(now));
  if (change.kind == ChangeKind::create) return save_new(situation, std::move(change), now, related);
  const auto& table = store_.schema().at(change.table);
  const auto verb = change.kind == ChangeKind::remove ? Verb::remove : Verb::update;
  const auto ask = TRY(ask_about(verb, table, change.id));
  TRY(permits::check(situation, ask));
  if (ask.record == Held::draft) {
    if (verb == Verb::remove) TRY(discard_draft(change.id, now));
    else {
      TRY(check_lookups(situation, ask, change));
      const auto how = TRY(drafting(situation, now));
      TRY(in_transaction([&] { return sync::change_draft(store_, change, how); }));
    }
    return WriteState::draft;
  }
  const sync::Saving saving{now, TRY(user()), &random_, std::move(shown)};
  const auto settling = TRY(settling_at(now));
  TRY(in_transaction([&]() -> Result<void> {
    TRY(sync::save(store_, change, saving));
    if (goes_to_server(ask) && verb == Verb::update) TRY(store_.note_use({table.number, change.id}, now));
    if (saving.shown.empty()) return {};
    return sync::settle(store_, table, change.id, settling);
  }));
  if (!goes_to_server(ask)) return WriteState::pending;
  const auto entries = TRY(store_.outbox_of(change.id));
  if (!entries.empty()) straight_changes_[change.id] = entries.back().position;
  return WriteState::saving;
}

Result<WriteEnd> Client::finish_write(RecordId id, Instant now) {
  if (TRY(store_.has_draft(id))) {
    auto ended = finish_save(id, now);
    // Refused: who wrote it has the words, and there was no draft before.
    const bool is_new = straight_.erase(id) > 0;
    if (!ended && is_new && ended.error().rule == "D7")
      TRY(in_transaction([&] { return sync::discard_draft(store_, id); }));
    return ended;
  }
  if (!TRY(store_.conflicts_of(id)).empty()) return WriteEnd::conflict;
  auto end = WriteEnd::saved;
  const auto written = straight_changes_.extract(id);
  for (const auto& entry : TRY(store_.outbox_of(id))) {
    if (entry.state == ChangeState::waiting || entry.state == ChangeState::sent) end = WriteEnd::unsaved_edit;
    if (entry.state != ChangeState::refused && entry.state != ChangeState::blocked) continue;
    // What was refused before waits in the error list for its writer's decision (K4).
    if (written.empty() || written.mapped() != entry.position) continue;
    TRY(discard(entry.position, now));
    return Error{error_code_named(entry.reason_code).value_or(ErrorCode::internal), entry.reason, entry.reason_target};
  }
  return end;
}

// ---- drafts ------------------------------------------------------------------------------------------------------------------

Result<DraftItem> Client::item_of(store::Draft draft) {
  DraftItem item;
  item.table = store_.schema().find(draft.change.table);
  item.obstacles = TRY(sync::obstacles(store_, draft));
  if (item.table != nullptr && !draft.is_damaged) {
    model::Record record{
        item.table->number, draft.change.id, {}, std::vector<model::Value>(item.table->columns.size())};
    for (const auto& value : draft.change.values) record.values[value.column] = value.value;
    model::compute(store_.schema(), record);
    item.name = name(record);
  }
  item.draft = std::move(draft);
  return item;
}

Result<std::vector<DraftItem>> Client::drafts() {
  std::vector<DraftItem> items;
  for (auto& draft : TRY(store_.drafts())) items.push_back(TRY(item_of(std::move(draft))));
  return items;
}

Result<DraftItem> Client::draft(RecordId id) {
  auto draft = TRY(store_.draft(id));
  if (!draft)
    return Error{ErrorCode::not_found, "There's no draft " + id.to_string() + " on this device.", id.to_string()};
  return item_of(std::move(*draft));
}

Result<void> Client::change_draft(RecordId id, const TypedValues& values, Instant now) {
  const auto item = TRY(draft(id));
  if (item.table == nullptr) return item.obstacles.front().why;
  TRY(save_prepared(TRY(typed_change(*item.table, ChangeKind::update, id, values)), now, {}, {}));
  return {};
}

Result<void> Client::discard_draft(RecordId id, Instant now) {
  Ask ask;
  ask.verb = Verb::discard;
  ask.record = Held::draft;
  TRY(permits::check(TRY(situation(now)), ask));
  return in_transaction([&] { return sync::discard_draft(store_, id); });
}

Result<void> Client::save_draft(RecordId id, Instant now) {
  const auto known = TRY(store_.draft(id));
  // A second tap: it's saved already.
  if (!known && (TRY(store_.has_use(id)) || TRY(store_.has_acknowledged(id)))) return {};
  Ask ask;
  ask.verb = Verb::save;
  ask.record = Held::draft;
  if (known) ask.table = store_.schema().find(known->change.table);
  TRY(permits::check(TRY(situation(now)), ask));
  const sync::Saving saving{now, TRY(user()), &random_, {}};
  return in_transaction([&] { return sync::save_draft(store_, id, saving); });
}

Result<std::vector<RecordId>> Client::save_ready_drafts(Instant now) {
  std::vector<RecordId> ids;
  return in_transaction([&]() -> Result<std::vector<RecordId>> {
    for (const auto& item : TRY(drafts())) {
      if (!item.obstacles.empty()) continue;
      TRY(save_draft(item.draft.change.id, now));
      ids.push_back(item.draft.change.id);
    }
    return ids;
  });
}

Result<WriteEnd> Client::finish_save(RecordId id, Instant) {
  TRY(in_transaction([&] { return sync::stop_saving(store_, id); }));
  const auto left = TRY(store_.draft(id));
  if (!left) return WriteEnd::saved;
  if (left->saving) return WriteEnd::being_saved;
  if (left->reason_code.empty()) return WriteEnd::draft;
  return Error{error_code_named(left->reason_code).value_or(ErrorCode::internal), left->reason, left->reason_target,
               "D7"};
}

Result<std::string> Client::export_drafts() {
  std::string lines;
  for (const auto& item : TRY(drafts())) {
    const auto& draft = item.draft;
    auto line = Json::object();
    line.set("id", draft.change.id.to_string());
    line.set("table", item.table != nullptr ? item.table->set : std::to_string(draft.change.table.value));
    line.set("created", format_date_time(draft.created_at.seconds()));
    if (draft.is_damaged) line.set("damaged", true);
    auto values = Json::object();
    for (const auto& value : draft.change.values) {
      const auto& column = item.table->columns[value.column];
      values.set(column.name, model::format_value(store_.schema(), column, value.value));
    }
    for (const auto& value : draft.retired) values.set(value.column, value.text);
    line.set("values", std::move(values));
    if (!draft.reason.empty()) line.set("reason", draft.reason);
    lines += line.dump() + "\n";
  }
  return lines;
}

Result<void> Client::dismiss_experience_notice() {
  return in_transaction([&] { return store_.drop_setting(sync::kExperienceNotice); });
}

// ---- cached rows -------------------------------------------------------------------------------------------------------------

Result<void> Client::note_uses(std::span<const model::Record> rows, Instant now) {
  if (rows.empty()) return {};
  const auto mine = TRY(experience());
  const auto is_cached = [&](const model::Record& row) { return !mine.holds(store_.schema().at(row.table)); };
  if (std::none_of(rows.begin(), rows.end(), is_cached)) return {};
  auto noted = in_transaction([&]() -> Result<void> {
    for (const auto& row : rows)
      if (is_cached(row)) TRY(store_.note_use({row.table, row.id}, now));
    return {};
  });
  // What can be read is shown, also where nothing can be written.
  if (!noted && noted.error().code != ErrorCode::io_error && noted.error().code != ErrorCode::disk_full)
    return std::move(noted).error();
  return {};
}

Result<std::optional<Instant>> Client::as_of(RecordId id) {
  const auto use = TRY(store_.use(id));
  if (!use || use->confirmed_at == Instant()) return std::optional<Instant>();
  const auto here = TRY(store_.holding(store_.schema().at(use->record.table), id));
  const bool is_cached = here && here->scopes == store::ScopeSetNumber(0);
  return is_cached ? std::optional(use->confirmed_at) : std::nullopt;
}

Result<void> Client::set_pin(const model::Reference& record, bool is_pinned, Instant now) {
  const auto& table = store_.schema().at(record.table);
  TRY(permits::check(TRY(situation(now)), TRY(ask_about(Verb::pin, table, record.id))));
  const auto mine = TRY(experience());
  return in_transaction(
      [&] { return is_pinned ? sync::pin(store_, record, now) : sync::unpin(store_, mine, record, now); });
}

Result<Client::Keeping> Client::keeping(const model::Reference& record) {
  const auto use = TRY(store_.use(record.id));
  const auto here = TRY(store_.holding(store_.schema().at(record.table), record.id));
  return Keeping{use && use->pinned, here && here->scopes != store::ScopeSetNumber(0)};
}

namespace {

bool may_ask_server(const permits::Situation& situation) { return situation.connected && !situation.prompt; }

std::string order_text(const model::Table& table, const model::View& view) {
  std::string text;
  for (const auto& order : view.order)
    text += (text.empty() ? "" : ",") + table.columns[order.column].name + (order.descending ? " desc" : "");
  return text;
}

std::string both(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return "(" + first + ") and (" + second + ")";
}

}  // namespace

Result<std::optional<ReadRequested>> Client::online_read(const ListRequest& request, Instant now) {
  const auto& target = *TRY(table(request.set));
  if (TRY(is_synced(target)) || !may_ask_server(TRY(situation(now)))) return std::optional<ReadRequested>();
  const auto* view = request.view.empty() ? nullptr : target.find_view(request.view);
  ReadRequested read;
  read.table = target.number;
  read.filter = both(view != nullptr ? view->filter : "", request.filter);
  read.order = request.order;
  if (read.order.empty() && view != nullptr) read.order = order_text(target, *view);
  if (read.order.empty() && target.primary_name) read.order = target.columns[*target.primary_name].name;
  read.top = request.top;
  return std::optional(std::move(read));
}

Result<std::optional<ReadRequested>> Client::online_read(std::string_view set, RecordId id, Instant now) {
  const auto& target = *TRY(table(set));
  if (TRY(is_synced(target)) || TRY(store_.has_draft(id)) || !may_ask_server(TRY(situation(now))))
    return std::optional<ReadRequested>();
  ReadRequested read;
  read.table = target.number;
  read.id = id;
  return std::optional(std::move(read));
}

Result<std::optional<ReadRequested>> Client::online_search(const model::Table& target, std::string_view text,
                                                           Instant now) {
  if (target.quick_find.empty() || trim(text).empty() || !may_ask_server(TRY(situation(now))))
    return std::optional<ReadRequested>();
  std::string quoted;
  for (const char c : trim(text)) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  ReadRequested read;
  read.table = target.number;
  for (const auto column : target.quick_find)
    read.filter +=
        (read.filter.empty() ? "contains(" : " or contains(") + target.columns[column].name + ",'" + quoted + "')";
  if (target.primary_name) read.order = target.columns[*target.primary_name].name;
  read.top = kSearchRowsMax;
  return std::optional(std::move(read));
}

}  // namespace satchel::device::client
