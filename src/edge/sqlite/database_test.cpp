// SPDX-License-Identifier: Apache-2.0
#include "edge/sqlite/database.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <tuple>

#include "edge/os/files.h"
#include "edge/sqlite/limits.h"
#include "edge/sqlite/maintenance.h"

namespace satchel::edge::sqlite {
namespace {

using os::TemporaryDirectory;
using sql::Database;
using sql::Savepoint;
using sql::Transaction;

Key key_of(std::uint8_t seed) {
  std::array<std::uint8_t, Key::kSize> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(seed * 31 + i * 7);
  return Key(bytes);
}

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Place {
  TemporaryDirectory folder = must(TemporaryDirectory::create());
  std::string path = folder / "store.db";

  OpenOptions server() const { return {.path = path}; }
  OpenOptions device(Cipher cipher = Cipher::chacha20, std::uint8_t key_seed = 1) const {
    return {.path = path, .key = key_of(key_seed), .cipher = cipher, .profile = Profile::device};
  }
};

std::int64_t number(Database& database, std::string_view sql) {
  auto query = must(sql::borrow(database, sql));
  REQUIRE(must(query->step()));
  return query->integer(0);
}

void fill(Database& database, int rows, std::string_view text) {
  auto transaction = must(Transaction::begin(database));
  auto insert = must(sql::borrow(database, "insert into t(id, name) values (?1, ?2)"));
  const auto first = number(database, "select coalesce(max(id), 0) from t");
  for (int i = 1; i <= rows; ++i) {
    const std::string name = std::string(text) + " " + std::to_string(first + i);
    insert->bind_integer(1, first + i);
    insert->bind_text(2, name);
    must(insert->run());
  }
  must(transaction.commit());
}

std::unique_ptr<Database> open_with_table(const OpenOptions& options) {
  auto database = must(open(options));
  must(database->execute("create table if not exists t(id integer primary key, name text not null)"));
  return database;
}

// Runs `work` in a child process, which is killed with SIGKILL once `work` has returned.
void run_and_kill(const std::function<void()>& work) {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char told = 0;
  REQUIRE(::read(ready[0], &told, 1) == 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace

TEST_CASE("values come back as they went in") {
  for (const bool encrypted : {false, true}) {
    const Place place;
    auto database = must(open(encrypted ? place.device() : place.server()));
    must(database->execute("create table v(a, b, c, d, e, f)"));
    auto insert = must(database->prepare("insert into v values (?1, ?2, ?3, ?4, ?5, ?6)"));
    const std::string zeros("a\0b\0", 4);
    insert->bind_integer(1, INT64_MIN);
    insert->bind_text(2, "Éric");
    insert->bind_blob(3, zeros);
    insert->bind_null(4);
    insert->bind_text(5, std::string_view());
    insert->bind_blob(6, std::string_view());
    must(insert->run());
    CHECK(database->changes() == 1);

    auto query = must(database->prepare("select * from v"));
    REQUIRE(must(query->step()));
    CHECK(query->integer(0) == INT64_MIN);
    CHECK(query->text(1) == "Éric");
    CHECK(query->blob(2) == zeros);
    CHECK(query->is_null(3));
    CHECK(query->text(3).empty());
    // Empty is not null.
    CHECK_FALSE(query->is_null(4));
    CHECK(query->text(4).empty());
    CHECK_FALSE(query->is_null(5));
    CHECK_FALSE(must(query->step()));
  }
}

TEST_CASE("a statement is prepared once per text, and the oldest are forgotten past the limit") {
  const Place place;
  auto database = open_with_table(place.server());
  auto* first = must(database->statement("select count(*) from t"));
  CHECK(must(database->statement("select count(*) from t")) == first);
  // After its end it starts again by itself, with its bindings.
  auto* echo = must(database->statement("select ?1"));
  echo->bind_integer(1, 5);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(must(echo->step()));
    CHECK(echo->integer(0) == 5);
    CHECK_FALSE(must(echo->step()));
  }
  for (std::size_t i = 0; i < 3 * kStatementsMax; ++i)
    CHECK(number(*database, "select " + std::to_string(i)) == static_cast<std::int64_t>(i));
}

TEST_CASE("fold() in SQL is fold_key()") {
  const Place place;
  auto database = must(open(place.server()));
  CHECK(number(*database, "select fold('Éric') = fold('ERIC')") == 1);
  CHECK(number(*database, "select fold(null) is null") == 1);
}

TEST_CASE("wrong SQL and a taken key are told apart") {
  const Place place;
  auto database = open_with_table(place.server());
  const auto wrong = database->execute("insert into nowhere values (1)");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().code == ErrorCode::internal);
  CHECK(wrong.error().message.find("nowhere") != std::string::npos);
  must(database->execute("insert into t values (1, 'one')"));
  const auto taken = database->execute("insert into t values (1, 'again')");
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().code == ErrorCode::exists);
  must(database->execute("create unique index t_name on t(name)"));
  CHECK(database->execute("insert into t values (2, 'one')").error().code == ErrorCode::exists);
}

TEST_CASE("the cost of a query can be compared") {
  const Place place;
  auto database = open_with_table(place.server());
  fill(*database, 1000, "row");
  const auto cost = [&](std::string_view sql) {
    const auto before = database->rows_read();
    number(*database, sql);
    return database->rows_read() - before;
  };
  CHECK(cost("select count(*) from t where id = 500") < 50);
  CHECK(cost("select count(*) from t where name = 'row 500'") > 1000);
}

TEST_CASE("a missing file is not_found where none may be made") {
  const Place place;
  for (const auto access : {Access::existing, Access::read_only}) {
    const auto opened = open({.path = place.path, .access = access});
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::not_found);
    CHECK(opened.error().message.find(place.path) != std::string::npos);
  }
  CHECK(open({.path = place.folder / "no/folder/x.db"}).error().code == ErrorCode::not_found);
  CHECK(open({.path = place.folder.path()}).error().code == ErrorCode::io_error);
}

