// SPDX-License-Identifier: Apache-2.0
//
// Drafts, cached rows and a change of experience, in the real store, with pages and answers such as a server would send.
#include "device/sync/drafts.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "device/sync/cache.h"
#include "device/sync/device_for_test.h"
#include "device/sync/experience.h"
#include "device/sync/recent.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using model::RecordChange;
using model::Reference;
using odata::FeedMark;
using odata::NamedAnswer;
using store::ChangeState;

constexpr std::uint8_t kProfile = 210, kOrganization = 211;

// A drafts user's device: users, profiles and the organisation are there by scope, and nothing else.
class DraftsDevice : public DeviceForTest {
 public:
  explicit DraftsDevice(bool is_sync = false) {
    write([&] { must(store().set_setting("user_id", user.to_string())); });
    PageForTest load{.phase = odata::FeedPhase::load, .rows = {me(is_sync), profile(), organization({})}};
    for (const auto* name : {"systemuser", "mobileofflineprofile", "organization"}) load.granted.push_back(scope(name));
    if (is_sync)
      for (const auto* name : {"account", "contact", "task"}) load.granted.push_back(scope(name));
    pull(load);
    pull({.cut = 10});
    arrange();
  }

  odata::FeedScope scope(const char* name) const {
    return scope_for_test(table(name).number.value, table(name).number);
  }
  model::Record me(bool is_sync, std::int64_t version = 5) {
    auto row = record_for_test(table("systemuser"), kUserForTest, version, {});
    if (is_sync)
      row.values[column("systemuser", "mobileofflineprofileid")] =
          Reference{table("mobileofflineprofile").number, id_for_test(kProfile)};
    return row;
  }
  model::Record profile() {
    return record_for_test(table("mobileofflineprofile"), kProfile, 5,
                           {{"name", text_for_test("Everyone")}, {"published", model::Value(std::int64_t{1})}});
  }
  model::Record organization(ValuesForTest values, std::int64_t version = 5) {
    return record_for_test(table("organization"), kOrganization, version, values);
  }
  void set_organization(ValuesForTest values, std::int64_t version) {
    pull_rows(version, {organization(values, version)});
  }

  ExperienceReport arrange(bool may_send = false) {
    return write([&] { return must(arrange_experience(store(), may_send, settling())); });
  }
  Drafting drafting() { return {now, user, is_extended}; }
  bool is_extended = false;  // D9
  RecordChange change(const char* name, ChangeKind kind, std::uint8_t id, ValuesForTest values) {
    RecordChange out{table(name).number, id_for_test(id), kind, {}};
    for (const auto& [column_name, value] : values) out.set(column(name, column_name), value);
    return out;
  }
  Result<void> make(const char* name, std::uint8_t id, ValuesForTest values, std::optional<Reference> related = {}) {
    return write(
        [&] { return make_draft(store(), change(name, ChangeKind::create, id, values), related, drafting()); });
  }
  Result<void> save_it(std::uint8_t id) {
    return write([&] { return save_draft(store(), id_for_test(id), {now, user, &random}); });
  }
  Result<void> discard_it(std::uint8_t id) {
    return write([&] { return discard_draft(store(), id_for_test(id)); });
  }
  std::optional<store::Draft> draft(std::uint8_t id) { return must(store().draft(id_for_test(id))); }
  std::vector<Obstacle> obstacles_of(std::uint8_t id) { return must(obstacles(store(), *draft(id))); }

  // The record as a cached row: used, and brought by a pull that named it.
  void cache(model::Record row, std::int64_t cut, std::optional<Instant> used = {}) {
    write([&] { must(store().note_use({row.table, row.id}, used.value_or(now))); });
    PageForTest page{.cut = cut, .named = {{row.table, row.id, NamedAnswer::changed}}};
    page.scopes = {};
    pull_unscoped(page, row);
  }
  void pull_unscoped(PageForTest page, const model::Record& row) {
    odata::FeedPageWriter writer(model::Schema::standard());
    writer.row(table_of(row), row, {});
    odata::FeedHead head;
    head.complete = true;
    head.cut = Cut{Seq(page.cut), 7};
    head.cursor = "cursor";
    head.named = page.named;
    head.watch = page.watch;
    must(take_page(store(), writer.finish(head), settling()));
  }
  const model::Table& table_of(const model::Record& row) { return store().schema().at(row.table); }
  model::Record account(std::uint8_t id, std::int64_t version, const char* name = "Contoso") {
    return record_for_test(table("account"), id, version, {{"name", text_for_test(name)}});
  }

  SeededRandom random{7};
};

// ---- D5, D6 ----------------------------------------------------------------------------------------------------------------

