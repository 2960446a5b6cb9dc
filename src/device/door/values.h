// SPDX-License-Identifier: Apache-2.0
//
// Values as screens know them (apps/web/src/door/door.ts), from and to those that the store holds.
//
//   text, memo                        "Ada"
//   integer, choice, state, status    3
//   decimal, money                    12.5, or "1234567890123456.78" where a double would lose digits
//   boolean                           true
//   date, datetime                    "2026-11-25", "2026-11-25T08:15:00Z"
//   lookup                            {"set":"accounts","id":"…","name":"Contoso"}
//   party_list                        [{"set":"contacts","id":"…","name":"Ada King","address":"ada@contoso.example"}]
//   nothing                           null
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "device/store/store.h"
#include "model/record.h"

namespace satchel::device::door {

// Remembers names for as long as it lives: make one for each answer.
class Values {
 public:
  explicit Values(store::DeviceStore& store) : store_(store) {}

  Json to_json(const model::Column& column, const model::Value& value);
  Json reference(const model::Reference& reference);
  std::string name_of(const model::Reference& reference);
  // The record's primary name, or "".
  std::string name(const model::Record& record) const;
  // {"id","set","name","values","state","currency"}
  Result<Json> row(const model::Record& record, std::span<const model::ColumnIndex> columns);
  // {"<column>": value}
  Json values(const model::Table& table, const std::vector<model::ColumnValue>& values);

 private:
  std::string currency_of(const model::Table& table, const model::Record& record);

  store::DeviceStore& store_;
  std::map<model::Reference, std::string> names_;
  std::map<RecordId, std::string> currencies_;
};

// Errors: bad_value with the column's label, for a value that its type can't be; unknown_table for a reference's set. Range, length
// and options are model::prepare's business.
Result<model::Value> value_of(const model::Schema& schema, const model::Column& column, const Json& json);

// {"<column>": value}, sorted by column. Errors: unknown_column, and value_of's.
Result<std::vector<model::ColumnValue>> values_of(const model::Schema& schema, const model::Table& table,
                                                  const Json* json);

}  // namespace satchel::device::door
