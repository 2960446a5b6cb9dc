// SPDX-License-Identifier: Apache-2.0
//
// CSDL (OData CSDL XML 4.0), the way Dataverse writes it:
//
//   <EntityType Name="contact" BaseType="mscrm.crmbaseentity">
//     <Key><PropertyRef Name="contactid"/></Key>
//     <Property Name="firstname" Type="Edm.String" MaxLength="50"/>
//     <Property Name="_parentcustomerid_value" Type="Edm.Guid"/>
//     <NavigationProperty Name="parentcustomerid_account" Type="mscrm.account" Partner="contact_customer_accounts">
//       <ReferentialConstraint Property="_parentcustomerid_value" ReferencedProperty="accountid"/>
//     </NavigationProperty>
//     <NavigationProperty Name="contact_customer_contacts" Type="Collection(mscrm.contact)" Partner="parentcustomerid_contact"/>
//   </EntityType>
//
// A lookup with one navigation property for several targets (ownerid) leads to mscrm.principal, their common base.
#include "odata/metadata.h"

#include <algorithm>
#include <set>
#include <vector>

#include "odata/collections.h"
#include "odata/internal/value_json.h"

namespace satchel::odata {

using model::Column;
using model::ColumnType;
using model::Schema;
using model::Table;

namespace {

constexpr std::string_view kPrincipal = "principal";

// --- XML ---

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
}

// An element with its attributes; closed by itself when it goes.
class Element {
 public:
  Element(std::string& out, std::string_view name) : out_(out), name_(name) {
    out_ += '<';
    out_ += name_;
  }
  ~Element() {
    if (!open_) {
      out_ += "/>";
      return;
    }
    out_ += "</";
    out_ += name_;
    out_ += '>';
  }
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;

  Element& with(std::string_view attribute, std::string_view value) {
    out_ += ' ';
    out_ += attribute;
    out_ += "=\"";
    append_escaped(out_, value);
    out_ += '"';
    return *this;
  }
  Element& with(std::string_view attribute, std::int64_t value) { return with(attribute, std::to_string(value)); }

  // For elements inside. Attributes come before.
  std::string& content() {
    if (!open_) out_ += '>';
    open_ = true;
    return out_;
  }

 private:
  std::string& out_;
  std::string_view name_;
  bool open_ = false;
};

// --- Navigation properties ---

struct Navigation {
  std::string name;
  std::string type;  // logical name, or "principal"
  bool is_collection = false;
  std::string partner;   // or empty
  std::string property;  // "_parentcustomerid_value" and the key that it refers to; empty where there is no constraint
  std::string key;
  std::string set;  // where the target lies, or empty
};

bool leads_to_several(const Column& lookup) {
  return std::any_of(lookup.navigation.begin(), lookup.navigation.end(), [&](const std::string& name) {
    return std::count(lookup.navigation.begin(), lookup.navigation.end(), name) > 1;
  });
}

// All navigation properties of all tables, each name once in its table.
class Navigations {
 public:
  explicit Navigations(const Schema& schema) : schema_(schema) {
    for (const auto& table : schema.tables()) {
      for (const auto& column : table.columns) {
        if (column.type == ColumnType::lookup) add_lookup(table, column);
      }
    }
  }

  const std::vector<Navigation>& of(const Table& table) const {
    return all_[static_cast<std::size_t>(&table - schema_.tables().data())];
  }
  bool is_principal(const Table& table) const { return principals_.contains(table.number); }

 private:
  void add_lookup(const Table& table, const Column& lookup) {
    const bool several = leads_to_several(lookup);
    for (std::size_t place = 0; place < lookup.targets.size(); ++place) {
      const Table& target = schema_.at(lookup.targets[place]);
      const std::string name(internal::navigation_to(lookup, target.number));
      const std::string relationship = internal::relationship_to(lookup, place);
      if (several) principals_.insert(target.number);
      // An owner's partner would stand in the common base, which has no properties.
      add(table, several ? Navigation{.name = name, .type = std::string(kPrincipal)}
                         : Navigation{.name = name,
                                      .type = target.name,
                                      .partner = table.is_intersect ? "" : relationship,
                                      .property = lookup_property(lookup.name),
                                      .key = target.id_column().name,
                                      .set = target.set});
      add_collection(table, lookup, target, name, relationship);
    }
  }

