// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "server/records/internal/cursor.h"
#include "server/records/internal/pull_page.h"
#include "server/records/internal/test_world.h"

namespace satchel::server::records {

using model::ChangeKind;
using odata::FeedMark;
using odata::FeedPhase;

namespace {

Values account(std::string_view name) { return {{"name", std::string(name)}}; }

std::vector<RecordId> make_accounts(World& world, const access::Caller& caller, int count) {
  std::vector<RecordId> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back(world.create(caller, "account", account("Account " + std::to_string(i))));
  return ids;
}

}  // namespace

TEST_CASE("a first sync reads tables in their order and ends at a cut with totals") {
  World world;
  const auto east1 = world.caller(world.east1);
  make_accounts(world, east1, 25);
  PulledDevice device(world, east1);
  device.pull(10);
  CHECK(device.head.phase == FeedPhase::load);
  CHECK_FALSE(device.head.complete);
  CHECK(device.head.rows_expected > 0);
  CHECK(device.cursor.size() < 2000);
  device.sync(10);
  CHECK(device.head.phase == FeedPhase::delta);
  CHECK(device.head.cut == *world.records->head());
  CHECK(device.came_twice_in_load == 0);
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
}

// Ten accounts in each commit, pages of seven: a page is as long as the seqs in it.
TEST_CASE("a page never ends inside a seq, neither in a load nor in a delta") {
  World world;
  const auto east1 = world.caller(world.east1);
  std::map<Seq, std::size_t> rows_of_seq;
  const auto commit_ten = [&] {
    std::vector<model::RecordChange> changes;
    for (int i = 0; i < 10; ++i)
      changes.push_back(world.change("account", world.new_id(), ChangeKind::create, account("A")));
    REQUIRE(world.write_all(east1, changes).ok());
    rows_of_seq[world.records->head()->seq] = 10;
  };
  const auto pull_all = [&](PulledDevice& device) {
    std::map<Seq, std::set<std::size_t>> pages_of_seq;
    do {
      REQUIRE(device.pull(7));
      for (const auto& [seq, record] : device.came) pages_of_seq[seq].insert(device.pages);
    } while (!device.head.complete);
    for (const auto& [seq, pages] : pages_of_seq) CHECK_MESSAGE(pages.size() == 1, "seq ", seq.value);
  };
  for (int i = 0; i < 5; ++i) commit_ten();
  PulledDevice device(world, east1);
  pull_all(device);
  for (int i = 0; i < 5; ++i) commit_ten();
  pull_all(device);
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
}

TEST_CASE("a row that moves between owners while a device is loading ends where it belongs") {
  for (const std::size_t pages_before : {1, 2, 3, 4, 5, 6}) {
    World world;
    const auto east1 = world.caller(world.east1);
    const auto ids = make_accounts(world, east1, 20);
    PulledDevice device(world, east1);
    for (std::size_t i = 0; i < pages_before; ++i) device.pull(5);
    // One goes to the team (still his), one to somebody else, one away for good.
    world.update(east1, "account", ids[3], {{"ownerid", world.ref("team", world.team)}});
    world.update(east1, "account", ids[4], {{"ownerid", world.ref("systemuser", world.west1)}});
    REQUIRE(world.remove(east1, "account", ids[5]).ok());
    device.sync(5);
    CHECK(device.came_twice_in_load == 0);
    CHECK(device.held() == device.readable());
    CHECK(device.held().contains(ids[3]));
    CHECK_FALSE(device.held().contains(ids[4]));
    CHECK_FALSE(device.held().contains(ids[5]));
    CHECK(device.totals_fit());
  }
}

TEST_CASE("a device that had the row hears of its leaving, and only once") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.create(east1, "account", account("Alpine"));
  PulledDevice device(world, east1), other(world, world.caller(world.west1));
  device.sync();
  other.sync();
  world.update(east1, "account", id, {{"ownerid", world.ref("systemuser", world.west1)}});
  device.sync();
  REQUIRE(device.marks.size() == 1);
  CHECK(device.marks[0].kind == FeedMark::Kind::leave);
  CHECK(device.marks[0].id == id);
  CHECK(device.came.empty());
  device.sync();
  CHECK(device.marks.empty());
  other.sync();
  CHECK(other.held().contains(id));
  CHECK(other.totals_fit());
  CHECK(device.totals_fit());
}

