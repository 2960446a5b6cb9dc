// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/filter_path.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/text.h"

namespace satchel::odata {

using model::Column;
using model::ColumnType;
using model::Table;

namespace {

constexpr std::size_t kTyposMax = 2;
constexpr std::size_t kNameMax = 100;  // longer ones are no typos of anything

// How many letters have to change to make one word of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string similar_name(const Table& table, std::string_view name) {
  if (name.size() > kNameMax) return {};
  const std::string lower = to_lower_ascii(name);
  std::string best;
  std::size_t best_distance = kTyposMax + 1;
  const auto consider = [&](const std::string& candidate) {
    const auto size_apart = std::max(candidate.size(), lower.size()) - std::min(candidate.size(), lower.size());
    if (size_apart >= best_distance) return;
    const auto typos = distance(lower, to_lower_ascii(candidate));
    if (typos >= best_distance) return;
    best = candidate;
    best_distance = typos;
  };
  for (const auto& column : table.columns) {
    consider(column.name);
    for (const auto& navigation : column.navigation) consider(navigation);
  }
  return best;
}

// "contactid" of the table that a hop leads to is the lookup itself. A lookup to several tables keeps its hop, for the
// path is null where it leads elsewhere.
ColumnPath shortened(ColumnPath found, const Column& last_lookup) {
  if (found.path.column != 0) return found;
  found.column = &last_lookup;
  if (last_lookup.is_polymorphic()) return found;
  found.path.column = last_lookup.index;
  found.path.hops.pop_back();
  return found;
}

// ownerid/fullname: a lookup's own name leads to that one of its tables that knows what comes next.
std::optional<Table::NavigationTarget> find_by_next(const model::Schema& schema, const Table& table,
                                                    std::string_view name, std::string_view next) {
  const Column* lookup = table.find_column(name);
  if (lookup == nullptr || lookup->type != ColumnType::lookup) return std::nullopt;
  std::optional<Table::NavigationTarget> out;
  for (const auto target : lookup->targets) {
    const Table& candidate = schema.at(target);
    if (candidate.find_column(next) == nullptr && !candidate.find_navigation(next) &&
        candidate.find_lookup_value(next) == nullptr)
      continue;
    if (out) return std::nullopt;
    out = Table::NavigationTarget{lookup, target};
  }
  return out;
}

Error no_way(const Table& table, const std::string& name, const std::string& next) {
  const Column* column = table.find_column(name);
  if (column == nullptr) column = table.find_lookup_value(name);
  if (column == nullptr) return unknown_name(table, name);
  if (column->type != ColumnType::lookup)
    return Error{ErrorCode::bad_filter,
                 describe(*column) + " leads to no other record, so '/" + next + "' can't follow it.", name};
  std::string ways;
  for (const auto& navigation : column->navigation) ways += (ways.empty() ? "" : " or ") + navigation + "/" + next;
  return Error{ErrorCode::bad_filter,
               "'" + name + "/" + next + "' doesn't say which table is meant; write " + ways + ".", name};
}

Result<Table::NavigationTarget> find_way(const model::Schema& schema, const Table& table, const std::string& name,
                                         const std::string& next) {
  const auto by_navigation = table.find_navigation(name);
  const bool is_ambiguous =
      by_navigation && by_navigation->column->is_polymorphic() && by_navigation->column->name == name;
  if (by_navigation && !is_ambiguous) return *by_navigation;
  if (auto found = find_by_next(schema, table, name, next)) return *found;
  return no_way(table, name, next);
}

}  // namespace

Result<ColumnPath> resolve_path(const model::Schema& schema, const Table& table,
                                std::span<const std::string> segments) {
  if (segments.size() > query::kPathHopsMax + 1)
    return Error{ErrorCode::too_large,
                 "A path may lead through " + std::to_string(query::kPathHopsMax) + " records at most."};
  ColumnPath out;
  const Table* at = &table;
  const Column* last_lookup = nullptr;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const auto way = TRY(find_way(schema, *at, segments[i], segments[i + 1]));
    out.path.hops.push_back({way.column->index, way.target});
    last_lookup = way.column;
    at = &schema.at(way.target);
  }
  const std::string& name = segments.back();
  if (const auto found = resolve_column(*at, name); found.ok()) {
    out.column = *found;
    if (out.column->type == ColumnType::image)
      return Error{ErrorCode::bad_filter,
                   "Rows can't be filtered or sorted by the picture " + describe(*out.column) + "; " + name +
                       "id is null where there is none.",
                   name};
    out.path.column = out.column->index;
  } else if (const auto way = at->find_navigation(name)) {
    out.path.hops.push_back({way->column->index, way->target});
    last_lookup = way->column;
  } else {
    return found.error();
  }
  return out.path.hops.empty() ? out : shortened(std::move(out), *last_lookup);
}

Result<const Column*> resolve_column(const Table& table, std::string_view name) {
  if (const Column* column = table.find_column(name)) return column;
  if (const Column* column = table.find_lookup_value(name)) return column;
  return unknown_name(table, name);
}

std::vector<model::ColumnIndex> party_lists_named(const Table& table, std::string_view name) {
  const bool all = name == table.name + "_activity_parties";
  std::vector<model::ColumnIndex> out;
  for (const auto& column : table.columns)
    if (column.type == ColumnType::party_list && (all || column.name == name)) out.push_back(column.index);
  return out;
}

Error unknown_name(const Table& table, std::string_view name) {
  const std::string shown(name.substr(0, utf8_prefix_size(name.substr(0, kNameMax))));
  std::string message = table.label + " has no column '" + shown + "'.";
  if (const auto similar = similar_name(table, name); !similar.empty()) message += " Did you mean '" + similar + "'?";
  return Error{ErrorCode::unknown_column, std::move(message), shown};
}

std::string describe(const Column& column) {
  if (column.label.empty() || column.label == column.name) return column.name;
  return column.label + " (" + column.name + ")";
}

}  // namespace satchel::odata
