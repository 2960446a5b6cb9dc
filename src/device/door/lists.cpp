// SPDX-License-Identifier: Apache-2.0
#include "device/door/lists.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/text.h"
#include "device/door/limits.h"
#include "odata/parse_query.h"

namespace satchel::device::door {
namespace {

using model::Table;

Error bad_question(std::string message, std::string target = {}) {
  return {ErrorCode::bad_request, std::move(message), std::move(target)};
}

void add(std::optional<query::Filter>& filter, query::Filter part) {
  if (!filter) {
    filter = std::move(part);
    return;
  }
  query::All all;
  all.parts.push_back(std::move(*filter));
  all.parts.push_back(std::move(part));
  filter = query::Filter{std::move(all)};
}

Result<const model::Column*> column_of(const Table& table, std::string_view name) {
  const auto* column = table.find_column(name);
  if (column != nullptr && column->index != 0) return column;
  return Error{ErrorCode::unknown_column, table.plural + " have no column called \"" + std::string(name) + "\".",
               std::string(name)};
}

Result<std::vector<query::Order>> orders_of(const Table& table, const Json* given, const model::View* view) {
  std::vector<query::Order> orders;
  if (given != nullptr && given->as_array() != nullptr && !given->as_array()->empty()) {
    if (given->as_array()->size() > query::kOrdersMax)
      return bad_question("A list can't be sorted by so many columns.");
    for (const auto& item : *given->as_array()) {
      const auto* column = TRY(column_of(table, item.string_at("column")));
      if (column->type == model::ColumnType::party_list)
        return bad_question("A list can't be sorted by " + column->label + ".", column->name);
      orders.push_back({{{}, column->index}, item.bool_at("descending")});
    }
    return orders;
  }
  if (view != nullptr)
    for (const auto& order : view->order) orders.push_back({{{}, order.column}, order.descending});
  if (orders.empty() && table.primary_name) orders.push_back({{{}, *table.primary_name}, false});
  return orders;
}

Result<std::vector<model::ColumnIndex>> columns_of(const Table& table, const Json* given, const model::View* view) {
  if (given != nullptr && given->as_array() != nullptr) {
    std::vector<model::ColumnIndex> columns;
    if (given->as_array()->size() > kColumnsMax) return bad_question("A list can't show so many columns.");
    for (const auto& item : *given->as_array()) {
      const auto* name = item.as_string();
      columns.push_back(TRY(column_of(table, name != nullptr ? *name : std::string()))->index);
    }
    return columns;
  }
  if (view != nullptr) return view->columns;
  return table.views.empty() ? std::vector<model::ColumnIndex>() : table.default_view().columns;
}

Result<query::Filter> related_filter(const Table& table, const Json& related) {
  const auto* column = TRY(column_of(table, related.string_at("column")));
  const auto id = RecordId::parse(related.string_at("id"));
  if (!id) return bad_question("The record that the list belongs to has no id.");
  if (column->type == model::ColumnType::party_list) return query::Filter{query::HasParty{column->index, *id}};
  if (column->type != model::ColumnType::lookup)
    return bad_question("Lists can't be related by " + column->label + ".", column->name);
  return query::Filter{query::Compare{{{}, column->index}, query::Comparison::eq, model::Reference{{}, *id}}};
}

// Day filters mean another day tomorrow, so an order isn't kept beyond its day.
std::string key_of(const Json& question, Instant now) {
  std::string key = std::to_string(now.milliseconds / Duration::of_days(1).milliseconds);
  for (const auto* name : {"set", "view", "filter", "order", "related_to"}) {
    key += '\n';
    if (const auto* member = question.find(name)) key += member->dump();
  }
  return key;
}

// Rows of `order` that are among `matching` (ascending).
std::vector<store::RowNumber> in_order(const std::vector<store::RowNumber>& order,
                                       const std::vector<store::RowNumber>& matching) {
  std::vector<store::RowNumber> out;
  if (matching.empty()) return out;
  std::vector<bool> is_match(std::size_t{matching.back().value} + 1);
  for (const auto number : matching) is_match[number.value] = true;
  for (const auto number : order)
    if (number.value < is_match.size() && is_match[number.value]) out.push_back(number);
  return out;
}

}  // namespace

Result<Lists::Window> Lists::read(const Json& question, Instant now) {
  Window window;
  window.table = TRY(client_.table(question.string_at("set")));
  const auto& table = *window.table;
  const model::View* view = nullptr;
  if (const auto name = question.string_at("view"); !name.empty()) {
    view = table.find_view(name);
    if (view == nullptr)
      return bad_question(table.plural + " have no view called \"" + std::string(name) + "\".", std::string(name));
  }
  const auto context = TRY(client_.query_context(now));
  window.query.table = table.number;
  const auto& schema = client_.schema();
  if (view != nullptr && !view->filter.empty())
    window.query.filter = TRY(odata::parse_filter(schema, table, view->filter, context));
  if (const auto filter = question.string_at("filter"); !filter.empty())
    add(window.query.filter, TRY(odata::parse_filter(schema, table, filter, context)));
  if (const auto* related = question.find("related_to"); related != nullptr && related->is_object())
    add(window.query.filter, TRY(related_filter(table, *related)));
  window.query.order = TRY(orders_of(table, question.find("order"), view));
  window.columns = TRY(columns_of(table, question.find("columns"), view));
  window.search = trim(question.string_at("search"));
  window.key = key_of(question, now);
  window.from = std::max<std::int64_t>(question.integer_at("from"), 0);
  window.to = question.integer_at("to", window.from);
  if (window.to < window.from) return bad_question("A list's window ends before it begins.");
  window.to = std::min(window.to, window.from + kWindowRowsMax);
  return window;
}

Result<bool> Lists::is_loading(const Table& table) {
  if (TRY(client_.store().loading()) && !TRY(client_.store().setting("cut"))) return true;
  for (const auto& scope : TRY(client_.store().scopes()))
    if (scope.scope.table == table.number && scope.loading) return true;
  return false;
}

Result<Json> Lists::answer(const Json& question, Instant now, For whom) {
  const auto window = TRY(read(question, now));
  std::optional<std::int64_t> total;
  const auto records = TRY(rows_of(window, whom, total));
  Values values(client_.store());
  auto rows = Json::array();
  for (const auto& record : records) rows.push_back(TRY(values.row(record, window.columns)));
  auto json = Json::object();
  json.set("total", total ? Json(*total) : Json());
  json.set("from", window.from);
  json.set("rows", std::move(rows));
  json.set("loading", TRY(is_loading(*window.table)));
  return json;
}

Result<std::vector<model::Record>> Lists::rows_of(const Window& window, For whom, std::optional<std::int64_t>& total) {
  auto* kept = find_kept(window.key);
  // A row or two are moved by the way.
  if (kept != nullptr && !kept->order.is_outdated()) TRY(kept->order.work(client_.store()));
  const bool is_current = kept != nullptr && !kept->order.has_work();
  if (!is_current && window.search.empty() && window.to <= kDirectRowsMax)
    if (auto rows = TRY(first_rows_of(window, kept, whom, total))) return std::move(*rows);
  if (kept == nullptr) kept = &keep(window);
  // An old order serves while somebody waits for the new one.
  if (!kept->order.is_made() || whom == For::asking) TRY(finish(*kept));
  kept->is_wanted = kept->order.has_work();
  if (!window.search.empty()) TRY(search_in(*kept, window.search));
  const std::span numbers = window.search.empty() ? kept->order.numbers() : kept->found;
  const auto size = static_cast<std::int64_t>(numbers.size());
  total = size;
  const auto from = static_cast<std::size_t>(std::min(window.from, size));
  const auto to = static_cast<std::size_t>(std::min(window.to, size));
  return client_.store().rows_at(*window.table, numbers.subspan(from, to - from));
}

// Near the top, without the order. Nothing if it's needed all the same, for the number of rows.
Result<std::optional<std::vector<model::Record>>> Lists::first_rows_of(const Window& window, Kept* kept, For whom,
                                                                       std::optional<std::int64_t>& total) {
  auto query = window.query;
  query.top = window.to;
  auto result = TRY(client_.store().list(query));
  const auto rows = static_cast<std::int64_t>(result.records.size());
  if (!result.next) {
    total = rows;  // A short list needs no order.
  } else if (whom == For::asking) {
    return std::optional<std::vector<model::Record>>();
  } else {
    if (kept == nullptr) kept = &keep(window);
    kept->is_wanted = true;
    // Meanwhile the number from before is nearer to the truth than none.
    if (kept->order.is_made()) total = static_cast<std::int64_t>(kept->order.numbers().size());
  }
  result.records.erase(result.records.begin(), result.records.begin() + std::min(window.from, rows));
  return std::optional(std::move(result.records));
}

Result<void> Lists::search_in(Kept& kept, const std::string& search) {
  if (kept.is_found && kept.search == search) return {};
  const auto& table = client_.schema().at(kept.order.query().table);
  kept.found = in_order(kept.order.numbers(), TRY(client_.store().matching_rows(table, search)));
  kept.search = search;
  kept.is_found = true;
  return {};
}

// ---- orders of whole lists -------------------------------------------------------------------------------------------------

Lists::Kept* Lists::find_kept(const std::string& key) {
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.key == key; });
  if (known == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, known);
  return &kept_.front();
}

