// SPDX-License-Identifier: Apache-2.0
//
// Commands about what waits: conflicts, errors, outbox.
#include <algorithm>

#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "model/rules.h"

namespace satchel::apps {
namespace {

namespace store = device::store;
using device::client::Client;
using store::ChangeState;

const char* word_of(model::ChangeKind kind) {
  return kind == model::ChangeKind::create ? "create" : kind == model::ChangeKind::update ? "update" : "delete";
}

const char* word_of(ChangeState state) {
  switch (state) {
    case ChangeState::waiting: return "pending";
    case ChangeState::sent: return "sent, no answer yet";
    case ChangeState::acknowledged: return "sent";
    case ChangeState::refused: return "refused";
    case ChangeState::blocked: return "waits";
  }
  return "";
}

const char* word_of(store::ConflictKind kind) {
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

// A value as OData writes it: numbers as numbers, nothing as null. A lookup stands as one would type it, "accounts/ID".
Json json_of(Client& client, const model::Column& column, const model::Value& value) {
  if (model::is_null(value)) return nullptr;
  auto text = model::format_value(client.schema(), column, value);
  switch (column.type) {
    case model::ColumnType::boolean: return *model::integer_in(value) != 0;
    case model::ColumnType::decimal:
    case model::ColumnType::money: return Json::Digits{std::move(text)};
    case model::ColumnType::integer:
    case model::ColumnType::bigint:
    case model::ColumnType::choice:
    case model::ColumnType::state:
    case model::ColumnType::status: return *model::integer_in(value);
    default: return text;
  }
}

Json json_in(Client& client, const model::Table& table, const std::vector<model::ColumnValue>& values,
             model::ColumnIndex column) {
  const auto* value = value_in(values, column);
  return value != nullptr ? json_of(client, table.columns[column], *value) : nullptr;
}

std::string record_name(Client& client, const model::Table& table, RecordId id) {
  const auto name = client.store().name_of({table.number, id});
  return name.empty() ? id.to_string() : name;
}

// The columns that a conflict speaks of.
std::vector<model::ColumnIndex> columns_of(const store::Conflict& conflict) {
  std::vector<model::ColumnIndex> columns;
  for (const auto* side : {&conflict.mine, &conflict.server})
    for (const auto& value : *side)
      if (std::find(columns.begin(), columns.end(), value.column) == columns.end()) columns.push_back(value.column);
  std::sort(columns.begin(), columns.end());
  return columns;
}

Json conflict_json(Client& client, const store::Conflict& conflict) {
  const auto& table = client.schema().at(conflict.table);
  auto json = Json::object();
  json.set("id", conflict.id.value);
  json.set("table", table.set);
  json.set("record", conflict.record.to_string());
  json.set("kind", word_of(conflict.kind));
  auto columns = Json::array();
  for (const auto column : columns_of(conflict)) {
    auto entry = Json::object();
    entry.set("name", table.columns[column].name);
    entry.set("base", json_in(client, table, conflict.base, column));
    entry.set("mine", json_in(client, table, conflict.mine, column));
    entry.set("server", json_in(client, table, conflict.server, column));
    const auto by = client.store().name_of({TableNumber(8), conflict.by});
    entry.set("by", by.empty() ? Json(nullptr) : Json(by));
    entry.set("at", conflict.at ? Json(format_date_time(conflict.at->seconds())) : Json(nullptr));
    columns.push_back(std::move(entry));
  }
  json.set("columns", std::move(columns));
  return json;
}

std::string kind_sentence(const store::Conflict& conflict) {
  switch (conflict.kind) {
    case store::ConflictKind::columns: return "changed here and there";
    case store::ConflictKind::deleted_there: return "edited here, deleted there";
    case store::ConflictKind::deleted_here: return "deleted here, edited there";
  }
  return "";
}

void say_conflict(Client& client, const store::Conflict& conflict) {
  const auto& table = client.schema().at(conflict.table);
  say(std::to_string(conflict.id.value) + "  " + table.label + " " + record_name(client, table, conflict.record) +
      ": " + kind_sentence(conflict));
  std::vector<std::vector<std::string>> rows;
  for (const auto column : columns_of(conflict)) {
    const auto shown = [&](const std::vector<model::ColumnValue>& side) {
      const auto* value = value_in(side, column);
      return value != nullptr ? client.display(table.columns[column], *value) : std::string();
    };
    rows.push_back({table.columns[column].label, shown(conflict.base), shown(conflict.mine), shown(conflict.server)});
  }
  if (!rows.empty()) say_table({"Column", "Before", "Mine", "Server's"}, rows);
  const auto by = client.store().name_of({TableNumber(8), conflict.by});
  if (conflict.at)
    say("  changed there " + std::string(by.empty() ? "" : "by " + by + " ") + "at " +
        format_date_time(conflict.at->seconds()));
}

int error_type(const store::OutboxEntry& entry) {
  if (entry.reason_code == "not_found" || entry.reason_code == "deleted") return 1;
  if (entry.reason_code == "exists") return 2;
  if (entry.reason_code == "version_conflict") return 0;
  return 3;
}

std::string reason_of(Client& client, const store::OutboxEntry& entry) {
  if (!entry.waits_for) return entry.reason;
  const auto& table = client.schema().at(entry.waits_for->table);
  return "This waits for the " + table.label + " \"" + record_name(client, table, entry.waits_for->id) +
         "\", which is in the error list too.";
}

Json values_json(Client& client, const store::OutboxEntry& entry) {
  const auto& table = client.schema().at(entry.change.table);
  auto json = Json::object();
  for (const auto& value : entry.change.values)
    json.set(table.columns[value.column].name, json_of(client, table.columns[value.column], value.value));
  return json;
}

Json error_json(Client& client, const store::OutboxEntry& entry) {
  auto json = Json::object();
  json.set("id", entry.position.value);
  json.set("table", client.schema().at(entry.change.table).set);
  json.set("record", entry.change.id.to_string());
  json.set("type", error_type(entry));
  json.set("reason", reason_of(client, entry));
  json.set("kind", word_of(entry.change.kind));
  json.set("values", values_json(client, entry));
  return json;
}

Json change_json(Client& client, const store::OutboxEntry& entry) {
  auto json = Json::object();
  json.set("id", entry.position.value);
  json.set("table", client.schema().at(entry.change.table).set);
  json.set("record", entry.change.id.to_string());
  json.set("kind", word_of(entry.change.kind));
  json.set("state", word_of(entry.state));
  json.set("saved", format_date_time(entry.saved_at.seconds()));
  json.set("values", values_json(client, entry));
  return json;
}

template <class Item, class ToJson>
void say_all(Client& client, const std::vector<Item>& items, ToJson to_json) {
  auto array = Json::array();
  for (const auto& item : items) array.push_back(to_json(client, item));
  auto json = Json::object();
  json.set("value", std::move(array));
  say_json(json);
}

void say_values(Client& client, const store::OutboxEntry& entry) {
  const auto& table = client.schema().at(entry.change.table);
  for (const auto& value : entry.change.values)
    say("  " + table.columns[value.column].label + ": " + client.display(table.columns[value.column], value.value));
}

template <class Act>
int with_client(const DeviceOptions& options, Act act) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = device::permits::Verb::read}));
    return act(*session);
  });
}

