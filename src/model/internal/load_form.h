// SPDX-License-Identifier: Apache-2.0
//
// Form and charts of one table. A third pass: related lists name other tables' lookups, so every table is complete by then.
#pragma once

#include <span>

#include "model/internal/schema_node.h"
#include "model/schema.h"

namespace satchel::model::internal {

// Gives `table` its form, the one that its file describes or one made from its columns, its charts and its place in the
// menu. `tables` are all of the schema. Errors: schema_invalid.
Result<void> load_form(const SchemaNode& file, std::span<const Table* const> tables, Table& table);

}  // namespace satchel::model::internal
