// SPDX-License-Identifier: Apache-2.0
#include "device/door/drafts.h"

#include <doctest/doctest.h>

#include "device/door/door_for_test.h"

namespace satchel::device::door {
namespace {

const std::string kPicture = "/9j/AAEC";
const std::string kPictureId = "0a000000-0000-8000-8000-000000000001";
const std::string kOther = "01000000-0000-0000-0000-0000000000fe";

// Elena has no offline profile, so she works with drafts (E1).
std::vector<model::Record> world() {
  const auto elena = model::Reference{TableNumber(8), id_for_test(200)};
  return {
      record_for_test("systemuser", 200, 1, {{"fullname", "Elena Ruiz"}, {"isdisabled", std::int64_t{0}}}),
      record_for_test("account", 1, 10,
                      {{"name", "Contoso"},
                       {"statecode", std::int64_t{0}},
                       {"statuscode", std::int64_t{1}},
                       {"ownerid", elena},
                       {"entityimage", kPicture},
                       {"entityimageid", kPictureId}}),
      record_for_test("contact", 3, 12,
                      {{"lastname", "King"},
                       {"fullname", "Ada King"},
                       {"statecode", std::int64_t{0}},
                       {"statuscode", std::int64_t{1}},
                       {"ownerid", elena}}),
  };
}

// With one she works with offline sync.
std::vector<model::Record> synced_world() {
  auto records = world();
  const auto& users = model::Schema::standard().at(records.front().table);
  const auto& profiles = *model::Schema::standard().find("mobileofflineprofile");
  records.front().values[users.find_column("mobileofflineprofileid")->index] =
      model::Reference{profiles.number, id_for_test(91)};
  records.push_back(
      record_for_test("mobileofflineprofile", 91, 1, {{"name", "Everyone"}, {"published", std::int64_t{1}}}));
  return records;
}

// Elena works with offline drafts, and the server can't be reached any more.
std::unique_ptr<DoorForTest> disconnected() {
  auto it = DoorForTest::with(world());
  it->act(R"({"do":"sync"})");
  while (it->has_request()) it->answer(it->take_request(), Error{ErrorCode::offline, ""});
  return it;
}

std::string reason_in(const Json& permit) { return permit.bool_at("may") ? "" : std::string(permit.string_at("rule")); }

}  // namespace

TEST_CASE("offline, an existing record can only be read, and says why (D4)") {
  const auto it = disconnected();
  const auto record = it->ask(R"({"ask":"record","set":"accounts","id":")" + kAccount + R"("})");
  CHECK(record.find("row")->string_at("name") == "Contoso");
  CHECK(reason_in(*record.find("can_write")) == "D4");
  CHECK(reason_in(*record.find("can_remove")) == "D4");
  const auto refused =
      it->act(R"({"do":"update","set":"accounts","id":")" + kAccount + R"(","values":{"name":"Contoso Ltd"}})");
  CHECK(refused.find("refusal")->string_at("rule") == "D4");
  CHECK(it->ask(R"({"ask":"record","set":"accounts","id":")" + kAccount + R"("})") == record);
}

TEST_CASE(
    "offline, a new record becomes a draft that no list shows; its lookups come from its context alone (D1, D3, D6)") {
  const auto it = disconnected();
  const auto begun = it->ask(R"({"ask":"new","set":"contacts","for":{"set":"accounts","id":")" + kAccount + R"("}})");
  CHECK(begun.bool_at("is_draft"));
  CHECK(reason_in(*begun.find("can_create")).empty());
  CHECK(begun.find("fixed")->find("parentcustomerid") != nullptr);
  CHECK(begun.find("fixed")->find("lastname") == nullptr);

  const auto values =
      R"("values":{"lastname":"Byron","parentcustomerid":{"set":"accounts","id":")" + kAccount + R"("}})";
  const auto by_hand = it->act(R"({"do":"create","set":"contacts","id":")" + kNew + R"(",)" + values + "}");
  CHECK(by_hand.find("refusal")->string_at("rule") == "D6");
  const auto made = it->act(R"({"do":"create","set":"contacts","id":")" + kNew + R"(",)" + values +
                            R"(,"for":{"set":"accounts","id":")" + kAccount + R"("}})");
  CHECK(made.string_at("state") == "draft");

  const auto drafts = it->ask(R"({"ask":"drafts"})");
  REQUIRE(drafts.find("value")->as_array()->size() == 1);
  const auto& draft = (*drafts.find("value")->as_array())[0];
  CHECK(draft.string_at("table") == "Contact");
  CHECK(draft.find("related")->string_at("name") == "Contoso");
  CHECK(draft.find("blocked_by")->as_array()->empty());
  CHECK(reason_in(*drafts.find("can_save")) == "D2");
  CHECK(it->ask(R"({"ask":"status"})").integer_at("drafts") == 1);
  CHECK(it->ask(R"({"ask":"list","set":"contacts","view":"","from":0,"to":10})").find("rows")->as_array()->size() == 1);
  const auto shown = it->ask(R"({"ask":"record","set":"contacts","id":")" + kNew + R"("})");
  CHECK(shown.find("row")->string_at("state") == "draft");
  CHECK(reason_in(*shown.find("can_write")).empty());
  CHECK(shown.find("row")->find("values")->find("parentcustomerid")->string_at("name") == "Contoso");
}

TEST_CASE("a new record can't belong to a draft, and the form is told before it is filled in (D5)") {
  const auto it = disconnected();
  it->act(R"({"do":"create","set":"accounts","id":")" + kNew + R"(","values":{"name":"Lighthouse"}})");
  const auto begun = it->ask(R"({"ask":"new","set":"opportunities","for":{"set":"accounts","id":")" + kNew + R"("}})");
  CHECK(reason_in(*begun.find("can_create")) == "D5");
  const auto refused = it->act(R"({"do":"create","set":"opportunities","id":")" + kOther +
                               R"(","values":{"name":"Lamps"},"for":{"set":"accounts","id":")" + kNew + R"("}})");
  CHECK(refused.find("refusal")->string_at("rule") == "D5");
}

