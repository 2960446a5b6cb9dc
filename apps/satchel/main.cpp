// SPDX-License-Identifier: Apache-2.0
//
// satchel: the record server and the device on the command line. This file reads the server's words; the device's are in
// device_words.h. What they do stands in server_commands.h and device_commands.h.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "apps/satchel/device_words.h"
#include "apps/satchel/report.h"
#include "apps/satchel/server_commands.h"
#include "apps/satchel/shell.h"
#include "apps/satchel/words.h"
#include "edge/os/environment.h"
#include "edge/os/memory.h"
#include "edge/os/signals.h"

namespace satchel::apps {
namespace {

// Words of the command line, kept while the chosen command runs.
struct Words : DeviceWords {
  ServeOptions serve;
  std::string organization, administrator, file;
  bool all_or_nothing = false;
  AdminOptions admin;
};

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

int run_main(int argc, char** argv) {
  edge::os::keep_freed_memory();
  edge::os::ignore_file_size_signal();
  Words words;
  CLI::App app{"Satchel: your organisation's records, with and without a connection."};
  words.device.app->pin = edge::os::take_secret_from_environment("SATCHEL_PIN");
  if (const auto store = edge::os::environment("SATCHEL_STORE")) words.device.store = *store;
  add_global_options(app, words);
  app.set_version_flag("--version", "satchel 0.1.0");
  add_server_commands(app, words);
  add_device_commands(app, words);
  add_shell_command(app, words);
  if (const auto code = run_words(app, words, {argv + 1, argv + argc}); code != 0) return code;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return report({ErrorCode::io_error, "The output couldn't be written, so a part of it is missing."}, words.format());
  return 0;
}

}  // namespace
}  // namespace satchel::apps

int main(int argc, char** argv) { return satchel::apps::run_main(argc, argv); }