TEST_CASE("a new file is for its owner's eyes only") {
  const Place place;
  open_with_table(place.server());
  struct stat facts{};
  REQUIRE(::stat(place.path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("read_only reads beside a writer and can't write") {
  const Place place;
  auto writer = open_with_table(place.server());
  fill(*writer, 10, "row");
  auto reader = must(open({.path = place.path, .access = Access::read_only}));
  CHECK(number(*reader, "select count(*) from t") == 10);
  CHECK(reader->execute("delete from t").error().code == ErrorCode::io_error);
  fill(*writer, 1, "row");
  CHECK(number(*reader, "select count(*) from t") == 11);
}

TEST_CASE("a wrong key, another cipher or none opens nothing, and the right one still does") {
  for (const auto cipher : {Cipher::chacha20, Cipher::aegis}) {
    const Place place;
    fill(*open_with_table(place.device(cipher)), 100, "row");
    const auto other = cipher == Cipher::aegis ? Cipher::chacha20 : Cipher::aegis;
    CHECK(open(place.device(cipher, 2)).error().code == ErrorCode::wrong_key);
    CHECK(open(place.device(other)).error().code == ErrorCode::wrong_key);
    CHECK(open(place.server()).error().code == ErrorCode::wrong_key);
    auto again = must(open(place.device(cipher)));
    CHECK(number(*again, "select count(*) from t") == 100);
  }
}

TEST_CASE("a plain file is refused when a key is given, and left as it is") {
  const Place place;
  fill(*open_with_table(place.server()), 10, "plain");
  const auto before = must(os::read_file(place.path));
  const auto opened = open(place.device());
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::store_damaged);
  CHECK(must(os::read_file(place.path)) == before);
}

// A word is looked for in all files, while the database is open, after a crash and after deletion, in both journal
// modes and with a cache so small that pages of the open transaction are spilled.
TEST_CASE("C3: no plain text reaches the disk") {
  const std::string word = "Contoso-Geheimnis";
  const auto count = [&](const Place& place) {
    int found = 0;
    for (const auto& name : must(os::list_directory(place.folder.path()))) {
      const auto bytes = must(os::read_file(place.folder / name));
      for (auto at = bytes.find(word); at != bytes.npos; at = bytes.find(word, at + 1)) ++found;
      CHECK(bytes.find("SQLite format 3") == bytes.npos);
      CHECK(bytes.find("create table") == bytes.npos);
    }
    return found;
  };
  for (const auto cipher : {Cipher::chacha20, Cipher::aegis})
    for (const auto mode : {JournalMode::wal, JournalMode::truncate}) {
      const Place place;
      run_and_kill([&] {
        auto database = open_with_table(place.device(cipher));
        must(set_journal_mode(*database, mode));
        fill(*database, 5000, word);
        must(database->execute("pragma cache_size=20"));
        must(database->execute("begin immediate"));
        must(database->execute("savepoint part"));
        must(database->execute("update t set name = name || ' changed'"));
        (void)database.release();
      });
      CHECK(count(place) == 0);
      auto database = must(open(place.device(cipher)));
      must(set_journal_mode(*database, mode));
      CHECK(number(*database, "select count(*) from t where name like '%changed'") == 0);
      must(database->execute("delete from t where id > 10"));
      database.reset();
      CHECK(count(place) == 0);
    }
}

// The same with a plain file, so that the search above is known to find something. And what the device profile
// deletes is overwritten, not just unlinked.
TEST_CASE("deleted content is overwritten on the device") {
  const Place place;
  const std::string word = "Contoso-Geheimnis";
  {
    auto options = place.device();
    options.key.reset();
    auto database = open_with_table(options);
    fill(*database, 2000, word);
    must(database->execute("pragma wal_checkpoint(truncate)"));
    must(database->execute("delete from t"));
  }
  CHECK(must(os::read_file(place.path)).find(word) == std::string::npos);
  {
    auto database = must(open(place.server()));
    fill(*database, 2000, word);
    must(database->execute("pragma wal_checkpoint(truncate)"));
    must(database->execute("delete from t"));
  }
  CHECK(must(os::read_file(place.path)).find(word) != std::string::npos);
}

// The system's VFS, but with sectors as large as a page, as on a disk that doesn't promise anything.
sqlite3_vfs* large_sectors() {
  static sqlite3_vfs* const system = sqlite3_vfs_find("unix");
  static sqlite3_io_methods methods{};
  static sqlite3_vfs vfs = *system;
  vfs.zName = "large-sectors";
  vfs.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int code = system->xOpen(system, name, file, flags, out_flags);
    if (code != SQLITE_OK) return code;
    methods = *file->pMethods;
    methods.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
    file->pMethods = &methods;
    return code;
  };
  return &vfs;
}

TEST_CASE("a key is refused on a VFS that would lose rollbacks or can't encrypt") {
  const Place place;
  auto options = place.device();
  must(open({.path = place.folder / "another.db"}));  // initializes SQLite
  options.vfs = "unix";
  CHECK(open(options).error().code == ErrorCode::internal);
  REQUIRE(sqlite3_vfs_register(large_sectors(), 0) == SQLITE_OK);
  REQUIRE(sqlite3mc_vfs_create("large-sectors", 0) == SQLITE_OK);
  options.vfs = "multipleciphers-large-sectors";
  const auto opened = open(options);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().message.find("powersafe") != std::string::npos);
  CHECK((!os::exists(place.path) || must(os::file_size(place.path)) == 0));
}

