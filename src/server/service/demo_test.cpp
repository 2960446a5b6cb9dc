// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "model/image.h"
#include "model/rules.h"
#include "server/service/internal/demo_clock.h"
#include "server/service/internal/demo_world.h"
#include "server/service/internal/service_test.h"

namespace satchel::server::service {
namespace {

struct DemoServer : TestService {
  explicit DemoServer(std::int64_t size, std::uint64_t seed = 1) : TestService(seed) {
    good(fill_demo(*service, *database, size, now));
  }

  // Of all rows of a table: how many, and a sum over ids, versions and values.
  std::pair<std::size_t, std::uint64_t> sum(const model::Table& table) {
    std::uint64_t sum = 0;
    const auto all = rows(table.name);
    for (const auto& record : all) {
      std::string content = std::string(record.id.view()) + std::to_string(record.version.value);
      for (const auto& column : table.columns)
        content += '|' + model::format_value(model::Schema::standard(), column, record.values[column.index]);
      sum += hash64(content);
    }
    return {all.size(), sum};
  }
  std::map<std::string, int> owners(std::string_view table_name) {
    std::map<std::string, int> shares;
    for (const auto& record : rows(table_name)) {
      const auto* owner = model::reference_in(value(record, "ownerid"));
      REQUIRE(owner != nullptr);
      ++shares[service->records().name_of(everybody(), *owner)];
    }
    return shares;
  }
};

TEST_CASE("the same arguments give the same organisation, whatever chance the server has") {
  DemoServer first(700, 1), second(700, 2);
  for (const auto& table : model::Schema::standard().tables()) {
    INFO(table.name);
    CHECK(first.sum(table) == second.sum(table));
  }
  CHECK(first.good(first.service->records().head()).seq == second.good(second.service->records().head()).seq);
  first.good(first.service->records().verify());
}

TEST_CASE("every table has rows, about as many as asked for, in their shares") {
  for (const std::int64_t size : {1, 1'000, 5'000}) {
    DemoServer server(size);
    std::int64_t all = 0;
    std::map<std::string, std::int64_t> counts;
    for (const auto& table : model::Schema::standard().tables()) {
      const auto count = static_cast<std::int64_t>(server.rows(table.name).size());
      INFO(size << " " << table.name);
      CHECK(count > 0);
      counts[table.name] = count;
      if (!table.is_derived) all += count;
    }
    INFO(size);
    if (size < 1'000) continue;
    CHECK(std::abs(all - size) <= 2);
    CHECK(counts["account"] > size * 17 / 100);
    CHECK(counts["account"] < size * 22 / 100);
    CHECK(counts["contact"] > size * 26 / 100);
    CHECK(counts["contact"] < size * 33 / 100);
  }
}

TEST_CASE(
    "a fifth of accounts and contacts belongs to the team of both salespeople of the east, each person has plenty") {
  DemoServer server(3'000);
  for (const auto* table : {"account", "contact"}) {
    auto shares = server.owners(table);
    const auto all = static_cast<int>(server.rows(table).size());
    INFO(table);
    CHECK(shares["East Sales"] * 100 > all * 17);
    CHECK(shares["East Sales"] * 100 < all * 23);
    for (const auto* person : {"Elena Marković", "Tomás Okafor", "Wei-Lin Becker", "Dana Fitzgerald"})
      CHECK(shares[person] * 100 > all * 10);
  }
  for (const auto* table :
       {"opportunity", "incident", "task", "phonecall", "appointment", "email", "annotation", "lead"})
    CHECK(server.owners(table).size() == 5);
}

TEST_CASE("a fifth of accounts and contacts has a picture of less than a kilobyte (E4)") {
  DemoServer server(3'000);
  for (const auto* table : {"account", "contact"}) {
    INFO(table);
    const auto rows = server.rows(table);
    std::set<std::string> ids;
    for (const auto& row : rows) {
      const auto picture = server.text(row, "entityimage");
      if (picture.empty()) continue;
      CHECK(model::image_type(picture) == "image/png");
      CHECK(model::image_bytes(picture) < 1'024);
      ids.insert(server.text(row, "entityimageid"));
    }
    CHECK(ids.size() * 100 > rows.size() * 16);
    CHECK(ids.size() * 100 < rows.size() * 24);
  }
}

TEST_CASE("the salespeople sign in, and both of the east may write what their team owns") {
  DemoServer server(300);
  for (const auto* user : {"admin@demo", "east1@demo", "east2@demo", "west1@demo", "drafts1@demo"}) {
    INFO(user);
    CHECK(server.sign_in(user, "satchel-demo").status == 200);
  }
  std::string of_team;
  for (const auto& account : server.rows("account"))
    if (model::reference_in(server.value(account, "ownerid"))->table == server.table("team").number)
      of_team = account.id.to_string();
  const auto write_as = [&](const std::string& user) {
    const auto token = std::string(server.json(server.sign_in(user, "satchel-demo")).string_at("access_token"));
    return server.service
        ->handle({"PATCH",
                  "/api/data/v9.2/accounts(" + of_team + ")",
                  {{"Authorization", "Bearer " + token}},
                  R"({"fax":")" + user + "\"}"},
                 server.now)
        .status;
  };
  CHECK(write_as("east1@demo") == 204);
  CHECK(write_as("east2@demo") == 204);
  CHECK(write_as("west1@demo") == 404);
}

// E1: the demo shows both experiences.
TEST_CASE("all but one work with offline sync, by the profile \"All tables\"") {
  DemoServer server(300);
  std::map<std::string, bool> has_profile;
  for (const auto& user : server.rows("systemuser"))
    has_profile[server.text(user, "domainname")] = !model::is_null(server.value(user, "mobileofflineprofileid"));
  CHECK(has_profile == std::map<std::string, bool>{{"admin@demo", true},
                                                   {"drafts1@demo", false},
                                                   {"east1@demo", true},
                                                   {"east2@demo", true},
                                                   {"west1@demo", true}});
  REQUIRE(server.rows("mobileofflineprofile").size() == 1);
  const auto profile = server.rows("mobileofflineprofile")[0];
  CHECK(server.text(profile, "name") == "All tables");
  CHECK(server.text(profile, "tables").empty());
}

TEST_CASE("ids and creation run through two years up to now, and work is due around now") {
  DemoServer server(3'000);
  const auto now = server.now.seconds();
  std::set<RecordId> ids;
  std::int64_t first = now, last = 0, due = 0, overdue = 0;
  for (const auto& task : server.rows("task")) {
    const auto created = *model::integer_in(server.value(task, "createdon"));
    first = std::min(first, created);
    last = std::max(last, created);
    CHECK(*model::integer_in(server.value(task, "modifiedon")) <= now);
    if (*model::integer_in(server.value(task, "statecode")) != 0) continue;
    const auto end = *model::integer_in(server.value(task, "scheduledend"));
    (end < now ? overdue : due) += 1;
  }
  CHECK(now - first > 700 * 86'400);
  CHECK(now - last < 7 * 86'400);
  CHECK(due > 10);
  CHECK(overdue > 3);
  for (const auto& contact : server.rows("contact")) {
    std::int64_t milliseconds = 0;
    for (int i = 0; i < 6; ++i) milliseconds = milliseconds * 256 + contact.id.uuid.bytes[static_cast<std::size_t>(i)];
    CHECK(milliseconds / 1000 == *model::integer_in(server.value(contact, "createdon")));
  }
}

TEST_CASE("records are well filled and say nothing twice") {
  DemoServer server(2'000);
  std::set<std::string> names;
  const auto filled = [](const model::Record& record) {
    return std::count_if(record.values.begin(), record.values.end(), [](const auto& v) { return !model::is_null(v); });
  };
  for (const auto& account : server.rows("account")) {
    CHECK(names.insert(server.text(account, "name")).second);
    CHECK(server.text(account, "emailaddress1").ends_with(".example.com"));
    CHECK(filled(account) > 25);
  }
  for (const auto& contact : server.rows("contact")) CHECK(filled(contact) > 23);
  // No pattern was left unfilled, in any table.
  for (const auto& table : model::Schema::standard().tables())
    for (const auto& record : server.rows(table.name))
      for (const auto& value : record.values)
        if (const auto* text = model::text_in(value)) CHECK_MESSAGE(text->find('{') == std::string::npos, *text);
}

TEST_CASE("a demo fills an empty server only, and tells how far it is") {
  TestService server;
  std::vector<std::int64_t> told;
  server.good(fill_demo(*server.service, *server.database, 2'500, server.now,
                        [&](std::int64_t done, std::int64_t) { told.push_back(done); }));
  CHECK(told.size() >= 3);
  CHECK(std::is_sorted(told.begin(), told.end()));
  const auto again = fill_demo(*server.service, *server.database, 2'500, server.now);
  REQUIRE(!again.ok());
  CHECK(again.error().code == ErrorCode::exists);
}

TEST_CASE("the demo's clock runs in working hours, forward, and not past now") {
  for (const std::int64_t offset : {0, 3'600, 86'400, 4 * 86'400 + 1, 5 * 86'400 + 40'000, 6 * 86'400 + 86'399}) {
    const auto now = Instant::of_seconds(kTestNow.seconds() + offset);
    demo::DemoClock clock(now, 5'000);
    SeededRandom random(3);
    Instant before = clock.start();
    for (std::int64_t slot = 0; slot < 5'000; ++slot) {
      const auto at = clock.at(slot, random);
      CHECK(at >= before);
      CHECK(at <= now);
      const auto hour = at.seconds() / 3600 % 24;
      CHECK((hour >= 8 && hour < 18));
      before = at;
    }
    const auto due = demo::in_working_hours(now, random);
    const auto weekday = (due.seconds() / 86'400 + 3) % 7;  // 0 = Monday
    CHECK(weekday < 5);
  }
}

TEST_CASE("names become addresses") {
  CHECK(demo::ascii_name("Størk & Öberg", '-') == "stork-oberg");
  CHECK(demo::ascii_name("Łukasz", 0) == "lukasz");
  CHECK(demo::ascii_name("Van den Berg", 0) == "vandenberg");
  CHECK(demo::ascii_name("Weiß", 0) == "weiss");
}

}  // namespace
}  // namespace satchel::server::service
