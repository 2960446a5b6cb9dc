// SPDX-License-Identifier: Apache-2.0
//
// How a record lies in SQL, the same on server and device:
//
//   text, memo           "name" text                    and "name__fold" text where Column::folded
//   image                "name" text, base64
//   numbers, dates       "name" integer                 (held form, see model/value.h)
//   lookup               "name" blob of 16 bytes        and "name__table" integer where polymorphic
//   party_list           "name" text: one line per party, sorted: "2/0190a1b2-...|address used"
//
// A party list's text is model/party_list.h's: "/ID|" stands in it only where ID is a party, and so it's searched.
//
// What stands before them is the owner's business: the server's key is (organization, id), the device's a rowid.
// Identifiers are always quoted, for tables have columns named "to" and "from".
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/party_list.h"
#include "model/record.h"
#include "sql/database.h"

namespace satchel::sql {

std::string quoted(std::string_view identifier);

// The SQL columns of a record's values, column 0 (id) left out: "\"firstname\"", "\"firstname__fold\"", ...
struct StoredColumn {
  enum class Part { value, table, fold };
  model::ColumnIndex column = 0;
  Part part = Part::value;
  std::string name;       // unquoted
  std::string_view type;  // "text", "integer", "blob"
};
std::vector<StoredColumn> stored_columns(const model::Table& table);

// The SQL column by which a column compares and sorts, unquoted: an index for it is made on this one. Empty for a text
// whose key isn't stored.
std::string key_column(const model::Column& column);

// ", "-joined and quoted, in the order of stored_columns.
std::string column_list(const model::Table& table);
// ", "-joined with types, for create table.
std::string column_definitions(const model::Table& table);
// "?k, ?k+1, ..." for as many as stored_columns has, first = k.
std::string parameter_list(const model::Table& table, int first);

// Keeps the texts that are made while binding (fold keys, party lists) alive and in place until the statement has run.
struct BindStorage {
  std::deque<std::string> texts;
  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
};
// Binds all values of a row, in the order of stored_columns. `values` and `storage` must outlive the next step.
void bind_values(Statement& statement, int first_parameter, const model::Table& table,
                 const std::vector<model::Value>& values, BindStorage& storage);
// Binds one value (value part; and its table part behind it when polymorphic). Returns the next parameter.
int bind_value(Statement& statement, int parameter, const model::Column& column, const model::Value& value,
               BindStorage& storage);

// Reads all values of a row whose columns stand from `first_column` on, in the order of stored_columns; fold parts are skipped.
// The result has one value per column of the table.
std::vector<model::Value> read_values(Statement& statement, int first_column, const model::Table& table);
// The value of one column; `column_at` is where its value part stands (its table part behind it when polymorphic).
model::Value read_value(Statement& statement, int column_at, const model::Column& column);

using model::parse_party_list;
using model::party_list_text;

}  // namespace satchel::sql