Error no_such(const char* what, std::int64_t id) {
  return {ErrorCode::not_found, "There's no " + std::string(what) + " " + std::to_string(id) + "."};
}

Result<store::OutboxEntry> entry_with(const std::vector<store::OutboxEntry>& entries, std::int64_t id,
                                      const char* what) {
  for (const auto& entry : entries)
    if (entry.position.value == id) return entry;
  return no_such(what, id);
}

void say_done(const DeviceOptions& options, const std::string& sentence, RecordId record) {
  if (!options.json) return say(sentence);
  auto json = Json::object();
  if (!record.is_nil()) json.set("record", record.to_string());
  json.set("done", true);
  say_json(json);
}

}  // namespace

// ---- conflicts -------------------------------------------------------------------------------------------------------------

int conflicts(const DeviceOptions& options) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    auto& client = session.client();
    const auto open = TRY(client.conflicts());
    if (options.json) return say_all(client, open, conflict_json), Result<void>{};
    if (open.empty()) say("No conflicts.");
    for (const auto& conflict : open) say_conflict(client, conflict);
    if (!open.empty()) say("Decide with: satchel conflicts resolve ID --keep mine|server|column=mine,…");
    return {};
  });
}

int show_conflict(const DeviceOptions& options, std::int64_t id) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    for (const auto& conflict : TRY(session.client().conflicts())) {
      if (conflict.id.value != id) continue;
      if (options.json) say_json(conflict_json(session.client(), conflict));
      else say_conflict(session.client(), conflict);
      return {};
    }
    return no_such("open conflict", id);
  });
}

