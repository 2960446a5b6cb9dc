// SPDX-License-Identifier: Apache-2.0
//
// Names in a filter, order or select text become columns and paths:
//
//   fullname, contactid                     the column
//   _parentcustomerid_value, parentcustomerid   the lookup itself
//   parentcustomerid_account/name           a column of the record it leads to
//   parentcustomerid_account/accountid      the lookup, where it leads to an account; so does parentcustomerid_account alone
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/query.h"

namespace satchel::odata {

struct ColumnPath {
  query::Path path;
  const model::Column* column = nullptr;  // a lookup, when the path ends in the id it holds

  bool is_reference() const {
    return column->type == model::ColumnType::id || column->type == model::ColumnType::lookup;
  }
};

// `segments` has at least one. Errors (without a position): unknown_column, bad_filter, too_large past kPathHopsMax.
Result<ColumnPath> resolve_path(const model::Schema& schema, const model::Table& table,
                                std::span<const std::string> segments);

// A column by its own name or as _x_value. Errors: unknown_column, with the name that may have been meant.
Result<const model::Column*> resolve_column(const model::Table& table, std::string_view name);

// The party lists that a collection names: <table>_activity_parties is all of them, a list's own name that one.
std::vector<model::ColumnIndex> party_lists_named(const model::Table& table, std::string_view name);

Error unknown_name(const model::Table& table, std::string_view name);

// "Full Name (fullname)"
std::string describe(const model::Column& column);

}  // namespace satchel::odata