TEST_CASE("a deleted record is told as deleted, once for all its scopes") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.create(east1, "account", account("Alpine"));
  PulledDevice device(world, east1), admin(world, world.admin());
  device.sync();
  admin.sync();
  REQUIRE(world.remove(east1, "account", id).ok());
  for (auto* each : {&device, &admin}) {
    each->sync();
    REQUIRE(each->marks.size() == 1);
    CHECK(each->marks[0].kind == FeedMark::Kind::deleted);
    CHECK(each->totals_fit());
  }
}

TEST_CASE("a user who leaves a team hears that the scope is gone; one who joins is granted it and its rows") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto mine = world.create(east1, "account", account("Mine"));
  const auto ours =
      world.create(east1, "account", {{"name", std::string("Ours")}, {"ownerid", world.ref("team", world.team)}});
  PulledDevice device(world, east1);
  device.sync();
  REQUIRE(device.held().contains(ours));

  auto members = world.records->list(world.admin(), {.table = world.table("teammembership").number}, 10);
  REQUIRE(members.ok());
  RecordId membership;
  for (const auto& row : members->records)
    if (std::get<model::Reference>(row.values[world.table("teammembership").find_column("systemuserid")->index]).id ==
        world.east1)
      membership = row.id;
  REQUIRE(world.remove(world.admin(), "teammembership", membership).ok());
  device.caller = world.caller(world.east1);
  device.sync();
  REQUIRE(device.head.dropped.size() == 1);
  CHECK_FALSE(device.held().contains(ours));
  CHECK(device.held().contains(mine));
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());

  world.create(world.admin(), "teammembership",
               {{"teamid", world.ref("team", world.team)}, {"systemuserid", world.ref("systemuser", world.east1)}});
  device.caller = world.caller(world.east1);
  device.pull();
  REQUIRE(device.head.granted.size() == 1);
  CHECK(device.head.phase == FeedPhase::load);
  device.sync();
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
}

// E1, E5, E6: the sync tables of a user are those of his profile, and those that every device holds.
TEST_CASE("a drafts user's device holds only what every device does; a change of experience grants and drops scopes") {
  World world;
  auto east1 = world.caller(world.east1);
  const auto mine = world.create(east1, "account", account("Mine"));
  const auto task = world.create(east1, "task", {{"subject", std::string("Call")}});
  east1.offline = {.is_sync = false};
  PulledDevice device(world, east1);
  device.sync();
  CHECK_FALSE(device.rows.empty());
  for (const auto& [id, row] : device.rows) CHECK(world.schema().at(row.table).on_every_device);
  CHECK(device.held().contains(world.east1));
  CHECK(device.held().contains(world.organization_id));
  CHECK(device.totals_fit());

  device.caller.offline = {.is_sync = true, .sets = {"accounts"}};
  device.sync();
  CHECK(device.held().contains(mine));
  CHECK_FALSE(device.held().contains(task));
  CHECK(device.totals_fit());

  device.caller.offline = {};
  device.sync();
  CHECK(device.held() == device.readable());

  device.caller.offline = {.is_sync = false};
  device.pull();
  CHECK(device.head.dropped.size() >= 2);
  device.sync();
  for (const auto& [id, row] : device.rows) CHECK(world.schema().at(row.table).on_every_device);
  CHECK(device.totals_fit());

  // What is cached is asked for by name (C6).
  device.named = {{world.table("account").number, mine, Seq()}};
  REQUIRE(device.pull());
  REQUIRE(device.came.size() == 1);
  CHECK(device.came[0].second == mine);
}

TEST_CASE("a key that gets its first record becomes a scope that is granted then") {
  World world;
  const auto west1 = world.caller(world.west1);
  PulledDevice device(world, west1);
  device.sync();
  const auto before = device.scopes.size();
  const auto id = world.create(west1, "lead", {{"subject", std::string("New")}, {"lastname", std::string("King")}});
  device.sync();
  CHECK(device.scopes.size() == before + 1);
  CHECK(device.held().contains(id));
  CHECK(device.totals_fit());
}

