// SPDX-License-Identifier: Apache-2.0
#include "device/door/lists.h"

#include <doctest/doctest.h>

#include "device/door/door_for_test.h"
#include "device/door/limits.h"

namespace satchel::device::door {

TEST_CASE("a window anywhere in a long list is what the whole list has there, also after a change") {
  std::vector<model::Record> records = some_records();
  for (int i = 0; i < 180; ++i) {
    for (int copy = 0; copy < 6; ++copy) {
      auto record = record_for_test("competitor", static_cast<std::uint8_t>(i), 50,
                                    {{"name", "Rival " + std::to_string(1000 + i * 6 + copy)}});
      Uuid id = record.id.uuid;
      id.bytes[1] = static_cast<std::uint8_t>(copy + 1);
      record.id = RecordId(id);
      records.push_back(record);
    }
  }
  auto it = DoorForTest::with(records);
  const auto window = [&](int from, int to, const std::string& rest = {}) {
    return it->ask(R"({"ask":"list","set":"competitors","from":)" + std::to_string(from) + R"(,"to":)" +
                   std::to_string(to) + rest + "}");
  };
  CHECK(names_in(window(0, 2)) == Names{"Rival 1000", "Rival 1001"});
  CHECK(names_in(window(900, 902)) == Names{"Rival 1900", "Rival 1901"});
  CHECK(names_in(window(1078, 1200)) == Names{"Rival 2078", "Rival 2079"});
  CHECK(window(2000, 2010).find("rows")->as_array()->empty());
  CHECK(window(0, 2).integer_at("total") == 1080);
  CHECK(names_in(window(0, 2, R"(,"order":[{"column":"name","descending":true}])")) ==
        Names{"Rival 2079", "Rival 2078"});
  CHECK(window(0, 500).find("rows")->as_array()->size() == 200);

  auto late = record_for_test("competitor", 250, 140, {{"name", "Rival 1000 and a half"}});
  it->act(R"({"do":"nudge","why":"focus"})");
  it->pass(Duration::of_seconds(2));
  it->sync({late}, 140);
  CHECK(window(0, 2).integer_at("total") == 1081);
  CHECK(names_in(window(901, 902)) == Names{"Rival 1900"});
}

TEST_CASE("a long list's number of rows follows a change at once, and many changes a moment later") {
  const auto rivals = [](int first, int count, std::int64_t version) {
    std::vector<model::Record> records;
    for (int i = first; i < first + count; ++i) {
      records.push_back(
          record_for_test("competitor", static_cast<std::uint8_t>(i % 250), version, {{"name", "Rival"}}));
      records.back().id.uuid.bytes[1] = static_cast<std::uint8_t>(1 + i / 250);
    }
    return records;
  };
  auto records = some_records();
  for (auto& record : rivals(0, 500, 50)) records.push_back(std::move(record));
  auto it = DoorForTest::with(records);
  it->watch(1, R"({"ask":"list","set":"competitors","filter":"name eq 'Rival'","columns":[],"from":0,"to":2})");
  CHECK(it->told(1).back().integer_at("total") == 500);

  it->act(R"({"do":"nudge","why":"focus"})");
  it->pass(Duration::of_seconds(2));
  it->sync(rivals(500, 1, 140), 140);
  CHECK(it->told(1).back().integer_at("total") == 501);

  const int many = kOrderMovesMax + 1;
  it->act(R"({"do":"nudge","why":"focus"})");
  it->pass(Duration::of_seconds(2));
  it->sync(rivals(501, many, 150), 150);
  for (const auto& list : it->told(1)) CHECK(list.integer_at("total") == 501);
  it->pass(kOrderRest);
  const auto later = it->told(1);
  REQUIRE(!later.empty());
  CHECK(later.back().integer_at("total") == 501 + many);
}

TEST_CASE("the list behind a record follows each save: moved, new, deleted, and no longer in the filter") {
  const auto elena = model::Reference{TableNumber(8), id_for_test(kElena)};
  auto records = some_records();
  const auto id_of = [](int firm) {
    auto id = id_for_test(static_cast<std::uint8_t>(firm % 200));
    id.uuid.bytes[1] = static_cast<std::uint8_t>(1 + firm / 200);
    return id;
  };
  for (int firm = 0; firm < 450; ++firm) {
    records.push_back(record_for_test("account", 0, 50,
                                      {{"name", "Firm " + std::to_string(1000 + firm)},
                                       {"telephone1", "555"},
                                       {"statecode", std::int64_t{0}},
                                       {"statuscode", std::int64_t{1}},
                                       {"ownerid", elena}}));
    records.back().id = id_of(firm);
  }
  auto it = DoorForTest::with(records);
  it->watch(1, R"({"ask":"list","set":"accounts","filter":"telephone1 eq '555'","from":0,"to":3})");
  const auto list_after = [&](const std::string& action) {
    const auto done = it->act(action);
    CHECK(code_of(done).empty());
    const auto told = it->told(1);
    REQUIRE(!told.empty());
    return std::pair(names_in(told.back()), told.back().integer_at("total"));
  };
  const auto about = [&](const std::string& what, int firm) {
    return R"({"do":")" + what + R"(","set":"accounts","id":")" + id_of(firm).to_string() + '"';
  };
  using List = std::pair<Names, std::int64_t>;
  CHECK(it->told(1).back().integer_at("total") == 450);
  CHECK(list_after(about("update", 0) + R"(,"values":{"name":"Firm 1002 and more"}})") ==
        List{{"Firm 1001", "Firm 1002", "Firm 1002 and more"}, 450});
  CHECK(list_after(R"({"do":"create","set":"accounts","id":")" + kNew +
                   R"(","values":{"name":"Firm 0","telephone1":"555"}})") ==
        List{{"Firm 0", "Firm 1001", "Firm 1002"}, 451});
  CHECK(list_after(about("remove", 1) + "}") == List{{"Firm 0", "Firm 1002", "Firm 1002 and more"}, 450});
  CHECK(list_after(about("update", 2) + R"(,"values":{"telephone1":"556"}})") ==
        List{{"Firm 0", "Firm 1002 and more", "Firm 1003"}, 449});
}

