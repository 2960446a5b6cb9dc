// SPDX-License-Identifier: Apache-2.0
//
// Connection and Query: sql::Database and sql::Statement on SQLite's handles.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "sql/database.h"

namespace satchel::edge::sqlite {

class Connection;

class Query final : public sql::Statement {
 public:
  // Takes the handle.
  Query(Connection& connection, sqlite3_stmt* handle);
  Query(const Query&) = delete;
  ~Query() override;

  void bind_null(int parameter) override { keep(sqlite3_bind_null(handle_, parameter)); }
  void bind_integer(int parameter, std::int64_t value) override { keep(sqlite3_bind_int64(handle_, parameter, value)); }
  void bind_text(int parameter, std::string_view value) override {
    // A null pointer would bind NULL, and an empty view may have one.
    keep(sqlite3_bind_text64(handle_, parameter, value.data() != nullptr ? value.data() : "", value.size(),
                             SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind_blob(int parameter, std::string_view value) override {
    keep(sqlite3_bind_blob64(handle_, parameter, value.data() != nullptr ? value.data() : "", value.size(),
                             SQLITE_STATIC));
  }

  Result<bool> step() override;
  void reset() override { sqlite3_reset(handle_); }

  // One thread at a time has a connection, so a value can be asked several things at the price of finding it once.
  bool is_null(int column) override { return sqlite3_value_type(at(column)) == SQLITE_NULL; }
  std::int64_t integer(int column) override { return sqlite3_value_int64(at(column)); }
  std::string_view text(int column) override {
    auto* value = at(column);
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return {bytes, bytes != nullptr ? static_cast<std::size_t>(sqlite3_value_bytes(value)) : 0};
  }
  std::string_view blob(int column) override {
    auto* value = at(column);
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
    return {bytes, bytes != nullptr ? static_cast<std::size_t>(sqlite3_value_bytes(value)) : 0};
  }

  bool busy() const { return sqlite3_stmt_busy(handle_) != 0; }
  std::uint64_t steps_done() const;

 private:
  sqlite3_value* at(int column) { return sqlite3_column_value(handle_, column); }
  void keep(int code) {
    if (code != SQLITE_OK) bind_failure_ = code;
  }
  Result<bool> finish(int code);

  Connection& connection_;
  sqlite3_stmt* handle_;
  int bind_failure_ = SQLITE_OK;
  friend class Connection;
  Query* next_ = nullptr;  // the connection's list of all its statements, for rows_read()
  Query** link_ = nullptr;
};

class Connection final : public sql::Database {
 public:
  // Takes the handle.
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Connection(const Connection&) = delete;
  ~Connection() override;

  Result<sql::Statement*> statement(std::string_view sql) override;
  Result<std::unique_ptr<sql::Statement>> prepare(std::string_view sql) override;
  Result<void> execute(std::string_view sql) override;
  std::int64_t changes() override { return sqlite3_changes64(handle_); }
  bool in_transaction() const override { return sqlite3_get_autocommit(handle_) == 0; }
  // Steps of SQLite's virtual machine, some 5 to 20 for each row visited: good for comparing two costs and for seeing
  // that one doesn't grow with the table; not a number of rows.
  std::uint64_t rows_read() const override;

  sqlite3* handle() const { return handle_; }
  const std::string& path() const { return path_; }
  // From now on unreadable content means damage, no longer a wrong key.
  void key_is_proven() { key_proven_ = true; }
  Error fail(int code, std::string_view sql = {}) const;
  // Of watch_writes() (maintenance.h), which tells SQLite where it lies.
  std::function<void(std::string_view, std::int64_t)>& row_written() { return row_written_; }

 private:
  friend class Query;

  enum class Lifetime { once, kept };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Kept {
    std::unique_ptr<Query> query;
    std::uint64_t last_use = 0;
  };

  Result<std::unique_ptr<Query>> compile(std::string_view sql, Lifetime lifetime);
  void forget_oldest();

  sqlite3* handle_;
  std::string path_;
  bool key_proven_ = false;
  std::unordered_map<std::string, Kept, TextHash, std::equal_to<>> kept_;
  std::uint64_t uses_ = 0;
  Query* queries_ = nullptr;
  std::uint64_t steps_of_ended_ = 0;
  std::function<void(std::string_view, std::int64_t)> row_written_;
};

// The connection behind a database that came from open().
inline Connection& connection_of(sql::Database& database) { return static_cast<Connection&>(database); }

}  // namespace satchel::edge::sqlite
