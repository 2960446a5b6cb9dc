// SPDX-License-Identifier: Apache-2.0
//
// satchel: the record server and the device on the command line. This file only reads the words; what they do stands in
// server_commands.h and device_commands.h.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/server_commands.h"
#include "base/text.h"
#include "edge/os/environment.h"
#include "edge/os/memory.h"
#include "edge/os/signals.h"

namespace satchel::apps {
namespace {

constexpr const char* kPlatforms[] = {"ipad",   "windows8",      "windows8.1",    "windows10", "android-tablet",
                                      "iphone", "android-phone", "windows-phone", "desktop"};

// Words of the command line, kept while the chosen command runs.
struct Words {
  DeviceOptions device;
  std::vector<std::string> notes;
  std::string now;
  int code = 0;

  std::string url, user, set, id, text, keep, verb, on_off;
  std::vector<std::string> values;
  std::string for_record;
  bool discard = false;
  std::int64_t number = 0;
  device::client::ListRequest list;
  std::int64_t top = -1;

  ServeOptions serve;
  std::string organization, administrator, file;
  bool all_or_nothing = false;
  AdminOptions admin;

  Format format() const { return device.json ? Format::json : Format::people; }
};

int usage_error(const Words& words, std::string sentence) {
  return report({ErrorCode::usage, std::move(sentence)}, words.format());
}

int not_available(const Words& words, const std::string& what) {
  return report({ErrorCode::not_available, "`" + what + "` isn't available yet."}, words.format());
}

// ---- checks of single words, with sentences of our own ----------------------------------------------------------------------

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words](std::string& text) {
        if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
        std::string list;
        for (const auto& word : words) list += (list.empty() ? "" : word == words.back() ? " or " : ", ") + word;
        return "must be " + list + ", not \"" + text + "\"";
      },
      "");
}

CLI::Validator whole_number(std::int64_t min, std::int64_t max) {
  return CLI::Validator(
      [min, max](std::string& text) {
        std::int64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end && number >= min && number <= max) return std::string();
        return "must be a whole number from " + grouped(min) + " to " + grouped(max) + ", not \"" + text + "\"";
      },
      "");
}

constexpr std::int64_t kNumberMax = 1'000'000'000;

// What CLI11 has to complain about, as a sentence.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& app) {
  const auto commands = app.get_subcommands();
  std::string text = error.what();
  const auto is = [&](CLI::ExitCodes code) { return error.get_exit_code() == static_cast<int>(code); };
  if (commands.empty() && is(CLI::ExitCodes::RequiredError)) {
    const auto words = app.remaining();
    return (words.empty() ? "Say what to do" : "There's no command \"" + words.front() + "\"") +
           ". See satchel --help.";
  }
  if (is(CLI::ExitCodes::RequiredError) && text.ends_with(" is required"))
    text = text.substr(0, text.size() - std::string_view(" is required").size()) + " is missing";
  if (is(CLI::ExitCodes::ExtrasError)) text = "\"" + text.substr(text.rfind(": ") + 2) + "\" isn't understood here";
  if (const auto at = text.find(": must be "); at != std::string::npos) text.erase(at, 1);
  return text + ". See satchel " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help.";
}

