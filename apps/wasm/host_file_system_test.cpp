// SPDX-License-Identifier: Apache-2.0
//
// A browser that ends at any moment, and a machine whose power goes: after every single call that a store makes of its files we look
// at what might lie on the disk then, open it, and read everything.
#include "apps/wasm/host_file_system.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "apps/wasm/host.h"
#include "base/random.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/maintenance.h"

extern "C" int sqlite3mc_vfs_create(const char* real, int make_default);

namespace satchel::apps {
namespace {

// ---- a host whose files are in memory --------------------------------------------------------------------------------------

// What changes a file. A name is given and taken away by the pool, which flushes: whole and at once.
struct Call {
  enum class Kind { open, write, truncate, flush, remove } kind;
  std::int32_t slot = 0;
  std::size_t offset = 0;  // or the size to truncate to
  std::string bytes = {};  // or the name
};

void perform_on(const Call& call, std::string& file) {
  if (call.kind == Call::Kind::truncate) return file.resize(std::min(file.size(), call.offset));
  if (file.size() < call.offset + call.bytes.size()) file.resize(call.offset + call.bytes.size());
  file.replace(call.offset, call.bytes.size(), call.bytes);
}

struct Slot {
  std::string name;  // "" = free
  std::string bytes;
};

struct Disk {
  std::vector<Slot> slots;
  std::vector<Call> calls;  // since the last time that somebody emptied it

