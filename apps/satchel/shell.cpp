// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/shell.h"

#include <cstdio>
#include <iostream>
#include <optional>

#include "apps/satchel/run.h"
#include "device/permits/permits.h"
#include "device/vault/vault.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"
#include "edge/os/terminal.h"

namespace satchel::apps {
namespace {

namespace client = device::client;
namespace permits = device::permits;

// Errors: usage for a quote without an end.
Result<std::vector<std::string>> split_words(const std::string& line) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool is_escape = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\r')) {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
      continue;
    }
    if (quote == 0 && c == '#' && !word) break;
    if (!word) word.emplace();
    if (c == quote) quote = 0;
    else if (quote == 0 && (c == '\'' || c == '"')) quote = c;
    else *word += is_escape ? line[++i] : c;
  }
  if (quote != 0) return Error{ErrorCode::usage, std::string("A quote ") + quote + " has no end in this line."};
  if (word) words.push_back(std::move(*word));
  return words;
}

// `suspend` and `resume`: what comes of them is told by the session.
int change_front(const DeviceOptions& options, bool is_suspended) {
  return run(options, [&]() -> Result<void> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    const auto platform = *permits::platform_named(options.platform);
    options.app->is_suspended = is_suspended;
    if (is_suspended) TRY(session->note([&](auto& store) { return client::note_suspend(store, platform); }));
    auto json = Json::object();
    json.set("app", is_suspended ? "suspended" : "running");
    if (options.json) say_json(json);
    return {};
  });
}

// Idle for longer than the organisation allows: as if it had been locked by hand (S5).
Result<void> lock_if_idle(const DeviceOptions& options) {
  const auto now = now_of(options);
  const auto used_at = std::exchange(options.app->used_at, now);
  const auto key_path = options.store + ".key";
  if (!used_at || options.store.empty() || !edge::os::exists(options.store) || !edge::os::exists(key_path)) return {};
  const auto file = TRY(edge::os::read_file(key_path));
  if (!device::vault::needs_pin(file) || device::vault::is_locked(file) || !options.app->pin) return {};
  const auto minutes = [&]() -> Result<std::int64_t> {
    auto session = TRY(DeviceSession::open(options, Opening::existing));
    return TRY(client::standing(session->client().store())).lock_minutes;
  }();
  if (!minutes || now - *used_at < Duration::of_minutes(*minutes)) return {};
  return edge::os::write_file(key_path, TRY(device::vault::with_lock(file, true)), edge::os::Permissions::owner_only);
}

// One line as a command of its own; what it set for the whole session (store, platform, clock) stays in `outer`.
int run_line(const DeviceWords& outer, std::vector<std::string> line) {
  DeviceWords words;
  words.device = outer.device;
  CLI::App app{"Commands of a device."};
  add_global_options(app, words);
  add_device_commands(app, words);
  auto* suspend = app.add_subcommand("suspend", "Another app comes to the front");
  suspend->callback([&] { words.code = change_front(words.device, true); });
  auto* resume = app.add_subcommand("resume", "This app comes to the front again");
  resume->callback([&] { words.code = change_front(words.device, false); });
  if (words.device.app->is_suspended && line.front() != "resume")
    return report({ErrorCode::bad_request, "The app isn't in front. Say `resume` first."}, words.format());
  words.understood = [&] {
    (void)lock_if_idle(words.device);
  };  // a key file that can't be written says so to the command
  return run_words(app, words, std::move(line));
}

int run_shell(const DeviceWords& words) {
  auto& app = *words.device.app;
  app.is_shell = true;
  app.password = edge::os::take_secret_from_environment("SATCHEL_PASSWORD");
  const bool is_asked = edge::os::is_terminal(edge::os::Stream::input);
  int code = 0;
  std::string line;
  for (;;) {
    if (is_asked) std::fputs("satchel> ", stderr);
    if (!std::getline(std::cin, line)) return code;
    auto split = split_words(line);
    if (!split) {
      code = report(split.error(), words.format());
      continue;
    }
    if (split->empty()) continue;
    code = run_line(words, std::move(*split));
    std::fflush(stdout);
  }
}

}  // namespace

void add_shell_command(CLI::App& app, DeviceWords& words) {
  auto* shell_command = app.add_subcommand("shell", "Commands from standard input in one session of the app");
  shell_command->callback([&] { words.code = run_shell(words); });
}

}  // namespace satchel::apps
