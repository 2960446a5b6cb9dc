// SPDX-License-Identifier: Apache-2.0
//
// Lists: windows of a table's rows, at any place of a long list.
//
//   near the top    asked from the database as it is, until the order is there: `order by … limit`, served by an index
//   anywhere else   from the list's order (order.h), which is kept for the lists used last
//   with a search   the numbers of the rows that match, in the same order
//
// A few changed rows are put where they belong when the list is asked for again, so it's right at once. Many make an order old: it
// still answers, and is made anew piece by piece (`work`) a little later (kOrderRest); whoever watches is told then.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "device/client/client.h"
#include "device/door/order.h"
#include "device/door/values.h"
#include "query/query.h"

namespace satchel::device::door {

class Lists {
 public:
  explicit Lists(client::Client& client) : client_(client) {}

  // Who watches is told again when an old order has been renewed; who asks once wants to know it now.
  enum class For { watching, asking };
  // A `list` question's answer but for `as_of`. Errors: unknown_table, unknown_column, bad_filter, bad_request.
  Result<Json> answer(const Json& question, Instant now, For whom);

  void touched(const store::Touched& touched, Instant now);
  // When a piece of an order is to be made; nothing if none is. One call of `work` makes one that is due, and gives the table whose
  // lists have a new answer with it.
  std::optional<Instant> work_at() const;
  Result<std::optional<TableNumber>> work(Instant now);

  // The order of the question's list is being made for the first time. It comes soon, with another answer, and until then a window costs
  // ten times as much.
  bool is_in_making(const Json& question, Instant now) const;

  // The first rows of a view or filter, for others that show a few.
  Result<std::vector<model::Record>> first_rows(const model::Table& table, std::string_view filter,
                                                std::string_view order, std::int64_t rows_max, Instant now);

 private:
  struct Window {
    const model::Table* table = nullptr;
    query::Query query;
    std::string key;  // of everything but the window and the search
    std::string search;
    std::vector<model::ColumnIndex> columns;
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Kept {
    std::string key;
    Order order;
    bool is_wanted = false;  // somebody was answered without what is left to do
    Instant outdated_at;
    // What was searched for last, and its rows in the list's order.
    std::string search;
    std::vector<store::RowNumber> found;
    bool is_found = false;

    Instant due_at() const;
  };

  Result<Window> read(const Json& question, Instant now);
  Result<bool> is_loading(const model::Table& table);
  Kept* find_kept(const std::string& key);
  Kept& keep(const Window& window);
  Result<void> finish(Kept& kept);
  Result<std::vector<model::Record>> rows_of(const Window& window, For whom, std::optional<std::int64_t>& total);
  Result<std::optional<std::vector<model::Record>>> first_rows_of(const Window& window, Kept* kept, For whom,
                                                                  std::optional<std::int64_t>& total);
  Result<void> search_in(Kept& kept, const std::string& search);

  client::Client& client_;
  std::list<Kept> kept_;  // the one used last in front
};

}  // namespace satchel::device::door
