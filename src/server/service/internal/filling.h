// SPDX-License-Identifier: Apache-2.0
//
// What writes records without a request shares: init, demo, import and the verbs of `satchel admin`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/rules.h"
#include "server/records/records.h"
#include "server/service/service.h"

namespace satchel::server::service {

// A server has one organisation today.
inline constexpr OrganizationNumber kTheOrganization{1};

// One commit of records, inside a transaction of the caller. Undone, in memory too, unless ended.
class Part {
 public:
  static Result<Part> begin(records::Records& records, sql::Database& database);
  // For a caller who gives up the whole transaction if something fails: a savepoint copies each page before it changes.
  static Result<Part> begin_without_undo(records::Records& records);
  Part(Part&& other) noexcept;
  Part& operator=(Part&&) = delete;
  ~Part();
  Result<void> end();

 private:
  explicit Part(records::Records& records) : records_(&records) {}
  records::Records* records_;
  std::optional<sql::Savepoint> savepoint_;
};

// Many records: a seq for each kFillPartRows of them, a durable commit for each kFillTransactionRows.
class Filling {
 public:
  Filling(records::Records& records, sql::Database& database) : records_(records), database_(database) {}

  Result<void> put(const access::Caller& caller, const model::RecordChange& change, Instant now);
  // Opens the transaction for what else belongs to it (passwords, roles).
  Result<void> open();
  // Commits. What was put since the last commit is gone without it.
  Result<void> finish();

 private:
  records::Records& records_;
  sql::Database& database_;
  std::optional<sql::Transaction> transaction_;
  std::optional<Part> part_;
  std::size_t part_rows_ = 0, transaction_rows_ = 0;
};

// A change put together by column names. They must be the table's, for these are the standard tables.
class ChangeMaker {
 public:
  ChangeMaker(const model::Table& table, RecordId id, model::ChangeKind kind = model::ChangeKind::create)
      : table_(table), change_{table.number, id, kind, {}} {}
  // Goes on with one that was begun.
  ChangeMaker(const model::Table& table, model::RecordChange change) : table_(table), change_(std::move(change)) {}

  ChangeMaker& set(std::string_view column, model::Value value);
  // A number by its digits, in the column's scale: "12.50".
  ChangeMaker& set_number(std::string_view column, std::string_view digits);
  ChangeMaker& set_lookup(std::string_view column, const model::Table& target, RecordId id) {
    return set(column, model::Reference{target.number, id});
  }
  ChangeMaker& clear(std::string_view column) { return set(column, model::Value()); }
  bool has(std::string_view column) const { return table_.find_column(column) != nullptr; }
  const model::Table& table() const { return table_; }
  const model::RecordChange& change() const { return change_; }

 private:
  const model::Table& table_;
  model::RecordChange change_;
};

}  // namespace satchel::server::service
