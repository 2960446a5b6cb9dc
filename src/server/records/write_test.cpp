// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "model/rules.h"
#include "server/access/rights_mark.h"
#include "server/records/internal/test_world.h"
#include "server/records/internal/writer.h"
#include "server/records/limits.h"

namespace satchel::server::records {

using model::ChangeKind;
using model::Reference;

namespace {

const model::Value kNull;

model::Value text(std::string_view text) { return std::string(text); }
model::Value number(std::int64_t number) { return number; }

Condition version_is(Seq version) { return {Condition::Kind::version_is, version, std::nullopt}; }
Condition absent_only() { return {Condition::Kind::must_be_absent, {}, std::nullopt}; }
Condition must_exist() { return {Condition::Kind::must_exist, {}, std::nullopt}; }

}  // namespace

TEST_CASE("a create sets owner, unit, currency, audit, state and computed columns") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.create(
      east1, "contact", {{"firstname", text("Ada")}, {"lastname", text("King")}, {"creditlimit", number(125'000)}});
  const auto value = [&](std::string_view column) { return world.value("contact", id, column); };
  CHECK(value("fullname") == text("Ada King"));
  CHECK(value("ownerid") == model::Value(world.ref("systemuser", world.east1)));
  CHECK(value("owningbusinessunit") == model::Value(world.ref("businessunit", world.unit)));
  CHECK(value("createdby") == model::Value(world.ref("systemuser", world.east1)));
  CHECK(value("createdon") == number(world.now.seconds()));
  CHECK(value("modifiedon") == number(world.now.seconds()));
  CHECK(value("statecode") == number(0));
  CHECK(value("statuscode") == number(1));
  CHECK(value("transactioncurrencyid") == model::Value(world.ref("transactioncurrency", world.currency)));
  CHECK(value("exchangerate") == number(10'000'000'000));
  CHECK(value("versionnumber") == number(world.records->head()->seq.value));
}

TEST_CASE("an update that changes nothing takes no seq; one that does moves version and modified") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.create(east1, "account", {{"name", text("Alpine")}, {"telephone1", text("1")}});
  const auto head = *world.records->head();
  const auto same = world.write(east1, world.change("account", id, ChangeKind::update, {{"name", text("Alpine")}}));
  REQUIRE(same.ok());
  CHECK(same->unchanged);
  CHECK(same->version == head.seq);
  CHECK(*world.records->head() == head);

  world.now = world.now + Duration::of_hours(1);
  const auto east2 = world.caller(world.east2, access::Role::system_administrator);
  const Seq version = world.update(east2, "account", id, {{"name", text("Alpine Ski")}});
  CHECK(version == head.seq.next());
  CHECK(world.value("account", id, "modifiedby") == model::Value(world.ref("systemuser", world.east2)));
  CHECK(world.value("account", id, "modifiedon") == number(world.now.seconds()));
  CHECK(world.value("account", id, "createdby") == model::Value(world.ref("systemuser", world.east1)));
  CHECK(world.value("account", id, "telephone1") == text("1"));
}

TEST_CASE("conditions: absent, existing, version") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.new_id();
  const auto create = world.change("account", id, ChangeKind::create, {{"name", text("A")}});
  const auto update = world.change("account", id, ChangeKind::update, {{"name", text("B")}});
  CHECK(world.write(east1, update).error().code == ErrorCode::not_found);
  CHECK(world.write(east1, update, must_exist(), Absent::create).error().code == ErrorCode::not_found);
  CHECK(world.write(east1, update, version_is(Seq(1)), Absent::create).error().code == ErrorCode::not_found);
  const auto upserted = world.write(east1, update, {}, Absent::create);
  REQUIRE(upserted.ok());
  CHECK(upserted->created);
  CHECK(world.write(east1, create).error().code == ErrorCode::exists);
  CHECK(world.write(east1, update, absent_only(), Absent::create).error().code == ErrorCode::exists);
  CHECK(world.write(east1, update, version_is(Seq(upserted->version.value - 1))).error().code ==
        ErrorCode::version_conflict);
  CHECK(world
            .write(east1, world.change("account", id, ChangeKind::update, {{"name", text("C")}}),
                   version_is(upserted->version))
            .ok());
}

TEST_CASE("rights: what isn't readable isn't there; what is readable but not allowed says who has it") {
  World world;
  const auto east1 = world.caller(world.east1), west1 = world.caller(world.west1), admin = world.admin();
  const auto id = world.create(east1, "account", {{"name", text("Alpine")}});
  CHECK(world.records->get(west1, world.table("account"), id).error().code == ErrorCode::not_found);
  CHECK(world.write(west1, world.change("account", id, ChangeKind::update, {{"name", text("X")}})).error().code ==
        ErrorCode::not_found);
  CHECK(world.remove(west1, "account", id).error().code == ErrorCode::not_found);
  CHECK(world.write(west1, world.change("account", id, ChangeKind::create, {{"name", text("X")}})).error().code ==
        ErrorCode::exists);
  CHECK(world.records->name_of(west1, world.ref("account", id)).empty());
  CHECK(world.records->name_of(east1, world.ref("account", id)) == "Alpine");

  const auto refused = world.write(east1, world.change("team", world.team, ChangeKind::update, {{"name", text("X")}}));
  CHECK(refused.error().code == ErrorCode::forbidden);
  const auto for_another =
      world.write(east1, world.change("account", world.new_id(), ChangeKind::create,
                                      {{"name", text("X")}, {"ownerid", world.ref("systemuser", world.west1)}}));
  CHECK(for_another.error().code == ErrorCode::forbidden);
  CHECK(for_another.error().message == "You may not create this account: it would belong to west1.");
  // A record may be given away; then it's gone from sight, but not from the administrator's.
  world.update(east1, "account", id, {{"ownerid", world.ref("systemuser", world.west1)}});
  CHECK(world.records->get(east1, world.table("account"), id).error().code == ErrorCode::not_found);
  CHECK(world.records->get(admin, world.table("account"), id).ok());
  CHECK(world.value("account", id, "owningbusinessunit") == model::Value(world.ref("businessunit", world.west_unit)));
}

TEST_CASE("a lookup names a record that is there and readable") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto theirs = world.create(world.caller(world.west1), "account", {{"name", text("Theirs")}});
  const auto contact = [&](RecordId company) {
    return world.write(east1,
                       world.change("contact", world.new_id(), ChangeKind::create,
                                    {{"lastname", text("King")}, {"parentcustomerid", world.ref("account", company)}}));
  };
  const auto refused = contact(theirs);
  CHECK(refused.error().code == ErrorCode::bad_value);
  CHECK(refused.error().target == "parentcustomerid");
  const auto missing = contact(world.new_id());
  CHECK(missing.error().code == ErrorCode::bad_value);
  CHECK(contact(world.create(east1, "account", {{"name", text("Mine")}})).ok());
  const auto call = world.write(east1, world.change("phonecall", world.new_id(), ChangeKind::create,
                                                    {{"subject", text("Call")},
                                                     {"from", model::PartyList{{world.ref("systemuser", world.east1)}}},
                                                     {"to", model::PartyList{{world.ref("account", theirs)}}}}));
  CHECK(call.error().code == ErrorCode::bad_value);
  CHECK(call.error().target == "to");
}

TEST_CASE("parent and child in one part: the child sees the parent, and a failure undoes both") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto parent = world.new_id(), child = world.new_id();
  const auto create_parent = world.change("account", parent, ChangeKind::create, {{"name", text("Parent")}});
  CHECK(world
            .write_all(east1, {create_parent,
                               world.change("contact", child, ChangeKind::create, {{"firstname", text("Nobody")}})})
            .error()
            .code == ErrorCode::bad_value);
  CHECK(world.records->get(east1, world.table("account"), parent).error().code == ErrorCode::not_found);
  REQUIRE(world
              .write_all(east1, {create_parent, world.change("contact", child, ChangeKind::create,
                                                             {{"lastname", text("King")},
                                                              {"parentcustomerid", world.ref("account", parent)}})})
              .ok());
  CHECK(world.records->get(east1, world.table("account"), parent)->version ==
        world.records->get(east1, world.table("contact"), child)->version);
  CHECK(world.records->verify().ok());
}

TEST_CASE("a unique text is taken without regard to case") {
  World world;
  const auto second = world.change("systemuser", world.new_id(), ChangeKind::create,
                                   {{"lastname", text("Again")},
                                    {"domainname", text("EAST1@Demo")},
                                    {"businessunitid", world.ref("businessunit", world.unit)}});
  const auto refused = world.write(world.admin(), second);
  CHECK(refused.error().code == ErrorCode::bad_value);
  CHECK(refused.error().target == "domainname");
  const auto& users = world.table("systemuser");
  CHECK(*world.records->find_by_text(users, users.find_column("domainname")->index, "East1@DEMO") ==
        std::vector{world.east1});
}

TEST_CASE("deleted ids never come back") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.create(east1, "account", {{"name", text("A")}});
  const auto version = world.remove(east1, "account", id);
  REQUIRE(version.ok());
  CHECK(version->version == world.records->head()->seq);
  CHECK(world.records->get(east1, world.table("account"), id).error().code == ErrorCode::deleted);
  for (const auto kind : {ChangeKind::create, ChangeKind::update, ChangeKind::remove})
    CHECK(world
              .write(east1,
                     world.change("account", id, kind,
                                  kind == ChangeKind::remove ? Values{} : Values{{"name", text("A")}}),
                     {}, Absent::create)
              .error()
              .code == ErrorCode::deleted);
  CHECK(world.write(east1, world.change("contact", id, ChangeKind::create, {{"lastname", text("A")}})).error().code ==
        ErrorCode::deleted);
}

TEST_CASE("a delete takes its children along, empties what may be empty, and is refused while a record holds on") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto account = world.create(east1, "account", {{"name", text("Company")}});
  const auto contact =
      world.create(east1, "contact", {{"lastname", text("King")}, {"parentcustomerid", world.ref("account", account)}});
  const auto task =
      world.create(east1, "task", {{"subject", text("Call")}, {"regardingobjectid", world.ref("contact", contact)}});
  const auto subsidiary = world.create(
      east1, "account", {{"name", text("Subsidiary")}, {"parentaccountid", world.ref("account", account)}});
  REQUIRE(world.remove(east1, "account", account).ok());
  CHECK(world.records->get(east1, world.table("contact"), contact).error().code == ErrorCode::deleted);
  CHECK(world.records->get(east1, world.table("task"), task).error().code == ErrorCode::deleted);
  CHECK(world.value("account", subsidiary, "parentaccountid") == kNull);
  CHECK(world.records->get(east1, world.table("account"), subsidiary)->version == world.records->head()->seq);
  CHECK(world.records->verify().ok());