void add_server_commands(CLI::App& app, Words& words) {
  auto* init_command = app.add_subcommand("init", "Make a new, empty organisation");
  init_command->add_option("--data", words.serve.data, "Folder of the organisation's records")->required();
  init_command->add_option("--organization", words.organization, "Its name")->required();
  init_command->add_option("--admin", words.administrator, "User name of its first administrator")->required();
  init_command->callback(
      [&] { words.code = init(words.serve.data, words.organization, words.administrator, words.format()); });

  auto* serve_command = app.add_subcommand("serve", "Serve an organisation");
  serve_command->add_option("--data", words.serve.data, "Folder of the organisation's records")->required();
  serve_command->add_option("--listen", words.serve.listen, "Address and port")->capture_default_str();
  serve_command->add_option("--database", words.serve.database, "postgres://… (not available yet)");
  serve_command->add_option("--tls-certificate", words.serve.tls_certificate, "PEM file");
  serve_command->add_option("--tls-key", words.serve.tls_key, "PEM file");
  serve_command->add_option("--proxy", words.serve.proxy, "address of a proxy in front");
  serve_command->add_option("--public-address", words.serve.public_address, "how clients reach it: https://…");
  serve_command->add_option("--app", words.serve.app, "folder of the app's files");
  serve_command->add_option("--access-life", words.serve.access_life, "Life of an access token (1h)");
  serve_command->add_option("--refresh-life", words.serve.refresh_life, "Life of a refresh token (90d)");
  serve_command->add_option("--set", words.serve.settings, "KEY=VALUE");
  serve_command->add_flag("--demo", words.serve.demo, "Fill an empty folder with a demo organisation");
  serve_command->add_option("--records", words.serve.records, "About how many records the demo has")
      ->capture_default_str()
      ->check(whole_number(120, 2'000'000));
  serve_command->add_option("--now", words.serve.now, "Start the clock here (demo only)");
  serve_command->callback([&] { words.code = serve(words.serve, words.format()); });

  auto* import_command = app.add_subcommand("import", "Import records from a CSV file");
  import_command->add_option("SET", words.set, "Table, e.g. contacts")->required();
  import_command->add_option("FILE", words.file, "CSV; its header names the columns")->required();
  import_command->add_option("--data", words.serve.data, "Folder of the organisation's records")->required();
  import_command->add_flag("--all-or-nothing", words.all_or_nothing, "Import nothing if a line is refused");
  import_command->callback(
      [&] { words.code = import(words.serve.data, words.set, words.file, words.all_or_nothing, words.format()); });

  for (const bool is_backup : {true, false}) {
    auto* command = app.add_subcommand(
        is_backup ? "backup" : "restore",
        is_backup ? "Copy an organisation to a file, while it serves" : "Put an organisation back from a backup");
    command->add_option("--data", words.serve.data, "Folder of the organisation's records")->required();
    command->add_option("FILE", words.file, "The backup")->required();
    command->callback([&words, is_backup] {
      words.code = is_backup ? backup(words.serve.data, words.file, words.format())
                             : restore(words.serve.data, words.file, words.format());
    });
  }

  auto* admin_command = app.add_subcommand("admin", "Administer a running server");
  admin_command->add_option("--server", words.admin.server, "Its address")->required();
  admin_command->add_option("--user", words.admin.user, "An administrator's user name")->required();
  admin_command->add_option("--profile", words.admin.profile, "Of `experience USER sync`: an offline profile's name");
  admin_command->add_option("VERB", words.values,
                            "set, get, experience, user, team, assign, revoke, devices, users, teams");
  admin_command->callback([&] {
    words.admin.json = words.device.json;
    words.code = admin(words.admin, words.values);
  });
}

void add_session_commands(CLI::App& app, Words& words) {
  auto* sign_in_command = app.add_subcommand("sign-in", "Sign in to a server");
  sign_in_command->add_option("URL", words.url, "The server's address")->required();
  sign_in_command->add_option("--user", words.user, "User name")->required();
  sign_in_command->callback([&] { words.code = sign_in(words.device, words.url, words.user); });

  auto* sign_out_command = app.add_subcommand("sign-out", "Remove this device's records and session");
  sign_out_command->add_flag("--discard", words.discard, "Also what wasn't sent");
  sign_out_command->callback([&] { words.code = sign_out(words.device, words.discard); });

  auto* session_command = app.add_subcommand("session", "State of the session");
  session_command->add_option("VERB", words.verb, "back, lock or unlock")->check(one_of({"back", "lock", "unlock"}));
  session_command->callback([&] { words.code = session(words.device, words.verb); });

  app.add_subcommand("sync", "Send and receive changes")->callback([&] { words.code = sync(words.device); });
  app.add_subcommand("reconnect", "Go online again and sync")->callback([&] { words.code = reconnect(words.device); });
  app.add_subcommand("status", "What is on this device and what waits")->callback([&] {
    words.code = status(words.device);
  });
  auto* offline_command = app.add_subcommand("offline", "Work offline until reconnect");
  offline_command->add_option("SWITCH", words.on_off, "on or off")->required()->check(one_of({"on", "off"}));
  offline_command->callback([&] { words.code = offline(words.device, words.on_off == "on"); });
}

