// SPDX-License-Identifier: Apache-2.0
//
// Overlay: visible = mirror (+) acknowledged (+) pending (Y13), as pure functions of what the store holds.
#pragma once

#include <optional>
#include <vector>

#include "device/store/store.h"

namespace satchel::device::sync {

// What the server has, as far as it told: the mirror and the changes it has acknowledged since.
// nullopt: the server has no such record.
std::optional<model::Record> server_side(const model::Schema& schema, const model::Table& table, RecordId id,
                                         const std::optional<store::Mirror>& mirror,
                                         const std::vector<store::OutboxEntry>& entries);

// What the user sees; nullopt hides the record (deleted here, or edits of a record that is gone).
std::optional<model::Record> visible_side(const model::Schema& schema, const model::Table& table, RecordId id,
                                          const std::optional<store::Mirror>& mirror,
                                          const std::vector<store::OutboxEntry>& entries,
                                          const std::vector<store::Conflict>& conflicts);

// The highest version that the server is known to have: of the mirror or of an acknowledged change. 0 if none.
Seq known_version(const std::optional<store::Mirror>& mirror, const std::vector<store::OutboxEntry>& entries);

// What a record shows beside its name. `sent`: what this device changed in the last 30 days has reached the server.
enum class RecordState { on_this_device, pending, sent, in_conflict, refused };
Result<RecordState> state_of(store::DeviceStore& store, RecordId record);
std::string_view label_of(RecordState state);  // "On this device", "Pending", "Sent", "In conflict", "Refused"

}  // namespace satchel::device::sync
