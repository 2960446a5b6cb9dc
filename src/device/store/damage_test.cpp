// SPDX-License-Identifier: Apache-2.0
//
// Bad days: another key, another file, half a file, a full disk, two openers. Each is a clear error; nothing is lost and nothing
// half done (invariants 3, 18, 19). And nobody reads what the files hold without the key (C3).
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "device/store/store.h"
#include "edge/sqlite/full_disk_for_test.h"

namespace satchel::device::store {
namespace {

using model::Value;

const model::Schema& schema() { return model::Schema::standard(); }
const model::Table& contact() { return *schema().find("contact"); }
std::string right_key() { return std::string(32, 'k'); }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

model::Record person(std::uint64_t id, const std::string& name, std::int64_t version = 1) {
  return record_for_test(contact(), id, version, {{"fullname", name}, {"lastname", name}});
}

void put(StoreForTest& store, std::uint64_t id, const std::string& name) {
  must(store->set_mirror(contact(), id_for_test(id), Mirror{person(id, name), {}}));
}

// What a save does: shadow, row, outbox entry.
Result<void> save(DeviceStore& store, std::uint64_t id, const std::string& name) {
  TRY(store.keep_shadow(contact(), id_for_test(id)));
  OutboxEntry entry;
  entry.change = {contact().number, id_for_test(id), model::ChangeKind::update, {}};
  entry.change.set(contact().find_column("fullname")->index, name);
  TRY(store.append(entry));
  return store.set_visible(contact(), id_for_test(id), person(id, name));
}

void make_encrypted_store(StoreForTest& store, std::uint64_t people) {
  store.make_ready();
  store.write([&] {
    for (std::uint64_t id = 0; id < people; ++id) put(store, id, "Person " + std::to_string(id));
  });
}

struct Encrypted {
  StoreForTest store{schema(), EncryptionForTest::chacha20};
  explicit Encrypted(std::uint64_t people = 200) {
    make_encrypted_store(store, people);
    store.write([&] { must(save(*store, 1, "Unsent words")); });
    store.close();
  }
  // Everything is there, and can be worked with.
  void check_whole() {
    store.reopen();
    store.verify();
    CHECK(must(store->outbox()).size() == 1);
    CHECK(must(store->find(contact(), id_for_test(2)))->values[contact().find_column("fullname")->index] ==
          Value(std::string("Person 2")));
    store.close();
  }
};

Result<std::unique_ptr<DeviceStore>> open_store(Result<std::unique_ptr<sql::Database>>& database) {
  if (!database) return database.error();
  return DeviceStore::open(**database, schema());
}

}  // namespace

// ---- the file ------------------------------------------------------------------------------------------------------------------

TEST_CASE("C3: another key, or none, opens nothing and harms nothing") {
  Encrypted encrypted;
  const auto before = encrypted.store.disk().file();
  auto almost = right_key();
  almost.back() = 'l';
  for (const auto& key : {std::string(32, 'x'), std::string(32, '\0'), almost, std::string()}) {
    const auto opened = encrypted.store.disk().open_with_key(key);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::wrong_key);
    CHECK(contains(opened.error().message, "belongs to another store"));
  }
  CHECK(encrypted.store.disk().file() == before);
  encrypted.check_whole();
}

