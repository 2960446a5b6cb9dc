// SPDX-License-Identifier: Apache-2.0
//
// A database whose process can die between any two statements: what wasn't committed is gone, what was is there.
#pragma once

#include "sql/database.h"

namespace satchel::sim {

class MortalDatabase final : public sql::Database {
 public:
  explicit MortalDatabase(sql::Database& inner) : inner_(inner) {}

  // Dies at the n-th statement from now on (1 = the next).
  void die_in(std::int64_t statements) { left_ = statements; }
  bool is_dead() const { return dead_; }
  // Somebody looks on: statements don't count while this is true.
  void set_watched(bool watched) { watched_ = watched; }
  // A new process opens the same file.
  void resurrect() {
    if (inner_.in_transaction()) (void)inner_.execute("rollback");
    left_ = 0;
    dead_ = false;
  }

  Result<sql::Statement*> statement(std::string_view sql) override {
    if (auto alive = live(); !alive) return alive.error();
    return inner_.statement(sql);
  }
  Result<std::unique_ptr<sql::Statement>> prepare(std::string_view sql) override {
    if (auto alive = live(); !alive) return alive.error();
    return inner_.prepare(sql);
  }
  Result<void> execute(std::string_view sql) override {
    if (auto alive = live(); !alive) return alive.error();
    if (sql == "commit") ++commits_;
    return inner_.execute(sql);
  }
  // Transactions that this and earlier processes ended, and other reasons to look at the file again.
  std::int64_t commits() const { return commits_; }
  std::int64_t changes() override { return inner_.changes(); }
  bool in_transaction() const override { return inner_.in_transaction(); }
  std::uint64_t rows_read() const override { return inner_.rows_read(); }

 private:
  Result<void> live() {
    if (watched_) return {};
    if (!dead_ && left_ > 0 && --left_ == 0) dead_ = true;
    if (dead_) return Error{ErrorCode::io_error, "The process was killed here."};
    return {};
  }

  sql::Database& inner_;
  std::int64_t left_ = 0;  // 0: lives on
  bool dead_ = false;
  bool watched_ = false;
  std::int64_t commits_ = 0;
};

}  // namespace satchel::sim
