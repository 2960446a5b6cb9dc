// SPDX-License-Identifier: Apache-2.0
//
// How things stand: status, settings.
#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "device/permits/session_state.h"

namespace satchel::apps {

namespace client = device::client;
namespace permits = device::permits;

// ---- status ----------------------------------------------------------------------------------------------------------------

namespace {

// All that the two commands tell.
struct Standing {
  client::Status status;
  client::Standing decided;
  permits::Situation situation;
  std::string connection;  // in the order of time: what the user chose, what the last contact said
  std::optional<Instant> lease_until;
  bool has_pin = false;

  std::string session() const { return std::string(permits::name_of(permits::session_state(situation))); }
};

Result<Standing> standing_of(DeviceSession& session) {
  Standing standing;
  standing.status = TRY(session.client().status(true));
  standing.decided = TRY(client::standing(session.client().store()));
  standing.situation = TRY(session.situation());
  standing.connection = TRY(session.client().store().setting("connection")).value_or("unknown");
  if (standing.status.offline_by_choice) standing.connection = "offline";
  const auto marks = TRY(session.marks());
  if (marks.lease && standing.situation.rules == permits::Rules::modern)
    standing.lease_until = marks.lease->until(standing.decided.lease_days);
  standing.has_pin = session.has_pin();
  return standing;
}

Json time_json(const std::optional<Instant>& time) {
  return time ? Json(format_date_time(time->seconds())) : Json(nullptr);
}
std::string time_text(const std::optional<Instant>& time, const char* otherwise) {
  return time ? format_date_time(time->seconds()) : std::string(otherwise);
}

void set_deployment(Json& json, const permits::Situation& situation) {
  json.set("experience", permits::name_of(situation.experience_in_force()));
  json.set("why", permits::why(situation));
  json.set("deployment", permits::name_of(situation.deployment));
  json.set("version", situation.version.to_string());
  json.set("rules", permits::name_of(situation.rules));
  json.set("platform", permits::row_of(situation.platform).name);
}

Json status_json(const Standing& standing) {
  const auto& status = standing.status;
  auto json = Json::object();
  json.set("connection", standing.connection);
  set_deployment(json, standing.situation);
  json.set("session", standing.session());
  json.set("lease_until", time_json(standing.lease_until));
  json.set("last_sync", time_json(status.last_sync));
  json.set("pending", status.pending);
  json.set("conflicts", status.conflicts);
  json.set("errors", status.errors);
  json.set("drafts", status.drafts);
  json.set("rows", status.rows);
  auto tables = Json::array();
  for (const auto& row : status.tables) {
    auto table = Json::object();
    table.set("name", model::Schema::standard().at(row.table).set);
    table.set("rows", row.rows);
    table.set("bytes", row.bytes);
    tables.push_back(std::move(table));
  }
  json.set("tables", std::move(tables));
  return json;
}

void say_status(const Standing& standing) {
  const auto& status = standing.status;
  if (!status.signed_in) return say("Nobody is signed in on this store.");
  say(status.user_name + " at " + status.server + (standing.situation.prompt ? " (sign in again)" : ""));
  say("Connection        " + std::string(status.offline_by_choice ? "offline, by choice" : standing.connection));
  say("Session           " + standing.session());
  if (standing.lease_until) say("Offline until     " + time_text(standing.lease_until, ""));
  say("Last sync         " + time_text(status.last_sync, "never"));
  say("Pending changes   " + grouped(status.pending));
  say("Drafts            " + grouped(status.drafts));
  say("Conflicts         " + grouped(status.conflicts));
  say("Errors            " + grouped(status.errors));
  say("Rows              " + grouped(status.rows) +
      (status.loading        ? "  (first sync isn't complete)"
       : status.search_ready ? ""
                             : "  (search is being prepared)"));
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : status.tables)
    if (row.rows > 0)
      rows.push_back({model::Schema::standard().at(row.table).plural, grouped(row.rows),
                      row.bytes > 0 ? size_text(row.bytes) : "", row.loading ? "Still loading" : ""});
  if (rows.empty()) return;
  say("");
  say_table({"Table", "Rows", "Size", ""}, rows);
}

// C5. Whoever can read this user's files can read the key that lies in one.
std::string protection_of(const Standing& standing) {
  return standing.has_pin
             ? "Encrypted on this device; the key is sealed by your PIN."
             : "Encrypted on this device; the key lies in a file beside it that only your user account can read.";
}

std::string warning_of(const Standing& standing) {
  if (standing.has_pin) return "";
  return "Anyone who can unlock this device can read it. Turn on device encryption (BitLocker, FileVault …), or choose "
         "a PIN: "
         "satchel session set-pin.";
}

Json settings_json(const Standing& standing) {
  const auto& decided = standing.decided;
  auto json = Json::object();
  json.set("user", standing.status.user_name);
  json.set("server", standing.status.server);
  set_deployment(json, standing.situation);
  json.set("drafts", standing.situation.drafts == permits::DraftRules::classic ? "classic" : "extended");
  json.set("admin", decided.admin);
  json.set("protection", standing.has_pin ? "pin" : "file");
  json.set("protected", protection_of(standing));
  json.set("warning", standing.has_pin ? Json(nullptr) : Json(warning_of(standing)));
  json.set("lease_days", decided.lease_days);
  json.set("lease_until", time_json(standing.lease_until));
  json.set("cache_rows", decided.cache_rows);
  json.set("cache_bytes", decided.cache_bytes);
  json.set("cache_days", decided.cache_days);
  json.set("pin", decided.pin_required ? "required" : "optional");
  json.set("lock_minutes", decided.lock_minutes);
  json.set("escrow", decided.escrow ? "on" : "off");
  return json;
}

void say_settings(const Standing& standing) {
  const auto& situation = standing.situation;
  const auto& decided = standing.decided;
  say("User              " + standing.status.user_name + " at " + standing.status.server);
  say("Experience        " + permits::why(situation));
  say("Deployment        " + std::string(permits::name_of(situation.deployment)) + ", version " +
      situation.version.to_string() + ", " + std::string(permits::name_of(situation.rules)) + " rules");
  say("Platform          " + std::string(permits::row_of(situation.platform).label));
  say("Ask               " + (decided.admin.empty() ? std::string("your administrator") : decided.admin));
  say("Protection        " + protection_of(standing));
  if (!standing.has_pin) say("Warning           " + warning_of(standing));
  if (standing.lease_until)
    say("Offline until     " + time_text(standing.lease_until, "") + " (" +
        count_text(decided.lease_days, "day", "days") + " after the server last answered)");
  say("Cached records    at most " + grouped(decided.cache_rows) + " rows, " + size_text(decided.cache_bytes) + ", " +
      count_text(decided.cache_days, "day", "days"));
}

}  // namespace

int status(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto standing = TRY(standing_of(*session));
    if (options.json) say_json(status_json(standing));
    else say_status(standing);
    return {};
  });
}

int settings(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto standing = TRY(standing_of(*session));
    if (options.json) say_json(settings_json(standing));
    else say_settings(standing);
    return {};
  });
}

}  // namespace satchel::apps
