// SPDX-License-Identifier: Apache-2.0
//
// A database on which the world lays its hands: its process can die between any two statements (what wasn't committed is gone,
// what was is there), and a single statement can fail because the disk is full or can't be read.
#pragma once

#include <optional>

#include "sim/world/mutation.h"
#include "sql/database.h"

namespace satchel::sim {

class MortalDatabase final : public sql::Database {
 public:
  explicit MortalDatabase(sql::Database& inner, Mutation mutation = Mutation::none)
      : inner_(inner), mutation_(mutation) {}

  // Dies at the n-th statement from now on (1 = the next).
  void die_in(std::int64_t statements) { left_ = statements; }
  bool is_dead() const { return dead_; }
  // The n-th statement from now on fails with `error`; the process lives on.
  void fail_in(std::int64_t statements, Error error) {
    until_failure_ = statements;
    failure_ = std::move(error);
  }
  // No more deaths and failures until somebody asks for them again.
  void calm() { left_ = until_failure_ = 0; }
  // Somebody looks on: statements don't count while this is true.
  void set_watched(bool watched) { watched_ = watched; }
  // A new process opens the same file.
  void resurrect() {
    if (inner_.in_transaction()) (void)inner_.execute("rollback");
    calm();
    dead_ = false;
    ++commits_;
  }
  // Transactions that ended, and other reasons to look at the file again.
  std::int64_t commits() const { return commits_; }

  Result<sql::Statement*> statement(std::string_view sql) override {
    if (auto alive = live(); !alive) return alive.error();
    if (mutation_ == Mutation::stage_lost && sql.starts_with("insert into staged_page")) return &nothing_;
    if (mutation_ == Mutation::forgets_rights && sql.starts_with("insert into rights_state")) return &nothing_;
    if (mutation_ == Mutation::transactions_torn) tear(sql);
    return inner_.statement(sql);
  }
  Result<std::unique_ptr<sql::Statement>> prepare(std::string_view sql) override {
    if (auto alive = live(); !alive) return alive.error();
    return inner_.prepare(sql);
  }
  Result<void> execute(std::string_view sql) override {
    if (auto alive = live(); !alive) return alive.error();
    if (sql != "commit") return inner_.execute(sql);
    ++commits_;
    if (mutation_ == Mutation::loses_commits && commits_ % kLostCommit == 0) return inner_.execute("rollback");
    return inner_.execute(sql);
  }
  std::int64_t changes() override { return inner_.changes(); }
  bool in_transaction() const override { return inner_.in_transaction(); }
  std::uint64_t rows_read() const override { return inner_.rows_read(); }

 private:
  static constexpr std::int64_t kLostCommit = 10;  // every so many

  // A statement that does nothing, for those that a mutation takes away.
  class Nothing final : public sql::Statement {
   public:
    void bind_null(int) override {}
    void bind_integer(int, std::int64_t) override {}
    void bind_text(int, std::string_view) override {}
    void bind_blob(int, std::string_view) override {}
    Result<bool> step() override { return false; }
    void reset() override {}
    bool is_null(int) override { return true; }
    std::int64_t integer(int) override { return 0; }
    std::string_view text(int) override { return {}; }
    std::string_view blob(int) override { return {}; }
  };

  Result<void> live() {
    if (watched_) return {};
    if (!dead_ && left_ > 0 && --left_ == 0) dead_ = true;
    if (dead_) return Error{ErrorCode::io_error, "The process was killed here."};
    if (until_failure_ > 0 && --until_failure_ == 0) return failure_;
    return {};
  }
  void tear(std::string_view sql) {
    const bool writes = sql.starts_with("insert") || sql.starts_with("update") || sql.starts_with("delete");
    if (!writes || !inner_.in_transaction()) return;
    (void)inner_.execute("commit");
    (void)inner_.execute("begin immediate");
  }

  sql::Database& inner_;
  Mutation mutation_;
  Nothing nothing_;
  std::int64_t left_ = 0;  // 0: lives on
  bool dead_ = false;
  std::int64_t until_failure_ = 0;
  Error failure_;
  bool watched_ = false;
  std::int64_t commits_ = 0;
};

}  // namespace satchel::sim
