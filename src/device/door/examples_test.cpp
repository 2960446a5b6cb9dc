// SPDX-License-Identifier: Apache-2.0
//
// The door's messages as files that both halves read (tests/door): here the engine must tell exactly what they say, and
// apps/web/src/door/examples.test.ts holds the same texts against the screens' types. So the halves can't drift apart.
//
//   {"about":"…", "steps":[
//     {"asked":{"id":1,"question":{…},"watch":false}, "told":[{"id":1,"answer":{…}}]},
//     {"server":{"set":"contacts","id":"…","version":20,"values":{"jobtitle":"Director"}}, "told":[…]} ]}
//
// "*" stands for any text: an id made by chance. `server` changes a column of text there and lets the device sync.
#include <doctest/doctest.h>

#include "device/door/door_for_test.h"
#include "edge/os/files.h"

namespace satchel::device::door {
namespace {

constexpr const char* kFolder = "tests/door";
constexpr std::int64_t kSyncMessage = 900;

bool is_like(const Json& told, const Json& example);

bool is_like(const Json::Object& told, const Json::Object& example) {
  if (told.size() != example.size()) return false;
  for (std::size_t i = 0; i < told.size(); ++i)
    if (told[i].first != example[i].first || !is_like(told[i].second, example[i].second)) return false;
  return true;
}

bool is_like(const Json::Array& told, const Json::Array& example) {
  if (told.size() != example.size()) return false;
  for (std::size_t i = 0; i < told.size(); ++i)
    if (!is_like(told[i], example[i])) return false;
  return true;
}

bool is_like(const Json& told, const Json& example) {
  if (example == Json("*")) return told.as_string() != nullptr;
  if (told.is_object() && example.is_object()) return is_like(*told.as_object(), *example.as_object());
  if (told.as_array() != nullptr && example.as_array() != nullptr)
    return is_like(*told.as_array(), *example.as_array());
  return told == example;
}

std::vector<model::Record> world() {
  const auto elena = model::Reference{TableNumber(8), id_for_test(200)};
  const auto open = std::int64_t{0};
  return {
      record_for_test("systemuser", 200, 1,
                      {{"fullname", "Elena Ruiz"},
                       {"isdisabled", std::int64_t{0}},
                       {"mobileofflineprofileid", model::Reference{TableNumber(9866), id_for_test(91)}}}),
      record_for_test("account", 1, 10,
                      {{"name", "Contoso"},
                       {"telephone1", "555 0100"},
                       {"entityimage", "/9j/AAEC"},
                       {"entityimageid", "8d2537cd-37e0-8835-9321-f3a399ad6919"},
                       {"numberofemployees", std::int64_t{12}},
                       {"statecode", open},
                       {"statuscode", std::int64_t{1}},
                       {"ownerid", elena}}),
      record_for_test("contact", 3, 12,
                      {{"firstname", "Ada"},
                       {"lastname", "King"},
                       {"fullname", "Ada King"},
                       {"jobtitle", "Analyst"},
                       {"birthdate", std::int64_t{5457}},
                       {"parentcustomerid", model::Reference{TableNumber(1), id_for_test(1)}},
                       {"statecode", open},
                       {"statuscode", std::int64_t{1}},
                       {"ownerid", elena}}),
      record_for_test("task", 4, 13,
                      {{"subject", "Call back"},
                       {"scheduledend", std::int64_t{1'790'010'000}},
                       {"regardingobjectid", model::Reference{TableNumber(2), id_for_test(3)}},
                       {"statecode", open},
                       {"statuscode", std::int64_t{2}},
                       {"ownerid", elena}}),
      record_for_test("mobileofflineprofile", 91, 1, {{"name", "Everyone"}, {"published", std::int64_t{1}}}),
  };
}

// Somebody else changes a record of our world at the server, and the device hears of it.
void change_there(DoorForTest& it, const Json& change) {
  for (auto& record : world()) {
    const auto& table = model::Schema::standard().at(record.table);
    if (table.set != change.string_at("set") || record.id.to_string() != change.string_at("id")) continue;
    record.version = Seq(change.integer_at("version"));
    for (const auto& [name, value] : *change.find("values")->as_object())
      record.values[table.find_column(name)->index] = *value.as_string();
    auto sync = Json::object();
    auto action = Json::object();
    action.set("do", "sync");
    sync.set("id", kSyncMessage);
    sync.set("action", std::move(action));
    sync.set("key", "sync");
    it.door().hear(TabNumber(9), sync.dump(), it.now);
    it.drain();
    it.sync({record}, change.integer_at("version"));
    it.told(kSyncMessage);
    return;
  }
  FAIL("the world has no such record: " << change.dump());
}

void play(const Json& example) {
  const auto it = DoorForTest::with(world());
  it->told();
  for (const auto& step : *example.find("steps")->as_array()) {
    if (const auto* asked = step.find("asked")) {
      it->door().hear(TabNumber(1), asked->dump(), it->now);
      it->drain();
    }
    if (const auto* change = step.find("server")) change_there(*it, *change);
    Json told = it->told();
    CHECK_MESSAGE(is_like(told, *step.find("told")), "the engine tells\n" << told.dump_pretty());
  }
}

}  // namespace

TEST_CASE("the door tells what the examples say that both halves read") {
  const auto names = edge::os::list_directory(kFolder);
  REQUIRE(names.ok());
  int played = 0;
  for (const auto& name : *names) {
    if (!name.ends_with(".json")) continue;
    const auto text = edge::os::read_file(std::string(kFolder) + "/" + name);
    REQUIRE(text.ok());
    const auto example = Json::parse(*text);
    CAPTURE(name);
    REQUIRE(example.ok());
    play(*example);
    ++played;
  }
  CHECK(played > 0);
}

}  // namespace satchel::device::door
