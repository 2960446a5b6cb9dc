// SPDX-License-Identifier: Apache-2.0
#include "device/door/charts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "device/door/limits.h"
#include "model/rules.h"

namespace satchel::device::door {
namespace {

using model::Column;
using model::ColumnType;
using model::Period;
using model::Table;

constexpr std::int64_t kDaySeconds = 86'400;

const model::Chart* find_chart(const Table& table, std::string_view name) {
  for (const auto& chart : table.charts)
    if (chart.name == name) return &chart;
  return nullptr;
}

std::int64_t floor_to(std::int64_t value, std::int64_t step) { return value - ((value % step) + step) % step; }

// The first day of the period that `day` lies in.
std::int64_t first_day(std::int64_t day, Period period) {
  switch (period) {
    case Period::day: return day;
    case Period::week: return floor_to(day + 3, 7) - 3;  // 1970-01-01 was a Thursday; weeks begin on Monday.
    case Period::month: return parse_date(format_date(day).substr(0, 8) + "01").value_or(day);
  }
  return day;
}

std::int64_t next_first_day(std::int64_t first, Period period) {
  constexpr std::int64_t kMoreThanAMonth = 32;
  return period == Period::month ? first_day(first + kMoreThanAMonth, period)
                                 : first + (period == Period::week ? 7 : 1);
}

// What a chart draws: a category's place in the order, and its name.
struct Category {
  std::int64_t rank = 0;
  std::string name;
  auto operator<=>(const Category&) const = default;
};

std::optional<Category> category_of(client::Client& client, const model::Chart& chart, const Column& column,
                                    const model::Value& value) {
  const auto* number = model::integer_in(value);
  if (chart.period) {
    if (number == nullptr) return std::nullopt;
    const auto day = column.type == ColumnType::date ? *number : floor_to(*number, kDaySeconds) / kDaySeconds;
    const auto first = first_day(day, *chart.period);
    return Category{first, format_date(first)};
  }
  const auto option = std::find_if(column.options.begin(), column.options.end(),
                                   [&](const auto& one) { return number != nullptr && one.value == *number; });
  return Category{option - column.options.begin(), model::is_null(value) ? "" : client.display(column, value)};
}

// Amounts in the organisation's currency have a column of their own.
const Column& summed_column(const Table& table, const Column& column) {
  for (const auto& twin : table.columns)
    if (twin.base_of == column.name) return twin;
  return column;
}

std::string base_currency(client::Client& client) {
  const auto* organizations = client.schema().find("organization");
  const auto* currencies = client.schema().find("transactioncurrency");
  const auto* base = organizations != nullptr ? organizations->find_column("basecurrencyid") : nullptr;
  const auto* code = currencies != nullptr ? currencies->find_column("isocurrencycode") : nullptr;
  if (base == nullptr || code == nullptr) return {};
  query::Query one;
  one.table = organizations->number;
  one.top = 1;
  const auto found = client.store().list(one);
  if (!found.ok() || found->records.empty()) return {};
  const auto* reference = model::reference_in(found->records.front().values[base->index]);
  if (reference == nullptr) return {};
  const auto currency = client.store().find(*currencies, reference->id);
  if (!currency.ok() || !*currency) return {};
  const auto* text = model::text_in((*currency)->values[code->index]);
  return text != nullptr ? *text : std::string();
}

// Every period between the first and the last has its place, also without rows; of too many, the latest.
void fill_gaps(std::map<Category, std::int64_t>& sums, Period period) {
  if (sums.empty()) return;
  const auto last = sums.rbegin()->first.rank;
  while (sums.size() > kChartCategoriesMax) sums.erase(sums.begin());
  for (auto first = sums.begin()->first.rank; first < last; first = next_first_day(first, period))
    sums.try_emplace({first, format_date(first)}, 0);
  while (sums.size() > kChartCategoriesMax) sums.erase(sums.begin());
}

Json chart_head(const Table& table, const model::Chart& chart) {
  static constexpr std::array<std::string_view, 3> kKinds{"bar", "column", "line"};
  static constexpr std::array<std::string_view, 3> kPeriods{"day", "week", "month"};
  auto json = Json::object();
  json.set("name", chart.name);
  json.set("label", chart.label);
  json.set("set", table.set);
  json.set("kind", kKinds[static_cast<std::size_t>(chart.kind)]);
  if (chart.period) json.set("period", kPeriods[static_cast<std::size_t>(*chart.period)]);
  json.set("category", table.columns[chart.category].label);
  return json;
}

}  // namespace

const Table* table_of_chart(const model::Schema& schema, std::string_view name) {
  for (const auto& table : schema.tables())
    if (find_chart(table, name) != nullptr) return &table;
  return nullptr;
}

Json charts_json(const model::Schema& schema) {
  auto charts = Json::array();
  for (const auto& table : schema.tables())
    for (const auto& chart : table.charts) charts.push_back(chart_head(table, chart));
  return charts;
}

Result<Json> chart_json(client::Client& client, Lists& lists, const Json& question, Instant now,
                        std::int64_t rows_max) {
  const auto name = question.string_at("name");
  const auto* table = table_of_chart(client.schema(), name);
  if (table == nullptr)
    return Error{ErrorCode::bad_request, "There's no chart called \"" + std::string(name) + "\".", std::string(name)};
  const auto& chart = *find_chart(*table, name);
  const auto& category = table->columns[chart.category];
  const auto* summed = chart.sum ? &summed_column(*table, table->columns[*chart.sum]) : nullptr;
  std::map<Category, std::int64_t> sums;
  auto records = TRY(lists.first_rows(*table, chart.filter, {}, rows_max + 1, now));
  const bool is_cut = static_cast<std::int64_t>(records.size()) > rows_max;
  if (is_cut) records.pop_back();
  for (const auto& record : records) {
    const auto key = category_of(client, chart, category, record.values[category.index]);
    const auto* amount = summed != nullptr ? model::integer_in(record.values[summed->index]) : nullptr;
    if (key) sums[*key] += summed == nullptr ? 1 : amount != nullptr ? *amount : 0;
  }
  if (chart.period) fill_gaps(sums, *chart.period);

  auto categories = Json::array(), values = Json::array();
  for (const auto& [key, sum] : sums) {
    categories.push_back(key.name);
    values.push_back(Json(Json::Digits{model::format_scaled(sum, summed != nullptr ? summed->scale : 0)}));
  }
  auto series = Json::object();
  series.set("label", chart.sum ? table->columns[*chart.sum].label : table->plural);
  series.set("values", std::move(values));
  if (summed != nullptr && summed->type == ColumnType::money)
    if (auto currency = base_currency(client); !currency.empty()) series.set("money", std::move(currency));
  auto all = Json::array();
  all.push_back(std::move(series));
  auto json = Json::object();
  json.set("chart", chart_head(*table, chart));
  json.set("categories", std::move(categories));
  json.set("series", std::move(all));
  if (is_cut) json.set("rows_max", rows_max);
  return json;
}

}  // namespace satchel::device::door