void add_record_commands(CLI::App& app, Words& words) {
  auto* list_command = app.add_subcommand("list", "Records of a table on this device");
  list_command->add_option("TABLE", words.list.set, "e.g. accounts")->required();
  list_command->add_option("--view", words.list.view, "A view's name");
  list_command->add_option("--filter", words.list.filter, "An OData filter");
  list_command->add_option("--orderby", words.list.order, "e.g. \"fullname desc\"");
  list_command->add_option("--select", words.list.select, "Columns, comma-separated");
  list_command->add_option("--top", words.top, "At most so many")->check(whole_number(0, kNumberMax));
  list_command->callback([&] {
    if (words.top >= 0) words.list.top = words.top;
    words.code = list(words.device, words.list);
  });

  auto* views_command = app.add_subcommand("views", "A table's views");
  views_command->add_option("TABLE", words.set)->required();
  views_command->callback([&] { words.code = views(words.device, words.set); });

  auto* show_command = app.add_subcommand("show", "One record");
  show_command->add_option("TABLE", words.set)->required();
  show_command->add_option("ID", words.id, "Its id, or its name if only one has it")->required();
  show_command->callback([&] { words.code = show(words.device, words.set, words.id); });

  auto* search_command = app.add_subcommand("search", "Full-text search over all tables");
  search_command->add_option("TEXT", words.values)->required();
  search_command->callback([&] {
    for (const auto& word : words.values) words.text += (words.text.empty() ? "" : " ") + word;
    words.code = search(words.device, words.text);
  });

  auto* create_command = app.add_subcommand("create", "A new record");
  create_command->add_option("TABLE", words.set)->required();
  create_command->add_option("VALUES", words.values, "column=value …");
  create_command->add_option("--for", words.for_record, "SET/ID whose related list it's made in");
  create_command->callback([&] {
    words.code =
        words.for_record.empty() ? create(words.device, words.set, words.values) : not_available(words, "create --for");
  });

  auto* update_command = app.add_subcommand("update", "Change a record");
  update_command->add_option("TABLE", words.set)->required();
  update_command->add_option("ID", words.id)->required();
  update_command->add_option("VALUES", words.values, "column=value …")->required();
  update_command->callback([&] { words.code = update(words.device, words.set, words.id, words.values); });

  auto* delete_command = app.add_subcommand("delete", "Delete a record");
  delete_command->add_option("TABLE", words.set)->required();
  delete_command->add_option("ID", words.id)->required();
  delete_command->callback([&] { words.code = remove(words.device, words.set, words.id); });
}

CLI::App* add_numbered(CLI::App& parent, const char* name, const char* description, Words& words,
                       int (*act)(const DeviceOptions&, std::int64_t)) {
  auto* command = parent.add_subcommand(name, description);
  command->add_option("ID", words.number)->required()->check(whole_number(1, kNumberMax));
  command->callback([&words, act] { words.code = act(words.device, words.number); });
  return command;
}