  // The other side: the rows whose lookup leads here, or through a many-to-many table those at its other end.
  void add_collection(const Table& table, const Column& lookup, const Table& target, const std::string& partner,
                      const std::string& relationship) {
    if (relationship.empty()) return;
    const Column* other = table.is_intersect ? other_end(table, lookup) : nullptr;
    if (!other || other->targets.empty()) {
      add(target,
          {.name = relationship, .type = table.name, .is_collection = true, .partner = partner, .set = table.set});
      return;
    }
    const Table& far = schema_.at(other->targets.front());
    add(target, {.name = relationship,
                 .type = far.name,
                 .is_collection = true,
                 .partner = internal::relationship_to(*other, 0),
                 .set = far.set});
  }

  void add(const Table& table, Navigation navigation) {
    auto& list = all_[static_cast<std::size_t>(&table - schema_.tables().data())];
    const bool is_new =
        std::none_of(list.begin(), list.end(), [&](const Navigation& n) { return n.name == navigation.name; });
    if (is_new) list.push_back(std::move(navigation));
  }

  const Schema& schema_;
  std::vector<std::vector<Navigation>> all_ = std::vector<std::vector<Navigation>>(schema_.tables().size());
  std::set<TableNumber> principals_;
};

// --- Types ---

std::string type_name(std::string_view logical_name) { return "mscrm." + std::string(logical_name); }

std::string_view edm_type(const Column& column) {
  if (column.format == "guid") return "Edm.Guid";
  switch (column.type) {
    case ColumnType::id:
    case ColumnType::lookup: return "Edm.Guid";
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::party_list: return "Edm.String";
    case ColumnType::integer:
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status: return "Edm.Int32";
    case ColumnType::bigint: return "Edm.Int64";
    case ColumnType::decimal:
    case ColumnType::money: return "Edm.Decimal";
    case ColumnType::boolean: return "Edm.Boolean";
    case ColumnType::image: return "Edm.Binary";
    case ColumnType::date: return "Edm.Date";
    case ColumnType::datetime: return "Edm.DateTimeOffset";
  }
  return "Edm.String";
}

void append_property(std::string& out, const Column& column) {
  const bool is_lookup = column.type == ColumnType::lookup;
  Element property(out, "Property");
  property.with("Name", is_lookup ? lookup_property(column.name) : face_name(column));
  property.with("Type", edm_type(column));
  if (column.index == 0) property.with("Nullable", "false");
  if (column.is_text() && column.length_max > 0 && column.format != "guid")
    property.with("MaxLength", column.length_max);
  if (column.type == ColumnType::decimal || column.type == ColumnType::money) property.with("Scale", column.scale);
}

void append_navigation(std::string& out, const Navigation& navigation) {
  Element element(out, "NavigationProperty");
  const std::string type = type_name(navigation.type);
  element.with("Name", navigation.name).with("Type", navigation.is_collection ? "Collection(" + type + ")" : type);
  if (!navigation.partner.empty()) element.with("Partner", navigation.partner);
  if (navigation.property.empty()) return;
  Element(element.content(), "ReferentialConstraint")
      .with("Property", navigation.property)
      .with("ReferencedProperty", navigation.key);
}

void append_entity_type(std::string& out, const Table& table, const Navigations& navigations) {
  Element type(out, "EntityType");
  type.with("Name", table.name)
      .with("BaseType", type_name(navigations.is_principal(table) ? kPrincipal : "crmbaseentity"));
  {
    Element key(type.content(), "Key");
    Element(key.content(), "PropertyRef").with("Name", table.id_column().name);
  }
  for (const auto& column : table.columns) {
    if (column.type != ColumnType::party_list) append_property(out, column);
  }
  for (const auto& navigation : navigations.of(table)) append_navigation(out, navigation);
}

// --- Functions, with the types of what they take and give ---

struct NameAndType {
  std::string_view name, type;
};

void append_complex_type(std::string& out, std::string_view name, std::initializer_list<NameAndType> properties) {
  Element type(out, "ComplexType");
  type.with("Name", name);
  for (const auto& property : properties)
    Element(type.content(), "Property")
        .with("Name", property.name)
        .with("Type", property.type)
        .with("Nullable", "false");
}

void append_enum(std::string& out, std::string_view name, std::initializer_list<std::string_view> members) {
  Element type(out, "EnumType");
  type.with("Name", name);
  std::int64_t value = 0;
  for (const auto member : members) Element(type.content(), "Member").with("Name", member).with("Value", value++);
}

void append_function(std::string& out, std::string_view name, std::initializer_list<NameAndType> parameters) {
  Element function(out, "Function");
  function.with("Name", name);
  for (const auto& parameter : parameters)
    Element(function.content(), "Parameter")
        .with("Name", parameter.name)
        .with("Type", parameter.type)
        .with("Nullable", "false");
  Element(function.content(), "ReturnType").with("Type", type_name(name) + "Response").with("Nullable", "false");
}

constexpr std::string_view kFunctions[] = {"WhoAmI", "RetrieveVersion", "RetrieveCurrentOrganization"};

void append_functions(std::string& out) {
  append_enum(out, "EndpointAccessType", {"Default", "Internet", "Intranet"});
  append_enum(out, "EndpointType", {"OrganizationService", "OrganizationDataService", "WebApplication"});
  append_enum(out, "OrganizationState", {"Enabled", "Disabled"});
  append_complex_type(out, "WhoAmIResponse",
                      {{"BusinessUnitId", "Edm.Guid"}, {"UserId", "Edm.Guid"}, {"OrganizationId", "Edm.Guid"}});
  append_complex_type(out, "RetrieveVersionResponse", {{"Version", "Edm.String"}});
  append_complex_type(
      out, "EndpointCollection",
      {{"Count", "Edm.Int32"}, {"Keys", "Collection(mscrm.EndpointType)"}, {"Values", "Collection(Edm.String)"}});
  append_complex_type(out, "OrganizationDetail",
                      {{"OrganizationId", "Edm.Guid"},
                       {"FriendlyName", "Edm.String"},
                       {"UniqueName", "Edm.String"},
                       {"OrganizationVersion", "Edm.String"},
                       {"State", "mscrm.OrganizationState"},
                       {"Endpoints", "mscrm.EndpointCollection"}});
  append_complex_type(out, "RetrieveCurrentOrganizationResponse", {{"Detail", "mscrm.OrganizationDetail"}});
  append_function(out, kFunctions[0], {});
  append_function(out, kFunctions[1], {});
  append_function(out, kFunctions[2], {{"AccessType", "mscrm.EndpointAccessType"}});
}

void append_container(std::string& out, const Schema& schema, const Navigations& navigations) {
  Element container(out, "EntityContainer");
  container.with("Name", "System");
  for (const auto& table : schema.tables()) {
    Element set(container.content(), "EntitySet");
    set.with("Name", table.set).with("EntityType", "Microsoft.Dynamics.CRM." + table.name);
    for (const auto& navigation : navigations.of(table)) {
      if (navigation.set.empty()) continue;
      Element(set.content(), "NavigationPropertyBinding").with("Path", navigation.name).with("Target", navigation.set);
    }
  }
  for (const auto name : kFunctions)
    Element(container.content(), "FunctionImport").with("Name", name).with("Function", type_name(name));
}

void append_schema(std::string& out, const Schema& schema) {
  const Navigations navigations(schema);
  Element element(out, "Schema");
  element.with("Namespace", "Microsoft.Dynamics.CRM").with("Alias", "mscrm");
  element.with("xmlns", "http://docs.oasis-open.org/odata/ns/edm");
  Element(element.content(), "EntityType").with("Name", "crmbaseentity").with("Abstract", "true");
  Element(out, "EntityType")
      .with("Name", kPrincipal)
      .with("BaseType", type_name("crmbaseentity"))
      .with("Abstract", "true");
  for (const auto& table : schema.tables()) append_entity_type(out, table, navigations);
  append_functions(out);
  append_container(out, schema, navigations);
}

void append_document(std::string& out, const Schema& schema) {
  Element edmx(out, "edmx:Edmx");
  edmx.with("Version", "4.0").with("xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx");
  Element services(edmx.content(), "edmx:DataServices");
  append_schema(services.content(), schema);
}

}  // namespace

std::string metadata_xml(const Schema& schema) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
  append_document(out, schema);
  return out;
}

std::string service_document(const Schema& schema, std::string_view root) {
  Json sets = Json::array();
  for (const auto& table : schema.tables()) {
    Json set = Json::object();
    set.set("name", table.set);
    set.set("kind", "EntitySet");
    set.set("url", table.set);
    sets.push_back(std::move(set));
  }
  Json document = Json::object();
  document.set("@odata.context", std::string(root) + "$metadata");
  document.set("value", std::move(sets));
  return document.dump();
}

}  // namespace satchel::odata
