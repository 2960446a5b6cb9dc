// SPDX-License-Identifier: Apache-2.0
#include "device/door/waiting.h"

#include "device/door/values.h"

namespace satchel::device::door {
namespace {

using model::ChangeKind;
using model::Table;

std::string_view word(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::create: return "create";
    case ChangeKind::update: return "update";
    case ChangeKind::remove: return "delete";
  }
  return "";
}

std::string_view word(store::ConflictKind kind) {
  switch (kind) {
    case store::ConflictKind::columns: return "columns";
    case store::ConflictKind::deleted_there: return "deleted_there";
    case store::ConflictKind::deleted_here: return "deleted_here";
  }
  return "";
}

const model::Value* value_in(const std::vector<model::ColumnValue>& values, model::ColumnIndex column) {
  for (const auto& value : values)
    if (value.column == column) return &value.value;
  return nullptr;
}

// A record that isn't visible (deleted here or there) is still called by the name that it had.
Json named_reference(client::Client& client, Values& values, const model::Reference& record,
                     std::initializer_list<const std::vector<model::ColumnValue>*> elsewhere) {
  auto json = values.reference(record);
  if (!json.string_at("name").empty()) return json;
  const auto& table = client.schema().at(record.table);
  if (!table.primary_name) return json;
  for (const auto* known : elsewhere)
    if (const auto* value = value_in(*known, *table.primary_name))
      if (const auto* text = model::text_in(*value)) json.set("name", *text);
  if (!json.string_at("name").empty()) return json;
  if (const auto mirror = client.store().mirror(table, record.id); mirror && *mirror)
    json.set("name", values.name((*mirror)->record));
  return json;
}

Json conflict_columns(const Table& table, Values& values, const store::Conflict& conflict) {
  auto columns = Json::array();
  std::set<model::ColumnIndex> indexes;
  const auto add = [&](const std::vector<model::ColumnValue>& side) {
    for (const auto& value : side) indexes.insert(value.column);
  };
  add(conflict.mine);
  add(conflict.server);
  if (indexes.empty()) add(conflict.base);
  for (const auto index : indexes) {
    const auto& column = table.columns[index];
    const auto side = [&](const std::vector<model::ColumnValue>& of) -> Json {
      const auto* value = value_in(of, index);
      return value != nullptr ? values.to_json(column, *value) : Json();
    };
    auto json = Json::object();
    json.set("name", column.name);
    json.set("base", side(conflict.base));
    json.set("mine", side(conflict.mine));
    json.set("server", side(conflict.server));
    columns.push_back(std::move(json));
  }
  return columns;
}

Json conflict_json(client::Client& client, const store::Conflict& conflict) {
  Values values(client.store());
  const auto& schema = client.schema();
  const auto& table = schema.at(conflict.table);
  auto json = Json::object();
  json.set("id", std::to_string(conflict.id.value));
  json.set("record", named_reference(client, values, {conflict.table, conflict.record},
                                     {&conflict.server, &conflict.mine, &conflict.base}));
  json.set("kind", word(conflict.kind));
  json.set("columns", conflict_columns(table, values, conflict));
  const auto* users = schema.find("systemuser");
  json.set("by",
           users != nullptr && !conflict.by.is_nil() ? values.name_of({users->number, conflict.by}) : std::string());
  json.set("at", conflict.at ? Json(conflict.at->milliseconds) : Json());
  return json;
}

Json entry_json(client::Client& client, Values& values, const store::OutboxEntry& entry) {
  const auto& change = entry.change;
  auto json = Json::object();
  json.set("id", std::to_string(entry.position.value));
  json.set("record", named_reference(client, values, {change.table, change.id}, {&change.values, &entry.bases}));
  json.set("kind", word(change.kind));
  return json;
}

}  // namespace

// ---- conflicts -------------------------------------------------------------------------------------------------------------

Result<Json> open_conflicts_json(client::Client& client, std::optional<RecordId> of) {
  auto list = Json::array();
  for (const auto& conflict : TRY(of ? client.store().conflicts_of(*of) : client.conflicts()))
    list.push_back(conflict_json(client, conflict));
  return list;
}

Result<std::int64_t> records_in_conflict(client::Client& client) {
  std::set<RecordId> records;
  for (const auto& conflict : TRY(client.conflicts())) records.insert(conflict.record);
  return static_cast<std::int64_t>(records.size());
}

Result<Json> conflicts_json(client::Client& client) {
  auto json = Json::object();
  json.set("open", TRY(open_conflicts_json(client, std::nullopt)));
  auto decided = Json::array();
  for (const auto& record : TRY(client.decided_conflicts())) {
    auto item = conflict_json(client, record.conflict);
    item.set("id", std::to_string(record.id.value));
    item.set("decision", record.decision);
    item.set("decided_at", record.decided_at.milliseconds);
    decided.push_back(std::move(item));
  }
  json.set("decided", std::move(decided));
  return json;
}

// ---- errors and outbox -----------------------------------------------------------------------------------------------------

Result<Json> refused_json(client::Client& client, std::optional<RecordId> of) {
  Values values(client.store());
  auto list = Json::array();
  for (const auto& entry : TRY(client.errors())) {
    if (of && entry.change.id != *of) continue;
    auto json = entry_json(client, values, entry);
    json.set("reason", entry.reason);
    if (entry.waits_for) {
      auto awaited = values.reference(*entry.waits_for);
      if (entry.reason.empty()) {
        const auto name = std::string(awaited.string_at("name"));
        json.set("reason", "It waits for " + (name.empty() ? "another record" : "\"" + name + "\"") +
                               ", which the server refused.");
      }
      json.set("waits_for", std::move(awaited));
    }
    json.set("values", values.values(client.schema().at(entry.change.table), entry.change.values));
    auto retired = Json::array();
    for (const auto& value : entry.retired) {
      auto item = Json::object();
      item.set("column", value.column);
      item.set("text", value.text);
      retired.push_back(std::move(item));
    }
    json.set("retired", std::move(retired));
    list.push_back(std::move(json));
  }
  return list;
}

Result<Json> errors_json(client::Client& client) {
  auto json = Json::object();
  json.set("value", TRY(refused_json(client, std::nullopt)));
  return json;
}

Result<Json> outbox_json(client::Client& client) {
  Values values(client.store());
  auto list = Json::array();
  for (const auto& entry : TRY(client.outbox())) {
    if (entry.state == store::ChangeState::acknowledged) continue;
    auto json = entry_json(client, values, entry);
    json.set("saved_at", entry.saved_at.milliseconds);
    json.set("values", values.values(client.schema().at(entry.change.table), entry.change.values));
    list.push_back(std::move(json));
  }
  auto json = Json::object();
  json.set("value", std::move(list));
  return json;
}

}  // namespace satchel::device::door
