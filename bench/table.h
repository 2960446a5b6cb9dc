// SPDX-License-Identifier: Apache-2.0
//
// The speed table: what was measured, what plain SQLite does with the same rows, and what is to be reached.
//
//   moment                            measured    bare limit  ratio  to reach
//   first sync, readable        182,400 rows/s  271,000 rows/s  0.67  ≥ 120,000 rows/s, ≥ 0.50  ok
//
// Always true: ratio = measured / bare limit, whether more is better (rates) or less (times, bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace satchel::bench {

std::string count_text(std::int64_t count);  // "12,345"

enum class Side { at_least, at_most };

struct Line {
  std::string name;    // for --only and scripts: "first_sync_readable"
  std::string moment;  // for people
  std::string unit;    // "rows/s", "ms", "bytes/row", "MB", "writes/s"
  double measured = 0;
  std::optional<double> bare = std::nullopt;
  Side side = Side::at_most;
  std::optional<double> reach = std::nullopt;        // for `measured`
  std::optional<double> ratio_reach = std::nullopt;  // for the ratio

  std::optional<double> ratio() const;
  // Nothing where nothing is to be reached.
  std::optional<bool> is_reached() const;
};

struct Table {
  std::int64_t rows = 0;      // that reached the device
  double filled_columns = 0;  // of a row, on average; 0 if it wasn't looked at
  std::string indexes;        // of the tables with rows: "accounts 6, contacts 5"
  std::vector<Line> lines;

  std::string to_text() const;
  Json to_json() const;
};

}  // namespace satchel::bench
