// SPDX-License-Identifier: Apache-2.0
//
// What commands that write share: values as typed, the record that is meant, and what became of a write (E2, E3, D8).
#pragma once

#include <string>
#include <vector>

#include "apps/satchel/device_session.h"

namespace satchel::apps {

// column=value …  Errors: usage.
Result<device::client::TypedValues> typed_values(const std::vector<std::string>& texts);

// A picture may be given by its file: entityimage=@photo.jpg (no base64 begins so). Errors: bad_value.
Result<void> read_pictures(const model::Table& table, device::client::TypedValues& values);

// The record with this id or name; where records are read online first, the server is asked too (C1). Errors: as Client::find_id.
Result<RecordId> find_record(DeviceSession& session, const std::string& set, const std::string& text);

// The same written SET/ID. Errors: usage.
Result<model::Reference> record_named(DeviceSession& session, const std::string& text);

// Sends what may go now, and says how it ended: saved at the server, pending or a draft on this device. The id alone where a script
// reads it (`id=$(satchel create …)`). Errors: the server's reason.
Result<void> say_written(DeviceSession& session, const DeviceOptions& options, const device::client::Written& written,
                         const char* verb);
void say_state(const DeviceOptions& options, RecordId id, std::string_view state, const std::string& sentence);

// "saved", "pending" or "draft".
std::string_view word_of(device::client::WriteEnd end);

}  // namespace satchel::apps
