// SPDX-License-Identifier: Apache-2.0
#include "device/door/order.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "device/door/limits.h"

namespace satchel::device::door {

using store::PlacedRow;
using store::RowNumber;
using store::RowPlaces;

// ---- at which tables a query looks -------------------------------------------------------------------------------------------

namespace {

// Those that paths lead to, and whose rows are looked for.
class TablesLookedAt {
 public:
  explicit TablesLookedAt(const query::Query& query) {
    if (query.filter) (*this)(*query.filter);
    for (const auto& order : query.order) add(order.path);
  }
  std::set<TableNumber> take() { return std::move(tables_); }

  void operator()(const query::Filter& filter) { std::visit(*this, filter.node); }
  void operator()(const query::All& all) { for_each(all.parts); }
  void operator()(const query::Any& any) { for_each(any.parts); }
  void operator()(const query::Not& negated) { (*this)(*negated.part); }
  void operator()(const query::Compare& compare) { add(compare.path); }
  void operator()(const query::In& in) { add(in.path); }
  void operator()(const query::Match& match) { add(match.path); }
  void operator()(const query::HasParty&) {}
  void operator()(const query::CompareColumns& compare) {
    add(compare.left);
    add(compare.right);
  }
  void operator()(const query::Exists& exists) {
    add(exists.path);
    tables_.insert(exists.table);
    if (exists.part) (*this)(*exists.part);
  }

 private:
  void add(const query::Path& path) {
    for (const auto& hop : path.hops) tables_.insert(hop.target);
  }
  void for_each(const std::vector<query::Filter>& filters) {
    for (const auto& filter : filters) (*this)(filter);
  }

  std::set<TableNumber> tables_;
};

}  // namespace

// ---- making ------------------------------------------------------------------------------------------------------------------

// Stretches of rows, each in the list's order, and then all of them in one. The places lie behind each other in one text, for that
// takes half the room of a text for each.
class Order::Making {
  struct Row {
    RowNumber number;
    std::uint32_t at;  // of its place
  };
  struct Stretch {
    std::size_t next;
    std::size_t end;
  };

  std::string_view place_of(std::size_t row) const {
    const auto end = row + 1 < rows_.size() ? rows_[row + 1].at : bytes_.size();
    return std::string_view(bytes_).substr(rows_[row].at, end - rows_[row].at);
  }
  // Of a heap whose top is to be the stretch with the first row.
  auto is_behind() const {
    return [this](const Stretch& one, const Stretch& other) { return place_of(one.next) > place_of(other.next); };
  }

 public:
  explicit Making(RowNumber end) : end_(end) {}

  bool is_done() const { return next_ == end_ && stretches_.empty(); }
  std::vector<RowNumber> take() { return std::move(merged_); }

  Result<void> work(RowPlaces& places) {
    if (next_ == end_) {
      merge();
      return {};
    }
    const auto left = end_.value - next_.value;
    const RowNumber until(next_.value + std::min(left, kOrderPieceRows));
    const auto from = rows_.size();
    for (const auto& row : TRY(places.between(next_, until))) {
      rows_.push_back({row.number, static_cast<std::uint32_t>(bytes_.size())});
      bytes_ += row.place;
    }
    next_ = until;
    if (rows_.size() > from) stretches_.push_back({from, rows_.size()});
    if (next_ == end_) std::make_heap(stretches_.begin(), stretches_.end(), is_behind());
    return {};
  }

 private:
  void merge() {
    for (std::uint32_t merged = 0; merged < kOrderPieceMerged && !stretches_.empty(); ++merged) {
      std::pop_heap(stretches_.begin(), stretches_.end(), is_behind());
      auto& first = stretches_.back();
      merged_.push_back(rows_[first.next].number);
      if (++first.next == first.end) stretches_.pop_back();
      else std::push_heap(stretches_.begin(), stretches_.end(), is_behind());
    }
  }