TEST_CASE("D6: context fills in what the related list gives, and the owner") {
  DraftsDevice device;
  const auto& schema = model::Schema::standard();
  const Reference me{schema.find("systemuser")->number, device.user};
  const Reference contact{device.table("contact").number, id_for_test(1)};
  const Reference account{device.table("account").number, id_for_test(2)};
  const auto value = [&](const char* table, std::optional<Reference> related, const char* name) {
    RecordChange change;
    change.values = must(context_for(schema, device.table(table), related, device.user));
    const auto* found = change.find(device.column(table, name));
    return found != nullptr ? *found : model::Value();
  };
  const auto list = [](const Reference& who) { return model::Value(model::PartyList{{who}}); };
  CHECK(value("phonecall", contact, "to") == list(contact));
  CHECK(value("phonecall", contact, "from") == list(me));
  CHECK(value("phonecall", contact, "regardingobjectid") == model::Value(contact));
  CHECK(value("phonecall", contact, "ownerid") == model::Value(me));
  CHECK(value("task", account, "regardingobjectid") == model::Value(account));
  CHECK(value("contact", account, "parentcustomerid") == model::Value(account));
  CHECK(value("contact", account, "ownerid") == model::Value(me));
  CHECK(value("opportunity", account, "customerid") == model::Value(account));
  CHECK(value("annotation", contact, "objectid") == model::Value(contact));
  CHECK(value("account", std::nullopt, "ownerid") == model::Value(me));
  CHECK(context_for(schema, device.table("product"), contact, device.user).error().code == ErrorCode::bad_value);
}

TEST_CASE("D6: what was typed comes before the context") {
  DraftsDevice device;
  const Reference account{device.table("account").number, id_for_test(2)};
  const Reference other{device.table("account").number, id_for_test(3)};
  must(device.make("contact", 1, {{"lastname", text_for_test("King")}, {"parentcustomerid", model::Value(other)}},
                   account));
  CHECK(*device.draft(1)->change.find(device.column("contact", "parentcustomerid")) == model::Value(other));
}

TEST_CASE("D5: an opportunity for an account that is itself a draft is refused, until the account is saved") {
  DraftsDevice device;
  must(device.make("account", 1, {{"name", text_for_test("Contoso")}}));
  const Reference account{device.table("account").number, id_for_test(1)};
  const auto refused = device.make("opportunity", 2, {{"name", text_for_test("Chairs")}}, account);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::save_first);
  CHECK(refused.error().rule == "D5");
  CHECK(must(device.store().draft_count()) == 1);
  must(device.save_it(1));
  device.confirm(device.plan(), 20);
  must(device.make("opportunity", 2, {{"name", text_for_test("Chairs")}}, account));
}

TEST_CASE("D1: what blocks a draft is told, and only a complete one is saved") {
  DraftsDevice device;
  must(device.make("phonecall", 1, {}));
  const auto blocked = device.obstacles_of(1);
  REQUIRE(blocked.size() == 1);
  CHECK(blocked[0].why.message == "Call To is missing.");
  CHECK(blocked[0].why.target == "to");
  CHECK_FALSE(blocked[0].is_for_review);
  CHECK(device.save_it(1).error().code == ErrorCode::bad_value);
}

// ---- saving ----------------------------------------------------------------------------------------------------------------

TEST_CASE("D7: saving twice makes one create with the draft's id, and nothing is shown before the server has it") {
  DraftsDevice device;
  must(device.make("account", 1, {{"name", text_for_test("Contoso")}}));
  must(device.save_it(1));
  must(device.save_it(1));
  REQUIRE(device.outbox(1).size() == 1);
  CHECK(device.outbox(1)[0].change.id == id_for_test(1));
  CHECK_FALSE(device.shows("account", 1));
  const auto plan = device.plan();
  REQUIRE(plan.parts.size() == 1);
  must(device.save_it(1));
  // The answer was lost: the next batch repeats it with the same request id.
  const auto again = device.plan();
  REQUIRE(again.parts.size() == 1);
  CHECK(again.parts[0].request.headers.get("repeatability-request-id") ==
        plan.parts[0].request.headers.get("repeatability-request-id"));
  CHECK(again.parts[0].request.body == plan.parts[0].request.body);
  CHECK_FALSE(device.shows("account", 1));
  CHECK(device.discard_it(1).error().code == ErrorCode::bad_request);
  device.confirm(again, 20);
  CHECK_FALSE(device.draft(1));
  CHECK(device.shows("account", 1));
  // The row comes in the pull that names it, and stays as a cached one.
  device.pull_unscoped({.cut = 20, .named = {{device.table("account").number, id_for_test(1), NamedAnswer::changed}}},
                       device.account(1, 20));
  CHECK(device.shows("account", 1));
  CHECK(device.outbox(1).empty());
  device.pull({.cut = 21});
  CHECK(device.shows("account", 1));
  device.verify();
}

