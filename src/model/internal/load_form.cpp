// SPDX-License-Identifier: Apache-2.0
#include "model/internal/load_form.h"

#include <algorithm>
#include <array>

#include "model/internal/load_table.h"

namespace satchel::model::internal {

namespace {

using Tables = std::span<const Table* const>;

bool leads_to(const Column& column, TableNumber table) {
  return column.type == ColumnType::lookup &&
         std::find(column.targets.begin(), column.targets.end(), table) != column.targets.end();
}

// Activities say what they regard, notes what they belong to.
bool has_timeline(const Table& table, Tables tables) {
  return std::any_of(tables.begin(), tables.end(), [&](const Table* other) {
    const auto* regarding = other->find_column("regardingobjectid");
    return other->is_activity && regarding != nullptr && leads_to(*regarding, table.number);
  });
}

// --- Related lists ---

struct Relationship {
  const Table* table = nullptr;
  const Column* lookup = nullptr;
};

std::optional<Relationship> find_relationship(std::string_view name, Tables tables) {
  for (const auto* table : tables)
    for (const auto& column : table->columns)
      if (std::find(column.relationships.begin(), column.relationships.end(), name) != column.relationships.end())
        return Relationship{table, &column};
  return std::nullopt;
}

// What the table's own lists show, but for the lookup that is the same in every row.
std::vector<ColumnIndex> shown_columns(const Table& table, ColumnIndex lookup) {
  auto columns = table.default_view().columns;
  std::erase(columns, lookup);
  return columns;
}

Result<RelatedList> load_related(const SchemaNode& node, Tables tables, const Table& table) {
  static constexpr std::array<std::string_view, 3> kMembers = {"relationship", "label", "columns"};
  TRY(node.allow_only(kMembers, "a related list"));
  RelatedList list;
  list.relationship = TRY(node.text("relationship"));
  const auto found = find_relationship(list.relationship, tables);
  if (!found) return node.wrong("relationship", "there is no relationship " + quoted(list.relationship));
  if (!leads_to(*found->lookup, table.number))
    return node.wrong("relationship", quoted(list.relationship) + " does not lead to this table");
  list.table = found->table->number;
  list.lookup = found->lookup->index;
  list.label = TRY(node.text("label", found->table->plural));
  list.columns = node.has("columns") ? TRY(load_column_list(TRY(node.items("columns")), *found->table))
                                     : shown_columns(*found->table, list.lookup);
  return list;
}

// --- Forms ---

Result<FormSection> load_section(const SchemaNode& node, const Table& table) {
  static constexpr std::array<std::string_view, 2> kMembers = {"label", "columns"};
  TRY(node.allow_only(kMembers, "a section"));
  FormSection section;
  section.label = TRY(node.text("label"));
  section.columns = TRY(load_column_list(TRY(node.items("columns")), table));
  if (section.columns.empty()) return node.wrong("columns", "a section has at least one");
  return section;
}

// A picture stands in the form's head.
bool is_for_people(const Column& column) {
  return !column.hidden && column.index != 0 && column.type != ColumnType::image;
}

// A table without a form has one with all that people may write.
std::vector<FormSection> make_sections(const Table& table) {
  FormSection section{.label = "Details", .columns = {}};
  for (const auto& column : table.columns)
    if (is_for_people(column) && column.origin == Origin::user) section.columns.push_back(column.index);
  if (section.columns.empty()) return {};
  return {std::move(section)};
}

std::vector<ColumnIndex> make_header(const Table& table) {
  constexpr std::size_t kHeaderColumns = 3;
  std::vector<ColumnIndex> header;
  for (const auto column : table.default_view().columns)
    if (column != table.primary_name && header.size() < kHeaderColumns) header.push_back(column);
  return header;
}

std::vector<ColumnIndex> make_quick_create(const Table& table) {
  std::vector<ColumnIndex> columns;
  for (const auto& column : table.columns)
    if (is_for_people(column) && column.origin == Origin::user && column.required != Required::none)
      columns.push_back(column.index);
  return columns;
}

Result<Form> load_described(const SchemaNode& node, Tables tables, const Table& table) {
  static constexpr std::array<std::string_view, 4> kMembers = {"header", "sections", "related", "quick_create"};
  TRY(node.allow_only(kMembers, "a form"));
  Form form;
  form.header = TRY(load_column_list(TRY(node.items_if_any("header")), table));
  std::vector<ColumnIndex> seen;
  for (const auto& item : TRY(node.items("sections"))) {
    auto section = TRY(load_section(item, table));
    for (const auto column : section.columns) {
      if (std::find(seen.begin(), seen.end(), column) != seen.end())
        return item.wrong("columns", quoted(table.columns[column].name) + " stands in the form already");
      seen.push_back(column);
    }
    form.sections.push_back(std::move(section));
  }
  for (const auto& item : TRY(node.items_if_any("related"))) {
    auto list = TRY(load_related(item, tables, table));
    for (const auto& other : form.related)
      if (other.relationship == list.relationship) return item.wrong("relationship", "comes twice");
    form.related.push_back(std::move(list));
  }
  form.quick_create = node.has("quick_create") ? TRY(load_column_list(TRY(node.items("quick_create")), table))
                                               : make_quick_create(table);
  return form;
}

// --- Charts ---

Result<ChartKind> load_kind(const SchemaNode& node) {
  const auto text = TRY(node.text("kind", "column"));
  if (text == "bar") return ChartKind::bar;
  if (text == "column") return ChartKind::column;
  if (text == "line") return ChartKind::line;
  return node.wrong("kind", quoted(text) + " is none of: bar, column, line");
}

Result<std::optional<Period>> load_period(const SchemaNode& node, ColumnType category) {
  const bool is_time = category == ColumnType::date || category == ColumnType::datetime;
  if (is_time != node.has("period"))
    return node.wrong(is_time ? "a chart over time needs a \"period\"" : "\"period\" is for dates");
  if (!is_time) return std::optional<Period>();
  const auto text = TRY(node.text("period"));
  if (text == "day") return std::optional(Period::day);
  if (text == "week") return std::optional(Period::week);
  if (text == "month") return std::optional(Period::month);
  return node.wrong("period", quoted(text) + " is none of: day, week, month");
}

bool can_be_category(ColumnType type) {
  switch (type) {
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status:
    case ColumnType::boolean:
    case ColumnType::lookup:
    case ColumnType::date:
    case ColumnType::datetime: return true;
    default: return false;
  }
}

bool can_be_summed(ColumnType type) {
  return type == ColumnType::integer || type == ColumnType::decimal || type == ColumnType::money;
}

Result<ColumnIndex> load_chart_column(const SchemaNode& node, std::string_view member, const Table& table) {
  const auto name = TRY(node.text(member));
  const auto* column = table.find_column(name);
  if (column == nullptr) return node.wrong(member, "there is no column " + quoted(name));
  return column->index;
}

Result<Chart> load_chart(const SchemaNode& node, const Table& table) {
  static constexpr std::array<std::string_view, 7> kMembers = {"name",     "label",  "kind", "filter",
                                                               "category", "period", "sum"};
  TRY(node.allow_only(kMembers, "a chart"));
  Chart chart;
  chart.name = TRY(load_name(node, "name"));
  chart.label = TRY(node.text("label"));
  chart.kind = TRY(load_kind(node));
  chart.filter = TRY(node.text("filter", ""));
  chart.category = TRY(load_chart_column(node, "category", table));
  const auto type = table.columns[chart.category].type;
  if (!can_be_category(type)) return node.wrong("category", "rows can't be grouped by a column of this type");
  chart.period = TRY(load_period(node, type));
  if (!node.has("sum")) return chart;
  chart.sum = TRY(load_chart_column(node, "sum", table));
  if (!can_be_summed(table.columns[*chart.sum].type)) return node.wrong("sum", "only numbers can be summed");
  return chart;
}

Result<void> load_charts(const SchemaNode& file, Tables tables, Table& table) {
  for (const auto& node : TRY(file.items_if_any("charts"))) {
    auto chart = TRY(load_chart(node, table));
    const auto is_taken = [&](const Table* other) {
      return std::any_of(other->charts.begin(), other->charts.end(),
                         [&](const Chart& known) { return known.name == chart.name; });
    };
    if (is_taken(&table) || std::any_of(tables.begin(), tables.end(), is_taken))
      return node.wrong("name", "there are two charts " + quoted(chart.name));
    table.charts.push_back(std::move(chart));
  }
  return {};
}

}  // namespace

Result<void> load_form(const SchemaNode& file, Tables tables, Table& table) {
  constexpr std::int64_t kMenuRankMax = 1000;
  if (file.has("menu_rank")) table.menu_rank = static_cast<int>(TRY(file.integer("menu_rank", 0, kMenuRankMax)));
  if (const auto node = file.find("form")) {
    table.form = TRY(load_described(*node, tables, table));
  } else {
    table.form = {.header = make_header(table),
                  .sections = make_sections(table),
                  .related = {},
                  .quick_create = make_quick_create(table)};
  }
  table.form.has_timeline = has_timeline(table, tables);
  return load_charts(file, tables, table);
}

}  // namespace satchel::model::internal
