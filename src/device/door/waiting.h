// SPDX-License-Identifier: Apache-2.0
//
// What waits, as screens know it: conflicts, the error list, the outbox.
#pragma once

#include <optional>

#include "base/json.h"
#include "device/client/client.h"

namespace satchel::device::door {

// `of`: only those of this record.
Result<Json> open_conflicts_json(client::Client& client, std::optional<RecordId> of);
Result<Json> refused_json(client::Client& client, std::optional<RecordId> of);
// A record may have several conflicts; its user decides them together.
Result<std::int64_t> records_in_conflict(client::Client& client);

// Answers to the questions.
Result<Json> conflicts_json(client::Client& client);
Result<Json> errors_json(client::Client& client);
Result<Json> outbox_json(client::Client& client);

}  // namespace satchel::device::door