TEST_CASE("a flipped bit is found") {
  for (const auto cipher : {Cipher::chacha20, Cipher::aegis}) {
    const Place place;
    fill(*open_with_table(place.device(cipher)), 20'000, "row");
    auto bytes = must(os::read_file(place.path));
    bytes[bytes.size() / 2 + 100] ^= 4;
    must(os::write_file(place.path, bytes));
    auto database = must(open(place.device(cipher)));
    auto query = must(database->prepare("select sum(length(name)) from t"));
    const auto read = query->step();
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::store_damaged);
    CHECK(check_integrity(*database).error().code == ErrorCode::store_damaged);
    // Other pages still read.
    CHECK(number(*database, "select count(*) from t where id < 10") == 9);
  }
}

TEST_CASE("a device's store has one owner, in either journal mode") {
  for (const auto mode : {JournalMode::wal, JournalMode::truncate}) {
    const Place place;
    auto owner = open_with_table(place.device());
    must(set_journal_mode(*owner, mode));
    fill(*owner, 10, "row");
    const auto second = open(place.device());
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == ErrorCode::store_busy);
    CHECK(second.error().message.find("another process") != std::string::npos);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(open(place.device()).ok() ? 0 : 7);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 7);
    // The refused ones did no harm.
    fill(*owner, 10, "row");
    owner.reset();
    CHECK(number(*must(open(place.device())), "select count(*) from t") == 20);
  }
}

