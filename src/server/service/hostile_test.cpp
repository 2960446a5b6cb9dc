// SPDX-License-Identifier: Apache-2.0
//
// Requests of somebody who means harm, or whose program is broken: each gets a 4xx (or 501) that tells what is wrong and where,
// and nothing has changed afterwards.
#include <doctest/doctest.h>

#include "server/service/internal/service_test.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

constexpr std::string_view kRoot = "/api/data/v9.2/";
constexpr std::string_view kSomeId = "0190a1b2-0000-7000-8000-000000000001";

struct Answered {
  int status = 0;
  std::string code, message, target;
};

// A server with one contact. It says at its end that nothing has changed: no row, no version, no seq.
class Fortress {
 public:
  Fortress() {
    server.found();
    const auto made = send("POST", "contacts", R"({"lastname":"Stone","jobtitle":"Keeper"})");
    REQUIRE_MESSAGE(made.status == 204, made.body);
    const std::string where(made.headers.get("OData-EntityId"));
    contact = where.substr(where.find("contacts("));
    before_ = state();
  }
  ~Fortress() { CHECK(state() == before_); }

  Response send(std::string method, std::string_view path, std::string body = {}, Headers more = {}) {
    auto headers = server.signed_in();
    if (!body.empty()) headers.set("Content-Type", "application/json");
    for (const auto& [name, value] : more) headers.set(name, value);
    return server.service->handle(
        {std::move(method), std::string(kRoot) + std::string(path), std::move(headers), std::move(body), "127.0.0.1"},
        server.now);
  }

  // An OData error with a code and a sentence.
  Answered refused(const Response& response) {
    INFO(response.body.substr(0, 300));
    const bool is_refusal = (response.status >= 400 && response.status < 500) || response.status == 501;
    CHECK_MESSAGE(is_refusal, response.status);
    CHECK(response.headers.get("OData-Version") == "4.0");
    const auto json = server.json(response);
    const auto* error = json.find("error");
    REQUIRE(error != nullptr);
    Answered answered{response.status, std::string(error->string_at("code")), std::string(error->string_at("message")),
                      std::string(error->string_at("target"))};
    CHECK(!answered.code.empty());
    CHECK(answered.message.size() > 10);
    CHECK(is_utf8(answered.message));
    // A sentence, not the request thrown back.
    CHECK(response.body.size() < 5'000);
    return answered;
  }
  Answered read(std::string_view path, Headers headers = {}) { return refused(send("GET", path, {}, headers)); }
  Answered post(std::string_view path, std::string body, Headers headers = {}) {
    return refused(send("POST", path, std::move(body), std::move(headers)));
  }
  Answered patch(std::string body, Headers headers = {}) {
    return refused(send("PATCH", contact, std::move(body), std::move(headers)));
  }
  Answered filter(std::string_view condition) { return read("contacts?$filter=" + percent_encode(condition)); }

  TestService server;
  std::string contact;

 private:
  std::string state() {
    std::string all;
    for (const auto* set : {"contacts", "accounts", "systemusers", "teams", "organizations"})
      all += server.get(std::string(kRoot) + set).body;
    return all + std::to_string(TestService::good(server.service->records().head()).seq.value);
  }
  std::string before_;
};

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

void check(const Answered& answered, int status, std::string_view code, std::string_view where = {}) {
  INFO(answered.message);
  CHECK(answered.status == status);
  CHECK(answered.code == code);
  const bool names_it =
      answered.target.find(where) != std::string::npos || answered.message.find(where) != std::string::npos;
  CHECK_MESSAGE(names_it, where);
}

TEST_CASE("hostile: tables and columns that don't exist") {
  Fortress fortress;
  check(fortress.read("treasures"), 404, "unknown_table", "treasures");
  check(fortress.post("treasures", R"({"a":1})"), 404, "unknown_table", "treasures");
  check(fortress.post("contacts", R"({"lastname":"x","treasure":1})"), 400, "unknown_column", "treasure");
  check(fortress.patch(R"({"treasure":1})"), 400, "unknown_column", "treasure");
  check(fortress.read("contacts?$select=treasure"), 400, "unknown_column", "treasure");
  check(fortress.read("contacts?$orderby=treasure"), 400, "unknown_column", "treasure");
  check(fortress.filter("treasure eq 1"), 400, "unknown_column", "treasure");
  check(fortress.read("contacts?$expand=treasure"), 400, "unknown_column", "treasure");
  check(fortress.read(fortress.contact + "/treasure"), 400, "unknown_column", "treasure");
}

TEST_CASE("hostile: values of a wrong type, or longer than their column") {
  Fortress fortress;
  for (const auto* value : {"5", "true", "[]", "{}", "1e400"}) {
    const auto answered = fortress.patch(std::string(R"({"lastname":)") + value + "}");
    CHECK(answered.status == 400);
  }
  check(fortress.patch(R"({"lastname":")" + std::string(51, 'x') + "\"}"), 400, "bad_value", "lastname");
  check(fortress.patch(R"({"description":")" + std::string(3'000'000, 'x') + "\"}"), 400, "bad_value", "description");
  check(fortress.patch(R"({"creditlimit":1e300})"), 400, "bad_value", "creditlimit");
  check(fortress.patch(R"({"birthdate":"0000-00-00"})"), 400, "bad_value", "birthdate");
  check(fortress.patch(R"({"gendercode":999999999999999999})"), 400, "bad_value", "gendercode");
  check(fortress.patch(R"({"donotphone":"yes"})"), 400, "bad_value", "donotphone");
  check(fortress.patch(R"~({"ownerid@odata.bind":"/systemusers(../../etc/passwd)"})~"), 400, "bad_value", "ownerid");
  check(fortress.patch(R"({"ownerid@odata.bind":{"a":[]}})"), 400, "bad_value", "ownerid");
}

