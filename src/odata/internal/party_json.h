// SPDX-License-Identifier: Apache-2.0
//
// The parties of an activity: one collection for all of its party columns, told apart by participationtypemask.
//
//   "phonecall_activity_parties":[{"partyid_contact@odata.bind":"/contacts(0190...)","participationtypemask":2}]
//   "phonecall_activity_parties":[{"_partyid_value":"0190...","participationtypemask":2,"addressused":null}]
//
// A collection stands for all party columns: one that has no member becomes null. A change that means only some of them
// says so in an annotation, which servers that don't know it ignore:
//
//   "phonecall_activity_parties@Satchel.Columns":["to"],"phonecall_activity_parties":[...]
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "model/record.h"
#include "odata/record_json.h"

namespace satchel::odata::internal {

inline constexpr std::string_view kPartyColumns = "Satchel.Columns";
inline constexpr std::size_t kPartiesMax = 1000;  // of one activity; Dataverse sends an email to as many

bool has_parties(const model::Table& table);

// One column's members of the collection, as a server writes them. Commas go between, not behind.
void append_parties(std::string& out, const model::Schema& schema, const model::Column& column,
                    const model::PartyList& parties, Annotations annotations, const model::NameOf& name_of);
// ... and as a change carries them.
void append_party_binds(std::string& out, const model::Schema& schema, const model::Column& column,
                        const model::PartyList& parties);

// The collection of a change. `only`: the annotation beside it, or null. Errors: bad_value, unknown_column.
Result<void> read_party_binds(const model::Schema& schema, const model::Table& table, const Json& collection,
                              const Json* only, const ResolveReference& resolve, model::RecordChange& change);
// The collection of a row that a server sent.
Result<void> read_parties(const model::Schema& schema, const model::Table& table, const Json& collection,
                          model::Record& record);

}  // namespace satchel::odata::internal
