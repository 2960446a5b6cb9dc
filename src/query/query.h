// SPDX-License-Identifier: Apache-2.0
//
// Query: one tree for both ends. A view or filter is OData text (odata/parse_query.h), becomes this tree, and is
// answered by SQL (sql/compile.h) on the server and on the device with the same meaning (L1).
//
// Meaning:
//   - Text compares by its fold key (base/text.h), so without case and marks; contains, startswith and endswith too.
//   - Comparing with null: `eq null` and `ne null` test for absence. Any other comparison with a null side is false,
//     `ne` is true when exactly one side is null (as Dataverse answers `ne` on columns without a value: rows are kept).
//   - `not` is the exact complement: each part of a filter is true or false, never unknown.
//   - A path whose record isn't there, or of which the reader sees nothing, ends in null.
//   - Nulls sort first ascending, last descending; ids as bytes; every order ends in the id, in the last order's direction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/record.h"
#include "model/schema.h"

namespace satchel::query {

// A column, perhaps of a record that lookups lead to: primarycontactid/parentcustomerid_account/name.
struct Path {
  struct Hop {
    model::ColumnIndex lookup = 0;
    TableNumber target;
    bool operator==(const Hop&) const = default;
  };
  std::vector<Hop> hops;
  // Of the last target, or of the queried table. 0 is the id; behind a hop it's the lookup itself, where it leads to that
  // table: so it's known without the record it leads to.
  model::ColumnIndex column = 0;
  bool operator==(const Path&) const = default;
};

enum class Comparison { eq, ne, gt, ge, lt, le };
enum class TextMatch { contains, starts_with, ends_with };

struct Filter;

struct Compare {
  Path path;
  Comparison comparison = Comparison::eq;
  model::Value value;  // in the column's held form; lookups and ids compare by id alone (Reference.table 0 = any)
};
struct CompareColumns {  // two columns, held alike (texts, or numbers of one scale, or dates, or lookups)
  Path left;
  Comparison comparison = Comparison::eq;
  Path right;
};
struct In {
  Path path;
  std::vector<model::Value> values;
};
struct Match {
  Path path;
  TextMatch match = TextMatch::contains;
  std::string text;  // as written; folded when compiled
};
struct HasParty {  // a party list holds this record: to/any(p:p/partyid eq ID), or EqualUserId on parties
  model::ColumnIndex column = 0;
  RecordId party;
};
// A record of `table` whose lookup leads to this one, and which `part` holds for (null: any): the other side of a lookup,
// contact_customer_accounts/any(c:c/lastname eq 'King'). A record that its reader may not see isn't there.
struct Exists {
  Path path;  // ends in the id of the record that is led to: {} is the queried one's own
  TableNumber table;
  model::ColumnIndex lookup = 0;
  std::shared_ptr<const Filter> part;
};
struct All {  // and; empty = true
  std::vector<Filter> parts;
};
struct Any {  // or; empty = false
  std::vector<Filter> parts;
};
struct Not {
  std::shared_ptr<const Filter> part;
};

struct Filter {
  std::variant<All, Any, Not, Compare, CompareColumns, In, Match, HasParty, Exists> node;
};

struct Order {
  Path path;
  bool descending = false;
};

// Where a page ended: the order values of its last row, and its id. The next page holds what comes behind it.
struct Position {
  std::vector<model::Value> values;  // one per order; texts as fold keys
  RecordId id;
};

struct Query {
  TableNumber table;
  std::vector<model::ColumnIndex> select;  // empty: all columns
  std::optional<Filter> filter;
  std::vector<Order> order;
  std::optional<std::int64_t> top;
  bool count = false;  // total matching, without top and pages
  std::optional<Position> after;
};

// Does the record match? `find` gives the record that a hop leads to, or null; `find_children` those of a table whose
// lookup leads to a record (a filter with Exists needs it). The same meaning as the SQL.
using FindRecord = std::function<const model::Record*(const model::Reference&)>;
using FindChildren = std::function<std::vector<const model::Record*>(TableNumber table, model::ColumnIndex lookup,
                                                                     const model::Reference& parent)>;
bool matches(const model::Schema& schema, const Filter& filter, const model::Record& record, const FindRecord& find,
             const FindChildren& find_children = {});

// The column that a path ends in, and its table. `table` is the queried one; every hop must be a lookup to its target.
struct PathEnd {
  const model::Table* table = nullptr;
  const model::Column* column = nullptr;
};
PathEnd end_of(const model::Schema& schema, const model::Table& table, const Path& path);

// Nested deeper than this is refused by the parser, so that no evaluation can overflow a stack.
inline constexpr int kFilterDepthMax = 64;
// Comparisons and listed values in one filter; far below the 32,766 parameters of a SQLite statement.
inline constexpr std::size_t kFilterNodesMax = 1000;
// Hops of one path, and of a whole filter: each may become a join, and SQLite joins 64 tables at most.
inline constexpr std::size_t kPathHopsMax = 4;
inline constexpr std::size_t kFilterHopsMax = 32;
// Columns to sort by; with their hops they stay below the same 64 tables.
inline constexpr std::size_t kOrdersMax = 6;
// Bytes of a text that is searched for. Folding may make eleven of one, and SQLite takes patterns up to 50,000.
inline constexpr std::size_t kMatchTextMax = 2000;

}  // namespace satchel::query
