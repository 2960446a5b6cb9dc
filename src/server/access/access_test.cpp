// SPDX-License-Identifier: Apache-2.0
#include "server/access/access.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"
#include "server/access/seal.h"

namespace satchel::server::access {
namespace {

using model::Schema;
using model::Table;
using odata::AccessKind;

RecordId id(std::uint8_t n) { return RecordId(Uuid{{n}}); }

const RecordId kAda = id(1), kBob = id(2), kTeam = id(3), kUnit = id(4);

const Table& table(std::string_view name) { return *Schema::standard().find(name); }

Caller salesperson() {
  Caller caller;
  caller.organization = OrganizationNumber(1);
  caller.user = kAda;
  caller.business_unit = kUnit;
  caller.teams = {kTeam};
  caller.roles = {Role::salesperson};
  return caller;
}

model::Record account_of(RecordId owner) {
  const auto& account = table("account");
  model::Record record{account.number, id(9), Seq(1), std::vector<model::Value>(account.columns.size())};
  record.values[*account.owner] = model::Reference{table("systemuser").number, owner};
  record.values[*account.owning_unit] = model::Reference{table("businessunit").number, kUnit};
  return record;
}

bool shares_a_key(const Caller& caller, const Table& of, const model::Record& record) {
  const auto mine = keys_of(caller, of), theirs = keys_of(of, record);
  return std::any_of(mine.begin(), mine.end(),
                     [&](const auto& key) { return std::find(theirs.begin(), theirs.end(), key) != theirs.end(); });
}

}  // namespace

TEST_CASE("a salesperson may what is his own or his teams'") {
  const auto ada = salesperson();
  for (const auto privilege :
       {Privilege::read, Privilege::write, Privilege::remove, Privilege::assign, Privilege::create}) {
    CHECK(may(ada, table("account"), privilege, account_of(kAda)));
    CHECK(may(ada, table("account"), privilege, account_of(kTeam)));
    CHECK_FALSE(may(ada, table("account"), privilege, account_of(kBob)));
  }
}

TEST_CASE("a salesperson reads users, teams, units, products and the organisation, and changes none of them") {
  const auto ada = salesperson();
  for (const auto* name : {"systemuser", "team", "businessunit", "product", "competitor", "transactioncurrency",
                           "teammembership", "organization"}) {
    CHECK_MESSAGE(ada.depth(table(name), Privilege::read) == Depth::organization, name);
    CHECK_MESSAGE(ada.depth(table(name), Privilege::write) == Depth::none, name);
    CHECK_MESSAGE(ada.depth(table(name), Privilege::create) == Depth::none, name);
    CHECK_MESSAGE(ada.depth(table(name), Privilege::remove) == Depth::none, name);
  }
  CHECK(ada.depth(table("activityparty"), Privilege::read) == Depth::none);
}

TEST_CASE("without a role nothing is allowed; the widest role counts") {
  auto nobody = salesperson();
  nobody.roles.clear();
  CHECK(keys_of(nobody, table("account")).empty());
  CHECK_FALSE(may(nobody, table("systemuser"), Privilege::read, account_of(kAda)));
  auto both = salesperson();
  both.roles = {Role::salesperson, Role::system_administrator};
  CHECK(both.is_administrator());
  CHECK(keys_of(both, table("account")) == std::vector<AccessKey>{{AccessKind::all, {}}});
}

// The relation that scopes, lists and single reads share, for each table and each owner.
TEST_CASE("a caller may read a record exactly if they share a key") {
  auto admin = salesperson();
  admin.roles = {Role::system_administrator};
  auto nobody = salesperson();
  nobody.roles.clear();
  for (const auto& caller : {salesperson(), admin, nobody})
    for (const auto owner : {kAda, kBob, kTeam}) {
      const auto record = account_of(owner);
      CHECK(may(caller, table("account"), Privilege::read, record) == shares_a_key(caller, table("account"), record));
    }
  for (const auto& of : Schema::standard().tables()) {
    const auto kinds = key_kinds_used(of);
    for (const auto& key : keys_of(salesperson(), of))
      CHECK_MESSAGE(std::find(kinds.begin(), kinds.end(), key.kind) != kinds.end(), of.name);
  }
}

TEST_CASE("a refusal says whose the record is, or that no role allows it") {
  const auto ada = salesperson();
  const auto name_of = [](const model::Reference&) { return std::string("West Sales"); };
  const auto refused = check(ada, table("account"), Privilege::remove, account_of(kBob), name_of);
  CHECK(refused.error().code == ErrorCode::forbidden);
  CHECK(refused.error().message == "You may not delete this account: it belongs to West Sales.");
  CHECK(check(ada, table("account"), Privilege::write, account_of(kBob)).error().message ==
        "You may not change this account: it belongs to somebody else.");
  const model::Record team{table("team").number, kTeam, Seq(1),
                           std::vector<model::Value>(table("team").columns.size())};
  CHECK(check(ada, table("team"), Privilege::create, team).error().message ==
        "You may not create teams: none of your roles allows it.");
}

TEST_CASE("the condition for lists has one parameter per question mark") {
  const auto condition = read_condition(salesperson(), table("account"), "t");
  CHECK(condition.text == "t.organization = ? and (t.\"ownerid\" in (?, ?))");
  CHECK(condition.parameters.size() == 3);
  CHECK(read_condition(salesperson(), table("team"), "j1").text == "j1.organization = ?");
  CHECK(read_condition(salesperson(), table("activityparty"), "t").text == "t.organization = ? and 1 = 0");
}

TEST_CASE("roles are found by their names") {
  for (const Role role : {Role::salesperson, Role::system_administrator}) CHECK(role_named(name_of(role)) == role);
  CHECK_FALSE(role_named("king").has_value());
}

TEST_CASE("a seal depends on key and message, and secrets compare") {
  const std::string a(kSecretSize, 'a'), b(kSecretSize, 'b');
  CHECK(seal(a, "message").size() == kSealSize);
  CHECK(seal(a, "message") == seal(a, "message"));
  CHECK(seal(a, "message") != seal(b, "message"));
  CHECK(seal(a, "message") != seal(a, "massage"));
  CHECK(same_secret("abc", "abc"));
  CHECK_FALSE(same_secret("abc", "abd"));
  CHECK_FALSE(same_secret("abc", "abcd"));
  CHECK(token_hash("token").size() == 32);
}

}  // namespace satchel::server::access
