// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/device_words.h"

#include <algorithm>

#include "apps/satchel/words.h"
#include "base/text.h"

namespace satchel::apps {
namespace {

namespace permits = device::permits;

int usage_error(const DeviceWords& words, std::string sentence) {
  return report({ErrorCode::usage, std::move(sentence)}, words.format());
}

int not_available(const DeviceWords& words, const std::string& what) {
  return report({ErrorCode::not_available, "`" + what + "` isn't available yet."}, words.format());
}

std::vector<std::string> platform_names() {
  std::vector<std::string> names;
  for (const auto& row : permits::platform_table()) names.emplace_back(row.name);
  return names;
}

void add_session_commands(CLI::App& app, DeviceWords& words) {
  auto* sign_in_command = app.add_subcommand("sign-in", "Sign in to a server");
  sign_in_command->add_option("URL", words.url, "The server's address")->required();
  sign_in_command->add_option("--user", words.user, "User name")->required();
  sign_in_command->callback([&] { words.code = sign_in(words.device, words.url, words.user); });

  auto* sign_out_command = app.add_subcommand("sign-out", "Remove this device's records and session");
  sign_out_command->add_flag("--discard", words.discard, "Also what wasn't sent");
  sign_out_command->callback([&] { words.code = sign_out(words.device, words.discard); });

  auto* session_command = app.add_subcommand("session", "State of the session");
  session_command->add_option("VERB", words.verb, "back, lock, unlock, set-pin or remove-pin")
      ->check(one_of({"back", "lock", "unlock", "set-pin", "remove-pin"}));
  session_command->callback([&] { words.code = session(words.device, words.verb); });

  app.add_subcommand("sync", "Send and receive changes")->callback([&] { words.code = sync(words.device); });
  app.add_subcommand("reconnect", "Go online again and sync")->callback([&] { words.code = reconnect(words.device); });
  app.add_subcommand("status", "What is on this device and what waits")->callback([&] {
    words.code = status(words.device);
  });
  app.add_subcommand("settings", "Experience and why, protection, bounds")->callback([&] {
    words.code = settings(words.device);
  });
  auto* offline_command = app.add_subcommand("offline", "Work offline until reconnect");
  offline_command->add_option("SWITCH", words.on_off, "on or off")->required()->check(one_of({"on", "off"}));
  offline_command->callback([&] { words.code = offline(words.device, words.on_off == "on"); });
}

void add_record_commands(CLI::App& app, DeviceWords& words) {
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
  create_command->callback([&] { words.code = create(words.device, words.set, words.values, words.for_record); });

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

CLI::App* add_numbered(CLI::App& parent, const char* name, const char* description, DeviceWords& words,
                       int (*act)(const DeviceOptions&, std::int64_t)) {
  auto* command = parent.add_subcommand(name, description);
  command->add_option("ID", words.number)->required()->check(whole_number(1, kNumberMax));
  command->callback([&words, act] { words.code = act(words.device, words.number); });
  return command;
}

void add_waiting_commands(CLI::App& app, DeviceWords& words) {
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

void add_drafts_commands(CLI::App& app, DeviceWords& words) {
  auto* drafts_command = app.add_subcommand("drafts", "New records that are on this device only");
  const auto add = [&](const char* name, const char* description) {
    auto* command = drafts_command->add_subcommand(name, description);
    command->add_option("ID", words.id)->required();
    return command;
  };
  add("show", "One draft")->callback([&] { words.code = show_draft(words.device, words.id); });
  add("discard", "Give it up")->callback([&] { words.code = discard_draft(words.device, words.id); });
  auto* set_command = add("set", "Change it");
  set_command->add_option("VALUES", words.values, "column=value …")->required();
  set_command->callback([&] { words.code = set_draft(words.device, words.id, words.values); });
  auto* save_command = drafts_command->add_subcommand("save", "Save it at the server");
  save_command->add_option("ID", words.id);
  save_command->add_flag("--all", words.all, "All that need no review");
  save_command->callback([&] { words.code = save_draft(words.device, words.id, words.all); });
  drafts_command->add_subcommand("export", "All as JSON, one a line")->callback([&] {
    words.code = export_drafts(words.device);
  });
  drafts_command->callback([&words, drafts_command] {
    if (drafts_command->get_subcommands().empty()) words.code = drafts(words.device);
  });
  for (const bool on : {true, false}) {
    auto* command = app.add_subcommand(on ? "pin" : "unpin", on ? "Keep a record on this device" : "No longer keep it");
    command->add_option("RECORD", words.for_record, "SET/ID")->required();
    command->callback([&words, on] { words.code = pin(words.device, words.for_record, on); });
  }
  app.add_subcommand("cache", "Records that are kept because they were used")->callback([&] {
    words.code = cache(words.device);
  });
}

void add_may_command(CLI::App& app, DeviceWords& words) {
  auto* may_command = app.add_subcommand("may", "May this be done now, and if not, why");
  may_command->add_option("VERB", words.may.verb, permits::verb_words())->required();
  may_command->add_option("TABLE", words.may.set, "e.g. accounts");
  may_command->add_option("ID", words.may.id, "A record");
  may_command->add_option("--column", words.may.column, "A column that is written by hand");
  may_command->add_option("--for", words.may.related, "SET/ID whose related list it's made in");
  may_command->add_option("--given", words.may.given, "key=value,… in place of what is");
  may_command->callback([&] { words.code = may(words.device, words.may); });
}

// Commands whose day hasn't come; they say so.
void add_later_commands(CLI::App& app, DeviceWords& words) {
  for (const auto* name : {"chart", "do", "why", "attach", "download"}) {
    auto* command = app.add_subcommand(name, "");
    command->group("")->allow_extras()->fallthrough(false);  // whatever follows, the answer is the same
    command->callback([&words, name] { words.code = not_available(words, name); });
  }
}

}  // namespace

void add_device_commands(CLI::App& app, DeviceWords& words) {
  add_session_commands(app, words);
  add_record_commands(app, words);
  add_waiting_commands(app, words);
  add_drafts_commands(app, words);
  add_may_command(app, words);
  add_later_commands(app, words);
}

void add_global_options(CLI::App& app, DeviceWords& words) {
  app.add_option("--store", words.device.store, "The device's store (or SATCHEL_STORE)");
  app.add_option("--platform", words.device.platform, "What kind of device this is")->check(one_of(platform_names()));
  app.add_option("--now", words.now, "Start the clock here (demo organisations only)");
  app.add_flag("--json", words.device.json, "Answers as JSON");
  app.require_subcommand(1);
  app.fallthrough();
  app.parse_complete_callback([&] {
    if (!words.now.empty()) {
      const auto seconds = parse_date_time(words.now);
      if (!seconds) throw CLI::ValidationError("--now", "must be a time such as 2026-11-23T08:15:00Z");
      words.device.app->set_clock(Instant::of_seconds(*seconds));
    }
    words.understood();
  });
}

int run_words(CLI::App& app, DeviceWords& words, std::vector<std::string> arguments) {
  words.device.tell = [&words](const std::string& note) {
    const bool is_new = std::find(words.notes.begin(), words.notes.end(), note) == words.notes.end();
    if (is_new) words.notes.push_back(note);
  };
  // Wanted before the words are understood, for errors about them.
  if (std::find(arguments.begin(), arguments.end(), "--json") != arguments.end()) words.device.json = true;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!is_utf8(arguments[i])) return usage_error(words, "Argument " + std::to_string(i + 1) + " isn't UTF-8 text.");
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    return usage_error(words, sentence_of(error, app));
  }
  for (const auto& note : words.notes) report_note(note, words.format());
  return words.code;
}

}  // namespace satchel::apps
