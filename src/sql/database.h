// SPDX-License-Identifier: Apache-2.0
//
// Database: the port through which rooms reach a SQL engine. Drivers live in edge/ (SQLite today, PostgreSQL later).
//
//   auto transaction = TRY(Transaction::begin(database, Transaction::Kind::write));
//   auto& insert = *TRY(database.statement("insert into t(id, name) values (?1, ?2)"));
//   insert.bind_blob(1, id.view());
//   insert.bind_text(2, name);
//   TRY(insert.run());
//   TRY(transaction.commit());
//
// Always true:
//   - Parameters are written ?1, ?2, ... and every SQL text is portable between the engines (DESIGN section 2);
//     what isn't, is asked from `dialect`.
//   - A connection belongs to one thread at a time.
//   - Errors: store_damaged, disk_full, io_error, store_busy, wrong_key as the engine reports them;
//     `exists` for a violated unique key; anything else is `internal`, for then the SQL text is wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace satchel::sql {

// A prepared statement. Bound views must live until the next step is over. Columns count from 0, parameters from 1.
class Statement {
 public:
  virtual ~Statement() = default;

  virtual void bind_null(int parameter) = 0;
  virtual void bind_integer(int parameter, std::int64_t value) = 0;
  virtual void bind_text(int parameter, std::string_view value) = 0;
  virtual void bind_blob(int parameter, std::string_view value) = 0;

  // True when a row is there; false at the end (the statement is then reset, its bindings stay).
  virtual Result<bool> step() = 0;
  // For statements that give no rows: steps to the end.
  Result<void> run() {
    while (TRY(step())) {
    }
    return {};
  }
  // Ends a reading before its end. Always safe.
  virtual void reset() = 0;

  virtual bool is_null(int column) = 0;
  virtual std::int64_t integer(int column) = 0;
  // Views live until the next step or reset.
  virtual std::string_view text(int column) = 0;
  virtual std::string_view blob(int column) = 0;
};

class Database {
 public:
  virtual ~Database() = default;

  // A statement that this connection keeps and gives again for the same text. Borrowed: reset when the caller's
  // scope ends (see Borrowed), so don't ask for the same text twice at one time.
  virtual Result<Statement*> statement(std::string_view sql) = 0;
  // A statement of the caller's own; use it where several run side by side.
  virtual Result<std::unique_ptr<Statement>> prepare(std::string_view sql) = 0;
  // One or more statements without parameters or rows.
  virtual Result<void> execute(std::string_view sql) = 0;
  // Rows changed by the last statement that changed any.
  virtual std::int64_t changes() = 0;
  virtual bool in_transaction() const = 0;
  // Rows read by this connection so far, for tests that count the cost of a query. 0 where the engine can't tell.
  virtual std::uint64_t rows_read() const { return 0; }
};

// Resets a borrowed statement when the scope ends.
class Borrowed {
 public:
  explicit Borrowed(Statement* statement) : statement_(statement) {}
  Borrowed(Borrowed&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Borrowed& operator=(Borrowed&&) = delete;
  ~Borrowed() {
    if (statement_ != nullptr) statement_->reset();
  }
  Statement* operator->() const { return statement_; }
  Statement& operator*() const { return *statement_; }

 private:
  Statement* statement_;
};

inline Result<Borrowed> borrow(Database& database, std::string_view sql) {
  return Borrowed(TRY(database.statement(sql)));
}

// All or nothing: rolls back unless committed.
class Transaction {
 public:
  enum class Kind { read, write };

  static Result<Transaction> begin(Database& database, Kind kind = Kind::write) {
    TRY(database.execute(kind == Kind::write ? "begin immediate" : "begin"));
    return Transaction(database);
  }
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (database_ != nullptr && database_->in_transaction()) (void)database_->execute("rollback");
  }
  Result<void> commit() {
    TRY(database_->execute("commit"));
    database_ = nullptr;
    return {};
  }

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

// A part of a transaction that can be undone by itself: rolls back unless released. They nest like scopes.
class Savepoint {
 public:
  static Result<Savepoint> begin(Database& database) {
    TRY(database.execute("savepoint part"));
    return Savepoint(database);
  }
  Savepoint(Savepoint&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;
  ~Savepoint() {
    if (database_ != nullptr && database_->in_transaction()) (void)database_->execute("rollback to part; release part");
  }
  Result<void> release() {
    TRY(database_->execute("release part"));
    database_ = nullptr;
    return {};
  }

 private:
  explicit Savepoint(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace satchel::sql
