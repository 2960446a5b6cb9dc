// SPDX-License-Identifier: Apache-2.0
//
// What people do with drafts and cached rows, through Client and Engine. The server is a script: the tests look at what the engine
// sends, and answer it.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "device/client/client.h"
#include "device/client/escrow.h"
#include "device/client/limits.h"
#include "edge/sqlite/database.h"

namespace satchel::device::client {
namespace {

using model::Reference;

constexpr Instant kStart{1'790'000'000'000};

template <class T>
T must(Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

RecordId id_of(std::uint8_t number) {
  Uuid id;
  id.bytes[0] = 1;
  id.bytes[15] = number;
  return RecordId(id);
}
constexpr std::uint8_t kMe = 200, kProfile = 210;
constexpr ScopeNumber kUsers(8);

// A signed-in device behind its first sync.
class PersonForTest {
 public:
  explicit PersonForTest(std::optional<std::string> profile_tables = std::nullopt) {
    database_ = must(edge::sqlite::open({.path = ":memory:", .profile = edge::sqlite::Profile::device}));
    store_ = must(store::DeviceStore::open(*database_, model::Schema::standard()));
    write([&] {
      must(store_->set_setting("user_id", id_of(kMe).to_string()));
      must(store_->set_setting("device", id_of(201).to_string()));
      must(store_->set_setting("server", "http://127.0.0.1:1"));
      must(store_->set_setting("connection", "connected"));
      must(store_->finish_load());
      must(store_->add_scope({kUsers, table("systemuser").number, odata::AccessKind::all, RecordId(), 0}, false));
      put(me(profile_tables.has_value()));
      auto profile = record("mobileofflineprofile", kProfile, 3);
      set(profile, "published", std::int64_t{1});
      if (profile_tables && !profile_tables->empty()) set(profile, "tables", *profile_tables);
      put(profile);
    });
    engine_.emplace(*store_, random_, EngineOptions{});
    client_.emplace(*store_, random_);
  }

  static const model::Table& table(std::string_view name) { return *model::Schema::standard().find(name); }
  static model::Record record(std::string_view name, std::uint8_t id, std::int64_t version) {
    const auto& of = table(name);
    return {of.number, id_of(id), Seq(version), std::vector<model::Value>(of.columns.size())};
  }
  static void set(model::Record& row, std::string_view column, model::Value value) {
    row.values[model::Schema::standard().at(row.table).find_column(column)->index] = std::move(value);
  }
  static model::Record account(std::uint8_t id, std::int64_t version, const char* name) {
    auto row = record("account", id, version);
    set(row, "name", std::string(name));
    set(row, "ownerid", Reference{table("systemuser").number, id_of(kMe)});
    return row;
  }
  static model::Record me(bool is_sync, std::int64_t version = 3) {
    auto row = record("systemuser", kMe, version);
    if (is_sync) set(row, "mobileofflineprofileid", Reference{table("mobileofflineprofile").number, id_of(kProfile)});
    return row;
  }
  template <class Work>
  void write(Work work) {
    auto transaction = must(store_->begin());
    work();
    must(transaction.commit());
  }
  void put(const model::Record& row) {
    must(store_->set_mirror(model::Schema::standard().at(row.table), row.id, store::Mirror{row, {}}));
    must(store_->note_use({row.table, row.id}, kStart));
  }
  void cache(const model::Record& row) {
    write([&] { put(row); });
  }
  void go_offline() {
    write([&] { must(store_->set_setting("connection", "offline")); });
  }

  // ---- the conversation ----
  void begin(Event event) {
    engine_->handle(std::move(event), now);
    drain();
  }
  const Request& request() {
    REQUIRE(sent_);
    return sent_->request;
  }
  Json body() { return must(Json::parse(request().body)); }
  bool is_pull() { return request().target == "/api/sync/v1/pull"; }
  bool is_push() { return request().target == "/api/data/v9.2/$batch"; }
  bool has_ended() const { return finished_.has_value(); }
  const Result<SyncReport>& end() {
    REQUIRE(finished_);
    return *finished_;
  }
  void answer(Result<Response> response) {
    REQUIRE(sent_);
    const auto token = sent_->token;
    sent_.reset();
    engine_->handle(AnswerCame{token, std::move(response)}, now);
    drain();
  }
  void answer(int status, std::string text) {
    Response response;
    response.status = status;
    response.body = std::move(text);
    answer(std::move(response));
  }
  void lose_line() { answer(Result<Response>(Error{ErrorCode::offline, "The server can't be reached."})); }
  void answer_pull(std::int64_t cut, std::vector<odata::FeedHead::Named> named = {},
                   std::vector<model::Record> rows = {}, std::optional<odata::FeedWatch> watch = {}) {
    odata::FeedPageWriter writer(model::Schema::standard());
    for (const auto& row : rows) {
      const auto scopes = row.id == id_of(kMe) ? std::vector{kUsers} : std::vector<ScopeNumber>();
      writer.row(model::Schema::standard().at(row.table), row, scopes);
    }
    odata::FeedHead head;
    head.complete = true;
    head.cut = Cut{Seq(cut), 7};
    head.cursor = "cursor";
    head.named = std::move(named);
    head.watch = std::move(watch);
    answer(200, writer.finish(head));
  }
  // Each change of the push gets this status.
  void answer_push(int status, const std::string& error = "") {
    const auto batch = body();
    std::string text;
    for (const auto& part : *batch.find("requests")->as_array())
      text += (text.empty() ? "" : ",") + std::string("{\"id\":\"") + std::string(part.string_at("id")) +
              "\",\"status\":" + std::to_string(status) + ",\"headers\":{\"etag\":\"W/\\\"50\\\"\"}" +
              (error.empty() ? "" : ",\"body\":" + error) + "}";
    answer(200, "{\"responses\":[" + text + "]}");
  }
  std::vector<std::string> named() {
    std::vector<std::string> out;
    const auto asked = body();
    for (const auto& row : *asked.find("named")->as_array())
      out.push_back(std::string(*row.as_array()->at(1).as_string()));
    return out;
  }

  Client& client() { return *client_; }
  store::DeviceStore& store() { return *store_; }
  Instant now = kStart;

 private:
  void drain() {
    bool has_work = true;
    while (has_work) {
      has_work = false;
      while (auto output = engine_->poll_output()) {
        if (auto* send = std::get_if<Send>(&*output)) sent_ = std::move(*send);
        if (auto* finished = std::get_if<Finished>(&*output)) finished_ = std::move(finished->report);
        has_work = has_work || std::holds_alternative<WorkLeft>(*output);
      }
      if (has_work) engine_->handle(GoOn{}, now);
    }
  }

  SeededRandom random_{1};
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::DeviceStore> store_;
  std::optional<Engine> engine_;
  std::optional<Client> client_;
  std::optional<Send> sent_;
  std::optional<Result<SyncReport>> finished_;
};

template <class T>
void check_refused(const Result<T>& result, std::string_view rule, ErrorCode code) {
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().rule == rule);
  CHECK(result.error().code == code);
  CHECK(result.error().message.size() > 15);
}

// ---- offline ---------------------------------------------------------------------------------------------------------------

TEST_CASE("D4: offline a drafts user reads what he used, makes drafts, and can't change what is at the server") {
  PersonForTest person;
  person.cache(PersonForTest::account(1, 10, "Contoso"));
  person.go_offline();
  auto& client = person.client();
  CHECK(client.show("accounts", id_of(1), person.now).ok());
  check_refused(client.update("accounts", id_of(1), {{"name", "Mine"}}, person.now), "D4", ErrorCode::needs_connection);
  check_refused(client.remove("accounts", id_of(1), person.now), "D4", ErrorCode::needs_connection);
  check_refused(client.show("accounts", id_of(9), person.now), "C1", ErrorCode::needs_connection);
  const auto made = must(client.create("accounts", {{"name", "New"}}, person.now));
  CHECK(made.state == WriteState::draft);
  CHECK(must(client.list({.set = "accounts"}, person.now)).records.size() == 1);
  CHECK(must(client.update("accounts", made.id, {{"name", "Newer"}}, person.now)) == WriteState::draft);
  CHECK(client.name(must(client.show("accounts", made.id, person.now))) == "Newer");
  CHECK(must(client.drafts())[0].name == "Newer");
  CHECK(must(client.status()).drafts == 1);
  must(client.remove("accounts", made.id, person.now));
  CHECK(must(client.drafts()).empty());
}

TEST_CASE("D6: a lookup can't be set by hand in a draft, and context sets it") {
  PersonForTest person;
  person.cache(PersonForTest::account(1, 10, "Contoso"));
  person.go_offline();
  auto& client = person.client();
  const auto to = "accounts/" + id_of(1).to_string();
  check_refused(client.create("contacts", {{"lastname", "King"}, {"parentcustomerid", to}}, person.now), "D6",
                ErrorCode::needs_connection);
  CHECK(must(client.drafts()).empty());
  const Reference account{PersonForTest::table("account").number, id_of(1)};
  const auto made = must(client.create("contacts", {{"lastname", "King"}}, person.now, account));
  const auto& contacts = PersonForTest::table("contact");
  CHECK(must(client.show("contacts", made.id, person.now)).values[contacts.find_column("parentcustomerid")->index] ==
        model::Value(account));
  check_refused(client.update("contacts", made.id, {{"parentcustomerid", to}}, person.now), "D6",
                ErrorCode::needs_connection);
}

TEST_CASE("D5: offline a draft belongs to no other draft and to no record that isn't here") {
  PersonForTest person;
  person.go_offline();
  auto& client = person.client();
  const auto made = must(client.create("accounts", {{"name", "New"}}, person.now));
  const auto number = PersonForTest::table("account").number;
  check_refused(client.create("opportunities", {{"name", "Chairs"}}, person.now, Reference{number, made.id}), "D5",
                ErrorCode::save_first);
  check_refused(client.create("opportunities", {{"name", "Chairs"}}, person.now, Reference{number, id_of(9)}), "D5",
                ErrorCode::needs_connection);
}

TEST_CASE("D9: extended drafts name what is on the device and each other; saving all ready saves families together") {
  PersonForTest person;
  auto organization = PersonForTest::record("organization", 211, 3);
  PersonForTest::set(organization, "drafts", std::string("extended"));
  person.cache(organization);
  person.cache(PersonForTest::account(1, 10, "Contoso"));
  person.go_offline();
  auto& client = person.client();
  const auto number = PersonForTest::table("account").number;
  const auto to = [](RecordId id) { return "accounts/" + id.to_string(); };
  must(client.create("contacts", {{"lastname", "King"}, {"parentcustomerid", to(id_of(1))}}, person.now));
  check_refused(client.create("contacts", {{"lastname", "Lost"}, {"parentcustomerid", to(id_of(9))}}, person.now), "D9",
                ErrorCode::needs_connection);
  const auto parent = must(client.create("accounts", {{"name", "Harbour"}}, person.now));
  const auto child = must(client.create("contacts", {{"lastname", "Byron"}}, person.now, Reference{number, parent.id}));
  CHECK(child.state == WriteState::draft);
  const auto shown = must(client.show("contacts", child.id, person.now));
  const auto& lookup = *PersonForTest::table("contact").find_column("parentcustomerid");
  CHECK(client.display(lookup, shown.values[lookup.index]) == "Harbour");
  person.write([&] { must(person.store().set_setting("connection", "connected")); });
  CHECK(must(client.save_ready_drafts(person.now)).size() == 3);
  person.begin(SyncRequested{});
  REQUIRE(person.is_push());
  CHECK(person.body().find("requests")->as_array()->size() == 3);
  person.answer_push(204);
  person.answer_pull(50);
  CHECK(must(client.drafts()).empty());
  CHECK(must(client.finish_save(child.id, person.now)) == WriteEnd::saved);
}

TEST_CASE(
    "D3: a wiped device leaves what it hadn't sent, if its user was told at sign-in; without, it leaves nothing (S6)") {
  PersonForTest person("contacts");
  person.write([&] {
    must(person.store().set_setting("refresh_token", "r/1"));
    must(person.store().set_setting("connection", "offline"));
  });
  auto& client = person.client();
  must(client.create("contacts", {{"lastname", "King"}}, person.now));
  must(client.create("accounts", {{"name", "Harbour"}}, person.now));
  const auto untold = must(wipe_report(person.store()));
  REQUIRE(untold);
  CHECK(untold->server == "http://127.0.0.1:1");
  CHECK(untold->request.body == "refresh_token=r%2F1");
  CHECK(untold->unsent == "The drafts and changes that weren't sent yet are gone with it.");
  person.write([&] { must(note_escrow(person.store(), true)); });
  CHECK(must(client.status()).experience_notice == kEscrowNotice);
  const auto told = must(wipe_report(person.store()));
  REQUIRE(told);
  CHECK(told->request.headers.get("Satchel-Refresh-Token") == "r/1");
  CHECK(told->unsent.starts_with("An encrypted copy of the drafts and changes"));
  std::vector<std::string> kinds;
  for (const auto line : split(std::string_view(told->request.body).substr(0, told->request.body.size() - 1), '\n')) {
    const auto json = must(Json::parse(line));
    kinds.push_back(std::string(json.string_at("kind")) + " " + std::string(json.string_at("table")));
    CHECK(
        (json.find("values")->string_at("name") == "Harbour" || json.find("values")->string_at("lastname") == "King"));
  }
  CHECK(kinds == std::vector<std::string>{"draft accounts", "change contacts"});
  person.write([&] { must(note_escrow(person.store(), false)); });
  CHECK(must(wipe_report(person.store()))->request.body == "refresh_token=r%2F1");
}

TEST_CASE(
    "D3: a copy that is kept no longer when the wipe is asked for isn't sent, and nobody is told that it is (S6)") {
  PersonForTest person;
  person.write([&] {
    must(person.store().set_setting("refresh_token", "r/1"));
    must(note_escrow(person.store(), true));
  });
  CHECK(must(wipe_report(person.store()))->unsent.empty());
  person.go_offline();
  must(person.client().create("accounts", {{"name", "Harbour"}}, person.now));
  for (const auto* kept : {"on", "off"}) {
    person.begin(SyncRequested{});
    Response asked;
    asked.status = 403;
    asked.headers.set("Satchel-Escrow", kept);
    asked.body = R"({"error":{"code":"wiped","message":"An administrator asked for it."}})";
    person.answer(asked);
    REQUIRE(!person.end());
    CHECK(must(wipe_report(person.store()))->request.headers.get("Content-Type").ends_with("ndjson") ==
          (std::string_view(kept) == "on"));
  }
  CHECK(must(wipe_report(person.store()))->unsent.find("gone with it") != std::string::npos);
}

TEST_CASE("D3: what a wiped device leaves has a bound: whole lines, and how many were left out") {
  PersonForTest person;
  person.go_offline();
  person.write([&] { must(note_escrow(person.store(), true)); });
  const auto& accounts = PersonForTest::table("account");
  person.write([&] {
    for (std::uint8_t id = 1; id <= 90; ++id) {
      store::Draft draft;
      draft.change = {accounts.number, id_of(id), model::ChangeKind::create, {}};
      draft.change.set(accounts.find_column("description")->index, std::string(99'000, 'x'));
      must(person.store().add_draft(draft));
    }
  });
  const auto lines = must(escrow_lines(person.store()));
  CHECK(lines.size() < kEscrowBytesMax + 100);
  const auto last = must(Json::parse(std::string_view(lines).substr(lines.rfind('\n', lines.size() - 2) + 1)));
  CHECK(last.string_at("kind") == "left_out");
  CHECK(last.integer_at("lines") == 90 - (std::count(lines.begin(), lines.end(), '\n') - 1));
}

TEST_CASE("E6: outside his profile a sync user makes drafts, inside it changes that go up by themselves") {
  PersonForTest person("contacts");
  person.go_offline();
  auto& client = person.client();
  CHECK(must(client.create("contacts", {{"lastname", "King"}}, person.now)).state == WriteState::pending);
  CHECK(must(client.create("accounts", {{"name", "New"}}, person.now)).state == WriteState::draft);
  CHECK(must(client.outbox()).size() == 1);
}

TEST_CASE("D5: a draft can't belong to a record that waits to be sent itself") {
  PersonForTest person("contacts");
  person.go_offline();
  auto& client = person.client();
  const auto contact = must(client.create("contacts", {{"lastname", "King"}}, person.now));
  check_refused(client.create("phonecalls", {{"subject", "Call"}}, person.now,
                              Reference{PersonForTest::table("contact").number, contact.id}),
                "D5", ErrorCode::needs_connection);
}

TEST_CASE("D3: sign-out asks first, with both counts") {
  PersonForTest person("contacts");
  person.go_offline();
  auto& client = person.client();
  must(client.create("contacts", {{"lastname", "King"}}, person.now));
  must(client.create("accounts", {{"name", "One"}}, person.now));
  must(client.create("accounts", {{"name", "Two"}}, person.now));
  const auto refused = client.sign_out(false);
  check_refused(refused, "D3", ErrorCode::unsent_work);
  CHECK(refused.error().message.find("2 drafts and 1 unsent change ") != std::string::npos);
  CHECK(must(client.drafts()).size() == 2);
}

// ---- connected -------------------------------------------------------------------------------------------------------------

TEST_CASE("a drafts user's create goes straight to the server, and its row stays as a cached one") {
  PersonForTest person;
  const auto made = must(person.client().create("accounts", {{"name", "New"}}, person.now));
  CHECK(made.state == WriteState::saving);
  CHECK(must(person.client().list({.set = "accounts"}, person.now)).records.empty());
  person.begin(SyncRequested{});
  REQUIRE(person.is_push());
  person.answer_push(204);
  REQUIRE(person.is_pull());
  const auto named = person.named();
  CHECK(std::find(named.begin(), named.end(), made.id.to_string()) != named.end());
  auto row = PersonForTest::account(1, 50, "New");
  row.id = made.id;
  person.answer_pull(50, {{row.table, row.id, odata::NamedAnswer::changed}}, {row});
  REQUIRE(person.end().ok());
  CHECK(must(person.client().finish_write(made.id, person.now)) == WriteEnd::saved);
  CHECK(must(person.client().list({.set = "accounts"}, person.now)).records.size() == 1);
  CHECK(must(person.client().drafts()).empty());
  CHECK(must(person.client().as_of(made.id)) == person.now);
}

TEST_CASE("a create that the server refuses leaves nothing, and the reason is the error") {
  PersonForTest person;
  const auto made = must(person.client().create("accounts", {{"name", "New"}}, person.now));
  person.begin(SyncRequested{});
  person.answer_push(403, R"({"error":{"code":"forbidden","message":"You may not create accounts."}})");
  person.answer_pull(50);
  const auto ended = person.client().finish_write(made.id, person.now);
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.error().message == "You may not create accounts.");
  CHECK(must(person.client().drafts()).empty());
  CHECK(must(person.client().errors()).empty());
}

TEST_CASE("D8: a save that loses its connection becomes a draft with the same id; saved later it's one record") {
  PersonForTest person;
  auto& client = person.client();
  SUBCASE("it was sent, and the answer was lost") {
    const auto made = must(client.create("accounts", {{"name", "New"}}, person.now));
    person.begin(SyncRequested{});
    const auto first = person.request().body;
    person.lose_line();
    CHECK(must(client.finish_write(made.id, person.now)) == WriteEnd::being_saved);
    CHECK(must(client.drafts())[0].draft.change.id == made.id);
    CHECK_FALSE(must(client.situation(person.now)).connected);
    person.begin(SyncRequested{});
    CHECK(person.request().body == first);
    person.answer_push(204);
    person.answer_pull(50);
    CHECK(must(client.drafts()).empty());
    CHECK(must(client.finish_save(made.id, person.now)) == WriteEnd::saved);
    must(client.save_draft(made.id, person.now));  // twice: nothing more
  }
  SUBCASE("it never left") {
    const auto made = must(client.create("accounts", {{"name", "New"}}, person.now));
    CHECK(must(client.finish_write(made.id, person.now)) == WriteEnd::draft);
    CHECK(must(client.outbox()).empty());
    must(client.save_draft(made.id, person.now));
    person.begin(SyncRequested{});
    person.answer_push(204);
    person.answer_pull(50);
    CHECK(must(client.finish_save(made.id, person.now)) == WriteEnd::saved);
  }
}

TEST_CASE("D8: an edit that loses its connection waits as an unsaved edit and is merged when connected") {
  PersonForTest person;
  person.cache(PersonForTest::account(1, 10, "Contoso"));
  auto& client = person.client();
  CHECK(must(client.update("accounts", id_of(1), {{"telephone1", "555"}}, person.now)) == WriteState::saving);
  person.begin(SyncRequested{});
  person.lose_line();
  CHECK(must(client.finish_write(id_of(1), person.now)) == WriteEnd::unsaved_edit);
  person.begin(SyncRequested{});
  REQUIRE(person.is_push());
  person.answer_push(412, R"({"error":{"code":"version_conflict","message":"It was changed."}})");
  REQUIRE(person.is_pull());
  auto theirs = PersonForTest::account(1, 30, "Contoso Ltd");
  person.answer_pull(30, {{theirs.table, theirs.id, odata::NamedAnswer::changed}}, {theirs});
  REQUIRE(person.is_push());
  person.answer_push(204);
  PersonForTest::set(theirs, "telephone1", std::string("555"));
  theirs.version = Seq(50);
  REQUIRE(person.is_pull());
  person.answer_pull(50, {{theirs.table, theirs.id, odata::NamedAnswer::changed}}, {theirs});
  REQUIRE(person.end().ok());
  CHECK(must(client.finish_write(id_of(1), person.now)) == WriteEnd::saved);
  CHECK(must(client.show("accounts", id_of(1), person.now)) == theirs);
}

TEST_CASE("D2: save all ready saves what needs no review, and D7 keeps the reason of what was refused") {
  PersonForTest person;
  person.go_offline();
  auto& client = person.client();
  must(client.create("accounts", {{"name", "Ready"}}, person.now));
  must(client.create("phonecalls", {{"subject", "Needs To"}}, person.now));
  check_refused(client.save_draft(must(client.drafts())[0].draft.change.id, person.now), "D2",
                ErrorCode::needs_connection);
  person.write([&] { must(person.store().set_setting("connection", "connected")); });
  const auto ready = must(client.save_ready_drafts(person.now));
  REQUIRE(ready.size() == 1);
  person.begin(SyncRequested{});
  person.answer_push(400, R"({"error":{"code":"bad_value","message":"The name is taken."}})");
  person.answer_pull(50);
  check_refused(client.finish_save(ready[0], person.now), "D7", ErrorCode::bad_value);
  const auto drafts = must(client.drafts());
  REQUIRE(drafts.size() == 2);
  CHECK(drafts[0].obstacles[0].why.message == "The name is taken.");
  CHECK(must(client.save_ready_drafts(person.now)).empty());
  const auto text = must(client.export_drafts());
  CHECK(text.find("Needs To") != std::string::npos);
  CHECK(text.find("The name is taken.") != std::string::npos);
}

TEST_CASE("D7: a refused draft stays when it's changed, whoever asks how that ended") {
  PersonForTest person;
  person.go_offline();
  auto& client = person.client();
  const auto made = must(client.create("accounts", {{"name", "New"}}, person.now));
  person.write([&] { must(person.store().set_setting("connection", "connected")); });
  must(client.save_draft(made.id, person.now));
  person.begin(SyncRequested{});
  person.answer_push(400, R"({"error":{"code":"bad_value","message":"The name is taken."}})");
  person.answer_pull(50);
  must(client.update("accounts", made.id, {{"name", "Newer"}}, person.now));
  CHECK_FALSE(client.finish_write(made.id, person.now).ok());
  CHECK(must(client.drafts()).size() == 1);
}

// ---- cached rows -----------------------------------------------------------------------------------------------------------

TEST_CASE(
    "C1: an online list asks for ids, brings their rows by a pull that names them, and keeps the lookups' names") {
  PersonForTest person;
  person.cache(PersonForTest::account(7, 10, "Old"));
  auto& client = person.client();
  const auto read = must(client.online_read({.set = "contacts", .filter = "lastname eq 'King'"}, person.now));
  REQUIRE(read);
  person.begin(*read);
  CHECK(person.request().method == "GET");
  CHECK(person.request().target.find("/api/data/v9.2/contacts?$select=contactid,versionnumber,") == 0);
  CHECK(person.request().target.find("$filter=lastname%20eq") != std::string::npos);
  person.answer(200, R"({"value":[{"contactid":")" + id_of(1).to_string() + R"(","_parentcustomerid_value":")" +
                         id_of(2).to_string() +
                         R"(","_parentcustomerid_value@OData.Community.Display.V1.FormattedValue":"Contoso",)"
                         R"("_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account"}]})");
  REQUIRE(person.is_pull());
  const auto named = person.named();
  REQUIRE(named.size() >= 2);
  CHECK(named[0] == id_of(1).to_string());
  auto king = PersonForTest::record("contact", 1, 20);
  PersonForTest::set(king, "lastname", std::string("King"));
  const Reference account{PersonForTest::table("account").number, id_of(2)};
  PersonForTest::set(king, "parentcustomerid", account);
  person.answer_pull(20, {{king.table, king.id, odata::NamedAnswer::changed}}, {king});
  REQUIRE(person.end().ok());
  CHECK(person.end()->found == 1);
  person.go_offline();
  const auto list = must(client.list({.set = "contacts", .filter = "lastname eq 'King'"}, person.now));
  REQUIRE(list.records.size() == 1);
  const auto& column = *list.table->find_column("parentcustomerid");
  CHECK(client.display(column, list.records[0].values[column.index]) == "Contoso");
  check_refused(client.show("accounts", id_of(2), person.now), "C1", ErrorCode::needs_connection);
}

TEST_CASE("C6: a cached record that the server doesn't show any more leaves when it's opened") {
  PersonForTest person;
  person.cache(PersonForTest::account(1, 10, "Contoso"));
  const auto read = must(person.client().online_read("accounts", id_of(1), person.now));
  person.begin(*read);
  person.answer(200, R"({"value":[]})");
  REQUIRE(person.is_pull());
  CHECK(person.named()[0] == id_of(1).to_string());
  person.answer_pull(20, {{PersonForTest::table("account").number, id_of(1), odata::NamedAnswer::forbidden}});
  REQUIRE(person.end().ok());
  CHECK(person.client().show("accounts", id_of(1), person.now).error().code == ErrorCode::not_found);
}

TEST_CASE(
    "C6: cached rows are named 2,000 at a time, the latest use first, the rest in further pulls of the same sync") {
  PersonForTest person;
  person.write([&] {
    for (int i = 0; i < 4'500; ++i) {
      auto row = PersonForTest::account(0, 10, "A");
      row.id.uuid.bytes[4] = static_cast<std::uint8_t>(i >> 8);
      row.id.uuid.bytes[5] = static_cast<std::uint8_t>(i);
      must(person.store().set_mirror(PersonForTest::table("account"), row.id, store::Mirror{row, {}}));
      must(person.store().note_use({row.table, row.id}, kStart + Duration::of_milliseconds(i)));
    }
  });
  person.begin(SyncRequested{});
  std::vector<std::size_t> counts;
  std::string first;
  for (int cut = 20; !person.has_ended() && cut < 30; ++cut) {
    REQUIRE(person.is_pull());
    const auto named = person.named();
    if (counts.empty()) first = named.front();
    counts.push_back(named.size());
    person.answer_pull(cut);
  }
  CHECK(counts == std::vector<std::size_t>{2'000, 2'000, 500});
  auto latest = PersonForTest::account(0, 10, "A");
  latest.id.uuid.bytes[4] = 4'499 >> 8;
  latest.id.uuid.bytes[5] = static_cast<std::uint8_t>(4'499);
  CHECK(first == latest.id.to_string());
}

TEST_CASE("C6: an idle sync names nothing that the server watches; what was touched is named in the same sync") {
  PersonForTest person;
  std::vector<odata::FeedHead::Named> same;
  for (const std::uint8_t id : {1, 2}) {
    person.cache(PersonForTest::account(id, 10, "Contoso"));
    same.push_back({PersonForTest::table("account").number, id_of(id), odata::NamedAnswer::same});
  }
  person.begin(SyncRequested{});
  CHECK(person.named().size() == 2);
  CHECK(person.body().integer_at("watch") >= 2);
  // The rows that this pull named are confirmed by its answer, so nothing is left to name.
  person.answer_pull(20, same, {}, odata::FeedWatch{.is_new = true});
  REQUIRE(person.end().ok());
  person.begin(SyncRequested{});
  CHECK(person.named().empty());
  person.answer_pull(21, {}, {}, odata::FeedWatch{});
  REQUIRE(person.end().ok());
  person.begin(SyncRequested{});
  person.answer_pull(22, {}, {}, odata::FeedWatch{.touched = {id_of(2)}});
  REQUIRE(person.is_pull());
  CHECK(person.named() == std::vector{id_of(2).to_string()});
  person.answer_pull(22, {{same[1].table, same[1].id, odata::NamedAnswer::forbidden}}, {}, odata::FeedWatch{});
  REQUIRE(person.end().ok());
  CHECK_FALSE(must(person.store().has_use(id_of(2))));
  // A server that was put back to an older program: everything is named again.
  person.begin(SyncRequested{});
  person.answer_pull(23);
  REQUIRE(person.is_pull());
  CHECK(person.named() == std::vector{id_of(1).to_string()});
  person.answer_pull(23, {same[0]});
  REQUIRE(person.end().ok());
}

TEST_CASE("D4: a cached activity shows the names of its parties offline, for they came when it was read") {
  PersonForTest person;
  auto& client = person.client();
  person.begin(*must(client.online_read("phonecalls", id_of(1), person.now)));
  CHECK(person.request().target.find(",phonecall_activity_parties&") != std::string::npos);
  person.answer(200, R"({"value":[{"activityid":")" + id_of(1).to_string() +
                         R"(","phonecall_activity_parties":[{"_partyid_value":")" + id_of(2).to_string() +
                         R"(","_partyid_value@OData.Community.Display.V1.FormattedValue":"Ada King",)"
                         R"("_partyid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact",)"
                         R"("participationtypemask":2}]}]})");
  REQUIRE(person.is_pull());
  auto call = PersonForTest::record("phonecall", 1, 20);
  const Reference contact{PersonForTest::table("contact").number, id_of(2)};
  PersonForTest::set(call, "to", model::PartyList{{contact, ""}});
  person.answer_pull(20, {{call.table, call.id, odata::NamedAnswer::changed}}, {call});
  REQUIRE(person.end().ok());
  person.go_offline();
  const auto shown = must(client.show("phonecalls", id_of(1), person.now));
  const auto& to = *PersonForTest::table("phonecall").find_column("to");
  CHECK(client.display(to, shown.values[to.index]) == "Ada King");
}

TEST_CASE("E5: sync to drafts while the line is lost: what couldn't leave is a draft when the sync has ended") {
  PersonForTest person("");
  auto& client = person.client();
  person.begin(SyncRequested{});
  person.answer_pull(10);
  REQUIRE(person.end().ok());
  person.begin(SyncRequested{});
  const auto made = must(client.create("accounts", {{"name", "New"}}, person.now));
  person.answer_pull(20, {}, {PersonForTest::me(false, 20)});
  REQUIRE(person.is_push());  // it goes up first
  person.lose_line();
  CHECK_FALSE(person.end().ok());
  // It was sent: its answer is waited for, and then it's saved.
  CHECK(must(client.outbox()).size() == 1);
  CHECK(must(client.status()).experience_notice.find("offline drafts") != std::string::npos);
  must(client.dismiss_experience_notice());
  CHECK(must(client.status()).experience_notice.empty());
  CHECK(must(client.create("accounts", {{"name", "Later"}}, person.now)).state == WriteState::draft);
  person.begin(SyncRequested{});
  person.answer_push(204);
  CHECK(must(client.drafts()).size() == 1);
  CHECK(must(client.outbox()).size() == 1);
  CHECK(must(client.outbox())[0].change.id == made.id);
}

}  // namespace
}  // namespace satchel::device::client