  const auto held = world.remove(world.admin(), "systemuser", world.east1);
  CHECK(held.error().code == ErrorCode::referenced);
  const auto unit = world.remove(world.admin(), "businessunit", world.west_unit);
  CHECK(unit.error().code == ErrorCode::referenced);
  CHECK(unit.error().message ==
        "This Business Unit can't be deleted: the User \"west1\" names it as its Business Unit.");
}

TEST_CASE("a delete that names its cut is refused if the record or a child is newer, and says which") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto account = world.create(east1, "account", {{"name", text("Company")}});
  const auto contact =
      world.create(east1, "contact", {{"lastname", text("King")}, {"parentcustomerid", world.ref("account", account)}});
  const auto seen = *world.records->head();
  const Condition condition{Condition::Kind::none, {}, seen};
  world.update(east1, "contact", contact, {{"firstname", text("Ada")}});
  const auto refused = world.remove(east1, "account", account, condition);
  CHECK(refused.error().code == ErrorCode::version_conflict);
  CHECK(refused.error().target == "contacts(" + contact.to_string() + ")");
  world.update(east1, "account", account, {{"telephone1", text("1")}});
  const auto both = world.remove(east1, "account", account, condition);
  CHECK(both.error().target == "accounts(" + account.to_string() + "),contacts(" + contact.to_string() + ")");
  CHECK(world.remove(east1, "account", account, {Condition::Kind::none, {}, *world.records->head()}).ok());
}

