// SPDX-License-Identifier: Apache-2.0
#include "sql/compile.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sql/internal/filter_sql.h"
#include "sql/internal/sources.h"

namespace satchel::sql {

using model::Table;
using query::Query;

namespace {

// Gives parameters their numbers. A text that was numbered once may stand in the statement several times.
class Numbering {
 public:
  std::string number(const Fragment& fragment) {
    std::string out;
    std::size_t used = 0;
    for (const char c : fragment.text) {
      if (c != '?') {
        out += c;
        continue;
      }
      parameters_.push_back(fragment.parameters[used++]);
      out += "?" + std::to_string(parameters_.size());
    }
    assert(used == fragment.parameters.size());
    return out;
  }
  std::vector<Parameter> take() { return std::move(parameters_); }

 private:
  std::vector<Parameter> parameters_;
};

bool ids_descend(const Query& query) { return !query.order.empty() && query.order.back().descending; }

void append_comma(std::string& out) {
  if (!out.empty()) out += ", ";
}

std::string selected(const Table& table, const Surroundings& surroundings, const std::vector<std::string>& keys) {
  std::string out;
  for (const auto& name : surroundings.leading) append_comma(out), out += "t." + quoted(name);
  if (surroundings.with_values)
    for (const auto& stored : stored_columns(table)) append_comma(out), out += "t." + quoted(stored.name);
  for (const auto& key : keys) append_comma(out), out += key;
  return out;
}

// How many columns stand before the keys.
std::size_t keys_at(const Table& table, const Surroundings& surroundings) {
  return surroundings.leading.size() + (surroundings.with_values ? stored_columns(table).size() : 0);
}

// By number of the result's column, as a union asks for. The nulls' place is written out, for PostgreSQL's own is the
// opposite of SQLite's.
std::string ordered(const Query& query, const Surroundings& surroundings, std::size_t first_key) {
  const auto id = std::find(surroundings.leading.begin(), surroundings.leading.end(), "id");
  assert(id != surroundings.leading.end());
  std::string out = " order by ";
  for (const auto& order : query.order)
    out += std::to_string(++first_key) + (order.descending ? " desc nulls last, " : " asc nulls first, ");
  return out + std::to_string(id - surroundings.leading.begin() + 1) + (ids_descend(query) ? " desc" : " asc");
}

// Surroundings and filter; empty if there is neither.
Fragment condition_of(Sources& sources, const Query& query) {
  std::vector<Fragment> parts;
  if (auto around = sources.condition(); !around.text.empty())
    parts.push_back({"(" + around.text + ")", std::move(around.parameters)});
  if (query.filter) parts.push_back(filter_condition(sources, *query.filter));
  return parts.empty() ? Fragment{} : joined_conditions(std::move(parts), " and ");
}

// Position values are keys already: texts are not folded a second time.
Parameter key_parameter(const model::Value& value) {
  const auto* text = model::text_in(value);
  return text != nullptr ? Parameter(*text) : parameter_of(value);
}

Fragment equal_to(const std::string& key, const model::Value& value) {
  if (model::is_null(value)) return {key + " is null", {}};
  return {key + " = ?", {key_parameter(value)}};
}

// The stretches of an order that lie behind a key, nearest first: none, one or two.
std::vector<Fragment> stretches_behind(const std::string& key, const model::Value& value, bool descending) {
  const Fragment nulls{key + " is null", {}};
  if (model::is_null(value))
    return descending ? std::vector<Fragment>{} : std::vector<Fragment>{{key + " is not null", {}}};
  if (!descending) return {{key + " > ?", {key_parameter(value)}}};
  return {{key + " < ?", {key_parameter(value)}}, nulls};
}

// The rows behind a position as disjoint blocks, in order: equal in all keys and with a later id; then equal in all
// keys but the last, and so on.
std::vector<Fragment> blocks_behind(const Query& query, const std::vector<std::string>& keys) {
  const auto& after = *query.after;
  assert(after.values.size() == keys.size());
  std::vector<Fragment> blocks;
  for (std::size_t equal = keys.size() + 1; equal-- > 0;) {
    const bool by_id = equal == keys.size();
    std::vector<Fragment> parts;
    for (std::size_t i = 0; i < equal; ++i) parts.push_back(equal_to(keys[i], after.values[i]));
    const auto stretches =
        by_id ? stretches_behind("t.\"id\"", model::Reference{query.table, after.id}, ids_descend(query))
              : stretches_behind(keys[equal], after.values[equal], query.order[equal].descending);
    for (const auto& stretch : stretches) {
      if (by_id && stretch.parameters.empty()) continue;  // an id is never null
      auto block = parts;
      block.push_back(stretch);
      blocks.push_back(joined_conditions(std::move(block), " and "));
    }
  }
  return blocks;
}

// "where" with one or two conditions, either of which may be empty.
std::string where(const std::string& condition, const std::string& block) {
  if (condition.empty() && block.empty()) return {};
  return " where " + condition + (condition.empty() || block.empty() ? "" : " and ") + block;
}

// The reverse of key_parameter. A reference's table doesn't count in an order.
model::Value read_key(Statement& statement, int at, const model::Column& column) {
  if (statement.is_null(at)) return {};
  if (column.is_text()) return std::string(statement.text(at));
  if (column.type != model::ColumnType::id && column.type != model::ColumnType::lookup) return statement.integer(at);
  return model::Reference{TableNumber(), RecordId::from_bytes(statement.blob(at)).value_or(RecordId())};
}

std::vector<std::string> keys_of(Sources& sources, const Query& query) {
  std::vector<std::string> keys;
  for (const auto& order : query.order) keys.push_back(sources.key(order.path));
  return keys;
}

}  // namespace

Compiled compile_rows(const model::Schema& schema, const Query& query, const Surroundings& surroundings) {
  const Table& table = schema.at(query.table);
  Sources sources(schema, table, surroundings);
  const auto keys = keys_of(sources, query);
  const Fragment filter = condition_of(sources, query);

  Numbering numbering;
  const std::string select =
      "select " + selected(table, surroundings, keys) + " from " + numbering.number(sources.from());
  const std::string condition = numbering.number(filter);
  std::string text;
  if (!query.after) text = select + where(condition, {});
  else
    for (const auto& block : blocks_behind(query, keys))
      text += (text.empty() ? "" : " union all ") + select + where(condition, numbering.number(block));
  text += ordered(query, surroundings, keys_at(table, surroundings));
  if (query.top) text += numbering.number({" limit ?", {*query.top}});
  return {std::move(text), numbering.take()};
}

Compiled compile_count(const model::Schema& schema, const Query& query, const Surroundings& surroundings) {
  Sources sources(schema, schema.at(query.table), surroundings);
  const Fragment filter = condition_of(sources, query);
  Numbering numbering;
  std::string text = "select count(*) from " + numbering.number(sources.from());
  text += where(numbering.number(filter), {});
  return {std::move(text), numbering.take()};
}

query::Position read_position(Statement& statement, const model::Schema& schema, const Query& query,
                              const Surroundings& surroundings) {
  const Table& table = schema.at(query.table);
  const auto& leading = surroundings.leading;
  const auto id_at = static_cast<int>(std::find(leading.begin(), leading.end(), "id") - leading.begin());
  query::Position out;
  out.id = RecordId::from_bytes(statement.blob(id_at)).value_or(RecordId());
  auto key_at = static_cast<int>(keys_at(table, surroundings));
  for (const auto& order : query.order) {
    const auto& column = *query::end_of(schema, table, order.path).column;
    out.values.push_back(read_key(statement, key_at++, column));
  }
  return out;
}

void bind(Statement& statement, const std::vector<Parameter>& parameters) {
  int at = 0;
  for (const auto& parameter : parameters) {
    ++at;
    if (const auto* number = std::get_if<std::int64_t>(&parameter)) statement.bind_integer(at, *number);
    else if (const auto* text = std::get_if<std::string>(&parameter)) statement.bind_text(at, *text);
    else if (const auto* blob = std::get_if<Blob>(&parameter)) statement.bind_blob(at, blob->bytes);
    else statement.bind_null(at);
  }
}

}  // namespace satchel::sql
