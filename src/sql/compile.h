// SPDX-License-Identifier: Apache-2.0
//
// A query tree becomes SQL text with parameters. No value ever stands in the text.
//
//   select t."id", t."version", t."fullname", ..., t."fullname__fold"        leading, stored columns, sort keys
//   from "contact" as t left join "account" as j1 on j1."id" = t."parentcustomerid" and ...
//   where ... order by 47 nulls first, 1 limit ?5
//
// Behind a position the same select stands once per block of rows, joined by "union all": rows equal to the position
// in the first keys and beyond it in the next. So each block is one stretch of an index on (keys ..., id), and a page
// costs the same at the list's end as at its beginning.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "query/query.h"
#include "sql/database.h"
#include "sql/layout.h"

namespace satchel::sql {

struct Blob {
  std::string bytes;
};
using Parameter = std::variant<std::monostate, std::int64_t, std::string, Blob>;

struct Fragment {
  std::string text;  // with plain "?" in order
  std::vector<Parameter> parameters;
};

// What the owner of the tables adds to each query.
struct Surroundings {
  // A condition for every row of `table` read under `alias`, e.g. organization and rights:
  // "t.organization = ? and ...". A '?' stands for a parameter, wherever it is.
  // Empty text = no condition. Used for the queried table and for each table that a path leads to.
  std::function<Fragment(const model::Table& table, std::string_view alias)> condition;
  // Columns that stand before the values in each result row, e.g. {"id", "version"}. "id" must be among them.
  std::vector<std::string> leading = {"id", "version"};
  // The values stand behind the leading columns. Without them a query that an index serves reads no row.
  bool with_values = true;
  // What stands behind "from" for a table, already quoted. Empty = the table's logical name.
  std::function<std::string(const model::Table& table)> source;
};

struct Compiled {
  std::string text;  // with ?1, ?2, ...
  std::vector<Parameter> parameters;
};

// Rows: leading columns, then stored_columns of the whole table (fold parts included; left out without `with_values`), then one
// column per order of the query: the key that the row was sorted by, for query::Position.
Compiled compile_rows(const model::Schema& schema, const query::Query& query, const Surroundings& surroundings);
// One row, one number: how many match, without top and position.
Compiled compile_count(const model::Schema& schema, const query::Query& query, const Surroundings& surroundings);

// Where a page that ends in the present row of compile_rows ended.
query::Position read_position(Statement& statement, const model::Schema& schema, const query::Query& query,
                              const Surroundings& surroundings);

// Views of them are bound: `parameters` must outlive the reading.
void bind(Statement& statement, const std::vector<Parameter>& parameters);

}  // namespace satchel::sql
