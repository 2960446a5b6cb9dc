// SPDX-License-Identifier: Apache-2.0
#include "odata/deep_create.h"

#include <algorithm>

#include "odata/collections.h"
#include "odata/internal/link_json.h"
#include "odata/internal/party_json.h"
#include "odata/internal/value_json.h"

namespace satchel::odata {

using model::ChangeKind;
using model::RecordChange;
using model::Reference;
using model::Schema;
using model::Table;

namespace {

// "name@odata.bind" sets a lookup; a body that says something else about it as well is refused by read_change.
void bind(Json& body, std::string_view navigation, const Schema& schema, const Reference& reference) {
  body.set(std::string(navigation) + "@odata.bind", "/" + record_url(schema, reference));
}

class DeepReader {
 public:
  DeepReader(const Schema& schema, const ResolveReference& resolve, const std::function<RecordId()>& new_id,
             std::size_t changes_max)
      : schema_(schema), resolve_(resolve), new_id_(new_id), changes_max_(changes_max) {}

  struct Made {
    Reference record;
    std::string expand;
  };

  // Adds the changes of one record and of those inside it.
  Result<Made> read(const Table& table, const Json& body) {
    const auto* members = body.as_object();
    if (members == nullptr) return Error{ErrorCode::bad_json, "A record must be a JSON object."};
    Json plain = Json::object();
    std::vector<std::pair<Collection, const Json*>> children, links;
    Made made;
    for (const auto& [text, value] : *members) {
      const auto property = internal::split_property(text);
      const auto collection =
          is_own_name(table, property.name) ? std::nullopt : find_collection(schema_, table, property.name);
      if (collection && property.is_bind()) {
        links.emplace_back(*collection, &value);
      } else if (collection && property.annotation.empty()) {
        if (!value.is_array())
          return Error{ErrorCode::bad_json, "\"" + text + "\" is a collection: write a JSON array.", text};
        children.emplace_back(*collection, &value);
        add_expanded(made.expand, property.name, {});
      } else if (is_inside(table, property, value)) {
        const auto parent = TRY(read_parent(table, property.name, value));
        bind(plain, property.name, schema_, parent.record);
        add_expanded(made.expand, property.name, parent.expand);
      } else {
        plain.as_object()->emplace_back(text, value);
      }
    }
    auto change = TRY(read_change(schema_, table, plain, ChangeKind::create, resolve_));
    if (change.id.is_nil()) change.id = new_id_();
    made.record = {table.number, change.id};
    TRY(add(std::move(change)));
    main_ = changes_.size() - 1;
    const auto main = main_;
    for (const auto& [collection, value] : children) TRY(read_children(collection, made.record, *value));
    for (const auto& [collection, value] : links) TRY(read_links(collection, made.record, *value));
    main_ = main;
    return made;
  }

  DeepCreate take(std::string expand) { return {std::move(changes_), main_, std::move(expand)}; }

 private:
  // A column's name is never taken for a collection's; nor are the parties, which are values of their activity.
  static bool is_own_name(const Table& table, std::string_view name) {
    return table.find_column(name) != nullptr || table.find_navigation(name).has_value() ||
           (internal::has_parties(table) && name == party_property(table));
  }

  // A record to be made through a lookup, and no link {"@id": ...}.
  static bool is_inside(const Table& table, const internal::PropertyName& property, const Json& value) {
    return property.annotation.empty() && value.is_object() && internal::link_url(value) == nullptr &&
           table.find_navigation(property.name).has_value();
  }

  Result<Made> read_parent(const Table& table, std::string_view name, const Json& value) {
    const auto navigation = *table.find_navigation(name);
    const auto& names = navigation.column->navigation;
    if (std::count(names.begin(), names.end(), name) > 1)
      return Error{ErrorCode::not_implemented,
                   "\"" + std::string(name) + "\" leads to several tables, so no record can be made through it.",
                   std::string(name)};
    return read(schema_.at(navigation.target), value);
  }

  static void add_expanded(std::string& expand, std::string_view name, const std::string& inner) {
    expand += (expand.empty() ? "" : ",") + std::string(name);
    if (!inner.empty()) expand += "($expand=" + inner + ")";
  }

  Result<void> read_children(const Collection& collection, const Reference& parent, const Json& value) {
    for (const auto& element : *value.as_array()) {
      if (const auto* url = internal::link_url(element)) {
        TRY(link(collection, parent, *url));
        continue;
      }
      if (!element.is_object()) return Error{ErrorCode::bad_json, "A collection holds JSON objects."};
      Json child = element;
      if (collection.link == nullptr) bind(child, partner_of(collection, parent.table), schema_, parent);
      const auto made = TRY(read(*collection.table, child));
      if (collection.link != nullptr) TRY(add_link(collection, parent, made.record));
    }
    return {};
  }

  Result<void> read_links(const Collection& collection, const Reference& parent, const Json& value) {
    const auto* urls = value.as_array();
    if (urls == nullptr)
      return internal::bad_value(collection.lookup->name, "A collection is bound to a list of records' addresses.");
    for (const auto& url : *urls) TRY(link(collection, parent, url));
    return {};
  }

  Result<void> link(const Collection& collection, const Reference& parent, const Json& url) {
    const TableNumber targets[] = {collection.table->number};
    const auto record = TRY(internal::read_link(schema_, collection.table->set, url, targets, resolve_));
    if (collection.link != nullptr) return add_link(collection, parent, record);
    RecordChange change{record.table, record.id, ChangeKind::update, {}};
    change.set(collection.lookup->index, parent);
    return add(std::move(change));
  }

  Result<void> add_link(const Collection& collection, const Reference& parent, const Reference& record) {
    RecordChange change{collection.link->number, {}, ChangeKind::create, {}};
    change.set(collection.lookup->index, parent);
    change.set(collection.far->index, record);
    return add(std::move(change));
  }

  Result<void> add(RecordChange change) {
    if (changes_.size() >= changes_max_)
      return Error{ErrorCode::too_large,
                   "One request can make or link " + std::to_string(changes_max_) + " records at most."};
    changes_.push_back(std::move(change));
    return {};
  }

  const Schema& schema_;
  const ResolveReference& resolve_;
  const std::function<RecordId()>& new_id_;
  std::size_t changes_max_;
  std::vector<RecordChange> changes_;
  std::size_t main_ = 0;
};

}  // namespace

Result<DeepCreate> read_deep_create(const Schema& schema, const Table& table, const Json& body,
                                    const ResolveReference& resolve, const std::function<RecordId()>& new_id,
                                    std::size_t changes_max) {
  DeepReader reader(schema, resolve, new_id, changes_max);
  auto made = TRY(reader.read(table, body));
  return reader.take(std::move(made.expand));
}

}  // namespace satchel::odata
