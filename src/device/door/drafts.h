// SPDX-License-Identifier: Apache-2.0
//
// Draft Records as screens show them (D1-D3), and what may be done with records now, as permits with sentences.
#pragma once

#include "base/json.h"
#include "device/client/client.h"

namespace satchel::device::door {

Result<Json> drafts_json(client::Client& client, Instant now);
// `new`: may a record be made now, will it be a draft, and what of it can't be set by hand.
Result<Json> new_json(client::Client& client, const Json& question, Instant now);

Json draft_json(client::Client& client, const client::DraftItem& item);
// The record that the draft would become.
model::Record record_of(const model::Schema& schema, const client::DraftItem& item);

// {"may","rule","reason"}
Json permit_json(const permits::Permit& permit);
Result<permits::Permit> permit_for(client::Client& client, const permits::Ask& ask, Instant now);
// {"<column>": why it can't be set by hand now} (D6)
Result<Json> fixed_json(client::Client& client, permits::Ask ask, Instant now);

// A draft whose save waits for the server. Its name is kept, for afterwards there may be nothing yet that has it.
struct BeingSaved {
  RecordId id;
  const model::Table* table = nullptr;
  std::string name;
};
Result<BeingSaved> being_saved(client::Client& client, RecordId id);
// What became of it: {"id","set","name","end"}. Errors: the server's reason.
Result<Json> end_json(client::Client& client, const BeingSaved& draft, Instant now);
// How many the user is to be told about, now that he is connected (R2).
Result<std::int64_t> drafts_to_tell(client::Client& client, bool is_syncing);
Result<void> dismiss_drafts(client::Client& client);

}  // namespace satchel::device::door
