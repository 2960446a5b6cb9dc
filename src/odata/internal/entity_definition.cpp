// SPDX-License-Identifier: Apache-2.0
//
// A table as Dataverse's EntityDefinitions tell it (entity_definition of odata/metadata.h).
#include <algorithm>
#include <string>

#include "model/rules.h"
#include "odata/internal/value_json.h"
#include "odata/metadata.h"

namespace satchel::odata {

using model::Column;
using model::ColumnType;
using model::Schema;
using model::Table;

namespace {

constexpr int kEnglish = 1033;  // the language of schema/*.json

Json object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }

Json value_object(Json value) { return object({{"Value", std::move(value)}}); }

Json label_object(std::string_view text) {
  const Json label = object({{"Label", text}, {"LanguageCode", kEnglish}});
  return object({{"LocalizedLabels", Json(Json::Array{label})}, {"UserLocalizedLabel", label}});
}

// Stable: the same for the same name in every organisation.
std::string metadata_id(const std::string& kind, const std::string& name) {
  return derived_uuid("Microsoft.Dynamics.CRM." + kind + "/" + name).to_string();
}

// Dataverse's schema names are logical names in capitals of some fashion; nothing may depend on which.
std::string schema_name(std::string name) {
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string_view ownership_name(model::Ownership ownership) {
  switch (ownership) {
    case model::Ownership::user: return "UserOwned";
    case model::Ownership::organization: return "OrganizationOwned";
    case model::Ownership::business: return "BusinessOwned";
    case model::Ownership::none: return "None";
  }
  return "None";
}

// --- Attributes ---

struct AttributeKind {
  std::string_view type;      // AttributeType
  std::string_view metadata;  // "StringAttributeMetadata" without its second half
};

AttributeKind lookup_kind(const Schema& schema, const Table& table, const Column& column) {
  if (table.owner == column.index) return {"Owner", "Lookup"};
  const auto is_customer = [&](TableNumber target) {
    return schema.at(target).name == "account" || schema.at(target).name == "contact";
  };
  const bool customer =
      column.targets.size() == 2 && std::all_of(column.targets.begin(), column.targets.end(), is_customer);
  return {customer ? "Customer" : "Lookup", "Lookup"};
}

AttributeKind kind_of(const Schema& schema, const Table& table, const Column& column) {
  if (column.format == "guid") return {"Uniqueidentifier", "UniqueIdentifier"};
  switch (column.type) {
    case ColumnType::id: return {"Uniqueidentifier", "UniqueIdentifier"};
    case ColumnType::text: return {"String", "String"};
    case ColumnType::memo: return {"Memo", "Memo"};
    case ColumnType::integer: return {"Integer", "Integer"};
    case ColumnType::bigint: return {"BigInt", "BigInt"};
    case ColumnType::decimal: return {"Decimal", "Decimal"};
    case ColumnType::money: return {"Money", "Money"};
    case ColumnType::boolean: return {"Boolean", "Boolean"};
    case ColumnType::date:
    case ColumnType::datetime: return {"DateTime", "DateTime"};
    case ColumnType::choice: return {"Picklist", "Picklist"};
    case ColumnType::state: return {"State", "State"};
    case ColumnType::status: return {"Status", "Status"};
    case ColumnType::lookup: return lookup_kind(schema, table, column);
    case ColumnType::party_list: return {"PartyList", "Lookup"};
    case ColumnType::image: return {"Virtual", "Image"};
  }
  return {"String", "String"};
}

Json required_level(const Column& column) {
  switch (column.required) {
    case model::Required::none: return value_object(column.index == 0 ? "SystemRequired" : "None");
    case model::Required::recommended: return value_object("Recommended");
    case model::Required::required: return value_object("ApplicationRequired");
  }
  return value_object("None");
}

Json option_object(const model::Option& option) {
  Json out = object({{"Value", option.value}, {"Label", label_object(option.label)}});
  if (option.state >= 0) out.set("State", option.state);
  return out;
}

Json option_set(const Column& column, std::string_view type) {
  Json options = Json::array();
  for (const auto& option : column.options) options.push_back(option_object(option));
  return object({{"OptionSetType", type}, {"IsGlobal", false}, {"Options", std::move(options)}});
}

Json boolean_set(const Column& column) {
  Json out = object({{"OptionSetType", "Boolean"}, {"IsGlobal", false}});
  for (const std::int64_t value : {1, 0}) {
    const auto* option = column.find_option(value);
    const model::Option plain{.value = value, .label = value == 1 ? "Yes" : "No"};
    out.set(value == 1 ? "TrueOption" : "FalseOption", option_object(option ? *option : plain));
  }
  return out;
}

Json targets(const Schema& schema, const Column& column) {
  Json out = Json::array();
  for (const auto target : column.targets) out.push_back(schema.at(target).name);
  return out;
}

Json limit(const Column& column, std::int64_t value) {
  if (column.scale == 0) return Json(value);
  return Json(Json::Digits{model::format_scaled(value, column.scale)});
}

void set_numbers(Json& attribute, const Column& column) {
  attribute.set("MinValue", limit(column, column.min));
  attribute.set("MaxValue", limit(column, column.max));
  if (column.type != ColumnType::integer) attribute.set("Precision", column.scale);
  if (column.type == ColumnType::money) {
    attribute.set("IsBaseCurrency", !column.base_of.empty());
    attribute.set("CalculationOf", column.base_of.empty() ? Json() : Json(column.base_of));
  }
}

void set_texts(Json& attribute, const Column& column) {
  attribute.set("MaxLength", column.length_max);
  // Formats of our own are plain texts to others.
  const bool is_known = column.format == "email" || column.format == "phone" || column.format == "url";
  const std::string format = is_known ? schema_name(column.format) : "Text";
  attribute.set("Format", column.type == ColumnType::memo ? "TextArea" : format);
  attribute.set("FormatName", value_object(column.type == ColumnType::memo ? "TextArea" : format));
}

void set_moments(Json& attribute, const Column& column) {
  const bool day = column.type == ColumnType::date;
  attribute.set("Format", day ? "DateOnly" : "DateAndTime");
  attribute.set("DateTimeBehavior", value_object(day ? "DateOnly" : "UserLocal"));
}

void set_details(Json& attribute, const Schema& schema, const Column& column) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
      if (column.format != "guid") set_texts(attribute, column);
      return;
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money: return set_numbers(attribute, column);
    case ColumnType::date:
    case ColumnType::datetime: return set_moments(attribute, column);
    case ColumnType::boolean: return attribute.set("OptionSet", boolean_set(column));
    case ColumnType::choice: return attribute.set("OptionSet", option_set(column, "Picklist"));
    case ColumnType::state: return attribute.set("OptionSet", option_set(column, "State"));
    case ColumnType::status: return attribute.set("OptionSet", option_set(column, "Status"));
    case ColumnType::lookup:
    case ColumnType::party_list: return attribute.set("Targets", targets(schema, column));
    case ColumnType::image: return attribute.set("IsPrimaryImage", true);
    case ColumnType::id:
    case ColumnType::bigint: return;
  }
}