TEST_CASE("a database in memory makes no file and takes no key") {
  auto database = open_with_table({.path = ":memory:", .profile = Profile::device});
  fill(*database, 10, "row");
  CHECK(number(*database, "select count(*) from t") == 10);
  CHECK_FALSE(os::exists(":memory:"));
  CHECK_FALSE(open({.path = ":memory:", .key = key_of(1)}).ok());
}

TEST_CASE("a transaction rolls back unless committed") {
  const Place place;
  auto database = open_with_table(place.server());
  {
    auto transaction = must(Transaction::begin(*database));
    must(database->execute("insert into t values (1, 'one')"));
    CHECK(database->in_transaction());
  }
  CHECK_FALSE(database->in_transaction());
  CHECK(number(*database, "select count(*) from t") == 0);
}

TEST_CASE("savepoints nest and undo their own part only") {
  const Place place;
  auto database = open_with_table(place.server());
  auto transaction = must(Transaction::begin(*database));
  must(database->execute("insert into t values (1, 'outer')"));
  {
    auto kept = must(Savepoint::begin(*database));
    must(database->execute("insert into t values (2, 'kept')"));
    {
      auto undone = must(Savepoint::begin(*database));
      must(database->execute("insert into t values (3, 'undone')"));
    }
    must(kept.release());
  }
  must(transaction.commit());
  CHECK(number(*database, "select sum(id) from t") == 3);
}