TEST_CASE("a draft that was discarded can be taken back as it was (D4)") {
  const auto it = disconnected();
  it->act(R"({"do":"create","set":"accounts","id":")" + kNew + R"(","values":{"name":"Lighthouse"}})");
  it->act(R"({"do":"update","set":"accounts","id":")" + kNew + R"(","values":{"telephone1":"555 0142"}})");
  const auto before = it->ask(R"({"ask":"record","set":"accounts","id":")" + kNew + R"("})");
  it->watch(7, R"({"ask":"drafts"})");
  it->told(7);
  const auto undo = it->act(R"({"do":"discard_draft","id":")" + kNew + R"("})");
  const auto told = it->told(7);
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("value")->as_array()->empty());
  it->act(R"({"do":"take_back","change":")" + std::string(undo.string_at("undo")) + R"("})");
  CHECK(it->ask(R"({"ask":"record","set":"accounts","id":")" + kNew + R"("})") == before);
}

TEST_CASE("signing out names drafts and unsent changes (D3)") {
  const auto it = disconnected();
  it->act(R"({"do":"create","set":"accounts","id":")" + kNew + R"(","values":{"name":"Lighthouse"}})");
  const auto refused = it->act(R"({"do":"sign_out","discard":false})");
  CHECK(refused.find("refusal")->string_at("rule") == "D3");
  CHECK(refused.find("refusal")->string_at("message").find("0 unsent changes and 1 draft ") != std::string_view::npos);
}

TEST_CASE("what isn't on the device says why offline, and is asked for at the server online (C1, C4)") {
  const auto missing = R"({"ask":"record","set":"accounts","id":")" + kOther + R"("})";
  CHECK(disconnected()->ask(missing).string_at("gone").find("only what you used recently") != std::string_view::npos);

  const auto it = DoorForTest::with(world());
  const auto asked = it->ask(missing);
  CHECK(asked.find("row")->is_null());
  CHECK(asked.bool_at("reading"));
  REQUIRE(it->has_request());
  CHECK(it->take_request().request.target.find("/accounts") != std::string::npos);
}

TEST_CASE("a user of offline sync asks the server for nothing that screens show (E1)") {
  const auto it = DoorForTest::with(synced_world());
  it->ask(R"({"ask":"list","set":"accounts","view":"","from":0,"to":10})");
  it->ask(R"({"ask":"record","set":"accounts","id":")" + kOther + R"("})");
  CHECK_FALSE(it->has_request());
}

