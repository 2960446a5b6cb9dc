// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/writing.h"

#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "base/bytes.h"
#include "device/sync/drafts.h"
#include "edge/os/files.h"
#include "edge/os/terminal.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
using client::WriteEnd;
using client::WriteState;

// After a local save: what is connected goes up at once (E2). The change is saved here whatever comes of it: what is wrong
// with connection, session or server shows in `status` and `sync`.
Result<void> send_if_connected(DeviceSession& session) {
  const auto status = TRY(session.client().status());
  if (status.offline_by_choice || status.loading || status.session_ended) return {};
  return session.try_run(client::SyncRequested{});
}

// "saved" at the server, or "pending" on this device.
Result<std::string_view> state_after_save(DeviceSession& session, RecordId id) {
  TRY(send_if_connected(session));
  for (const auto& entry : TRY(session.client().store().outbox_of(id))) {
    if (entry.state == device::store::ChangeState::refused)
      return Error{error_code_named(entry.reason_code).value_or(ErrorCode::internal),
                   entry.reason + " It's in the error list: satchel errors.", entry.change.id.to_string(), "K4"};
    if (entry.state != device::store::ChangeState::acknowledged) return std::string_view("pending");
  }
  return std::string_view("saved");
}

const char* words_of(std::string_view state) {
  if (state == "saved") return " and sent";
  return state == "draft" ? ", a draft on this device only" : " on this device, pending";
}

}  // namespace

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

Result<void> read_pictures(const model::Table& table, client::TypedValues& values) {
  for (auto& [name, text] : values) {
    const auto* column = table.find_column(name);
    if (column == nullptr || column->type != model::ColumnType::image || !text.starts_with('@')) continue;
    const auto bytes = edge::os::read_file(text.substr(1));
    if (!bytes) return Error{ErrorCode::bad_value, column->label + ": " + bytes.error().message, name};
    text = to_base64(*bytes);
  }
  return {};
}

Result<RecordId> find_record(DeviceSession& session, const std::string& set, const std::string& text) {
  auto& client = session.client();
  const auto& table = *TRY(client.table(set));
  if (const auto id = RecordId::parse(text)) {
    TRY(session.look_at_server(client.online_read(set, *id, session.now())));
    return *id;
  }
  if (table.primary_name) {
    std::string quoted;
    for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    client::ListRequest request;
    request.set = set;
    request.filter = table.columns[*table.primary_name].name + " eq '" + quoted + "'";
    request.top = 2;  // more than one is one too many
    TRY(session.look_at_server(client.online_read(request, session.now())));
  }
  return client.find_id(set, text);
}

Result<model::Reference> record_named(DeviceSession& session, const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos || slash + 1 == text.size())
    return Error{ErrorCode::usage, "A record is written SET/ID, for example accounts/0190…, not \"" + text + "\".",
                 text};
  const auto set = text.substr(0, slash);
  const auto id = TRY(find_record(session, set, text.substr(slash + 1)));
  return model::Reference{TRY(session.client().table(set))->number, id};
}

std::string_view word_of(WriteEnd end) {
  switch (end) {
    case WriteEnd::saved: return "saved";
    case WriteEnd::draft:
    case WriteEnd::being_saved: return "draft";
    case WriteEnd::unsaved_edit:
    case WriteEnd::conflict: return "pending";
  }
  return "";
}

void say_state(const DeviceOptions& options, RecordId id, std::string_view state, const std::string& sentence) {
  if (options.json) {
    auto json = Json::object();
    json.set("id", id.to_string());
    json.set("state", state);
    say_json(json);
  } else if (!edge::os::is_terminal(edge::os::Stream::output)) {
    say(id.to_string());
  } else {
    say(id.to_string() + "  " + sentence);
  }
}

Result<void> say_written(DeviceSession& session, const DeviceOptions& options, const client::Written& written,
                         const char* verb) {
  std::string_view state = "draft";
  if (written.state == WriteState::pending) state = TRY(state_after_save(session, written.id));
  if (written.state == WriteState::saving) {
    TRY(send_if_connected(session));
    state = word_of(TRY(session.client().finish_write(written.id, session.now())));
  }
  say_state(options, written.id, state, std::string(verb) + words_of(state));
  return {};
}

}  // namespace satchel::apps
