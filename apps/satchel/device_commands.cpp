// SPDX-License-Identifier: Apache-2.0
//
// Commands about records. Those about the session stand in session_commands.cpp, what waits (conflicts, errors, outbox) in
// waiting_commands.cpp.
#include "apps/satchel/device_commands.h"

#include <numeric>

#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "apps/satchel/writing.h"
#include "base/text.h"
#include "device/sync/overlay.h"
#include "edge/os/terminal.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
namespace permits = device::permits;
namespace sync_room = device::sync;
using permits::Verb;

// ---- reading ---------------------------------------------------------------------------------------------------------------

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
    TRY(session->look_at_server(session->client().online_read(request, session->now())));
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
    const auto known = TRY(find_record(*session, set, id));
    TRY(session->require(TRY(client.ask_about(Verb::read, *TRY(client.table(set)), known))));
    const auto record = TRY(client.show(set, known, session->now()));
    const auto& table = *TRY(client.table(set));
    if (options.json) {
      // All of it, the picture too: a list leaves that to who names it.
      std::vector<model::ColumnIndex> all(table.columns.size());
      std::iota(all.begin(), all.end(), model::ColumnIndex{0});
      say_json(client.to_json(record, all));
      return {};
    }
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
    const auto& schema = session->client().schema();
    for (const auto& table : schema.tables())
      if (!TRY(session->client().is_synced(table)))
        TRY(session->look_at_server(session->client().online_search(table, text, session->now())));
    const auto hits = TRY(session->client().search(text));
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

// ---- writing ---------------------------------------------------------------------------------------------------------------

namespace {

// What is asked of the permits before a write: about the record, and about each lookup that is set by hand (D6).
Result<std::vector<permits::Ask>> asks_of(permits::Ask ask, const client::TypedValues& values) {
  std::vector<permits::Ask> asks{ask};
  for (const auto& [name, text] : values) {
    ask.column = ask.table->find_column(name);
    if (ask.column == nullptr) ask.column = ask.table->find_lookup_value(name);
    if (ask.column != nullptr && !text.empty()) asks.push_back(ask);
  }
  return asks;
}

}  // namespace

int create(const DeviceOptions& options, const std::string& set, const std::vector<std::string>& values,
           const std::string& related) {
  return run(options, [&]() -> Result<void> {
    auto typed = TRY(typed_values(values));
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    auto& client = session->client();
    const auto& table = *TRY(client.table(set));
    TRY(read_pictures(table, typed));
    std::optional<model::Reference> parent;
    if (!related.empty()) parent = TRY(record_named(*session, related));
    TRY(session->require(TRY(asks_of(TRY(client.ask_about(Verb::create, table, {}, parent)), typed))));
    const auto written = TRY(client.create(set, typed, session->now(), parent));
    return say_written(*session, options, written, "created");
  });
}

int update(const DeviceOptions& options, const std::string& set, const std::string& id,
           const std::vector<std::string>& values) {
  return run(options, [&]() -> Result<void> {
    auto typed = TRY(typed_values(values));
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    auto& client = session->client();
    TRY(read_pictures(*TRY(client.table(set)), typed));
    const auto record = TRY(find_record(*session, set, id));
    TRY(session->require(TRY(asks_of(TRY(client.ask_about(Verb::update, *TRY(client.table(set)), record)), typed))));
    const auto state = TRY(client.update(set, record, typed, session->now()));
    return say_written(*session, options, {record, state}, "changed");
  });
}

int remove(const DeviceOptions& options, const std::string& set, const std::string& id) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open_for(options, {.verb = Verb::read}));
    auto& client = session->client();
    const auto record = TRY(find_record(*session, set, id));
    TRY(session->require(TRY(client.ask_about(Verb::remove, *TRY(client.table(set)), record))));
    const auto state = TRY(client.remove(set, record, session->now()));
    return say_written(*session, options, {record, state}, "deleted");
  });
}

}  // namespace satchel::apps
