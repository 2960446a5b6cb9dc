// SPDX-License-Identifier: Apache-2.0
//
// A create with others inside it (deep insert, OData Protocol 4.01, section 11.4.2.2) and with links to others:
//
//   {"name":"Lighthouse", "primarycontactid":{"lastname":"Byron"},
//    "contact_customer_accounts":[{"lastname":"King"}], "Account_Tasks@odata.bind":["tasks(0190...)"]}
//
// becomes changes in an order in which each names only records that are there: those that a lookup leads to, the record,
// those whose lookups lead to it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "odata/record_json.h"

namespace satchel::odata {

struct DeepCreate {
  std::vector<model::RecordChange> changes;
  std::size_t main = 0;  // which of them is the record itself
  // The records inside as an $expand, for an answer that shows as much as was sent; "" where there are none.
  std::string expand;
};

// `new_id` gives ids to records that bring none. Errors: as read_change; too_large past `changes_max`; not_implemented for
// a record made through a lookup that leads to several tables by one name.
Result<DeepCreate> read_deep_create(const model::Schema& schema, const model::Table& table, const Json& body,
                                    const ResolveReference& resolve, const std::function<RecordId()>& new_id,
                                    std::size_t changes_max);

}  // namespace satchel::odata