void add_waiting_commands(CLI::App& app, Words& words) {
  auto* conflicts_command = app.add_subcommand("conflicts", "Columns changed here and at the server");
  add_numbered(*conflicts_command, "show", "One conflict", words, show_conflict);
  add_numbered(*conflicts_command, "undo", "Take a losing value back", words, undo_conflict);
  auto* resolve_command = conflicts_command->add_subcommand("resolve", "Decide a conflict");
  resolve_command->add_option("ID", words.number)->required()->check(whole_number(1, kNumberMax));
  resolve_command->add_option("--keep", words.keep, "mine, server, or column=mine,column=server")->required();
  resolve_command->callback([&] { words.code = resolve_conflict(words.device, words.number, words.keep); });
  conflicts_command->callback([&words, conflicts_command] {
    if (conflicts_command->get_subcommands().empty()) words.code = conflicts(words.device);
  });

  auto* errors_command = app.add_subcommand("errors", "Changes that the server refused");
  add_numbered(*errors_command, "show", "One error", words, show_error);
  add_numbered(*errors_command, "retry", "Send it again", words, retry_error);
  add_numbered(*errors_command, "discard", "Give it up", words, discard_error);
  errors_command->add_subcommand("export", "All as JSON")->callback([&] { words.code = export_errors(words.device); });
  errors_command->callback([&words, errors_command] {
    if (errors_command->get_subcommands().empty()) words.code = errors(words.device);
  });

  auto* outbox_command = app.add_subcommand("outbox", "Changes not yet confirmed by the server");
  add_numbered(*outbox_command, "show", "One change", words, show_change);
  outbox_command->add_subcommand("export", "All as JSON")->callback([&] { words.code = export_outbox(words.device); });
  outbox_command->callback([&words, outbox_command] {
    if (outbox_command->get_subcommands().empty()) words.code = outbox(words.device);
  });
}

// Commands whose day hasn't come; they say so.
void add_later_commands(CLI::App& app, Words& words) {
  for (const auto* name :
       {"settings", "cache", "chart", "do", "drafts", "why", "pin", "unpin", "attach", "download", "may", "shell"}) {
    auto* command = app.add_subcommand(name, "");
    command->group("")->allow_extras()->fallthrough(false);  // whatever follows, the answer is the same
    command->callback([&words, name] { words.code = not_available(words, name); });
  }
}

void add_global_options(CLI::App& app, Words& words) {
  if (const auto store = edge::os::environment("SATCHEL_STORE")) words.device.store = *store;
  app.add_option("--store", words.device.store, "The device's store (or SATCHEL_STORE)");
  app.add_option("--platform", words.device.platform, "What kind of device this is")
      ->check(one_of({std::begin(kPlatforms), std::end(kPlatforms)}));
  app.add_option("--now", words.now, "Start the clock here (demo organisations only)");
  app.add_flag("--json", words.device.json, "Answers as JSON");
  app.set_version_flag("--version", "satchel 0.1.0");
  app.require_subcommand(1);
  app.fallthrough();
}

int run_main(int argc, char** argv) {
  edge::os::keep_freed_memory();
  edge::os::ignore_file_size_signal();
  Words words;
  CLI::App app{"Satchel: your organisation's records, with and without a connection."};
  add_global_options(app, words);
  add_server_commands(app, words);
  add_session_commands(app, words);
  add_record_commands(app, words);
  add_waiting_commands(app, words);
  add_later_commands(app, words);
  app.parse_complete_callback([&] {
    if (words.now.empty()) return;
    const auto seconds = parse_date_time(words.now);
    if (!seconds) throw CLI::ValidationError("--now", "must be a time such as 2026-11-23T08:15:00Z");
    words.device.now = Instant::of_seconds(*seconds);
  });
  words.device.tell = [&words](const std::string& note) {
    const bool is_new = std::find(words.notes.begin(), words.notes.end(), note) == words.notes.end();
    if (is_new) words.notes.push_back(note);
  };
  // Wanted before the words are understood, for errors about them.
  words.device.json =
      std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  for (int i = 1; i < argc; ++i)
    if (!is_utf8(argv[i])) return usage_error(words, "Argument " + std::to_string(i) + " isn't UTF-8 text.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    return usage_error(words, sentence_of(error, app));
  }
  for (const auto& note : words.notes) report_note(note, words.format());
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return report({ErrorCode::io_error, "The output couldn't be written, so a part of it is missing."}, words.format());
  return words.code;
}

}  // namespace
}  // namespace satchel::apps

int main(int argc, char** argv) { return satchel::apps::run_main(argc, argv); }
