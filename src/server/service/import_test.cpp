// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "server/service/internal/service_test.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

struct ImportServer : TestService {
  ImportServer() { found(); }
  ImportReport import(std::string set, std::string_view csv, bool all_or_nothing = false) {
    auto report = good(import_csv(*service, *database, csv, {std::move(set), all_or_nothing}, now));
    std::int64_t accounted = report.created + report.updated + static_cast<std::int64_t>(report.bad.size());
    if (!all_or_nothing) CHECK(accounted == report.lines);
    good(service->records().verify());
    return report;
  }
  Error refused(std::string set, std::string_view csv) {
    const auto head = good(service->records().head());
    const auto report = import_csv(*service, *database, csv, {std::move(set), false}, now);
    CHECK(good(service->records().head()) == head);
    REQUIRE(!report.ok());
    return report.error();
  }
  model::Record one(std::string_view table_name, std::string_view name) {
    for (auto& record : rows(table_name))
      if (text(record, table(table_name).columns[*table(table_name).primary_name].name) == name) return record;
    FAIL("no record of that name");
    return {};
  }
  RecordId target(const model::Record& record, std::string_view column) {
    const auto* reference = model::reference_in(value(record, column));
    return reference != nullptr ? reference->id : RecordId();
  }
};

std::string reasons(const ImportReport& report) {
  std::string out;
  for (const auto& bad : report.bad) out += std::to_string(bad.line) + ": " + bad.reason + "\n";
  return out;
}

TEST_CASE("a line becomes a record: texts, numbers, money, dates, choices by label, booleans") {
  ImportServer server;
  const auto report = server.import("contacts",
                                    "firstname,lastname,birthdate,gendercode,creditlimit,donotphone,description\r\n"
                                    "Ada,King,1985-12-10,Female,12.5,yes,\"one\r\ntwo\"\r\n");
  CHECK(reasons(report) == "");
  CHECK(report.lines == 1);
  CHECK(report.created == 1);
  const auto contact = server.one("contact", "Ada King");
  CHECK(server.value(contact, "gendercode") == model::Value(std::int64_t{2}));
  CHECK(server.value(contact, "creditlimit") == model::Value(std::int64_t{1250}));
  CHECK(server.value(contact, "donotphone") == model::Value(std::int64_t{1}));
  CHECK(server.value(contact, "birthdate") == model::Value(*parse_date("1985-12-10")));
  CHECK(server.text(contact, "description") == "one\ntwo");
  CHECK(server.target(contact, "ownerid") == server.rows("systemuser")[0].id);
}

TEST_CASE("lookups go by id, by set and id, and by name") {
  ImportServer server;
  CHECK(server.import("accounts", "name\nAlder/Finch\nBirch\n").created == 2);
  const auto alder = server.one("account", "Alder/Finch").id, birch = server.one("account", "Birch").id;
  const auto report = server.import("contacts", "lastname,parentcustomerid\nA,Alder/Finch\nB,accounts/" +
                                                    birch.to_string() + "\nC," + birch.to_string() + "\nD,\n");
  CHECK(reasons(report) == "");
  CHECK(server.target(server.one("contact", "A"), "parentcustomerid") == alder);
  CHECK(server.target(server.one("contact", "B"), "parentcustomerid") == birch);
  CHECK(server.target(server.one("contact", "C"), "parentcustomerid") == birch);
  CHECK(server.target(server.one("contact", "D"), "parentcustomerid").is_nil());
}

TEST_CASE("a name that nobody or more than one has is a bad line; a similar one is suggested") {
  ImportServer server;
  CHECK(server.import("accounts", "name\nAlder\nÉclair\nTwin\nTwin\n").created == 4);
  const auto report = server.import("contacts", "lastname,parentcustomerid\nA,Nobody\nB,Twin\nC,eclair\nD,Alder\n");
  CHECK(report.created == 1);
  CHECK(reasons(report) ==
        "2: Company Name: there is no Account or Contact called \"Nobody\".\n"
        "3: Company Name: more than one Account or Contact is called \"Twin\"; give an id.\n"
        "4: Company Name: there is no Account or Contact called \"eclair\"; there is \"Éclair\".\n");
}

