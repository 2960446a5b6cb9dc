// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/run.h"

namespace satchel::apps {
namespace {

// What can be saved from the store, with the commands for it.
std::string what_can_be_saved(const DeviceOptions& options) {
  auto quiet = options;
  quiet.tell = {};
  auto session = DeviceSession::open(quiet, Opening::existing);
  if (!session)
    return "What wasn't sent can't be read from this file now; keep it, and its key file, until somebody has tried.";
  const auto outbox = (*session)->client().outbox();
  const auto errors = (*session)->client().errors();
  if (!outbox || !errors) return "What wasn't sent can't be read from this file now; keep it until somebody has tried.";
  if (outbox->empty() && errors->empty()) return "Nothing on this device was waiting to be sent, so nothing is lost.";
  std::string commands;
  const auto add = [&](std::size_t count, const char* list) {
    if (count == 0) return;
    commands += (commands.empty() ? "" : " and ") + count_text(static_cast<std::int64_t>(count), "change", "changes") +
                " with `satchel --store " + options.store + " " + list + " export`";
  };
  add(outbox->size(), "outbox");
  add(errors->size(), "errors");
  return "What wasn't sent can still be read; save it first: " + commands + ".";
}

}  // namespace

Format format_of(const DeviceOptions& options) {
  if (!options.json) return Format::people;
  return options.app->is_shell ? Format::json_lines : Format::json;
}

Error with_advice(const DeviceOptions& options, Error error) {
  if (error.code != ErrorCode::store_damaged) return error;
  error.message += " The server's copy of everything that was sent is whole. " + what_can_be_saved(options) +
                   " Then load the records into a new store: satchel --store " + options.store +
                   ".new sign-in URL --user NAME, and sync.";
  return error;
}

}  // namespace satchel::apps
