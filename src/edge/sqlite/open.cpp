// SPDX-License-Identifier: Apache-2.0
//
// Opening, in the one order that is safe:
//
//   judge what a former process left beside the file - open it - look at its first bytes - set the key - own the file -
//   read a page - settings and WAL - look again
//
// A file begins with "SQLite format 3" only if it is plain. Encrypted, it begins with the cipher's random salt.
#include <sqlite3.h>

#include <array>
#include <cassert>
#include <cstring>

#include "base/text.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/internal/connection.h"
#include "edge/sqlite/internal/failure.h"
#include "edge/sqlite/internal/files.h"
#include "edge/sqlite/internal/left_journal.h"
#include "edge/sqlite/limits.h"

namespace satchel::edge::sqlite {
namespace {

constexpr std::string_view kPlainHeader{"SQLite format 3\0", 16};
constexpr std::string_view kInMemory = ":memory:";

// SQL: fold(text). NULL stays NULL.
void fold_in_sql(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  if (text == nullptr) return sqlite3_result_null(context);
  const std::string key = fold_key({text, static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]))});
  sqlite3_result_text64(context, key.data(), key.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

int open_flags(Access access) {
  switch (access) {
    case Access::create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Access::existing: return SQLITE_OPEN_READWRITE;
    case Access::read_only: return SQLITE_OPEN_READONLY;
    case Access::unwritable: return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return 0;
}

bool writes(Access access) { return access == Access::create || access == Access::existing; }

// A log needs files beside the database even for reading; "immutable" does without, and without locks.
std::string name_to_open(const OpenOptions& options) {
  if (options.access != Access::unwritable) return options.path;
  std::string uri = "file:";
  for (const char c : options.path) {
    const bool is_plain = c != '%' && c != '?' && c != '#';
    if (is_plain) uri += c;
    else uri.append(c == '%' ? "%25" : c == '?' ? "%3f" : "%23");
  }
  return uri + "?immutable=1";
}

sqlite3_file* file_of(sqlite3* handle) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  return file;
}

enum class Content { none, plain, other };

// The file's first 16 bytes as they are on the disk: the cipher hands these out undecrypted, because its salt is there.
// Asked through SQLite's own handle, for opening and closing the file ourselves would end its locks (POSIX).
Content content_of(sqlite3* handle) {
  sqlite3_file* file = file_of(handle);
  std::array<char, 16> header{};
  if (file == nullptr || file->pMethods == nullptr) return Content::none;
  if (file->pMethods->xRead(file, header.data(), header.size(), 0) != SQLITE_OK) return Content::none;
  return std::string_view(header.data(), header.size()) == kPlainHeader ? Content::plain : Content::other;
}

Error is_plain(const std::string& path) {
  return {ErrorCode::store_damaged, "\"" + path +
                                        "\" isn't encrypted, though a key was given for it. Nothing was written "
                                        "to it; move it away if it isn't the file that was meant."};
}

Error would_be_plain(const std::string& path) {
  return {ErrorCode::internal,
          "\"" + path + "\" was made without encryption, though a key was given; no row was written."};
}

// The cipher's shim encrypts every journal write of exactly one page, and so the journal's header where a disk sector
// is as large as a page; a crashed transaction would then stay half applied (reference/toolchain.md, 3). A VFS with
// this flag has small sectors.
Result<void> require_safe_journal(const Connection& connection) {
  sqlite3_file* file = file_of(connection.handle());
  const int traits = file->pMethods->xDeviceCharacteristics(file);
  if ((traits & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0) return {};
  return Error{ErrorCode::internal,
               "The VFS under \"" + connection.path() +
                   "\" doesn't declare powersafe overwrite, so encrypted journals can't be trusted on it."};
}

Result<void> choose_cipher(Connection& connection, Cipher cipher) {
  sqlite3* handle = connection.handle();
  const int index = sqlite3mc_cipher_index(cipher == Cipher::aegis ? "aegis" : "chacha20");
  constexpr int kAegis256 = 4;  // Its only parameter that changes the format of the file.
  const bool chosen =
      index > 0 && sqlite3mc_config(handle, "cipher", index) == index &&
      (cipher != Cipher::aegis || sqlite3mc_config_cipher(handle, "aegis", "algorithm", kAegis256) == kAegis256);
  if (chosen) return {};
  return Error{ErrorCode::internal, "The cipher asked for \"" + connection.path() + "\" isn't compiled in."};
}

// Raw key material, so nothing is derived: "raw:" and the 32 bytes.
Result<void> set_key(Connection& connection, const Key& key) {
  std::array<std::uint8_t, 4 + Key::kSize> material{'r', 'a', 'w', ':'};
  std::memcpy(material.data() + 4, key.bytes().data(), Key::kSize);
  const int code = sqlite3_key_v2(connection.handle(), "main", material.data(), static_cast<int>(material.size()));
  wipe(material);
  if (code == SQLITE_OK) return {};
  // Going on without the key would write everything in the clear.
  return Error{ErrorCode::internal,
               "\"" + connection.path() + "\" can't be encrypted: " + std::string(sqlite3_errmsg(connection.handle()))};
}

Result<void> encrypt(Connection& connection, const OpenOptions& options) {
  if (content_of(connection.handle()) == Content::plain) return is_plain(options.path);
  TRY(choose_cipher(connection, options.cipher));
  TRY(set_key(connection, *options.key));
  return require_safe_journal(connection);
}

Result<void> pragma(Connection& connection, std::string_view name, std::string_view value) {
  std::string sql = "pragma ";
  sql.append(name).append("=").append(value);
  const int code = sqlite3_exec(connection.handle(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Result<void>() : connection.fail(sqlite3_extended_errcode(connection.handle()), sql);
}

Result<void> pragma(Connection& connection, std::string_view name, int value) {
  return pragma(connection, name, std::string_view(std::to_string(value)));
}

// The first read: proves the key, and in exclusive mode takes the file.
Result<void> read_first_page(Connection& connection) {
  auto query = TRY(connection.prepare("select count(*) from sqlite_master"));
  TRY(query->step());
  connection.key_is_proven();
  return {};
}

Result<void> use_write_ahead_log(Connection& connection) {
  auto query = TRY(connection.prepare("pragma journal_mode=wal"));
  if (TRY(query->step()) && query->text(0) == "wal") return {};
  if (connection.path() == kInMemory) return {};  // Nothing in it outlives the process, so nothing needs a log.
  return Error{ErrorCode::io_error, "\"" + connection.path() + "\" can't have a write-ahead log on this disk."};
}

// In numbers what a profile is in words (database.h).
struct Traits {
  bool one_owner;  // and nothing deleted stays
  int page_size, cache_kib, checkpoint_pages, journal_kept, busy_milliseconds;
};

const Traits& traits_of(Profile profile) {
  static constexpr Traits kServer{
      false, kPageSize, kServerCacheKib, kServerCheckpointPages, kServerJournalKept, kServerBusyMilliseconds};
  static constexpr Traits kDevice{
      true, kPageSize, kDeviceCacheKib, kDeviceCheckpointPages, kDeviceJournalKept, kDeviceBusyMilliseconds};
  static constexpr Traits kBrowser{
      true, kBrowserPageSize, kBrowserCacheKib, kBrowserCheckpointPages, kDeviceJournalKept, kDeviceBusyMilliseconds};
  return profile == Profile::server ? kServer : profile == Profile::device ? kDevice : kBrowser;
}

Result<void> apply_profile(Connection& connection, const Traits& traits) {
  TRY(pragma(connection, "synchronous", "full"));
  TRY(pragma(connection, "foreign_keys", "off"));
  TRY(pragma(connection, "temp_store", "memory"));
  TRY(pragma(connection, "mmap_size", 0));
  TRY(pragma(connection, "secure_delete", traits.one_owner ? "on" : "off"));
  TRY(pragma(connection, "cache_size", -traits.cache_kib));
  TRY(pragma(connection, "wal_autocheckpoint", traits.checkpoint_pages));
  return pragma(connection, "journal_size_limit", traits.journal_kept);
}

Result<void> prepare_connection(Connection& connection, const OpenOptions& options) {
  const auto& traits = traits_of(options.profile);
  sqlite3* handle = connection.handle();
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, traits.busy_milliseconds);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // A plan hangs on the text alone. Otherwise the planner looks at the number behind "limit ?", and each new binding of it
  // compiles the kept statement again: 40 us for every list and 38 times in every pull.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_create_function_v2(handle, "fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                             fold_in_sql, nullptr, nullptr, nullptr);
  // A file that is there has its own.
  if (content_of(handle) == Content::none) TRY(pragma(connection, "page_size", traits.page_size));
  if (options.key.has_value()) TRY(encrypt(connection, options));
  // Before the first page is read, so that the log's index needs no file that others could map.
  if (traits.one_owner && writes(options.access)) TRY(pragma(connection, "locking_mode", "exclusive"));
  TRY(read_first_page(connection));
  TRY(apply_profile(connection, traits));
  if (writes(options.access)) TRY(use_write_ahead_log(connection));
  if (options.key.has_value() && content_of(handle) == Content::plain) return would_be_plain(options.path);
  return {};
}

// SQLite says "unable to open" for a missing file; a VFS other than the system's doesn't say why.
bool is_missing(sqlite3* handle, int code, Access access) {
  return (code & 0xff) == SQLITE_CANTOPEN && access != Access::create && sqlite3_system_errno(handle) == 0;
}

Result<std::unique_ptr<Connection>> connect(const OpenOptions& options) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(name_to_open(options).c_str(), &handle, open_flags(options.access) | SQLITE_OPEN_NOMUTEX,
                      options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (handle == nullptr) return failure(nullptr, code, {.path = options.path});
  auto connection = std::make_unique<Connection>(handle, options.path);
  if (is_missing(handle, code, options.access))
    return Error{ErrorCode::not_found, "\"" + options.path + "\" doesn't exist."};
  if (code != SQLITE_OK) return connection->fail(code);
  return connection;
}

Error needs_its_journal(const std::string& path) {
  return {ErrorCode::io_error,
          "\"" + path +
              "\" wasn't closed well, and its last changes lie in a file beside it that can't be taken in where "
              "nothing can be written. Copy all files whose names begin with \"" +
              path + "\" to a folder of yours, and use the store there."};
}

#ifdef __wasm__
// Nobody but the app puts a file into its slots.
bool has_strangers(const Connection&, const OpenOptions&) { return false; }
#else
bool has_strangers(const Connection& connection, const OpenOptions& options) {
  const bool is_owner = options.profile == Profile::device && writes(options.access) &&
                        sqlite3_db_readonly(connection.handle(), "main") == 0;
  return is_owner && options.key.has_value() && has_left_journals(connection);
}
#endif

}  // namespace

Result<std::unique_ptr<sql::Database>> open(const OpenOptions& options) {
  if (options.access == Access::create && options.vfs.empty() && options.path != kInMemory)
    make_private_file(options.path);
  auto connection = TRY(connect(options));
  if (has_strangers(*connection, options)) {
    TRY(encrypt(*connection, options));
    TRY(judge_left_journals(*connection, options.tell));
    connection = TRY(connect(options));  // A page that can't be read spoils a connection.
  }
  if (options.access == Access::unwritable && has_left_journals(*connection)) return needs_its_journal(options.path);
  TRY(prepare_connection(*connection, options));
  return std::unique_ptr<sql::Database>(std::move(connection));
}

}  // namespace satchel::edge::sqlite