TEST_CASE("a delete is refused where a child may not be deleted") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto account = world.create(east1, "account", {{"name", text("Company")}});
  const auto contact =
      world.create(east1, "contact", {{"lastname", text("King")}, {"parentcustomerid", world.ref("account", account)}});
  world.update(east1, "contact", contact, {{"ownerid", world.ref("systemuser", world.west1)}});
  CHECK(world.remove(east1, "account", account).error().code == ErrorCode::forbidden);
  CHECK(world.remove(world.admin(), "account", account).ok());
}

TEST_CASE("parties have rows of their own that follow the activity") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto contact = world.create(east1, "contact", {{"lastname", text("King")}});
  const auto me = model::PartyList{{world.ref("systemuser", world.east1)}};
  const auto call = world.create(
      east1, "phonecall",
      {{"subject", text("Call")}, {"from", me}, {"to", model::PartyList{{world.ref("contact", contact)}}}});
  const auto parties = [&] {
    const auto page = world.records->list(world.admin(), {.table = world.table("activityparty").number}, 100);
    std::vector<RecordId> ids;
    for (const auto& row : page->records) ids.push_back(row.id);
    return ids;
  };
  CHECK(parties().size() == 2);
  CHECK(world.records->list(east1, {.table = world.table("activityparty").number}, 100)->records.empty());
  world.update(east1, "phonecall", call, {{"to", me}});
  const auto now = parties();
  CHECK(std::find(now.begin(), now.end(), party_id(call, 2, world.east1)) != now.end());
  CHECK(std::find(now.begin(), now.end(), party_id(call, 2, contact)) == now.end());
  CHECK(world.records->verify().ok());
  REQUIRE(world.remove(east1, "phonecall", call).ok());
  CHECK(parties().empty());
  const auto made = world.write(world.admin(), world.change("activityparty", world.new_id(), ChangeKind::create));
  CHECK(made.error().code == ErrorCode::forbidden);
}

