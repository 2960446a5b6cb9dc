// SPDX-License-Identifier: Apache-2.0
#include "device/door/door.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "device/client/lease.h"
#include "device/client/limits.h"
#include "device/door/door_for_test.h"
#include "device/door/limits.h"
#include "device/door/settings.h"
#include "edge/os/files.h"
#include "edge/sqlite/database.h"
#include "odata/feed.h"

namespace satchel::device::door {

// ---- the door for tests ----------------------------------------------------------------------------------------------------

RecordId id_for_test(std::uint8_t number) {
  Uuid id;
  id.bytes[0] = 1;
  id.bytes[15] = number;
  return RecordId(id);
}

model::Record record_for_test(std::string_view table_name, std::uint8_t id, std::int64_t version,
                              ValuesForTest values) {
  const auto& table = *model::Schema::standard().find(table_name);
  model::Record record{table.number, id_for_test(id), Seq(version), std::vector<model::Value>(table.columns.size())};
  for (const auto& [name, value] : values) record.values[table.find_column(name)->index] = value;
  return record;
}

namespace {

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

const std::string kToken = R"({"access_token":"a","refresh_token":"r","expires_in":3600,"token_type":"Bearer",)"
                           R"("user_id":")" +
                           id_for_test(kElena).to_string() +
                           R"(","organization_id":"01000000-0000-0000-0000-0000000000c9",)"
                           R"("business_unit_id":"01000000-0000-0000-0000-0000000000ca","full_name":"Elena Ruiz"})";

client::EngineOptions options() {
  client::EngineOptions options;
  options.client_name = "test";
  options.deletes_held = client::kDeletesHeld;
  return options;
}

}  // namespace

Json json(std::string_view text) { return must(Json::parse(text)); }

DoorForTest::DoorForTest() : now{1'790'000'000'000} {
  database_ = must(edge::sqlite::open({.path = ":memory:", .profile = edge::sqlite::Profile::device}));
  store_ = must(store::DeviceStore::open(*database_, model::Schema::standard()));
  door_ = std::make_unique<Door>(*store_, random_, options());
  must(door_->open(now));
}

