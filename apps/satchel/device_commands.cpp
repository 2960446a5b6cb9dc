// SPDX-License-Identifier: Apache-2.0
//
// Commands about the session, syncing and records. What waits (conflicts, errors, outbox) stands in waiting_commands.cpp.
#include "apps/satchel/device_commands.h"

#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "base/text.h"
#include "device/sync/overlay.h"
#include "edge/net/url.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"
#include "edge/os/terminal.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
namespace sync_room = device::sync;
using client::Progress;

// ---- syncing ---------------------------------------------------------------------------------------------------------------

std::string progress_text(const Progress& progress) {
  switch (progress.stage) {
    case Progress::Stage::signing_in: return "Signing in…";
    case Progress::Stage::sending: return "Sending " + count_text(progress.rows, "change", "changes") + "…";
    case Progress::Stage::receiving:
    case Progress::Stage::storing:
      if (progress.rows_expected > progress.rows)
        return "Receiving: " + grouped(progress.rows) + " of about " + grouped(progress.rows_expected) + " rows, " +
               size_text(progress.bytes);
      return "Receiving: " + count_text(progress.rows, "row", "rows") + ", " + size_text(progress.bytes);
    case Progress::Stage::indexing: return "Preparing lists and search…";
    case Progress::Stage::repairing: return "Comparing with the server…";
  }
  return "";
}

Result<client::SyncReport> run_engine(DeviceSession& session, client::Event event) {
  ProgressLine line;
  return session.run(std::move(event), [&](const Progress& progress) { line.show(progress_text(progress)); });
}

Error offline_by_choice() {
  return {ErrorCode::offline, "This device is set to work offline. Use `reconnect` or `offline off` first.", {}, "R1"};
}

Json report_json(const client::SyncReport& report) {
  auto json = Json::object();
  json.set("pushed", report.pushed);
  json.set("pulled", report.pulled);
  json.set("removed", report.removed);
  json.set("conflicts", report.conflicts);
  json.set("errors", report.errors);
  json.set("bytes_up", report.bytes_up);
  json.set("bytes_down", report.bytes_down);
  json.set("seconds", static_cast<double>(report.time.milliseconds) / 1000.0);
  json.set("complete", report.complete);
  return json;
}

void say_report(const client::SyncReport& report) {
  std::string text = count_text(report.pushed, "change", "changes") + " sent, " +
                     count_text(report.pulled, "row", "rows") + " received";
  if (report.removed > 0) text += ", " + grouped(report.removed) + " removed";
  say(text + ".");
  if (report.conflicts > 0)
    say(count_text(report.conflicts, "conflict waits", "conflicts wait") + " for your decision: satchel conflicts");
  if (report.errors > 0) say(count_text(report.errors, "change was", "changes were") + " refused: satchel errors");
  if (!report.complete) say("Not everything could be sent; the next sync goes on.");
}

// After a local save: what is connected goes up at once (E2). The change is saved here whatever comes of it: what is wrong
// with connection, session or server shows in `status` and `sync`.
Result<void> send_if_connected(DeviceSession& session) {
  const auto status = TRY(session.client().status());
  if (status.offline_by_choice || status.loading || status.session_ended) return {};
  (void)session.run(client::SyncRequested{}, [](const Progress&) {});
  return {};
}

// "saved" at the server, "pending" on this device, or a "draft".
Result<std::string> state_after_save(DeviceSession& session, RecordId id) {
  TRY(send_if_connected(session));
  if (TRY(session.client().store().has_draft(id))) {
    const auto end = TRY(session.client().finish_write(id, session.now()));
    return std::string(end == client::WriteEnd::saved ? "saved" : "draft");
  }
  for (const auto& entry : TRY(session.client().store().outbox_of(id))) {
    if (entry.state == device::store::ChangeState::refused)
      return Error{error_code_named(entry.reason_code), entry.reason + " It's in the error list: satchel errors.",
                   entry.change.id.to_string(), "K4"};
    if (entry.state != device::store::ChangeState::acknowledged) return std::string("pending");
  }
  return std::string("saved");
}

