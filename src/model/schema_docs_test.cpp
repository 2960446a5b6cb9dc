// SPDX-License-Identifier: Apache-2.0
// docs/schema.md against the loader. Reads a file, so it runs natively only, from the root of the repository.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "model/schema.h"

namespace satchel::model {
namespace {

std::string page() {
  std::ifstream file{"docs/schema.md"};
  REQUIRE_MESSAGE(file.is_open(), "Run the test from the root of the repository: it reads docs/schema.md.");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_SUITE("load_schema") {
  TEST_CASE("the example of docs/schema.md is a table beside the standard ones") {
    const auto text = page();
    constexpr std::string_view kBegin = "```json\n";
    const auto begin = text.find(kBegin) + kBegin.size();
    const auto files = Schema::standard().files();
    std::vector<Schema::File> with_example(files.begin(), files.end());
    with_example.push_back({"acme_site.json", text.substr(begin, text.find("```", begin) - begin)});
    const auto schema = Schema::load(with_example);
    REQUIRE_MESSAGE(schema.ok(), schema.error().message);
    const auto* site = schema->find_set("acme_sites");
    REQUIRE(site != nullptr);
    CHECK(site->find_column("acme_rent_base") != nullptr);
    CHECK(site->find_column("createdby")->relationship == "lk_acme_site_createdby");
  }

  TEST_CASE("docs/schema.md names the groups of shared.json") {
    const auto text = page();
    for (const auto& file : Schema::standard().files()) {
      if (file.name != "shared.json") continue;
      const auto json = Json::parse(file.text);
      REQUIRE(json.ok());
      for (const auto& [name, group] : *json->find("groups")->as_object()) {
        CHECK_MESSAGE(text.find("| `" + name + "` |") != std::string::npos, name);
      }
    }
  }
}

}  // namespace
}  // namespace satchel::model