TEST_CASE("a load may be taken up again at any of its pages and gives the same rows") {
  World world;
  const auto east1 = world.caller(world.east1);
  make_accounts(world, east1, 30);
  PulledDevice device(world, east1);
  std::vector<std::string> cursors{""};
  do {
    device.pull(7);
    cursors.push_back(device.cursor);
  } while (!device.head.complete);
  const auto all = device.rows;
  // The answer to a page is lost again and again: the same cursor is sent twice, and the device takes both.
  PulledDevice again(world, east1);
  again.id = device.id;
  for (std::size_t i = 0; i + 1 < cursors.size(); ++i) {
    again.cursor = cursors[i];
    again.pull(7);
    const auto first = again.came;
    again.cursor = cursors[i];
    again.pull(7);
    CHECK(again.came == first);
  }
  CHECK(again.rows == all);
  CHECK(again.totals_fit());
}

// No role of today has two keys for one record. The page doesn't rely on that: here it's given both of a record's scopes.
TEST_CASE("a row in two scopes of a device travels once with both") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto ids = make_accounts(world, east1, 10);
  Context context(*world.database, OrganizationNumber(1), world.schema(), world.random, world.log);
  Scopes scopes(context);
  const auto state = read_state(context);
  REQUIRE(state.ok());
  scopes.use(*state);
  const TableSql& accounts = *context.find("account");
  Subscription both;
  for (const access::AccessKey& key : {access::AccessKey{odata::AccessKind::owner, world.east1}, access::AccessKey{}}) {
    const auto number = scopes.find({accounts->number, key});
    REQUIRE((number.ok() && number->has_value()));
    both.push_back({**number, &accounts, key});
  }
  std::sort(both.begin(), both.end(), [](const auto& a, const auto& b) { return a.number < b.number; });

  PullRequest request{.device = new_id<DeviceId>(world.random, world.now)};
  std::vector<RecordId> came;
  for (const auto phase : {FeedPhase::load, FeedPhase::delta}) {
    PullPage::Pool pool(context.schema);
    const auto bytes = PullPage(context, scopes, pool, east1, request).make(*state, both, nullptr, world.now);
    REQUIRE(bytes.ok());
    auto page = odata::FeedPageReader::open(world.schema(), *bytes);
    REQUIRE(page.ok());
    CHECK(page->head().phase == phase);
    request.cursor = page->head().cursor;
    odata::FeedPageReader::Row row;
    while (*page->next(row)) {
      CHECK(std::vector(row.scopes.begin(), row.scopes.end()) == std::vector{both[0].number, both[1].number});
      came.push_back(row.id);
    }
  }
  CHECK(came == ids);
}

TEST_CASE("rights grow in the middle of a load: the new scopes wait for the cut, so no row comes twice") {
  World world;
  const auto east1 = world.caller(world.east1);
  make_accounts(world, east1, 20);
  PulledDevice device(world, east1);
  for (int i = 0; i < 4; ++i) device.pull(5);
  device.caller = world.caller(world.east1, access::Role::system_administrator);
  const auto granted = device.scopes.size();
  device.pull(5);
  CHECK(device.scopes.size() <= granted);
  while (!device.head.complete) REQUIRE(device.pull(5));
  CHECK(device.came_twice_in_load == 0);
  device.sync(5);
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
}

