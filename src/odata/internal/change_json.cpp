// SPDX-License-Identifier: Apache-2.0
//
// A change as a body, both ways (read_change and write_change of odata/record_json.h).
#include <algorithm>
#include <vector>

#include "odata/collections.h"
#include "odata/internal/link_json.h"
#include "odata/internal/party_json.h"
#include "odata/internal/value_json.h"
#include "odata/record_json.h"

namespace satchel::odata {

using internal::append_name;
using internal::bad_value;
using internal::PropertyName;
using model::ChangeKind;
using model::Column;
using model::ColumnType;
using model::Origin;
using model::RecordChange;
using model::Schema;
using model::Table;
using model::Value;

namespace {

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

bool is_ignored(const Column& column) { return column.origin == Origin::server || column.origin == Origin::computed; }

class ChangeReader {
 public:
  ChangeReader(const Schema& schema, const Table& table, ChangeKind kind, const ResolveReference& resolve)
      : schema_(schema), table_(table), resolve_(resolve), parties_(party_property(table)) {
    change_.table = table.number;
    change_.kind = kind;
  }

  Result<RecordChange> read(const Json& body) {
    const auto* members = body.as_object();
    if (!members) return Error{ErrorCode::bad_json, "The body must be a JSON object."};
    for (const auto& [name, value] : *members) TRY(read_member(body, name, value));
    return model::prepare(schema_, std::move(change_), false);
  }

 private:
  Result<void> read_member(const Json& body, const std::string& text, const Json& value) {
    const auto property = internal::split_property(text);
    if (property.is_bind() && !property.name.empty()) return read_bind(text, property.name, value);
    if (!property.annotation.empty() || property.name.empty()) return {};
    if (const auto* column = table_.find_column(property.name)) return read_column(*column, value);
    if (const auto* column = table_.find_lookup_value(property.name)) return refuse_lookup_value(*column, text);
    if (property.name == parties_ && internal::has_parties(table_)) {
      const Json* only = body.find(parties_ + "@" + std::string(internal::kPartyColumns));
      return internal::read_party_binds(schema_, table_, value, only, resolve_, change_);
    }
    if (const auto navigation = table_.find_navigation(property.name)) {
      return read_navigation(*navigation->column, {&navigation->target, 1}, text, value);
    }
    return refuse_unknown(property.name);
  }

  Result<void> read_column(const Column& column, const Json& value) {
    if (column.index == 0) return read_id(value);
    if (is_ignored(column)) return {};
    if (column.type == ColumnType::lookup) return read_navigation(column, column.targets, column.name, value);
    if (column.type == ColumnType::party_list) {
      return bad_value(column.name, column.label + " is written as part of " + quoted(parties_) + ".");
    }
    change_.set(column.index, TRY(internal::read_value(column, value)));
    return {};
  }

  // The key of an update is in its URL; the one in its body is ignored (OData 4.01 Part 1, 11.4.3).
  Result<void> read_id(const Json& value) {
    if (change_.kind != ChangeKind::create || value.is_null()) return {};
    const std::string& name = table_.id_column().name;
    const auto id = value.as_string() ? RecordId::parse(*value.as_string()) : std::nullopt;
    if (!id) return bad_value(name, "The property " + quoted(name) + " must be an id.");
    change_.id = *id;
    return {};
  }

  // "parentcustomerid_account@odata.bind" points to accounts alone. "parentcustomerid@odata.bind" to any of the
  // lookup's targets: the set in the URL decides.
  Result<void> read_bind(const std::string& text, std::string_view name, const Json& url) {
    if (const auto* column = table_.find_column(name)) {
      if (column->type != ColumnType::lookup)
        return bad_value(name, column->label + " isn't a lookup; bind doesn't fit.");
      return set_link(*column, column->targets, text, url);
    }
    if (const auto navigation = table_.find_navigation(name)) {
      return set_link(*navigation->column, {&navigation->target, 1}, text, url);
    }
    return refuse_unknown(name);
  }

  Result<void> read_navigation(const Column& column, std::span<const TableNumber> targets, std::string_view name,
                               const Json& value) {
    if (value.is_null()) return set_link(column, targets, name, value);
    if (const Json* url = internal::link_url(value)) return set_link(column, targets, name, *url);
    if (value.is_object()) {
      return Error{ErrorCode::not_implemented,
                   "A record can't be made through " + quoted(name) + "; make it first and bind it.",
                   std::string(name)};
    }
    return bad_value(name, column.label + " is a lookup: write " + quoted(std::string(name) + "@odata.bind") + ".");
  }

