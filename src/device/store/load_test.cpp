// SPDX-License-Identifier: Apache-2.0
//
// The first load: from pages to rows, to indexes, to search; and what is left when it is killed.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/text.h"
#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "device/store/store.h"
#include "sql/layout.h"

namespace satchel::device::store {
namespace {

constexpr std::uint64_t kRowsPerPage = 40;

// Accounts, then contacts that belong to them; every tenth row has everything, among it letters beyond ASCII.
model::Record loaded_record(const model::Schema& schema, std::uint64_t number) {
  const bool is_account = number < 5 * kRowsPerPage;
  const auto& table = *schema.find(is_account ? "account" : "contact");
  auto record = record_for_test(table, number, static_cast<std::int64_t>(number) + 1, {});
  record.values[*table.primary_name] = (number % 10 == 0 ? "Ångström " : "Name ") + std::to_string(number);
  if (number % 3 == 0)
    record.values[table.find_column("telephone1")->index] = "+1 (425) 555-" + std::to_string(1000 + number);
  if (number % 10 != 0 || is_account) return record;
  record.values[table.find_column("parentcustomerid")->index] =
      model::Reference{TableNumber(1), id_for_test(number % 200)};
  record.values[table.find_column("birthdate")->index] = -static_cast<std::int64_t>(number);
  return record;
}

std::string loaded_page(const model::Schema& schema, std::uint64_t page) {
  std::vector<FeedRowForTest> rows;
  for (std::uint64_t i = page * kRowsPerPage; i < (page + 1) * kRowsPerPage; ++i) {
    const bool is_account = i < 5 * kRowsPerPage;
    std::vector<ScopeNumber> scopes{ScopeNumber(is_account ? 1 : 2)};
    if (i % 4 == 0) scopes.push_back(ScopeNumber(is_account ? 11 : 12));
    rows.push_back({loaded_record(schema, i), scopes});
  }
  return page_for_test(schema, rows);
}

void add_scopes(StoreForTest& store) {
  for (const auto& [number, table] : {std::pair(1, "account"), {11, "account"}, {2, "contact"}, {12, "contact"}})
    must(store->add_scope(scope_for_test(number, store.table(table)), true));
}

Result<std::int64_t> load(DeviceStore& store, const std::string& bytes) {
  auto page = TRY(odata::FeedPageReader::open(store.schema(), bytes));
  return store.load_rows(page);
}

void load_pages(StoreForTest& store, std::uint64_t from, std::uint64_t until) {
  for (auto page = from; page < until; ++page)
    store.write([&] { CHECK(must(load(*store, loaded_page(store->schema(), page))) == kRowsPerPage); });
}

constexpr std::uint64_t kPages = 10;
constexpr std::int64_t kRows = kPages * kRowsPerPage;

void check_loaded(StoreForTest& store) {
  for (std::uint64_t i = 0; i < kRows; i += 7) {
    const auto expected = loaded_record(store->schema(), i);
    CHECK(must(store->find(store->schema().at(expected.table), expected.id)) == expected);
  }
  const auto scopes = must(store->scopes());
  CHECK(scopes[0].count + scopes[1].count == kRows);
  CHECK(scopes[2].count + scopes[3].count == kRows / 4);
  store.verify();
}

std::int64_t indexes(StoreForTest& store, const std::string& like) {
  return store.number("select count(*) from sqlite_master where type = 'index' and name like '" + like + "'");
}

}  // namespace

TEST_CASE("a load becomes readable, then indexed, then searchable") {
  StoreForTest store(model::Schema::standard(), EncryptionForTest::chacha20);
  store.write([&] { add_scopes(store); });
  load_pages(store, 0, kPages);
  CHECK(must(store->loading()));
  CHECK(indexes(store, "contact!_!_%' escape '!") == 1);  // the one for rows without a scope
  check_loaded(store);

  store.write([&] { must(store->finish_load()); });
  CHECK_FALSE(must(store->loading()));
  CHECK(indexes(store, "contact!_!_%' escape '!") == 2);
  CHECK_FALSE(must(store->search_ready()));
  check_loaded(store);
  const auto scanned = must(store->search("ångström 33", 50));

  int steps = 0;
  for (bool more = true; more; ++steps) store.write([&] { more = must(store->build_next_index()); });
  CHECK(steps > 2);
  CHECK(indexes(store, "contact!_!_%' escape '!") > 3);
  CHECK(must(store->search_ready()));
  check_loaded(store);

  const auto hits = must(store->search("ångström 33", 50));
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].name == "Ångström 330");
  REQUIRE(scanned.size() == 1);
  CHECK(scanned[0].record == hits[0].record);
}

