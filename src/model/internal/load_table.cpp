// SPDX-License-Identifier: Apache-2.0
#include "model/internal/load_table.h"

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <utility>

#include "base/text.h"

namespace satchel::model::internal {

namespace {

constexpr std::int64_t kNumberMax = std::numeric_limits<std::int32_t>::max();

Column make_column(std::string name, std::string label, ColumnType type, Origin origin) {
  Column column;
  column.name = std::move(name);
  column.label = std::move(label);
  column.type = type;
  column.origin = origin;
  return column;
}

Result<void> add_column(const SchemaNode& node, Table& table, Column column) {
  if (table.columns.size() >= kSchemaColumnsMax) return node.wrong("the table has too many columns");
  column.index = static_cast<ColumnIndex>(table.columns.size());
  if (!table.column_by_name.emplace(column.name, column.index).second) {
    return node.wrong("there are two columns " + quoted(column.name));
  }
  table.columns.push_back(std::move(column));
  return {};
}

Result<ColumnIndex> find_column(const SchemaNode& node, const Table& table, std::string_view name) {
  const auto* column = table.find_column(name);
  if (column == nullptr) return node.wrong("there is no column " + quoted(name));
  return column->index;
}

// --- Columns ---

// A table on its way. `words` and `joins` last until its columns are complete.
struct Building {
  const Catalog& catalog;
  Table& table;
  std::deque<Words> words = {};  // nodes point into it
  std::vector<std::pair<SchemaNode, ColumnIndex>> joins = {};
  std::vector<std::pair<SchemaNode, Column>> images = {};  // They come last.
};

// The amount in the organisation's currency, which stands beside each money column.
Column base_twin_of(const Column& money) {
  auto twin = make_column(money.name + "_base", money.label + " (Base)", ColumnType::money, Origin::computed);
  twin.scale = kMoneyScaleMax;
  twin.min = std::numeric_limits<std::int64_t>::min();
  twin.max = std::numeric_limits<std::int64_t>::max();
  twin.hidden = true;
  twin.base_of = money.name;
  twin.base_of_index = money.index;
  return twin;
}

Result<void> add_loaded_column(const SchemaNode& node, Building& building) {
  auto& table = building.table;
  auto loaded = TRY(load_column(node, building.catalog));
  if (loaded.type == ColumnType::image) {
    building.images.emplace_back(node, std::move(loaded));
    return {};
  }
  TRY(add_column(node, table, std::move(loaded)));
  const auto& column = table.columns.back();
  if (auto join = node.find("join")) building.joins.emplace_back(*std::move(join), column.index);
  if (column.type != ColumnType::money) return {};
  return add_column(node, table, base_twin_of(column));
}

constexpr std::int64_t kGuidLength = 36;
constexpr std::int64_t kImageUrlLength = 250;  // two names and two ids

Column hidden_text(std::string name, std::string label, std::string format, std::int64_t length_max) {
  auto column = make_column(std::move(name), std::move(label), ColumnType::text, Origin::computed);
  column.format = std::move(format);
  column.length_max = length_max;
  column.hidden = true;
  return column;
}

// The picture stands behind whatever is short, so that reading the rest of a row leaves its bytes alone.
Result<void> add_image(const SchemaNode& node, Table& table, Column image) {
  if (image.origin != Origin::user || image.required != Required::none)
    return node.wrong("an image is written by people, and no record must have one");
  const auto next = static_cast<ColumnIndex>(table.columns.size());
  auto timestamp =
      make_column(image.name + "_timestamp", image.label + " Timestamp", ColumnType::bigint, Origin::server);
  timestamp.min = 0;
  timestamp.max = std::numeric_limits<std::int64_t>::max();
  timestamp.hidden = true;
  TRY(add_column(node, table, hidden_text(image.name + "id", image.label + " Id", "guid", kGuidLength)));
  TRY(add_column(node, table, std::move(timestamp)));
  TRY(add_column(node, table, hidden_text(image.name + "_url", image.label + " URL", "url", kImageUrlLength)));
  TRY(add_column(node, table, std::move(image)));
  table.images.push_back({.image = static_cast<ColumnIndex>(next + 3),
                          .id = next,
                          .timestamp = static_cast<ColumnIndex>(next + 1),
                          .url = static_cast<ColumnIndex>(next + 2)});
  return {};
}

// What words in braces stand for wherever they are.
Words words_of(const Table& table) {
  return {
      {"table", table.name}, {"Table", capitalized(table.name)}, {"set", table.set}, {"Set", capitalized(table.set)}};
}

Result<Words> load_words(const SchemaNode& with, const SchemaNode& group) {
  const auto text = group.json().dump();
  Words words;
  for (const auto& word : TRY(with.members())) {
    const bool is_used = text.find("{" + std::string(word.name()) + "}") != std::string::npos;
    if (!is_used) return word.wrong("the group has no such word");
    words.emplace_back(word.name(), TRY(word.text()));
  }
  return words;
}

// {"include": "address", "with": {"n": "1"}}
Result<void> include_group(const SchemaNode& node, Building& building) {
  static constexpr std::array<std::string_view, 2> kMembers = {"include", "with"};
  TRY(node.allow_only(kMembers, "an include"));
  const auto name = TRY(node.text("include"));
  const auto group = building.catalog.groups.find(name);
  if (group == building.catalog.groups.end()) return node.wrong("include", "shared.json has no group " + quoted(name));
  auto& words = building.words.emplace_back(words_of(building.table));
  if (const auto with = node.find("with")) {
    const auto own = TRY(load_words(*with, group->second));
    words.insert(words.begin(), own.begin(), own.end());
  }
  for (const auto& column : TRY(group->second.with_words(words).items())) {
    if (const auto added = add_loaded_column(column, building); !added) {
      auto error = added.error();
      error.message += " (included by " + building.table.name + ")";
      return error;
    }
  }
  return {};
}

// "join": ["firstname", " ", "lastname"]: columns and between them separators.
Result<void> load_join(const SchemaNode& join, const Table& table, Column& column) {
  const auto items = TRY(join.items());
  if (items.size() % 2 == 0) return join.wrong("must be columns with a separator between each two");
  std::int64_t length = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto text = TRY(items[i].text());
    if (i % 2 == 1) {
      length += static_cast<std::int64_t>(utf16_length(text));
      column.join_separators.push_back(std::move(text));
      continue;
    }
    const auto& part = table.columns[TRY(find_column(items[i], table, text))];
    if (!part.is_text() || part.origin == Origin::computed)
      return items[i].wrong("only texts that people write can be joined");
    length += part.length_max;
    column.join_columns.push_back(part.index);
  }
  if (length > column.length_max) return join.wrong("can be longer (" + std::to_string(length) + ") than \"length\"");
  return {};
}

Result<void> load_columns(const SchemaNode& file, Building& building) {
  const auto& words = building.words.emplace_back(words_of(building.table));
  for (const auto& node : TRY(file.with_words(words).items("columns"))) {
    if (node.has("include")) TRY(include_group(node, building));
    else TRY(add_loaded_column(node, building));
  }
  for (const auto& [join, index] : building.joins) TRY(load_join(join, building.table, building.table.columns[index]));
  return {};
}

// --- States ---

Result<void> add_statuses(const SchemaNode& state_node, const Option& state, Column& status) {
  static constexpr std::array<std::string_view, 2> kMembers = {"value", "label"};
  const auto nodes = TRY(state_node.items("statuses"));
  if (nodes.empty()) return state_node.wrong("statuses", "a state has at least one");
  for (const auto& node : nodes) {
    auto option = TRY(load_option(node, "a status", kMembers));
    if (status.find_option(option.value) != nullptr) {
      return node.wrong("value", "there are two statuses " + std::to_string(option.value));
    }
    option.state = state.value;
    status.options.push_back(std::move(option));
  }
  return {};
}

Result<void> load_states(const SchemaNode& file, Table& table) {
  static constexpr std::array<std::string_view, 3> kMembers = {"value", "label", "statuses"};
  const auto states = file.find("states");
  if (!states) return {};
  auto state = make_column("statecode", "Status", ColumnType::state, Origin::user);
  auto status = make_column("statuscode", "Status Reason", ColumnType::status, Origin::user);
  for (const auto& node : TRY(states->items())) {
    auto option = TRY(load_option(node, "a state", kMembers));
    if (option.value < 0) return node.wrong("value", "a state's number is not negative");
    if (state.find_option(option.value) != nullptr) {
      return node.wrong("value", "there are two states " + std::to_string(option.value));
    }
    TRY(add_statuses(node, option, status));
    state.options.push_back(std::move(option));
  }
  if (state.options.empty()) return states->wrong("must have at least one state");
  state.default_value = state.options.front().value;
  status.default_value = status.options.front().value;
  TRY(add_column(*states, table, std::move(state)));
  return add_column(*states, table, std::move(status));
}

// --- Columns that have a part to play ---

struct Role {
  std::string_view name;
  ColumnType type;
  std::optional<ColumnIndex> Table::* place;
};
constexpr std::array<Role, 11> kRoles = {{
    {"ownerid", ColumnType::lookup, &Table::owner},
    {"owningbusinessunit", ColumnType::lookup, &Table::owning_unit},
    {"statecode", ColumnType::state, &Table::state},
    {"statuscode", ColumnType::status, &Table::status},
    {"transactioncurrencyid", ColumnType::lookup, &Table::currency},
    {"exchangerate", ColumnType::decimal, &Table::exchange_rate},
    {"createdon", ColumnType::datetime, &Table::created_on},
    {"createdby", ColumnType::lookup, &Table::created_by},
    {"modifiedon", ColumnType::datetime, &Table::modified_on},
    {"modifiedby", ColumnType::lookup, &Table::modified_by},
    {"versionnumber", ColumnType::bigint, &Table::version},
}};

Result<void> find_roles(const SchemaNode& file, Table& table) {
  for (const auto& role : kRoles) {
    const auto* column = table.find_column(role.name);
    if (column == nullptr || column->index == 0) continue;  // transactioncurrency has its id by that name.
    if (column->type != role.type)
      return file.wrong("columns", quoted(role.name) + " is of another type than it must be");
    table.*role.place = column->index;
  }
  const auto* unit = table.find_column("businessunitid");
  if (table.ownership == Ownership::business && unit != nullptr && unit->type == ColumnType::lookup) {
    table.owning_unit = unit->index;
  }
  // A currency's own rate converts nothing in its row.
  if (!table.currency) table.exchange_rate.reset();
  for (const auto& column : table.columns) {
    if (column.origin == Origin::computed) table.computed.push_back(column.index);
  }
  for (const auto& image : table.images)
    std::erase_if(table.computed, [&](ColumnIndex index) { return index == image.id || index == image.url; });
  return {};
}

Result<void> check_roles(const SchemaNode& file, const Table& table) {
  if (table.ownership == Ownership::user && (!table.owner || !table.owning_unit)) {
    return file.wrong("ownership",
                      "a table whose rows users own has ownerid and owningbusinessunit; include \"owned\"");
  }
  const bool has_money = std::any_of(table.columns.begin(), table.columns.end(),
                                     [](const Column& column) { return column.type == ColumnType::money; });
  if (has_money && !table.exchange_rate) {
    return file.wrong("columns", "money needs transactioncurrencyid and exchangerate beside it; include \"money\"");
  }
  const auto lookups = std::count_if(table.columns.begin(), table.columns.end(), [](const Column& column) {
    return column.type == ColumnType::lookup && column.required == Required::required;
  });
  if (table.is_intersect && lookups != 2)
    return file.wrong("is_intersect", "such a table has exactly two required lookups");
  return {};
}

// In OData all properties of a row share one room of names, and a lookup's own is "_x_value".
Result<void> check_navigation(const SchemaNode& file, const Table& table) {
  std::unordered_map<std::string_view, ColumnIndex> seen;
  for (const auto& column : table.columns) {
    for (const auto& name : column.navigation) {
      const auto at = seen.emplace(name, column.index).first;
      const auto* other = table.find_column(name);
      const bool is_taken =
          other != nullptr && other->type != ColumnType::lookup && other->type != ColumnType::party_list;
      if (at->second != column.index || is_taken) {
        return file.wrong("columns", "the navigation " + quoted(name) + " of " + quoted(column.name) +
                                         " is the name of something else too");
      }
    }
  }
  return {};
}

// --- Views ---

// "prioritycode asc, createdon desc"
Result<std::vector<ViewOrder>> load_order(const SchemaNode& node, const Table& table) {
  std::vector<ViewOrder> out;
  const auto text = TRY(node.text());
  for (const auto part : split(text, ',')) {
    const auto words = split(trim(part), ' ');
    const bool has_direction = words.size() == 2 && (words[1] == "asc" || words[1] == "desc");
    if (words[0].empty() || (words.size() != 1 && !has_direction)) {
      return node.wrong(quoted(part) + " is no order: expected a column, then asc or desc");
    }
    const auto index = TRY(find_column(node, table, words[0]));
    const auto type = table.columns[index].type;
    if (type == ColumnType::lookup || type == ColumnType::party_list || type == ColumnType::image) {
      return node.wrong("a list can't be sorted by " + quoted(words[0]) + ", which has no order");
    }
    const auto is_same = [&](const ViewOrder& order) { return order.column == index; };
    if (std::any_of(out.begin(), out.end(), is_same)) return node.wrong(quoted(words[0]) + " comes twice");
    out.push_back({index, has_direction && words[1] == "desc"});
  }
  return out;
}

Result<View> load_view(const SchemaNode& node, const Table& table) {
  static constexpr std::array<std::string_view, 6> kMembers = {"name",   "label", "columns",
                                                               "filter", "order", "default"};
  TRY(node.allow_only(kMembers, "a view"));
  View view;
  view.name = TRY(load_name(node, "name"));
  view.label = TRY(node.text("label"));
  view.columns = TRY(load_column_list(TRY(node.items("columns")), table));
  if (view.columns.empty()) return node.wrong("columns", "a view has at least one");
  view.filter = TRY(node.text("filter", ""));
  if (const auto order = node.find("order")) view.order = TRY(load_order(*order, table));
  view.is_default = TRY(node.boolean("default", false));
  return view;
}

// A table without views has one with its name, or with its first columns.
View make_view(const Table& table) {
  View view{.name = "all", .label = "All " + table.plural, .is_default = true};
  if (table.primary_name) {
    view.columns = {*table.primary_name};
    view.order = {{*table.primary_name, false}};
    return view;
  }
  for (const auto& column : table.columns) {
    if (column.index != 0 && !column.hidden && view.columns.size() < 4) view.columns.push_back(column.index);
  }
  return view;
}

Result<void> load_views(const SchemaNode& file, Table& table) {
  const auto nodes = TRY(file.items_if_any("views"));
  if (nodes.size() > kSchemaViewsMax) return nodes[kSchemaViewsMax].wrong("too many views");
  bool has_default = false;
  for (const auto& node : nodes) {
    auto view = TRY(load_view(node, table));
    for (const auto& other : table.views) {
      if (other.name == view.name) return node.wrong("name", "there are two views " + quoted(view.name));
      if (other.label == view.label) return node.wrong("label", "there are two views labelled " + quoted(view.label));
    }
    if (view.is_default && has_default) return node.wrong("default", "another view is the default already");
    has_default = has_default || view.is_default;
    table.views.push_back(std::move(view));
  }
  if (table.views.empty()) table.views.push_back(make_view(table));
  else if (!has_default) table.views.front().is_default = true;
  return {};
}

Result<void> load_names(const SchemaNode& file, Table& table) {
  if (const auto node = file.find("primary_name")) {
    table.primary_name = TRY(find_column(*node, table, TRY(node->text())));
    if (table.columns[*table.primary_name].type != ColumnType::text)
      return node->wrong("must be a column of type text");
  }
  const auto nodes = TRY(file.items_if_any("quick_find"));
  table.quick_find = TRY(load_column_list(nodes, table));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!table.columns[table.quick_find[i]].is_text()) return nodes[i].wrong("only texts can be found quickly");
  }
  return {};
}

