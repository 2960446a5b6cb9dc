// SPDX-License-Identifier: Apache-2.0
//
// Literals of a filter, and what it means to compare a column with one.
//
// A number keeps its digits until its column is known: 12.505 against a column of two decimals is no value that column
// can have, so `eq` is never true and `gt` starts above 12.50. The same holds for a fraction of a second.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "odata/internal/filter_path.h"
#include "query/query.h"

namespace satchel::odata {

struct Literal {
  enum class Kind { null, boolean, number, text, guid, date, date_time };
  Kind kind = Kind::null;
  std::string text;  // as written; "true" or "false" for a boolean; of a text what it holds
  std::size_t offset = 0;
};

// Of a number without point and exponent.
std::optional<std::int64_t> whole_number(const Literal& literal);

// A value in a column's held form. Not exact: the literal lies between `value` and the next one.
struct Held {
  model::Value value;
  bool exact = true;
};

// How strictly a literal has to look like its column. The values of Microsoft.Dynamics.CRM functions may all be texts.
enum class Quotes { strict, lenient };

// Errors (without a position): bad_filter with the column's label and what was expected.
Result<Held> hold(const model::Column& column, const Literal& literal, Quotes quotes = Quotes::strict);

// column <comparison> literal. Errors as above.
Result<query::Filter> compare(const ColumnPath& path, query::Comparison comparison, const Literal& literal,
                              Quotes quotes = Quotes::strict);
Result<query::Filter> compare_any(const ColumnPath& path, const std::vector<Literal>& literals,
                                  Quotes quotes = Quotes::strict);
// Two columns. Errors: bad_filter for columns of two kinds, not_implemented for numbers of two scales.
Result<query::Filter> compare_columns(const ColumnPath& left, query::Comparison comparison, const ColumnPath& right);

// from <= column < to, in the column's held form; an end that's missing is open.
query::Filter within(const query::Path& path, std::optional<std::int64_t> from, std::optional<std::int64_t> to);
// The column as a coarser thing - a day, a year - against one of these, which spans from .. to.
query::Filter compare_span(const query::Path& path, query::Comparison comparison, std::int64_t from, std::int64_t to);

query::Filter negation(query::Filter filter);
query::Filter constant(bool truth);

}  // namespace satchel::odata
