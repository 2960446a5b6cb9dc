// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/party_json.h"

#include <algorithm>
#include <string>

#include "odata/internal/link_json.h"
#include "odata/internal/value_json.h"

namespace satchel::odata::internal {

using model::Column;
using model::ColumnType;
using model::Party;
using model::PartyList;
using model::Table;
using model::Value;

namespace {

constexpr std::string_view kMask = "participationtypemask";
constexpr std::string_view kAddress = "addressused";
constexpr std::string_view kParty = "partyid";
constexpr std::string_view kPartyTable = "activityparty";

// Owner and regarding have lookups of their own; Dataverse lists them as parties too.
constexpr std::int64_t kMaskRegarding = 8;
constexpr std::int64_t kMaskOwner = 9;

// Where in a body a member stands: "phonecall_activity_parties[2]".
std::string place_of(const Table& table, std::size_t index) {
  return party_property(table) + "[" + std::to_string(index) + "]";
}

const Column* column_of_mask(const Table& table, std::int64_t mask) {
  for (const auto& column : table.columns) {
    if (column.type == ColumnType::party_list && column.participation_mask == mask) return &column;
  }
  return nullptr;
}

std::string party_navigation(const model::Schema& schema, TableNumber target) {
  const auto* table = schema.find(target);
  return table ? std::string(kParty) + "_" + table->name : std::string(kParty);
}

void append_mask_and_address(std::string& out, const Column& column, const Party& party) {
  append_name(out, kMask);
  out += std::to_string(column.participation_mask);
  append_name(out, kAddress);
  if (party.address_used.empty()) out += "null";
  else append_json_string(out, party.address_used);
}

void append_party_annotations(std::string& out, const model::Schema& schema, const Party& party,
                              Annotations annotations, const model::NameOf& name_of) {
  const std::string property = lookup_property(kParty);
  const bool is_named = has(annotations, Annotations::formatted) && name_of;
  if (const std::string name = is_named ? name_of(party.party) : std::string(); !name.empty()) {
    append_name(out, property, kFormattedValue);
    append_json_string(out, name);
  }
  if (has(annotations, Annotations::navigation)) {
    append_name(out, property, kAssociatedNavigation);
    append_json_string(out, party_navigation(schema, party.party.table));
  }
  if (const auto* table = schema.find(party.party.table); table && has(annotations, Annotations::logical_name)) {
    append_name(out, property, kLookupLogicalName);
    append_json_string(out, table->name);
  }
}

template <class WriteParty>
void append_objects(std::string& out, const PartyList& parties, WriteParty write) {
  for (const auto& party : parties) {
    if (!out.ends_with('[')) out += ',';
    out += '{';
    write(party);
    out += '}';
  }
}

}  // namespace

bool has_parties(const Table& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const Column& column) { return column.type == ColumnType::party_list; });
}

void append_parties(std::string& out, const model::Schema& schema, const Column& column, const PartyList& parties,
                    Annotations annotations, const model::NameOf& name_of) {
  append_objects(out, parties, [&](const Party& party) {
    if (annotations != Annotations::none) append_party_annotations(out, schema, party, annotations, name_of);
    append_name(out, lookup_property(kParty));
    append_json_string(out, party.party.id.to_string());
    append_mask_and_address(out, column, party);
  });
}

void append_party_binds(std::string& out, const model::Schema& schema, const Column& column, const PartyList& parties) {
  append_objects(out, parties, [&](const Party& party) {
    append_name(out, party_navigation(schema, party.party.table), "odata.bind");
    append_json_string(out, "/" + record_url(schema, party.party));
    append_mask_and_address(out, column, party);
  });
}

// --- Reading a change ---

namespace {

// The members of a collection, gathered by column.
struct PartiesRead {
  std::vector<std::pair<const Column*, PartyList>> lists;  // one for each column that is meant

  PartyList* find(const Column* column) {
    for (auto& [of, list] : lists) {
      if (of == column) return &list;
    }
    return nullptr;
  }
};

Result<PartiesRead> columns_meant(const Table& table, const Json* only) {
  PartiesRead read;
  for (const auto& column : table.columns) {
    if (column.type == ColumnType::party_list && !only) read.lists.emplace_back(&column, PartyList());
  }
  if (!only) return read;
  const std::string property = party_property(table) + "@" + std::string(kPartyColumns);
  const auto* names = only->as_array();
  if (!names) return bad_value(property, "The annotation \"" + property + "\" must be a list of column names.");
  for (const auto& name : *names) {
    const auto* column = name.as_string() ? table.find_column(*name.as_string()) : nullptr;
    if (!column || column->type != ColumnType::party_list) {
      return bad_value(property, "The annotation \"" + property + "\" must name party columns.");
    }
    if (!read.find(column)) read.lists.emplace_back(column, PartyList());
  }
  return read;
}

// One object of the collection while it is read.
class PartyReader {
 public:
  PartyReader(const model::Schema& schema, const Table& table, std::size_t index, const ResolveReference& resolve)
      : schema_(schema), table_(table), place_(place_of(table, index)), resolve_(resolve) {}

