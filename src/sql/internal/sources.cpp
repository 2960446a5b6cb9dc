// SPDX-License-Identifier: Apache-2.0
#include "sql/internal/sources.h"

#include <algorithm>

namespace satchel::sql {

using model::Column;
using model::Table;

namespace {

std::string named(std::string_view alias, std::string_view column) { return std::string(alias) + "." + quoted(column); }

// Short texts that are searched and sorted often have their key stored beside them. For the others the SQLite driver
// registers the function fold, the same fold_key as everywhere. A PostgreSQL driver has no such function: with it all
// texts will have their key stored, and only the first line stays.
std::string key_of(std::string_view alias, const Column& column) {
  if (const std::string stored = key_column(column); !stored.empty()) return named(alias, stored);
  return "fold(" + named(alias, column.name) + ")";
}

// The id that a lookup holds, where it leads to the table of `hop`. The table's number is the schema's, so it stands as it is.
std::string lookup_key(std::string_view alias, const Column& lookup, const query::Path::Hop& hop) {
  if (!lookup.is_polymorphic()) return named(alias, lookup.name);
  return "case when " + named(alias, lookup.name + "__table") + " = " + std::to_string(hop.target.value) + " then " +
         named(alias, lookup.name) + " end";
}

}  // namespace

void append(Fragment& out, const Fragment& more) {
  out.text += more.text;
  out.parameters.insert(out.parameters.end(), more.parameters.begin(), more.parameters.end());
}

void append(Fragment& out, std::string_view text) { out.text += text; }

void append(Fragment& out, std::string_view text, Parameter parameter) {
  out.text += text;
  out.parameters.push_back(std::move(parameter));
}

Sources::Sources(const model::Schema& schema, const Table& table, const Surroundings& surroundings, std::string alias)
    : schema_(schema), table_(table), surroundings_(surroundings) {
  sources_.push_back({&table, std::move(alias), nullptr, {}});
}

Sources Sources::below(const Table& table) {
  return {schema_, table, surroundings_, alias() + "s" + std::to_string(++below_)};
}

std::string Sources::key(const query::Path& path) {
  const Source* source = &sources_.front();
  for (std::size_t i = 0; i < path.hops.size(); ++i) {
    const auto& hop = path.hops[i];
    const bool ends_in_id = path.column == 0 && i + 1 == path.hops.size();
    if (ends_in_id) return lookup_key(source->alias, source->table->columns[hop.lookup], hop);
    source = &follow(*source, hop);
  }
  return key_of(source->alias, source->table->columns[path.column]);
}

const Sources::Source& Sources::follow(const Source& source, const query::Path::Hop& hop) {
  const auto known = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const Source& other) { return other.parent == &source && other.hop == hop; });
  if (known != sources_.end()) return *known;
  const std::string prefix = alias() == "t" ? "j" : alias() + "j";
  return sources_.emplace_back(Source{&schema_.at(hop.target), prefix + std::to_string(sources_.size()), &source, hop});
}

std::string Sources::name_of(const Table& table) const {
  return surroundings_.source ? surroundings_.source(table) : quoted(table.name);
}

Fragment Sources::from() const {
  Fragment out{name_of(table_) + " as " + alias(), {}};
  for (std::size_t i = 1; i < sources_.size(); ++i) append(out, join(sources_[i]));
  return out;
}

// The surroundings' condition stands within the join: a record that its reader may not see is as good as missing.
Fragment Sources::join(const Source& source) const {
  const Column& lookup = source.parent->table->columns[source.hop.lookup];
  Fragment out{" left join " + name_of(*source.table) + " as " + source.alias + " on " + named(source.alias, "id") +
                   " = " + lookup_key(source.parent->alias, lookup, source.hop),
               {}};
  if (!surroundings_.condition) return out;
  const Fragment condition = surroundings_.condition(*source.table, source.alias);
  if (condition.text.empty()) return out;
  append(out, " and (");
  append(out, condition);
  append(out, ")");
  return out;
}

Fragment Sources::condition() const {
  return surroundings_.condition ? surroundings_.condition(table_, alias()) : Fragment{};
}

}  // namespace satchel::sql