TEST_CASE("a link has the id of its pair; making it twice changes nothing; it may be made again") {
  World world;
  const Values pair{{"teamid", world.ref("team", world.team)}, {"systemuserid", world.ref("systemuser", world.west1)}};
  const auto id = world.create(world.admin(), "teammembership", pair);
  CHECK(id == link_id(world.table("teammembership"), world.team, world.west1));
  const auto twice = world.write(
      world.admin(), world.change("teammembership", world.new_id(), ChangeKind::create, pair), absent_only());
  REQUIRE(twice.ok());
  CHECK(twice->unchanged);
  CHECK(twice->id == id);
  REQUIRE(world.remove(world.admin(), "teammembership", id).ok());
  CHECK(world.create(world.admin(), "teammembership", pair) == id);
  CHECK(world.records->verify().ok());
}

TEST_CASE("what says who may do what moves the rights mark; other records don't") {
  World world;
  const auto mark = [&] { return *access::rights_mark(*world.database, OrganizationNumber(1)); };
  auto before = mark();
  world.create(world.caller(world.east1), "account", {{"name", text("A")}});
  CHECK(mark() == before);
  world.update(world.admin(), "systemuser", world.east1, {{"isdisabled", number(1)}});
  CHECK(mark() != before);
  before = mark();
  world.create(world.admin(), "teammembership",
               {{"teamid", world.ref("team", world.team)}, {"systemuserid", world.ref("systemuser", world.west1)}});
  CHECK(mark() != before);
  // Experience and rules decide what a device holds.
  before = mark();
  const auto profile = world.create(world.admin(), "mobileofflineprofile", {{"name", text("P")}});
  CHECK(mark() != before);
  before = mark();
  world.update(world.admin(), "mobileofflineprofile", profile, {{"published", number(1)}});
  CHECK(mark() != before);
  before = mark();
  world.update(world.admin(), "organization", world.organization_id, {{"rules", text("classic")}});
  CHECK(mark() != before);
}