  // Null where the member is none of the party columns (owner, regarding).
  Result<const Column*> read_column(const Json& member) const {
    if (!member.is_object()) return bad_value(place_, "\"" + place_ + "\" must be an object.");
    const Json* mask = member.find(kMask);
    const auto* number = mask ? mask->as_integer() : nullptr;
    if (!number) return bad_value(place_, "\"" + place_ + "\" needs participationtypemask, a number.");
    if (const auto* column = column_of_mask(table_, *number)) return column;
    if (*number == kMaskRegarding || *number == kMaskOwner) return static_cast<const Column*>(nullptr);
    return bad_value(place_, "\"" + place_ + "\" has participationtypemask " + std::to_string(*number) + ", which " +
                                 table_.label + " doesn't have.");
  }

  Result<Party> read(const Json& member, const Column& column) const {
    std::optional<model::Reference> reference;
    std::string address;
    for (const auto& [name, value] : *member.as_object()) {
      const auto property = split_property(name);
      if (property.name == kAddress && property.annotation.empty()) {
        address = TRY(read_address(value));
      } else if (const Json* url = party_url(property, value)) {
        reference = TRY(read_party(property.name, *url, column));
      } else {
        TRY(check_known(property));
      }
    }
    if (!reference) return bad_value(place_, "\"" + place_ + "\" needs a party, such as partyid_contact@odata.bind.");
    return Party{*reference, std::move(address)};
  }

 private:
  Result<std::string> read_address(const Json& value) const {
    if (value.is_null()) return std::string();
    if (const auto* text = value.as_string()) return *text;
    return bad_value(place_, "\"" + place_ + "\": addressused must be a text.");
  }

  static const Json* party_url(const PropertyName& property, const Json& value) {
    if (property.name != kParty && !property.name.starts_with("partyid_")) return nullptr;
    if (property.is_bind()) return value.is_null() ? nullptr : &value;
    return property.annotation.empty() ? link_url(value) : nullptr;
  }

  Result<model::Reference> read_party(std::string_view name, const Json& url, const Column& column) const {
    const std::string property = place_ + "." + std::string(name);
    if (name == kParty) return read_link(schema_, property, url, column.targets, resolve_);
    const auto* target = schema_.find(name.substr(kParty.size() + 1));
    if (!target) return Error{ErrorCode::unknown_column, "There is no property \"" + property + "\".", property};
    const std::vector<TableNumber> one = {target->number};
    const auto reference = TRY(read_link(schema_, property, url, one, resolve_));
    if (std::find(column.targets.begin(), column.targets.end(), reference.table) != column.targets.end())
      return reference;
    return bad_value(property, column.label + " can't hold " + target->plural + ".");
  }

  // Annotations and what a server says about a party besides are ignored; a name that nobody knows is a mistake.
  Result<void> check_known(const PropertyName& property) const {
    if (!property.annotation.empty() || property.name.empty() || property.name == kMask) return {};
    const auto* parties = schema_.find(kPartyTable);
    if (parties && (parties->find_column(property.name) || parties->find_lookup_value(property.name))) return {};
    const std::string name = place_ + "." + std::string(property.name);
    return Error{ErrorCode::unknown_column, "There is no property \"" + name + "\".", name};
  }

  const model::Schema& schema_;
  const Table& table_;
  std::string place_;
  const ResolveReference& resolve_;
};

Result<const Json::Array*> members_of(const Table& table, const Json& collection) {
  const std::string property = party_property(table);
  const auto* members = collection.as_array();
  if (!members) return bad_value(property, "\"" + property + "\" must be a list of parties.");
  if (members->size() <= kPartiesMax) return members;
  return Error{ErrorCode::too_large, "\"" + property + "\" has more than " + std::to_string(kPartiesMax) + " parties.",
               property};
}

}  // namespace

Result<void> read_party_binds(const model::Schema& schema, const Table& table, const Json& collection, const Json* only,
                              const ResolveReference& resolve, model::RecordChange& change) {
  const auto* members = TRY(members_of(table, collection));
  auto read = TRY(columns_meant(table, only));
  for (std::size_t i = 0; i < members->size(); ++i) {
    const PartyReader reader(schema, table, i, resolve);
    const auto* column = TRY(reader.read_column((*members)[i]));
    if (!column) continue;
    auto party = TRY(reader.read((*members)[i], *column));
    auto* list = read.find(column);
    if (!list)
      return bad_value(place_of(table, i), "\"" + place_of(table, i) + "\" belongs to a column that isn't meant.");
    list->push_back(std::move(party));
  }
  for (auto& [column, list] : read.lists) change.set(column->index, list.empty() ? Value() : Value(std::move(list)));
  return {};
}

// --- Reading a row ---

Result<void> read_parties(const model::Schema& schema, const Table& table, const Json& collection,
                          model::Record& record) {
  const auto* members = TRY(members_of(table, collection));
  for (const auto& member : *members) {
    const auto* column = column_of_mask(table, member.integer_at(kMask));
    if (!column) continue;
    const std::string property = lookup_property(kParty);
    const auto id = RecordId::parse(member.string_at(property));
    const auto* target = schema.find(member.string_at(property + "@" + std::string(kLookupLogicalName)));
    if (!id || !target) {
      return bad_value(party_property(table),
                       "\"" + party_property(table) + "\" doesn't tell whom it means; ask with annotations.");
    }
    if (!model::parties_in(record.values[column->index])) record.values[column->index] = PartyList();
    std::get_if<PartyList>(&record.values[column->index])
        ->push_back(Party{{target->number, *id}, std::string(member.string_at(kAddress))});
  }
  for (const auto& column : table.columns) {
    Value& value = record.values[column.index];
    if (column.type == ColumnType::party_list) value = model::normalize(column, std::move(value));
  }
  return {};
}

}  // namespace satchel::odata::internal
