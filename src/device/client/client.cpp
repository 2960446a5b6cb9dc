// SPDX-License-Identifier: Apache-2.0
#include "device/client/client.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "model/rules.h"
#include "odata/record_json.h"

namespace satchel::device::client {
namespace {

using model::ChangeKind;
using store::ChangeState;

Error unknown_table(std::string_view set) {
  return {ErrorCode::unknown_table,
          "There's no table called \"" + std::string(set) + "\". Tables go by their plural, e.g. accounts, contacts.",
          std::string(set)};
}

Error unknown_column(const model::Table& table, std::string_view name) {
  return {ErrorCode::unknown_column, table.plural + " have no column called \"" + std::string(name) + "\".",
          std::string(name)};
}

const model::Column* find_column(const model::Table& table, std::string_view name) {
  if (const auto* column = table.find_column(name)) return column;
  return table.find_lookup_value(name);
}

// What a view shows; without one, the columns that a person would look at first.
std::vector<model::ColumnIndex> shown_columns(const model::Table& table, const ListRequest& request,
                                              const model::View* view) {
  if (view != nullptr) return view->columns;
  if (request.select.empty() && !table.views.empty()) return table.default_view().columns;
  std::vector<model::ColumnIndex> columns;
  for (const auto& column : table.columns)
    if (!column.hidden && column.index != 0) columns.push_back(column.index);
  return columns;
}

std::vector<query::Order> orders_of(const model::View& view) {
  std::vector<query::Order> orders;
  for (const auto& order : view.order) orders.push_back({{{}, order.column}, order.descending});
  return orders;
}

query::Filter both(std::optional<query::Filter> first, query::Filter second) {
  if (!first) return second;
  query::All all;
  all.parts.push_back(std::move(*first));
  all.parts.push_back(std::move(second));
  return {std::move(all)};
}

}  // namespace

Result<const model::Table*> Client::table(std::string_view set) const {
  const auto* table = store_.schema().find_set(set);
  if (table == nullptr || table->is_derived) return unknown_table(set);
  return table;
}

Result<RecordId> Client::user() {
  const auto setting = TRY(store_.setting("user_id"));
  const auto id = setting ? RecordId::parse(*setting) : std::nullopt;
  if (!id) return Error{ErrorCode::unauthorized, "Nobody is signed in on this store. Sign in first."};
  return *id;
}

// ---- writing ---------------------------------------------------------------------------------------------------------------

Result<model::RecordChange> Client::typed_change(const model::Table& table, ChangeKind kind, RecordId id,
                                                 const TypedValues& values) {
  model::RecordChange change{table.number, id, kind, {}};
  for (const auto& [name, text] : values) {
    const auto* column = find_column(table, name);
    if (column == nullptr || column->index == 0) return unknown_column(table, name);
    if (change.find(column->index) != nullptr)
      return Error{ErrorCode::bad_value, "The column " + name + " is given twice.", name};
    change.set(column->index, TRY(model::parse_value(store_.schema(), table, *column, text)));
  }
  return model::prepare(store_.schema(), std::move(change), true);
}

Result<WriteState> Client::save(model::RecordChange change, Instant now, std::vector<model::ColumnValue> shown,
                                const std::optional<model::Reference>& related) {
  return save_prepared(TRY(model::prepare(store_.schema(), std::move(change), true)), now, std::move(shown), related);
}

Result<Written> Client::create(std::string_view set, const TypedValues& values, Instant now,
                               const std::optional<model::Reference>& related) {
  const auto& target = *TRY(table(set));
  const auto id = new_id<RecordId>(random_, now);
  const auto state = TRY(save_prepared(TRY(typed_change(target, ChangeKind::create, id, values)), now, {}, related));
  return Written{id, state};
}

Result<WriteState> Client::update(std::string_view set, RecordId id, const TypedValues& values, Instant now) {
  const auto& target = *TRY(table(set));
  return save_prepared(TRY(typed_change(target, ChangeKind::update, id, values)), now, {}, {});
}

Result<WriteState> Client::remove(std::string_view set, RecordId id, Instant now) {
  const auto& target = *TRY(table(set));
  return save_prepared({target.number, id, ChangeKind::remove, {}}, now, {}, {});
}

// ---- reading ---------------------------------------------------------------------------------------------------------------

Result<odata::QueryContext> Client::query_context(Instant now) {
  odata::QueryContext context;
  context.user = TRY(user());
  if (const auto unit = TRY(store_.setting("business_unit_id")))
    if (const auto id = RecordId::parse(*unit)) context.business_unit = *id;
  if (const auto* memberships = store_.schema().find("teammembership")) {
    const auto* member = memberships->find_column("systemuserid");
    const auto* team = memberships->find_column("teamid");
    query::Query mine;
    mine.table = memberships->number;
    mine.filter =
        query::Filter{query::Compare{{{}, member->index}, query::Comparison::eq, model::Reference{{}, context.user}}};
    for (const auto& record : TRY(store_.list(mine)).records)
      if (const auto* reference = model::reference_in(record.values[team->index]))
        context.teams.push_back(reference->id);
  }
  context.now = now;
  return context;
}

Result<ListAnswer> Client::list(const ListRequest& request, Instant now) {
  const auto& schema = store_.schema();
  ListAnswer answer;
  answer.table = TRY(table(request.set));
  const auto& target = *answer.table;
  const model::View* view = nullptr;
  if (!request.view.empty()) {
    view = target.find_view(request.view);
    if (view == nullptr)
      return Error{ErrorCode::bad_request,
                   target.plural + " have no view called \"" + request.view + "\". See `views " + target.set + "`.",
                   request.view};
  }
  TRY(permits::check(TRY(situation(now)), TRY(ask_about(permits::Verb::read, target))));
  const auto context = TRY(query_context(now));
  query::Query query;
  query.table = target.number;
  query.top = request.top;
  query.after = request.after;
  if (view != nullptr && !view->filter.empty())
    query.filter = TRY(odata::parse_filter(schema, target, view->filter, context));
  if (!request.filter.empty())
    query.filter = both(std::move(query.filter), TRY(odata::parse_filter(schema, target, request.filter, context)));
  if (!request.order.empty()) query.order = TRY(odata::parse_order(schema, target, request.order));
  else if (view != nullptr) query.order = orders_of(*view);
  else if (target.primary_name) query.order = {{{{}, *target.primary_name}, false}};
  answer.columns =
      request.select.empty() ? shown_columns(target, request, view) : TRY(odata::parse_select(target, request.select));
  auto result = TRY(store_.list(query));
  answer.records = std::move(result.records);
  answer.next = std::move(result.next);
  TRY(note_uses(answer.records, now));
  return answer;
}

Result<model::Record> Client::show(std::string_view set, RecordId id, Instant now) {
  const auto& target = *TRY(table(set));
  if (const auto draft = TRY(store_.draft(id)); draft && draft->change.table == target.number) {
    TRY(permits::check(TRY(situation(now)), TRY(ask_about(permits::Verb::read, target, id))));
    model::Record record{target.number, id, {}, std::vector<model::Value>(target.columns.size())};
    for (const auto& value : draft->change.values) record.values[value.column] = value.value;
    model::compute(store_.schema(), record);
    return record;
  }
  auto record = TRY(store_.find(target, id));
  auto ask = TRY(ask_about(permits::Verb::read, target, id));
  if (!record) ask.record = permits::Held::not_here;
  TRY(permits::check(TRY(situation(now)), ask));
  if (!record)
    return Error{ErrorCode::not_found, "There's no " + target.label + " " + id.to_string() + " on this device.",
                 id.to_string()};
  TRY(note_uses({&*record, 1}, now));
  return std::move(*record);
}

Result<std::vector<store::SearchHit>> Client::search(std::string_view text, std::size_t hits_max) {
  return store_.search(text, hits_max);
}

Result<sync::RecordState> Client::state(RecordId id) { return sync::state_of(store_, id); }

Result<RecordId> Client::find_id(std::string_view set, std::string_view text) {
  const auto& target = *TRY(table(set));
  if (const auto id = RecordId::parse(text)) return *id;
  if (target.primary_name) {
    query::Query by_name;
    by_name.table = target.number;
    by_name.top = 2;
    by_name.filter =
        query::Filter{query::Compare{{{}, *target.primary_name}, query::Comparison::eq, std::string(text)}};
    const auto found = TRY(store_.list(by_name)).records;
    if (found.size() == 1) return found[0].id;
    if (found.size() > 1)
      return Error{ErrorCode::bad_value,
                   "Several " + target.plural + " are called \"" + std::string(text) + "\". Use the id.",
                   std::string(text)};
  }
  return Error{ErrorCode::not_found, "There's no " + target.label + " \"" + std::string(text) + "\" on this device.",
               std::string(text)};
}

// ---- what waits ------------------------------------------------------------------------------------------------------------

namespace {

bool is_error(const store::OutboxEntry& entry) {
  return entry.state == ChangeState::refused || entry.state == ChangeState::blocked;
}

}  // namespace

Result<std::vector<store::OutboxEntry>> Client::outbox() {
  auto entries = TRY(store_.outbox());
  std::erase_if(entries, is_error);
  return entries;
}

Result<std::vector<store::OutboxEntry>> Client::errors() {
  auto entries = TRY(store_.outbox());
  std::erase_if(entries, [](const store::OutboxEntry& entry) { return !is_error(entry); });
  return entries;
}

Result<std::vector<store::Conflict>> Client::conflicts() { return store_.conflicts(); }
Result<std::vector<store::ConflictRecord>> Client::decided_conflicts() { return store_.conflict_records(); }

namespace {

Result<sync::Keep> parse_keep(std::string_view word) {
  if (word == "mine") return sync::Keep::mine;
  if (word == "server") return sync::Keep::server;
  return Error{ErrorCode::usage, "Say what to keep: mine, server, or per column: jobtitle=mine,telephone1=server.",
               std::string(word)};
}

Result<sync::Decision> parse_decision(const model::Table& table, std::string_view keep) {
  sync::Decision decision;
  if (keep.find('=') == std::string_view::npos) {
    decision.keep = TRY(parse_keep(keep));
    return decision;
  }
  for (const auto part : split(keep, ',')) {
    const auto at = part.find('=');
    const auto* column = find_column(table, trim(part.substr(0, at)));
    if (at == std::string_view::npos || column == nullptr) return unknown_column(table, trim(part.substr(0, at)));
    decision.columns[column->index] = TRY(parse_keep(trim(part.substr(at + 1))));
  }
  return decision;
}

}  // namespace

Result<sync::Settling> Client::settling_at(Instant now) {
  sync::Settling settling;
  settling.now = settling.server_now = now;  // nothing is sent here
  settling.user = TRY(user());
  settling.random = &random_;
  settling.policies = TRY(sync::OrganizationSettings::read(store_)).conflict_policies();
  return settling;
}

Result<RecordId> Client::resolve(store::ConflictId id, std::string_view keep, Instant now) {
  const auto open = TRY(store_.conflicts());
  const auto at =
      std::find_if(open.begin(), open.end(), [&](const store::Conflict& conflict) { return conflict.id == id; });
  if (at == open.end())
    return Error{ErrorCode::not_found, "There's no open conflict " + std::to_string(id.value) + "."};
  return resolve(id, TRY(parse_decision(store_.schema().at(at->table), keep)), now);
}

Result<RecordId> Client::resolve(store::ConflictId id, const sync::Decision& decision, Instant now) {
  const auto settling = TRY(settling_at(now));
  return in_transaction([&] { return sync::decide(store_, id, decision, settling); });
}

Result<void> Client::take_back(ChangeId change, Instant now) {
  const auto settling = TRY(settling_at(now));
  return in_transaction([&] { return sync::take_back(store_, change, settling); });
}

Result<void> Client::undo(store::ConflictId id, Instant now) {
  const auto settling = TRY(settling_at(now));
  return in_transaction([&] { return sync::undo(store_, id, settling); });
}

Result<void> Client::retry(store::OutboxPosition id, Instant now) {
  const auto settling = TRY(settling_at(now));
  return in_transaction([&] { return sync::retry(store_, id, settling); });
}

Result<void> Client::discard(store::OutboxPosition id, Instant now) {
  const auto settling = TRY(settling_at(now));
  return in_transaction([&] { return sync::discard(store_, id, settling); });
}

// ---- the whole -------------------------------------------------------------------------------------------------------------

Result<Status> Client::status(bool with_bytes) {
  Status status;
  const auto text = [&](std::string_view name) -> Result<std::string> {
    return TRY(store_.setting(name)).value_or("");
  };
  status.signed_in = !TRY(text("user_id")).empty();
  status.session_ended = TRY(text("session_ended")) == "yes";
  status.user_name = TRY(text("user_name"));
  status.full_name = TRY(text("full_name"));
  status.server = TRY(text("server"));
  status.device = TRY(text("device"));
  status.offline_by_choice = TRY(text("offline")) == "on";
  status.loading = TRY(store_.loading());
  status.search_ready = TRY(store_.search_ready());
  status.cut = Cut::parse(TRY(text("cut")));
  std::int64_t at = 0;
  const auto last = TRY(text("last_sync"));
  if (std::from_chars(last.data(), last.data() + last.size(), at).ec == std::errc()) status.last_sync = Instant{at};
  std::set<RecordId> unsent;
  for (const auto& entry : TRY(outbox()))
    if (entry.state != ChangeState::acknowledged && !TRY(store_.has_draft(entry.change.id)))
      unsent.insert(entry.change.id);
  status.pending = static_cast<std::int64_t>(unsent.size());
  status.conflicts = static_cast<std::int64_t>(TRY(store_.conflicts()).size());
  status.errors = static_cast<std::int64_t>(TRY(errors()).size());
  status.drafts = static_cast<std::int64_t>(TRY(store_.draft_count()));
  status.experience_notice = TRY(text(sync::kExperienceNotice));
  status.tables = TRY(store_.tables());
  for (const auto& row : status.tables) status.rows += row.rows;
  if (!with_bytes) return status;
  const auto bytes = TRY(store_.table_bytes());
  for (auto& row : status.tables) row.bytes = bytes.at(row.table);
  return status;
}

Result<void> Client::set_offline(bool on) {
  return in_transaction([&] { return store_.set_setting("offline", on ? "on" : "off"); });
}

Result<void> Client::sign_out(bool discard) {
  const auto now_here = TRY(status());
  const auto unsent = now_here.pending + now_here.errors + now_here.conflicts;
  if (unsent + now_here.drafts > 0 && !discard) {
    const auto counted = [](std::int64_t number, const char* one) {
      return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
    };
    return Error{ErrorCode::unsent_work,
                 "This device holds " + counted(now_here.drafts, "draft") + " and " + counted(unsent, "unsent change") +
                     " that would be lost. Save the drafts and sync first, or sign out with --discard.",
                 {},
                 "D3"};
  }
  return in_transaction([&] { return store_.erase(); });
}

// ---- words for people --------------------------------------------------------------------------------------------------------

std::string Client::display(const model::Column& column, const model::Value& value) const {
  return model::display(store_.schema(), column, value,
                        [this](const model::Reference& reference) { return store_.name_of(reference); });
}

std::string Client::name(const model::Record& record) const {
  const auto& table = store_.schema().at(record.table);
  if (!table.primary_name) return "";
  const auto* text = model::text_in(record.values[*table.primary_name]);
  return text != nullptr ? *text : "";
}

Json Client::to_json(const model::Record& record, const std::vector<model::ColumnIndex>& select) const {
  std::string text;
  odata::write_record(text, store_.schema(), record, select, odata::Annotations::none,
                      [this](const model::Reference& reference) { return store_.name_of(reference); });
  auto json = Json::parse(text);
  return json ? std::move(*json) : Json::object();
}

}  // namespace satchel::device::client