TEST_CASE("a cursor of another user, another device, or an altered one is refused") {
  World world;
  const auto east1 = world.caller(world.east1), east2 = world.caller(world.east2);
  PulledDevice device(world, east1), same_user(world, east1), other_user(world, east2);
  device.sync();
  same_user.cursor = other_user.cursor = device.cursor;
  other_user.id = device.id;
  CHECK_FALSE(same_user.pull());
  CHECK(same_user.error.code == ErrorCode::bad_cursor);
  CHECK_FALSE(other_user.pull());
  CHECK(other_user.error.code == ErrorCode::bad_cursor);
  const auto good = device.cursor;
  for (std::size_t i = 0; i < good.size(); ++i) {
    device.cursor = good;
    device.cursor[i] = device.cursor[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(device.pull());
    CHECK(device.error.code == ErrorCode::bad_cursor);
  }
  for (const auto& bad : std::vector<std::string>{"x", "!!!!", "AAAA", std::string(5000, 'A')}) {
    device.cursor = bad;
    CHECK_FALSE(device.pull());
    CHECK(device.error.code == ErrorCode::bad_cursor);
  }
}

TEST_CASE("named rows are answered: same, changed, gone, forbidden") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto mine = world.create(east1, "account", account("Mine"));
  const auto gone = world.create(east1, "account", account("Gone"));
  const auto theirs = world.create(world.caller(world.west1), "account", account("Theirs"));
  PulledDevice device(world, east1);
  device.sync();
  REQUIRE(world.remove(east1, "account", gone).ok());
  const auto number = world.table("account").number;
  const auto version = device.rows.at(mine).version;
  device.named = {{number, mine, version},
                  {number, mine, Seq(0)},
                  {number, gone, Seq(1)},
                  {number, theirs, Seq(1)},
                  {number, world.new_id(), Seq(1)}};
  device.sync();
  using odata::NamedAnswer;
  std::vector<NamedAnswer> answers;
  for (const auto& named : device.head.named) answers.push_back(named.answer);
  CHECK(answers == std::vector{NamedAnswer::same, NamedAnswer::changed, NamedAnswer::gone, NamedAnswer::forbidden,
                               NamedAnswer::gone});
  REQUIRE(device.came.size() == 1);
  CHECK(device.rows.at(mine).scopes.size() == 1);
  device.named.assign(odata::kNamedRowsMax + 1, {number, mine, version});
  CHECK_FALSE(device.pull());
  CHECK(device.error.code == ErrorCode::too_large);
}

TEST_CASE("named rows don't keep a delta from moving on") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto ids = make_accounts(world, east1, 20);
  PulledDevice device(world, east1);
  device.sync();
  for (const auto id : ids) device.named.push_back({world.table("account").number, id, Seq(0)});
  for (const auto id : make_accounts(world, east1, 20)) (void)id;
  device.sync(5);
  CHECK(device.pages < 20);
  CHECK(device.held() == device.readable());
}

// A device of somebody with offline drafts holds accounts without a scope. We change what he may read in every way there is, and look
// at what the watch says of it.
TEST_CASE("C6: the watch tells of each record in sight that was changed, given away or deleted, and of no other") {
  World world;
  auto drafter = world.caller(world.east1);
  drafter.offline.is_sync = false;
  const auto east2 = world.caller(world.east2), west1 = world.caller(world.west1);
  const auto of_team = Values{{"name", std::string("Team's")}, {"ownerid", world.ref("team", world.team)}};
  const auto changed = world.create(drafter, "account", account("Changed"));
  const auto teams = world.create(drafter, "account", of_team);
  const auto removed = world.create(drafter, "account", account("Removed"));
  const auto untouched = world.create(drafter, "account", account("Untouched"));
  const auto theirs = world.create(west1, "account", account("Theirs"));
  PulledDevice device(world, drafter);
  device.sync();
  CHECK_FALSE(device.head.watch.has_value());
  device.watch = 4;
  device.sync();
  REQUIRE(device.head.watch.has_value());
  CHECK(device.head.watch->is_new);
  const auto touched = [&] {
    device.sync();
    REQUIRE(device.head.watch.has_value());
    CHECK_FALSE(device.head.watch->is_new);
    CHECK(device.head.watch->whole.empty());
    return std::set<RecordId>(device.head.watch->touched.begin(), device.head.watch->touched.end());
  };
  using Ids = std::set<RecordId>;
  CHECK(touched() == Ids{});
  world.update(drafter, "account", changed, {{"name", std::string("Changed again")}});
  world.update(west1, "account", theirs, {{"name", std::string("Theirs again")}});
  CHECK(touched() == Ids{changed});
  world.update(world.admin(), "account", teams, {{"ownerid", world.ref("systemuser", world.west1)}});
  CHECK(touched() == Ids{teams});
  world.update(world.admin(), "account", theirs, {{"ownerid", world.ref("systemuser", world.east1)}});
  REQUIRE(world.remove(drafter, "account", removed).ok());
  CHECK(touched() == Ids{theirs, removed});
  world.update(world.admin(), "account", changed, {{"ownerid", world.ref("team", world.team)}});
  CHECK(touched() == Ids{changed});
  world.update(east2, "account", changed, {{"name", std::string("By a colleague")}});
  const auto cursor = device.cursor;
  CHECK(touched() == Ids{changed});
  device.cursor = cursor;  // its answer was lost
  CHECK(touched() == Ids{changed});
  CHECK(touched() == Ids{});
  (void)untouched;
}

