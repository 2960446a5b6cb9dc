// SPDX-License-Identifier: Apache-2.0
//
// The schema as screens know it: tables, columns, views, and a form for each table.
#pragma once

#include "base/json.h"
#include "model/schema.h"

namespace satchel::device::door {

Json schema_json(const model::Schema& schema);

// May this user create, write and delete rows of it at all? As the standard roles have it: users' own records, and nothing else. The
// server has the last word.
bool is_writable(const model::Table& table);

}  // namespace satchel::device::door
