// SPDX-License-Identifier: Apache-2.0
//
// Record and RecordChange: the two values on the way of an edit.
//
//   form -> RecordChange -> store -> outbox -> (odata) -> server records -> Record -> (feed) -> store of another device
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "model/schema.h"
#include "model/value.h"

namespace satchel::model {

// A whole row: one value per column of its table, by ColumnIndex. Column 0 (the id) is kept in `id` alone; values[0] is null.
struct Record {
  TableNumber table;
  RecordId id;
  Seq version;  // 0: not known to the server
  std::vector<Value> values;

  bool operator==(const Record&) const = default;
};

enum class ChangeKind { create, update, remove };

struct ColumnValue {
  ColumnIndex column = 0;
  Value value;
  bool operator==(const ColumnValue&) const = default;
};

// What somebody wants to be different about one record.
struct RecordChange {
  TableNumber table;
  RecordId id;
  ChangeKind kind = ChangeKind::update;
  std::vector<ColumnValue> values;  // sorted by column, each once; empty for remove

  const Value* find(ColumnIndex column) const {
    const auto at = std::lower_bound(values.begin(), values.end(), column,
                                     [](const ColumnValue& v, ColumnIndex c) { return v.column < c; });
    return at != values.end() && at->column == column ? &at->value : nullptr;
  }
  void set(ColumnIndex column, Value value) {
    const auto at = std::lower_bound(values.begin(), values.end(), column,
                                     [](const ColumnValue& v, ColumnIndex c) { return v.column < c; });
    if (at != values.end() && at->column == column) at->value = std::move(value);
    else values.insert(at, ColumnValue{column, std::move(value)});
  }
  void erase(ColumnIndex column) {
    std::erase_if(values, [column](const ColumnValue& v) { return v.column == column; });
  }
  bool operator==(const RecordChange&) const = default;
};

}  // namespace satchel::model