Lists::Kept& Lists::keep(const Window& window) {
  kept_.push_front({window.key, Order(window.query)});
  if (kept_.size() > kOrdersKept) kept_.pop_back();
  return kept_.front();
}

Result<void> Lists::finish(Kept& kept) {
  while (kept.order.has_work()) TRY(kept.order.work(client_.store()));
  kept.is_found = false;
  return {};
}

void Lists::touched(const store::Touched& touched, Instant now) {
  if (touched.erased) kept_.clear();
  for (auto& kept : kept_) {
    const bool was_outdated = kept.order.is_outdated();
    if (!kept.order.touched(touched)) continue;
    kept.is_found = false;
    if (!was_outdated) kept.outdated_at = now;
  }
}

// A first one is waited for, and few rows are soon moved.
Instant Lists::Kept::due_at() const {
  return order.is_made() && order.is_outdated() ? outdated_at + kOrderRest : Instant();
}

std::optional<Instant> Lists::work_at() const {
  std::optional<Instant> first;
  for (const auto& kept : kept_)
    if (kept.is_wanted) first = std::min(first.value_or(kept.due_at()), kept.due_at());
  return first;
}

Result<std::optional<TableNumber>> Lists::work(Instant now) {
  for (auto& kept : kept_) {
    if (!kept.is_wanted || kept.due_at() > now) continue;
    kept.is_wanted = false;
    const auto& table = client_.schema().at(kept.order.query().table);
    if (TRY(is_loading(table))) continue;  // It would be old with the next page.
    TRY(kept.order.work(client_.store()));
    kept.is_wanted = kept.order.has_work();
    if (kept.is_wanted) return std::optional<TableNumber>();
    kept.is_found = false;
    return std::optional(table.number);
  }
  return std::optional<TableNumber>();
}

bool Lists::is_in_making(const Json& question, Instant now) const {
  if (question.string_at("ask") != "list") return false;
  const auto key = key_of(question, now);
  return std::any_of(kept_.begin(), kept_.end(),
                     [&](const Kept& kept) { return kept.key == key && kept.is_wanted && !kept.order.is_made(); });
}

Result<std::vector<model::Record>> Lists::first_rows(const Table& table, std::string_view filter,
                                                     std::string_view order, std::int64_t rows_max, Instant now) {
  query::Query query;
  query.table = table.number;
  const auto context = TRY(client_.query_context(now));
  if (!filter.empty()) query.filter = TRY(odata::parse_filter(client_.schema(), table, filter, context));
  if (!order.empty()) query.order = TRY(odata::parse_order(client_.schema(), table, order));
  std::vector<model::Record> records;
  do {
    query.top = rows_max - static_cast<std::int64_t>(records.size());
    auto page = TRY(client_.store().list(query));
    std::move(page.records.begin(), page.records.end(), std::back_inserter(records));
    query.after = std::move(page.next);
  } while (query.after && static_cast<std::int64_t>(records.size()) < rows_max);
  return records;
}

}  // namespace satchel::device::door
