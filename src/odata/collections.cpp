// SPDX-License-Identifier: Apache-2.0
#include "odata/collections.h"

#include <memory>

#include "odata/internal/value_json.h"

namespace satchel::odata {

using model::Column;
using model::ColumnType;
using model::Schema;
using model::Table;

namespace {

bool leads_by(const Column& lookup, const Table& table, std::string_view name) {
  for (std::size_t i = 0; i < lookup.targets.size() && i < lookup.relationships.size(); ++i)
    if (lookup.targets[i] == table.number && lookup.relationships[i] == name) return true;
  return false;
}

// Of a lookup to several tables, the plain comparison serves its index, and the other one asks for the table.
query::Filter equal_to(const Column& lookup, const model::Reference& record) {
  const query::Filter plain{query::Compare{{{}, lookup.index}, query::Comparison::eq, record}};
  if (!lookup.is_polymorphic()) return plain;
  const query::Path exact{{{lookup.index, record.table}}, 0};
  return {query::All{{plain, {query::Compare{exact, query::Comparison::eq, record}}}}};
}

}  // namespace

const Column* other_end(const Table& link, const Column& lookup) {
  for (const auto& column : link.columns)
    if (column.type == ColumnType::lookup && column.origin == model::Origin::user && column.index != lookup.index)
      return &column;
  return nullptr;
}

std::optional<Collection> find_collection(const Schema& schema, const Table& table, std::string_view name) {
  for (const auto& other : schema.tables()) {
    for (const auto& column : other.columns) {
      if (column.type != ColumnType::lookup || !leads_by(column, table, name)) continue;
      const Column* far = other.is_intersect ? other_end(other, column) : nullptr;
      if (far == nullptr || far->targets.empty()) return Collection{&other, &column};
      return Collection{schema.find(far->targets.front()), &column, &other, far};
    }
  }
  return std::nullopt;
}

query::Filter belongs_to(const Collection& collection, const model::Reference& parent) {
  auto direct = equal_to(*collection.lookup, parent);
  if (collection.link == nullptr) return direct;
  return {query::Exists{
      {}, collection.link->number, collection.far->index, std::make_shared<const query::Filter>(std::move(direct))}};
}

std::string_view partner_of(const Collection& collection, TableNumber parent) {
  return internal::navigation_to(*collection.lookup, parent);
}

}  // namespace satchel::odata