namespace {

// A list that is long enough to be put in order piece by piece, watched as 1: each wake makes one piece.
struct ListInMaking {
  static constexpr int kRows = 1'500;

  ListInMaking() {
    auto records = some_records();
    for (int i = 0; i < kRows; ++i) {
      records.push_back(record_for_test("competitor", 0, 50, {{"name", "Rival"}}));
      records.back().id = id_of(i);
    }
    it = DoorForTest::with(records);
    hear(R"({"id":1,"watch":true,"question":{"ask":"list","set":"competitors","from":0,"to":2}})");
    CHECK(json(poll().front()).find("answer")->find("total")->is_null());
  }
  static RecordId id_of(int row) {
    auto id = id_for_test(static_cast<std::uint8_t>(row % 250));
    id.uuid.bytes[1] = static_cast<std::uint8_t>(1 + row / 250);
    return id;
  }
  void hear(std::string_view message) { it->door().hear(TabNumber(1), message, it->now); }
  std::vector<std::string> poll() {
    std::vector<std::string> told;
    while (auto output = it->door().poll_output())
      if (const auto* tell = std::get_if<Tell>(&*output)) told.push_back(tell->message);
    return told;
  }

  std::unique_ptr<DoorForTest> it;
};

}  // namespace

// Each piece is an event of its own, and what was heard meanwhile is answered before the next.
TEST_CASE("while a long list is put in order, what is asked is answered in between") {
  ListInMaking list;
  int pieces = 0;
  for (bool is_counted = false; !is_counted; ++pieces) {
    REQUIRE(pieces < 100);
    list.it->door().wake(list.it->now);
    list.hear(R"({"id":2,"watch":false,"question":{"ask":"record","set":"contacts","id":")" + std::string(kContact) +
              R"("}})");
    for (const auto& told : list.poll()) {
      const auto message = json(told);
      if (message.integer_at("id") == 1)
        is_counted = message.find("answer")->integer_at("total") == ListInMaking::kRows;
    }
  }
  CHECK(pieces > ListInMaking::kRows / static_cast<int>(kOrderPieceRows));
}

// A window costs a look at many rows until the order is there. Asked anew for each save it would hold up the saves, and the order.
TEST_CASE("while a long list is put in order it isn't told of each save, and has all of them with the order") {
  ListInMaking list;
  std::vector<Json> lists;
  for (int turn = 0; lists.empty(); ++turn) {
    REQUIRE(turn < 100);
    if (turn < 2)
      list.hear(R"({"id":2,"action":{"do":"update","set":"competitors","id":")" +
                ListInMaking::id_of(turn).to_string() + R"(","values":{"name":"A rival )" + std::to_string(turn) +
                R"("}}})");
    else list.it->door().wake(list.it->now);
    for (const auto& told : list.poll())
      if (auto message = json(told); message.integer_at("id") == 1) lists.push_back(*message.find("answer"));
  }
  CHECK(lists.front().integer_at("total") == ListInMaking::kRows);
  CHECK(names_in(lists.front()) == Names{"A rival 0", "A rival 1"});
}

TEST_CASE("search in a list keeps the list's filter and order; the last word may be unfinished") {
  auto it = DoorForTest::with(some_records());
  CHECK(names_in(it->ask(list_of("accounts", R"(,"search":"fab")"))) == Names{"Fabrikam"});
  CHECK(names_in(it->ask(list_of("accounts", R"(,"search":"5550100")"))) == Names{"Contoso"});
  CHECK(names_in(it->ask(list_of("accounts", R"(,"search":"fab","filter":"statecode eq 1")"))).empty());
  it->act(R"({"do":"update","set":"accounts","id":")" + kAccount + R"(","values":{"name":"Fabulous"}})");
  CHECK(names_in(it->ask(list_of("accounts", R"(,"search":"fab")"))) == Names{"Fabrikam", "Fabulous"});
}

}  // namespace satchel::device::door