TEST_CASE("requests are remembered, found by their user only, and forgotten after the retention") {
  World world;
  auto& records = *world.records;
  CHECK_FALSE(records.recall(world.east1, "r1")->has_value());
  REQUIRE(records.remember(world.east1, "r1", {"hash", 204, "ETag: W/\"1\"", ""}, world.now).ok());
  const auto found = records.recall(world.east1, "r1");
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->hash == "hash");
  CHECK((*found)->status == 204);
  CHECK((*found)->headers == "ETag: W/\"1\"");
  CHECK_FALSE(records.recall(world.east2, "r1")->has_value());
  REQUIRE(records.sweep(world.now + Duration::of_days(89)).ok());
  CHECK(records.recall(world.east1, "r1")->has_value());
  REQUIRE(records.sweep(world.now + Duration::of_days(91)).ok());
  CHECK_FALSE(records.recall(world.east1, "r1")->has_value());
}

TEST_CASE("lists hold what the caller may read, page by page, with the count") {
  World world;
  const auto east1 = world.caller(world.east1);
  for (int i = 0; i < 25; ++i) world.create(east1, "account", {{"name", text("Account " + std::to_string(i))}});
  world.create(world.caller(world.west1), "account", {{"name", text("Theirs")}});
  const auto& accounts = world.table("account");
  query::Query query;
  query.table = accounts.number;
  query.count = true;
  query.order.push_back({{{}, *accounts.primary_name}, true});
  std::vector<std::string> names;
  for (int pages = 1;; ++pages) {
    const auto page = world.records->list(east1, query, 10);
    REQUIRE(page.ok());
    CHECK(page->count == 25);
    for (const auto& record : page->records) names.push_back(*model::text_in(record.values[*accounts.primary_name]));
    if (!page->next) {
      CHECK(pages == 3);
      break;
    }
    query.after = page->next;
  }
  CHECK(names.size() == 25);
  CHECK(std::is_sorted(names.rbegin(), names.rend()));
  query.after.reset();
  query.top = 7;
  const auto top = world.records->list(east1, query, 10);
  CHECK(top->records.size() == 7);
  CHECK_FALSE(top->next.has_value());
}

TEST_CASE("a commit that would change too many records is refused as a whole") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto transaction = sql::Transaction::begin(*world.database);
  REQUIRE(world.records->begin_part().ok());
  Result<Outcome> last = Outcome{};
  for (std::size_t i = 0; i <= kPartRowsMax && last.ok(); ++i)
    last =
        world.records->apply(east1, world.change("account", world.new_id(), ChangeKind::create, {{"name", text("A")}}),
                             {}, Absent::refuse, world.now);
  world.records->abandon_part();
  CHECK_FALSE(last.ok());
  CHECK(last.error().code == ErrorCode::too_large);
}

