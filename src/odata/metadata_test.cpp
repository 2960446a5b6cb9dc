// SPDX-License-Identifier: Apache-2.0
#include "odata/metadata.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <vector>
#include "odata/internal/value_json.h"

namespace satchel::odata {
namespace {

using model::Schema;
using model::Table;

// As much of an XML parser as our own writing needs: elements and attributes, no texts.
struct Node {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::vector<Node> children;

  std::string at(const std::string& attribute) const {
    const auto found = attributes.find(attribute);
    return found == attributes.end() ? "" : found->second;
  }
  const Node* find(std::string_view element, std::string_view called) const {
    for (const auto& child : children) {
      if (child.name == element && child.at("Name") == called) return &child;
    }
    return nullptr;
  }
  std::vector<const Node*> all(std::string_view element) const {
    std::vector<const Node*> out;
    for (const auto& child : children) {
      if (child.name == element) out.push_back(&child);
    }
    return out;
  }
};

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {
    const auto end = rest_.find("?>");
    REQUIRE(end != std::string_view::npos);
    rest_.remove_prefix(end + 2);
  }

  Node element() {
    Node node;
    take("<");
    node.name = until(" />");
    while (rest_.starts_with(' ')) {
      take(" ");
      const std::string name = until("=");
      take("=\"");
      const std::string value = until("\"");
      CHECK(value.find('<') == std::string::npos);
      CHECK_MESSAGE(node.attributes.emplace(name, value).second, "twice: " << name);
      take("\"");
    }
    if (rest_.starts_with("/>")) return take("/>"), node;
    take(">");
    while (!rest_.starts_with("</")) node.children.push_back(element());
    take("</" + node.name + ">");
    return node;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  void take(std::string_view text) {
    REQUIRE_MESSAGE(rest_.starts_with(text), "expected " << text << " before " << rest_.substr(0, 40));
    rest_.remove_prefix(text.size());
  }
  std::string until(std::string_view ends) {
    const auto size = rest_.find_first_of(ends);
    REQUIRE(size != std::string_view::npos);
    const std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  std::string_view rest_;
};

const Node& csdl() {
  static const Node root = [] {
    const std::string xml = metadata_xml(Schema::standard());
    Parser parser(xml);
    Node node = parser.element();
    CHECK(parser.at_end());
    return node;
  }();
  return root.children.at(0).children.at(0);
}

const Node& type_of(std::string_view name) {
  const Node* type = csdl().find("EntityType", name);
  REQUIRE_MESSAGE(type, name);
  return *type;
}

// "Collection(mscrm.contact)" -> "contact"
std::string bare_type(std::string type) {
  if (type.starts_with("Collection(")) type = type.substr(11, type.size() - 12);
  return type.substr(type.rfind('.') + 1);
}

std::string property(const Node& type, std::string_view name, const std::string& attribute) {
  const Node* node = type.find("Property", name);
  REQUIRE_MESSAGE(node, name);
  return node->at(attribute);
}

}  // namespace

TEST_CASE("each column is a property of its type") {
  for (const auto& table : Schema::standard().tables()) {
    const Node& type = type_of(table.name);
    REQUIRE(type.children.at(0).name == "Key");
    CHECK(type.children[0].children.at(0).at("Name") == table.columns[0].name);
    for (const auto& column : table.columns) {
      if (column.type == model::ColumnType::party_list) {
        CHECK(type.find("NavigationProperty", table.name + "_activity_parties"));
      } else {
        CHECK(type.find("Property",
                        column.type == model::ColumnType::lookup ? "_" + column.name + "_value" : face_name(column)));
      }
    }
  }
  const Node& contact = type_of("contact");
  CHECK(contact.at("BaseType") == "mscrm.crmbaseentity");
  CHECK(property(contact, "contactid", "Type") == "Edm.Guid");
  CHECK(property(contact, "contactid", "Nullable") == "false");
  CHECK(property(contact, "firstname", "MaxLength") == "50");
  CHECK(property(contact, "birthdate", "Type") == "Edm.Date");
  CHECK(property(contact, "modifiedon", "Type") == "Edm.DateTimeOffset");
  CHECK(property(contact, "creditlimit", "Type") == "Edm.Decimal");
  CHECK(property(contact, "creditlimit", "Scale") == "2");
  CHECK(property(contact, "creditonhold", "Type") == "Edm.Boolean");
  CHECK(property(contact, "statecode", "Type") == "Edm.Int32");
  CHECK(property(contact, "versionnumber", "Type") == "Edm.Int64");
  CHECK(property(contact, "_parentcustomerid_value", "Type") == "Edm.Guid");
}

// Generators of clients stop at the first name that leads nowhere.
TEST_CASE("every name in the metadata leads somewhere") {
  for (const Node* type : csdl().all("EntityType")) {
    std::set<std::string> names;
    for (const auto& child : type->children) {
      if (child.name == "Key") continue;
      CHECK_MESSAGE(names.insert(child.at("Name")).second, type->at("Name") << " has twice " << child.at("Name"));
      if (child.name == "Property") {
        CHECK(child.at("Type").starts_with("Edm."));
        continue;
      }
      const Node& target = type_of(bare_type(child.at("Type")));
      if (const auto partner = child.at("Partner"); !partner.empty()) {
        const Node* back = target.find("NavigationProperty", partner);
        REQUIRE_MESSAGE(back, type->at("Name") << "." << child.at("Name") << " has no partner " << partner);
        const std::string leads_to = bare_type(back->at("Type"));
        CHECK((leads_to == type->at("Name") || "mscrm." + leads_to == type->at("BaseType")));
      }
      for (const auto& constraint : child.children) {
        CHECK(type->find("Property", constraint.at("Property")));
        CHECK(target.find("Property", constraint.at("ReferencedProperty")));
      }
    }
    if (!type->at("BaseType").empty()) type_of(bare_type(type->at("BaseType")));
  }
}

TEST_CASE("the container has each set with where its links lead") {
  const Node* container = csdl().find("EntityContainer", "System");
  REQUIRE(container);
  for (const auto& table : Schema::standard().tables()) {
    const Node* set = container->find("EntitySet", table.set);
    REQUIRE(set);
    CHECK(set->at("EntityType") == "Microsoft.Dynamics.CRM." + table.name);
    for (const Node* binding : set->all("NavigationPropertyBinding")) {
      CHECK(type_of(table.name).find("NavigationProperty", binding->at("Path")));
      CHECK(container->find("EntitySet", binding->at("Target")));
    }
  }
  CHECK(csdl().find("Function", "WhoAmI")->children.at(0).at("Type") == "mscrm.WhoAmIResponse");
  CHECK(csdl().find("ComplexType", "WhoAmIResponse")->children.size() == 3);
  for (const std::string name : {"WhoAmI", "RetrieveVersion", "RetrieveCurrentOrganization"})
    CHECK(container->find("FunctionImport", name)->at("Function") == "mscrm." + name);
}

TEST_CASE("lookups lead to each of their targets and back") {
  const Node& contact = type_of("contact");
  const Node* account = contact.find("NavigationProperty", "parentcustomerid_account");
  REQUIRE(account);
  CHECK(account->at("Type") == "mscrm.account");
  CHECK(account->at("Partner") == "contact_customer_accounts");
  const Node* back = type_of("account").find("NavigationProperty", "contact_customer_accounts");
  REQUIRE(back);
  CHECK(back->at("Type") == "Collection(mscrm.contact)");
  CHECK(contact.find("NavigationProperty", "ownerid")->at("Type") == "mscrm.principal");
  CHECK(type_of("systemuser").at("BaseType") == "mscrm.principal");
  CHECK(type_of("team").find("NavigationProperty", "teammembership_association")->at("Type") ==
        "Collection(mscrm.systemuser)");
  CHECK(type_of("systemuser").find("NavigationProperty", "teammembership_association")->at("Type") ==
        "Collection(mscrm.team)");
}

TEST_CASE("the service document lists the sets") {
  const auto json = Json::parse(service_document(Schema::standard(), "http://127.0.0.1:8080/api/data/v9.2/"));
  REQUIRE(json.ok());
  CHECK(json->string_at("@odata.context") == "http://127.0.0.1:8080/api/data/v9.2/$metadata");
  CHECK(json->find("value")->as_array()->size() == Schema::standard().tables().size());
  CHECK((*json->find("value")->as_array())[0].string_at("kind") == "EntitySet");
}

TEST_CASE("an entity definition tells what clients ask for") {
  const Schema& schema = Schema::standard();
  const Table& contact = *schema.find("contact");
  const Json plain = entity_definition(schema, contact, false);
  CHECK(plain.string_at("LogicalName") == "contact");
  CHECK(plain.string_at("EntitySetName") == "contacts");
  CHECK(plain.string_at("PrimaryIdAttribute") == "contactid");
  CHECK(plain.string_at("PrimaryNameAttribute") == "fullname");
  CHECK(plain.integer_at("ObjectTypeCode") == 2);
  CHECK(Uuid::parse(plain.string_at("MetadataId")));
  CHECK(plain.find("DisplayName")->find("UserLocalizedLabel")->string_at("Label") == "Contact");
  CHECK_FALSE(plain.find("Attributes"));

  std::set<std::string> ids;
  for (const auto& table : schema.tables()) {
    const Json definition = entity_definition(schema, table, true);
    CHECK(ids.insert(std::string(definition.string_at("MetadataId"))).second);
    REQUIRE(definition.find("Attributes")->as_array()->size() == table.columns.size());
    for (const auto& attribute : *definition.find("Attributes")->as_array()) {
      CHECK(ids.insert(std::string(attribute.string_at("MetadataId"))).second);
      CHECK_FALSE(attribute.string_at("AttributeType").empty());
    }
    CHECK(Json::parse(definition.dump()).ok());
  }
  const auto attribute = [&](std::string_view name) {
    const Json definition = entity_definition(schema, contact, true);
    return (*definition.find("Attributes")->as_array())[contact.find_column(name)->index];
  };
  CHECK(attribute("firstname").integer_at("MaxLength") == 50);
  CHECK(attribute("emailaddress1").string_at("Format") == "Email");
  CHECK(attribute("ownerid").string_at("AttributeType") == "Owner");
  CHECK(attribute("parentcustomerid").string_at("AttributeType") == "Customer");
  CHECK(attribute("parentcustomerid").find("Targets")->as_array()->size() == 2);
  CHECK(attribute("gendercode").find("OptionSet")->find("Options")->as_array()->size() == 2);
  CHECK(attribute("statuscode").find("OptionSet")->find("Options")->as_array()->at(1).integer_at("State") == 1);
  CHECK(attribute("creditonhold").find("OptionSet")->find("TrueOption")->integer_at("Value") == 1);
  CHECK(attribute("creditlimit").find("MaxValue")->as_digits()->text == "100000000000.00");
  CHECK(attribute("birthdate").string_at("Format") == "DateOnly");
  CHECK(attribute("modifiedon").bool_at("IsValidForUpdate") == false);
}

}  // namespace satchel::odata