TEST_CASE("a line may name the record of an earlier one, also when their part is written again") {
  ImportServer server;
  // The third line names an account by an id that only the database can find missing.
  const auto report =
      server.import("accounts",
                    "name,parentaccountid\nAlder,\nBirch,Alder\nCedar,0190a1b2-0000-7000-8000-000000000001\n"
                    "Dogwood,Birch\nElm,Fir\nFir,\nAlder,\nGinkgo,Alder\n");
  CHECK(report.created == 5);
  REQUIRE(report.bad.size() == 3);
  CHECK(report.bad[0].line == 4);
  CHECK(report.bad[1].line == 6);
  CHECK(report.bad[2].line == 9);
  CHECK(server.target(server.one("account", "Dogwood"), "parentaccountid") == server.one("account", "Birch").id);
}

TEST_CASE("owners go by user name, full name and team name") {
  ImportServer server;
  CHECK(server.admin("users", R"({"user":"ada@demo","password":"x","full_name":"Ada King"})").status == 200);
  const auto report = server.import("accounts", "name,ownerid\nA,ada@demo\nB,Ada King\nC,Test\nD,Nobody\nE,\n");
  CHECK(reasons(report) == "5: Owner: there is no User or Team called \"Nobody\".\n");
  const auto ada = server.one("systemuser", "Ada King").id;
  CHECK(server.target(server.one("account", "A"), "ownerid") == ada);
  CHECK(server.target(server.one("account", "B"), "ownerid") == ada);
  CHECK(server.target(server.one("account", "C"), "ownerid") == server.one("team", "Test").id);
}

TEST_CASE("an id that exists is updated, a new one is created with it, one that was deleted is refused") {
  ImportServer server;
  const std::string known = "0190a1b2-0000-7000-8000-000000000001", fresh = "0190a1b2-0000-7000-8000-000000000002";
  CHECK(server.import("contacts", "contactid,lastname,jobtitle\n" + known + ",King,Engineer\n").created == 1);
  const auto report =
      server.import("contacts", "lastname,contactid,jobtitle\nKing," + known + ",\nHopper," + fresh + ",Admiral\n");
  CHECK(reasons(report) == "");
  CHECK(report.updated == 1);
  CHECK(report.created == 1);
  CHECK(server.rows("contact").size() == 2);
  CHECK(server.text(server.one("contact", "King"), "jobtitle") == "");
  CHECK(server.one("contact", "Hopper").id.to_string() == fresh);

  const auto remove =
      server.service->handle({"DELETE", "/api/data/v9.2/contacts(" + fresh + ")", server.signed_in(), ""}, server.now);
  CHECK(remove.status == 204);
  CHECK(server.import("contacts", "contactid,lastname\n" + fresh + ",Hopper\n").bad.size() == 1);
  CHECK(server.import("contacts", "contactid,lastname\n17,Hopper\n").bad.size() == 1);
}

TEST_CASE("every bad line is told with its line and reason, the good ones are kept") {
  ImportServer server;
  const auto report = server.import("contacts",
                                    "lastname,birthdate,gendercode,emailaddress1\n"
                                    "Good,,,\n"
                                    "\"Two\nlines\",tomorrow,,\n"
                                    ",,,\n"
                                    "Few,\n"
                                    "X,,Robot,\n"
                                    "Y,,," +
                                        std::string(200, 'y') +
                                        "\n"
                                        "\"Z\"z,,,\n"
                                        "Also good,2000-01-01,1,a@example.com\n");
  CHECK(report.lines == 8);
  CHECK(report.created == 2);
  REQUIRE(report.bad.size() == 6);
  const std::int64_t lines[] = {3, 5, 6, 7, 8, 9};
  for (std::size_t i = 0; i < 6; ++i) CHECK(report.bad[i].line == lines[i]);
  CHECK(report.bad[1].reason == "Last Name is required.");
  CHECK(report.bad[2].reason == "The line has 2 fields, the header has 4.");
}