// The child commits 1,000 rows, then changes them all in a transaction with a cache so small that pages reach the disk
// before the commit, and is killed there. This is the trap of toolchain.md, 3: a journal header that recovery can't read.
TEST_CASE("kill -9 in a transaction leaves what was committed") {
  struct Way {
    Profile profile;
    std::optional<Cipher> cipher;
  };
  for (const auto& way : {Way{Profile::device, Cipher::chacha20}, Way{Profile::device, Cipher::aegis},
                          Way{Profile::device, std::nullopt}, Way{Profile::browser, Cipher::chacha20}})
    for (const auto mode : {JournalMode::wal, JournalMode::truncate}) {
      const Place place;
      auto options = place.device(way.cipher.value_or(Cipher::chacha20));
      options.profile = way.profile;
      if (!way.cipher) options.key.reset();
      run_and_kill([&] {
        auto database = open_with_table(options);
        must(set_journal_mode(*database, mode));
        fill(*database, 20'000, "committed");
        must(database->execute("pragma cache_size=20"));
        must(database->execute("begin immediate"));
        must(database->execute("update t set name = 'uncommitted ' || id"));
        (void)database.release();
      });
      // Pages of the open transaction were on the disk.
      CHECK(must(os::file_size(place.path + (mode == JournalMode::wal ? "-wal" : "-journal"))) > 100'000);
      auto database = must(open(options));
      CHECK(number(*database, "select count(*) from t where name like 'committed %'") == 20'000);
      must(check_integrity(*database));
    }
}

// Stores that an older app made in the browser have pages of 4 KiB.
TEST_CASE("a file keeps the page size that it was made with, whatever opens it later") {
  for (const auto& [maker, later, page_size] : {std::tuple(Profile::device, Profile::browser, kPageSize),
                                                std::tuple(Profile::browser, Profile::device, kBrowserPageSize)})
    for (const auto mode : {JournalMode::wal, JournalMode::truncate}) {
      const Place place;
      auto options = place.device();
      options.profile = maker;
      {
        auto database = open_with_table(options);
        CHECK(number(*database, "pragma page_size") == page_size);
        fill(*database, 5000, "row");
        must(set_journal_mode(*database, mode));
      }
      options.profile = later;
      for (int rows = 10'000; rows <= 15'000; rows += 5000) {
        auto database = must(open(options));
        must(set_journal_mode(*database, mode));
        CHECK(number(*database, "pragma page_size") == page_size);
        fill(*database, 5000, "row");
        must(database->execute("vacuum"));
        CHECK(number(*database, "pragma page_size") == page_size);
        CHECK(number(*database, "select count(*) from t") == rows);
        must(check_integrity(*database));
      }
    }
}

TEST_CASE("a full disk keeps what was there and can be gone on with") {
  const Place place;
  auto database = open_with_table(place.device());
  fill(*database, 100, "row");
  must(database->execute("pragma max_page_count=40"));
  {
    auto transaction = must(Transaction::begin(*database));
    auto insert = must(sql::borrow(*database, "insert into t(name) values (?1)"));
    const std::string large(1000, 'x');
    Result<void> last;
    for (int i = 0; i < 1000 && last.ok(); ++i) {
      insert->bind_text(1, large);
      last = insert->run();
    }
    REQUIRE_FALSE(last.ok());
    CHECK(last.error().code == ErrorCode::disk_full);
  }
  CHECK(number(*database, "select count(*) from t") == 100);
  must(database->execute("pragma max_page_count=4000"));
  fill(*database, 100, "row");
  CHECK(number(*database, "select count(*) from t") == 200);
}

TEST_CASE("the journal mode changes back and forth, and not inside a transaction") {
  const Place place;
  auto database = open_with_table(place.device());
  for (int i = 0; i < 3; ++i) {
    must(set_journal_mode(*database, JournalMode::truncate));
    must(set_durability(*database, Durability::normal));
    fill(*database, 100, "bulk");
    must(set_journal_mode(*database, JournalMode::wal));
    must(set_durability(*database, Durability::full));
    fill(*database, 100, "single");
  }
  CHECK(number(*database, "select count(*) from t") == 600);
  auto transaction = must(Transaction::begin(*database));
  CHECK_FALSE(set_journal_mode(*database, JournalMode::truncate).ok());
}

TEST_CASE("a backup is the state of one moment, though others write meanwhile") {
  for (const bool encrypted : {false, true}) {
    const Place place;
    auto options = place.server();
    BackupOptions how;
    if (encrypted) {
      options.key = key_of(1);
      how.key = key_of(3);
    }
    auto writer = open_with_table(options);
    fill(*writer, 20'000, std::string(300, 'x'));
    auto from = must(open(options));
    const std::string copy_path = place.folder / "copy.db";
    int calls = 0;
    how.progress = [&](std::uint64_t done, std::uint64_t total) {
      CHECK(done <= total);
      ++calls;
      fill(*writer, 10, "meanwhile");
      return true;
    };
    must(backup(*from, copy_path, how));
    CHECK(calls > 1);
    CHECK(number(*writer, "select count(*) from t") == 20'000 + 10 * calls);
    CHECK(must(os::list_directory(place.folder.path())).front() == "copy.db");
    CHECK_FALSE(os::exists(copy_path + ".part"));
    CHECK_FALSE(os::exists(copy_path + ".part-journal"));
    auto copy = must(open({.path = copy_path, .access = Access::existing, .key = how.key}));
    must(check_integrity(*copy));
    CHECK(number(*copy, "select count(*) from t") == 20'000);
  }
}

TEST_CASE("a canceled backup and a plain backup of an encrypted database leave nothing") {
  const Place place;
  auto options = place.server();
  options.key = key_of(1);
  auto database = open_with_table(options);
  fill(*database, 20'000, std::string(300, 'x'));
  const std::string copy = place.folder / "copy.db";
  const auto canceled = backup(*database, copy, {.key = key_of(1), .progress = [](auto, auto) { return false; }});
  CHECK(canceled.error().code == ErrorCode::canceled);
  CHECK(backup(*database, copy).error().code == ErrorCode::wrong_key);
  for (const auto& name : must(os::list_directory(place.folder.path()))) CHECK(name.find("copy") == std::string::npos);
}

}  // namespace satchel::edge::sqlite