  // A lookup to several tables has a property for each. Clients set one and clear the others in one body, so null says
  // nothing beside a record, whichever comes first.
  Result<void> set_link(const Column& column, std::span<const TableNumber> targets, std::string_view property,
                        const Json& url) {
    if (is_ignored(column)) return {};
    const Value* before = change_.find(column.index);
    const bool is_set = before && !model::is_null(*before);
    if (url.is_null()) {
      if (!is_set) change_.set(column.index, Value());
      return {};
    }
    const auto reference = TRY(internal::read_link(schema_, property, url, targets, resolve_));
    if (is_set && *before != Value(reference)) {
      return bad_value(property, column.label + " is bound to two records.");
    }
    change_.set(column.index, reference);
    return {};
  }

  Result<void> refuse_lookup_value(const Column& column, const std::string& name) {
    if (is_ignored(column)) return {};
    const auto& navigation = column.navigation.empty() ? column.name : column.navigation.front();
    return bad_value(
        name, "The property " + quoted(name) + " can't be written: write " + quoted(navigation + "@odata.bind") + ".");
  }

  Result<void> refuse_unknown(std::string_view name) {
    if (find_collection(schema_, table_, name)) {
      return Error{ErrorCode::not_implemented,
                   "Records can't be written through " + quoted(name) + "; write them in their own requests.",
                   std::string(name)};
    }
    return Error{ErrorCode::unknown_column, table_.label + " has no property " + quoted(name) + ".", std::string(name)};
  }

  const Schema& schema_;
  const Table& table_;
  const ResolveReference& resolve_;
  std::string parties_;
  RecordChange change_;
};

}  // namespace

Result<RecordChange> read_change(const Schema& schema, const Table& table, const Json& body, ChangeKind kind,
                                 const ResolveReference& resolve) {
  return ChangeReader(schema, table, kind, resolve).read(body);
}

// --- Writing ---

namespace {

void append_bind(std::string& out, const Schema& schema, const Column& column, const Value& value) {
  const auto* reference = model::reference_in(value);
  const auto target = reference || column.targets.empty() ? TableNumber() : column.targets.front();
  append_name(out, internal::navigation_to(column, reference ? reference->table : target), "odata.bind");
  if (reference) append_json_string(out, "/" + record_url(schema, *reference));
  else out += "null";
}

// The collection stands for all party columns of the table. A change of some says which.
void append_parties(std::string& out, const Schema& schema, const Table& table, const RecordChange& change,
                    const std::vector<const Column*>& changed) {
  const auto is_party = [](const Column& column) { return column.type == ColumnType::party_list; };
  const std::string property = party_property(table);
  if (std::count_if(table.columns.begin(), table.columns.end(), is_party) !=
      static_cast<std::ptrdiff_t>(changed.size())) {
    append_name(out, property, internal::kPartyColumns);
    out += '[';
    for (const auto* column : changed) {
      if (!out.ends_with('[')) out += ',';
      append_json_string(out, column->name);
    }
    out += ']';
  }
  append_name(out, property);
  out += '[';
  for (const auto* column : changed) {
    const auto* parties = model::parties_in(*change.find(column->index));
    if (parties) internal::append_party_binds(out, schema, *column, *parties);
  }
  out += ']';
}

}  // namespace

std::string write_change(const Schema& schema, const RecordChange& change) {
  const Table& table = schema.at(change.table);
  std::string out = "{";
  if (change.kind == ChangeKind::create && !change.id.is_nil()) {
    append_name(out, table.id_column().name);
    append_json_string(out, change.id.to_string());
  }
  std::vector<const Column*> parties;
  for (const auto& [index, value] : change.values) {
    const Column& column = table.columns[index];
    if (column.type == ColumnType::party_list) {
      parties.push_back(&column);
    } else if (column.type == ColumnType::lookup) {
      append_bind(out, schema, column, value);
    } else {
      append_name(out, column.name);
      internal::append_value(out, column, value);
    }
  }
  if (!parties.empty()) append_parties(out, schema, table, change, parties);
  return out += '}';
}

}  // namespace satchel::odata