Result<client::TypedValues> typed_values(const std::vector<std::string>& texts) {
  client::TypedValues values;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{ErrorCode::usage, "\"" + text + "\" must be column=value, for example lastname=King.", text};
    values.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return values;
}

// The id alone where a script reads it (`id=$(satchel create …)`); what became of the change beside it for people.
Result<void> say_saved(DeviceSession& session, const DeviceOptions& options, RecordId id, const char* verb) {
  const auto state = TRY(state_after_save(session, id));
  if (options.json) {
    auto json = Json::object();
    json.set("id", id.to_string());
    json.set("state", state);
    say_json(json);
  } else if (!edge::os::is_terminal(edge::os::Stream::output)) {
    say(id.to_string());
  } else {
    say(id.to_string() + "  " + verb +
        (state == "saved"   ? " and sent"
         : state == "draft" ? " as a draft on this device"
                            : " on this device, pending"));
  }
  return {};
}

}  // namespace

int sign_in(const DeviceOptions& options, const std::string& url, const std::string& user) {
  return run(options, [&]() -> Result<void> {
    const auto address = TRY(edge::net::parse_url(url));
    auto password = edge::os::take_secret_from_environment("SATCHEL_PASSWORD");
    if (!password) password = TRY(edge::os::read_password("Password for " + user + ": "));
    // A key without its store may belong to one that is elsewhere just now.
    const bool is_new = !edge::os::exists(options.store) && !edge::os::exists(options.store + ".key");
    auto session = TRY(DeviceSession::open(options, Opening::create));
    if (auto signed_in = run_engine(*session, client::SignIn{address.origin(), user, *password}); !signed_in) {
      if (is_new) TRY(session->remove_files());  // nothing half done
      return std::move(signed_in).error();
    }
    const auto status = TRY(session->client().status());
    if (options.json) {
      auto json = Json::object();
      json.set("user", status.user_name);
      json.set("name", status.full_name);
      json.set("server", status.server);
      json.set("device", status.device);
      say_json(json);
    } else {
      say("Signed in to " + status.server + " as " + (status.full_name.empty() ? status.user_name : status.full_name) +
          ".");
      if (!status.last_sync) say("Next: satchel sync");
    }
    return {};
  });
}

int sign_out(const DeviceOptions& options, bool discard) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    TRY(session->client().sign_out(discard));
    TRY(session->remove_files());
    if (options.json) say_json(Json::object());
    else say("Signed out. The records and their key are gone from this device.");
    return {};
  });
}

namespace {

const char* session_word(const client::Status& status) {
  return !status.signed_in ? "get-started" : status.session_ended ? "prompt" : "signed-in";
}

// In one word, also where there's no store yet, or one that can't be opened without its PIN.
Result<std::string> session_state(const DeviceOptions& options) {
  auto session = DeviceSession::open(options, Opening::existing);
  if (!session && session.error().code == ErrorCode::not_found) return std::string("get-started");
  if (!session && session.error().code == ErrorCode::locked) return std::string("locked");
  if (!session) return std::move(session).error();
  return std::string(session_word(TRY((*session)->client().status())));
}

}  // namespace

int session(const DeviceOptions& options, const std::string& verb) {
  return run(options, [&]() -> Result<void> {
    if (verb == "back" || verb == "lock" || verb == "unlock")
      return Error{ErrorCode::not_available, "`session " + verb + "` isn't available yet."};
    const auto state = TRY(session_state(options));
    if (options.json) {
      auto json = Json::object();
      json.set("session", state);
      say_json(json);
    } else {
      say(state);
    }
    return {};
  });
}

int sync(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    if (TRY(session->client().status()).offline_by_choice) return offline_by_choice();
    const auto report = TRY(run_engine(*session, client::SyncRequested{}));
    if (options.json) say_json(report_json(report));
    else say_report(report);
    return {};
  });
}

int reconnect(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    TRY(session->client().set_offline(false));
    const auto report = TRY(run_engine(*session, client::SyncRequested{}));
    if (options.json) {
      say_json(report_json(report));
    } else {
      say("Connected.");
      say_report(report);
    }
    return {};
  });
}

