// SPDX-License-Identifier: Apache-2.0
#include "edge/sqlite/maintenance.h"

#include <sqlite3.h>

#include <cassert>

#include "edge/sqlite/internal/connection.h"
#include "edge/sqlite/internal/files.h"
#include "edge/sqlite/limits.h"

namespace satchel::edge::sqlite {
namespace {

// Ends the copy when its scope ends.
class Copy {
 public:
  Copy(Connection& to, Connection& from)
      : to_(to), copy_(sqlite3_backup_init(to.handle(), "main", from.handle(), "main")) {}
  Copy(const Copy&) = delete;
  ~Copy() { sqlite3_backup_finish(copy_); }

  Result<void> run(const BackupOptions& options) {
    if (copy_ == nullptr) return Error{ErrorCode::wrong_key, "\"" + to_.path() + "\": " + sqlite3_errmsg(to_.handle())};
    for (;;) {
      const int code = sqlite3_backup_step(copy_, kBackupStepPages);
      if (code != SQLITE_OK && code != SQLITE_DONE) return to_.fail(code);
      const int total = sqlite3_backup_pagecount(copy_);
      const auto done = static_cast<std::uint64_t>(total - sqlite3_backup_remaining(copy_));
      const bool go_on = !options.progress || options.progress(done, static_cast<std::uint64_t>(total));
      if (code == SQLITE_DONE) return {};
      if (!go_on) return Error{ErrorCode::canceled, "The backup to \"" + to_.path() + "\" was canceled."};
    }
  }

 private:
  Connection& to_;
  sqlite3_backup* copy_;
};

Result<void> copy_to(sql::Database& from, const std::string& path, const BackupOptions& options) {
  OpenOptions target{.path = path, .key = options.key, .cipher = options.cipher};
  auto to = TRY(open(target));
  // The copy brings the source's journal mode with it; until then a rollback journal is what the engine can copy into.
  TRY(set_journal_mode(*to, JournalMode::truncate));
  return Copy(connection_of(*to), connection_of(from)).run(options);
}

Result<void> copy_one_moment(sql::Database& from, const std::string& path, const BackupOptions& options) {
  // An open write would be copied although it may still be rolled back.
  assert(sqlite3_txn_state(connection_of(from).handle(), "main") != SQLITE_TXN_WRITE);
  if (from.in_transaction()) return copy_to(from, path, options);
  // A reading held open pins the moment; without it the copy would start over at every write of another connection.
  auto reading = TRY(sql::Transaction::begin(from, sql::Transaction::Kind::read));
  auto first_page = TRY(from.prepare("select count(*) from sqlite_master"));
  TRY(first_page->run());
  return copy_to(from, path, options);
}

}  // namespace

Result<void> set_journal_mode(sql::Database& database, JournalMode mode) {
  const std::string_view name = mode == JournalMode::wal ? "wal" : "truncate";
  auto query = TRY(database.prepare("pragma journal_mode=" + std::string(name)));
  if (TRY(query->step()) && query->text(0) == name) return {};
  return Error{ErrorCode::store_busy, "The journal can't be changed to \"" + std::string(name) +
                                          "\" now: a transaction or another connection is open."};
}

Result<void> set_durability(sql::Database& database, Durability durability) {
  return database.execute(durability == Durability::full ? "pragma synchronous=full" : "pragma synchronous=normal");
}

Result<void> backup(sql::Database& from, const std::string& path, const BackupOptions& options) {
  const std::string part = path + ".part";
  const auto remove_parts = [&part] {
    for (const char* end : {"", "-journal", "-wal", "-shm"}) remove_if_there(part + end);
  };
  remove_parts();
  auto copied = copy_one_moment(from, part, options);
  if (copied.ok()) copied = move_into_place(part, path);
  remove_parts();
  return copied;
}

Result<void> copy_into(sql::Database& from, sql::Database& to) {
  assert(!from.in_transaction() && !to.in_transaction());
  return Copy(connection_of(to), connection_of(from)).run({});
}

void watch_writes(sql::Database& database, RowWritten tell) {
  auto& connection = connection_of(database);
  connection.row_written() = std::move(tell);
  const auto hear = [](void* told, int, const char*, const char* table, sqlite3_int64 rowid) {
    (*static_cast<RowWritten*>(told))(table, rowid);
  };
  sqlite3_update_hook(connection.handle(), hear, &connection.row_written());
}

Result<void> check_integrity(sql::Database& database, Check check) {
  auto query = TRY(database.prepare(check == Check::all ? "pragma integrity_check(1)" : "pragma quick_check(1)"));
  if (TRY(query->step()) && query->text(0) == "ok") return {};
  return Error{ErrorCode::store_damaged, "The database \"" + connection_of(database).path() +
                                             "\" is damaged: " + std::string(query->text(0)) + "."};
}

}  // namespace satchel::edge::sqlite
