// SPDX-License-Identifier: Apache-2.0
//
// The device's commands (docs/command_line.md). Each gives the process's exit code.
#pragma once

#include <string>
#include <vector>

#include "apps/satchel/device_session.h"

namespace satchel::apps {

int sign_in(const DeviceOptions& options, const std::string& url, const std::string& user);
int sign_out(const DeviceOptions& options, bool discard);
int session(const DeviceOptions& options, const std::string& verb);
int sync(const DeviceOptions& options);
int reconnect(const DeviceOptions& options);
int offline(const DeviceOptions& options, bool on);
int status(const DeviceOptions& options);
int settings(const DeviceOptions& options);

// `may`: what is asked about, as typed.
struct MayRequest {
  std::string verb, set, id, column, related, given;
};
int may(const DeviceOptions& options, const MayRequest& request);

int list(const DeviceOptions& options, const device::client::ListRequest& request);
int views(const DeviceOptions& options, const std::string& set);
int show(const DeviceOptions& options, const std::string& set, const std::string& id);
int search(const DeviceOptions& options, const std::string& text);
// `related`: SET/ID of the record in whose list it's made, or "".
int create(const DeviceOptions& options, const std::string& set, const std::vector<std::string>& values,
           const std::string& related);
int update(const DeviceOptions& options, const std::string& set, const std::string& id,
           const std::vector<std::string>& values);
int remove(const DeviceOptions& options, const std::string& set, const std::string& id);

// `record`: SET/ID.
int pin(const DeviceOptions& options, const std::string& record, bool on);

int drafts(const DeviceOptions& options);
int show_draft(const DeviceOptions& options, const std::string& id);
int set_draft(const DeviceOptions& options, const std::string& id, const std::vector<std::string>& values);
int save_draft(const DeviceOptions& options, const std::string& id, bool all);
int discard_draft(const DeviceOptions& options, const std::string& id);
int export_drafts(const DeviceOptions& options);
int cache(const DeviceOptions& options);

int conflicts(const DeviceOptions& options);
int show_conflict(const DeviceOptions& options, std::int64_t id);
int resolve_conflict(const DeviceOptions& options, std::int64_t id, const std::string& keep);
int undo_conflict(const DeviceOptions& options, std::int64_t id);

int errors(const DeviceOptions& options);
int show_error(const DeviceOptions& options, std::int64_t id);
int retry_error(const DeviceOptions& options, std::int64_t id);
int discard_error(const DeviceOptions& options, std::int64_t id);
int export_errors(const DeviceOptions& options);

int outbox(const DeviceOptions& options);
int show_change(const DeviceOptions& options, std::int64_t id);
int export_outbox(const DeviceOptions& options);

}  // namespace satchel::apps
