// SPDX-License-Identifier: Apache-2.0
//
// One value of a column as JSON, and the names under which columns travel.
//
//   text "Ada"   integer 5   decimal, money 12.50   boolean true   date "1985-12-10"   datetime "2026-11-23T08:15:00Z"
//   choice, state, status 1   lookup, id "0190a1b2-..." (property _name_value)   null
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "model/schema.h"
#include "model/value.h"
#include "odata/property_names.h"

namespace satchel::odata::internal {

inline constexpr std::string_view kFormattedValue = "OData.Community.Display.V1.FormattedValue";
inline constexpr std::string_view kLookupLogicalName = "Microsoft.Dynamics.CRM.lookuplogicalname";
inline constexpr std::string_view kAssociatedNavigation = "Microsoft.Dynamics.CRM.associatednavigationproperty";

// The single-valued navigation property of a lookup to one of its targets.
std::string_view navigation_to(const model::Column& lookup, TableNumber target);
// The name of its relationship with the target at a place of `targets`; "" where it has none.
const std::string& relationship_to(const model::Column& lookup, std::size_t place);

// "name": or "name@annotation": into an object that has members already or not.
void append_name(std::string& out, std::string_view name, std::string_view annotation = {});

// Party lists are none of its business.
void append_value(std::string& out, const model::Column& column, const model::Value& value);

// Neither lookups, ids nor party lists. Errors: bad_value that tells what is expected, target = column name.
Result<model::Value> read_value(const model::Column& column, const Json& json);

Error bad_value(std::string_view property, std::string sentence);

}  // namespace satchel::odata::internal
