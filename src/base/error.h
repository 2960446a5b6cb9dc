// SPDX-License-Identifier: Apache-2.0
//
// Error: what went wrong, as a code that programs decide on and a sentence that people act on.
//
// Always true:
//   - Every ErrorCode has an entry in docs/errors.md: meaning, HTTP status, what to do.
//   - `message` is a whole sentence that names what is wrong and where; it never holds a secret.
//   - `rule` is the id of the rule of working offline that decided (D4, S2, ...), or empty.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace satchel {

enum class ErrorCode {
  // What was asked is wrong; nothing was changed.
  usage,        // a command line that can't be understood
  bad_request,  // a request that can't be understood
  bad_json,     // malformed JSON, or nested too deeply
  bad_filter,   // a query option that can't be understood
  bad_value,    // a value of the wrong type, range or length
  bad_cursor,   // a feed cursor, skip token or delta token that isn't ours or isn't yours
  unknown_table,
  unknown_column,
  method_not_allowed,
  too_large,        // over a limit: body, page, batch, depth
  not_implemented,  // legal, but not built
  not_available,    // a face that isn't due yet
  // Who asks.
  unauthorized,  // no session, or one that has ended
  wrong_password,
  forbidden,  // a right is missing
  too_many_requests,
  // The record's state.
  not_found,
  deleted,               // the record existed and was deleted for good
  exists,                // a create on an id that is taken
  version_conflict,      // the record changed since it was read
  referenced,            // a delete that others' lookups forbid
  failed_dependency,     // another change of the same group or a change this one builds on failed
  repeated_differently,  // a request id that came before with another body
  // How server and device stand to each other.
  history_changed,  // the server doesn't know the cut the device has seen
  store_unknown,    // the server doesn't know the device's store mark: restored or copied
  update_required,  // a wire version that isn't spoken any more
  // The connection.
  offline,            // the server can't be reached
  needs_connection,   // allowed while connected only
  unexpected_answer,  // what answered isn't a Satchel server (a portal's page, a proxy)
  server_error,       // the server failed; try again later
  // The store, its key and the machine.
  wrong_key,
  store_damaged,
  store_busy,   // another process has the store open
  store_newer,  // written by a newer version of Satchel
  disk_full,
  io_error,
  address_in_use,
  outbox_full,
  locked,
  unsent_work,  // sign-out with unsent changes or drafts
  save_first,   // it would belong to a draft, which has to be saved at the server first
  schema_invalid,
  canceled,
  internal,  // a bug; never anybody's input
  wiped,     // an administrator asked that this device's store be removed (S6)
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string target = {};  // what it is about: a column, a header, a file with line
  std::string rule = {};

  bool operator==(const Error&) const = default;
};

// The code's name as it appears in JSON, on standard error and in docs/errors.md, e.g. "bad_value".
std::string_view name_of(ErrorCode code);

// The code of that name, whoever wrote it down; nothing for one that isn't ours.
std::optional<ErrorCode> error_code_named(std::string_view name);

// The HTTP status that carries `code`, e.g. 412 for version_conflict.
int http_status_of(ErrorCode code);

}  // namespace satchel
