// SPDX-License-Identifier: Apache-2.0
#include "edge/sqlite/internal/connection.h"

#include <cassert>

#include "edge/sqlite/internal/failure.h"
#include "edge/sqlite/limits.h"

namespace satchel::edge::sqlite {

Query::Query(Connection& connection, sqlite3_stmt* handle)
    : connection_(connection), handle_(handle), next_(connection.queries_), link_(&connection.queries_) {
  if (next_ != nullptr) next_->link_ = &next_;
  *link_ = this;
}

Query::~Query() {
  connection_.steps_of_ended_ += steps_done();
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  sqlite3_finalize(handle_);
}

Result<bool> Query::step() {
  if (bind_failure_ != SQLITE_OK) return finish(std::exchange(bind_failure_, SQLITE_OK));
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_);
    return false;
  }
  return finish(code);
}

Result<bool> Query::finish(int code) {
  // A parameter that isn't there, or a bind while rows are being read.
  assert(code != SQLITE_RANGE && code != SQLITE_MISUSE);
  Error error = connection_.fail(code, sqlite3_sql(handle_));
  sqlite3_reset(handle_);
  return error;
}

std::uint64_t Query::steps_done() const {
  return static_cast<std::uint32_t>(sqlite3_stmt_status(handle_, SQLITE_STMTSTATUS_VM_STEP, 0));
}

Connection::~Connection() {
  kept_.clear();
  assert(queries_ == nullptr);  // A statement from prepare() outlives its database.
  sqlite3_close_v2(handle_);
}

Error Connection::fail(int code, std::string_view sql) const {
  return failure(handle_, code, {.path = path_, .sql = sql, .key_proven = key_proven_});
}

Result<std::unique_ptr<Query>> Connection::compile(std::string_view sql, Lifetime lifetime) {
  sqlite3_stmt* compiled = nullptr;
  const unsigned flags = lifetime == Lifetime::kept ? SQLITE_PREPARE_PERSISTENT : 0;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), flags, &compiled, nullptr);
  if (code != SQLITE_OK) return fail(code, sql);
  assert(compiled != nullptr);  // A text without a statement in it.
  return std::make_unique<Query>(*this, compiled);
}

Result<sql::Statement*> Connection::statement(std::string_view sql) {
  auto found = kept_.find(sql);
  if (found == kept_.end()) {
    auto query = TRY(compile(sql, Lifetime::kept));
    if (kept_.size() >= kStatementsMax) forget_oldest();
    found = kept_.emplace(std::string(sql), Kept{std::move(query)}).first;
  }
  Kept& kept = found->second;
  assert(!kept.query->busy());  // Asked for twice at one time, or not reset: see sql::borrow.
  kept.last_use = ++uses_;
  return kept.query.get();
}

// Rare enough for a walk through all: preparing the newcomer took longer.
void Connection::forget_oldest() {
  auto oldest = kept_.end();
  for (auto it = kept_.begin(); it != kept_.end(); ++it) {
    if (it->second.query->busy()) continue;
    if (oldest == kept_.end() || it->second.last_use < oldest->second.last_use) oldest = it;
  }
  if (oldest != kept_.end()) kept_.erase(oldest);
}

Result<std::unique_ptr<sql::Statement>> Connection::prepare(std::string_view sql) {
  auto query = TRY(compile(sql, Lifetime::once));
  return std::unique_ptr<sql::Statement>(std::move(query));
}

Result<void> Connection::execute(std::string_view sql) {
  if (sql.size() <= kExecuteKeptMax && sql.find(';') == sql.npos) return TRY(statement(sql))->run();
  const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(sqlite3_extended_errcode(handle_), sql);
  return {};
}

std::uint64_t Connection::rows_read() const {
  std::uint64_t sum = steps_of_ended_;
  for (const Query* query = queries_; query != nullptr; query = query->next_) sum += query->steps_done();
  return sum;
}

}  // namespace satchel::edge::sqlite