std::unique_ptr<DoorForTest> DoorForTest::with(const std::vector<model::Record>& records) {
  auto it = std::make_unique<DoorForTest>();
  it->hear(json(
      R"({"id":1,"key":"","action":{"do":"sign_in","server":"https://crm.example/","user":"East1@demo","password":"x"}})"));
  it->answer(it->take_request(), 200, "application/json", kToken);
  {
    auto transaction = must(it->store().begin());
    must(it->store().set_setting(kPinDecidedSetting, "none"));
    must(transaction.commit());
  }
  it->pass(Duration{});
  it->sync(records, 100);
  it->told_.clear();
  return it;
}

Json DoorForTest::hear(const Json& message) {
  const auto id = message.integer_at("id");
  told(id);
  door_->hear(TabNumber(1), message.dump(), now);
  drain();
  auto answers = told(id);
  return answers.empty() ? Json() : answers.back();
}

namespace {

Json content_of(const Json& told) {
  if (const auto* answer = told.find("answer")) return *answer;
  return told;
}

}  // namespace

Json DoorForTest::ask(std::string_view question) {
  auto message = Json::object();
  message.set("id", ++last_id_);
  message.set("question", json(question));
  message.set("watch", false);
  return content_of(hear(message));
}

Json DoorForTest::act(std::string_view action, std::string key) {
  auto message = Json::object();
  message.set("id", ++last_id_);
  message.set("action", json(action));
  message.set("key", std::move(key));
  return content_of(hear(message));
}

void DoorForTest::watch(std::int64_t id, std::string_view question) {
  auto message = Json::object();
  message.set("id", id);
  message.set("question", json(question));
  message.set("watch", true);
  door_->hear(TabNumber(1), message.dump(), now);
  drain();
}

std::vector<Json> DoorForTest::told(std::int64_t id) {
  std::vector<Json> out;
  for (auto& [told_id, message] : told_)
    if (told_id == id) out.push_back(content_of(message));
  std::erase_if(told_, [&](const auto& item) { return item.first == id; });
  return out;
}

std::vector<Json> DoorForTest::told() {
  std::vector<Json> out;
  for (auto& [id, message] : std::exchange(told_, {})) out.push_back(std::move(message));
  return out;
}

void DoorForTest::drain() {
  for (bool has_work = true; has_work;) {
    has_work = false;
    while (auto output = door_->poll_output()) {
      if (const auto* tell = std::get_if<Tell>(&*output)) {
        auto message = json(tell->message);
        told_.emplace_back(message.integer_at("id"), std::move(message));
      } else if (auto* send = std::get_if<Send>(&*output)) {
        sends_.push_back(std::move(*send));
      } else if (const auto* wake = std::get_if<WakeAt>(&*output)) {
        wake_at_ = wake->at;
      } else if (std::holds_alternative<WorkLeft>(*output)) {
        has_work = true;
      }
    }
    if (has_work) door_->wake(now);
  }
}

void DoorForTest::pass(Duration time) {
  const auto end = now + time;
  while (wake_at_ && *wake_at_ <= end && sends_.empty()) {
    now = std::max(now, *wake_at_);
    wake_at_.reset();
    door_->wake(now);
    drain();
  }
  now = end;
}

client::Send DoorForTest::take_request() {
  REQUIRE_FALSE(sends_.empty());
  auto send = std::move(sends_.front());
  sends_.erase(sends_.begin());
  return send;
}

void DoorForTest::answer(const client::Send& send, Result<Response> response) {
  door_->answer(send.token, std::move(response), now);
  drain();
}

void DoorForTest::answer(const client::Send& send, int status, std::string type, std::string body) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", std::move(type));
  response.body = std::move(body);
  answer(send, std::move(response));
}

std::string DoorForTest::page(const std::vector<model::Record>& records, std::int64_t cut) {
  const auto& schema = model::Schema::standard();
  odata::FeedPageWriter writer(schema);
  odata::FeedHead head;
  head.schema_number = schema.number();
  head.complete = true;
  head.cut = {Seq(cut), 7};
  head.cursor = "cursor " + std::to_string(cut);
  std::vector<TableNumber> granted;
  for (const auto& record : records) {
    const ScopeNumber scope(record.table.value);
    writer.row(schema.at(record.table), record, std::span(&scope, 1));
    if (std::find(granted.begin(), granted.end(), record.table) != granted.end()) continue;
    granted.push_back(record.table);
    head.granted.push_back({scope, record.table, odata::AccessKind::all, RecordId(), 0});
  }
  return writer.finish(head);
}

void DoorForTest::sync(const std::vector<model::Record>& records, std::int64_t cut) {
  bool is_first = true;
  while (has_request()) {
    const auto request = take_request();
    REQUIRE(request.request.target == "/api/sync/v1/pull");
    answer(request, 200, "application/octet-stream", page(is_first ? records : std::vector<model::Record>{}, cut));
    is_first = false;
  }
}

// ---- what its tests share ----------------------------------------------------------------------------------------------------

std::vector<model::Record> some_records() {
  const auto elena = model::Reference{TableNumber(8), id_for_test(kElena)};
  return {
      record_for_test("systemuser", kElena, 1,
                      {{"fullname", "Elena Ruiz"},
                       {"isdisabled", std::int64_t{0}},
                       {"mobileofflineprofileid", model::Reference{TableNumber(9866), id_for_test(91)}}}),
      record_for_test("transactioncurrency", 90, 1, {{"currencyname", "Euro"}, {"isocurrencycode", "EUR"}}),
      record_for_test("account", 1, 10,
                      {{"name", "Contoso"},
                       {"telephone1", "555 0100"},
                       {"statecode", std::int64_t{0}},
                       {"statuscode", std::int64_t{1}},
                       {"revenue", std::int64_t{1'250'000'000}},
                       {"transactioncurrencyid", model::Reference{TableNumber(9105), id_for_test(90)}},
                       {"ownerid", elena}}),
      record_for_test(
          "account", 2, 11,
          {{"name", "Fabrikam"}, {"statecode", std::int64_t{0}}, {"statuscode", std::int64_t{1}}, {"ownerid", elena}}),
      record_for_test("contact", 3, 12,
                      {{"firstname", "Ada"},
                       {"lastname", "King"},
                       {"fullname", "Ada King"},
                       {"jobtitle", "Analyst"},
                       {"birthdate", std::int64_t{5457}},
                       {"parentcustomerid", model::Reference{TableNumber(1), id_for_test(1)}},
                       {"statecode", std::int64_t{0}},
                       {"statuscode", std::int64_t{1}},
                       {"ownerid", elena}}),
      record_for_test("task", 4, 13,
                      {{"subject", "Call back"},
                       {"scheduledend", std::int64_t{1'790'010'000}},
                       {"regardingobjectid", model::Reference{TableNumber(2), id_for_test(3)}},
                       {"statecode", std::int64_t{0}},
                       {"statuscode", std::int64_t{2}},
                       {"ownerid", elena}}),
      record_for_test("mobileofflineprofile", 91, 1, {{"name", "Everyone"}, {"published", std::int64_t{1}}}),
  };
}

std::string list_of(const std::string& set, const std::string& rest) {
  return R"({"ask":"list","set":")" + set + R"(","from":0,"to":50)" + rest + "}";
}

std::vector<std::string> names_in(const Json& answer) {
  std::vector<std::string> names;
  for (const auto& row : *answer.find("rows")->as_array()) names.emplace_back(row.string_at("name"));
  return names;
}

std::string code_of(const Json& told) {
  const auto* refusal = told.find("refusal");
  return refusal != nullptr ? std::string(refusal->string_at("code")) : std::string();
}

namespace {

std::string update_of(const std::string& values, const std::string& rest = {}) {
  return R"({"do":"update","set":"contacts","id":")" + kContact + R"(","values":)" + values + rest + "}";
}

}  // namespace

// ---- signing in and the first sync -----------------------------------------------------------------------------------------

TEST_CASE("from nobody to a first sync: each step is told to who watches the session and the list") {
  DoorForTest it;
  it.watch(1, R"({"ask":"session"})");
  CHECK(it.told(1).back().string_at("state") == "get_started");
  const auto sign_in = json(
      R"({"id":2,"key":"k","action":{"do":"sign_in","server":"https://crm.example/","user":"East1@demo","password":"x"}})");
  CHECK(it.hear(sign_in).is_null());  // it waits for the server
  const auto request = it.take_request();
  CHECK(request.server == "https://crm.example");
  it.answer(request, 200, "application/json", kToken);
  CHECK(it.told(2).back() == json(R"({"ok":true})"));
  const auto session = it.told(1).back();
  CHECK(session.string_at("state") == "choose_pin");
  const auto* me = session.find("me");
  REQUIRE(me != nullptr);
  CHECK(me->string_at("set") == "systemusers");
  CHECK(me->string_at("name") == "Elena Ruiz");
  CHECK(RecordId::parse(me->string_at("id")));

  it.pass(Duration{});
  it.watch(3, list_of("contacts"));
  CHECK(it.told(3).back().bool_at("loading"));
  it.sync(some_records(), 100);
  const auto list = it.told(3).back();
  CHECK(names_in(list) == Names{"Ada King"});
  CHECK_FALSE(list.bool_at("loading"));
  CHECK(list.integer_at("total") == 1);
  CHECK(it.ask(R"({"ask":"status"})").find("first_sync")->is_null());
  CHECK(it.ask(R"({"ask":"status"})").string_at("connection") == "connected");
}

TEST_CASE("a wrong password is refused and leaves nobody signed in") {
  DoorForTest it;
  it.hear(
      json(R"({"id":2,"key":"","action":{"do":"sign_in","server":"https://crm.example","user":"e","password":"x"}})"));
  it.answer(it.take_request(), 400, "application/json",
            R"({"error":"invalid_grant","error_description":"The user name or the password is wrong."})");
  const auto told = it.told(2);
  REQUIRE(told.size() == 1);
  CHECK(code_of(told[0]) == "wrong_password");
  CHECK(it.ask(R"({"ask":"session"})").string_at("state") == "get_started");
}

TEST_CASE("without address, name or password nothing is sent, and the field is named") {
  DoorForTest it;
  const auto refused = [&](std::string_view action) {
    const auto told = it.act(action);
    CHECK_FALSE(it.has_request());
    return std::string(told.find("refusal")->string_at("target"));
  };
  CHECK(refused(R"({"do":"sign_in","server":"crm.example","user":"e","password":"x"})") == "server");
  CHECK(refused(R"({"do":"sign_in","server":"https://crm.example","user":" ","password":"x"})") == "user");
  CHECK(refused(R"({"do":"sign_in","server":"https://crm.example","user":"e","password":""})") == "password");
}

// ---- watching --------------------------------------------------------------------------------------------------------------

TEST_CASE("a watched answer is told again only when it's another one") {
  auto it = DoorForTest::with(some_records());
  it->watch(1, list_of("contacts"));
  it->watch(2, list_of("tasks"));
  CHECK(it->told(1).size() == 1);
  CHECK(it->told(2).size() == 1);
  it->act(update_of(R"({"jobtitle":"Head of Analysis"})"));
  const auto told = it->told(1);
  REQUIRE(told.size() == 1);
  const auto& row = (*told[0].find("rows")->as_array())[0];
  CHECK(row.find("values")->string_at("jobtitle") == "Head of Analysis");
  CHECK(row.string_at("state") == "pending");
  CHECK(it->told(2).empty());  // a task shows no job titles
  it->hear(json(R"({"id":1,"let_go":true})"));
  it->act(update_of(R"({"jobtitle":"Analyst again"})"));
  CHECK(it->told(1).empty());
}

TEST_CASE("a renamed company is told to a list that shows its name") {
  auto it = DoorForTest::with(some_records());
  it->watch(1, list_of("contacts", R"(,"columns":["parentcustomerid"])"));
  it->told(1);
  it->act(R"({"do":"update","set":"accounts","id":")" + kAccount + R"(","values":{"name":"Contoso Ltd"}})");
  const auto told = it->told(1);
  REQUIRE(told.size() == 1);
  CHECK(told[0].dump().find("Contoso Ltd") != std::string::npos);
}

TEST_CASE("a tab that goes takes its watches along") {
  auto it = DoorForTest::with(some_records());
  it->watch(1, list_of("contacts"));
  it->told(1);
  it->door().leave(TabNumber(1));
  it->act(update_of(R"({"jobtitle":"Head"})"));
  CHECK(it->told(1).empty());
}

// ---- saving ----------------------------------------------------------------------------------------------------------------

TEST_CASE("a save is answered at once, goes up by itself a moment later, and is marked sent") {
  auto it = DoorForTest::with(some_records());
  const auto saved = it->act(update_of(R"({"jobtitle":"Head"})"));
  CHECK(saved.string_at("state") == "pending");
  CHECK_FALSE(it->has_request());
  it->pass(client::kSaveDelay);
  const auto batch = it->take_request();
  CHECK(batch.request.target == "/api/data/v9.2/$batch");
  CHECK(it->ask(R"({"ask":"status"})").integer_at("pending") == 1);
  const auto sent = json(batch.request.body);
  const auto part = sent.find("requests")->as_array()->at(0).string_at("id");
  it->answer(batch, 200, "application/json",
             R"({"responses":[{"id":")" + std::string(part) + R"(","status":204,"headers":{"etag":"W/\"120\""}}]})");
  CHECK(it->ask(R"({"ask":"record","set":"contacts","id":")" + kContact + R"("})").find("row")->string_at("state") ==
        "sent");
}

TEST_CASE("the same action with the same key is done once, also after a restart") {
  auto it = DoorForTest::with(some_records());
  const auto create = R"({"do":"create","set":"contacts","id":")" + kNew + R"(","values":{"lastname":"Byron"}})";
  const auto first = it->act(create, "key 1");
  CHECK(first.string_at("id") == kNew);
  CHECK(it->act(create, "key 1") == first);
  CHECK(code_of(it->act(create, "key 2")) == "exists");
  SeededRandom random(3);
  Door other(it->store(), random, options());
  other.hear(TabNumber(1), R"({"id":5,"key":"key 1","action":)" + create + "}", it->now);
  std::string told;
  while (auto output = other.poll_output())
    if (const auto* tell = std::get_if<Tell>(&*output)) told = tell->message;
  CHECK(json(told).find("answer")->string_at("id") == kNew);
}

TEST_CASE("a store that was opened shows what is here before it syncs") {
  auto it = DoorForTest::with(some_records());
  SeededRandom random(3);
  Door opened(it->store(), random, options());
  must(opened.open(it->now));
  const auto has_sent = [&](Instant now) {
    opened.wake(now);
    bool sent = false;
    while (auto output = opened.poll_output()) sent = sent || std::holds_alternative<Send>(*output);
    return sent;
  };
  CHECK_FALSE(has_sent(it->now));
  CHECK(has_sent(it->now + client::kOpeningPause));
}

TEST_CASE("what the server changed while the form was open is a conflict, not lost (Y14)") {
  auto it = DoorForTest::with(some_records());
  auto theirs = some_records()[4];
  theirs.version = Seq(130);
  theirs.values[model::Schema::standard().find("contact")->find_column("jobtitle")->index] = std::string("Director");
  it->act(R"({"do":"nudge","why":"focus"})");
  it->pass(Duration::of_seconds(2));
  it->sync({theirs}, 130);
  it->act(update_of(R"({"jobtitle":"Head"})", R"(,"shown":{"jobtitle":"Analyst"})"));
  const auto conflicts = it->ask(R"({"ask":"conflicts"})");
  REQUIRE(conflicts.find("open")->as_array()->size() == 1);
  const auto& conflict = conflicts.find("open")->as_array()->at(0);
  CHECK(*conflict.find("columns") ==
        json(R"([{"name":"jobtitle","base":"Analyst","mine":"Head","server":"Director"}])"));
  const auto decided = it->act(R"({"do":"resolve","conflict":")" + std::string(conflict.string_at("id")) +
                               R"(","keep":{"jobtitle":"server"}})");
  CHECK(decided.string_at("record") == kContact);
  CHECK(it->ask(R"({"ask":"conflicts"})").find("open")->as_array()->empty());
  CHECK(it->ask(R"({"ask":"conflicts"})").find("decided")->as_array()->at(0).string_at("decision") == "server");
}

TEST_CASE("without news from the server, what the form showed changes nothing") {
  auto it = DoorForTest::with(some_records());
  it->act(update_of(R"({"jobtitle":"Head"})", R"(,"shown":{"jobtitle":"Analyst"})"));
  CHECK(it->ask(R"({"ask":"conflicts"})").find("open")->as_array()->empty());
  CHECK(it->ask(R"({"ask":"outbox"})").find("value")->as_array()->size() == 1);
}

TEST_CASE("bad input is refused with the column's name and changes nothing") {
  auto it = DoorForTest::with(some_records());
  const auto target = [&](std::string_view values) {
    const auto told = it->act(update_of(std::string(values)));
    REQUIRE(told.find("refusal") != nullptr);
    return std::string(told.find("refusal")->string_at("target"));
  };
  CHECK(target(R"({"lastname":null})") == "lastname");
  CHECK(target(R"({"birthdate":"31.12.1999"})") == "birthdate");
  CHECK(target(R"({"parentcustomerid":{"set":"tasks","id":"01000000-0000-0000-0000-000000000004"}})") ==
        "parentcustomerid");
  CHECK(target(R"({"nosuchcolumn":1})") == "nosuchcolumn");
  CHECK(target(R"({"fullname":"Somebody"})") == "fullname");
  CHECK(target(R"({"jobtitle":7})") == "jobtitle");
  CHECK(it->ask(R"({"ask":"outbox"})").find("value")->as_array()->empty());
}

TEST_CASE("messages that aren't any are refused, or passed by when they have no id") {
  auto it = DoorForTest::with(some_records());
  const auto told = [&](std::string_view text) {
    it->door().hear(TabNumber(1), text, it->now);
    it->drain();
    const auto all = it->told(9);
    return all.empty() ? std::string("nothing") : code_of(all.back());
  };
  CHECK(told("{") == "nothing");
  CHECK(told(R"({"question":{"ask":"status"}})") == "nothing");
  CHECK(told(R"({"id":9})") == "bad_request");
  CHECK(told(R"({"id":9,"question":{"ask":"weather"}})") == "bad_request");
  CHECK(told(R"({"id":9,"action":{"do":"dance"},"key":"k"})") == "bad_request");
  CHECK(told(R"({"id":9,"question":{"ask":"list","set":"nothings","from":0,"to":5}})") == "unknown_table");
  CHECK(told(R"({"id":9,"question":{"ask":"list","set":"contacts","from":9,"to":5}})") == "bad_request");
  CHECK(told(R"({"id":9,"question":{"ask":"list","set":"contacts","filter":"lastname eq","from":0,"to":5}})") ==
        "bad_filter");
}

// ---- deleting --------------------------------------------------------------------------------------------------------------

TEST_CASE("a delete isn't sent while it can be taken back, and goes then") {
  auto it = DoorForTest::with(some_records());
  const auto remove = R"({"do":"remove","set":"contacts","id":")" + kContact + R"("})";
  const auto undo = std::string(it->act(remove).string_at("undo"));
  CHECK(names_in(it->ask(list_of("contacts"))).empty());
  it->pass(Duration::of_seconds(3));
  while (it->has_request()) {
    const auto request = it->take_request();
    CHECK(request.request.target == "/api/sync/v1/pull");
    it->answer(request, 200, "application/octet-stream", it->page({}, 101));
  }
  CHECK(it->act(R"({"do":"take_back","change":")" + undo + R"("})") == json(R"({"ok":true})"));
  CHECK(names_in(it->ask(list_of("contacts"))) == Names{"Ada King"});

  it->act(remove);
  it->pass(Duration::of_seconds(1));
  if (it->has_request()) it->answer(it->take_request(), 200, "application/octet-stream", it->page({}, 102));
  it->pass(client::kDeletesHeld);
  const auto batch = it->take_request();
  CHECK(batch.request.target == "/api/data/v9.2/$batch");
  CHECK(batch.request.body.find("DELETE") != std::string::npos);
}

TEST_CASE("a record that never was at the server comes back whole when its delete is taken back") {
  auto it = DoorForTest::with(some_records());
  it->act(R"({"do":"create","set":"contacts","id":")" + kNew + R"(","values":{"lastname":"Byron","jobtitle":"Poet"}})");
  const auto undo =
      std::string(it->act(R"({"do":"remove","set":"contacts","id":")" + kNew + R"("})").string_at("undo"));
  CHECK(it->ask(R"({"ask":"outbox"})").find("value")->as_array()->empty());
  it->act(R"({"do":"take_back","change":")" + undo + R"("})");
  const auto row = *it->ask(R"({"ask":"record","set":"contacts","id":")" + kNew + R"("})").find("row");
  CHECK(row.string_at("state") == "pending");
  CHECK(row.find("values")->string_at("jobtitle") == "Poet");
  CHECK(it->ask(R"({"ask":"outbox"})").find("value")->as_array()->size() == 1);
}

TEST_CASE("unsent edits that a delete took along come back with it") {
  auto it = DoorForTest::with(some_records());
  it->act(update_of(R"({"jobtitle":"Head"})"));
  const auto undo =
      std::string(it->act(R"({"do":"remove","set":"contacts","id":")" + kContact + R"("})").string_at("undo"));
  it->act(R"({"do":"take_back","change":")" + undo + R"("})");
  const auto row = *it->ask(R"({"ask":"record","set":"contacts","id":")" + kContact + R"("})").find("row");
  CHECK(row.find("values")->string_at("jobtitle") == "Head");
  CHECK(row.string_at("state") == "pending");
}

// ---- what belongs to a record ----------------------------------------------------------------------------------------------

TEST_CASE("related lists and pickers find what belongs to a record") {
  auto it = DoorForTest::with(some_records());
  CHECK(names_in(it->ask(list_of("contacts", R"(,"related_to":{"column":"parentcustomerid","id":")" + kAccount +
                                                 R"("})"))) == Names{"Ada King"});
  it->act(R"({"do":"opened","set":"accounts","id":")" + id_for_test(2).to_string() + R"("})");
  const auto lately = it->ask(R"({"ask":"candidates","set":"contacts","column":"parentcustomerid","text":""})");
  CHECK(lately.find("candidates")->as_array()->at(0).string_at("name") == "Fabrikam");
  const auto typed = it->ask(R"({"ask":"candidates","set":"contacts","column":"parentcustomerid","text":"cont"})");
  CHECK(typed.find("candidates")->as_array()->at(0).string_at("name") == "Contoso");
  CHECK(code_of(it->ask(R"({"ask":"candidates","set":"contacts","column":"jobtitle","text":""})")) == "unknown_column");
}

// ---- the connection --------------------------------------------------------------------------------------------------------

TEST_CASE("a portal's page counts as offline, with its sentence; reconnecting says what came of it") {
  auto it = DoorForTest::with(some_records());
  it->hear(json(R"({"id":5,"key":"","action":{"do":"reconnect"}})"));
  it->answer(it->take_request(), 200, "text/html; charset=utf-8", "<html>Welcome to our hotel</html>");
  const auto told = it->told(5);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].bool_at("connected", true));
  CHECK(told[0].string_at("sentence").find("sign-in page") != std::string::npos);
  const auto status = it->ask(R"({"ask":"status"})");
  CHECK(status.string_at("connection") == "offline");
  CHECK(status.string_at("trouble") == told[0].string_at("sentence"));
  CHECK_FALSE(status.find("next_try")->is_null());
}

TEST_CASE("offline by choice nothing is tried until Reconnect (R1)") {
  auto it = DoorForTest::with(some_records());
  it->act(R"({"do":"offline","on":true})");
  it->act(update_of(R"({"jobtitle":"Head"})"));
  it->pass(Duration::of_minutes(10));
  CHECK_FALSE(it->has_request());
  CHECK(code_of(it->act(R"({"do":"sync"})")) == "offline");
  CHECK(it->ask(R"({"ask":"status"})").string_at("connection") == "offline");
  it->hear(json(R"({"id":5,"key":"","action":{"do":"reconnect"}})"));
  CHECK(it->has_request());
  CHECK_FALSE(it->ask(R"({"ask":"status"})").bool_at("offline_by_choice", true));
}

TEST_CASE("when the sign-in has ended, work goes on and the session says so (S3)") {
  auto it = DoorForTest::with(some_records());
  it->watch(1, R"({"ask":"session"})");
  it->act(R"({"do":"nudge","why":"network"})");
  it->pass(Duration::of_seconds(2));
  it->answer(it->take_request(), 401, "application/json", R"({"error":{"code":"unauthorized","message":"No."}})");
  it->answer(it->take_request(), 400, "application/json", R"({"error":"invalid_grant","error_description":"No."})");
  CHECK(it->told(1).back().string_at("state") == "prompt");
  CHECK(it->act(update_of(R"({"jobtitle":"Head"})")).string_at("state") == "pending");
  it->pass(Duration::of_minutes(5));
  CHECK_FALSE(it->has_request());
  it->hear(json(
      R"({"id":6,"key":"","action":{"do":"sign_in","server":"https://crm.example","user":"east1@demo","password":"x"}})"));
  it->answer(it->take_request(), 200, "application/json", kToken);
  CHECK(it->told(1).back().string_at("state") == "signed_in");
  it->pass(Duration::of_seconds(1));
  CHECK(it->take_request().request.target == "/api/data/v9.2/$batch");
}

TEST_CASE("a request that hangs is given up, and its late answer does no harm") {
  auto it = DoorForTest::with(some_records());
  it->act(R"({"do":"nudge","why":"focus"})");
  it->pass(Duration::of_seconds(2));
  const auto hanging = it->take_request();
  it->pass(client::kAnswerMax);
  CHECK(it->ask(R"({"ask":"status"})").string_at("connection") == "offline");
  it->answer(hanging, 200, "application/octet-stream", it->page({}, 150));
  CHECK(it->ask(R"({"ask":"status"})").string_at("connection") == "offline");
}

TEST_CASE("sign-out asks first while something is unsent, with the number (D3)") {
  auto it = DoorForTest::with(some_records());
  it->act(update_of(R"({"jobtitle":"Head"})"));
  const auto told = it->act(R"({"do":"sign_out","discard":false})");
  CHECK(code_of(told) == "unsent_work");
  CHECK(told.find("refusal")->string_at("rule") == "D3");
  CHECK(told.find("refusal")->string_at("message").find("1 unsent change ") != std::string::npos);
  CHECK(it->act(R"({"do":"sign_out","discard":true})") == json(R"({"ok":true})"));
  CHECK(it->ask(R"({"ask":"session"})").string_at("state") == "get_started");
}

TEST_CASE("a full or damaged device is told without a file's name") {
  const auto told = json(refusal_text(MessageId(1), {ErrorCode::disk_full, "There is no room left for \"store\"."}));
  const auto& refusal = *told.find("refusal");
  CHECK(refusal.string_at("code") == "disk_full");
  CHECK(refusal.string_at("message").find("no room left on this device") != std::string_view::npos);
  CHECK(refusal.string_at("message").find("store") == std::string_view::npos);
  CHECK(sentence_of({ErrorCode::wrong_key, "This key doesn't open \"store\"."}).find('"') == std::string::npos);
  CHECK(sentence_of({ErrorCode::bad_value, "Enter a name."}) == "Enter a name.");
}

// ---- refusals --------------------------------------------------------------------------------------------------------------

TEST_CASE("a refused change can be edited and goes out again with the edit in it (K4)") {
  auto it = DoorForTest::with(some_records());
  it->act(update_of(R"({"emailaddress1":"not an address"})"));
  it->pass(client::kSaveDelay);
  const auto batch = it->take_request();
  const auto part = std::string(json(batch.request.body).find("requests")->as_array()->at(0).string_at("id"));
  it->answer(batch, 200, "application/json",
             R"({"responses":[{"id":")" + part +
                 R"(","status":400,"body":{"error":{"code":"bad_value","message":"Email isn't an address."}}}]})");
  it->sync({}, 131);
  const auto errors = it->ask(R"({"ask":"errors"})");
  REQUIRE(errors.find("value")->as_array()->size() == 1);
  const auto& error = errors.find("value")->as_array()->at(0);
  CHECK(error.string_at("reason") == "Email isn't an address.");
  CHECK(error.find("record")->string_at("name") == "Ada King");
  CHECK(it->act(R"({"do":"retry","error":")" + std::string(error.string_at("id")) +
                R"(","values":{"emailaddress1":"ada@contoso.example"}})") == json(R"({"ok":true})"));
  CHECK(it->ask(R"({"ask":"errors"})").find("value")->as_array()->empty());
  it->pass(client::kSaveDelay);
  CHECK(it->take_request().request.body.find("ada@contoso.example") != std::string::npos);
}

TEST_CASE(
    "a clock set back behind a lease that is over doesn't lengthen it, also when the app was started in between (S2)") {
  const auto device = DoorForTest::with({});
  auto transaction = must(device->store().begin());
  must(client::begin_lease(device->store(), device->now, device->now));
  must(device->store().set_setting("connection", "offline"));
  must(transaction.commit());
  const auto start = device->now;
  const auto state = [&] { return std::string(device->ask(R"({"ask":"session"})").string_at("state")); };
  CHECK(state() == "signed_in");
  device->now = start + Duration::of_days(100);
  CHECK(state() == "blocked");
  device->now = start + Duration::of_days(2);
  CHECK(state() == "blocked");
  CHECK(must(client::lease_at(device->store(), {device->now, {}, {}}))->is_over(14));
}

}  // namespace satchel::device::door