TEST_CASE("a file of another program isn't opened and isn't changed") {
  DiskForTest disk(EncryptionForTest::chacha20);
  SUBCASE("no database") {
    const std::string letter(20'000, 'a');
    disk.set_file(letter);
    auto database = disk.open();
    CHECK(database.error().code == ErrorCode::wrong_key);  // nobody can tell noise from a database under another key
    CHECK(contains(database.error().message, "or the beginning of the file is damaged"));
    CHECK(disk.file() == letter);
  }
  SUBCASE("a plain database") {
    {
      const DiskForTest plain;
      auto database = must(plain.open());
      must(database->execute("create table song(title text)"));
      database.reset();
      disk.set_file(plain.file());
    }
    const auto before = disk.file();
    auto database = disk.open();
    CHECK(database.error().code == ErrorCode::store_damaged);
    CHECK(contains(database.error().message, "isn't encrypted"));
    CHECK(disk.file() == before);
  }
  SUBCASE("a database with our key, but not a store") {
    {
      auto database = must(disk.open());
      must(database->execute("create table song(title text)"));
    }
    const auto before = disk.file();
    {
      auto database = disk.open();
      const auto opened = open_store(database);
      CHECK(opened.error().code == ErrorCode::store_damaged);
      CHECK(contains(opened.error().message, "isn't a device store"));
    }
    CHECK(disk.file() == before);
  }
}

TEST_CASE("a file that was cut short is said to be damaged, wherever it ends") {
  Encrypted encrypted;
  const auto whole = encrypted.store.disk().file();
  int refused = 0;
  for (std::size_t size = 100; size < whole.size(); size += whole.size() / 23) {
    CAPTURE(size);
    encrypted.store.disk().set_file(whole.substr(0, size));
    {
      auto database = encrypted.store.disk().open();
      const auto opened = open_store(database);
      Result<void> verified = opened ? Result<void>() : Result<void>(opened.error());
      if (opened) {
        auto transaction = (*opened)->begin();
        verified = transaction ? (*opened)->verify() : Result<void>(transaction.error());
      }
      REQUIRE_FALSE(verified.ok());
      const auto code = verified.error().code;
      CHECK((code == ErrorCode::store_damaged || (code == ErrorCode::wrong_key && size < 4096)));
      CHECK((contains(verified.error().message, "keep a copy of it") || code == ErrorCode::wrong_key));
      ++refused;
    }
  }
  CHECK(refused > 20);
  encrypted.store.disk().set_file(whole);
  encrypted.check_whole();
}

TEST_CASE("invariant 18: a store has one writer; the second opener is told, and the first works on") {
  Encrypted encrypted;
  encrypted.store.reopen();
  for (int i = 0; i < 2; ++i) {
    const auto second = encrypted.store.disk().open();
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == ErrorCode::store_busy);
    CHECK(contains(second.error().message, "in use by another process"));
    encrypted.store.write([&] { put(encrypted.store, 5, "Person 5"); });
  }
  encrypted.store.close();
  encrypted.check_whole();
}

// ---- what lies beside the file (more in edge/sqlite/left_journal_test.cpp) ---------------------------------------------------------

