// SPDX-License-Identifier: Apache-2.0
//
// Order: all rows of a list in its order, as numbers, 4 bytes each. A window anywhere in the list is cheap by them.
//
//   made   stretches of row numbers are read one after the other, each in the list's order, and then merged
//   kept   rows that were written are taken out, and each is put where it stands now: found by halving, 17 reads in 100,000 rows
//
// Both are done piece by piece, for the one thread of the engine answers nobody during a piece.
//
// Always true:
//   - Once made, `numbers` answers: the rows as of some moment, each once, in the list's order as of that moment.
//   - When no work is left, that moment is now.
//   - A piece reads no more than kOrderPieceRows rows, or puts no more than kOrderPieceMoves where they belong.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "device/store/store.h"
#include "query/query.h"

namespace satchel::device::door {

class Order {
 public:
  explicit Order(query::Query query);
  Order(Order&&) noexcept;
  ~Order();

  const query::Query& query() const { return query_; }
  bool is_made() const { return is_made_; }
  // More was written than can be moved row by row; or it was never made.
  bool is_outdated() const { return is_outdated_; }
  bool has_work() const { return is_outdated_ || making_ || !written_.empty(); }
  const std::vector<store::RowNumber>& numbers() const { return numbers_; }

  // What has been written, told before anything else is asked of the store. True if it concerns this list.
  bool touched(const store::Touched& touched);
  // One piece. Errors: the store's; what was made so far stays, and is gone on with.
  Result<void> work(store::DeviceStore& store);

 private:
  class Making;
  class Moving;

  void make_anew();

  query::Query query_;
  std::optional<std::set<TableNumber>> others_;  // tables at which filter and order look beside the list's own
  std::unique_ptr<store::RowPlaces> places_;
  std::vector<store::RowNumber> numbers_;
  bool is_made_ = false;
  bool is_outdated_ = true;
  std::unique_ptr<Making> making_;
  std::unique_ptr<Moving> moving_;
  std::set<store::RowNumber> written_;  // since numbers_, and not moved yet
};

}  // namespace satchel::device::door
