// SPDX-License-Identifier: Apache-2.0
#include "bench/daily_work.h"

#include <algorithm>

#include "bench/server_side.h"
#include "bench/stopwatch.h"
#include "bench/web_api.h"
#include "edge/os/clock.h"

namespace satchel::bench {
namespace {

constexpr int kLookRepetitions = 15;
constexpr int kChangedRows = 15;
constexpr int kIdlePulls = 60;
constexpr std::int64_t kListRows = 50;

Instant now() { return edge::os::SystemClock().now(); }

// Calls `act` several times and gives the middle time.
template <class Act>
Result<double> median_time(int repetitions, Act act) {
  std::vector<double> times;
  for (int i = 0; i < repetitions; ++i) {
    const Stopwatch watch;
    TRY(act(i));
    times.push_back(watch.milliseconds());
  }
  return median(times);
}

// ---- lists and search --------------------------------------------------------------------------------------------------------

struct List {
  device::client::ListRequest request;
  const char* sql;  // the same rows
};

// An index serves each order; the filters let a half, a fortieth and a thirtieth through.
const List kLists[] = {
    {{.set = "contacts", .view = "active", .filter = "", .order = "", .select = "", .top = kListRows},
     "select * from contact where statecode = 0 order by fullname__fold, id limit 50"},
    {{.set = "contacts",
      .view = "",
      .filter = "contains(jobtitle,'manager')",
      .order = "fullname",
      .select = "",
      .top = kListRows},
     "select * from contact where instr(fold(jobtitle), 'manager') > 0 order by fullname__fold, id limit 50"},
    {{.set = "accounts",
      .view = "",
      .filter = "address1_city eq 'Oslo' and numberofemployees gt 100",
      .order = "name desc",
      .select = "",
      .top = kListRows},
     "select * from account where address1_city__fold = 'oslo' and numberofemployees > 100 order by name__fold desc, "
     "id desc limit 50"},
    {{.set = "tasks",
      .view = "open",
      .filter = "startswith(subject,'Renew')",
      .order = "",
      .select = "",
      .top = kListRows},
     "select * from task where statecode = 0 and subject__fold >= 'renew' and subject__fold < 'renex' order by "
     "scheduledend, id limit 50"},
};

Result<void> read_all(sql::Database& database, const std::string& sql) {
  auto select = TRY(sql::borrow(database, sql));
  while (TRY(select->step()))
    for (int column = 0; column < 40; ++column) (void)select->text(column);
  return {};
}

Result<void> measure_lists(Device& device, Json& json) {
  double slowest = 0, bare = 0;
  for (const auto& list : kLists) {
    const auto time = TRY(median_time(kLookRepetitions, [&](int) -> Result<void> {
      TRY(device.client().list(list.request, now()));
      return {};
    }));
    if (time <= slowest) continue;
    slowest = time;
    bare = TRY(median_time(kLookRepetitions, [&](int) { return read_all(device.database(), list.sql); }));
  }
  json.set("list_ms", slowest);
  json.set("list_bare_ms", bare);
  return {};
}

Result<void> measure_search(Device& device, Json& json) {
  double slowest = 0;
  for (const auto* text : {"a", "mar", "harbor", "elena markovic", "555 12", "renew contract"})
    slowest = std::max(slowest, TRY(median_time(kLookRepetitions, [&](int) -> Result<void> {
                         TRY(device.client().search(text));
                         return {};
                       })));
  json.set("search_ms", slowest);
  return {};
}

// ---- syncing a little --------------------------------------------------------------------------------------------------------

// The first pull after a start reads the server's caches full.
Result<void> measure_idle_pulls(Device& device, const std::string& url, Json& json) {
  TRY(device.sync());
  const auto before = TRY(usage_of(url));
  json.set("idle_sync_ms", TRY(median_time(kIdlePulls, [&](int) -> Result<void> {
             TRY(device.sync());
             return {};
           })));
  const auto after = TRY(usage_of(url));
  json.set("idle_pull_cpu_ms", (after.cpu_ms - before.cpu_ms) / kIdlePulls);
  return {};
}

Result<void> measure_changed_row(Device& device, const std::string& url, Json& json) {
  auto office = TRY(WebApi::sign_in(url, kAdministrator));
  const auto contacts = TRY(office.contacts(kChangedRows));
  std::vector<double> work, whole;
  for (const auto contact : contacts) {
    TRY(office.change_job(contact, "Moved to " + contact.to_string().substr(30)));
    double answers = 0;
    const Stopwatch watch;
    const auto report = TRY(device.sync([&](const Device::Step& step) -> Result<void> {
      if (step.is_answer) answers += step.milliseconds;
      return {};
    }));
    whole.push_back(watch.milliseconds());
    if (report.pulled != 1) return Error{ErrorCode::internal, "One row was changed, but another number arrived."};
    work.push_back(answers);
  }
  json.set("changed_row_ms", median(work));
  json.set("changed_row_sync_ms", median(whole));
  return {};
}

// ---- saving ------------------------------------------------------------------------------------------------------------------

// A row in a table of its own, in the same kind of file.
class BareCommits {
 public:
  static Result<BareCommits> open(const std::string& path) {
    auto database = TRY(open_encrypted(path));
    TRY(database->execute("create table if not exists bare(id integer primary key, text text)"));
    return BareCommits(std::move(database));
  }
  Result<void> commit(std::int64_t id, const std::string& text) {
    auto transaction = TRY(sql::Transaction::begin(*database_));
    {
      auto insert = TRY(sql::borrow(*database_, "insert or replace into bare(id, text) values (?1, ?2)"));
      insert->bind_integer(1, id);
      insert->bind_text(2, text);
      TRY(insert->run());
    }
    return transaction.commit();
  }