TEST_CASE("hostile: filters, sorts and expands that are malformed, gigantic or deep") {
  Fortress fortress;
  for (const auto* condition :
       {"(", ")", "lastname eq 'open", "lastname eq eq 'x'", "lastname eq 'a' and", "'a' eq", "contacts/any(", "not",
        "lastname eq 'a' or or", "x:y", "@", "1 eq 1", "\\", "lastname in ("}) {
    INFO(condition);
    CHECK(fortress.filter(condition).status >= 400);
  }
  check(fortress.filter(repeated("(", 20'000) + "statecode eq 0" + repeated(")", 20'000)), 413, "too_large");
  // Odd, but a filter: a "not" costs no depth.
  CHECK(
      fortress.send("GET", "contacts?$filter=" + percent_encode(repeated("not ", 10'000) + "statecode eq 0")).status ==
      200);
  check(fortress.filter("statecode eq 0" + repeated(" or statecode eq 0", 3'000)), 413, "too_large");
  check(fortress.filter(repeated("statecode eq 0 or ", 50'000)), 413, "too_large");
  check(fortress.filter("lastname in ('a'" + repeated(",'a'", 15'000) + ")"), 413, "too_large");
  check(fortress.read("contacts?$orderby=lastname" + repeated(",firstname", 10'000)), 413, "too_large");
  CHECK(fortress.read("contacts?$expand=" + repeated("ownerid($expand=", 10'000) + "ownerid" + repeated(")", 10'000))
            .status >= 400);
  CHECK(fortress.read("contacts?$expand=" + repeated("createdby,modifiedby,", 5'000) + "ownerid").status >= 400);
  CHECK(fortress.read("contacts?" + repeated("$filter=statecode%20eq%200&", 10'000)).status == 400);
  CHECK(fortress.filter("startswith(lastname," + repeated("tolower(", 20'000) + "'x'" + repeated(")", 20'000) + ")")
            .status >= 400);
}

TEST_CASE("hostile: $top, $count, $skiptoken and $deltatoken out of all reason") {
  Fortress fortress;
  for (const auto* top : {"-1", "-9223372036854775808", "99999999999999999999999", "1e9", "0x10", "NaN", "1;2"})
    check(fortress.read(std::string("contacts?$top=") + top), 400, "bad_filter", "$top");
  // Large, but a number: a page is a page.
  CHECK(fortress.send("GET", "contacts?$top=9223372036854775807").status == 200);
  for (const auto& token : {std::string("x"), std::string("AAAA"), std::string(100'000, 'A'),
                            std::string("Av%2F%2F%2F"), std::string("'%20or%201%3D1--")}) {
    check(fortress.read("contacts?$skiptoken=" + token), 400, "bad_cursor", "$skiptoken");
    check(fortress.read("contacts?$deltatoken=" + token), 400, "bad_cursor", "$deltatoken");
  }
}

TEST_CASE("hostile: addresses that aren't well formed, climb, or hold NUL and broken UTF-8") {
  Fortress fortress;
  for (const auto* path : {"contacts(",
                           "contacts)",
                           "contacts()",
                           "contacts(1",
                           "contacts(')",
                           "contacts('')",
                           "contacts(%00)",
                           "contacts%00",
                           "contacts%",
                           "contacts%zz",
                           "contacts%ff",
                           "contacts(%c3%28)",
                           "../../../etc/passwd",
                           "contacts/../../etc/passwd",
                           "..%2f..%2f..%2fetc%2fpasswd",
                           "contacts//lastname",
                           "$batch/..",
                           "contacts(lastname=%27Stone%27)/x/y/z",
                           "systemusers(domainname=%27a%27%27)",
                           "contacts;lastname",
                           "EntityDefinitions(",
                           "EntityDefinitions(%ff)",
                           "EntityDefinitions(LogicalName=%27..%2f..%27)",
                           "RelationshipDefinitions(%27)"}) {
    INFO(path);
    fortress.read(path);
  }
  fortress.read(repeated("contacts/", 10'000));
  fortress.read("contacts(" + std::string(200'000, '1') + ")");
  fortress.read(repeated("(", 10'000));
  CHECK(fortress.send("GET", "contacts?$filter=lastname%20eq%20%27%ff%27").status == 400);
  CHECK(fortress.send("GET", "contacts?$filter=%").status == 400);
  CHECK(fortress.read("contacts?$skiptoken=%ff%fe").status == 400);
  CHECK(fortress.read("contacts?$top=%00").status == 400);
}

TEST_CASE("hostile: bodies that are no JSON, hold NUL or broken UTF-8, or nest for ever") {
  Fortress fortress;
  for (const auto& body :
       {std::string("{"), std::string("nonsense"), std::string("[]"), std::string("null"), std::string("5"),
        std::string("{}}"), std::string(R"({"lastname":"a","lastname":"b"})"),
        std::string("{\"lastname\":\"\xff\xfe\"}"), std::string("{\"lastname\":\"\xed\xa0\x80\"}"),
        std::string("{\"last\0name\":1}", 15), std::string("\0", 1), std::string(R"({"lastname":"\ud800"})"),
        std::string("{\"lastname\":NaN}"), std::string("\xef\xbb\xbf{}x")}) {
    const auto answered = fortress.post("contacts", body);
    CHECK(answered.status == 400);
  }
  check(fortress.patch("{\"lastname\":\"a\\u0000b\"}"), 400, "bad_value", "lastname");
  CHECK(fortress.post("contacts", repeated("[", 200'000)).status == 413);
  CHECK(fortress.post("contacts", repeated("{\"a\":", 200'000) + "1" + repeated("}", 200'000)).status == 413);
  CHECK(fortress.post("accounts", repeated(R"({"name":"x","contact_customer_accounts":[)", 50) + repeated("]}", 50))
            .status == 413);
  std::string many = R"({"name":"x","contact_customer_accounts":[{"lastname":"a"})";
  many += repeated(R"(,{"lastname":"a"})", kDeepRecordsMax);
  check(fortress.post("accounts", many + "]}"), 413, "too_large");
}

TEST_CASE("hostile: batches that are cut, nested, endless or contradict themselves") {
  Fortress fortress;
  const auto batch = [&](std::string type, std::string body) {
    return fortress.post("$batch", std::move(body), {{"Content-Type", std::move(type)}});
  };
  const std::string create =
      "Content-Type: application/http\r\n\r\nPOST contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
      "{\"lastname\":\"x\"}\r\n";
  for (const auto* type : {"multipart/mixed", "multipart/mixed; boundary=", "multipart/mixed; boundary=\"",
                           "text/plain", "multipart/mixed; boundary=other"})
    CHECK(batch(type, "--b\r\n" + create + "--b--\r\n").status == 400);
  CHECK(batch("multipart/mixed; boundary=b", "--b\r\n" + create).status == 400);
  CHECK(batch("multipart/mixed; boundary=b",
              "--b\r\n" + create + "--b\r\nContent-Type: application/http\r\n\r\nPOST\r\n--b--")
            .status == 400);
  std::string nested;
  for (int i = 0; i < 2'000; ++i) nested += "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  CHECK(batch("multipart/mixed; boundary=b", nested).status == 400);
  CHECK(batch("multipart/mixed; boundary=b", repeated("--b\r\n" + create, 1'001) + "--b--").status == 413);

  const auto part = [](std::string_view members) {
    return R"({"id":"1","method":"POST","url":"contacts","body":{"lastname":"x"}},{)" + std::string(members) + "}";
  };
  for (const auto* members :
       {R"("id":"1","method":"GET","url":"contacts")", R"("id":"2","method":"GET")", R"("id":"2","url":"contacts")",
        R"("id":2,"method":"GET","url":"contacts")", R"("id":"2","method":"GET /x","url":"contacts")",
        R"("id":"2","method":"GET","url":"contacts","dependsOn":["3"])",
        R"("id":"2","method":"GET","url":"contacts","dependsOn":["2"])",
        R"("id":"2","method":"GET","url":"contacts","headers":{"a":"x\r\nSet-Cookie: y"})",
        R"("id":"2","method":"GET","url":"contacts","headers":{"a b":"x"})",
        R"("id":"2","method":"GET","url":"contacts","headers":[])"}) {
    INFO(members);
    CHECK(batch("application/json", R"({"requests":[)" + part(members) + "]}").status == 400);
  }
}

TEST_CASE("hostile: parts of a batch are refused one by one, and a part can't leave the service root") {
  Fortress fortress;
  const auto status_of = [&](const std::string& url, const std::string& more = {}) {
    const auto response = fortress.send("POST", "$batch",
                                        R"({"requests":[{"id":"1","method":"POST","url":)" + url +
                                            R"(,"body":{"lastname":"x","nothing":1})" + more + "}]}");
    REQUIRE(response.status == 200);
    return fortress.server.json(response).find("responses")->as_array()->at(0).integer_at("status");
  };
  CHECK(status_of(R"("contacts")") == 400);
  CHECK(status_of(R"("$batch")") == 400);
  CHECK(status_of(R"("/api/data/v9.2/$batch")") == 400);
  CHECK(status_of(R"("/api/data/v9.2/%24batch")") == 400);
  CHECK(status_of(R"("/api/admin/v1/create-user")") == 404);
  CHECK(status_of(R"("http://elsewhere.example/api/sync/v1/pull")") == 404);
  CHECK(status_of(R"("../../../admin/v1/create-user")") == 404);
  CHECK(status_of(R"("$1")") == 400);
  CHECK(status_of(R"("$99999999999999999999")") == 400);
}

TEST_CASE("hostile: headers") {
  Fortress fortress;
  const auto wants = [&](Headers headers, int status) {
    CHECK(fortress.patch(R"({"jobtitle":"Thief"})", std::move(headers)).status == status);
  };
  wants({{"If-Match", "nonsense"}}, 400);
  wants({{"If-Match", "\xff\xfe"}}, 400);
  wants({{"If-Match", "W/\"99999999999999999999999\""}}, 412);
  wants({{"If-Match", "W/\"-1\""}}, 412);
  wants({{"If-Match", "\"of another server\""}}, 412);
  wants({{"If-None-Match", "*"}}, 412);
  wants({{"If-None-Match", std::string(100'000, ',')}}, 400);
  wants({{"OData-Version", "5.0"}}, 400);
  wants({{"OData-MaxVersion", "3.0"}}, 400);
  wants({{"Isolation", "snapshot"}}, 412);
  wants({{"Content-Type", "text/xml"}}, 400);
  wants({{"Satchel-Seen", "nonsense"}}, 400);
  wants({{"Repeatability-Request-ID", "only one of two"}}, 400);
  wants({{"Repeatability-Request-ID", std::string(10'000, 'x')},
         {"Repeatability-First-Sent", "Mon, 23 Nov 2026 08:00:00 GMT"}},
        400);
  wants({{"Repeatability-Request-ID", "x"}, {"Repeatability-First-Sent", "the day before yesterday"}}, 400);
  // What a client calls us goes into links, and nothing else that stands in Host does.
  const auto links = fortress.send("GET", "contacts", {}, {{"Host", "evil.example\"},\"value\":[{\"a"}});
  CHECK(links.body.find("evil") == std::string::npos);
  // Preferences never make an error, and what they hold doesn't come back as a header of its own.
  const auto preferred = fortress.send(
      "GET", "contacts", {},
      {{"Prefer", "odata.include-annotations=\"*\xff\", odata.maxpagesize=-5, " + repeated("x,", 50'000)}});
  CHECK(preferred.status == 200);
  CHECK(preferred.headers.get("Preference-Applied").empty());
}

TEST_CASE("hostile: who isn't signed in, or not as who he says") {
  Fortress fortress;
  const auto as = [&](std::string authorization, int status) {
    const auto answered =
        fortress.post("contacts", R"({"lastname":"Intruder"})", {{"Authorization", std::move(authorization)}});
    CHECK(answered.status == status);
  };
  for (const auto* authorization : {"", "Bearer", "Bearer ", "Bearer nonsense", "Basic", "Basic ???", "Basic YWRtaW4=",
                                    "Digest x", "Basic YWRtaW46d3Jvbmc=", "Bearer \xff\xfe", "Basic Og=="})
    as(authorization, 401);
  as("Bearer " + std::string(1'000'000, 'A'), 401);

  const auto signed_in = fortress.server.sign_in("admin", "secret");
  REQUIRE(signed_in.status == 200);
  const std::string token(fortress.server.json(signed_in).string_at("access_token"));
  CHECK(fortress.send("GET", "contacts", {}, {{"Authorization", "Bearer " + token}}).status == 200);
  auto forged = token;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  as("Bearer " + forged, 401);
  fortress.server.now = fortress.server.now + Duration::of_days(400);
  as("Bearer " + token, 401);
  fortress.server.now = kTestNow;
}

TEST_CASE("hostile: a key that names nothing is told, and nothing is made of it") {
  Fortress fortress;
  const std::string nobody = "contacts(" + std::string(kSomeId) + ")";
  CHECK(fortress.read(nobody).status == 404);
  CHECK(fortress.refused(fortress.send("DELETE", nobody)).status == 404);
  CHECK(fortress.refused(fortress.send("PATCH", nobody, R"({"lastname":"x"})", {{"If-Match", "*"}})).status == 404);
  CHECK(fortress.refused(fortress.send("PUT", nobody + "/jobtitle", R"({"value":"x"})")).status == 404);
  CHECK(fortress
            .refused(fortress.send("POST", fortress.contact + "/contact_customer_contacts/$ref",
                                   R"~({"@odata.id":"contacts()"})~"))
            .status == 400);
  CHECK(fortress.refused(fortress.send("POST", fortress.contact + "/Microsoft.Dynamics.CRM.Plunder", "{}")).status ==
        501);
}

}  // namespace
}  // namespace satchel::server::service
