// SPDX-License-Identifier: Apache-2.0
//
// SchemaMove: values written under one schema, as another one has them (Y26).
//
//   typed by the user    the same column, if the value is still allowed there;   else Lost, with its text
//   said by the server   the same column, if it still means the same;            else nothing, for the server has it
//
// Columns go by name. A number whose column has other decimals now is written with these, if that loses nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/record.h"
#include "model/rules.h"

namespace satchel::device::store {

// Columns that hold and mean the same: a text may have become a memo, an integer a bigint.
bool is_same_kind(model::ColumnType a, model::ColumnType b);

class SchemaMove {
 public:
  // `name_of` gives the name of a record that a lost value points to.
  SchemaMove(const model::Schema& before, const model::Schema& now, model::NameOf name_of)
      : before_(before), now_(now), name_of_(std::move(name_of)) {}

  // A typed value that today's schema has no place for.
  struct Lost {
    std::string column;  // its name
    std::string text;    // the value as a person would read it
    std::string why;     // a sentence
    ErrorCode code = ErrorCode::unknown_column;
  };
  struct Typed {
    std::vector<model::ColumnValue> values;  // sorted by column
    std::vector<Lost> lost;                  // without what had been cleared: nothing was typed there
  };
  Typed typed(TableNumber table, const std::vector<model::ColumnValue>& values) const;
  std::vector<model::ColumnValue> said(TableNumber table, const std::vector<model::ColumnValue>& values) const;
  // One value per column of today's table.
  std::vector<model::Value> said_row(const model::Table& table, const std::vector<model::Value>& values) const;

 private:
  Lost lost(const model::Table& before, const model::Column& column, const model::Value& value) const;

  const model::Schema& before_;
  const model::Schema& now_;
  model::NameOf name_of_;
};

}  // namespace satchel::device::store
