// SPDX-License-Identifier: Apache-2.0
//
// $metadata (CSDL XML 4.0) and the service document of a schema, with Dataverse's namespace Microsoft.Dynamics.CRM.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "model/schema.h"

namespace satchel::odata {

std::string metadata_xml(const model::Schema& schema);
// `root` is the absolute service root with a slash at its end: "http://127.0.0.1:8080/api/data/v9.2/".
std::string service_document(const model::Schema& schema, std::string_view root);
// EntityDefinitions: one table with its attributes (LogicalName, MetadataId, EntitySetName, Attributes, labels, option sets).
Json entity_definition(const model::Schema& schema, const model::Table& table, bool with_attributes);
// Its alternate keys: columns whose values are unique.
Json key_definitions(const model::Table& table);
// RelationshipDefinitions: every relationship of the schema, one-to-many and many-to-many.
Json relationship_definitions(const model::Schema& schema);

}  // namespace satchel::odata