TEST_CASE("all or nothing: a bad line keeps every other one out") {
  ImportServer server;
  const auto head = server.good(server.service->records().head());
  const auto report =
      server.import("accounts", "name,parentaccountid\nA,\nB,0190a1b2-0000-7000-8000-000000000001\nC,\n,\n", true);
  CHECK(report.created == 0);
  REQUIRE(report.bad.size() == 2);
  CHECK(report.bad[0].line == 3);
  CHECK(report.bad[1].line == 5);
  CHECK(server.rows("account").empty());
  CHECK(server.good(server.service->records().head()) == head);
  CHECK(server.import("accounts", "name\nA\nC\n", true).created == 2);
  CHECK(server.rows("account").size() == 2);
}

TEST_CASE("a header that can't be meant is refused before anything is written") {
  ImportServer server;
  CHECK(server.refused("things", "name\nA\n").code == ErrorCode::unknown_table);
  CHECK(server.refused("activityparties", "addressused\nA\n").code == ErrorCode::bad_request);
  CHECK(server.refused("accounts", "").code == ErrorCode::bad_request);
  const auto unknown = server.refused("accounts", "name,Main Phone,nonsense\nA,1,2\n");
  CHECK(unknown.code == ErrorCode::unknown_column);
  CHECK(unknown.message == "Accounts have no column \"Main Phone\" (is telephone1 meant?), \"nonsense\".");
  CHECK(server.refused("accounts", "name,name\nA,B\n").message == "The header names a column twice: name.");
  CHECK(server.refused("contacts", "lastname,fullname,modifiedon\nA,B,\n").message ==
        "The server sets these columns by itself; leave them out: fullname, modifiedon.");
  CHECK(server.refused("accounts", "name;fax\nA;1\n").code == ErrorCode::bad_request);
  CHECK(server.refused("accounts", "\xFF\xFEn").code == ErrorCode::bad_request);
}

// Many lines, some of which only the database can refuse: parts and transactions begin and end in their midst.
TEST_CASE("thousands of lines are written in parts, whatever is wrong with some") {
  ImportServer server;
  std::string csv = "name,parentaccountid,ownerid\n";
  const std::int64_t lines = static_cast<std::int64_t>(kImportTransactionLines) + 900;
  std::int64_t bad = 0;
  SeededRandom random(7);
  for (std::int64_t i = 0; i < lines; ++i) {
    const bool is_bad = random.one_in(i < 600 ? 3 : 200);
    const std::string parent = is_bad                  ? "0190a1b2-0000-7000-8000-000000000001"
                               : i > 650 && i % 7 == 0 ? "Account 650"
                                                       : "";
    bad += is_bad || i == 650 ? 1 : 0;
    csv += (i == 650 ? "" : "Account " + std::to_string(i)) + "," + parent + ",admin\n";
  }
  csv += "Account 650,,\nLast,Account 650,\n";
  const auto report = server.import("accounts", csv);
  CHECK(report.lines == lines + 2);
  // Account 650 came too late for those that named it.
  CHECK(report.created + static_cast<std::int64_t>(report.bad.size()) == report.lines);
  CHECK(static_cast<std::int64_t>(report.bad.size()) > bad);
  CHECK(server.rows("account").size() == static_cast<std::size_t>(report.created));
  CHECK(server.target(server.one("account", "Last"), "parentaccountid") == server.one("account", "Account 650").id);
}

TEST_CASE("imported users can be given a password and work") {
  ImportServer server;
  CHECK(reasons(server.import("systemusers", "domainname,firstname,lastname,businessunitid\nada,Ada,King,Test\n")) ==
        "");
  CHECK(server.admin("users/password", R"({"user":"ada","password":"x"})").status == 200);
  CHECK(server.sign_in("ada", "x").status == 200);
  CHECK(server.import("systemusers", "domainname,lastname,businessunitid\nADA,Other,Test\n").bad.size() == 1);
  CHECK(reasons(server.import("teammemberships", "teamid,systemuserid\nTest,ada\n")) == "");
  CHECK(server.rows("teammembership").size() == 2);
}

}  // namespace
}  // namespace satchel::server::service
