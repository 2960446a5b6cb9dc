// SPDX-License-Identifier: Apache-2.0
#include "sql/layout.h"

#include <cassert>

#include "base/text.h"

namespace satchel::sql {

using model::Column;
using model::ColumnType;
using model::Reference;
using model::Table;
using model::Value;

namespace {

// quoted() without a text of its own: a store's statements are made of thousands.
void append_quoted(std::string& out, std::string_view identifier) {
  out += '"';
  for (const char c : identifier) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string_view type_of(const Column& column) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::image:
    case ColumnType::party_list: return "text";
    case ColumnType::id:
    case ColumnType::lookup: return "blob";
    default: return "integer";
  }
}

template <class Write>
std::string joined(const Table& table, Write write) {
  std::string out;
  for (const auto& stored : stored_columns(table)) {
    if (!out.empty()) out += ", ";
    write(out, stored);
  }
  return out;
}

// What SQL keeps of the value itself. A value of another type than the column's is a bug of the caller.
void bind_value_part(Statement& statement, int parameter, const Column& column, const Value& value,
                     BindStorage& storage) {
  if (model::is_null(value)) return statement.bind_null(parameter);
  if (const auto* text = model::text_in(value)) {
    assert(column.holds_text());
    return statement.bind_text(parameter, *text);
  }
  if (const auto* reference = model::reference_in(value)) {
    assert(type_of(column) == "blob");
    return statement.bind_blob(parameter, reference->id.view());
  }
  if (const auto* parties = model::parties_in(value)) {
    assert(column.type == ColumnType::party_list);
    return statement.bind_text(parameter, storage.keep(party_list_text(*parties)));
  }
  assert(type_of(column) == "integer");
  statement.bind_integer(parameter, *model::integer_in(value));
}

Value read_reference(Statement& statement, int column_at, const Column& column) {
  const auto id = RecordId::from_bytes(statement.blob(column_at));
  if (!id) return {};
  if (!column.is_polymorphic()) return Reference{column.targets.empty() ? TableNumber() : column.targets.front(), *id};
  return Reference{TableNumber(static_cast<std::int32_t>(statement.integer(column_at + 1))), *id};
}

}  // namespace

std::string quoted(std::string_view identifier) {
  std::string out;
  append_quoted(out, identifier);
  return out;
}

std::vector<StoredColumn> stored_columns(const Table& table) {
  std::vector<StoredColumn> out;
  out.reserve(table.columns.size() * 2);
  for (const auto& column : table.columns) {
    if (column.index == 0) continue;
    out.push_back({column.index, StoredColumn::Part::value, column.name, type_of(column)});
    if (column.is_polymorphic())
      out.push_back({column.index, StoredColumn::Part::table, column.name + "__table", "integer"});
    if (column.folded) out.push_back({column.index, StoredColumn::Part::fold, column.name + "__fold", "text"});
  }
  return out;
}

std::string key_column(const Column& column) {
  if (column.folded) return column.name + "__fold";
  if (column.index == 0) return "id";
  return column.holds_text() ? std::string() : column.name;
}

std::string column_list(const Table& table) {
  return joined(table, [](std::string& out, const StoredColumn& stored) { append_quoted(out, stored.name); });
}

std::string column_definitions(const Table& table) {
  return joined(table, [](std::string& out, const StoredColumn& stored) {
    append_quoted(out, stored.name);
    out += ' ';
    out += stored.type;
  });
}

std::string parameter_list(const Table& table, int first) {
  return joined(table, [&first](std::string& out, const StoredColumn&) { out += "?" + std::to_string(first++); });
}

int bind_value(Statement& statement, int parameter, const Column& column, const Value& value, BindStorage& storage) {
  bind_value_part(statement, parameter++, column, value, storage);
  if (!column.is_polymorphic()) return parameter;
  if (const auto* reference = model::reference_in(value)) statement.bind_integer(parameter, reference->table.value);
  else statement.bind_null(parameter);
  return parameter + 1;
}

void bind_values(Statement& statement, int first_parameter, const Table& table, const std::vector<Value>& values,
                 BindStorage& storage) {
  assert(values.size() == table.columns.size());
  int parameter = first_parameter;
  for (const auto& column : table.columns) {
    if (column.index == 0) continue;
    const Value& value = values[column.index];
    parameter = bind_value(statement, parameter, column, value, storage);
    if (!column.folded) continue;
    if (const auto* text = model::text_in(value)) statement.bind_text(parameter, storage.keep(fold_key(*text)));
    else statement.bind_null(parameter);
    ++parameter;
  }
}

Value read_value(Statement& statement, int column_at, const Column& column) {
  if (statement.is_null(column_at)) return {};
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::image: return std::string(statement.text(column_at));
    case ColumnType::id:
    case ColumnType::lookup: return read_reference(statement, column_at, column);
    case ColumnType::party_list: return parse_party_list(statement.text(column_at));
    default: return statement.integer(column_at);
  }
}

std::vector<Value> read_values(Statement& statement, int first_column, const Table& table) {
  std::vector<Value> out(table.columns.size());
  int at = first_column;
  for (const auto& column : table.columns) {
    if (column.index == 0) continue;
    out[column.index] = read_value(statement, at, column);
    at += 1 + (column.is_polymorphic() ? 1 : 0) + (column.folded ? 1 : 0);
  }
  return out;
}

}  // namespace satchel::sql