void mark_folded(Table& table) {
  if (table.primary_name) table.columns[*table.primary_name].folded = true;
  for (const auto column : table.quick_find) table.columns[column].folded = true;
  for (const auto& view : table.views) {
    for (const auto& order : view.order) {
      auto& column = table.columns[order.column];
      column.folded = column.folded || column.is_text();
    }
  }
  for (auto& column : table.columns) column.folded = column.folded || column.unique;
}

Result<Ownership> load_ownership(const SchemaNode& file) {
  const auto text = TRY(file.text("ownership", "user"));
  if (text == "user") return Ownership::user;
  if (text == "organization") return Ownership::organization;
  if (text == "business") return Ownership::business;
  if (text == "none") return Ownership::none;
  return file.wrong("ownership", quoted(text) + " is none of: user, organization, business, none");
}

}  // namespace

Result<std::vector<ColumnIndex>> load_column_list(const std::vector<SchemaNode>& nodes, const Table& table) {
  std::vector<ColumnIndex> out;
  for (const auto& node : nodes) {
    const auto index = TRY(find_column(node, table, TRY(node.text())));
    if (std::find(out.begin(), out.end(), index) != out.end()) return node.wrong("comes twice");
    out.push_back(index);
  }
  return out;
}

Result<Table> load_head(const SchemaNode& file) {
  static constexpr std::array<std::string_view, 20> kMembers = {
      "name",        "number",       "set",        "label",        "plural",     "ownership",      "id",
      "is_activity", "is_intersect", "is_derived", "primary_name", "quick_find", "columns",        "states",
      "views",       "load_rank",    "form",       "charts",       "menu_rank",  "on_every_device"};
  TRY(file.allow_only(kMembers, "a table"));
  Table table;
  table.name = TRY(load_name(file, "name"));
  table.number = TableNumber(static_cast<std::int32_t>(TRY(file.integer("number", 1, kNumberMax))));
  table.set = TRY(load_name(file, "set"));
  table.label = TRY(file.text("label"));
  table.plural = TRY(file.text("plural"));
  table.ownership = TRY(load_ownership(file));
  table.is_activity = TRY(file.boolean("is_activity", false));
  table.is_intersect = TRY(file.boolean("is_intersect", false));
  table.is_derived = TRY(file.boolean("is_derived", false));
  table.load_rank = static_cast<int>(TRY(file.integer("load_rank", 0, 1000, 100)));
  table.on_every_device = TRY(file.boolean("on_every_device", false));
  return table;
}

Result<void> load_body(const SchemaNode& file, const Catalog& catalog, Table& table) {
  const auto id_name = table.is_activity ? "activityid" : table.name + "id";
  const auto id = file.has("id") ? TRY(load_name(file, "id")) : id_name;
  TRY(add_column(file, table, make_column(id, table.label, ColumnType::id, Origin::create)));
  Building building{.catalog = catalog, .table = table};
  TRY(load_columns(file, building));
  TRY(load_states(file, table));
  for (auto& [node, image] : building.images) TRY(add_image(node, table, std::move(image)));
  TRY(find_roles(file, table));
  TRY(check_roles(file, table));
  TRY(check_navigation(file, table));
  TRY(load_names(file, table));
  TRY(load_views(file, table));
  mark_folded(table);
  return {};
}

}  // namespace satchel::model::internal
