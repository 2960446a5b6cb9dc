// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "edge/sqlite/database.h"
#include "server/records/internal/test_world.h"

namespace satchel::server::records {

using access::Caller;
using access::Role;
using model::ChangeKind;
using model::RecordChange;
using model::Reference;

namespace {

// Away with the test program.
struct Folder {
  std::filesystem::path path = (std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm")
                                                                    : std::filesystem::temp_directory_path()) /
                               ("satchel_records_test_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

std::string database_path_for_test() {
  static const Folder folder;
  static int count = 0;
  return folder.path / std::to_string(++count);
}

std::unique_ptr<sql::Database> open_database_for_test(const std::string& path) {
  auto database = edge::sqlite::open({.path = path});
  if (!database.ok()) MESSAGE(database.error().message);
  REQUIRE(database.ok());
  return std::move(*database);
}

World::World(std::uint64_t seed) : database(open_database_for_test(database_path_for_test())), random(seed) {
  auto opened = Records::open(*database, OrganizationNumber(1), schema(), random, log);
  if (!opened.ok()) MESSAGE(opened.error().message);
  REQUIRE(opened.ok());
  records = std::move(*opened);
  found();
}

World::World(std::unique_ptr<sql::Database> content, std::uint64_t seed) : database(std::move(content)), random(seed) {
  auto opened = Records::open(*database, OrganizationNumber(1), schema(), random, log);
  REQUIRE(opened.ok());
  records = std::move(*opened);
}

void World::found() {
  const auto system = access::system_caller(OrganizationNumber(1), RecordId());
  unit = create(system, "businessunit", {{"name", std::string("Root")}});
  west_unit = create(system, "businessunit",
                     {{"name", std::string("West")}, {"parentbusinessunitid", ref("businessunit", unit)}});
  admin_id = create_user("admin", unit);
  east1 = create_user("east1", unit);
  east2 = create_user("east2", unit);
  west1 = create_user("west1", west_unit);
  currency = create(system, "transactioncurrency",
                    {{"currencyname", std::string("Euro")},
                     {"isocurrencycode", std::string("EUR")},
                     {"currencysymbol", std::string("€")},
                     {"currencyprecision", std::int64_t(2)},
                     {"exchangerate", std::int64_t(10'000'000'000)}});
  organization_id = create(system, "organization",
                           {{"name", std::string("Demo")}, {"basecurrencyid", ref("transactioncurrency", currency)}});
  team = create(system, "team",
                {{"name", std::string("East")},
                 {"businessunitid", ref("businessunit", unit)},
                 {"administratorid", ref("systemuser", admin_id)}});
  for (const auto user : {east1, east2})
    create(system, "teammembership", {{"teamid", ref("team", team)}, {"systemuserid", ref("systemuser", user)}});
}

RecordId World::create_user(std::string_view name, RecordId of_unit) {
  return create(access::system_caller(OrganizationNumber(1), RecordId()), "systemuser",
                {{"lastname", std::string(name)},
                 {"domainname", std::string(name) + "@demo"},
                 {"businessunitid", ref("businessunit", of_unit)}});
}

// From the records, as Sessions does it.
Caller World::caller(RecordId user, Role role) {
  Caller caller;
  caller.organization = OrganizationNumber(1);
  caller.user = user;
  caller.roles = {role};
  if (const auto value = this->value("systemuser", user, "businessunitid");
      const auto* reference = model::reference_in(value))
    caller.business_unit = reference->id;
  auto select =
      sql::borrow(*database, "select teamid from teammembership where organization = 1 and systemuserid = ?1");
  REQUIRE(select.ok());
  (*select)->bind_blob(1, user.view());
  while (*(*select)->step()) caller.teams.push_back(*RecordId::from_bytes((*select)->blob(0)));
  std::sort(caller.teams.begin(), caller.teams.end());
  return caller;
}

RecordChange World::change(std::string_view table_name, RecordId id, ChangeKind kind, const Values& values) {
  RecordChange change{table(table_name).number, id, kind, {}};
  for (const auto& [name, value] : values) {
    const auto* column = table(table_name).find_column(name);
    REQUIRE_MESSAGE(column != nullptr, name);
    change.set(column->index, value);
  }
  return change;
}

Result<Outcome> World::write(const Caller& caller, const RecordChange& change, const Condition& condition,
                             Absent absent) {
  auto transaction = TRY(sql::Transaction::begin(*database));
  TRY(records->begin_part());
  auto outcome = records->apply(caller, change, condition, absent, now);
  if (!outcome.ok()) {
    records->abandon_part();
    return outcome;
  }
  TRY(records->end_part());
  TRY(transaction.commit());
  return outcome;
}

Result<void> World::write_all(const Caller& caller, const std::vector<RecordChange>& changes) {
  auto transaction = TRY(sql::Transaction::begin(*database));
  TRY(records->begin_part());
  for (const auto& change : changes) {
    const auto outcome = records->apply(caller, change, {}, Absent::refuse, now);
    if (outcome.ok()) continue;
    records->abandon_part();
    return outcome.error();
  }
  TRY(records->end_part());
  return transaction.commit();
}

RecordId World::create(const Caller& caller, std::string_view table_name, const Values& values) {
  const auto outcome = write(caller, change(table_name, new_id(), ChangeKind::create, values));
  if (!outcome.ok()) MESSAGE(outcome.error().message);
  REQUIRE(outcome.ok());
  return outcome->id;
}

Seq World::update(const Caller& caller, std::string_view table_name, RecordId id, const Values& values) {
  const auto outcome = write(caller, change(table_name, id, ChangeKind::update, values));
  if (!outcome.ok()) MESSAGE(outcome.error().message);
  REQUIRE(outcome.ok());
  return outcome->version;
}

Result<Outcome> World::remove(const Caller& caller, std::string_view table_name, RecordId id,
                              const Condition& condition) {
  return write(caller, change(table_name, id, ChangeKind::remove), condition);
}

model::Value World::value(std::string_view table_name, RecordId id, std::string_view column) {
  const auto row = records->get(access::system_caller(OrganizationNumber(1), RecordId()), table(table_name), id);
  return row.ok() ? row->values[table(table_name).find_column(column)->index] : model::Value();
}

// ---- a device --------------------------------------------------------------------------------------------------------------

PulledDevice::PulledDevice(World& world_, Caller caller_)
    : world(world_), caller(std::move(caller_)), id(satchel::new_id<DeviceId>(world.random, world.now)) {}

bool PulledDevice::pull(std::size_t rows_max) {
  PullRequest request{.device = id,
                      .seen = cut,
                      .cursor = cursor,
                      .rows_max = rows_max,
                      .named = named,
                      .watch = watch,
                      .skip_load = skip_load};
  auto page = world.records->pull_page(caller, request, world.now);
  if (!page.ok()) {
    error = page.error();
    return false;
  }
  take(*page);
  return true;
}

void PulledDevice::sync(std::size_t rows_max) {
  do {
    const bool ok = pull(rows_max);
    if (!ok) MESSAGE(error.message);
    REQUIRE(ok);
  } while (!head.complete);
}

void PulledDevice::start_again() {
  rows.clear();
  scopes.clear();
  totals.clear();
  loaded_.clear();
  cursor.clear();
  cut.reset();
}

void PulledDevice::take(const std::string& bytes) {
  auto page = odata::FeedPageReader::open(world.schema(), bytes);
  REQUIRE(page.ok());
  head = page->head();
  marks = page->marks();
  came.clear();
  ++pages;
  for (const auto scope : head.dropped) {
    scopes.erase(scope);
    totals.erase(scope);
    for (auto& [record, row] : rows) row.scopes.erase(scope);
  }
  for (const auto& scope : head.granted) scopes[scope.number] = scope;
  odata::FeedPageReader::Row row;
  for (;;) {
    const auto more = page->next(row);
    REQUIRE(more.ok());
    if (!*more) break;
    came.emplace_back(row.version, row.id);
    ++rows_came;
    if (head.phase == odata::FeedPhase::load && !loaded_.insert(row.id).second) ++came_twice_in_load;
    const auto at = rows.find(row.id);
    if (at != rows.end() && at->second.version > row.version) continue;
    rows[row.id] = {
        row.table->number, row.version, {row.scopes.begin(), row.scopes.end()}, odata::record_of(row).values};
  }
  for (const auto& mark : marks) {
    const auto at = rows.find(mark.id);
    if (at == rows.end() || at->second.version > mark.seq) continue;
    if (mark.kind == odata::FeedMark::Kind::deleted) rows.erase(at);
    else
      for (const auto scope : mark.scopes) at->second.scopes.erase(scope);
  }
  for (const auto& total : head.totals) totals[total.number] = total;
  cursor = head.cursor;
  if (head.phase == odata::FeedPhase::delta) loaded_.clear();
  if (head.complete) {
    cut = head.cut;
    std::erase_if(rows, [](const auto& entry) { return entry.second.scopes.empty(); });
  }
}

std::set<RecordId> PulledDevice::readable() {
  std::set<RecordId> ids;
  for (const auto& table : world.schema().tables()) {
    if (table.is_derived) continue;
    query::Query query;
    query.table = table.number;
    for (;;) {
      auto page = world.records->list(caller, query, 1000);
      REQUIRE(page.ok());
      for (const auto& record : page->records) ids.insert(record.id);
      if (!page->next) break;
      query.after = page->next;
    }
  }
  return ids;
}

std::set<RecordId> PulledDevice::held() const {
  std::set<RecordId> ids;
  for (const auto& [record, row] : rows) ids.insert(record);
  return ids;
}

bool PulledDevice::totals_fit() const {
  std::map<ScopeNumber, odata::ScopeTotal> counted;
  for (const auto& [number, scope] : scopes) counted[number].number = number;
  for (const auto& [record, row] : rows)
    for (const auto scope : row.scopes) {
      ++counted[scope].count;
      counted[scope].sum += odata::entry_hash(record, row.version);
    }
  return counted == totals;
}

TEST_CASE("a device of each user holds what he may read, and nothing else") {
  World world;
  world.create(world.caller(world.east1), "account", {{"name", std::string("Alpine")}});
  world.create(world.caller(world.west1), "account", {{"name", std::string("Ski House")}});
  for (const auto user : {world.east1, world.east2, world.west1}) {
    PulledDevice device(world, world.caller(user));
    device.sync();
    CHECK(device.held() == device.readable());
    CHECK(device.totals_fit());
  }
  PulledDevice device(world, world.admin());
  device.sync();
  CHECK(device.held() == device.readable());
  CHECK(device.totals_fit());
  CHECK(world.records->verify().ok());
}

}  // namespace satchel::server::records