TEST_CASE("D7: a save that the server refuses keeps the draft with its reason") {
  DraftsDevice device;
  must(device.make("account", 1, {{"name", text_for_test("Contoso")}}));
  must(device.save_it(1));
  const auto plan = device.plan();
  device.answer({DeviceForTest::refused(plan.parts[0], 403, ErrorCode::forbidden)});
  CHECK(device.outbox(1).empty());
  CHECK_FALSE(device.shows("account", 1));
  REQUIRE(device.draft(1));
  CHECK(device.draft(1)->reason == "Not like this.");
  CHECK_FALSE(device.draft(1)->saving);
  REQUIRE(device.obstacles_of(1).size() == 1);
  CHECK(device.obstacles_of(1)[0].is_for_review);
  // Saved again with the same id, it's taken.
  must(device.save_it(1));
  CHECK(device.draft(1)->reason.empty());
  device.confirm(device.plan(), 20);
  CHECK_FALSE(device.draft(1));
  device.verify();
}

TEST_CASE("D8: a save that never left is a draft again with the same id") {
  DraftsDevice device;
  must(device.make("account", 1, {{"name", text_for_test("Contoso")}}));
  must(device.save_it(1));
  device.write([&] { must(stop_saving(device.store(), id_for_test(1))); });
  CHECK(device.outbox(1).empty());
  REQUIRE(device.draft(1));
  CHECK_FALSE(device.draft(1)->saving);
  CHECK_FALSE(device.shows("account", 1));
  must(device.discard_it(1));
  CHECK_FALSE(device.draft(1));
  device.verify();
}

TEST_CASE("D7: what was typed while the answer was missing goes up as a change of the record") {
  DraftsDevice device;
  must(device.make("account", 1, {{"name", text_for_test("Contoso")}}));
  must(device.save_it(1));
  const auto plan = device.plan();
  device.write([&] {
    must(change_draft(device.store(),
                      device.change("account", ChangeKind::update, 1, {{"name", text_for_test("Contoso Ltd")}}),
                      device.drafting()));
  });
  CHECK_FALSE(device.shows("account", 1));
  device.confirm(plan, 20);
  CHECK_FALSE(device.draft(1));
  CHECK(device.seen("account", 1, "name") == text_for_test("Contoso Ltd"));
  const auto next = device.plan();
  REQUIRE(next.parts.size() == 1);
  CHECK(next.parts[0].request.method == "PATCH");
  device.verify();
}

TEST_CASE("D5: a draft about a record that is gone stays, and says what is missing") {
  DraftsDevice device;
  device.cache(device.account(2, 12), 12);
  const Reference account{device.table("account").number, id_for_test(2)};
  must(device.make("contact", 1, {{"lastname", text_for_test("King")}}, account));
  CHECK(device.obstacles_of(1).empty());
  device.pull({.cut = 13, .named = {{account.table, account.id, NamedAnswer::gone}}});
  REQUIRE(device.draft(1));
  REQUIRE(device.obstacles_of(1).size() == 1);
  CHECK(device.obstacles_of(1)[0].why.code == ErrorCode::not_found);
}

// ---- drafts under drafts (D9) ---------------------------------------------------------------------------------------------

// An account, a contact of it and a task about the contact, all drafts.
class FamilyDevice : public DraftsDevice {
 public:
  FamilyDevice() {
    is_extended = true;
    must(make("task", 3, {{"subject", text_for_test("Ring")}}));
    must(make("account", 1, {{"name", text_for_test("Harbour")}}));
    must(make("contact", 2, {{"lastname", text_for_test("King")}}, of("account", 1)));
    must(set("task", 3, {{"regardingobjectid", model::Value(of("contact", 2))}}));
  }
  Reference of(const char* name, std::uint8_t id) { return {table(name).number, id_for_test(id)}; }
  Result<void> set(const char* name, std::uint8_t id, ValuesForTest values) {
    return write([&] { return change_draft(store(), change(name, ChangeKind::update, id, values), drafting()); });
  }
  std::string reason_of(std::uint8_t id) {
    const auto found = obstacles_of(id);
    return found.empty() ? "" : found.front().why.message;
  }
};

TEST_CASE("D9: the child is saved alone, and its parents go with it, before it, as one group") {
  FamilyDevice device;
  must(device.save_it(3));
  const auto plan = device.plan();
  REQUIRE(plan.parts.size() == 3);
  CHECK(plan.parts[0].request.target == "accounts");
  CHECK(plan.parts[1].request.target == "contacts");
  CHECK(plan.parts[2].request.target == "tasks");
  for (const auto& part : plan.parts) CHECK((!part.group.empty() && part.group == plan.parts[0].group));
  device.confirm(plan, 20);
  for (std::uint8_t id = 1; id <= 3; ++id) CHECK_FALSE(device.draft(id));
  device.verify();
}