TEST_CASE("a journal of another store is not taken for ours, and nothing of ours is lost") {
  for (const std::string ending : {"-journal", "-wal"}) {
    CAPTURE(ending);
    const DiskForTest other(EncryptionForTest::chacha20);
    std::string journal;
    {
      auto database = must(other.open_with_key(std::string(32, 'x')));
      auto store = must(DeviceStore::open(*database, schema()));
      if (ending == "-journal") must(must(database->prepare("pragma journal_mode = truncate"))->run());
      must(database->execute("pragma cache_size = 5"));
      auto transaction = must(store->begin());
      for (std::uint64_t id = 100; id < 400; ++id)
        must(store->set_mirror(contact(), id_for_test(id), Mirror{person(id, "Stranger"), {}}));
      journal = other.file(ending);
      CHECK(journal.size() > 10'000);
    }
    Encrypted encrypted;
    encrypted.store.disk().set_file(journal, ending);
    encrypted.check_whole();
    CHECK(encrypted.store.disk().file(ending + ".set-aside") == journal);
    const auto told = encrypted.store.disk().take_told();
    REQUIRE(told.size() == 1);
    CHECK(contains(told[0], "belongs to another store or to another day of this one"));
  }
}

// A first load is killed in the middle of a page, in the journal that large loads have.
TEST_CASE("our own journal after a kill is rolled back, and not beside yesterday's file") {
  StoreForTest store(schema(), EncryptionForTest::chacha20);
  const auto load = [&](std::uint64_t first) {
    std::vector<FeedRowForTest> rows;
    for (auto id = first; id < first + 5000; ++id)
      rows.push_back({person(id, "Person " + std::to_string(id)), {ScopeNumber(2)}});
    const auto page = page_for_test(schema(), rows);
    auto reader = must(odata::FeedPageReader::open(schema(), page));
    must(store->load_rows(reader));
  };
  const auto rows_of = [&](const DiskForTest& disk) {
    auto database = must(disk.open());
    auto opened = must(DeviceStore::open(*database, schema()));
    auto transaction = must(opened->begin());
    must(opened->verify());
    auto select = must(database->prepare("select count(*) from contact"));
    must(select->step());
    return select->integer(0);
  };
  store.write([&] { must(store->add_scope(scope_for_test(2, contact()), true)); });
  for (std::uint64_t page = 0; page < 5; ++page) store.write([&] { load(page * 5000); });
  DiskForTest yesterday(EncryptionForTest::chacha20), killed(EncryptionForTest::chacha20);
  yesterday.become_copy_of(store.disk());
  for (std::uint64_t page = 5; page < 7; ++page) store.write([&] { load(page * 5000); });
  {
    auto transaction = must(store->begin());
    must(store.database().execute("pragma cache_size = 5"));
    load(35'000);
    killed.become_copy_of(store.disk());
  }
  const auto journal = killed.file("-journal");
  CHECK(journal.size() > 1000);
  yesterday.set_file(journal, "-journal");
  CHECK(rows_of(yesterday) == 25'000);
  CHECK(yesterday.file("-journal.set-aside") == journal);
  CHECK(yesterday.take_told().size() == 1);
  CHECK(rows_of(killed) == 35'000);
  CHECK(killed.take_told().empty());
}

// ---- a full disk (invariant 19) ------------------------------------------------------------------------------------------------

namespace {

// A step that writes, and what there must be to see behind it.
struct Step {
  const char* name;
  std::function<Result<void>(DeviceStore&)> work;
  std::function<std::int64_t(DeviceStore&)> done;  // 0 before, 1 behind
};

Result<void> transact(DeviceStore& store, const std::function<Result<void>(DeviceStore&)>& work) {
  auto transaction = TRY(store.begin());
  TRY(work(store));
  return transaction.commit();
}

// Runs the step on a disk with less and less missing room, until it has enough. Each time: the error says so, there is nothing of
// it, the store can be read; and once there is room, the same process goes on.
void run_out_of_room(const DiskForTest& start, const Step& step, std::int64_t room_step) {
  CAPTURE(step.name);
  DiskForTest disk(EncryptionForTest::chacha20);
  int failures = 0;
  for (std::int64_t room = 0;; room += room_step) {
    CAPTURE(room);
    REQUIRE(failures < 1000);
    disk.become_copy_of(start);
    edge::sqlite::set_room_for_test(edge::sqlite::kRoomEnoughForTest);
    auto database = must(disk.open_on_full_disk());
    auto store = must(DeviceStore::open(*database, schema()));
    edge::sqlite::set_room_for_test(room);
    const auto result = transact(*store, step.work);
    if (!result) {
      ++failures;
      CHECK(result.error().code == ErrorCode::disk_full);
      CHECK(contains(result.error().message, "free some space and try again"));
      CHECK(step.done(*store) == 0);
      edge::sqlite::set_room_for_test(edge::sqlite::kRoomEnoughForTest);
      must(transact(*store, [](DeviceStore& s) { return s.verify(); }));
      must(transact(*store, step.work));
    }
    CHECK(step.done(*store) == 1);
    edge::sqlite::set_room_for_test(edge::sqlite::kRoomEnoughForTest);
    must(transact(*store, [](DeviceStore& s) { return s.verify(); }));
    store.reset();
    database.reset();
    database = must(disk.open());
    store = must(DeviceStore::open(*database, schema()));
    CHECK(step.done(*store) == 1);
    must(transact(*store, [](DeviceStore& s) { return s.verify(); }));
    if (result) break;
  }
  CHECK(failures >= 2);
}

std::int64_t has_setting(DeviceStore& store) { return must(store.setting("cut")) ? 1 : 0; }

}  // namespace

TEST_CASE("invariant 19: a disk that fills up during a save keeps the store, and the save can be repeated") {
  Encrypted encrypted(50);
  run_out_of_room(encrypted.store.disk(),
                  {"save", [](DeviceStore& store) { return save(store, 7, std::string(3000, 'w')); },
                   [](DeviceStore& store) { return must(store.has_shadow(id_for_test(7))) ? 1 : 0; }},
                  4096);
}

TEST_CASE("invariant 19: a disk that fills up during a cut leaves no half of it") {
  Encrypted encrypted(50);
  const auto cut = [](DeviceStore& store) -> Result<void> {
    TRY(store.add_scope(scope_for_test(2, contact()), false));
    const auto set = TRY(store.scope_set(std::vector{ScopeNumber(2)}));
    for (std::uint64_t id = 10; id < 400; ++id)
      TRY(store.set_mirror(contact(), id_for_test(id), Mirror{person(id, "Changed " + std::to_string(id), 2), set}));
    return store.set_setting("cut", "12.0000000000000001");
  };
  run_out_of_room(encrypted.store.disk(), {"cut", cut, has_setting}, 64 * 1024);
}

TEST_CASE("invariant 19: a disk that fills up during a load costs a page, in either journal") {
  StoreForTest store(schema(), EncryptionForTest::chacha20);
  const auto page_of = [&](std::uint64_t first, std::uint64_t rows) {
    std::vector<FeedRowForTest> out;
    for (auto id = first; id < first + rows; ++id)
      out.push_back({person(id, "Person " + std::to_string(id)), {ScopeNumber(2)}});
    return page_for_test(schema(), out);
  };
  const auto load = [&](DeviceStore& s, const std::string& page) -> Result<void> {
    auto reader = TRY(odata::FeedPageReader::open(schema(), page));
    TRY(s.load_rows(reader));
    return Result<void>();
  };
  store.write([&] { must(store->add_scope(scope_for_test(2, contact()), true)); });
  SUBCASE("a small one") {}
  SUBCASE("a large one, with a journal of its own") {
    store.write([&] { must(load(*store, page_of(10'000, kBulkRowsMin))); });
  }
  const auto page = page_of(0, 1500);
  const auto before = store.number("select rows from table_state where \"table\" = 2");
  store.close();
  run_out_of_room(store.disk(),
                  {"load", [&](DeviceStore& s) { return load(s, page); },
                   [&](DeviceStore& s) -> std::int64_t {
                     for (const auto& table : must(s.tables()))
                       if (table.table == contact().number)
                         return table.rows > std::max<std::int64_t>(before, 0) ? 1 : 0;
                     return -1;
                   }},
                  128 * 1024);
}

// ---- what the files hold (C3, invariant 8) ---------------------------------------------------------------------------------------

namespace {

const std::vector<std::string> kWords = {"createdword", "editedword", "beforeword",   "deletedword",
                                         "revokedword", "unsentword", "conflictword", "stagedword",
                                         "settingword", "tokenword",  "pendingword",  "historyword"};

// How many of the words stand in the disk's files, in small or capital letters.
std::size_t words_in(const DiskForTest& disk) {
  const auto bytes = to_lower_ascii(disk.bytes());
  return static_cast<std::size_t>(
      std::count_if(kWords.begin(), kWords.end(), [&](const std::string& word) { return contains(bytes, word); }));
}

// Puts each of the words in its place; leaves a transaction open, as a kill would find it.
class Working {
 public:
  explicit Working(EncryptionForTest encryption) : store_(schema(), encryption) {}

  void work() {
    store_.make_ready();
    store_.write([&] {
      must(store_->add_scope(scope_for_test(2, contact()), false));
      const auto set = must(store_->scope_set(std::vector{ScopeNumber(2)}));
      put(store_, 1, "Beforeword");
      put(store_, 2, "Deletedword");
      must(store_->set_mirror(contact(), id_for_test(3), Mirror{person(3, "Revokedword"), set}));
      must(store_->stage_page("Stagedword"));
      must(store_->set_setting("access_token", "Tokenword"));
      must(store_->set_setting("any", "Settingword"));
    });
    store_.write([&] {
      put(store_, 4, "Createdword");
      put(store_, 1, "Editedword");
      must(save(*store_, 5, "Unsentword"));
      Conflict conflict;
      conflict.table = contact().number;
      conflict.record = id_for_test(5);
      conflict.mine = {{contact().find_column("fullname")->index, std::string("Conflictword")}};
      must(store_->add_conflict(conflict));
      conflict.mine[0].value = std::string("Historyword");
      must(store_->add_conflict_record({{}, conflict, "mine", Instant{1}}));
    });
    store_.write([&] {
      must(store_->set_mirror(contact(), id_for_test(2), std::nullopt));
      for (const auto& record : must(store_->drop_scope(ScopeNumber(2))))
        must(store_->set_mirror(contact(), record.id, std::nullopt));
    });
  }
  void begin_another() {
    must(store_.database().execute("pragma cache_size = 5"));
    transaction_.emplace(must(store_->begin()));
    for (std::uint64_t id = 100; id < 400; ++id) put(store_, id, "Pendingword " + std::to_string(id));
  }
  void use_rollback_journal() { must(must(store_.database().prepare("pragma journal_mode = truncate"))->run()); }
  void close() {
    transaction_.reset();
    store_.close();
  }
  DiskForTest& disk() { return store_.disk(); }

 private:
  StoreForTest store_;
  std::optional<sql::Transaction> transaction_;
};

}  // namespace

TEST_CASE("C3: the files hold none of the records' words, deleted and revoked ones included") {
  for (const bool is_log : {true, false}) {
    CAPTURE(is_log);
    Working working(EncryptionForTest::chacha20);
    if (!is_log) working.use_rollback_journal();
    working.work();
    CHECK(words_in(working.disk()) == 0);  // open
    working.begin_another();
    CHECK(words_in(working.disk()) == 0);  // in the middle of a transaction that has spilled
    DiskForTest killed(EncryptionForTest::chacha20);
    killed.become_copy_of(working.disk());
    working.close();
    CHECK(words_in(working.disk()) == 0);
    {
      const auto database = must(killed.open());  // what a kill -9 left, with its journal brought back
      const auto store = must(DeviceStore::open(*database, schema()));
      CHECK(must(store->find(contact(), id_for_test(4))));
      CHECK_FALSE(must(store->find(contact(), id_for_test(100))));
      CHECK(words_in(killed) == 0);
    }
    CHECK(words_in(killed) == 0);
    CHECK(killed.open_with_key(std::string(32, 'x')).error().code == ErrorCode::wrong_key);
  }
}

// The same without encryption: then the words are there, so the search above finds something when there is something to find. And
// what was deleted or revoked is gone even so, once the journal was emptied (invariant 8).
TEST_CASE("invariant 8: without encryption the words would be there, but for those that are gone") {
  Working working(EncryptionForTest::none);
  working.work();
  CHECK(words_in(working.disk()) >= 10);
  working.begin_another();
  CHECK(contains(to_lower_ascii(working.disk().bytes()), "pendingword"));
  working.close();
  const auto bytes = to_lower_ascii(working.disk().bytes());
  for (const char* word : {"createdword", "editedword", "unsentword", "conflictword", "settingword"})
    CHECK_MESSAGE(contains(bytes, word), word);
  for (const char* word : {"deletedword", "revokedword", "beforeword", "pendingword"})
    CHECK_MESSAGE(!contains(bytes, word), word);
}

}  // namespace satchel::device::store