  std::int32_t find(std::string_view name) const {
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (slots[i].name == name) return static_cast<std::int32_t>(i);
    return -1;
  }
  std::int32_t perform(Call call) {
    if (call.kind == Call::Kind::open || call.kind == Call::Kind::remove)
      slots[static_cast<std::size_t>(call.slot)] = {call.bytes, {}};
    else if (call.kind != Call::Kind::flush) perform_on(call, slots[static_cast<std::size_t>(call.slot)].bytes);
    calls.push_back(std::move(call));
    return 0;
  }
};

Disk disk;

}  // namespace

namespace host {
extern "C" {

double satchel_host_now() { return 1'790'000'000'000; }
void satchel_host_random(void* bytes, std::int32_t size) {
  static SeededRandom random(1);
  random.fill({static_cast<std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
}
std::int32_t satchel_host_file_open(const char* name, std::int32_t size, std::int32_t create) {
  const std::string_view wanted(name, static_cast<std::size_t>(size));
  const auto there = disk.find(wanted);
  if (there >= 0 || create == 0) return there;
  if (disk.find("") < 0) disk.slots.emplace_back();
  const auto slot = disk.find("");
  disk.perform({Call::Kind::open, slot, 0, std::string(wanted)});
  return slot;
}
std::int32_t satchel_host_file_exists(const char* name, std::int32_t size) {
  return disk.find({name, static_cast<std::size_t>(size)}) >= 0 ? 1 : 0;
}
std::int32_t satchel_host_file_delete(const char* name, std::int32_t size) {
  return disk.perform({Call::Kind::remove, disk.find({name, static_cast<std::size_t>(size)})});
}
std::int32_t satchel_host_file_read(std::int32_t slot, void* bytes, std::int32_t size, double offset) {
  const auto& file = disk.slots[static_cast<std::size_t>(slot)].bytes;
  const auto from = std::min(file.size(), static_cast<std::size_t>(offset));
  return static_cast<std::int32_t>(file.copy(static_cast<char*>(bytes), static_cast<std::size_t>(size), from));
}
std::int32_t satchel_host_file_write(std::int32_t slot, const void* bytes, std::int32_t size, double offset) {
  return disk.perform({Call::Kind::write, slot, static_cast<std::size_t>(offset),
                       std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
}
std::int32_t satchel_host_file_truncate(std::int32_t slot, double size) {
  return disk.perform({Call::Kind::truncate, slot, static_cast<std::size_t>(size)});
}
std::int32_t satchel_host_file_flush(std::int32_t slot) { return disk.perform({Call::Kind::flush, slot}); }
double satchel_host_file_size(std::int32_t slot) {
  return static_cast<double>(disk.slots[static_cast<std::size_t>(slot)].bytes.size());
}

}  // extern "C"
}  // namespace host

namespace {

// ---- what may lie on the disk ----------------------------------------------------------------------------------------------

// Everything up to some call, and which of it was flushed.
class Moment {
 public:
  explicit Moment(std::vector<Slot> begin) : flushed_(std::move(begin)), later_(flushed_.size()) {}

  void pass(const Call& call) {
    const auto at = static_cast<std::size_t>(call.slot);
    if (flushed_.size() <= at) flushed_.resize(at + 1), later_.resize(at + 1);
    switch (call.kind) {
      case Call::Kind::open:
      case Call::Kind::remove: flushed_[at] = {call.bytes, {}}, later_[at].clear(); break;
      case Call::Kind::flush:
        for (const auto* each : later_[at]) perform_on(*each, flushed_[at].bytes);
        later_[at].clear();
        break;
      default: later_[at].push_back(&call);
    }
  }

  // After the browser was killed: each call was done.
  std::vector<Slot> all() const {
    return with([](const Call& call) { return std::optional(call); });
  }
  // In the middle of the last call: a system that ends a process writes some of its pages of 4 KiB, and the rest not.
  std::vector<Slot> torn(const Call& last, Random& random) const {
    return with([&](const Call& call) {
      auto part = call;
      if (&call == &last) part.bytes.resize(random.below(call.bytes.size() / 4096 + 1) * 4096);
      return std::optional(part);
    });
  }
  // After the power went: of what wasn't flushed, nothing or any part is there.
  std::vector<Slot> flushed() const { return flushed_; }
  std::vector<Slot> some(Random& random) const {
    return with([&](const Call& call) { return random.below(2) == 0 ? std::optional(call) : std::nullopt; });
  }

 private:
  template <class Choose>
  std::vector<Slot> with(Choose choose) const {
    auto out = flushed_;
    for (std::size_t i = 0; i < out.size(); ++i)
      for (const auto* call : later_[i])
        if (const auto chosen = choose(*call)) perform_on(*chosen, out[i].bytes);
    return out;
  }

  std::vector<Slot> flushed_;
  std::vector<std::vector<const Call*>> later_;  // by slot
};

// ---- a store's work --------------------------------------------------------------------------------------------------------

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void start_file_system() {
  static const bool is_started = sqlite3_initialize() == SQLITE_OK && register_file_system() == SQLITE_OK &&
                                 sqlite3mc_vfs_create("satchel", 0) == SQLITE_OK;
  REQUIRE(is_started);
}

Result<std::unique_ptr<sql::Database>> open_store() {
  std::array<std::uint8_t, edge::sqlite::Key::kSize> key{};
  key.fill(7);
  return edge::sqlite::open({.path = "store",
                             .key = edge::sqlite::Key(key),
                             .cipher = edge::sqlite::Cipher::chacha20,
                             .profile = edge::sqlite::Profile::browser,
                             .vfs = kFileSystem});
}

std::int64_t number(sql::Database& database, std::string_view sql) {
  auto query = must(database.prepare(sql));
  REQUIRE(must(query->step()));
  return query->integer(0);
}

// A load as device/store does it: the first rows into a log, then under a rollback journal, indexes at the end, and then saves.
// Its caches are small, so that pages of open transactions reach the files.
class Work {
 public:
  // Where in the calls each commit was told to the caller.
  const std::vector<std::size_t>& told() const { return told_; }

  void run() {
    database_ = must(open_store());
    must(database_->execute("pragma cache_size = 4"));
    commit("create table t(id integer primary key, step integer, name text); create table marks(step integer)");
    for (int i = 0; i < 3; ++i) commit(add(20));
    must(edge::sqlite::set_journal_mode(*database_, edge::sqlite::JournalMode::truncate));
    for (int i = 0; i < 4; ++i) commit(add(80));
    commit("create unique index t__id on t(name, id)");
    commit("update t set name = name || '+' where id % 3 = 0");
    roll_back("delete from t where id % 2 = 0");
    commit("create index t__step on t(step, name)");
    must(edge::sqlite::set_journal_mode(*database_, edge::sqlite::JournalMode::wal));
    for (int i = 0; i < 5; ++i) commit("update t set name = name || '-' where id % 20 = " + std::to_string(i));
    commit("delete from t where id between 100 and 200");
    must(database_->execute("pragma wal_checkpoint(truncate)"));
    for (int i = 0; i < 3; ++i) commit(add(20));
    database_.reset();
  }

 private:
  static std::string add(int rows) {
    return "insert into t(step, name) with recursive n(i) as (select 1 union all select i + 1 from n where i < " +
           std::to_string(rows) + ") select i, hex(randomblob(100)) from n";
  }
  // With a sum over all rows, so that a reader can tell whether what lies there is what was there after some step.
  void commit(const std::string& sql) {
    auto transaction = must(sql::Transaction::begin(*database_));
    must(database_->execute("pragma user_version = " + std::to_string(told_.size() + 1)));
    must(database_->execute(sql));
    must(database_->execute("insert into marks values(" + std::to_string(told_.size()) + ")"));
    must(transaction.commit());
    told_.push_back(disk.calls.size());
  }
  void roll_back(const std::string& sql) {
    auto transaction = must(sql::Transaction::begin(*database_));
    must(database_->execute(sql));
  }

  std::unique_ptr<sql::Database> database_;
  std::vector<std::size_t> told_;
};

// Which steps the store on the disk has; FAILs if it's damaged.
std::int64_t steps_there() {
  auto database = must(open_store());
  must(edge::sqlite::check_integrity(*database));
  if (number(*database, "select count(*) from sqlite_master where name = 'marks'") == 0) return 0;
  const auto steps = number(*database, "select count(*) from marks");
  CHECK(number(*database, "select coalesce(max(step), -1) + 1 from marks") == steps);
  // And it can be gone on with.
  must(database->execute("insert into marks values(-1)"));
  return steps;
}

}  // namespace

TEST_CASE("whenever the browser ends or the power goes, the store opens with everything that was told") {
  start_file_system();
  disk = {};
  Work work;
  work.run();
  const auto calls = std::exchange(disk.calls, {});
  SeededRandom random(20'261'128);
  Moment moment({});
  std::size_t told = 0;
  std::map<std::string, int> looked_at;
  const auto look = [&](const std::string& after, std::vector<Slot> slots) {
    disk = {std::move(slots), {}};
    const auto steps = steps_there();
    // What was told is there, and beside it at most what was being committed.
    CHECK(steps >= static_cast<std::int64_t>(told));
    CHECK(steps <= static_cast<std::int64_t>(told) + 1);
    ++looked_at[after];
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CAPTURE(i);
    moment.pass(calls[i]);
    while (told < work.told().size() && work.told()[told] <= i + 1) ++told;
    look("a kill", moment.all());
    if (calls[i].kind == Call::Kind::write && calls[i].bytes.size() > 4096 && random.one_in(2))
      look("a torn write", moment.torn(calls[i], random));
    if (!random.one_in(4)) continue;
    look("a loss of all that wasn't flushed", moment.flushed());
    look("a loss of some of it", moment.some(random));
  }
  CHECK(told == work.told().size());
  for (const auto* after : {"a kill", "a torn write", "a loss of all that wasn't flushed", "a loss of some of it"})
    CHECK(looked_at[after] > 300);
}

}  // namespace satchel::apps