TEST_CASE("C6: by other rights or for another profile the watch is new, and a device that asks no more has none") {
  World world;
  auto drafter = world.caller(world.east1);
  drafter.offline.is_sync = false;
  PulledDevice device(world, drafter);
  device.watch = 1;
  device.sync();
  const auto is_new = [&] {
    device.sync();
    return device.head.watch.has_value() && device.head.watch->is_new;
  };
  CHECK_FALSE(is_new());
  device.caller.teams.clear();
  CHECK(is_new());
  CHECK_FALSE(is_new());
  device.caller.roles = {access::Role::system_administrator};
  CHECK(is_new());
  device.caller.offline = {.is_sync = true, .sets = {"accounts"}};
  CHECK(is_new());
  CHECK_FALSE(is_new());
  // What he holds by scope now isn't watched.
  const auto own = world.create(world.caller(world.east1), "account", account("Own"));
  device.sync();
  const auto contact = world.create(world.caller(world.east1), "contact", {{"lastname", std::string("King")}});
  device.sync();
  CHECK(device.head.watch->touched == std::vector{contact});
  CHECK(device.rows.contains(own));
  device.watch = 0;
  device.sync();
  CHECK_FALSE(device.head.watch.has_value());
  device.watch = 1;
  CHECK(is_new());
}

TEST_CASE(
    "C6: of a table in which more happened than the device holds the watch says that, and nothing of each record") {
  World world;
  auto drafter = world.caller(world.east1);
  drafter.offline.is_sync = false;
  PulledDevice device(world, drafter);
  device.watch = 1;
  device.sync();
  const auto contact = world.create(drafter, "contact", {{"lastname", std::string("King")}});
  make_accounts(world, drafter, 101);
  device.sync();
  REQUIRE(device.head.watch.has_value());
  CHECK(device.head.watch->whole == std::vector{world.table("account").number});
  CHECK(device.head.watch->touched == std::vector{contact});
  device.sync();
  CHECK(device.head.watch->whole.empty());
  make_accounts(world, drafter, 101);
  device.watch = 200;
  device.sync();
  CHECK(device.head.watch->touched.size() == 101);
}

TEST_CASE("a repair skips the load: all scopes and totals, no rows") {
  World world;
  const auto east1 = world.caller(world.east1);
  make_accounts(world, east1, 30);
  PulledDevice device(world, east1);
  device.skip_load = true;
  REQUIRE(device.pull());
  CHECK(device.head.complete);
  CHECK(device.came.empty());
  CHECK(device.head.granted.size() == device.head.totals.size());
  CHECK(device.head.cut == *world.records->head());
}