int offline(const DeviceOptions& options, bool on) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    TRY(session->client().set_offline(on));
    if (options.json) {
      auto json = Json::object();
      json.set("offline", on);
      say_json(json);
    } else {
      say(on ? "Working offline. Changes stay on this device until `reconnect`."
             : "Working online again. Use `sync` to send what waits.");
    }
    return {};
  });
}

// ---- status ----------------------------------------------------------------------------------------------------------------

namespace {

Json status_json(const client::Status& status, const std::string& connection, const std::string& platform) {
  auto json = Json::object();
  json.set("connection", status.offline_by_choice ? "offline" : connection);
  json.set("experience", "sync");
  json.set("why", "Offline sync: everything you may see is kept on this device.");
  json.set("deployment", "online");
  json.set("version", "9.2");
  json.set("rules", "modern");
  json.set("platform", platform);
  json.set("session", session_word(status));
  json.set("lease_until", nullptr);
  json.set("last_sync", status.last_sync ? Json(format_date_time(status.last_sync->seconds())) : Json(nullptr));
  json.set("pending", status.pending);
  json.set("conflicts", status.conflicts);
  json.set("errors", status.errors);
  json.set("drafts", 0);
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

void say_status(const client::Status& status, const std::string& connection) {
  if (!status.signed_in) return say("Nobody is signed in on this store.");
  say(status.user_name + " at " + status.server + (status.session_ended ? " (sign in again)" : ""));
  say("Connection        " + std::string(status.offline_by_choice ? "offline, by choice" : connection));
  say("Last sync         " + (status.last_sync ? format_date_time(status.last_sync->seconds()) : std::string("never")));
  say("Pending changes   " + grouped(status.pending));
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

}  // namespace

int status(const DeviceOptions& options) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto status = TRY(session->client().status(true));
    const auto connection = TRY(session->client().store().setting("connection")).value_or("unknown");
    if (options.json) say_json(status_json(status, connection, options.platform));
    else say_status(status, connection);
    return {};
  });
}

// ---- records ---------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::int64_t kTerminalRows = 50;  // of a list whose end nobody set

// Calls `each` with page after page until `request.top` rows were given or there are no more; tells whether there are more.
template <class Each>
Result<bool> list_pages(DeviceSession& session, client::ListRequest request, Each each) {
  for (;;) {
    auto page = TRY(session.client().list(request, session.now()));
    each(page);
    if (request.top) *request.top -= static_cast<std::int64_t>(page.records.size());
    if (!page.next || (request.top && *request.top <= 0)) return page.next.has_value();
    request.after = std::move(page.next);
  }
}

Result<void> list_json(DeviceSession& session, const client::ListRequest& request) {
  const char* separator = "{\"value\":[";  // written page by page, for a list may be longer than memory
  TRY(list_pages(session, request, [&](const client::ListAnswer& page) {
    const auto columns = request.select.empty() ? std::vector<model::ColumnIndex>{} : page.columns;
    for (const auto& record : page.records) {
      write_out(separator + session.client().to_json(record, columns).dump());
      separator = ",";
    }
  }));
  write_out(*separator == ',' ? "]}\n" : "{\"value\":[]}\n");
  return {};
}

Result<void> list_table(DeviceSession& session, client::ListRequest request) {
  const bool is_cut = !request.top && edge::os::is_terminal(edge::os::Stream::output);
  if (is_cut) request.top = kTerminalRows;
  auto& client = session.client();
  std::vector<std::string> headings{"Id"};
  std::vector<std::vector<std::string>> rows;
  const bool has_more = TRY(list_pages(session, request, [&](const client::ListAnswer& page) {
    if (headings.size() == 1)
      for (const auto column : page.columns) headings.push_back(page.table->columns[column].label);
    for (const auto& record : page.records) {
      auto& cells = rows.emplace_back(1, record.id.to_string());
      for (const auto column : page.columns)
        cells.push_back(client.display(page.table->columns[column], record.values[column]));
    }
  }));
  if (rows.empty()) say("No " + TRY(client.table(request.set))->plural + " here match.");
  else say_table(headings, std::move(rows));
  if (has_more && is_cut) say("There are more; use --top or --filter.");
  return {};
}

}  // namespace