TEST_CASE("D9: one is refused: all stay drafts, the reason beside it, and the others wait for it") {
  for (const std::size_t culprit : {0u, 1u, 2u}) {
    CAPTURE(culprit);
    FamilyDevice device;
    for (std::uint8_t id = 1; id <= 3; ++id) must(device.save_it(id));
    const auto plan = device.plan();
    REQUIRE(plan.parts.size() == 3);
    std::vector<odata::BatchAnswer> answers;
    for (std::size_t i = 0; i < 3; ++i)
      answers.push_back(i == culprit ? DeviceForTest::refused(plan.parts[i], 400, ErrorCode::bad_value)
                                     : DeviceForTest::refused(plan.parts[i], 424, ErrorCode::failed_dependency));
    device.answer(answers);
    CHECK(device.plan().parts.empty());
    for (std::uint8_t id = 1; id <= 3; ++id) {
      REQUIRE(device.draft(id));
      CHECK_FALSE(device.draft(id)->saving);
      CHECK(device.outbox(id).empty());
      if (id == culprit + 1) CHECK(device.reason_of(id) == "Not like this.");
      else CHECK(device.reason_of(id).starts_with("Waits for the "));
    }
    device.verify();
    // Reviewed and saved again, they go together.
    must(device.save_it(3));
    const auto again = device.plan();
    CHECK(again.parts.size() == 3);
    device.confirm(again, 21);
    for (std::uint8_t id = 1; id <= 3; ++id) CHECK_FALSE(device.draft(id));
    device.verify();
  }
}

TEST_CASE("D9: a parent that can't be saved yet holds its children back, with its name; once it can, they are ready") {
  FamilyDevice device;
  must(device.set("account", 1, {{"name", model::Value()}}));
  CHECK(device.reason_of(2) == "Waits for the Account.");
  CHECK(device.reason_of(3) == "Waits for the Account.");
  CHECK(device.save_it(3).error().code == ErrorCode::failed_dependency);
  CHECK(device.plan().parts.empty());
  must(device.set("account", 1, {{"name", text_for_test("Harbour")}}));
  CHECK(device.obstacles_of(3).empty());
}

TEST_CASE("D9: a parent waits for its refused child only as long as that is a draft, and may be saved without it") {
  FamilyDevice device;
  must(device.save_it(3));
  const auto plan = device.plan();
  device.answer({DeviceForTest::refused(plan.parts[0], 424, ErrorCode::failed_dependency),
                 DeviceForTest::refused(plan.parts[1], 424, ErrorCode::failed_dependency),
                 DeviceForTest::refused(plan.parts[2], 400, ErrorCode::bad_value)});
  CHECK(device.obstacles_of(1)[0].is_for_review);
  must(device.discard_it(3));
  CHECK(device.obstacles_of(1).empty());
  must(device.save_it(1));
  CHECK(device.plan().parts.size() == 1);
}

TEST_CASE("D9: a save that never left is taken back with all that would have gone with it (D8)") {
  FamilyDevice device;
  must(device.save_it(3));
  device.write([&] { must(stop_saving(device.store(), id_for_test(3))); });
  CHECK(device.plan().parts.empty());
  for (std::uint8_t id = 1; id <= 3; ++id) CHECK_FALSE(device.draft(id)->saving);
  device.verify();
}

TEST_CASE("D9: drafts can't belong to each other in a ring, and one that others belong to isn't discarded") {
  FamilyDevice device;
  const auto ring = device.set("account", 1, {{"primarycontactid", model::Value(device.of("contact", 2))}});
  CHECK(ring.error().code == ErrorCode::bad_value);
  CHECK(device.discard_it(1).error().code == ErrorCode::referenced);
  must(device.discard_it(3));
  must(device.discard_it(2));
  must(device.discard_it(1));
}

// ---- cached rows -----------------------------------------------------------------------------------------------------------

TEST_CASE(
    "C1: a cached row stays over cuts by its use, is confirmed by name, and C6: leaves when it's gone or forbidden") {
  DraftsDevice device;
  for (const auto answer : {NamedAnswer::gone, NamedAnswer::forbidden}) {
    CAPTURE(static_cast<int>(answer));
    const auto number = device.table("account").number;
    device.cache(device.account(1, 12), 12);
    device.pull({.cut = 13});
    CHECK(device.shows("account", 1));
    const auto named = must(rows_to_name(device.store(), must(read_experience(device.store()))));
    REQUIRE(named.size() == 1);
    CHECK(named[0].version == Seq(12));
    device.now = device.now + Duration::of_minutes(5);
    device.pull({.cut = 14, .named = {{number, id_for_test(1), NamedAnswer::same}}});
    CHECK(must(device.store().use(id_for_test(1)))->confirmed_at == device.now);
    device.pull({.cut = 15, .named = {{number, id_for_test(1), answer}}});
    CHECK_FALSE(device.shows("account", 1));
    CHECK_FALSE(must(device.store().has_use(id_for_test(1))));
    device.verify();
  }
}

