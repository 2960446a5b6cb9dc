// SPDX-License-Identifier: Apache-2.0
//
// World for tests of records: an organisation with two units, a team and four users, and devices that pull.
//
//   root unit        admin (system administrator), east1, east2 (salespeople, team East)
//   West unit        west1 (salesperson)
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "server/records/records.h"

namespace satchel::server::records {

// In memory where the machine has a folder for that. Defined in test_world_test.cpp, for only tests may name a driver.
std::string database_path_for_test();  // a new one
std::unique_ptr<sql::Database> open_database_for_test(const std::string& path);

using Values = std::vector<std::pair<std::string, model::Value>>;

class World {
 public:
  explicit World(std::uint64_t seed = 1);
  // With another database's content, as after a restart.
  World(std::unique_ptr<sql::Database> opened, std::uint64_t seed);

  const model::Schema& schema() const { return model::Schema::standard(); }
  const model::Table& table(std::string_view name) const { return *schema().find(name); }
  model::Reference ref(std::string_view table_name, RecordId id) const { return {table(table_name).number, id}; }

  access::Caller caller(RecordId user, access::Role role = access::Role::salesperson);
  access::Caller admin() { return caller(admin_id, access::Role::system_administrator); }

  model::RecordChange change(std::string_view table_name, RecordId id, model::ChangeKind kind,
                             const Values& values = {});
  // One transaction with one part, as the service does it.
  Result<Outcome> write(const access::Caller& caller, const model::RecordChange& change,
                        const Condition& condition = {}, Absent absent = Absent::refuse);
  // The same for several changes; the first error rolls all back.
  Result<void> write_all(const access::Caller& caller, const std::vector<model::RecordChange>& changes);
  // Must succeed.
  RecordId create(const access::Caller& caller, std::string_view table_name, const Values& values);
  Seq update(const access::Caller& caller, std::string_view table_name, RecordId id, const Values& values);
  Result<Outcome> remove(const access::Caller& caller, std::string_view table_name, RecordId id,
                         const Condition& condition = {});
  model::Value value(std::string_view table_name, RecordId id, std::string_view column);
  RecordId new_id() { return satchel::new_id<RecordId>(random, now); }

  std::unique_ptr<sql::Database> database;
  SeededRandom random;
  NullLog log;
  std::unique_ptr<Records> records;
  Instant now = Instant::of_seconds(1'800'000'000);

  RecordId organization_id, unit, west_unit, admin_id, east1, east2, west1, team, currency;

 private:
  void found();
  RecordId create_user(std::string_view name, RecordId of_unit);
};

// What a device holds after its pulls, kept by the simplest rules that can be right.
class PulledDevice {
 public:
  PulledDevice(World& world, access::Caller caller);

  struct Row {
    TableNumber table;
    Seq version;
    std::set<ScopeNumber> scopes;
    std::vector<model::Value> values;
    bool operator==(const Row&) const = default;
  };

  // One page; false: an error came, kept in `error`.
  bool pull(std::size_t rows_max = 0);
  // Until a page is complete. Must succeed.
  void sync(std::size_t rows_max = 0);
  // Throws everything away but the id.
  void start_again();
  // The rows that the caller may read at the server, as this device would hold them. Counted from the records themselves.
  std::set<RecordId> readable();
  std::set<RecordId> held() const;
  // Counts and sums of the rows that are here, against the totals that came.
  bool totals_fit() const;

  World& world;
  access::Caller caller;
  DeviceId id;
  std::string cursor;
  std::optional<Cut> cut;
  std::vector<odata::NamedRow> named;
  bool skip_load = false;
  std::size_t watch = 0;

  std::map<RecordId, Row> rows;
  std::map<ScopeNumber, odata::FeedScope> scopes;
  std::map<ScopeNumber, odata::ScopeTotal> totals;
  odata::FeedHead head;                        // of the last page
  std::vector<odata::FeedMark> marks;          // of the last page
  std::vector<std::pair<Seq, RecordId>> came;  // rows of the last page
  std::size_t pages = 0, rows_came = 0;
  std::size_t came_twice_in_load = 0;
  Error error;

 private:
  void take(const std::string& page);
  std::set<RecordId> loaded_;
};

}  // namespace satchel::server::records