int list(const DeviceOptions& options, const client::ListRequest& request) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    return options.json ? list_json(*session, request) : list_table(*session, request);
  });
}

int views(const DeviceOptions& options, const std::string& set) {
  return run(options, [&]() -> Result<void> {
    const auto* table = model::Schema::standard().find_set(set);
    if (table == nullptr || table->is_derived)
      return Error{ErrorCode::unknown_table,
                   "There's no table called \"" + set + "\". Tables go by their plural, e.g. accounts, contacts.", set};
    if (options.json) {
      auto array = Json::array();
      for (const auto& view : table->views) {
        auto json = Json::object();
        json.set("name", view.name);
        json.set("label", view.label);
        json.set("default", view.is_default);
        array.push_back(std::move(json));
      }
      auto json = Json::object();
      json.set("value", std::move(array));
      say_json(json);
      return {};
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& view : table->views) rows.push_back({view.name, view.label, view.is_default ? "default" : ""});
    say_table({"Name", "View", ""}, rows);
    return {};
  });
}

int show(const DeviceOptions& options, const std::string& set, const std::string& id) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    auto& client = session->client();
    const auto record = TRY(client.show(set, TRY(client.find_id(set, id)), session->now()));
    if (options.json) {
      say_json(client.to_json(record));
      return {};
    }
    const auto& table = *TRY(client.table(set));
    say(client.name(record) + "  (" + table.label + ", " +
        std::string(sync_room::label_of(TRY(client.state(record.id)))) + ")");
    std::size_t width = 0;
    for (const auto& column : table.columns)
      if (!model::is_null(record.values[column.index])) width = std::max(width, column.label.size());
    for (const auto& column : table.columns) {
      if (column.hidden || model::is_null(record.values[column.index])) continue;
      say("  " + column.label + std::string(width - column.label.size() + 2, ' ') +
          client.display(column, record.values[column.index]));
    }
    say("  Id" + std::string(width, ' ') + record.id.to_string());
    return {};
  });
}

int search(const DeviceOptions& options, const std::string& text) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto hits = TRY(session->client().search(text));
    const auto& schema = session->client().schema();
    if (options.json) {
      auto array = Json::array();
      for (const auto& hit : hits) {
        auto json = Json::object();
        json.set("table", schema.at(hit.record.table).set);
        json.set("id", hit.record.id.to_string());
        json.set("name", hit.name);
        array.push_back(std::move(json));
      }
      auto json = Json::object();
      json.set("value", std::move(array));
      say_json(json);
      return {};
    }
    if (hits.empty()) return say("Nothing on this device matches \"" + text + "\"."), Result<void>{};
    std::vector<std::vector<std::string>> rows;
    for (const auto& hit : hits)
      rows.push_back({schema.at(hit.record.table).label, hit.name,
                      schema.at(hit.record.table).set + " " + hit.record.id.to_string()});
    say_table({"Table", "Name", "Id"}, rows);
    return {};
  });
}

int create(const DeviceOptions& options, const std::string& set, const std::vector<std::string>& values) {
  return run(options, [&]() -> Result<void> {
    const auto typed = TRY(typed_values(values));
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto id = TRY(session->client().create(set, typed, session->now())).id;
    return say_saved(*session, options, id, "created");
  });
}

int update(const DeviceOptions& options, const std::string& set, const std::string& id,
           const std::vector<std::string>& values) {
  return run(options, [&]() -> Result<void> {
    const auto typed = TRY(typed_values(values));
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto record = TRY(session->client().find_id(set, id));
    TRY(session->client().update(set, record, typed, session->now()));
    return say_saved(*session, options, record, "changed");
  });
}

int remove(const DeviceOptions& options, const std::string& set, const std::string& id) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto record = TRY(session->client().find_id(set, id));
    TRY(session->client().remove(set, record, session->now()));
    return say_saved(*session, options, record, "deleted");
  });
}

}  // namespace satchel::apps