Json attribute_definition(const Schema& schema, const Table& table, const Column& column) {
  const auto kind = kind_of(schema, table, column);
  const bool by_user = column.origin == model::Origin::user;
  Json attribute = object({
      {"@odata.type", "#Microsoft.Dynamics.CRM." + std::string(kind.metadata) + "AttributeMetadata"},
      {"MetadataId", metadata_id("AttributeMetadata", table.name + "/" + column.name)},
      {"LogicalName", face_name(column)},
      {"SchemaName", schema_name(face_name(column))},
      {"EntityLogicalName", table.name},
      {"ColumnNumber", column.index + 1},
      {"AttributeType", kind.type},
      {"AttributeTypeName", value_object(std::string(kind.type) + "Type")},
      {"DisplayName", label_object(column.label)},
      {"RequiredLevel", required_level(column)},
      {"IsCustomAttribute", false},
      {"IsPrimaryId", column.index == 0},
      {"IsPrimaryName", table.primary_name == column.index},
      {"IsValidForRead", true},
      {"IsValidForCreate", !table.is_derived && (by_user || column.origin == model::Origin::create)},
      {"IsValidForUpdate", !table.is_derived && by_user && column.index != 0},
  });
  set_details(attribute, schema, column);
  return attribute;
}

}  // namespace

