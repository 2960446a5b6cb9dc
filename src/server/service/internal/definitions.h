// SPDX-License-Identifier: Apache-2.0
//
// Walks and thins out the JSON of EntityDefinitions: addresses with keys and casts, $select, $expand, $filter, $top.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace satchel::server::service {

// (LogicalName='contact'), (MetadataId=0190…) or (0190…).
struct DefinitionKey {
  std::string property;
  std::string text;
};
struct DefinitionSegment {
  std::string name;
  std::optional<DefinitionKey> key;
};

// One property tested against a literal, whose JSON is held: LogicalName eq 'account'.
struct DefinitionTest {
  std::string property;
  bool equal = true;  // ne otherwise
  Json literal;
};

struct DefinitionOptions {
  struct Expand {
    std::string name;
    std::vector<std::string> select;
  };
  std::vector<std::string> select;  // empty: everything
  std::vector<Expand> expand;
  // All tests of one of these must hold; no filter where there are none.
  std::vector<std::vector<DefinitionTest>> filter;
  std::optional<std::size_t> top;
  bool count = false;

  bool expands(std::string_view name) const;
};

// Errors: bad_request.
Result<std::vector<DefinitionSegment>> parse_definition_path(std::string_view path);
// Errors: bad_request, bad_filter; not_implemented for what is legal but not built.
Result<DefinitionOptions> parse_definition_options(std::string_view query);

bool matches(const Json& definition, const DefinitionKey& key);
// A member, one of its elements, or the elements of a type: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata".
// Errors: not_found.
Result<Json> step_into(Json json, const DefinitionSegment& segment);
// On one definition, or on each of a list, whose length before $top is given back. Errors: not_implemented for an $expand of what
// definitions don't hold.
Result<std::size_t> apply_options(Json& json, const DefinitionOptions& options);

}  // namespace satchel::server::service
