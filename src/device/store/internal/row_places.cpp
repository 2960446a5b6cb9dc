// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/row_places.h"

#include <cassert>

namespace satchel::device::store {
namespace {

// As they are asked for: rowid, id, keys.
constexpr int kIdAt = 1;
constexpr int kFirstKeyAt = 2;

void add_number(std::string& out, std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
}

void add_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    out += c;
    if (c == '\0') out += '\1';
  }
  out.append(2, '\0');
}

void turn_round(std::string& out, std::size_t from) {
  for (auto at = from; at < out.size(); ++at) out[at] = static_cast<char>(~out[at]);
}

}  // namespace

SqlRowPlaces::SqlRowPlaces(sql::Database& database, const model::Schema& schema, query::Query query)
    : database_(database) {
  const auto& table = schema.at(query.table);
  for (const auto& order : query.order) {
    const auto& column = *query::end_of(schema, table, order.path).column;
    const bool is_id = column.type == model::ColumnType::id || column.type == model::ColumnType::lookup;
    orders_.push_back({is_id ? Key::id : column.holds_text() ? Key::text : Key::number, order.descending});
  }
  ids_descend_ = !query.order.empty() && query.order.back().descending;
  query.top.reset();
  query.after.reset();
  sql::Surroundings surroundings;
  surroundings.leading = {"rowid", "id"};
  surroundings.with_values = false;
  surroundings.condition = [](const model::Table&, std::string_view alias) {
    if (alias != "t") return sql::Fragment{};
    return sql::Fragment{"t.rowid >= ? and t.rowid < ?", {std::int64_t{0}, std::int64_t{0}}};
  };
  compiled_ = sql::compile_rows(schema, query, surroundings);
}

Result<std::vector<PlacedRow>> SqlRowPlaces::between(RowNumber from, RowNumber until) {
  // The condition stands before the filter, and nothing before it has parameters.
  assert(compiled_.parameters.size() >= 2);
  compiled_.parameters[0] = std::int64_t{from.value};
  compiled_.parameters[1] = std::int64_t{until.value};
  auto select = TRY(sql::borrow(database_, compiled_.text));
  sql::bind(*select, compiled_.parameters);
  std::vector<PlacedRow> rows;
  while (TRY(select->step()))
    rows.push_back({RowNumber(static_cast<std::uint32_t>(select->integer(0))), place_in(*select)});
  return rows;
}

std::string SqlRowPlaces::place_in(sql::Statement& row) const {
  std::string place;
  int at = kFirstKeyAt;
  for (const auto& order : orders_) {
    const auto from = place.size();
    const bool is_null = row.is_null(at);
    place += is_null ? '\0' : '\1';
    if (!is_null && order.key == Key::number) add_number(place, row.integer(at));
    if (!is_null && order.key == Key::text) add_text(place, row.text(at));
    if (!is_null && order.key == Key::id) add_text(place, row.blob(at));
    if (order.is_descending) turn_round(place, from);
    ++at;
  }
  const auto from = place.size();
  place += row.blob(kIdAt);
  if (ids_descend_) turn_round(place, from);
  return place;
}

}  // namespace satchel::device::store