// The scope that was rolled back had a number; another key gets that number then.
TEST_CASE("a scope made in a transaction that was rolled back is not remembered") {
  World world;
  const auto west1 = world.caller(world.west1), east1 = world.caller(world.east1);
  const auto lead = [&](const access::Caller& caller) {
    return world.change(
        "lead", world.new_id(), ChangeKind::create,
        {{"subject", text("Lead")}, {"lastname", text("King")}, {"ownerid", world.ref("systemuser", caller.user)}});
  };
  {
    auto transaction = sql::Transaction::begin(*world.database);
    REQUIRE(world.records->begin_part().ok());
    REQUIRE(world.records->apply(west1, lead(west1), {}, Absent::refuse, world.now).ok());
    REQUIRE(world.records->end_part().ok());
  }
  REQUIRE(world.write(east1, lead(east1)).ok());
  REQUIRE(world.write(west1, lead(west1)).ok());
  CHECK(world.records->verify().ok());
  PulledDevice device(world, west1);
  device.sync();
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
}

// Two thousand random changes of four users, some in groups that fail, some in transactions that are rolled back after
// their part was ended (as when the disk is full at the commit). Then everything is counted again.
TEST_CASE("totals equal a recount after random changes with rollbacks between") {
  const std::uint64_t seed = 20261123;
  World world(seed);
  MESSAGE("seed ", seed);
  std::vector<access::Caller> callers{world.caller(world.east1), world.caller(world.east2), world.caller(world.west1),
                                      world.admin()};
  std::vector<std::pair<std::string, RecordId>> known;
  std::vector<std::unique_ptr<PulledDevice>> devices;
  for (const auto& caller : callers) devices.push_back(std::make_unique<PulledDevice>(world, caller));
  const auto owner = [&]() -> model::Value {
    const RecordId owners[] = {world.east1, world.east2, world.west1};
    return world.random.one_in(3) ? world.ref("team", world.team)
                                  : world.ref("systemuser", owners[world.random.below(3)]);
  };
  const auto random_change = [&]() -> model::RecordChange {
    if (known.empty() || world.random.one_in(3)) {
      known.emplace_back("account", world.new_id());
      return world.change("account", known.back().second, ChangeKind::create,
                          {{"name", text(world.random.hex(4))}, {"ownerid", owner()}});
    }
    const auto [table, id] = known[world.random.below(known.size())];
    switch (world.random.below(5)) {
      case 0: return world.change(table, id, ChangeKind::remove);
      case 1: return world.change(table, id, ChangeKind::update, {{"ownerid", owner()}});
      case 2:
        return world.change(
            table, id, ChangeKind::update,
            {{"parentaccountid", world.ref("account", known[world.random.below(known.size())].second)}});
      default: return world.change(table, id, ChangeKind::update, {{"telephone1", text(world.random.hex(2))}});
    }
  };
  for (int i = 0; i < 2000; ++i) {
    const auto& caller = world.random.one_in(2) ? callers[3] : callers[world.random.below(3)];
    auto transaction = sql::Transaction::begin(*world.database);
    REQUIRE(transaction.ok());
    const auto parts = world.random.below(3);
    for (std::uint64_t part = 0; part <= parts; ++part) {
      auto savepoint = sql::Savepoint::begin(*world.database);
      REQUIRE(savepoint.ok());
      REQUIRE(world.records->begin_part().ok());
      bool good = true;
      for (auto left = world.random.below(3); good && left-- > 0;)
        good = world.records->apply(caller, random_change(), {}, Absent::refuse, world.now).ok();
      if (good && !world.random.one_in(5)) {
        REQUIRE(world.records->end_part().ok());
        REQUIRE(savepoint->release().ok());
      } else {
        world.records->abandon_part();
      }
    }
    if (!world.random.one_in(5)) REQUIRE(transaction->commit().ok());
    else REQUIRE(world.database->execute("rollback").ok());
    if (world.random.one_in(20)) (void)devices[world.random.below(devices.size())]->pull(1 + world.random.below(20));
  }
  const auto verified = world.records->verify();
  if (!verified.ok()) MESSAGE(verified.error().message);
  CHECK(verified.ok());
  for (auto& device : devices) {
    device->sync(50);
    CHECK(device->held() == device->readable());
    CHECK(device->totals_fit());
    CHECK(device->came_twice_in_load == 0);
  }
}

}  // namespace satchel::server::records
