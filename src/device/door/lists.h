// SPDX-License-Identifier: Apache-2.0
//
// Lists: windows of a table's rows, at any place of a long list.
//
//   near the top    asked from the database as it is: `order by … limit`, served by an index
//   anywhere else   from the numbers of all rows in the list's order (4 bytes a row), which are kept for the lists used last
//   with a search   the numbers of the rows that match, in the same order
//
// A change in the table makes the numbers old. An old order still answers, for a row more or less doesn't matter for a moment, and
// is renewed by `work` a little later (kOrderRest), out of the way of whoever made the change; whoever watches is told then.
#pragma once

#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "device/client/client.h"
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
  // When an order is to be made anew; nothing if none is. One call of `work` makes one that is due; it gives the table whose
  // lists have a new answer.
  std::optional<Instant> work_at() const;
  Result<std::optional<TableNumber>> work(Instant now);

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
  struct Ordered {
    std::string key;
    query::Query query;
    std::set<TableNumber> tables;  // that it depends on
    std::vector<store::RowNumber> numbers;
    bool is_made = false;
    bool is_old = false;
    bool is_wanted = false;  // somebody was answered without it
    Instant old_since = {};

    Instant due_at() const;  // somebody waits for the first one
  };

  Result<Window> read(const Json& question, Instant now);
  Result<bool> is_loading(const model::Table& table);
  Ordered& ordered(const Window& window, const std::string& search);
  Result<void> make(Ordered& ordered);
  Result<void> find(Ordered& found, const std::string& search, const Ordered& whole);
  Result<std::vector<model::Record>> rows_of(const Window& window, For whom, std::optional<std::int64_t>& total);
  Result<std::optional<std::vector<model::Record>>> first_rows_of(const Window& window, Ordered& whole, For whom,
                                                                  std::optional<std::int64_t>& total);
  Result<std::vector<model::Record>> rows_of_order(const Window& window, Ordered& ordered,
                                                   std::optional<std::int64_t>& total);

  client::Client& client_;
  std::list<Ordered> orders_;  // the one used last in front
};

}  // namespace satchel::device::door
