// SPDX-License-Identifier: Apache-2.0
#include "device/door/questions.h"

#include <charconv>

#include "device/client/session_marks.h"
#include "device/client/standing.h"
#include "device/door/about_records.h"
#include "device/door/charts.h"
#include "device/door/drafts.h"
#include "device/door/finding.h"
#include "device/door/home.h"
#include "device/door/limits.h"
#include "device/door/schema_json.h"
#include "device/door/settings.h"
#include "device/door/waiting.h"
#include "device/permits/session_state.h"
#include "device/sync/recent.h"

namespace satchel::device::door {

bool is_touched(const Needs& needs, const store::Touched& touched) {
  if (touched.erased) return true;
  if (needs.outbox && (touched.outbox || touched.conflicts)) return true;
  if (needs.drafts && touched.drafts) return true;
  if (needs.pins && touched.pins) return true;
  if (needs.loading && touched.loading) return true;
  if (needs.as_of && touched.settings.contains("last_sync")) return true;
  if (needs.recent && touched.settings.contains(sync::kRecentSetting)) return true;
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
  if (ask == "session" || ask == "status") {
    needs.session = needs.link = true;
    // What the administrator decided lies in these.
    for (const auto* name : {"organization", "systemuser", "mobileofflineprofile"})
      if (const auto* table = client_.schema().find(name)) needs.tables.insert(table->number);
  }
  if (ask == "status") needs.all_tables = needs.outbox = needs.drafts = needs.loading = needs.syncing = true;
  if (ask == "drafts" || ask == "new") needs.drafts = needs.link = needs.session = true;
  if (ask == "conflicts" || ask == "errors" || ask == "outbox") needs.outbox = true;
  if (ask == "home") {
    needs.outbox = needs.recent = true;
    for (const auto& table : client_.schema().tables())
      if (table.is_activity) add_with_targets(client_.schema(), table.set, needs.tables);
  }
  if (ask == "list") {
    needs.outbox = needs.loading = needs.as_of = true;
    // Of a synced table a list is what is here, however it stands with the server.
    const auto* table = client_.schema().find_set(question.string_at("set"));
    const auto is_synced = table != nullptr ? client_.is_synced(*table) : Result<bool>(true);
    needs.link = is_synced.ok() && !*is_synced;
    add_with_targets(client_.schema(), question.string_at("set"), needs.tables);
  }
  if (ask == "record") {
    needs.outbox = needs.as_of = needs.drafts = needs.pins = needs.link = true;
    add_with_targets(client_.schema(), question.string_at("set"), needs.tables);
  }
  if (ask == "image") needs.link = true;  // The question names the picture, so it stays the same.
  if (ask == "timeline") {
    needs.outbox = true;
    for (const auto& table : client_.schema().tables())
      if (timeline_column(table) != nullptr) needs.tables.insert(table.number);
  }
  if (ask == "candidates") {
    needs.recent = needs.drafts = true;
    if (const auto* table = client_.schema().find_set(question.string_at("set")))
      if (const auto* column = table->find_column(question.string_at("column")))
        needs.tables.insert(column->targets.begin(), column->targets.end());
  }
  if (ask == "chart") needs.link = true;
  if (ask == "chart")
    if (const auto* table = table_of_chart(client_.schema(), question.string_at("name")))
      add_with_targets(client_.schema(), table->set, needs.tables);
  if (ask == "search") needs.all_tables = needs.loading = true;
  return needs;
}

Result<Json> Questions::answer(const Json& question, Lists::For whom, Instant now) {
  const auto ask = question.string_at("ask");
  if (ask == "schema") return schema_json(client_.schema());
  if (ask == "session") return session(now);
  if (ask == "status") return status(question, now);
  TRY(may_read(ask, now));
  if (ask == "drafts") return drafts_json(client_, now);
  if (ask == "new") return new_json(client_, question, now);
  if (ask == "home") return home(question, now);
  if (ask == "list") return list(question, whom, now);
  if (ask == "record") return record(question, now);
  if (ask == "image") return image_json(client_, question, now);
  if (ask == "timeline") return timeline(question);
  if (ask == "candidates") return candidates(question, now);
  if (ask == "chart") return chart(question, now);
  if (ask == "search") return search(question);
  if (ask == "conflicts") return conflicts();
  if (ask == "errors") return errors();
  if (ask == "outbox") return outbox();
  return Error{ErrorCode::bad_request, "There's no question called \"" + std::string(ask) + "\".", std::string(ask)};
}

// ---- session and status ----------------------------------------------------------------------------------------------------

// A refusal that would be the same of any record: the session's.
Result<void> Questions::may_read(std::string_view, Instant now) {
  if (!client_.user().ok()) return {};
  permits::Ask ask;
  ask.verb = permits::Verb::read;
  return permits::check(TRY(client_.situation(now)), ask);
}

namespace {

std::string_view session_word(permits::SessionState state, const client::Standing& standing, std::string_view pin) {
  if (state == permits::SessionState::signed_in || state == permits::SessionState::continued) {
    // The organisation may have come to ask for one since "Skip".
    if (pin.empty() || (pin != "pin" && standing.pin_required)) return "choose_pin";
  }
  switch (state) {
    case permits::SessionState::signed_in: return "signed_in";
    case permits::SessionState::prompt: return "prompt";
    case permits::SessionState::continued: return "continued";
    case permits::SessionState::locked: return "blocked";
    case permits::SessionState::get_started: return "get_started";
  }
  return "";
}

Json pin_json(const client::Standing& standing, std::string_view pin) {
  auto json = Json::object();
  json.set("is_set", pin == "pin");
  json.set("required", standing.pin_required);
  json.set("length_min", standing.pin.length_min);
  json.set("lock_minutes", standing.lock_minutes);
  return json;
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

Result<Json> Questions::session(Instant now) {
  const auto status = TRY(client_.status());
  const auto situation = TRY(client_.situation(now));
  const auto standing = TRY(client::standing(client_.store()));
  const auto pin = TRY(client_.store().setting(kPinDecidedSetting)).value_or("");
  const auto state = permits::session_state(situation);
  auto json = Json::object();
  json.set("state", session_word(state, standing, pin));
  if (status.signed_in) {
    permits::Ask ask;
    ask.verb = permits::Verb::read;
    if (const auto read = permits::permit(situation, ask); !read.allowed) {
      json.set("reason", read.refusal.message);
      // Barred for another reason than sign-in (P3).
      if (state == permits::SessionState::signed_in || state == permits::SessionState::continued)
        json.set("state", "blocked");
    }
    json.set("pin", pin_json(standing, pin));
  }
  if (state == permits::SessionState::prompt && !situation.connected) {
    permits::Ask ask;
    ask.verb = permits::Verb::go_back;
    json.set("back", permit_json(permits::permit(situation, ask)));
  }
  json.set("user", status.user_name);
  json.set("full_name", status.full_name);
  json.set("me", me_json(client_, status));
  json.set("server", status.server);
  json.set("wait_until", nullptr);
  json.set("tries_left", nullptr);
  return json;
}

Result<Json> Questions::status(const Json& question, Instant now) {
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
  json.set("conflicts", TRY(records_in_conflict(client_)));
  json.set("errors", status.errors);
  json.set("drafts", status.drafts);
  json.set("rows", status.rows);
  json.set("tables", tables_json(client_.schema(), status));
  json.set("first_sync", first_sync_json(status, syncing_.progress()));
  json.set("search_ready", status.search_ready);
  const auto situation = TRY(client_.situation(now));
  const auto standing = TRY(client::standing(client_.store()));
  json.set("experience", permits::name_of(situation.experience_in_force()));
  json.set("why", permits::why(situation));
  json.set("deployment", permits::name_of(situation.deployment));
  json.set("version", situation.version.to_string());
  json.set("platform", permits::row_of(platform_).label);
  json.set("rules", permits::name_of(situation.rules));
  if (situation.drafts == permits::DraftRules::extended) json.set("extended_drafts", true);
  json.set("admin", standing.admin);
  const auto marks = TRY(client::session_marks(client_.store(), {now, {}, {}}));
  const bool is_leased = situation.rules == permits::Rules::modern && marks.lease;
  json.set("lease_until", is_leased ? Json(marks.lease->until(standing.lease_days).milliseconds) : Json());
  json.set("experience_notice", status.experience_notice);
  json.set("drafts_to_tell",
           situation.connected ? TRY(door::drafts_to_tell(client_, syncing_.busy())) : std::int64_t{0});
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
  const auto& table = *TRY(client_.table(question.string_at("set")));
  const auto permit = TRY(permit_for(client_, TRY(client_.ask_about(permits::Verb::create, table)), now));
  json.set("can_create", permit_json(permit));
  if (TRY(client_.is_synced(table))) return json;
  json.set("reading", syncing_.is_reading(table.number));
  json.set("only_used", !TRY(client_.situation(now)).connected);
  return json;
}

Result<Json> Questions::record(const Json& question, Instant now) {
  auto json = TRY(record_json(client_, question, now));
  json.set("as_of", TRY(as_of()));
  const auto& table = *TRY(client_.table(question.string_at("set")));
  if (TRY(client_.is_synced(table))) return json;
  json.set("reading", syncing_.is_reading(table.number));
  if (const auto id = RecordId::parse(question.string_at("id")))
    if (const auto confirmed = TRY(client_.as_of(*id))) json.set("as_of", confirmed->milliseconds);
  return json;
}

Result<Json> Questions::chart(const Json& question, Instant now) {
  if (const auto* table = table_of_chart(client_.schema(), question.string_at("name"))) {
    const auto ask = TRY(client_.ask_about(permits::Verb::chart, *table));
    TRY(permits::check(TRY(client_.situation(now)), ask));
  }
  return chart_json(client_, lists_, question, now);
}

Result<Json> Questions::timeline(const Json& question) { return timeline_json(client_, question); }
Result<Json> Questions::candidates(const Json& question, Instant now) {
  return candidates_json(client_, question, now);
}
Result<Json> Questions::search(const Json& question) { return search_json(client_, question); }
Result<Json> Questions::home(const Json& question, Instant now) { return home_json(client_, lists_, question, now); }

// ---- what waits ------------------------------------------------------------------------------------------------------------

Result<Json> Questions::conflicts() { return conflicts_json(client_); }
Result<Json> Questions::errors() { return errors_json(client_); }
Result<Json> Questions::outbox() { return outbox_json(client_); }

}  // namespace satchel::device::door
