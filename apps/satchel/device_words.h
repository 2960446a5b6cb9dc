// SPDX-License-Identifier: Apache-2.0
//
// The words of the device's commands: read from the process's arguments, or from a line of the shell.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "apps/satchel/device_commands.h"
#include "apps/satchel/report.h"
#include "apps/satchel/run.h"

namespace satchel::apps {

// Kept while the chosen command runs.
struct DeviceWords {
  DeviceOptions device;
  std::vector<std::string> notes;
  std::string now;
  int code = 0;
  std::function<void()> understood = [] {};  // called before the command, once the words make sense

  std::string url, user, set, id, text, keep, verb, on_off;
  std::vector<std::string> values;
  std::string for_record;
  bool discard = false, all = false;
  std::int64_t number = 0;
  device::client::ListRequest list;
  std::int64_t top = -1;
  MayRequest may;

  Format format() const { return format_of(device); }
};

void add_global_options(CLI::App& app, DeviceWords& words);
void add_device_commands(CLI::App& app, DeviceWords& words);
// Reads and does them; gives the exit code. Notes follow on standard error.
int run_words(CLI::App& app, DeviceWords& words, std::vector<std::string> arguments);

}  // namespace satchel::apps
