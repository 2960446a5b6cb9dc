// SPDX-License-Identifier: Apache-2.0
//
// One column of a schema file:
//
//   {"name": "firstname", "label": "First Name", "type": "text", "length": 50, "required": "recommended"}
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "model/internal/schema_node.h"
#include "model/schema.h"

namespace satchel::model::internal {

// What the files say together: the tables by name, and the lists and groups of shared.json.
struct Catalog {
  std::unordered_map<std::string, TableNumber> tables;
  std::unordered_map<std::string, SchemaNode> options;
  std::unordered_map<std::string, SchemaNode> groups;
};

// A name of a table, column or view: lower case, digits and single underscores; at most kSchemaNameMax.
Result<std::string> load_name(const SchemaNode& node, std::string_view member);

// Everything of the column that can be known without its neighbours: not its index, nor what it joins.
Result<Column> load_column(const SchemaNode& node, const Catalog& catalog);

// {"value": 1, "label": "Active"}, each value once.
Result<std::vector<Option>> load_options(const std::vector<SchemaNode>& nodes);
Result<Option> load_option(const SchemaNode& node, std::string_view what, std::span<const std::string_view> members);

}  // namespace satchel::model::internal
