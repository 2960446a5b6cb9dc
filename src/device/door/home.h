// SPDX-License-Identifier: Apache-2.0
//
// Home: what is waiting for me. My open activities that are overdue or due today, and what I used lately.
#pragma once

#include "device/door/lists.h"

namespace satchel::device::door {

Result<Json> home_json(client::Client& client, Lists& lists, const Json& question, Instant now);

}  // namespace satchel::device::door
