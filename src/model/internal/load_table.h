// SPDX-License-Identifier: Apache-2.0
//
// One table of a schema file. Two passes: first every file's head, so that lookups find their targets; then the columns.
#pragma once

#include "model/internal/load_column.h"

namespace satchel::model::internal {

// Name, number, set name, labels, ownership and flags.
Result<Table> load_head(const SchemaNode& file);

// Columns of the table by their names, each once.
Result<std::vector<ColumnIndex>> load_column_list(const std::vector<SchemaNode>& nodes, const Table& table);

// Columns with their groups expanded, `_base` twins, state and status, views.
Result<void> load_body(const SchemaNode& file, const Catalog& catalog, Table& table);

}  // namespace satchel::model::internal
