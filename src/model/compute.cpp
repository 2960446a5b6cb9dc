// SPDX-License-Identifier: Apache-2.0
//
// Computed columns: a function of the row alone, so that a device shows at once what the server will say.
//
//   fullname       = firstname " " lastname, without those that are empty
//   entityimageid  = an id that follows from record and picture; entityimage_url = where its bytes are
//   creditlimit_base = creditlimit / exchangerate, half away from zero; empty if either is, or if it's too large
#include <limits>

#include "base/text.h"
#include "model/rules.h"

namespace satchel::model {

namespace {

// An amount of 63 bits by 10^14, which is what load_column allows at most, fits.
__extension__ typedef __int128 Int128;

constexpr Int128 kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr Int128 kInt64Min = std::numeric_limits<std::int64_t>::min();

Int128 power_of_ten(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Half away from zero.
Int128 divided(Int128 number, Int128 divisor) {
  const Int128 half = divisor / 2;
  const bool is_odd = divisor % 2 != 0;
  const Int128 quotient = number / divisor;
  const Int128 rest = number % divisor;
  const Int128 distance = rest < 0 ? -rest : rest;
  const bool rounds = is_odd ? distance > half : distance >= half;
  return rounds ? quotient + (number < 0 ? -1 : 1) : quotient;
}

Value base_amount(const Table& table, const Column& twin, const std::vector<Value>& values) {
  const auto& money = table.columns[twin.base_of_index];
  const auto& exchange = table.columns[*table.exchange_rate];
  const auto* amount = integer_in(values[money.index]);
  const auto* rate = integer_in(values[exchange.index]);
  if (amount == nullptr || rate == nullptr || *rate <= 0) return {};
  const Int128 scaled = *amount * power_of_ten(exchange.scale + twin.scale - money.scale);
  const Int128 base = divided(scaled, *rate);
  if (base > kInt64Max || base < kInt64Min) return {};
  return static_cast<std::int64_t>(base);
}

Value joined(const Column& column, const std::vector<Value>& values) {
  std::string out;
  for (std::size_t i = 0; i < column.join_columns.size(); ++i) {
    const auto* text = text_in(values[column.join_columns[i]]);
    const auto part = text == nullptr ? std::string_view() : trim(*text);
    if (part.empty()) continue;
    if (!out.empty()) out += column.join_separators[i - 1];
    out += part;
  }
  return out.empty() ? Value() : Value(std::move(out));
}

// The same picture of another record has another id, so a program that keeps pictures by their ids never shows a wrong one.
void describe_image(const Table& table, const ImageColumns& image, Record& record) {
  auto& id = record.values[image.id];
  auto& url = record.values[image.url];
  id = url = Value();
  const auto* picture = text_in(record.values[image.image]);
  if (picture == nullptr) return;
  const auto record_id = record.id.to_string();
  auto image_id = derived_uuid("image:" + record_id + ":" + *picture).to_string();
  url = "/api/data/v9.2/" + table.set + "(" + record_id + ")/" + table.columns[image.image].name +
        "/$value?id=" + image_id;
  id = std::move(image_id);
}

}  // namespace

void compute(const Schema& schema, Record& record) {
  const auto& table = schema.at(record.table);
  for (const auto index : table.computed) {
    const auto& column = table.columns[index];
    record.values[index] =
        column.base_of.empty() ? joined(column, record.values) : base_amount(table, column, record.values);
  }
  for (const auto& image : table.images) describe_image(table, image, record);
}

}  // namespace satchel::model
