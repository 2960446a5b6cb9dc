// SPDX-License-Identifier: Apache-2.0
//
// Commands about records. Those about the session stand in session_commands.cpp, what waits (conflicts, errors, outbox) in
// waiting_commands.cpp.
#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "base/text.h"
#include "device/sync/overlay.h"
#include "edge/os/terminal.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
namespace sync_room = device::sync;
using client::Progress;
using device::permits::Verb;

// After a local save: what is connected goes up at once (E2). The change is saved here whatever comes of it: what is wrong
// with connection, session or server shows in `status` and `sync`.
Result<void> send_if_connected(DeviceSession& session) {
  const auto status = TRY(session.client().status());
  if (status.offline_by_choice || status.loading || status.session_ended) return {};
  (void)session.run(client::SyncRequested{}, [](const Progress&) {});
  return {};
}

// "saved" at the server, or "pending" on this device.
Result<std::string> state_after_save(DeviceSession& session, RecordId id) {
  TRY(send_if_connected(session));
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
    say(id.to_string() + "  " + verb + (state == "saved" ? " and sent" : " on this device, pending"));
  }
  return {};
}

}  // namespace

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
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
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
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    auto& client = session->client();
    const auto record = TRY(client.show(set, TRY(client.find_id(set, id))));
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
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
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
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto id = TRY(session->client().create(set, typed, session->now()));
    return say_saved(*session, options, id, "created");
  });
}

int update(const DeviceOptions& options, const std::string& set, const std::string& id,
           const std::vector<std::string>& values) {
  return run(options, [&]() -> Result<void> {
    const auto typed = TRY(typed_values(values));
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto record = TRY(session->client().find_id(set, id));
    TRY(session->client().update(set, record, typed, session->now()));
    return say_saved(*session, options, record, "changed");
  });
}

int remove(const DeviceOptions& options, const std::string& set, const std::string& id) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    const auto record = TRY(session->client().find_id(set, id));
    TRY(session->client().remove(set, record, session->now()));
    return say_saved(*session, options, record, "deleted");
  });
}

}  // namespace satchel::apps
