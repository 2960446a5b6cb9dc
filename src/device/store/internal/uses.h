// SPDX-License-Identifier: Apache-2.0
//
// Uses: which records were used on this device and when (C1), and the names of records that are only named by those that are here.
//
// A watched row was confirmed when all of them were last (kWatchedAt), or by itself, whichever is later: so a contact in which
// nothing changed writes one number, however many rows are cached.
//
// Always true: a use says nothing about whether the row is here; a known name goes with the use of the row that names it.
#pragma once

#include <optional>
#include <vector>

#include "device/store/internal/tables.h"
#include "device/store/store.h"

namespace satchel::device::store {

inline constexpr std::string_view kWatchedAt = "watched_at";  // in `meta`

class Uses {
 public:
  explicit Uses(sql::Database& database) : database_(database) {}

  Result<void> note(const model::Reference& record, Instant now, std::int64_t bytes);
  Result<void> confirm(RecordId record, Instant now, std::int64_t bytes, bool is_watched);
  Result<std::optional<Use>> find(RecordId record);
  Result<bool> has(RecordId record);
  Result<std::vector<Use>> all();
  Result<std::vector<Use>> to_name();
  Result<std::optional<Instant>> oldest();
  Result<bool> end_watch(RecordId record);
  Result<bool> end_watch(std::optional<TableNumber> table);
  Result<void> drop(RecordId record);
  Result<void> set_pin(RecordId record, bool is_pinned);
  Result<std::size_t> pins();
  Result<CacheSize> size();
  // Of records of tables that the schema has no more.
  Result<void> drop_unknown(const DeviceTables& tables);

  Result<void> know(RecordId holder, std::span<const DeviceStore::KnownName> names);
  std::string name_of(RecordId record);

 private:
  sql::Database& database_;
};

}  // namespace satchel::device::store