int resolve_conflict(const DeviceOptions& options, std::int64_t id, const std::string& keep) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    const auto record = TRY(session.client().resolve(store::ConflictId(id), keep, session.now()));
    say_done(
        options,
        keep == "server" ? "Decided. The server's value stands." : "Decided. What you keep goes up with the next sync.",
        record);
    return {};
  });
}

int undo_conflict(const DeviceOptions& options, std::int64_t id) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    TRY(session.client().undo(store::ConflictId(id), session.now()));
    say_done(options, "Taken back. The other value is a new change now.", {});
    return {};
  });
}

// ---- errors ----------------------------------------------------------------------------------------------------------------

int errors(const DeviceOptions& options) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    auto& client = session.client();
    const auto entries = TRY(client.errors());
    if (options.json) return say_all(client, entries, error_json), Result<void>{};
    if (entries.empty()) return say("No errors."), Result<void>{};
    std::vector<std::vector<std::string>> rows;
    for (const auto& entry : entries) {
      const auto& table = client.schema().at(entry.change.table);
      rows.push_back({std::to_string(entry.position.value), table.label, record_name(client, table, entry.change.id),
                      word_of(entry.change.kind), reason_of(client, entry)});
    }
    say_table({"Id", "Table", "Record", "Change", "Reason"}, rows);
    say("Edit the record and it goes out again, or: satchel errors retry ID, satchel errors discard ID, satchel errors "
        "export");
    return {};
  });
}

int show_error(const DeviceOptions& options, std::int64_t id) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    auto& client = session.client();
    const auto entry = TRY(entry_with(TRY(client.errors()), id, "error"));
    if (options.json) return say_json(error_json(client, entry)), Result<void>{};
    say(reason_of(client, entry));
    say_values(client, entry);
    return {};
  });
}

int retry_error(const DeviceOptions& options, std::int64_t id) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    TRY(session.client().retry(store::OutboxPosition(id), session.now()));
    say_done(options, "It goes out again with the next sync.", {});
    return {};
  });
}

int discard_error(const DeviceOptions& options, std::int64_t id) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    TRY(session.client().discard(store::OutboxPosition(id), session.now()));
    say_done(options, "Discarded. The record shows what the server has.", {});
    return {};
  });
}

int export_errors(const DeviceOptions& options) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    say_all(session.client(), TRY(session.client().errors()), error_json);
    return {};
  });
}

// ---- outbox ----------------------------------------------------------------------------------------------------------------

int outbox(const DeviceOptions& options) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    auto& client = session.client();
    const auto entries = TRY(client.outbox());
    if (options.json) return say_all(client, entries, change_json), Result<void>{};
    if (entries.empty()) return say("Nothing waits to be sent."), Result<void>{};
    std::vector<std::vector<std::string>> rows;
    for (const auto& entry : entries) {
      const auto& table = client.schema().at(entry.change.table);
      rows.push_back({std::to_string(entry.position.value), table.label, record_name(client, table, entry.change.id),
                      word_of(entry.change.kind), word_of(entry.state), format_date_time(entry.saved_at.seconds())});
    }
    say_table({"Id", "Table", "Record", "Change", "State", "Saved"}, rows);
    return {};
  });
}

int show_change(const DeviceOptions& options, std::int64_t id) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    auto& client = session.client();
    const auto entry = TRY(entry_with(TRY(client.outbox()), id, "waiting change"));
    if (options.json) return say_json(change_json(client, entry)), Result<void>{};
    say(std::string(word_of(entry.change.kind)) + " " + client.schema().at(entry.change.table).label + " " +
        entry.change.id.to_string() + ", " + word_of(entry.state));
    say_values(client, entry);
    return {};
  });
}

int export_outbox(const DeviceOptions& options) {
  return with_client(options, [&](DeviceSession& session) -> Result<void> {
    say_all(session.client(), TRY(session.client().outbox()), change_json);
    return {};
  });
}

}  // namespace satchel::apps
