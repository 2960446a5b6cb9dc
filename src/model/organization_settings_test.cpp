// SPDX-License-Identifier: Apache-2.0
#include "model/organization_settings.h"

#include <doctest/doctest.h>

#include <set>

#include "model/rules.h"
#include "model/text_format.h"

namespace satchel::model {
namespace {

const Schema& schema() { return Schema::standard(); }
const Table& organization() { return *schema().find("organization"); }

Record row() {
  Record record{organization().number, RecordId(), Seq(), {}};
  record.values.resize(organization().columns.size());
  return record;
}

TEST_SUITE("organization_settings") {
  TEST_CASE("each key has a column of its own, in which its fallback is allowed") {
    std::set<ColumnIndex> columns;
    for (const auto& setting : setting_keys()) {
      INFO(setting.key);
      const auto record = row();
      CHECK(setting_in(organization(), record, setting.key) == setting.fallback);
      RecordChange change{organization().number, record.id, ChangeKind::update, {}};
      const auto set = set_setting(schema(), record, setting.key, setting.fallback, change);
      CHECK(set.ok());
      REQUIRE(change.values.size() == 1);
      CHECK(columns.insert(change.values[0].column).second);
    }
  }

  TEST_CASE("rules of conflicts are lines of one column, which is empty without any") {
    auto record = row();
    const auto set = [&](std::string_view key, std::string_view value) {
      RecordChange change{organization().number, record.id, ChangeKind::update, {}};
      REQUIRE(set_setting(schema(), record, key, value, change).ok());
      for (auto& [column, now] : change.values) record.values[column] = now;
    };
    set("conflicts.contact.jobtitle", "device");
    set("conflicts.account", "server");
    using Rules = std::vector<std::pair<std::string, std::string>>;
    CHECK(conflict_rules_in(organization(), record) == Rules{{"account", "server"}, {"contact.jobtitle", "device"}});
    set("conflicts.account", "ask");
    CHECK(setting_in(organization(), record, "conflicts.account") == "ask");
    CHECK(setting_in(organization(), record, "conflicts.lead") == "");
    set("conflicts.account", "");
    set("conflicts.contact.jobtitle", "");
    CHECK(is_null(record.values[organization().find_column("conflict_rules")->index]));
  }

  TEST_CASE("texts that something reads again look as it asks") {
    const auto ok = [](std::string_view table, std::string_view column, std::string text) {
      const auto& in = *schema().find(table);
      return check_value(schema(), in, *in.find_column(column), text).ok();
    };
    for (const auto* text : {"9", "9.2", "7.0", "9.2.0.0"}) CHECK(ok("organization", "productversion", text));
    for (const auto* text : {".", "9.", "9.2.0.0.0", "v9", "9 2", "123456"})
      CHECK_FALSE(ok("organization", "productversion", text));
    for (const auto* text : {"accounts", "accounts, contacts;tasks\nleads", ","})
      CHECK(ok("mobileofflineprofile", "tables", text));
    for (const auto* text : {"account", "accounts contacts things"})
      CHECK_FALSE(ok("mobileofflineprofile", "tables", text));
    for (const auto* text : {"contact=ask", "contact.jobtitle = server\n\naccount=device\n"})
      CHECK(ok("organization", "conflict_rules", text));
    for (const auto* text :
         {"contact", "contact=mine", "contacts=ask", "contact.=ask", "=ask", "contact.jobtitle.x=ask"})
      CHECK_FALSE(ok("organization", "conflict_rules", text));
    CHECK(words_of_sets(" accounts,,contacts ;\ttasks\n") == std::vector<std::string>{"accounts", "contacts", "tasks"});
  }
}

}  // namespace
}  // namespace satchel::model
