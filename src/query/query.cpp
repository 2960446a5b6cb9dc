// SPDX-License-Identifier: Apache-2.0
#include "query/query.h"

#include <algorithm>
#include <cassert>
#include <compare>

#include "base/text.h"

namespace satchel::query {

using model::Record;
using model::Reference;
using model::Value;

namespace {

// Decides one record. Every function answers as the comment in query.h says; sql/compile.cpp says it in SQL.
class Matcher {
 public:
  Matcher(const Record& record, const FindRecord& find, const FindChildren& find_children)
      : record_(record), find_(find), find_children_(find_children) {}

  bool operator()(const Filter& filter) const { return std::visit(*this, filter.node); }

  bool operator()(const All& all) const { return std::all_of(all.parts.begin(), all.parts.end(), *this); }
  bool operator()(const Any& any) const { return std::any_of(any.parts.begin(), any.parts.end(), *this); }
  bool operator()(const Not& negation) const { return !(*this)(*negation.part); }
  bool operator()(const Compare& compare) const;
  bool operator()(const CompareColumns& compare) const;
  bool operator()(const In& in) const;
  bool operator()(const Match& match) const;
  bool operator()(const HasParty& has) const;
  bool operator()(const Exists& exists) const;

 private:
  Value value_at(const Path& path) const;

  const Record& record_;
  const FindRecord& find_;
  const FindChildren& find_children_;
};

// Of two values that aren't null. Values of two kinds are a bug; they are unlike.
std::partial_ordering order_of(const Value& a, const Value& b) {
  assert(a.index() == b.index());
  if (const auto *x = model::integer_in(a), *y = model::integer_in(b); x != nullptr && y != nullptr) return *x <=> *y;
  if (const auto *x = model::text_in(a), *y = model::text_in(b); x != nullptr && y != nullptr)
    return fold_key(*x).compare(fold_key(*y)) <=> 0;
  if (const auto *x = model::reference_in(a), *y = model::reference_in(b); x != nullptr && y != nullptr)
    return x->id <=> y->id;
  return std::partial_ordering::unordered;
}

bool holds(std::partial_ordering order, Comparison comparison) {
  switch (comparison) {
    case Comparison::eq: return order == 0;
    case Comparison::ne: return order != 0;
    case Comparison::gt: return order > 0;
    case Comparison::ge: return order >= 0;
    case Comparison::lt: return order < 0;
    case Comparison::le: return order <= 0;
  }
  return false;
}

// A side is null: only `ne` can hold, when the other is not.
bool holds_with_null(const Value& a, const Value& b, Comparison comparison) {
  return comparison == Comparison::ne && model::is_null(a) != model::is_null(b);
}

bool holds(const Value& a, const Value& b, Comparison comparison) {
  if (model::is_null(a) || model::is_null(b)) return holds_with_null(a, b, comparison);
  return holds(order_of(a, b), comparison);
}

bool Matcher::operator()(const Compare& compare) const {
  const Value value = value_at(compare.path);
  if (model::is_null(compare.value) && compare.comparison == Comparison::eq) return model::is_null(value);
  return holds(value, compare.value, compare.comparison);
}

bool Matcher::operator()(const CompareColumns& compare) const {
  return holds(value_at(compare.left), value_at(compare.right), compare.comparison);
}

bool Matcher::operator()(const In& in) const {
  const Value value = value_at(in.path);
  return std::any_of(in.values.begin(), in.values.end(), [&value](const Value& listed) {
    if (model::is_null(value)) return model::is_null(listed);
    return holds(value, listed, Comparison::eq);
  });
}

bool Matcher::operator()(const Match& match) const {
  const Value value = value_at(match.path);
  const auto* text = model::text_in(value);
  if (text == nullptr) return false;
  const std::string key = fold_key(*text);
  const std::string sought = fold_key(match.text);
  switch (match.match) {
    case TextMatch::contains: return key.find(sought) != std::string::npos;
    case TextMatch::starts_with: return key.starts_with(sought);
    case TextMatch::ends_with: return key.ends_with(sought);
  }
  return false;
}

bool Matcher::operator()(const HasParty& has) const {
  const auto* parties = model::parties_in(record_.values[has.column]);
  return parties != nullptr && std::any_of(parties->begin(), parties->end(),
                                           [&has](const model::Party& party) { return party.party.id == has.party; });
}

bool Matcher::operator()(const Exists& exists) const {
  assert(find_children_);
  const Value parent = value_at(exists.path);
  const auto* reference = model::reference_in(parent);
  if (reference == nullptr) return false;
  const auto children = find_children_(exists.table, exists.lookup, *reference);
  return std::any_of(children.begin(), children.end(), [&](const Record* child) {
    return exists.part == nullptr || Matcher(*child, find_, find_children_)(*exists.part);
  });
}

Value Matcher::value_at(const Path& path) const {
  const Record* record = &record_;
  for (std::size_t i = 0; i < path.hops.size(); ++i) {
    const auto* reference = model::reference_in(record->values[path.hops[i].lookup]);
    if (reference == nullptr || reference->table != path.hops[i].target) return {};
    if (path.column == 0 && i + 1 == path.hops.size()) return *reference;
    record = find_(*reference);
    if (record == nullptr) return {};
  }
  return path.column == 0 ? Value(Reference{record->table, record->id}) : record->values[path.column];
}

}  // namespace

bool matches(const model::Schema&, const Filter& filter, const Record& record, const FindRecord& find,
             const FindChildren& find_children) {
  return Matcher(record, find, find_children)(filter);
}

PathEnd end_of(const model::Schema& schema, const model::Table& table, const Path& path) {
  const model::Table& last = path.hops.empty() ? table : schema.at(path.hops.back().target);
  return {&last, &last.columns[path.column]};
}

}  // namespace satchel::query
