// SPDX-License-Identifier: Apache-2.0
//
// Commands about drafts (D1-D8) and about what is kept because it was used (C1) or pinned (Q6).
#include <algorithm>

#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "apps/satchel/writing.h"
#include "model/rules.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
namespace permits = device::permits;
using client::DraftItem;
using permits::Verb;

const char* kOnThisDevice = "Drafts are on this device only, until they are saved.";

std::string table_word(const DraftItem& item) { return item.table != nullptr ? item.table->set : std::string(); }

Json draft_json(const DraftItem& item) {
  auto blocked_by = Json::array();
  for (const auto& obstacle : item.obstacles) {
    auto json = Json::object();
    json.set("column", obstacle.why.target);
    json.set("code", name_of(obstacle.why.code));
    json.set("message", obstacle.why.message);
    blocked_by.push_back(std::move(json));
  }
  auto json = Json::object();
  json.set("id", item.draft.change.id.to_string());
  json.set("table", table_word(item));
  json.set("name", item.name);
  json.set("created", format_date_time(item.draft.created_at.seconds()));
  json.set("blocked_by", std::move(blocked_by));
  json.set("reason", item.draft.reason.empty() ? Json(nullptr) : Json(item.draft.reason));
  json.set("saving", item.is_being_saved());
  return json;
}

std::string what_blocks(const DraftItem& item) {
  if (item.is_being_saved()) return "being saved";
  return item.obstacles.empty() ? "ready" : item.obstacles.front().why.message;
}

Json values_json(client::Client& client, const DraftItem& item) {
  auto values = Json::object();
  for (const auto& value : item.draft.change.values) {
    const auto& column = item.table->columns[value.column];
    values.set(column.name,
               model::is_null(value.value) ? Json() : Json(model::format_value(client.schema(), column, value.value)));
  }
  for (const auto& value : item.draft.retired) values.set(value.column, value.text);
  return values;
}

void say_draft(client::Client& client, const DraftItem& item) {
  say(item.name + "  (" + (item.table != nullptr ? item.table->label : std::string("a table that is gone")) +
      ", draft)");
  for (const auto& value : item.draft.change.values) {
    const auto& column = item.table->columns[value.column];
    if (!model::is_null(value.value)) say("  " + column.label + ": " + client.display(column, value.value));
  }
  for (const auto& value : item.draft.retired) say("  " + value.column + ": " + value.text);
  for (const auto& obstacle : item.obstacles) say("  ! " + obstacle.why.message);
  say(std::string("  ") + kOnThisDevice);
}

Result<RecordId> draft_id(const std::string& text) {
  if (const auto id = RecordId::parse(text)) return *id;
  return Error{ErrorCode::not_found, "There's no draft \"" + text + "\" on this device.", text};
}

Result<void> save_one(DeviceSession& session, const DeviceOptions& options, const std::string& text) {
  const auto id = TRY(draft_id(text));
  TRY(session.require({.verb = Verb::save, .record = permits::Held::draft}));
  TRY(session.client().save_draft(id, session.now()));
  if (TRY(session.client().store().has_draft(id))) TRY(session.try_run(client::SyncRequested{}));
  const auto end = TRY(session.client().finish_save(id, session.now()));
  say_state(options, id, word_of(end),
            end == client::WriteEnd::saved ? "saved" : "still a draft: the server didn't answer");
  if (end == client::WriteEnd::saved) return {};
  return Error{ErrorCode::needs_connection,
               "The connection was lost before the server said that it has the draft. It's kept; save it again.",
               id.to_string(), "D8"};
}

struct Outcome {
  DraftItem item;
  std::string state, reason;
};