// The loader has a path of its own from cell to column; it must end in the same bytes as the other one.
TEST_CASE("a loaded row is the same in every column as one that was set") {
  StoreForTest loaded, set;
  for (auto* store : {&loaded, &set}) store->write([&] { add_scopes(*store); });
  load_pages(loaded, 0, kPages);
  set.write([&] {
    for (std::uint64_t i = 0; i < kRows; ++i) {
      const auto record = loaded_record(set->schema(), i);
      must(set->set_mirror(set->schema().at(record.table), record.id, Mirror{record, {}}));
    }
  });
  for (const char* name : {"account", "contact"}) {
    std::string columns;
    for (const auto& stored : sql::stored_columns(set.table(name))) columns += ", " + sql::quoted(stored.name);
    const auto all = "select id, version" + columns + " from " + sql::quoted(name) + " order by id";
    auto left = must(loaded.database().prepare(all));
    auto right = must(set.database().prepare(all));
    const int width = 2 + static_cast<int>(sql::stored_columns(set.table(name)).size());
    while (must(left->step())) {
      REQUIRE(must(right->step()));
      for (int i = 0; i < width; ++i) {
        CHECK(left->is_null(i) == right->is_null(i));
        CHECK(left->blob(i) == right->blob(i));
      }
    }
    CHECK_FALSE(must(right->step()));
  }
}

TEST_CASE("a table whose rows are all there is found by id before the load is over") {
  StoreForTest store;
  store.write([&] { add_scopes(store); });
  load_pages(store, 0, 5);
  CHECK(indexes(store, "account!_!_id' escape '!") == 0);
  load_pages(store, 5, 6);  // the first contacts: accounts have the lower load rank
  CHECK(indexes(store, "account!_!_id' escape '!") == 1);
  CHECK(indexes(store, "contact!_!_id' escape '!") == 0);
  load_pages(store, 6, kPages);
  check_loaded(store);
}

