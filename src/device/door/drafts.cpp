// SPDX-License-Identifier: Apache-2.0
#include "device/door/drafts.h"

#include <algorithm>
#include <charconv>

#include "device/door/schema_json.h"
#include "device/door/settings.h"
#include "device/door/values.h"
#include "model/rules.h"

namespace satchel::device::door {
namespace {

using client::DraftItem;
using permits::Ask;
using permits::Verb;

Json obstacle_json(const sync::Obstacle& obstacle) {
  auto json = Json::object();
  json.set("reason", obstacle.why.message);
  if (!obstacle.why.target.empty()) json.set("target", obstacle.why.target);
  json.set("review", obstacle.is_for_review);
  return json;
}

Result<std::int64_t> told_until(store::DeviceStore& store) {
  std::int64_t at = 0;
  if (const auto text = TRY(store.setting(kDraftsToldSetting)))
    std::from_chars(text->data(), text->data() + text->size(), at);
  return at;
}

}  // namespace

model::Record record_of(const model::Schema& schema, const DraftItem& item) {
  const auto& change = item.draft.change;
  model::Record record{item.table->number, change.id, {}, std::vector<model::Value>(item.table->columns.size())};
  for (const auto& value : change.values) record.values[value.column] = value.value;
  model::compute(schema, record);
  return record;
}

Json draft_json(client::Client& client, const DraftItem& item) {
  const auto& draft = item.draft;
  Values values(client.store());
  auto json = Json::object();
  json.set("id", draft.change.id.to_string());
  json.set("set", item.table != nullptr ? item.table->set : std::string());
  json.set("table", item.table != nullptr ? item.table->label : std::string("Record"));
  json.set("name", item.name);
  json.set("created_at", draft.created_at.milliseconds);
  json.set("changed_at", draft.changed_at.milliseconds);
  json.set("related", draft.related ? values.reference(*draft.related) : Json());
  json.set("saving", item.is_being_saved());
  auto obstacles = Json::array();
  for (const auto& obstacle : item.obstacles) obstacles.push_back(obstacle_json(obstacle));
  json.set("blocked_by", std::move(obstacles));
  auto retired = Json::array();
  for (const auto& value : draft.retired) {
    auto each = Json::object();
    each.set("column", value.column);
    each.set("text", value.text);
    retired.push_back(std::move(each));
  }
  json.set("retired", std::move(retired));
  return json;
}

Result<Json> drafts_json(client::Client& client, Instant now) {
  auto list = Json::array();
  for (const auto& item : TRY(client.drafts())) list.push_back(draft_json(client, item));
  auto json = Json::object();
  json.set("value", std::move(list));
  Ask ask;
  ask.verb = Verb::save;
  ask.record = permits::Held::draft;
  json.set("can_save", permit_json(TRY(permit_for(client, ask, now))));
  return json;
}

// ---- permits ---------------------------------------------------------------------------------------------------------------

Json permit_json(const permits::Permit& permit) {
  auto json = Json::object();
  json.set("may", permit.allowed);
  if (permit.allowed) return json;
  json.set("rule", permit.refusal.rule);
  json.set("reason", permit.refusal.message);
  return json;
}

Result<permits::Permit> permit_for(client::Client& client, const Ask& ask, Instant now) {
  return permits::permit(TRY(client.situation(now)), ask);
}

Result<Json> fixed_json(client::Client& client, Ask ask, Instant now) {
  const auto situation = TRY(client.situation(now));
  auto json = Json::object();
  if (ask.table == nullptr || !permits::permit(situation, ask).allowed) return json;
  for (const auto& column : ask.table->columns) {
    if (column.type != model::ColumnType::lookup && column.type != model::ColumnType::party_list) continue;
    ask.column = &column;
    const auto permit = permits::permit(situation, ask);
    if (!permit.allowed) json.set(column.name, permit.refusal.message);
  }
  return json;
}

Result<Json> new_json(client::Client& client, const Json& question, Instant now) {
  const auto& table = *TRY(client.table(question.string_at("set")));
  std::optional<model::Reference> related;
  if (const auto* about = question.find("for"); about != nullptr && !about->is_null()) {
    const auto id = RecordId::parse(about->string_at("id"));
    if (!id) return Error{ErrorCode::bad_request, "The record that the new one is for has no id."};
    related = model::Reference{TRY(client.table(about->string_at("set")))->number, *id};
  }
  const auto ask = TRY(client.ask_about(Verb::create, table, {}, related));
  auto permit = TRY(permit_for(client, ask, now));
  if (!is_writable(table))
    permit = {false, Error{ErrorCode::forbidden, table.plural + " are added by an administrator."}};
  auto json = Json::object();
  json.set("can_create", permit_json(permit));
  json.set("is_draft", permits::makes_draft(TRY(client.situation(now)), ask));
  json.set("fixed", TRY(fixed_json(client, ask, now)));
  return json;
}

// ---- saving ----------------------------------------------------------------------------------------------------------------

Result<BeingSaved> being_saved(client::Client& client, RecordId id) {
  if (const auto item = client.draft(id)) return BeingSaved{id, item->table, item->name};
  // A second tap: it's a record already.
  for (const auto& table : client.schema().tables()) {
    if (table.is_derived) continue;
    if (const auto record = TRY(client.store().find(table, id))) return BeingSaved{id, &table, client.name(*record)};
  }
  return BeingSaved{id, nullptr, {}};
}

Result<Json> end_json(client::Client& client, const BeingSaved& draft, Instant now) {
  const auto end = TRY(client.finish_save(draft.id, now));
  auto json = Json::object();
  json.set("id", draft.id.to_string());
  json.set("set", draft.table != nullptr ? draft.table->set : std::string());
  json.set("name", draft.name);
  json.set("end", end == client::WriteEnd::saved         ? "saved"
                  : end == client::WriteEnd::being_saved ? "being_saved"
                                                         : "draft");
  return json;
}

// One that is on its way just now isn't worth a word yet.
Result<std::int64_t> drafts_to_tell(client::Client& client, bool is_syncing) {
  const auto told = TRY(told_until(client.store()));
  std::int64_t count = 0;
  bool is_new = false;
  for (const auto& draft : TRY(client.store().drafts())) {
    if (is_syncing && draft.saving) continue;
    ++count;
    is_new = is_new || draft.created_at.milliseconds > told;
  }
  return is_new ? count : 0;
}

Result<void> dismiss_drafts(client::Client& client) {
  std::int64_t newest = 0;
  for (const auto& draft : TRY(client.store().drafts())) newest = std::max(newest, draft.created_at.milliseconds);
  return client.store().set_setting(kDraftsToldSetting, std::to_string(newest));
}

}  // namespace satchel::device::door
