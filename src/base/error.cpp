// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

namespace satchel {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage: return "usage";
    case ErrorCode::bad_request: return "bad_request";
    case ErrorCode::bad_json: return "bad_json";
    case ErrorCode::bad_filter: return "bad_filter";
    case ErrorCode::bad_value: return "bad_value";
    case ErrorCode::bad_cursor: return "bad_cursor";
    case ErrorCode::unknown_table: return "unknown_table";
    case ErrorCode::unknown_column: return "unknown_column";
    case ErrorCode::method_not_allowed: return "method_not_allowed";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::not_implemented: return "not_implemented";
    case ErrorCode::not_available: return "not_available";
    case ErrorCode::unauthorized: return "unauthorized";
    case ErrorCode::wrong_password: return "wrong_password";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::too_many_requests: return "too_many_requests";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::deleted: return "deleted";
    case ErrorCode::exists: return "exists";
    case ErrorCode::version_conflict: return "version_conflict";
    case ErrorCode::referenced: return "referenced";
    case ErrorCode::failed_dependency: return "failed_dependency";
    case ErrorCode::repeated_differently: return "repeated_differently";
    case ErrorCode::history_changed: return "history_changed";
    case ErrorCode::store_unknown: return "store_unknown";
    case ErrorCode::update_required: return "update_required";
    case ErrorCode::offline: return "offline";
    case ErrorCode::needs_connection: return "needs_connection";
    case ErrorCode::unexpected_answer: return "unexpected_answer";
    case ErrorCode::server_error: return "server_error";
    case ErrorCode::wrong_key: return "wrong_key";
    case ErrorCode::store_damaged: return "store_damaged";
    case ErrorCode::store_busy: return "store_busy";
    case ErrorCode::store_newer: return "store_newer";
    case ErrorCode::disk_full: return "disk_full";
    case ErrorCode::io_error: return "io_error";
    case ErrorCode::address_in_use: return "address_in_use";
    case ErrorCode::outbox_full: return "outbox_full";
    case ErrorCode::locked: return "locked";
    case ErrorCode::unsent_work: return "unsent_work";
    case ErrorCode::save_first: return "save_first";
    case ErrorCode::wiped: return "wiped";
    case ErrorCode::schema_invalid: return "schema_invalid";
    case ErrorCode::canceled: return "canceled";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

// Codes of the device alone have a status too, for the engine speaks HTTP inside one process as well (simulator): 503
// where waiting or a connection helps, 500 where it doesn't.
std::optional<ErrorCode> error_code_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::wiped); ++i)
    if (name_of(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  return std::nullopt;
}

int http_status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::bad_request:
    case ErrorCode::bad_json:
    case ErrorCode::bad_filter:
    case ErrorCode::bad_value:
    case ErrorCode::bad_cursor:
    case ErrorCode::unknown_column:
    case ErrorCode::repeated_differently:
    case ErrorCode::schema_invalid: return 400;
    case ErrorCode::unauthorized:
    case ErrorCode::wrong_password: return 401;
    case ErrorCode::wiped:
    case ErrorCode::forbidden: return 403;
    case ErrorCode::unknown_table:
    case ErrorCode::not_found: return 404;
    case ErrorCode::method_not_allowed:
    case ErrorCode::referenced: return 405;  // As Dataverse: CannotDeleteDueToAssociation.
    case ErrorCode::history_changed:
    case ErrorCode::store_unknown: return 409;
    case ErrorCode::deleted: return 410;
    case ErrorCode::exists:
    case ErrorCode::version_conflict: return 412;
    case ErrorCode::too_large: return 413;
    case ErrorCode::locked: return 423;
    case ErrorCode::failed_dependency: return 424;
    case ErrorCode::update_required: return 426;
    case ErrorCode::too_many_requests: return 429;
    case ErrorCode::server_error:
    case ErrorCode::wrong_key:
    case ErrorCode::store_damaged:
    case ErrorCode::store_newer:
    case ErrorCode::io_error:
    case ErrorCode::address_in_use:
    case ErrorCode::internal: return 500;
    case ErrorCode::not_implemented:
    case ErrorCode::not_available: return 501;
    case ErrorCode::offline:
    case ErrorCode::needs_connection:
    case ErrorCode::unexpected_answer:
    case ErrorCode::store_busy:
    case ErrorCode::outbox_full:
    case ErrorCode::unsent_work:
    case ErrorCode::save_first:
    case ErrorCode::canceled: return 503;
    case ErrorCode::disk_full: return 507;
  }
  return 500;
}

}  // namespace satchel
