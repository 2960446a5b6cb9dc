// SPDX-License-Identifier: Apache-2.0
//
// What both forms of a batch must agree on about the headers of a part.
#pragma once

#include <string>
#include <string_view>

#include "base/http.h"

namespace satchel::odata::internal {

// RFC 9110, section 5.1 and 5.5: a name is a token, a value has no control characters. Anything else could break out of
// the header where it is written again.
bool is_header_name(std::string_view name);
bool is_header_value(std::string_view value);
bool is_method(std::string_view method);

// "application/json", "application/scim+json; charset=utf-8" ... A part that doesn't tell is JSON.
bool is_json_type(std::string_view content_type);
bool is_text_type(std::string_view content_type);

// The value of `name` in "type/subtype; name=value; other=\"quoted\"", or "".
std::string parameter_of(std::string_view content_type, std::string_view name);

}  // namespace satchel::odata::internal