 private:
  explicit BareCommits(std::unique_ptr<sql::Database> database) : database_(std::move(database)) {}
  std::unique_ptr<sql::Database> database_;
};

Result<std::vector<RecordId>> contacts_on(Device& device, std::int64_t rows_max) {
  device::client::ListRequest request;
  request.set = "contacts";
  request.select = "contactid";
  request.top = rows_max;
  std::vector<RecordId> ids;
  for (const auto& record : TRY(device.client().list(request, now())).records) ids.push_back(record.id);
  return ids;
}

struct SaveTimes {
  std::vector<double> saves, commits;
};

// One by one in turn, so that a disk that is slow for a moment is so for both.
Result<void> edit_offline(Device& device, BareCommits& bare, const std::vector<RecordId>& contacts,
                          const std::string& mark, SaveTimes& times) {
  std::int64_t number = 0;
  for (const auto contact : contacts) {
    const Stopwatch save;
    TRY(device.client().update("contacts", contact, {{"jobtitle", mark}, {"telephone1", "+41 555 " + mark}}, now()));
    times.saves.push_back(save.milliseconds());
    const Stopwatch commit;
    TRY(bare.commit(++number, mark));
    times.commits.push_back(commit.milliseconds());
  }
  return {};
}

Result<void> measure_edits(Device& device, const DevicePlace& place, std::int64_t edits_max, std::int64_t rounds,
                           Json& json) {
  auto bare = TRY(BareCommits::open(place.store + "-bare"));
  const auto contacts = TRY(contacts_on(device, edits_max));
  SaveTimes times;
  std::vector<double> up, settled;
  for (std::int64_t round = 0; round < rounds; ++round) {
    TRY(edit_offline(device, bare, contacts, "round " + std::to_string(round), times));
    double confirmed = 0;
    const Stopwatch watch;
    const auto report = TRY(device.sync([&](const Device::Step& step) -> Result<void> {
      if (step.is_answer && confirmed == 0) confirmed = watch.milliseconds();
      return {};
    }));
    settled.push_back(watch.milliseconds());
    up.push_back(confirmed);
    if (!report.complete || report.pushed != static_cast<std::int64_t>(contacts.size()))
      return Error{ErrorCode::internal, "Not every edit was confirmed."};
  }
  json.set("edits", static_cast<std::int64_t>(contacts.size()));
  json.set("save_ms", median(times.saves));
  json.set("bare_commit_ms", median(times.commits));
  json.set("edits_up_ms", median(up));
  json.set("edits_settled_ms", median(settled));
  return {};
}

}  // namespace

Result<Json> daily_work(const DevicePlace& place, std::int64_t edits_max, std::int64_t rounds) {
  auto device = TRY(Device::open(place));
  auto json = Json::object();
  TRY(measure_lists(*device, json));
  TRY(measure_search(*device, json));
  TRY(measure_idle_pulls(*device, place.url, json));
  TRY(measure_changed_row(*device, place.url, json));
  TRY(measure_edits(*device, place, edits_max, rounds, json));
  return json;
}

}  // namespace satchel::bench
