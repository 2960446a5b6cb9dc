// SPDX-License-Identifier: Apache-2.0
//
// One record: its values and what may be done with it, and its timeline of activities and notes.
#pragma once

#include "base/json.h"
#include "device/client/client.h"

namespace satchel::device::door {

// A `record` question's answer but for `as_of`.
Result<Json> record_json(client::Client& client, const Json& question, Instant now);
// Its picture, as base64 or null. Errors: E4 where it isn't on this device and can't be asked for.
Result<Json> image_json(client::Client& client, const Json& question, Instant now);
Result<Json> timeline_json(client::Client& client, const Json& question);

// The lookup of an activity or note that says what it's about; null for other tables.
const model::Column* timeline_column(const model::Table& table);

}  // namespace satchel::device::door
