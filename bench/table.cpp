// SPDX-License-Identifier: Apache-2.0
#include "bench/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <thread>

namespace satchel::bench {
namespace {

// Three digits that tell something; from a thousand on all of them.
std::string number_text(double number) {
  if (number > 999.4) return count_text(std::llround(number));
  std::array<char, 64> digits{};
  std::snprintf(digits.data(), digits.size(), "%.*f", number < 9.995 ? 2 : number < 99.95 ? 1 : 0, number);
  return digits.data();
}

// Bounds are round numbers: "120,000", "0.75", "5".
std::string bound_text(Side side, double bound) {
  std::string text = number_text(bound);
  if (bound == std::floor(bound) && bound < 1000) text = std::to_string(static_cast<std::int64_t>(bound));
  return (side == Side::at_least ? "≥ " : "≤ ") + text;
}

std::string reach_text(const Line& line) {
  std::string text;
  if (line.reach) text = bound_text(line.side, *line.reach) + " " + line.unit;
  if (line.ratio_reach) text += (text.empty() ? "" : ", ") + bound_text(line.side, *line.ratio_reach) + " × bare";
  return text;
}

std::string verdict_text(const Line& line) {
  const auto reached = line.is_reached();
  return !reached ? "" : *reached ? "ok" : "short";
}

bool holds(Side side, double value, double bound) { return side == Side::at_least ? value >= bound : value <= bound; }

// Columns on the screen: "≥" and "×" are one each.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

using Cells = std::array<std::string, 6>;
constexpr std::array<bool, 6> kIsNumber{false, true, true, true, false, false};

Cells cells_of(const Line& line) {
  return {line.moment,
          number_text(line.measured) + " " + line.unit,
          line.bare ? number_text(*line.bare) + " " + line.unit : "",
          line.ratio() ? number_text(*line.ratio()) : "",
          reach_text(line),
          verdict_text(line)};
}

std::string row_text(const Cells& cells, const std::array<std::size_t, 6>& widths) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string room(widths[i] - width_of(cells[i]), ' ');
    text += (i > 0 ? "  " : "") + (kIsNumber[i] ? room + cells[i] : cells[i] + room);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

std::string count_text(std::int64_t count) {
  std::string text = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::optional<double> Line::ratio() const {
  if (!bare || *bare <= 0) return std::nullopt;
  return measured / *bare;
}

std::optional<bool> Line::is_reached() const {
  if (!reach && !ratio_reach) return std::nullopt;
  if (ratio_reach && !ratio()) return false;
  return (!reach || holds(side, measured, *reach)) && (!ratio_reach || holds(side, *ratio(), *ratio_reach));
}

std::string Table::to_text() const {
  std::vector<Cells> rows_of_cells{{"moment", "measured", "bare limit", "ratio", "to reach", ""}};
  for (const auto& line : lines) rows_of_cells.push_back(cells_of(line));
  std::array<std::size_t, 6> widths{};
  for (const auto& cells : rows_of_cells)
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], width_of(cells[i]));
  std::string text = number_text(static_cast<double>(rows)) + " rows on the device";
  if (filled_columns > 0) text += ", " + number_text(filled_columns) + " filled columns each";
  if (!indexes.empty()) text += "; indexes: " + indexes;
  text += "\n\n";
  for (const auto& cells : rows_of_cells) text += row_text(cells, widths);
  return text;
}

Json Table::to_json() const {
  auto json = Json::object();
  json.set("rows", rows);
  json.set("filled_columns", filled_columns);
  json.set("indexes", indexes);
  json.set("cores", static_cast<std::int64_t>(std::thread::hardware_concurrency()));
  auto array = Json::array();
  for (const auto& line : lines) {
    auto entry = Json::object();
    const auto set = [&](const char* name, std::optional<double> value) {
      entry.set(name, value ? Json(*value) : Json(nullptr));
    };
    entry.set("name", line.name);
    entry.set("moment", line.moment);
    entry.set("unit", line.unit);
    set("measured", line.measured);
    set("bare", line.bare);
    set("ratio", line.ratio());
    const bool least = line.side == Side::at_least;
    set("at_least", least ? line.reach : std::nullopt);
    set("at_most", least ? std::nullopt : line.reach);
    set("ratio_at_least", least ? line.ratio_reach : std::nullopt);
    set("ratio_at_most", least ? std::nullopt : line.ratio_reach);
    entry.set("ok", line.is_reached() ? Json(*line.is_reached()) : Json(nullptr));
    array.push_back(std::move(entry));
  }
  json.set("lines", std::move(array));
  return json;
}

}  // namespace satchel::bench
