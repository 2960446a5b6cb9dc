// SPDX-License-Identifier: Apache-2.0
#include "device/door/charts.h"

#include <doctest/doctest.h>

#include "device/door/door_for_test.h"

namespace satchel::device::door {
namespace {

// In opportunities' terms: 25 in their own currency are 10 in the organisation's; days are counted from 1970.
model::Record deal(std::uint8_t id, model::Value stage, std::int64_t closes, std::int64_t state = 0) {
  return record_for_test("opportunity", id, 10 + id,
                         {{"name", "Deal"},
                          {"salesstage", stage},
                          {"estimatedclosedate", closes},
                          {"estimatedvalue", std::int64_t{250'000}},
                          {"estimatedvalue_base", std::int64_t{100'000}},
                          {"statecode", state},
                          {"statuscode", std::int64_t{1}}});
}

model::Record task(std::uint8_t id, std::int64_t due) {
  return record_for_test("task", id, 10 + id,
                         {{"subject", "Call"}, {"scheduledend", due}, {"statecode", std::int64_t{0}}});
}

std::string chart(DoorForTest& it, const std::string& name, const char* part) {
  const auto answer = it.ask(R"({"ask":"chart","name":")" + name + R"("})");
  const auto* found = answer.find(part);
  return found != nullptr ? found->dump() : answer.dump();
}

constexpr std::int64_t k2026_01_31 = 20'484;

}  // namespace

TEST_CASE("a chart sums the rows of its filter by option, in the options' order and the organisation's currency") {
  auto it = DoorForTest::with({deal(1, std::int64_t{2}, k2026_01_31), deal(2, std::int64_t{0}, k2026_01_31),
                               deal(3, std::int64_t{2}, k2026_01_31), deal(4, model::Value(), k2026_01_31),
                               deal(5, std::int64_t{1}, k2026_01_31, 1)});
  CHECK(chart(*it, "opportunities_by_stage", "categories") == R"(["Qualify","Propose",""])");
  CHECK(chart(*it, "opportunities_by_stage", "series") ==
        R"([{"label":"Est. Revenue","values":[10.0000,20.0000,10.0000]}])");
}

TEST_CASE("months without rows have their place between those that have some") {
  auto it = DoorForTest::with({deal(1, model::Value(), k2026_01_31), deal(2, model::Value(), k2026_01_31 + 59)});
  CHECK(chart(*it, "opportunities_by_month", "categories") == R"(["2026-01-01","2026-02-01","2026-03-01"])");
  CHECK(chart(*it, "opportunities_by_month", "series") ==
        R"([{"label":"Est. Revenue","values":[10.0000,0.0000,10.0000]}])");
}

TEST_CASE("weeks begin on Monday, rows are counted, and of too many weeks the latest are shown") {
  const std::int64_t sunday = (k2026_01_31 + 1) * 86'400 + 86'399, monday = sunday + 1;
  auto it = DoorForTest::with({task(1, sunday), task(2, monday), task(3, monday + 3600)});
  CHECK(chart(*it, "tasks_by_week", "categories") == R"(["2026-01-26","2026-02-02"])");
  CHECK(chart(*it, "tasks_by_week", "series") == R"([{"label":"Tasks","values":[1,2]}])");
  it = DoorForTest::with({task(1, 0), task(2, monday)});
  const auto answer = it->ask(R"({"ask":"chart","name":"tasks_by_week"})");
  CHECK(answer.find("categories")->as_array()->size() == 26);
  CHECK(answer.find("categories")->as_array()->back().dump() == R"("2026-02-02")");
}

TEST_CASE("a chart of more rows than it counts says so") {
  const auto answer_of = [](std::int64_t rows_max) {
    auto it = DoorForTest::with({task(1, 0), task(2, 0), task(3, 0)});
    Lists lists(it->door().client());
    const auto question = Json::parse(R"({"name":"tasks_by_week"})");
    const auto answer = chart_json(it->door().client(), lists, *question, it->now, rows_max);
    return answer ? answer->dump() : answer.error().message;
  };
  CHECK(answer_of(3).find(R"("values":[3])") != std::string::npos);
  CHECK(answer_of(3).find("rows_max") == std::string::npos);
  CHECK(answer_of(2).find(R"("values":[2])") != std::string::npos);
  CHECK(answer_of(2).find(R"("rows_max":2)") != std::string::npos);
}

TEST_CASE("a chart that isn't there is refused with its name, and the schema tells which are") {
  auto it = DoorForTest::with({});
  CHECK(it->ask(R"({"ask":"chart","name":"sales"})").dump().find("sales") != std::string::npos);
  const auto schema = it->ask(R"({"ask":"schema"})");
  CHECK(schema.find("charts")->dump().find(
            R"("name":"opportunities_by_month","label":"Open Opportunities by Closing Month",)"
            R"("set":"opportunities","kind":"line","period":"month")") != std::string::npos);
}

TEST_CASE("forms are the schema's own, and the menu has its order") {
  auto it = DoorForTest::with({});
  const auto schema = it->ask(R"({"ask":"schema"})");
  const auto& first = schema.find("tables")->as_array()->front();
  CHECK(first.string_at("set") == "accounts");
  CHECK(first.find("form")->find("header")->dump() == R"(["customertypecode","telephone1","address1_city","ownerid"])");
  CHECK(first.find("form")->find("related")->as_array()->front().string_at("column") == "parentcustomerid");
}

}  // namespace satchel::device::door