TEST_CASE("a record is kept by a button, and one that the profile holds says that it's kept anyway (Q6)") {
  const auto question = R"({"ask":"record","set":"accounts","id":")" + kAccount + R"("})";
  const auto pin = [](bool on) {
    return R"({"do":"pin","set":"accounts","on":)" + std::string(on ? "true" : "false") + R"(,"id":")" + kAccount +
           R"("})";
  };
  const auto it = disconnected();
  it->watch(7, question);
  it->told(7);
  CHECK_FALSE(it->ask(question).find("keep")->bool_at("on"));
  CHECK(it->act(pin(true)).bool_at("ok"));
  const auto told = it->told(7);
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("keep")->bool_at("on"));
  CHECK(it->act(pin(false)).bool_at("ok"));
  CHECK_FALSE(it->ask(question).find("keep")->bool_at("on"));

  const auto synced = DoorForTest::with(synced_world());
  CHECK(synced->ask(question).find("keep")->string_at("anyway").find("offline profile") != std::string_view::npos);
}

TEST_CASE("searching the server says how many it found, whoever asks; offline it says why it can't (Q7)") {
  const auto search = [](std::string_view text) {
    return R"({"do":"search_server","set":"accounts","text":")" + std::string(text) + R"("})";
  };
  CHECK(disconnected()->act(search("Light")).find("refusal")->string_at("rule") == "Q7");

  const auto it = DoorForTest::with(synced_world());
  CHECK(it->act(search(" ")).find("refusal")->string_at("target") == "text");
  CHECK(it->act(search("Light")).is_null());  // until the server has answered
  const auto asked = it->take_request();
  CHECK(asked.request.target.find("/accounts?") != std::string::npos);
  CHECK(asked.request.target.find("Light") != std::string::npos);
  it->told();
  it->answer(asked, 200, "application/json",
             R"({"value":[{"accountid":")" + kOther + R"("},{"accountid":")" + kNew + R"("}]})");
  it->answer(it->take_request(), 500, "text/plain", "");
  REQUIRE(it->told().back().find("refusal") != nullptr);

  CHECK(it->act(search("Light")).is_null());
  it->answer(it->take_request(), 200, "application/json", R"({"value":[]})");
  if (it->has_request()) it->sync({}, 101);
  CHECK(it->told().back().find("answer")->integer_at("found", -1) == 0);
}

TEST_CASE("charts of a drafts user need the connection (E4)") {
  const auto schema = disconnected()->ask(R"({"ask":"schema"})");
  const auto& charts = *schema.find("charts")->as_array();
  REQUIRE_FALSE(charts.empty());
  const auto question = R"({"ask":"chart","name":")" + std::string(charts[0].string_at("name")) + R"("})";
  CHECK(disconnected()->ask(question).find("refusal")->string_at("rule") == "E4");
  CHECK(DoorForTest::with(synced_world())->ask(question).find("refusal") == nullptr);
}

TEST_CASE("a picture that came with a record is shown offline; another one's place says why not (E4)") {
  const auto image = [](DoorForTest& it, const std::string& set, const std::string& id) {
    return it.ask(R"({"ask":"image","set":")" + set + R"(","id":")" + id + R"("})");
  };
  const auto it = disconnected();
  CHECK(image(*it, "accounts", kAccount).string_at("image") == kPicture);
  CHECK(image(*it, "contacts", kContact).find("image")->is_null());
  const auto refusal = *image(*it, "contacts", kOther).find("refusal");
  CHECK(refusal.string_at("rule") == "E4");
  CHECK(refusal.string_at("message") == "This image isn't available offline");
  CHECK(image(*DoorForTest::with(world()), "contacts", kOther).find("image")->is_null());

  const auto list = it->ask(R"({"ask":"list","set":"accounts","from":0,"to":10})");
  const auto& row = list.find("rows")->as_array()->front();
  CHECK(row.string_at("image") == kPictureId);
  CHECK(row.find("values")->find("entityimage") == nullptr);
}

TEST_CASE("a draft has a picture as any record; a new one has an id at once (E4, D4)") {
  const auto it = disconnected();
  it->act(R"({"do":"create","set":"contacts","id":")" + kNew + R"(","values":{"lastname":"Byron","entityimage":")" +
          kPicture + R"("}})");
  const auto question = R"({"ask":"record","set":"contacts","id":")" + kNew + R"("})";
  const auto row = *it->ask(question).find("row");
  CHECK(row.find("values")->string_at("entityimage") == kPicture);
  CHECK(RecordId::parse(row.string_at("image")));
  it->act(R"({"do":"update","set":"contacts","id":")" + kNew + R"(","values":{"entityimage":null}})");
  CHECK(it->ask(question).find("row")->find("image") == nullptr);
  const auto refused =
      it->act(R"({"do":"update","set":"contacts","id":")" + kNew + R"(","values":{"entityimage":"nonsense"}})");
  CHECK(refused.find("refusal")->string_at("target") == "entityimage");
}

}  // namespace satchel::device::door