// The server watches rows that were named once (odata::FeedWatch). Each step is a contact, and looks at what the next one would name.
TEST_CASE("C4, C6: what the server watches isn't named until it says that it was touched, and is as of each contact") {
  DraftsDevice device;
  const auto number = device.table("account").number;
  const odata::FeedWatch begun{.is_new = true}, quiet;
  const auto named = [&] {
    std::vector<RecordId> ids;
    for (const auto& row : must(rows_to_name(device.store(), must(read_experience(device.store())))))
      ids.push_back(row.id);
    return ids;
  };
  const auto later = [&] { return device.now = device.now + Duration::of_minutes(5); };
  const auto as_of = [&](std::uint8_t id) { return must(device.store().use(id_for_test(id)))->confirmed_at; };
  using Ids = std::vector<RecordId>;
  device.cache(device.account(1, 12), 12);
  device.cache(device.account(2, 13), 13);
  CHECK(named().size() == 2);
  const auto same = [&](std::uint8_t id) { return odata::FeedHead::Named{number, id_for_test(id), NamedAnswer::same}; };
  device.pull({.cut = 14, .named = {same(1), same(2)}, .watch = begun});
  CHECK(named().empty());

  const auto second = later();
  CHECK_FALSE(device.pull({.cut = 15, .watch = quiet}).has_lost_watch);
  CHECK(named().empty());
  CHECK(as_of(1) == second);

  later();
  CHECK(
      device.pull({.cut = 16, .watch = odata::FeedWatch{.touched = {id_for_test(1), id_for_test(99)}}}).has_lost_watch);
  CHECK(named() == Ids{id_for_test(1)});
  CHECK(as_of(1) == second);  // it's older than what the server has
  CHECK(as_of(2) == device.now);
  // Answered and touched in one page: the answer is of the page's own moment.
  device.pull({.cut = 17, .named = {same(1)}, .watch = odata::FeedWatch{.touched = {id_for_test(1)}}});
  CHECK(named().empty());

  CHECK(device.pull({.cut = 18, .watch = odata::FeedWatch{.whole = {number}}}).has_lost_watch);
  CHECK(named().size() == 2);
  device.pull({.cut = 19, .named = {same(1), same(2)}, .watch = quiet});
  CHECK(device.pull({.cut = 20, .watch = begun}).has_lost_watch);
  CHECK(named().size() == 2);
  device.pull({.cut = 21, .named = {same(1), same(2)}, .watch = quiet});
  CHECK(named().empty());
  CHECK(device.pull({.cut = 22}).has_lost_watch);  // a server that doesn't watch
  CHECK(named().size() == 2);
  device.pull({.cut = 23, .named = {same(1), same(2)}});
  CHECK(named().size() == 2);
  CHECK(as_of(2) == device.now);
}

TEST_CASE("C6: a watched row that a load brought a newer state of goes on being watched") {
  DraftsDevice device;
  const auto number = device.table("account").number;
  device.cache(device.account(1, 12), 12);
  const odata::FeedHead::Named same{number, id_for_test(1), NamedAnswer::same};
  device.pull({.cut = 13, .named = {same}, .watch = odata::FeedWatch{.is_new = true}});
  PageForTest load{
      .phase = odata::FeedPhase::load, .rows = {device.account(1, 14, "Newer")}, .watch = odata::FeedWatch{}};
  load.granted = {scope_for_test(number.value, number)};
  device.pull(load);
  CHECK_FALSE(device.pull({.cut = 15, .watch = odata::FeedWatch{}}).has_lost_watch);
  CHECK(device.seen("account", 1, "name") == text_for_test("Newer"));
  CHECK(must(device.store().use(id_for_test(1)))->watched);
}

TEST_CASE("C1: the oldest use leaves first, by rows and by days; drafts' records and unsent changes never leave") {
  DraftsDevice device;
  const auto used = [&](int minutes) { return device.now + Duration::of_minutes(minutes); };
  for (std::uint8_t id = 1; id <= 5; ++id) device.cache(device.account(id, 11 + id), 11 + id, used(id));
  must(device.make("contact", 20, {{"lastname", text_for_test("King")}},
                   Reference{device.table("account").number, id_for_test(1)}));
  device.edit("account", 2, {{"name", text_for_test("Mine")}});
  device.set_organization({{"cache_rows", model::Value(std::int64_t{3})}}, 20);
  CHECK(device.shows("account", 1));        // of a draft
  CHECK(device.shows("account", 2));        // unsent
  CHECK_FALSE(device.shows("account", 3));  // the oldest that may go
  CHECK_FALSE(device.shows("account", 4));
  CHECK(device.shows("account", 5));
  device.now = device.now + Duration::of_days(100);
  device.pull({.cut = 21});
  CHECK_FALSE(device.shows("account", 5));
  CHECK(device.shows("account", 1));
  device.verify();
}

