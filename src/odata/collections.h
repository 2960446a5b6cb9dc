// SPDX-License-Identifier: Apache-2.0
//
// Collections: the other side of lookups, which OData calls collection-valued navigation properties.
//
//   accounts(ID)/contact_customer_accounts        the contacts whose parentcustomerid leads to the account
//   teams(ID)/teammembership_association          the users whom a row of teammembership links to the team
#pragma once

#include <optional>
#include <string_view>

#include "query/query.h"

namespace satchel::odata {

struct Collection {
  const model::Table* table = nullptr;    // whose records it holds: contact; systemuser
  const model::Column* lookup = nullptr;  // that leads to the record at hand: of `table`, or of `link`
  const model::Table* link = nullptr;     // the many-to-many table between; null where there is none
  const model::Column* far = nullptr;     // of `link`: leads to `table`
};

// The other lookup of a many-to-many table, or null.
const model::Column* other_end(const model::Table& link, const model::Column& lookup);

// The collection of `table` by that name, a relationship's.
std::optional<Collection> find_collection(const model::Schema& schema, const model::Table& table,
                                          std::string_view name);

// The records of `collection` that belong to `parent`, as a condition on collection.table.
query::Filter belongs_to(const Collection& collection, const model::Reference& parent);

// The single-valued navigation property that leads back: "parentcustomerid_account".
std::string_view partner_of(const Collection& collection, TableNumber parent);

}  // namespace satchel::odata