TEST_CASE("one can work while it loads") {
  StoreForTest store;
  store.write([&] { add_scopes(store); });
  load_pages(store, 0, 3);
  const auto& account = store.table("account");
  auto mine = loaded_record(store->schema(), 5);
  mine.values[*account.primary_name] = std::string("Mine");
  const auto made = record_for_test(account, 90'001, 0, {{"name", std::string("Made here")}});
  store.write([&] {
    for (const auto& record : {mine, made}) {
      must(store->keep_shadow(account, record.id));
      must(store->set_visible(account, record.id, record));
    }
  });
  load_pages(store, 3, kPages);
  CHECK(must(store->find(account, mine.id)) == mine);
  CHECK(must(store->find(account, made.id)) == made);
  CHECK(must(store->mirror(account, mine.id))->record == loaded_record(store->schema(), 5));
  store.make_ready();
  CHECK(must(store->search("mine", 5)).size() == 1);
  store.write([&] {
    must(store->drop_shadow(account, mine.id));
    must(store->drop_shadow(account, made.id));
  });
  check_loaded(store);
}

TEST_CASE("a row that is here already is noticed") {
  StoreForTest store;
  store.write([&] { add_scopes(store); });
  load_pages(store, 0, 2);
  load_pages(store, 1, 2);
  {
    auto transaction = must(store->begin());
    CHECK(store->finish_load().error().code == ErrorCode::exists);
  }
  CHECK(must(store->loading()));
}

TEST_CASE("a damaged page leaves nothing") {
  StoreForTest store;
  store.write([&] { add_scopes(store); });
  auto bytes = loaded_page(store->schema(), 0);
  bytes.resize(bytes.size() / 2);
  {
    auto transaction = must(store->begin());
    CHECK(load(*store, bytes).error().code == ErrorCode::unexpected_answer);
  }
  CHECK(store.number("select count(*) from account") == 0);
  store.verify();
}

// A child process loads and is killed by itself in the middle of a page's transaction, again and again; the cursor is in the same
// transaction, so each child goes on where the last commit was.
TEST_CASE("a load that is killed goes on without doubles") {
  StoreForTest store(model::Schema::standard(), EncryptionForTest::chacha20);
  store.write([&] { add_scopes(store); });
  store.close();
  for (int kill_at = 0; kill_at < 4; ++kill_at) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      // Nothing of doctest in here: only _exit ends this process.
      auto database = store.disk().open();
      if (!database) _exit(1);
      auto opened = DeviceStore::open(**database, model::Schema::standard());
      if (!opened) _exit(2);
      auto& loading = **opened;
      for (int pages = 0;; ++pages) {
        auto transaction = loading.begin();
        const auto cursor = loading.setting("cursor");
        if (!transaction || !cursor) _exit(3);
        const auto next = *cursor ? std::stoull(**cursor) : 0;
        if (!load(loading, loaded_page(loading.schema(), next))) _exit(4);
        if (pages == 2) _exit(0);  // written, not committed
        if (!loading.set_setting("cursor", std::to_string(next + 1)) || !transaction->commit()) _exit(5);
      }
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
  }
  store.open(model::Schema::standard());
  const auto next = std::stoull(must(store->setting("cursor")).value_or("0"));
  CHECK(next == 8);
  load_pages(store, next, kPages);
  store.make_ready();
  check_loaded(store);
}

// Killed after every step of building: the next process goes on with the step that wasn't committed.
TEST_CASE("building indexes goes on after each kill") {
  StoreForTest store;
  store.write([&] { add_scopes(store); });
  load_pages(store, 0, kPages);
  store.write([&] { must(store->finish_load()); });
  for (int processes = 0; processes < 100; ++processes) {
    {
      auto transaction = must(store->begin());
      must(store->build_next_index());  // lost
    }
    bool more = false;
    store.write([&] { more = must(store->build_next_index()); });
    store.verify();
    store.reopen();
    if (!more) break;
  }
  CHECK(must(store->search_ready()));
  check_loaded(store);
}

// A load large enough for the other journal: it is used while there's bulk work, and not after.
TEST_CASE("a large load has a journal of its own") {
  StoreForTest store(model::Schema::standard(), EncryptionForTest::chacha20);
  const auto& task = store.table("task");
  const auto journal = [&] {
    auto select = must(store.database().prepare("pragma journal_mode"));
    must(select->step());
    return std::string(select->text(0));
  };
  CHECK(journal() == "wal");
  store.write([&] { must(store->add_scope(scope_for_test(1, task), true)); });
  for (std::uint64_t page = 0; page < 6; ++page) {
    std::vector<FeedRowForTest> rows;
    for (std::uint64_t i = 0; i < 5000; ++i)
      rows.push_back(
          {record_for_test(task, page * 5000 + i, 1, {{"subject", "Call " + std::to_string(i)}}), {ScopeNumber(1)}});
    store.write([&] { must(load(*store, page_for_test(store->schema(), rows))); });
  }
  CHECK(journal() == "truncate");
  store.make_ready();
  store.write([&] { must(store->set_setting("a", "b")); });
  CHECK(journal() == "wal");
  CHECK(must(store->search("call 4999", 10)).size() == 6);
  CHECK(store.number("select count(*) from task") == 30'000);
  store.verify();
}

}  // namespace satchel::device::store
