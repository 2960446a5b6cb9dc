// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "server/service/internal/service_test.h"

namespace satchel::server::service {
namespace {

Response ask(TestService& server, const std::string& path) { return server.get("/api/data/v9.2/" + path); }

Json body(TestService& server, const std::string& path) {
  const auto response = ask(server, path);
  INFO(path);
  REQUIRE_MESSAGE(response.status == 200, response.body);
  return server.json(response);
}

std::size_t count(const Json& list) { return list.find("value")->as_array()->size(); }

TEST_CASE("$metadata is XML, the service document lists every set") {
  TestService server;
  server.found();
  const auto xml = ask(server, "$metadata");
  CHECK(xml.status == 200);
  CHECK(xml.headers.get("Content-Type") == "application/xml; charset=utf-8");
  CHECK(xml.body.find("<EntityType Name=\"contact\"") != std::string::npos);
  CHECK(ask(server, "%24metadata").body == xml.body);
  CHECK(count(body(server, "")) == model::Schema::standard().tables().size());
  CHECK(server.get("/api/data/v9.2").status == 200);
}

TEST_CASE("definitions are listed, chosen and filtered") {
  TestService server;
  server.found();
  const auto all = body(server, "EntityDefinitions");
  CHECK(count(all) == model::Schema::standard().tables().size());
  CHECK(all.string_at("@odata.context") == "http://localhost/api/data/v9.2/$metadata#EntityDefinitions");

  const auto chosen = body(server, "EntityDefinitions?$select=LogicalName&$filter=IsActivity%20eq%20true");
  CHECK(count(chosen) == 4);
  const auto& first = chosen.find("value")->as_array()->at(0);
  CHECK(first.find("LogicalName") != nullptr);
  CHECK(first.find("MetadataId") != nullptr);
  CHECK(first.find("EntitySetName") == nullptr);
  CHECK(count(body(server, "EntityDefinitions?$filter=LogicalName%20eq%20'account'%20and%20ObjectTypeCode%20eq%201")) ==
        1);
  CHECK(count(body(server, "EntityDefinitions?$top=3")) == 3);
}

TEST_CASE("a definition is found by logical name and by id, with its attributes when asked for") {
  TestService server;
  server.found();
  const auto contact = body(server, "EntityDefinitions(LogicalName='contact')");
  CHECK(contact.string_at("EntitySetName") == "contacts");
  CHECK(contact.find("Attributes") == nullptr);
  const auto id = std::string(contact.string_at("MetadataId"));
  CHECK(body(server, "EntityDefinitions(" + id + ")").string_at("LogicalName") == "contact");
  CHECK(body(server, "EntityDefinitions(LogicalName=%27contact%27)/EntitySetName").string_at("value") == "contacts");

  const auto expanded = body(
      server, "EntityDefinitions(LogicalName='contact')?$select=LogicalName&$expand=Attributes($select=LogicalName)");
  const auto& attributes = *expanded.find("Attributes")->as_array();
  CHECK(attributes.size() == server.table("contact").columns.size());
  CHECK(attributes[0].find("LogicalName") != nullptr);
  CHECK(attributes[0].find("SchemaName") == nullptr);
  CHECK(expanded.find("EntitySetName") == nullptr);
}

TEST_CASE("attributes are listed, found by name and cast") {
  TestService server;
  server.found();
  const std::string contact = "EntityDefinitions(LogicalName='contact')/Attributes";
  CHECK(count(body(server, contact)) == server.table("contact").columns.size());
  CHECK(body(server, contact + "(LogicalName='birthdate')").string_at("LogicalName") == "birthdate");
  const auto picked = body(
      server,
      contact +
          "/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet,GlobalOptionSet");
  CHECK(count(picked) > 3);
  for (const auto& attribute : *picked.find("value")->as_array()) {
    CHECK(attribute.find("OptionSet")->is_object());
    CHECK(attribute.find("GlobalOptionSet")->is_null());
    CHECK(attribute.find("AttributeType") == nullptr);
  }
  const auto gender =
      body(server,
           contact + "(LogicalName='gendercode')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$expand=OptionSet");
  CHECK(gender.find("OptionSet")->find("Options")->as_array()->size() == 2);
  CHECK(ask(server, contact + "(LogicalName='birthdate')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata").status ==
        404);
}

TEST_CASE("what isn't there or isn't built says so") {
  TestService server;
  server.found();
  CHECK(ask(server, "EntityDefinitions(LogicalName='thing')").status == 404);
  CHECK(ask(server, "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='thing')").status == 404);
  CHECK(ask(server, "EntityDefinitions(17)").status == 400);
  CHECK(ask(server, "EntityDefinitions?$filter=startswith(LogicalName,'a')").status == 501);
  CHECK(ask(server, "EntityDefinitions?$orderby=LogicalName").status == 501);
  CHECK(ask(server, "EntityDefinitions?$expand=Privileges").status == 501);
  CHECK(ask(server, "EntityDefinitions?$nonsense=1").status == 400);
  CHECK(ask(server, "EntityDefinitionsX").status == 404);
  const auto response =
      server.service->handle({"DELETE", "/api/data/v9.2/EntityDefinitions", server.signed_in(), ""}, server.now);
  CHECK(response.status == 405);
}

}  // namespace
}  // namespace satchel::server::service
