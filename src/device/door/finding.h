// SPDX-License-Identifier: Apache-2.0
//
// Finding records by words: the search over everything, and the picker of a lookup or party list.
#pragma once

#include "base/json.h"
#include "device/client/client.h"

namespace satchel::device::door {

Result<Json> search_json(client::Client& client, const Json& question);
// With text what matches; without, what was used lately and then the first by name. Where a draft may stand under one, drafts first.
Result<Json> candidates_json(client::Client& client, const Json& question, Instant now);

}  // namespace satchel::device::door
