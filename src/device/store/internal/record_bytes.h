// SPDX-License-Identifier: Apache-2.0
//
// Records as bytes, for the places where the store keeps values beside the tables: shadows, outbox, conflicts.
//
//   columns = count, then per column: name, type (one letter), scale, value      (numbers as varints, texts with their length)
//   value   = tag, then   0 null    -
//                         1 integer zigzag
//                         2 text    text
//                         3 reference  table, 16 bytes
//                         4 parties    count, then per party: table, 16 bytes, address
//
// Columns go by name and say what they were, for the schema may have changed when they are read: a value whose column is gone
// or means something else now is given as text (Y26). Letters and tags are written in files: never change one.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "device/store/store.h"

namespace satchel::device::store {

void write_value(ByteWriter& writer, const model::Value& value);
// nullopt if the bytes are damaged.
std::optional<model::Value> read_value(ByteReader& reader);

void write_columns(ByteWriter& writer, const model::Table& table, const std::vector<model::ColumnValue>& values);
void write_retired(ByteWriter& writer, const std::vector<RetiredValue>& retired);

// What was read: `table` is the record's table in today's schema, null if it's gone.
struct ReadColumns {
  std::vector<model::ColumnValue> values;  // sorted by column
  std::vector<RetiredValue> retired;
};
std::optional<ReadColumns> read_columns(ByteReader& reader, const model::Table* table);
std::optional<std::vector<RetiredValue>> read_retired(ByteReader& reader);

// A whole record's values; nulls are left out.
std::string record_bytes(const model::Table& table, const std::vector<model::Value>& values);
// One value per column of `table`; what today's schema doesn't know is dropped, for the server has it.
std::optional<std::vector<model::Value>> record_values(const model::Table& table, std::string_view bytes);

}  // namespace satchel::device::store