  RowNumber next_;
  RowNumber end_;
  std::string bytes_;
  std::vector<Row> rows_;
  std::vector<Stretch> stretches_;
  std::vector<RowNumber> merged_;
};

// ---- moving ------------------------------------------------------------------------------------------------------------------

// Beside the numbers that answer meanwhile: all rows that were written are taken out at once, for between the others, which stand
// right, each finds its place by halving.
class Order::Moving {
 public:
  Moving(const std::vector<RowNumber>& numbers, const std::set<RowNumber>& written)
      : left_(written.begin(), written.end()) {
    numbers_.reserve(numbers.size() + written.size());
    std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(numbers_),
                 [&](RowNumber number) { return !written.contains(number); });
  }

  bool is_done() const { return left_.empty(); }
  std::vector<RowNumber> take() { return std::move(numbers_); }

  // False if the order isn't what it should be.
  Result<bool> work(RowPlaces& places) {
    for (std::size_t moved = 0; moved < kOrderPieceMoves && !left_.empty(); ++moved) {
      const auto row = left_.back();
      const auto placed = TRY(places.between(row, row.next()));
      if (!placed.empty()) {
        const auto at = TRY(position_of(places, placed.front().place));
        if (!at) return false;
        numbers_.insert(numbers_.begin() + *at, row);
      }
      left_.pop_back();
    }
    return true;
  }

 private:
  // Of the first row behind `place`. Nothing if a row isn't there that should be.
  Result<std::optional<std::ptrdiff_t>> position_of(RowPlaces& places, const std::string& place) {
    std::ptrdiff_t from = 0;
    auto until = static_cast<std::ptrdiff_t>(numbers_.size());
    while (from < until) {
      const auto middle = from + (until - from) / 2;
      const auto number = numbers_[static_cast<std::size_t>(middle)];
      const auto placed = TRY(places.between(number, number.next()));
      if (placed.empty()) return std::optional<std::ptrdiff_t>();
      if (placed.front().place < place) from = middle + 1;
      else until = middle;
    }
    return std::optional(from);
  }

  std::vector<RowNumber> numbers_;
  std::vector<RowNumber> left_;
};

// ---- the order ---------------------------------------------------------------------------------------------------------------

Order::Order(query::Query query) : query_(std::move(query)) {}
Order::Order(Order&&) noexcept = default;
Order::~Order() = default;

bool Order::touched(const store::Touched& touched) {
  if (!others_) others_ = TablesLookedAt(query_).take();
  const bool is_other = std::any_of(touched.tables.begin(), touched.tables.end(),
                                    [&](TableNumber table) { return others_->contains(table); });
  const bool is_own = touched.tables.contains(query_.table);
  if (!is_own && !is_other) return false;
  if (is_outdated_) return true;
  const auto rows = touched.rows.find(query_.table);
  if (is_other || rows == touched.rows.end()) {
    make_anew();
    return true;
  }
  moving_.reset();
  written_.insert(rows->second.begin(), rows->second.end());
  if (written_.size() > kOrderMovesMax) make_anew();
  return true;
}

void Order::make_anew() {
  is_outdated_ = true;
  making_.reset();
  moving_.reset();
  written_.clear();
}

Result<void> Order::work(store::DeviceStore& store) {
  if (!places_) places_ = TRY(store.row_places(query_));
  if (is_outdated_) {
    making_ = std::make_unique<Making>(TRY(store.row_numbers_end(store.schema().at(query_.table))));
    is_outdated_ = false;
  }
  if (making_) {
    TRY(making_->work(*places_));
    if (!making_->is_done()) return {};
    numbers_ = making_->take();
    is_made_ = true;
    making_.reset();
  } else if (!written_.empty()) {
    if (!moving_) moving_ = std::make_unique<Moving>(numbers_, written_);
    if (!TRY(moving_->work(*places_))) {
      make_anew();
      return {};
    }
    if (!moving_->is_done()) return {};
    numbers_ = moving_->take();
    written_.clear();
    moving_.reset();
  }
  return {};
}

}  // namespace satchel::device::door
