// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/schema_move.h"
#include "base/sort.h"

#include <algorithm>

namespace satchel::device::store {

using model::Column;
using model::ColumnType;
using model::ColumnValue;
using model::Table;
using model::Value;

namespace {

// With the column's decimals of now; nullopt if digits would be lost.
std::optional<Value> rescaled(std::int64_t number, int before, int now) {
  const auto moved = model::parse_scaled(model::format_scaled(number, before), now);
  if (!moved) return std::nullopt;
  const auto back = model::parse_scaled(model::format_scaled(*moved, now), before);
  return back && *back == number ? std::optional(Value(*moved)) : std::nullopt;
}

std::optional<Value> moved(const Column& before, const Column* now, const Value& value) {
  if (now == nullptr || !is_same_kind(before.type, now->type)) return std::nullopt;
  const auto* number = model::integer_in(value);
  if (number != nullptr && before.scale != now->scale) return rescaled(*number, before.scale, now->scale);
  return value;
}

void sort_by_column(std::vector<ColumnValue>& values) {
  satchel::sort(values, [](const auto& a, const auto& b) { return a.column < b.column; });
}

}  // namespace

bool is_same_kind(ColumnType a, ColumnType b) {
  const auto kind = [](ColumnType type) {
    return type == ColumnType::memo ? ColumnType::text : type == ColumnType::bigint ? ColumnType::integer : type;
  };
  return kind(a) == kind(b);
}

SchemaMove::Lost SchemaMove::lost(const Table& before, const Column& column, const Value& value) const {
  const auto* table = now_.find(before.number);
  const bool is_image = column.type == model::ColumnType::image;
  Lost out{column.name, is_image ? *model::text_in(value) : model::display(before_, column, value, name_of_), {}};
  if (out.text.empty()) out.text = model::format_value(before_, column, value);
  if (table == nullptr || table->is_derived) {
    out.why = before.plural + " are no longer kept here.";
    out.code = ErrorCode::unknown_table;
  } else {
    out.why = "\"" + column.label + "\" is no longer a column of " + table->plural + ", or it means something else.";
  }
  return out;
}

SchemaMove::Typed SchemaMove::typed(TableNumber number, const std::vector<ColumnValue>& values) const {
  Typed out;
  const auto* before = before_.find(number);
  const auto* table = now_.find(number);
  if (before == nullptr) return out;
  for (const auto& value : values) {
    const auto& column = before->columns[value.column];
    const auto* now = table != nullptr && !table->is_derived ? table->find_column(column.name) : nullptr;
    auto here = moved(column, now, value.value);
    const auto allowed =
        here && !model::is_null(*here) ? model::check_value(now_, *table, *now, *here) : Result<void>();
    if (here && allowed) {
      out.values.push_back({now->index, std::move(*here)});
    } else if (!model::is_null(value.value)) {
      out.lost.push_back(lost(*before, column, value.value));
      if (!allowed) {
        out.lost.back().why = allowed.error().message;
        out.lost.back().code = allowed.error().code;
      }
    }
  }
  sort_by_column(out.values);
  return out;
}

std::vector<ColumnValue> SchemaMove::said(TableNumber number, const std::vector<ColumnValue>& values) const {
  std::vector<ColumnValue> out;
  const auto* before = before_.find(number);
  const auto* table = now_.find(number);
  if (before == nullptr || table == nullptr) return out;
  for (const auto& value : values) {
    const auto& column = before->columns[value.column];
    const auto* now = table->find_column(column.name);
    if (auto here = moved(column, now, value.value)) out.push_back({now->index, std::move(*here)});
  }
  sort_by_column(out);
  return out;
}

std::vector<Value> SchemaMove::said_row(const Table& table, const std::vector<Value>& values) const {
  std::vector<Value> out(table.columns.size());
  const auto* before = before_.find(table.number);
  if (before == nullptr) return out;
  for (const auto& column : before->columns) {
    const auto* now = table.find_column(column.name);
    if (auto here = moved(column, now, values[column.index])) out[now->index] = std::move(*here);
  }
  return out;
}

}  // namespace satchel::device::store