Result<std::vector<Outcome>> outcomes(DeviceSession& session) {
  auto& client = session.client();
  auto items = TRY(client.drafts());
  const auto ids = TRY(client.save_ready_drafts(session.now()));
  if (!ids.empty()) TRY(session.try_run(client::SyncRequested{}));
  std::vector<Outcome> all;
  for (auto& item : items) {
    const auto id = item.draft.change.id;
    Outcome outcome{std::move(item), "review", ""};
    if (!outcome.item.obstacles.empty()) outcome.reason = outcome.item.obstacles.front().why.message;
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) {
      const auto end = client.finish_save(id, session.now());
      outcome.state = end ? std::string(word_of(*end)) : "refused";
      outcome.reason = end ? "" : end.error().message;
    }
    all.push_back(std::move(outcome));
  }
  return all;
}

// Those that need no review; each one's fate is told (D2).
Result<void> save_all(DeviceSession& session, const DeviceOptions& options) {
  TRY(session.require({.verb = Verb::save, .record = permits::Held::draft}));
  const auto all = TRY(outcomes(session));
  auto array = Json::array();
  std::vector<std::vector<std::string>> rows;
  std::int64_t refused = 0;
  for (const auto& outcome : all) {
    auto json = Json::object();
    json.set("id", outcome.item.draft.change.id.to_string());
    json.set("table", table_word(outcome.item));
    json.set("name", outcome.item.name);
    json.set("state", outcome.state);
    json.set("reason", outcome.reason.empty() ? Json(nullptr) : Json(outcome.reason));
    array.push_back(std::move(json));
    rows.push_back({table_word(outcome.item), outcome.item.name, outcome.state, outcome.reason});
    refused += outcome.state == "refused" ? 1 : 0;
  }
  auto json = Json::object();
  json.set("value", std::move(array));
  if (options.json) say_json(json);
  else if (rows.empty()) say("No drafts.");
  else say_table({"Table", "Name", "", "Why"}, std::move(rows));
  if (refused == 0) return {};
  return Error{ErrorCode::bad_value,
               "The server refused " + count_text(refused, "draft", "drafts") +
                   "; the reasons stand beside them: satchel drafts.",
               "", "D7"};
}

}  // namespace

int drafts(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto items = TRY(session->client().drafts());
    if (options.json) {
      auto array = Json::array();
      for (const auto& item : items) array.push_back(draft_json(item));
      auto json = Json::object();
      json.set("value", std::move(array));
      say_json(json);
      return {};
    }
    if (items.empty()) return say("No drafts."), Result<void>{};
    std::vector<std::vector<std::string>> rows;
    for (const auto& item : items)
      rows.push_back({table_word(item), item.name, format_date_time(item.draft.created_at.seconds()), what_blocks(item),
                      item.draft.change.id.to_string()});
    say_table({"Table", "Name", "Made", "", "Id"}, std::move(rows));
    say(kOnThisDevice);
    return {};
  });
}

int show_draft(const DeviceOptions& options, const std::string& id) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto item = TRY(session->client().draft(TRY(draft_id(id))));
    if (!options.json) return say_draft(session->client(), item), Result<void>{};
    auto json = draft_json(item);
    json.set("values", values_json(session->client(), item));
    say_json(json);
    return {};
  });
}

int set_draft(const DeviceOptions& options, const std::string& id, const std::vector<std::string>& values) {
  return run(options, [&]() -> Result<void> {
    auto typed = TRY(typed_values(values));
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto draft = TRY(draft_id(id));
    if (const auto* table = TRY(session->client().draft(draft)).table) TRY(read_pictures(*table, typed));
    TRY(session->client().change_draft(draft, typed, session->now()));
    say_state(options, draft, "draft", "changed, still a draft");
    return {};
  });
}

int save_draft(const DeviceOptions& options, const std::string& id, bool all) {
  return run(options, [&]() -> Result<void> {
    if (all != id.empty()) return Error{ErrorCode::usage, "Say which draft to save, or --all."};
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    return all ? save_all(*session, options) : save_one(*session, options, id);
  });
}

int discard_draft(const DeviceOptions& options, const std::string& id) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto draft = TRY(draft_id(id));
    TRY(session->client().discard_draft(draft, session->now()));
    say_state(options, draft, "discarded", "discarded");
    return {};
  });
}

int export_drafts(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    write_out(TRY(session->client().export_drafts()));
    return {};
  });
}

