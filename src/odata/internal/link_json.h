// SPDX-License-Identifier: Apache-2.0
//
// Links inside bodies: how a change names the record that a lookup shall point to.
//
//   "primarycontactid@odata.bind": "/contacts(0190...)"      OData 4.0; null clears
//   "primarycontactid": {"@id": "contacts(0190...)"}         OData 4.01
//   "primarycontactid@odata.bind": "$1"                      the record that part 1 of the same batch makes
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "model/schema.h"
#include "odata/record_json.h"

namespace satchel::odata::internal {

// "name@annotation" in two; the annotation is empty where there is none.
struct PropertyName {
  std::string_view name;
  std::string_view annotation;
  bool is_bind() const { return annotation == "odata.bind" || annotation == "bind"; }
};
PropertyName split_property(std::string_view text);

// The URL in {"@id": url}; null when `json` is an object with properties (a deep insert) or no object.
const Json* link_url(const Json& json);

// Errors: bad_value with the property's name: no URL, a set that isn't a target, a part that isn't there.
Result<model::Reference> read_link(const model::Schema& schema, std::string_view property, const Json& url,
                                   std::span<const TableNumber> targets, const ResolveReference& resolve);

}  // namespace satchel::odata::internal
