// SPDX-License-Identifier: Apache-2.0
#include "edge/sqlite/internal/failure.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "edge/sqlite/limits.h"

namespace satchel::edge::sqlite {
namespace {

std::string engine_message(sqlite3* handle, int code) {
  std::string message = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  // An I/O error's own text says no more than "disk I/O error"; the system knows what it was.
  const int system = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  const int primary = code & 0xff;
  if (system != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
    message.append(": ").append(std::strerror(system));
  return message;
}

bool is_taken_key(int code) {
  return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID;
}

// The disk, the user's share of it, or a file's permitted size: not a byte more, whatever SQLite calls it.
bool is_out_of_room(sqlite3* handle, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  const int system = handle != nullptr && (code & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(handle) : 0;
  return system == ENOSPC || system == EDQUOT || system == EFBIG;
}

Error wrong_sql(std::string_view file, const std::string& why, const FailureContext& context) {
  std::string message = "A statement failed in " + std::string(file) + ": " + why + ".";
  if (!context.sql.empty()) message.append(" It was: ").append(context.sql.substr(0, kErrorSqlMax));
  return {ErrorCode::internal, std::move(message)};
}

}  // namespace

Error failure(sqlite3* handle, int code, const FailureContext& context) {
  const std::string file = "\"" + std::string(context.path) + "\"";
  const std::string why = engine_message(handle, code);
  if (is_taken_key(code)) return {ErrorCode::exists, "A row with this key is already in " + file + ": " + why + "."};
  if (is_out_of_room(handle, code))
    return {ErrorCode::disk_full,
            "There is no room left for " + file + "; free some space and try again. Nothing of this step was kept."};
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {ErrorCode::store_busy, file + " is in use by another process; end that one, or wait and try again."};
    case SQLITE_NOTADB:
      if (!context.key_proven)
        return {ErrorCode::wrong_key, "This key doesn't open " + file +
                                          ": it belongs to another store, or the beginning of the file is damaged."};
      [[fallthrough]];
    case SQLITE_CORRUPT:
      return {ErrorCode::store_damaged,
              file + " is damaged (" + why + "); keep a copy of it, then restore a backup or load the data again."};
    case SQLITE_CANTOPEN:
      if (handle != nullptr && sqlite3_system_errno(handle) == ENOENT)
        return {ErrorCode::not_found, file + " doesn't exist, or its folder doesn't."};
      [[fallthrough]];
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
      return {ErrorCode::io_error,
              file + " can't be read or written: " + why + "; check the disk and the file's rights."};
    case SQLITE_READONLY:
      return {ErrorCode::io_error,
              file + " can be read, but not written (" + why +
                  "): check the rights of the file, its folder and the disk. Nothing was changed."};
    case SQLITE_INTERRUPT: return {ErrorCode::canceled, "Reading " + file + " was canceled."};
    case SQLITE_TOOBIG: return {ErrorCode::too_large, "A value is too large for " + file + ": " + why + "."};
    default: return wrong_sql(file, why, context);
  }
}

}  // namespace satchel::edge::sqlite
