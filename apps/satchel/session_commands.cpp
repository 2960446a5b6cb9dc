// SPDX-License-Identifier: Apache-2.0
//
// Commands about the session and about syncing.
#include "apps/satchel/cryptography.h"
#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"
#include "base/bytes.h"
#include "base/text.h"
#include "device/client/escrow.h"
#include "device/permits/session_state.h"
#include "edge/net/http_client.h"
#include "edge/net/url.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"
#include "edge/os/terminal.h"
#include "odata/record_json.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
namespace permits = device::permits;
namespace vault = device::vault;
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

}  // namespace

namespace {

Result<std::string> password_for(const DeviceOptions& options, const std::string& user) {
  if (options.app->password) return *options.app->password;
  if (auto password = edge::os::take_secret_from_environment("SATCHEL_PASSWORD")) return std::move(*password);
  return edge::os::read_password("Password for " + user + ": ");
}

std::string key_path(const DeviceOptions& options) { return options.store + ".key"; }
std::string owner_of(const std::string& server, const std::string& user) { return server + " " + to_lower_ascii(user); }

// After too many wrong PINs: the server vouches for the user whose store this is, then his PIN may be tried again (S5).
Result<void> unlock_at_server(const DeviceOptions& options, const std::string& server, const std::string& user,
                              const std::string& password) {
  const auto file = TRY(edge::os::read_file(key_path(options)));
  if (!vault::needs_server(file)) return {};
  Request request;
  request.method = "GET";
  request.target = "/api/data/v9.2/WhoAmI";
  request.headers.set("Authorization", "Basic " + to_base64(user + ":" + password));
  auto http = TRY(edge::net::HttpClient::create({.url = server}));
  const auto answer = TRY(http->send(request));
  if (answer.status != 200) return odata::read_error(answer.status, answer.body);
  SodiumCryptography cryptography;
  if (!vault::is_owner(file, cryptography, owner_of(server, user)))
    return Error{ErrorCode::forbidden,
                 "This store belongs to somebody else. Only the user whose PIN it was can open it again.",
                 {},
                 "S4"};
  return edge::os::write_file(key_path(options), TRY(vault::forgive_failures(file)), edge::os::Permissions::owner_only);
}

}  // namespace

int sign_in(const DeviceOptions& options, const std::string& url, const std::string& user) {
  return run(options, [&]() -> Result<void> {
    const auto server = TRY(edge::net::parse_url(url)).origin();
    if (options.app->now && !is_demo(server, to_lower_ascii(user)))
      return Error{ErrorCode::usage, "--now is for demo organisations only."};
    const auto password = TRY(password_for(options, user));
    // A key without its store may belong to one that is elsewhere just now.
    const bool has_key = edge::os::exists(key_path(options));
    const bool is_new = !edge::os::exists(options.store) && !has_key;
    if (has_key) TRY(unlock_at_server(options, server, user, password));
    auto session = TRY(DeviceSession::open(options, Opening::create, owner_of(server, user)));
    if (auto signed_in = run_engine(*session, client::SignIn{server, user, password}); !signed_in) {
      if (is_new) TRY(session->remove_files());  // nothing half done
      return std::move(signed_in).error();
    }
    const auto status = TRY(session->client().status());
    const bool has_escrow = TRY(session->client().store().setting(client::kEscrowTold)).has_value();
    if (options.json) {
      auto json = Json::object();
      json.set("user", status.user_name);
      json.set("name", status.full_name);
      json.set("server", status.server);
      json.set("device", status.device);
      json.set("escrow", has_escrow);
      say_json(json);
    } else {
      say("Signed in to " + status.server + " as " + (status.full_name.empty() ? status.user_name : status.full_name) +
          ".");
      if (has_escrow) say(std::string(client::kEscrowNotice));
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

// ---- session ---------------------------------------------------------------------------------------------------------------

namespace {

// In one word, also where there's no store yet, or one that can't be opened without its PIN.
Result<std::string> session_word(const DeviceOptions& options) {
  auto session = DeviceSession::open(options, Opening::existing);
  if (!session && session.error().code == ErrorCode::not_found) return std::string("get-started");
  if (!session && session.error().code == ErrorCode::locked) return std::string("locked");
  if (!session) return std::move(session).error();
  return std::string(permits::name_of(permits::session_state(TRY((*session)->situation()))));
}

Result<void> say_session(const DeviceOptions& options) {
  const auto state = TRY(session_word(options));
  if (!options.json) return say(state), Result<void>{};
  auto json = Json::object();
  json.set("session", state);
  say_json(json);
  return {};
}

Result<void> go_back(const DeviceOptions& options) {
  auto session = TRY(DeviceSession::open_for(options, {.verb = permits::Verb::go_back}));
  return session->note(client::note_back);
}

Result<void> lock(const DeviceOptions& options) {
  if (!edge::os::exists(key_path(options)))
    TRY(DeviceSession::open(options, Opening::existing));  // says what is missing
  const auto file = TRY(edge::os::read_file(key_path(options)));
  return edge::os::write_file(key_path(options), TRY(vault::with_lock(file, true)), edge::os::Permissions::owner_only);
}

// Takes the lock away and tries the PIN; a wrong one is counted, and the lock is back.
Result<void> unlock(const DeviceOptions& options) {
  if (!edge::os::exists(key_path(options))) return TRY(DeviceSession::open(options, Opening::existing)), Result<void>{};
  const auto file = TRY(edge::os::read_file(key_path(options)));
  if (!vault::needs_pin(file)) return TRY(DeviceSession::open(options, Opening::existing)), Result<void>{};
  if (!options.app->pin) options.app->pin = TRY(edge::os::read_password("PIN: "));
  const auto keep = [&](const std::string& text) {
    return edge::os::write_file(key_path(options), text, edge::os::Permissions::owner_only);
  };
  const auto without_lock = TRY(vault::with_lock(file, false));
  SodiumCryptography cryptography;
  const auto unlocked = vault::unlock(without_lock, cryptography, *options.app->pin, now_of(options));
  const auto& counted = unlocked.file ? *unlocked.file : without_lock;
  if (unlocked.key) return keep(counted);
  TRY(keep(TRY(vault::with_lock(counted, vault::is_locked(file)))));
  if (!options.app->is_shell) return unlocked.key.error();
  options.app->pin.reset();  // asked for anew
  return unlocked.key.error();
}

Result<void> choose_pin(const DeviceOptions& options, bool has_pin) {
  auto session = TRY(DeviceSession::open(options, Opening::existing));
  if (!has_pin) return session->set_pin(std::nullopt);
  auto pin = edge::os::take_secret_from_environment("SATCHEL_NEW_PIN");
  if (!pin) pin = TRY(edge::os::read_password("New PIN: "));
  return session->set_pin(*pin);
}

}  // namespace

int session(const DeviceOptions& options, const std::string& verb) {
  return run(options, [&]() -> Result<void> {
    if (verb == "back") TRY(go_back(options));
    if (verb == "lock") TRY(lock(options));
    if (verb == "unlock") TRY(unlock(options));
    if (verb == "set-pin" || verb == "remove-pin") TRY(choose_pin(options, verb == "set-pin"));
    return say_session(options);
  });
}

// ---- syncing ---------------------------------------------------------------------------------------------------------------

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

}  // namespace satchel::apps
