// SPDX-License-Identifier: Apache-2.0
#include "server/access/sessions.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "edge/sqlite/database.h"
#include "server/access/limits.h"
#include "server/access/rights_mark.h"

namespace satchel::server::access {
namespace {

class QuickHasher final : public PasswordHasher {
 public:
  std::string hash(std::string_view password) override { return "quick:" + std::string(password); }
  bool verify(std::string_view password, std::string_view hash) override {
    ++compared;
    return hash == "quick:" + std::string(password);
  }
  int compared = 0;
};

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("satchel_access_test_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

// Users ada (with a device) and bob, in the tables as records keeps them.
struct World {
  std::unique_ptr<sql::Database> database;
  SeededRandom random{7};
  QuickHasher hasher;
  Instant now = Instant::of_seconds(1'800'000'000);
  RecordId ada, bob, team, unit;
  DeviceId phone;
  std::unique_ptr<Sessions> sessions;

  World() {
    static const Folder folder;
    static int count = 0;
    auto opened = edge::sqlite::open({.path = folder.path / std::to_string(++count)});
    REQUIRE(opened.ok());
    database = std::move(*opened);
    REQUIRE(database
                ->execute("create table systemuser(organization, id, domainname, businessunitid, isdisabled, "
                          "mobileofflineprofileid);"
                          "create table teammembership(organization, id, teamid, systemuserid);"
                          "create table mobileofflineprofile(organization, id, published, tables);"
                          "create table organization(organization, id, rules, deployment)")
                .ok());
    sessions = std::make_unique<Sessions>(*database, OrganizationNumber(1), hasher, random, SessionLives{});
    auto transaction = sql::Transaction::begin(*database);
    REQUIRE(sessions->create_tables().ok());
    REQUIRE(transaction->commit().ok());
    unit = new_id<RecordId>(random, now);
    team = new_id<RecordId>(random, now);
    phone = new_id<DeviceId>(random, now);
    ada = add_user("Ada@demo", "engine");
    bob = add_user("bob@demo", "letmein");
  }

  RecordId add_user(std::string_view name, std::string_view password) {
    const auto id = new_id<RecordId>(random, now);
    auto insert = sql::borrow(*database, "insert into systemuser values (1, ?1, ?2, ?3, 0, null)");
    (*insert)->bind_blob(1, id.view());
    (*insert)->bind_text(2, name);
    (*insert)->bind_blob(3, unit.view());
    REQUIRE((*insert)->run().ok());
    REQUIRE(sessions->set_password(id, password).ok());
    REQUIRE(sessions->set_roles(id, {Role::salesperson}).ok());
    return id;
  }
  Result<Tokens> sign_in(std::string_view user, std::string_view password, std::string_view peer = "10.0.0.1") {
    return sessions->sign_in({std::string(user), std::string(password), "test", phone, std::string(peer)}, now);
  }
  // As records does it: the row and the mark in one transaction.
  void write(const std::string& sql) {
    auto transaction = sql::Transaction::begin(*database);
    REQUIRE(database->execute(sql).ok());
    REQUIRE(touch_rights(*database, OrganizationNumber(1), random).ok());
    REQUIRE(transaction->commit().ok());
  }
};

}  // namespace

TEST_CASE("signing in gives tokens, and a token gives its caller") {
  World world;
  const auto tokens = world.sign_in("ADA@Demo", "engine");
  REQUIRE(tokens.ok());
  CHECK(tokens->user == world.ada);
  CHECK(tokens->access_token.size() == 43);
  const auto caller = world.sessions->caller_of_token(tokens->access_token, world.now);
  REQUIRE(caller.ok());
  CHECK(caller->user == world.ada);
  CHECK(caller->user_name == "Ada@demo");
  CHECK(caller->business_unit == world.unit);
  CHECK(caller->roles == std::vector{Role::salesperson});
  CHECK(caller->device == world.phone);
  CHECK(world.sessions->caller_of_token("nonsense", world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sessions->caller_of_token(tokens->refresh_token, world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sessions->caller_of_token(tokens->access_token, world.now + Duration::of_hours(1)).error().code ==
        ErrorCode::unauthorized);
  const auto devices = world.sessions->devices();
  REQUIRE(devices->size() == 1);
  CHECK(devices->front().id == world.phone);
}

TEST_CASE("no token and no password stands in the database in the clear") {
  World world;
  const auto tokens = world.sign_in("ada@demo", "engine");
  for (const std::string_view secret :
       {std::string_view(tokens->access_token), std::string_view(tokens->refresh_token)}) {
    auto select = sql::borrow(*world.database, "select count(*) from session_token where instr(hash, ?1) > 0");
    (*select)->bind_text(1, secret);
    REQUIRE(*(*select)->step());
    CHECK((*select)->integer(0) == 0);
  }
}

TEST_CASE("a refresh token holds until its successor is used") {
  World world;
  const auto first = world.sign_in("ada@demo", "engine");
  // The answer is lost twice: the same token is sent again, and each answer is good.
  const auto lost = world.sessions->refresh(first->refresh_token, world.phone, world.now);
  REQUIRE(lost.ok());
  const auto second = world.sessions->refresh(first->refresh_token, world.phone, world.now);
  REQUIRE(second.ok());
  SUBCASE("by its access token") { REQUIRE(world.sessions->caller_of_token(second->access_token, world.now).ok()); }
  SUBCASE("by its refresh token") {
    REQUIRE(world.sessions->refresh(second->refresh_token, world.phone, world.now).ok());
  }
  CHECK(world.sessions->refresh(first->refresh_token, world.phone, world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sessions->refresh(second->refresh_token, world.phone, world.now).ok());
}

TEST_CASE("a first use that is rolled back leaves the token before it alive") {
  World world;
  const auto first = world.sign_in("ada@demo", "engine");
  const auto second = world.sessions->refresh(first->refresh_token, world.phone, world.now);
  {
    auto transaction = sql::Transaction::begin(*world.database);
    REQUIRE(world.sessions->caller_of_token(second->access_token, world.now).ok());
    REQUIRE(world.sessions->caller_of_token(second->access_token, world.now).ok());
  }
  CHECK(world.sessions->refresh(first->refresh_token, world.phone, world.now).ok());
}

TEST_CASE("a refresh token ends with its life") {
  World world;
  const auto tokens = world.sign_in("ada@demo", "engine");
  CHECK(world.sessions->refresh(tokens->refresh_token, std::nullopt, world.now).ok());
  CHECK(world.sessions->refresh(tokens->refresh_token, world.phone, world.now + Duration::of_days(90)).error().code ==
        ErrorCode::unauthorized);
}

// A store that was restored or copied goes on as another device; whoever uses the successor first ends the other (Y16).
TEST_CASE("a store that became another device refreshes its session, and then the old token is dead") {
  World world;
  const auto tokens = world.sign_in("ada@demo", "engine");
  const auto other = new_id<DeviceId>(world.random, world.now);
  const auto moved = world.sessions->refresh(tokens->refresh_token, other, world.now);
  REQUIRE(moved.ok());
  CHECK(world.sessions->caller_of_token(moved->access_token, world.now)->device == other);
  CHECK(world.sessions->refresh(tokens->refresh_token, world.phone, world.now).error().code == ErrorCode::unauthorized);
}

TEST_CASE("wrong passwords are slowed down per user, and a slowed try isn't compared") {
  World world;
  for (int i = 0; i < kFreeTriesOfUser; ++i)
    CHECK(world.sign_in("ada@demo", "wrong").error().code == ErrorCode::wrong_password);
  const int compared = world.hasher.compared;
  const auto slowed = world.sign_in("ada@demo", "engine");
  CHECK(slowed.error().code == ErrorCode::too_many_requests);
  CHECK(slowed.error().target == "1");
  CHECK(world.hasher.compared == compared);
  CHECK(world.sign_in("bob@demo", "letmein").ok());
  // Each further one doubles the wait, up to the most.
  Duration last;
  for (int i = 0; i < 12; ++i) {
    Duration waited;
    while (world.sign_in("ada@demo", "wrong").error().code == ErrorCode::too_many_requests) {
      world.now = world.now + Duration::of_seconds(1);
      waited = waited + Duration::of_seconds(1);
    }
    CHECK(waited >= last);
    CHECK(waited <= kWaitOfUserMax);
    last = waited;
  }
  CHECK(last == kWaitOfUserMax);
  world.now = world.now + kWaitOfUserMax;
  CHECK(world.sign_in("ada@demo", "engine").ok());
  CHECK(world.sign_in("ada@demo", "wrong").error().code == ErrorCode::wrong_password);
}

TEST_CASE("an address that guesses at many users is slowed down too, also for names that don't exist") {
  World world;
  for (int i = 0; i < kFreeTriesOfPeer; ++i)
    CHECK(world.sign_in("nobody" + std::to_string(i), "x", "10.0.0.66").error().code == ErrorCode::wrong_password);
  CHECK(world.hasher.compared == kFreeTriesOfPeer);
  CHECK(world.sign_in("ada@demo", "engine", "10.0.0.66").error().code == ErrorCode::too_many_requests);
  CHECK(world.sign_in("ada@demo", "engine", "10.0.0.1").ok());
}

TEST_CASE("basic sign-ins are remembered for a while, until the password changes") {
  World world;
  const SignIn request{"bob@demo", "letmein", "script", std::nullopt, "10.0.0.1"};
  REQUIRE(world.sessions->caller_of_password(request, world.now).ok());
  const int compared = world.hasher.compared;
  REQUIRE(world.sessions->caller_of_password(request, world.now).ok());
  CHECK(world.hasher.compared == compared);
  REQUIRE(world.sessions->caller_of_password(request, world.now + kBasicLife).ok());
  CHECK(world.hasher.compared == compared + 1);
  REQUIRE(world.sessions->set_password(world.bob, "other").ok());
  CHECK(world.sessions->caller_of_password(request, world.now).error().code == ErrorCode::wrong_password);
  CHECK(world.sessions->set_password(world.bob, "").error().code == ErrorCode::bad_value);
  CHECK(world.sessions->set_password(world.bob, std::string(kPasswordBytesMax + 1, 'x')).error().code ==
        ErrorCode::bad_value);
}

TEST_CASE("a disabled user is out at once, with token, refresh and password") {
  World world;
  const auto tokens = world.sign_in("ada@demo", "engine");
  REQUIRE(world.sessions->caller_of_token(tokens->access_token, world.now).ok());
  world.write("update systemuser set isdisabled = 1");
  CHECK(world.sessions->caller_of_token(tokens->access_token, world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sessions->refresh(tokens->refresh_token, world.phone, world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sign_in("ada@demo", "engine").error().code == ErrorCode::unauthorized);
  world.write("update systemuser set isdisabled = 0");
  CHECK(world.sessions->caller_of_token(tokens->access_token, world.now).ok());
}

TEST_CASE("a change of teams or roles is seen by the next request; one that is rolled back isn't") {
  World world;
  const auto tokens = world.sign_in("ada@demo", "engine");
  const auto caller = [&] { return *world.sessions->caller_of_token(tokens->access_token, world.now); };
  CHECK(caller().teams.empty());
  {
    auto transaction = sql::Transaction::begin(*world.database);
    REQUIRE(world.sessions->set_roles(world.ada, {Role::system_administrator}).ok());
    CHECK(caller().is_administrator());
  }
  CHECK_FALSE(caller().is_administrator());
  auto insert = sql::borrow(*world.database, "insert into teammembership values (1, x'00', ?1, ?2)");
  (*insert)->bind_blob(1, world.team.view());
  (*insert)->bind_blob(2, world.ada.view());
  REQUIRE((*insert)->run().ok());
  REQUIRE(touch_rights(*world.database, OrganizationNumber(1), world.random).ok());
  CHECK(caller().teams == std::vector{world.team});
  REQUIRE(world.sessions->set_roles(world.ada, {Role::salesperson, Role::system_administrator}).ok());
  CHECK(caller().roles.size() == 2);
  CHECK(world.sessions->roles_of(world.bob)->size() == 1);
}

// E1: who has a published profile. P1: classic rules have no offline sync on-premises.
TEST_CASE("a user's experience follows from his profile and the organisation's rules, with the next request") {
  World world;
  const auto tokens = world.sign_in("ada@demo", "engine");
  const auto offline = [&] { return world.sessions->caller_of_token(tokens->access_token, world.now)->offline; };
  const auto holds = [&](std::string_view table) { return offline().holds(*model::Schema::standard().find(table)); };
  CHECK_FALSE(offline().is_sync);
  CHECK_FALSE(holds("account"));
  CHECK(holds("systemuser"));

  world.write("insert into mobileofflineprofile values (1, x'0a', 1, null)");
  world.write("update systemuser set mobileofflineprofileid = x'0a' where domainname = 'Ada@demo'");
  CHECK(offline() == OfflineProfile{true, {}});
  CHECK(holds("account"));
  world.write("update mobileofflineprofile set tables = ' accounts,contacts; tasks'");
  CHECK(offline() == OfflineProfile{true, {"accounts", "contacts", "tasks"}});
  CHECK(holds("account"));
  CHECK_FALSE(holds("lead"));
  CHECK(holds("transactioncurrency"));
  world.write("update mobileofflineprofile set published = 0");
  CHECK_FALSE(offline().is_sync);

  world.write("update mobileofflineprofile set published = 1");
  world.write("insert into organization values (1, x'01', 'classic', 'online')");
  CHECK(offline().is_sync);
  world.write("update organization set deployment = 'on-premises'");
  CHECK_FALSE(offline().is_sync);
  world.write("update organization set rules = 'modern'");
  CHECK(offline().is_sync);
  CHECK_FALSE(
      world.sessions->caller_of_token(world.sign_in("bob@demo", "letmein")->access_token, world.now)->offline.is_sync);
}

TEST_CASE("revoking a user or a device ends its sessions and no others") {
  World world;
  const auto ada = world.sign_in("ada@demo", "engine");
  const auto bob = world.sign_in("bob@demo", "letmein");
  SUBCASE("user") { REQUIRE(world.sessions->revoke_user(world.ada).ok()); }
  SUBCASE("device") {
    REQUIRE(world.sessions->sign_in({"bob@demo", "letmein", "test", std::nullopt, ""}, world.now).ok());
    REQUIRE(world.sessions->revoke_device(world.phone).ok());
    CHECK(world.sessions->caller_of_token(bob->access_token, world.now).error().code == ErrorCode::unauthorized);
  }
  CHECK(world.sessions->caller_of_token(ada->access_token, world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sessions->refresh(ada->refresh_token, world.phone, world.now).error().code == ErrorCode::unauthorized);
  CHECK(world.sign_in("ada@demo", "engine").ok());
}

TEST_CASE("a store mark is known as the current one and as the one before") {
  World world;
  REQUIRE(world.sign_in("ada@demo", "engine").ok());
  auto& sessions = *world.sessions;
  CHECK(sessions.check_mark(world.ada, world.phone, "anything").ok());
  REQUIRE(sessions.move_mark(world.ada, world.phone, "m0", "m1").ok());
  REQUIRE(sessions.move_mark(world.ada, world.phone, "m1", "m2").ok());
  CHECK(sessions.check_mark(world.ada, world.phone, "m2").ok());
  CHECK(sessions.check_mark(world.ada, world.phone, "m1").ok());
  CHECK(sessions.check_mark(world.ada, world.phone, "m0").error().code == ErrorCode::store_unknown);
  // The answer was lost: the same push comes again.
  CHECK(sessions.move_mark(world.ada, world.phone, "m1", "m2").ok());
  CHECK(sessions.move_mark(world.ada, world.phone, "m0", "m3").error().code == ErrorCode::store_unknown);
  CHECK(sessions.check_mark(world.ada, world.phone, "").error().code == ErrorCode::store_unknown);
  // Another user on the same device has a store of his own.
  CHECK(sessions.check_mark(world.bob, world.phone, "other").ok());
}

TEST_CASE("too many devices: the one unused for the longest makes room") {
  World world;
  const auto first = world.sign_in("ada@demo", "engine");
  const DeviceId oldest = world.phone;
  for (std::size_t i = 0; i < kDevicesPerUserMax; ++i) {
    world.now = world.now + Duration::of_seconds(1);
    world.phone = new_id<DeviceId>(world.random, world.now);
    REQUIRE(world.sign_in("ada@demo", "engine").ok());
  }
  const auto devices = world.sessions->devices();
  CHECK(devices->size() == kDevicesPerUserMax);
  CHECK(world.sessions->caller_of_token(first->access_token, world.now).error().code == ErrorCode::unauthorized);
  for (const auto& device : *devices) CHECK(device.id != oldest);
}

TEST_CASE("expired tokens are swept away") {
  World world;
  REQUIRE(world.sign_in("ada@demo", "engine").ok());
  world.now = world.now + Duration::of_days(91);
  REQUIRE(world.sign_in("ada@demo", "engine").ok());
  auto count = sql::borrow(*world.database, "select count(*) from session_token");
  REQUIRE(*(*count)->step());
  CHECK((*count)->integer(0) == 2);
}

TEST_CASE("Argon2id: right and wrong passwords, another hash each time") {
  const auto hasher = make_argon2id_hasher();
  const auto hash = hasher->hash("engine");
  CHECK(hash.starts_with("$argon2id$"));
  CHECK(hasher->verify("engine", hash));
  CHECK_FALSE(hasher->verify("Engine", hash));
  CHECK_FALSE(hasher->verify("engine", ""));
  CHECK_FALSE(hasher->verify("engine", std::string(1000, 'x')));
  CHECK(hasher->hash("engine") != hash);
}

}  // namespace satchel::server::access