namespace {

// A record that isn't here is fetched: what the server doesn't give can't be kept.
Result<void> fetch_pinned(DeviceSession& session, const model::Reference& record) {
  auto& client = session.client();
  const auto& table = client.schema().at(record.table);
  if (TRY(client.store().holding(table, record.id)) || TRY(client.store().find(table, record.id))) return {};
  TRY(session.try_run(client::SyncRequested{}));
  if (TRY(client.store().holding(table, record.id))) return {};
  TRY(client.set_pin(record, false, session.now()));
  if (!TRY(session.situation()).connected)
    return Error{ErrorCode::needs_connection,
                 "The connection was lost before the record came. Pin it once you are connected.",
                 record.id.to_string(), "Q6"};
  return Error{ErrorCode::not_found,
               "There's no " + table.label + " " + record.id.to_string() + " at the server that you may read.",
               record.id.to_string(), "Q6"};
}

}  // namespace

int pin(const DeviceOptions& options, const std::string& text, bool on) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    auto& client = session->client();
    const auto record = TRY(record_named(*session, text));
    TRY(session->require(TRY(client.ask_about(Verb::pin, client.schema().at(record.table), record.id))));
    TRY(client.set_pin(record, on, session->now()));
    if (on) TRY(fetch_pinned(*session, record));
    const auto keeping = TRY(client.keeping(record));
    auto json = Json::object();
    json.set("id", record.id.to_string());
    json.set("state", on ? "pinned" : "unpinned");
    json.set("kept_by_profile", keeping.by_profile);
    if (options.json) say_json(json);
    else say(on ? "Kept on this device." : "No longer kept on this device for your sake.");
    if (on && keeping.by_profile && !options.json) say(std::string(client::kKeptAnyway));
    return {};
  });
}

int cache(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    auto& store = session->client().store();
    const auto decided = TRY(client::standing(store));
    auto array = Json::array();
    std::vector<std::vector<std::string>> rows;
    std::int64_t bytes = 0, pinned = 0;
    for (const auto& use : TRY(store.uses())) {
      const auto& table = store.schema().at(use.record.table);
      const auto as_of = TRY(session->client().as_of(use.record.id));
      if (!as_of && !use.pinned) continue;  // held by scope, or not here yet
      bytes += use.pinned ? 0 : use.bytes;
      pinned += use.pinned ? 1 : 0;
      auto json = Json::object();
      json.set("table", table.set);
      json.set("id", use.record.id.to_string());
      json.set("name", store.name_of(use.record));
      json.set("used", format_date_time(use.used_at.seconds()));
      json.set("as_of", as_of ? Json(format_date_time(as_of->seconds())) : Json());
      json.set("pinned", use.pinned);
      array.push_back(std::move(json));
      rows.push_back({table.label, store.name_of(use.record), format_date_time(use.used_at.seconds()),
                      as_of ? format_date_time(as_of->seconds()) : "", use.pinned ? "pinned" : "",
                      use.record.id.to_string()});
    }
    const auto count = static_cast<std::int64_t>(rows.size()) - pinned;  // what the bounds are about
    if (options.json) {
      auto json = Json::object();
      json.set("rows", count);
      json.set("bytes", bytes);
      json.set("pinned", pinned);
      json.set("rows_max", decided.cache_rows);
      json.set("bytes_max", decided.cache_bytes);
      json.set("days_max", decided.cache_days);
      json.set("value", std::move(array));
      say_json(json);
      return {};
    }
    if (!rows.empty()) say_table({"Table", "Name", "Used", "As of", "", "Id"}, std::move(rows));
    if (pinned > 0) say(count_text(pinned, "record is", "records are") + " pinned and stay.");
    say(count_text(count, "record", "records") + ", " + size_text(bytes) + "; at most " + grouped(decided.cache_rows) +
        " rows, " + size_text(decided.cache_bytes) + ", " + count_text(decided.cache_days, "day", "days") + ".");
    return {};
  });
}

}  // namespace satchel::apps