TEST_CASE("a server that was restored from a backup doesn't know the device's cut") {
  World world;
  const auto east1 = world.caller(world.east1);
  PulledDevice device(world, east1);
  device.sync();
  const Cut before = *world.records->head();
  CHECK(world.records->check_cut(before).ok());
  CHECK(world.records->check_cut({before.seq, before.mark ^ 1}).error().code == ErrorCode::history_changed);
  CHECK(world.records->check_cut({before.seq.next(), before.mark}).error().code == ErrorCode::history_changed);
  world.create(east1, "account", account("Alpine"));
  CHECK(world.records->check_cut(before).ok());

  SUBCASE("another history with the same numbers") {
    // As after restoring a backup made before this commit: the number is given again, the mark isn't.
    REQUIRE(world.database->execute("update organization_state set mark = mark + 1").ok());
    REQUIRE(world.database->execute("update commit_mark set mark = mark + 1").ok());
    CHECK_FALSE(device.pull());
    CHECK(device.error.code == ErrorCode::history_changed);
    device.cut.reset();
    CHECK_FALSE(device.pull());  // the cursor alone tells
    CHECK(device.error.code == ErrorCode::history_changed);
  }
  SUBCASE("a new epoch") {
    const Uuid epoch = world.records->epoch();
    const auto last = world.records->head();
    REQUIRE(last.ok());
    REQUIRE(world.records->begin_new_epoch(world.now).ok());
    CHECK(world.records->epoch() != epoch);
    CHECK_FALSE(device.pull());
    CHECK(device.error.code == ErrorCode::history_changed);
    // Numbers go on where no history was yet, and the device is told which ones it may have seen in vain.
    const auto head = world.records->head();
    REQUIRE(head.ok());
    CHECK(head->seq.value >= world.now.milliseconds);
    CHECK(device.error.target == std::to_string(last->seq.value) + "-" + std::to_string(head->seq.value));
    device.cursor.clear();
    device.sync();
    CHECK(device.head.epoch == world.records->epoch());
  }
}

// Leaves and tombstones fall after 90 days; a device that comes later loads again and ends right.
TEST_CASE("a device from before the floor starts again, and loses nothing and keeps nothing") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto ids = make_accounts(world, east1, 10);
  PulledDevice device(world, east1), fresh(world, east1);
  device.sync();
  REQUIRE(world.remove(east1, "account", ids[0]).ok());
  world.update(east1, "account", ids[1], {{"ownerid", world.ref("systemuser", world.west1)}});
  fresh.sync();
  world.now = world.now + Duration::of_days(91);
  world.create(east1, "account", account("Later"));
  REQUIRE(world.records->sweep(world.now).ok());
  CHECK(world.records->verify().ok());
  CHECK(world.write(east1, world.change("account", ids[0], ChangeKind::create, account("Back"))).error().code ==
        ErrorCode::deleted);

  fresh.sync();
  CHECK(fresh.head.granted.empty());
  CHECK(fresh.held() == fresh.readable());
  CHECK(device.pull());
  CHECK(device.head.phase == FeedPhase::load);
  CHECK(device.head.granted.size() == device.scopes.size());
  // What a device does with a load from the beginning: what isn't in it is no longer held.
  device.rows.clear();
  device.cursor.clear();
  device.sync();
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
}

// The entries are wrong here, as after a bug or damage: the row belongs to somebody else, its scope entry says otherwise.
TEST_CASE("a row that its reader may not see doesn't travel, whatever the entries say") {
  World world;
  const auto east1 = world.caller(world.east1);
  const auto id = world.create(east1, "account", account("Alpine"));
  PulledDevice device(world, east1), fresh(world, east1);
  device.sync();
  world.update(east1, "account", id, account("Alpine Ski"));
  {
    auto move = sql::borrow(*world.database, "update account set ownerid = ?1");
    (*move)->bind_blob(1, world.west1.view());
    REQUIRE((*move)->run().ok());
  }
  device.sync();
  CHECK(device.came.empty());
  REQUIRE(device.marks.size() == 1);
  CHECK(device.marks[0].kind == FeedMark::Kind::leave);
  fresh.sync();
  CHECK_FALSE(fresh.held().contains(id));
  CHECK(world.records->verify().error().code == ErrorCode::store_damaged);
}

