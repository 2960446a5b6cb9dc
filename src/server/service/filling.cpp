// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/filling.h"

#include <cassert>

#include "server/service/limits.h"

namespace satchel::server::service {

// ---- Part ----------------------------------------------------------------------------------------------------------

Result<Part> Part::begin(records::Records& records, sql::Database& database) {
  auto savepoint = TRY(sql::Savepoint::begin(database));
  auto part = TRY(begin_without_undo(records));
  part.savepoint_.emplace(std::move(savepoint));
  return part;
}

Result<Part> Part::begin_without_undo(records::Records& records) {
  TRY(records.begin_part());
  return Part(records);
}

Part::Part(Part&& other) noexcept
    : records_(std::exchange(other.records_, nullptr)), savepoint_(std::move(other.savepoint_)) {}

Part::~Part() {
  if (records_ != nullptr) records_->abandon_part();
}

Result<void> Part::end() {
  TRY(records_->end_part());
  if (savepoint_) TRY(savepoint_->release());
  records_ = nullptr;
  return {};
}

// ---- Filling -------------------------------------------------------------------------------------------------------

Result<void> Filling::put(const access::Caller& caller, const model::RecordChange& change, Instant now) {
  TRY(open());
  if (!part_) part_.emplace(TRY(Part::begin_without_undo(records_)));
  TRY(records_.apply(caller, change, {}, records::Absent::refuse, now));
  ++transaction_rows_;
  if (++part_rows_ < kFillPartRows) return {};
  TRY(part_->end());
  part_.reset();
  part_rows_ = 0;
  if (transaction_rows_ < kFillTransactionRows) return {};
  return finish();
}

Result<void> Filling::open() {
  if (!transaction_) transaction_.emplace(TRY(sql::Transaction::begin(database_)));
  return {};
}

Result<void> Filling::finish() {
  if (part_) TRY(part_->end());
  part_.reset();
  if (transaction_) TRY(transaction_->commit());
  transaction_.reset();
  part_rows_ = transaction_rows_ = 0;
  return {};
}

// ---- ChangeMaker ---------------------------------------------------------------------------------------------------

ChangeMaker& ChangeMaker::set(std::string_view column, model::Value value) {
  const auto* found = table_.find_column(column);
  assert(found != nullptr);
  change_.set(found->index, std::move(value));
  return *this;
}

ChangeMaker& ChangeMaker::set_number(std::string_view column, std::string_view digits) {
  const auto number = model::parse_scaled(digits, table_.find_column(column)->scale);
  assert(number.ok());
  return set(column, *number);
}

}  // namespace satchel::server::service
