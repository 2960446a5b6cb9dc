// SPDX-License-Identifier: Apache-2.0
#include "device/door/questions.h"

#include <charconv>

#include "device/door/about_records.h"
#include "device/door/charts.h"
#include "device/door/finding.h"
#include "device/door/home.h"
#include "device/door/limits.h"
#include "device/door/schema_json.h"
#include "device/door/settings.h"
#include "device/door/waiting.h"

namespace satchel::device::door {

bool is_touched(const Needs& needs, const store::Touched& touched) {
  if (touched.erased) return true;
  if (needs.outbox && (touched.outbox || touched.conflicts)) return true;
  if (needs.loading && touched.loading) return true;
  if (needs.as_of && touched.settings.contains("last_sync")) return true;
  if (needs.recent && touched.settings.contains(kRecentSetting)) return true;
  if (needs.session && !touched.settings.empty()) return true;
  if (needs.all_tables && !touched.tables.empty()) return true;
  for (const auto table : touched.tables)
    if (needs.tables.contains(table)) return true;
  return false;
}

namespace {

// A record shows the names of those that it leads to.
void add_with_targets(const model::Schema& schema, std::string_view set, std::set<TableNumber>& tables) {
  const auto* table = schema.find_set(set);
  if (table == nullptr) return;
  tables.insert(table->number);
  for (const auto& column : table->columns) tables.insert(column.targets.begin(), column.targets.end());
}

}  // namespace

Needs Questions::needs_of(const Json& question) const {
  const auto ask = question.string_at("ask");
  Needs needs;
  if (ask == "session") needs.session = true;
  if (ask == "status") needs.all_tables = needs.outbox = needs.loading = needs.syncing = needs.session = true;
  if (ask == "conflicts" || ask == "errors" || ask == "outbox") needs.outbox = true;
  if (ask == "home") {
    needs.outbox = needs.recent = true;
    for (const auto& table : client_.schema().tables())
      if (table.is_activity) add_with_targets(client_.schema(), table.set, needs.tables);
  }
  if (ask == "list") {
    needs.outbox = needs.loading = needs.as_of = true;
    add_with_targets(client_.schema(), question.string_at("set"), needs.tables);
  }
  if (ask == "record") {
    needs.outbox = needs.as_of = true;
    add_with_targets(client_.schema(), question.string_at("set"), needs.tables);
  }
  if (ask == "timeline") {
    needs.outbox = true;
    for (const auto& table : client_.schema().tables())
      if (timeline_column(table) != nullptr) needs.tables.insert(table.number);
  }
  if (ask == "candidates") {
    needs.recent = true;
    if (const auto* table = client_.schema().find_set(question.string_at("set")))
      if (const auto* column = table->find_column(question.string_at("column")))
        needs.tables.insert(column->targets.begin(), column->targets.end());
  }
  if (ask == "chart")
    if (const auto* table = table_of_chart(client_.schema(), question.string_at("name")))
      add_with_targets(client_.schema(), table->set, needs.tables);
  if (ask == "search") needs.all_tables = needs.loading = true;
  return needs;
}

Result<Json> Questions::answer(const Json& question, Lists::For whom, Instant now) {
  const auto ask = question.string_at("ask");
  if (ask == "schema") return schema_json(client_.schema());
  if (ask == "session") return session();
  if (ask == "status") return status(question);
  if (ask == "home") return home(question, now);
  if (ask == "list") return list(question, whom, now);
  if (ask == "record") return record(question);
  if (ask == "timeline") return timeline(question);
  if (ask == "candidates") return candidates(question);
  if (ask == "chart") return chart_json(client_, lists_, question, now);
  if (ask == "search") return search(question);
  if (ask == "conflicts") return conflicts();
  if (ask == "errors") return errors();
  if (ask == "outbox") return outbox();
  return Error{ErrorCode::bad_request, "There's no question called \"" + std::string(ask) + "\".", std::string(ask)};
}

// ---- session and status ----------------------------------------------------------------------------------------------------

namespace {

std::string_view session_state(const client::Status& status, bool is_decided) {
  if (!status.signed_in) return "get_started";
  if (!is_decided) return "choose_pin";
  return status.session_ended ? "prompt" : "signed_in";
}

Json moment(const std::optional<Instant>& instant) { return instant ? Json(instant->milliseconds) : Json(); }

Json tables_json(const model::Schema& schema, const client::Status& status) {
  auto tables = Json::array();
  for (const auto& row : status.tables) {
    const auto& table = schema.at(row.table);
    if (table.is_intersect) continue;
    auto json = Json::object();
    json.set("set", table.set);
    json.set("rows", row.rows);
    json.set("bytes", row.bytes);
    json.set("loading", row.loading);
    tables.push_back(std::move(json));
  }
  return tables;
}

Json first_sync_json(const client::Status& status, const Progress& progress) {
  if (status.cut) return nullptr;
  auto json = Json::object();
  json.set("rows", status.rows);
  json.set("rows_expected", status.rows + progress.rows_left);
  json.set("bytes", progress.bytes);
  json.set("seconds_left", progress.seconds_left ? Json(*progress.seconds_left) : Json());
  return json;
}

// The user's own record; the name is known before the record is here.
Json me_json(client::Client& client, const client::Status& status) {
  const auto id = client.user();
  const auto* table = client.schema().find("systemuser");
  if (!id || table == nullptr) return nullptr;
  auto json = Json::object();
  json.set("set", table->set);
  json.set("id", id->to_string());
  json.set("name", status.full_name);
  return json;
}

}  // namespace

Result<Json> Questions::session() {
  const auto status = TRY(client_.status());
  auto json = Json::object();
  json.set("state", session_state(status, TRY(client_.store().setting(kPinDecidedSetting)).has_value()));
  json.set("user", status.user_name);
  json.set("full_name", status.full_name);
  json.set("me", me_json(client_, status));
  json.set("server", status.server);
  json.set("wait_until", nullptr);
  json.set("tries_left", nullptr);
  return json;
}

Result<Json> Questions::status(const Json& question) {
  const auto status = TRY(client_.status(question.bool_at("sizes")));
  const auto& link = syncing_.link();
  auto json = Json::object();
  json.set("connection", link.connection_word(status.offline_by_choice));
  json.set("offline_by_choice", status.offline_by_choice);
  json.set("trouble", link.trouble);
  json.set("syncing", link.is_syncing);
  json.set("next_try", moment(syncing_.next_try()));
  json.set("last_sync", moment(status.last_sync));
  json.set("pending", status.pending);
  json.set("conflicts", status.conflicts);
  json.set("errors", status.errors);
  json.set("drafts", 0);
  json.set("rows", status.rows);
  json.set("tables", tables_json(client_.schema(), status));
  json.set("first_sync", first_sync_json(status, syncing_.progress()));
  json.set("search_ready", status.search_ready);
  json.set("experience", "sync");
  json.set("why", "Your organisation lets everybody work with offline sync.");
  // What the organisation's row says of its server.
  std::string deployment, version;
  if (const auto* organizations = client_.schema().find("organization")) {
    query::Query one;
    one.table = organizations->number;
    one.top = 1;
    for (const auto& record : TRY(client_.store().list(one)).records) {
      const auto text = [&](std::string_view name) -> std::string {
        const auto* column = organizations->find_column(name);
        return column != nullptr ? client_.display(*column, record.values[column->index]) : std::string();
      };
      deployment = text("deployment");
      version = text("version");
    }
  }
  json.set("deployment", deployment);
  json.set("version", version);
  json.set("storage", nullptr);
  return json;
}

Result<Json> Questions::as_of() {
  const auto last = TRY(client_.store().setting("last_sync"));
  std::int64_t at = 0, offset = 0;
  if (!last) return Json();
  std::from_chars(last->data(), last->data() + last->size(), at);
  if (const auto text = TRY(client_.store().setting("server_offset")))
    std::from_chars(text->data(), text->data() + text->size(), offset);
  return Json(at + offset);
}

// ---- records ---------------------------------------------------------------------------------------------------------------

Result<Json> Questions::list(const Json& question, Lists::For whom, Instant now) {
  auto json = TRY(lists_.answer(question, now, whom));
  json.set("as_of", TRY(as_of()));
  return json;
}

Result<Json> Questions::record(const Json& question) {
  auto json = TRY(record_json(client_, question));
  json.set("as_of", TRY(as_of()));
  return json;
}

Result<Json> Questions::timeline(const Json& question) { return timeline_json(client_, question); }
Result<Json> Questions::candidates(const Json& question) { return candidates_json(client_, question); }
Result<Json> Questions::search(const Json& question) { return search_json(client_, question); }
Result<Json> Questions::home(const Json& question, Instant now) { return home_json(client_, lists_, question, now); }

// ---- what waits ------------------------------------------------------------------------------------------------------------

Result<Json> Questions::conflicts() { return conflicts_json(client_); }
Result<Json> Questions::errors() { return errors_json(client_); }
Result<Json> Questions::outbox() { return outbox_json(client_); }

}  // namespace satchel::device::door