TEST_CASE("verify finds entries, totals and rows that don't fit together") {
  for (const std::string damage :
       {"delete from scope_entry where op = 0 and table_number = 1", "update scope_entry set seq = seq + 1",
        "update scope_total set row_sum = row_sum + 1", "update scope_total set row_count = row_count + 1",
        "delete from account", "update account set version = version - 1", "delete from activityparty"}) {
    World world;
    const auto east1 = world.caller(world.east1);
    world.create(east1, "account", account("Alpine"));
    const auto me = model::PartyList{{world.ref("systemuser", world.east1)}};
    world.create(east1, "phonecall", {{"subject", std::string("Call")}, {"from", me}, {"to", me}});
    CHECK(world.records->verify().ok());
    REQUIRE(world.database->execute(damage).ok());
    const auto verified = world.records->verify();
    CHECK_MESSAGE(!verified.ok(), damage);
    if (!verified.ok()) CHECK(verified.error().code == ErrorCode::store_damaged);
  }
}

TEST_CASE("a cursor is carried as it was") {
  Cursor cursor;
  cursor.epoch = Uuid{{1, 2, 3}};
  cursor.schema_number = -5;
  cursor.anchor = {Seq(1000), ~0ull};
  cursor.totals_from = Seq(7);
  cursor.horizon = Seq(8);
  cursor.sent = 9;
  cursor.first_load = true;
  cursor.scopes = {{ScopeNumber(1), Seq(5), false}, {ScopeNumber(2), Seq(5), true}, {ScopeNumber(900), Seq(0), false}};
  const CursorOwner owner{RecordId(Uuid{{1}}), DeviceId(Uuid{{2}})};
  const std::string secret(32, 's');
  const auto opened = open_cursor(seal_cursor(cursor, owner, secret), owner, secret);
  REQUIRE(opened.ok());
  CHECK(*opened == cursor);
  CHECK_FALSE(open_cursor(seal_cursor(cursor, owner, secret), owner, std::string(32, 't')).ok());
}

// Invariant 15: what a pull costs doesn't depend on how much there is.
TEST_CASE("an idle pull, and one with a single change, cost the same over ten times as many rows") {
  std::vector<std::uint64_t> idle, one_change;
  for (const int rows : {50, 500}) {
    World world;
    const auto east1 = world.caller(world.east1);
    const auto ids = make_accounts(world, east1, rows);
    PulledDevice device(world, east1);
    device.sync();
    auto before = world.database->rows_read();
    device.sync();
    idle.push_back(world.database->rows_read() - before);
    world.update(east1, "account", ids[0], account("Changed"));
    before = world.database->rows_read();
    device.sync();
    CHECK(device.came.size() == 1);
    one_change.push_back(world.database->rows_read() - before);
  }
  CHECK(idle[0] == idle[1]);
  CHECK(idle[0] < 100);
  CHECK(one_change[1] < one_change[0] + 50);
}

TEST_CASE("ranges come as rows where they are few, as buckets where they are many, and their sums add up") {
  World world;
  const auto east1 = world.caller(world.east1);
  make_accounts(world, east1, 600);
  PulledDevice device(world, east1);
  device.sync();
  const auto scope = std::find_if(device.scopes.begin(), device.scopes.end(), [&](const auto& s) {
    return s.second.table == world.table("account").number && s.second.key == world.east1;
  });
  REQUIRE(scope != device.scopes.end());
  const auto all = world.records->ranges(east1, {scope->first, std::nullopt, std::nullopt});
  REQUIRE(all.ok());
  CHECK(all->rows.empty());
  CHECK(all->buckets.size() <= 256);
  std::int64_t count = 0;
  std::uint64_t sum = 0;
  for (const auto& bucket : all->buckets) count += bucket.count, sum += bucket.sum;
  CHECK(count == device.totals.at(scope->first).count);
  CHECK(sum == device.totals.at(scope->first).sum);

  const auto part = world.records->ranges(east1, {scope->first, all->buckets[1].from, all->buckets[3].from});
  REQUIRE(part.ok());
  CHECK(part->buckets.empty());
  CHECK(static_cast<std::int64_t>(part->rows.size()) == all->buckets[1].count + all->buckets[2].count);
  CHECK(world.records->ranges(world.caller(world.west1), {scope->first, std::nullopt, std::nullopt}).error().code ==
        ErrorCode::forbidden);
}

}  // namespace satchel::server::records
