// SPDX-License-Identifier: Apache-2.0
//
// A filter as a SQL condition, with the meaning of query.h.
//
// SQL knows "unknown" beside true and false; our filters don't. Negations are pushed down to the leaves, and each leaf
// has two forms, itself and its complement. What remains are "and" and "or" alone, and there unknown may count as false.
// So a plain leaf can stay as an index likes it ("k" = ?), and only complements say what becomes of null.
#pragma once

#include "sql/internal/sources.h"

namespace satchel::sql {

Fragment filter_condition(Sources& sources, const query::Filter& filter);

// Joins conditions by " and " or " or ", as a tree of small height: SQLite takes expressions 1000 high at most.
Fragment joined_conditions(std::vector<Fragment> parts, std::string_view word);

// A value as it is compared with a key of `column`.
Parameter parameter_of(const model::Value& value);

}  // namespace satchel::sql
