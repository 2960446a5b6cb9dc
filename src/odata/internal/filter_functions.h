// SPDX-License-Identifier: Apache-2.0
//
// The query functions of Microsoft.Dynamics.CRM, e.g. LastXDays(PropertyName='modifiedon',PropertyValue=10).
#pragma once

#include <string_view>
#include <vector>

#include "odata/internal/filter_path.h"
#include "odata/internal/filter_value.h"
#include "odata/parse_query.h"

namespace satchel::odata {

inline constexpr std::string_view kQueryFunctionNamespace = "Microsoft.Dynamics.CRM.";

// `name` without the namespace; `values` in the order given. Errors (without a position): bad_filter, not_implemented.
Result<query::Filter> query_function(std::string_view name, const ColumnPath& path, const std::vector<Literal>& values,
                                     const QueryContext& context);

// Is it a function of OData that we don't have: length, indexof, round ...?
bool is_known_function(std::string_view name);

}  // namespace satchel::odata