Json entity_definition(const Schema& schema, const Table& table, bool with_attributes) {
  Json out = object({
      {"MetadataId", metadata_id("EntityMetadata", table.name)},
      {"LogicalName", table.name},
      {"SchemaName", schema_name(table.name)},
      {"EntitySetName", table.set},
      {"LogicalCollectionName", table.set},
      {"ObjectTypeCode", table.number.value},
      {"PrimaryIdAttribute", table.id_column().name},
      {"PrimaryNameAttribute", table.primary_name ? Json(table.columns[*table.primary_name].name) : Json()},
      {"OwnershipType", ownership_name(table.ownership)},
      {"IsActivity", table.is_activity},
      {"IsIntersect", table.is_intersect},
      {"IsCustomEntity", false},
      {"ChangeTrackingEnabled", !table.is_derived},
      {"DisplayName", label_object(table.label)},
      {"DisplayCollectionName", label_object(table.plural)},
  });
  if (!with_attributes) return out;
  Json attributes = Json::array();
  for (const auto& column : table.columns) attributes.push_back(attribute_definition(schema, table, column));
  out.set("Attributes", std::move(attributes));
  return out;
}

Json key_definitions(const Table& table) {
  Json keys = Json::array();
  for (const auto& column : table.columns) {
    if (!column.unique) continue;
    keys.push_back(object({
        {"MetadataId", metadata_id("EntityKeyMetadata", table.name + "/" + column.name)},
        {"LogicalName", column.name},
        {"SchemaName", schema_name(column.name)},
        {"EntityLogicalName", table.name},
        {"DisplayName", label_object(column.label)},
        {"KeyAttributes", Json(Json::Array{Json(column.name)})},
        {"EntityKeyIndexStatus", "Active"},
    }));
  }
  return keys;
}

namespace {

// One lookup and one of the tables that it leads to.
Json one_to_many(const Schema& schema, const Table& table, const Column& lookup, std::size_t place) {
  const Table& target = schema.at(lookup.targets[place]);
  const std::string relationship = internal::relationship_to(lookup, place);
  // Lookups that nobody walks backwards have a relationship all the same, and it needs a name.
  const std::string name = relationship.empty() ? table.name + "_" + lookup.name + "_" + target.name : relationship;
  return object({
      {"@odata.type", "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"},
      {"MetadataId", metadata_id("RelationshipMetadata", table.name + "/" + lookup.name + "/" + target.name)},
      {"SchemaName", name},
      {"RelationshipType", "OneToManyRelationship"},
      {"IsCustomRelationship", false},
      {"ReferencedEntity", target.name},
      {"ReferencedAttribute", target.id_column().name},
      {"ReferencedEntityNavigationPropertyName", relationship.empty() ? Json() : Json(relationship)},
      {"ReferencingEntity", table.name},
      {"ReferencingAttribute", lookup.name},
      {"ReferencingEntityNavigationPropertyName", std::string(internal::navigation_to(lookup, target.number))},
  });
}

Json many_to_many(const Schema& schema, const Table& intersect, const Column& one, const Column& two) {
  return object({
      {"@odata.type", "#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata"},
      {"MetadataId", metadata_id("RelationshipMetadata", intersect.name)},
      {"SchemaName", internal::relationship_to(one, 0)},
      {"RelationshipType", "ManyToManyRelationship"},
      {"IsCustomRelationship", false},
      {"IntersectEntityName", intersect.name},
      {"Entity1LogicalName", schema.at(one.targets.front()).name},
      {"Entity1IntersectAttribute", one.name},
      {"Entity1NavigationPropertyName", internal::relationship_to(one, 0)},
      {"Entity2LogicalName", schema.at(two.targets.front()).name},
      {"Entity2IntersectAttribute", two.name},
      {"Entity2NavigationPropertyName", internal::relationship_to(two, 0)},
  });
}

}  // namespace

Json relationship_definitions(const Schema& schema) {
  Json list = Json::array();
  for (const auto& table : schema.tables()) {
    std::vector<const Column*> ends;
    for (const auto& column : table.columns) {
      if (column.type == ColumnType::lookup) ends.push_back(&column);
    }
    if (table.is_intersect && ends.size() >= 2) {
      list.push_back(many_to_many(schema, table, *ends[0], *ends[1]));
      continue;
    }
    for (const auto* lookup : ends) {
      for (std::size_t place = 0; place < lookup->targets.size(); ++place)
        list.push_back(one_to_many(schema, table, *lookup, place));
    }
  }
  return list;
}

}  // namespace satchel::odata
