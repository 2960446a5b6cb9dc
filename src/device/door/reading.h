// SPDX-License-Identifier: Apache-2.0
//
// Reading: what to look up at the server beside an answer from the device, for tables of which the device holds only what was used
// (C1, C4, E6). Nothing for tables that are synced, and nothing while the server isn't to be asked.
//
//   list          the window's rows, with the view's or the question's filter and order; with a search those that it finds
//   record, new   the record; the one that a new record is for
//   timeline      activities and notes about the record
//   home          open activities of the user
//   candidates    what fits the text, of each table that the lookup may lead to
//   chart         the rows that it counts
#pragma once

#include <vector>

#include "base/json.h"
#include "device/client/client.h"

namespace satchel::device::door {

// Errors: the store's. A question that isn't one asks nothing: its answer says what is wrong with it.
Result<std::vector<client::ReadRequested>> reads_for(client::Client& client, const Json& question, Instant now);

}  // namespace satchel::device::door
