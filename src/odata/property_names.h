// SPDX-License-Identifier: Apache-2.0
//
// What the JSON of a row calls properties that aren't named as their column is (OData JSON Format 4.01 leaves that to services; these are
// Dataverse's).
#pragma once

#include <string>
#include <string_view>

#include "model/schema.h"

namespace satchel::odata {

// What programs call a column: `version` for the organisation's (Table::find_column knows that name too), else its own name.
const std::string& face_name(const model::Column& column);
// "_parentcustomerid_value".
std::string lookup_property(std::string_view column_name);
// "phonecall_activity_parties".
std::string party_property(const model::Table& table);

}  // namespace satchel::odata
