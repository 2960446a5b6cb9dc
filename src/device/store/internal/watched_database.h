// SPDX-License-Identifier: Apache-2.0
//
// A database that tells when a transaction wasn't committed, so that what was cached inside it isn't believed any more.
// sql::Transaction has no hook; but when it ends without a commit it asks whether it's still open, and rolls back if so.
#pragma once

#include <functional>

#include "sql/database.h"

namespace satchel::device::store {

class WatchedDatabase final : public sql::Database {
 public:
  WatchedDatabase(sql::Database& database, std::function<void()> rolled_back)
      : database_(database), rolled_back_(std::move(rolled_back)) {}

  Result<sql::Statement*> statement(std::string_view sql) override { return database_.statement(sql); }
  Result<std::unique_ptr<sql::Statement>> prepare(std::string_view sql) override { return database_.prepare(sql); }
  Result<void> execute(std::string_view sql) override { return database_.execute(sql); }
  std::int64_t changes() override { return database_.changes(); }
  bool in_transaction() const override {
    rolled_back_();
    return database_.in_transaction();
  }
  std::uint64_t rows_read() const override { return database_.rows_read(); }

 private:
  sql::Database& database_;
  std::function<void()> rolled_back_;
};

}  // namespace satchel::device::store