TEST_CASE("Q6: a pinned record never leaves by the cache's bounds, and leaves when it's gone or forbidden (C6)") {
  DraftsDevice device;
  const auto number = device.table("account").number;
  for (std::uint8_t id = 1; id <= 3; ++id) device.cache(device.account(id, 11 + id), 11 + id);
  for (const std::uint8_t id : {1, 2})
    device.write([&] { must(pin(device.store(), {number, id_for_test(id)}, device.now)); });
  device.set_organization({{"cache_rows", model::Value(std::int64_t{0})}}, 20);
  device.now = device.now + Duration::of_days(1'000);
  device.pull({.cut = 21});
  CHECK(device.shows("account", 1));
  CHECK_FALSE(device.shows("account", 3));
  const auto named = must(rows_to_name(device.store(), must(read_experience(device.store()))));
  CHECK(named.size() == 2);
  device.pull({.cut = 22, .named = {{number, id_for_test(1), NamedAnswer::gone}}});
  device.pull({.cut = 23, .named = {{number, id_for_test(2), NamedAnswer::forbidden}}});
  CHECK_FALSE(device.shows("account", 1));
  CHECK_FALSE(device.shows("account", 2));
  CHECK(must(device.store().uses()).empty());
  device.verify();
}

TEST_CASE("Q6: the record that is open isn't evicted while it's open") {
  DraftsDevice device;
  for (std::uint8_t id = 1; id <= 2; ++id) device.cache(device.account(id, 11 + id), 11 + id);
  device.set_organization({{"cache_rows", model::Value(std::int64_t{5})}}, 20);
  device.now = device.now + Duration::of_days(1'000);
  const auto evicted = [&](std::vector<RecordId> open) {
    return device.write([&] { return must(evict(device.store(), open, device.now)); });
  };
  CHECK(evicted({id_for_test(1)}) == 1);
  CHECK(device.shows("account", 1));
  CHECK_FALSE(device.shows("account", 2));
  CHECK(evicted({}) == 1);
  CHECK_FALSE(device.shows("account", 1));
}

TEST_CASE(
    "Q6: out of its scope a pinned record stays as a cached one, until it may no longer be read or is unpinned (Q2)") {
  DraftsDevice device(true);
  const auto& table = device.table("account");
  device.pull_rows(12, {device.account(1, 11), device.account(2, 11), device.account(3, 11)});
  for (const std::uint8_t id : {1, 2})
    device.write([&] { must(pin(device.store(), {table.number, id_for_test(id)}, device.now)); });
  const auto leaves = [&](std::uint8_t id) {
    return FeedMark{FeedMark::Kind::leave, table.number, id_for_test(id), Seq(13), {ScopeNumber(table.number.value)}};
  };
  device.pull({.cut = 13, .marks = {leaves(1), leaves(2), leaves(3)}});
  CHECK(device.shows("account", 1));
  CHECK_FALSE(device.shows("account", 3));
  device.verify();
  const auto mine = must(read_experience(device.store()));
  CHECK(must(rows_to_name(device.store(), mine)).size() == 2);
  device.pull({.cut = 14, .named = {{table.number, id_for_test(1), NamedAnswer::forbidden}}});
  CHECK_FALSE(device.shows("account", 1));
  device.write([&] { must(unpin(device.store(), mine, {table.number, id_for_test(2)}, device.now)); });
  CHECK_FALSE(device.shows("account", 2));
  device.verify();
}

TEST_CASE("Q6: unpinning leaves what a scope holds, and what isn't sent yet") {
  DraftsDevice device(true);
  const auto& table = device.table("account");
  const auto mine = must(read_experience(device.store()));
  device.pull_rows(12, {device.account(1, 11), device.account(2, 11)});
  device.edit("account", 2, {{"name", text_for_test("Mine")}});
  for (const std::uint8_t id : {1, 2}) {
    device.write([&] { must(pin(device.store(), {table.number, id_for_test(id)}, device.now)); });
    device.write([&] { must(unpin(device.store(), mine, {table.number, id_for_test(id)}, device.now)); });
    CHECK(device.shows("account", id));
  }
  CHECK(device.outbox(2).size() == 1);
  device.verify();
}

TEST_CASE("C1: cache_bytes bounds what cached rows take") {
  DraftsDevice device;
  for (std::uint8_t id = 1; id <= 3; ++id)
    device.cache(device.account(id, 11 + id), 11 + id, device.now + Duration::of_minutes(id));
  const auto each = must(device.store().use(id_for_test(1)))->bytes;
  CHECK(each > 40);
  device.set_organization({{"cache_bytes", model::Value(each * 2)}}, 20);
  CHECK_FALSE(device.shows("account", 1));
  CHECK(device.shows("account", 2));
  CHECK(device.shows("account", 3));
}

TEST_CASE("C1: being a lookup's target is no use") {
  DraftsDevice device;
  const Reference account{device.table("account").number, id_for_test(2)};
  device.cache(record_for_test(device.table("contact"), 1, 12,
                               {{"lastname", text_for_test("King")}, {"parentcustomerid", model::Value(account)}}),
               12);
  CHECK_FALSE(must(device.store().has_use(account.id)));
}

// ---- experience ------------------------------------------------------------------------------------------------------------

TEST_CASE("E1: the experience is read from user, profile and organisation") {
  DraftsDevice drafts, sync_user(true);
  CHECK_FALSE(must(read_experience(drafts.store())).is_sync);
  CHECK(must(read_experience(sync_user.store())).is_sync);
  CHECK(must(read_experience(sync_user.store())).holds(sync_user.table("lead")));
  auto some = sync_user.profile();
  some.version = Seq(11);
  some.values[sync_user.column("mobileofflineprofile", "tables")] = text_for_test("contacts, accounts");
  sync_user.pull_rows(11, {some});
  const auto mine = must(read_experience(sync_user.store()));
  CHECK(mine.holds(sync_user.table("contact")));
  CHECK_FALSE(mine.holds(sync_user.table("lead")));
  CHECK(mine.holds(sync_user.table("systemuser")));
  // P1
  sync_user.set_organization({{"rules", text_for_test("classic")}, {"deployment", text_for_test("on-premises")}}, 12);
  CHECK_FALSE(must(read_experience(sync_user.store())).is_sync);
  CHECK(must(read_experience(sync_user.store())).has_profile);
}

TEST_CASE("E5: drafts to sync: complete drafts become creates of the outbox with their ids, the rest stay drafts") {
  DraftsDevice device;
  must(device.make("account", 1, {{"name", text_for_test("Contoso")}}));
  must(device.make("phonecall", 2, {}));
  must(device.make("contact", 3, {{"lastname", text_for_test("King")}}));
  must(device.save_it(3));
  const auto sent = device.plan();
  PageForTest page{
      .cut = 20, .rows = {device.me(true, 20)}, .granted = {device.scope("account"), device.scope("contact")}};
  device.pull(page);
  const auto report = device.arrange(true);
  CHECK(report.changed);
  CHECK(report.to_outbox == 1);
  CHECK_FALSE(device.draft(1));
  REQUIRE(device.outbox(1).size() == 1);
  CHECK(device.outbox(1)[0].change.kind == ChangeKind::create);
  CHECK(device.shows("account", 1));
  CHECK(device.draft(2));
  CHECK(device.outbox(3).size() == 1);  // its answer is waited for; nothing is sent twice
  CHECK(must(device.store().setting(kExperienceNotice)));
  CHECK_FALSE(device.arrange(true).changed);
  device.verify();
}

TEST_CASE("E5: sync to drafts: creates that can't leave become drafts, edits and deletes wait and go up") {
  DraftsDevice device(true);
  device.pull_rows(11, {device.account(5, 11), device.account(6, 11, "Fabrikam")});
  device.create("account", 1, {{"name", text_for_test("New")}});
  device.edit("account", 1, {{"telephone1", text_for_test("555")}});
  device.create("contact", 2, {{"lastname", text_for_test("King")}});
  const auto sent = device.plan();  // both creates, and no answer
  CHECK(sent.parts.size() == 2);
  device.create("account", 3, {{"name", text_for_test("Waiting")}});
  device.edit("account", 3, {{"telephone1", text_for_test("777")}});
  device.edit("account", 5, {{"name", text_for_test("Edited")}});
  must(device.save("account", ChangeKind::remove, 6, {}));
  PageForTest page{.cut = 20, .rows = {device.me(false, 20)}};
  for (const auto* name : {"account", "contact", "task"})
    page.dropped.push_back(ScopeNumber(device.table(name).number.value));
  device.pull(page);
  // While the sync goes on they may still leave.
  CHECK_FALSE(device.arrange(true).changed);
  CHECK(device.outbox(3).size() == 1);
  const auto report = device.arrange(false);
  CHECK(report.changed);
  CHECK(report.to_drafts == 1);
  REQUIRE(device.draft(3));
  CHECK(*device.draft(3)->change.find(device.column("account", "telephone1")) == text_for_test("777"));
  CHECK_FALSE(device.shows("account", 3));
  CHECK(device.outbox(3).empty());
  CHECK(device.outbox(1).size() == 1);
  CHECK(device.outbox(1)[0].state == ChangeState::sent);
  CHECK(device.outbox(2)[0].state == ChangeState::sent);
  REQUIRE(device.outbox(5).size() == 1);
  CHECK(device.outbox(5)[0].state == ChangeState::waiting);
  REQUIRE(device.outbox(6).size() == 1);
  CHECK(device.outbox(6)[0].state == ChangeState::waiting);
  CHECK(device.seen("account", 5, "name") == text_for_test("Edited"));
  device.confirm(sent, 21);
  const auto rest = device.plan();
  CHECK(rest.parts.size() == 2);
  device.verify();
}

TEST_CASE("E5: sync to drafts: what was used stays readable, the rest leaves") {
  DraftsDevice device(true);
  device.pull_rows(11, {device.account(5, 11), device.account(6, 11)});
  device.write([&] { must(device.store().note_use({device.table("account").number, id_for_test(5)}, device.now)); });
  device.pull(
      {.cut = 20, .rows = {device.me(false, 20)}, .dropped = {ScopeNumber(device.table("account").number.value)}});
  CHECK(device.shows("account", 5));
  CHECK_FALSE(device.shows("account", 6));
  device.verify();
}

TEST_CASE("E5: sync to drafts: what was opened or saved lately stays readable, though no use of it was noted") {
  DraftsDevice device(true);
  const auto& accounts = device.table("account");
  device.pull_rows(11, {device.account(5, 11), device.account(6, 11)});
  device.write([&] { must(add_recent(device.store(), {accounts.number, id_for_test(5)})); });
  device.pull({.cut = 20, .rows = {device.me(false, 20)}, .dropped = {ScopeNumber(accounts.number.value)}});
  CHECK(device.shows("account", 5));
  CHECK(must(device.store().has_use(id_for_test(5))));
  CHECK_FALSE(device.shows("account", 6));
  device.verify();
}

TEST_CASE(
    "E5: sync to drafts: what was sent just before is used: it's asked for by name, for no scope brings it any more") {
  DraftsDevice device(true);
  const auto& accounts = device.table("account");
  device.create("account", 1, {{"name", text_for_test("New")}});
  device.create("account", 2, {{"name", text_for_test("Gone again")}});
  device.confirm(device.plan(), 15);
  must(device.save("account", ChangeKind::remove, 2, {}));
  device.confirm(device.plan(), 16);
  const PageForTest page{.cut = 20, .rows = {device.me(false, 20)}, .dropped = {ScopeNumber(accounts.number.value)}};
  const auto report = device.pull(page);
  REQUIRE(report.unconfirmed.size() == 1);
  CHECK(report.unconfirmed[0].id == id_for_test(1));
  device.pull_unscoped({.cut = 21, .named = {{accounts.number, id_for_test(1), NamedAnswer::changed}}},
                       device.account(1, 15, "New"));
  CHECK(device.shows("account", 1));
  device.verify();
}

TEST_CASE("Q2: a row that was opened lately leaves with its scope all the same") {
  DraftsDevice device(true);
  const auto& accounts = device.table("account");
  device.pull_rows(11, {device.account(5, 11)});
  device.write([&] { must(add_recent(device.store(), {accounts.number, id_for_test(5)})); });
  device.pull({.cut = 20, .dropped = {ScopeNumber(accounts.number.value)}});
  CHECK_FALSE(device.shows("account", 5));
}

TEST_CASE("Q2: a used row of a sync table leaves with its scope all the same") {
  DraftsDevice device(true);
  device.pull_rows(11, {device.account(5, 11)});
  device.write([&] { must(device.store().note_use({device.table("account").number, id_for_test(5)}, device.now)); });
  device.pull({.cut = 20, .dropped = {ScopeNumber(device.table("account").number.value)}});
  CHECK_FALSE(device.shows("account", 5));
  CHECK_FALSE(must(device.store().has_use(id_for_test(5))));
}

// ---- K2 --------------------------------------------------------------------------------------------------------------------

TEST_CASE("K2: the organisation's settings decide by column, table and organisation") {
  DraftsDevice device;
  device.set_organization({{"conflicts", text_for_test("server")},
                           {"conflict_rules", text_for_test("contact=ask\ncontact.jobtitle=device")}},
                          20);
  const auto policies = must(OrganizationSettings::read(device.store())).conflict_policies();
  CHECK(policies.of(device.table("account"), device.column("account", "name")) == ConflictPolicy::server);
  CHECK(policies.of(device.table("contact"), device.column("contact", "lastname")) == ConflictPolicy::ask);
  CHECK(policies.of(device.table("contact"), device.column("contact", "jobtitle")) == ConflictPolicy::device);
}

}  // namespace
}  // namespace satchel::device::sync
