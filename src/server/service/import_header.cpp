// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "server/service/internal/import_line.h"

namespace satchel::server::service {

using model::Column;
using model::Origin;
using model::Table;

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

// The header may have been written with labels instead of names.
std::string with_hint(const Table& table, std::string_view name) {
  std::string shown = "\"" + std::string(name) + "\"";
  const auto key = fold_key(name);
  for (const auto& column : table.columns)
    if (fold_key(column.label) == key || equals_ignoring_case_ascii(column.name, name))
      return shown + " (is " + column.name + " meant?)";
  return shown;
}

const Column* find(const Table& table, std::string_view name) {
  const auto* column = table.find_column(name);
  return column != nullptr ? column : table.find_lookup_value(name);
}

bool may_set(const Column& column) {
  return column.index == 0 || column.origin == Origin::user || column.origin == Origin::create;
}

Result<void> check_shape(const CsvRecord& record) {
  if (!record.fault.empty()) return Error{ErrorCode::bad_request, "The header: " + record.fault};
  if (record.fields.size() == 1 && record.fields[0].find_first_of(";\t") != std::string::npos)
    return Error{ErrorCode::bad_request,
                 "The header isn't separated by commas: save the file as comma-separated UTF-8."};
  return {};
}

}  // namespace

Result<ImportHeader> read_import_header(const model::Schema& schema, const Table& table, const CsvRecord& record) {
  (void)schema;
  TRY(check_shape(record));
  ImportHeader header;
  std::vector<std::string> unknown, doubled, fixed;
  for (const auto& field : record.fields) {
    const auto name = trim(field);
    const auto* column = find(table, name);
    if (column == nullptr) {
      unknown.push_back(name.empty() ? "\"\"" : with_hint(table, name));
      continue;
    }
    if (std::find(header.columns.begin(), header.columns.end(), column) != header.columns.end())
      doubled.push_back(column->name);
    if (!may_set(*column)) fixed.push_back(column->name);
    if (column->index == 0) header.id_field = header.columns.size();
    header.columns.push_back(column);
  }
  if (!unknown.empty())
    return Error{ErrorCode::unknown_column, table.plural + " have no column " + joined(unknown) + ".", joined(unknown)};
  if (!doubled.empty())
    return Error{ErrorCode::bad_value, "The header names a column twice: " + joined(doubled) + ".", joined(doubled)};
  if (!fixed.empty())
    return Error{ErrorCode::bad_value,
                 "The server sets these columns by itself; leave them out: " + joined(fixed) + ".", joined(fixed)};
  return header;
}

}  // namespace satchel::server::service
