// SPDX-License-Identifier: Apache-2.0
//
// A form that follows from a table's columns, views and relationships, for tables whose schema file has none.
//
//   header         state and owner, and what the default view shows of money, dates and lookups
//   sections       Summary (the name, what is required, what views show) | Address | Details | Administration
//   related        records of users that have a lookup to it ("Contacts" of an account); activities and notes are the timeline
//   quick_create   the name, what is required or recommended, and how to reach somebody
#pragma once

#include "base/json.h"
#include "model/schema.h"

namespace satchel::device::door {

Json default_form(const model::Schema& schema, const model::Table& table);

}  // namespace satchel::device::door
