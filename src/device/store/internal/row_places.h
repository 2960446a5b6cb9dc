// SPDX-License-Identifier: Apache-2.0
//
// Where rows stand in a query's order, as bytes:
//
//   per order   00 for null, or 01 and the key; where it descends, all of that with its bits turned round
//   at the end  the id, turned round where the last order descends
//
//   a number    8 bytes, the greatest first, its sign turned round
//   a text      its bytes, 00 01 for each 00 in it, and 00 00 behind it
//
// So bytes compare as SQL sorts: nulls first ascending, last descending (query/query.h).
#pragma once

#include "device/store/store.h"
#include "sql/compile.h"

namespace satchel::device::store {

class SqlRowPlaces final : public RowPlaces {
 public:
  SqlRowPlaces(sql::Database& database, const model::Schema& schema, query::Query query);

  Result<std::vector<PlacedRow>> between(RowNumber from, RowNumber until) override;

 private:
  enum class Key { number, text, id };
  struct Order {
    Key key = Key::number;
    bool is_descending = false;
  };
  std::string place_in(sql::Statement& row) const;

  sql::Database& database_;
  std::vector<Order> orders_;
  bool ids_descend_ = false;
  sql::Compiled compiled_;
};

}  // namespace satchel::device::store
