// SPDX-License-Identifier: Apache-2.0
//
// What a former process left beside the file: ours is applied, anything else is kept and told about, and the store stays whole.
// A kill is a copy of all files at some moment; a restored backup is a copy of one of them.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "edge/os/files.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/maintenance.h"

namespace satchel::edge::sqlite {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

constexpr char kOurKey = 'k';
constexpr char kOtherKey = 'x';
constexpr int kRows = 400;

std::int64_t number(sql::Database& database, const std::string& sql) {
  auto query = must(database.prepare(sql));
  return must(query->step()) ? query->integer(0) : -1;
}

// A folder that holds one store.
class Folder {
 public:
  explicit Folder(char key = kOurKey, Cipher cipher = Cipher::chacha20) : key_(key), cipher_(cipher) {}

  Result<std::unique_ptr<sql::Database>> open() {
    OpenOptions options{.path = path(), .key = Key::from_bytes(std::string(32, key_)), .cipher = cipher_};
    options.profile = Profile::device;
    options.tell = [this](const std::string& sentence) { told_.push_back(sentence); };
    return sqlite::open(options);
  }
  std::string path(const std::string& ending = "") const { return folder_ / ("a.satchel" + ending); }
  std::string file(const std::string& ending) const { return must(os::read_file(path(ending))); }
  void put(const std::string& ending, const std::string& bytes) { must(os::write_file(path(ending), bytes)); }
  bool has(const std::string& ending) const { return os::exists(path(ending)); }
  void become_copy_of(const Folder& other) {
    for (const auto& name : must(os::list_directory(folder_.path()))) must(os::remove_file(folder_ / name));
    for (const char* ending : {"", "-wal", "-journal"})
      if (other.has(ending)) put(ending, other.file(ending));
  }

  // Opens; everything that was committed is there, and `round` is the round of each row.
  void check_whole(std::int64_t round) {
    auto database = must(open());
    must(check_integrity(*database));
    CHECK(number(*database, "select count(*) from t") == kRows);
    CHECK(number(*database, "select min(round) from t") == round);
    CHECK(number(*database, "select max(round) from t") == round);
  }
  void check_nothing_told() const { CHECK(told_.empty()); }
  // `bytes` lay there under this ending: they are kept, and a sentence said so.
  void check_set_aside(const std::string& ending, const std::string& bytes) {
    REQUIRE(has(ending + ".set-aside"));
    CHECK(file(ending + ".set-aside") == bytes);
    REQUIRE(told_.size() == 1);
    CHECK(told_[0].find(path(ending) + "\" beside") != std::string::npos);
    CHECK(told_[0].find("is kept as \"" + path(ending + ".set-aside") + "\"") != std::string::npos);
  }

 private:
  os::TemporaryDirectory folder_ = must(os::TemporaryDirectory::create());
  std::vector<std::string> told_;
  char key_;
  Cipher cipher_;
};

// A process at work on a store, with either journal. It keeps the rule about the file mark.
class Process {
 public:
  Process(Folder& folder, JournalMode mode) : database_(must(folder.open())), mode_(mode) {
    must(database_->execute("create table if not exists t(id integer primary key, round integer, filling blob)"));
    must(set_journal_mode(*database_, mode));
    must(database_->execute("pragma cache_size = 5"));
  }

  // Changes every row; `seen` is called while the change is half on the disk.
  void write(std::int64_t round, const std::function<void()>& seen = [] {}) {
    auto transaction = must(sql::Transaction::begin(*database_));
    if (!is_marked_ || mode_ == JournalMode::truncate) raise_mark();
    must(database_->execute("delete from t"));
    auto insert = must(database_->prepare("insert into t values(?1, ?2, randomblob(900))"));
    for (int id = 1; id <= kRows; ++id) {
      insert->bind_integer(1, id);
      insert->bind_integer(2, round);
      must(insert->run());
    }
    seen();
    must(transaction.commit());
  }
  sql::Database& database() { return *database_; }

 private:
  void raise_mark() {
    is_marked_ = true;
    must(database_->execute("pragma user_version = " + std::to_string(number(*database_, "pragma user_version") + 1)));
  }

  std::unique_ptr<sql::Database> database_;
  JournalMode mode_;
  bool is_marked_ = false;
};

constexpr JournalMode kModes[] = {JournalMode::truncate, JournalMode::wal};
std::string ending_of(JournalMode mode) { return mode == JournalMode::wal ? "-wal" : "-journal"; }

// `killed` is what a kill leaves of a store in the middle of writing round 2.
void kill_in_round_2(Folder& folder, Folder& killed, JournalMode mode) {
  Process process(folder, mode);
  process.write(1);
  process.write(2, [&] { killed.become_copy_of(folder); });
}

}  // namespace

TEST_CASE("our own journal after a kill is rolled back") {
  for (const auto cipher : {Cipher::chacha20, Cipher::aegis})
    for (const auto mode : kModes) {
      Folder folder(kOurKey, cipher), killed(kOurKey, cipher), killed_between(kOurKey, cipher);
      kill_in_round_2(folder, killed, mode);
      CHECK(killed.file(ending_of(mode)).size() > 100'000);
      killed.check_whole(1);
      killed.check_nothing_told();
      folder.check_whole(2);
      // The next process, killed in its first transaction and behind it.
      {
        Process process(folder, mode);
        process.write(3, [&] { killed.become_copy_of(folder); });
        killed_between.become_copy_of(folder);
      }
      killed.check_whole(2);
      killed_between.check_whole(3);
      // And one that goes on with what a killed one has left, and is killed too.
      {
        Process process(killed_between, mode);
        process.write(4);
        process.write(5, [&] { killed.become_copy_of(killed_between); });
      }
      killed.check_whole(4);
      for (auto* each : {&folder, &killed, &killed_between}) each->check_nothing_told();
    }
}

// In a rollback journal of another store stands how long that one was: SQLite would cut ours to it first.
TEST_CASE("a journal of another store is not taken for ours") {
  for (const char key : {kOtherKey, kOurKey})
    for (const auto mode : kModes) {
      CAPTURE(key);
      CAPTURE(ending_of(mode));
      Folder other(key), others_kill(key);
      kill_in_round_2(other, others_kill, mode);
      const auto foreign = others_kill.file(ending_of(mode));
      for (const auto our_mode : kModes) {  // a store between two transactions: closed, and killed
        CAPTURE(ending_of(our_mode));
        Folder ours, killed;
        {
          Process process(ours, our_mode);
          process.write(1);
          killed.become_copy_of(ours);
        }
        ours.put(ending_of(mode), foreign);
        ours.check_whole(1);
        ours.check_set_aside(ending_of(mode), foreign);
        if (mode == our_mode && mode == JournalMode::wal) continue;  // its own log has that name
        killed.put(ending_of(mode), foreign);
        killed.check_whole(1);
        killed.check_set_aside(ending_of(mode), foreign);
      }
    }
}

TEST_CASE("a journal of another day of the same store is not taken for today's") {
  for (const auto mode : kModes) {
    CAPTURE(ending_of(mode));
    Folder folder, killed, yesterday;
    kill_in_round_2(folder, killed, mode);
    const auto old = killed.file(ending_of(mode));
    {
      Process process(folder, mode);
      process.write(3);
    }
    yesterday.become_copy_of(folder);
    {
      Process process(folder, mode);
      process.write(4);
    }
    {
      Process process(folder, mode);
      process.write(5);
      process.write(6, [&] { killed.become_copy_of(folder); });
    }
    SUBCASE("an old journal beside today's file") {
      folder.put(ending_of(mode), old);
      folder.check_whole(6);
      folder.check_set_aside(ending_of(mode), old);
    }
    SUBCASE("today's journal beside yesterday's file, as a restored backup has it") {
      const auto todays = killed.file(ending_of(mode));
      yesterday.put(ending_of(mode), todays);
      yesterday.check_whole(3);
      yesterday.check_set_aside(ending_of(mode), todays);
    }
    SUBCASE("what is set aside doesn't take the place of what was set aside before") {
      folder.put(ending_of(mode) + ".set-aside", "first");
      folder.put(ending_of(mode), old);
      folder.check_whole(6);
      CHECK(folder.file(ending_of(mode) + ".set-aside") == "first");
      CHECK(folder.file(ending_of(mode) + ".set-aside-2") == old);
    }
  }
}

TEST_CASE("garbage under a journal's name harms nothing and is kept") {
  std::string zeros(5000, '\0'), header_alone(512, '\0');
  const std::string magic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  header_alone.replace(0, 8, magic);
  header_alone.replace(16, 12,
                       std::string("\0\0\0\0\0\0\x02\0\0\0\x10\0", 12));  // of a database of no pages: cuts to nothing
  for (const auto& ending : {std::string("-journal"), std::string("-wal")})
    for (const auto& garbage : {std::string(5000, 'g'), zeros, std::string("xy"), header_alone, magic + zeros}) {
      CAPTURE(ending);
      CAPTURE(garbage.size());
      Folder folder;
      Process(folder, JournalMode::wal).write(1);
      folder.put(ending, garbage);
      folder.check_whole(1);
      folder.check_set_aside(ending, garbage);
    }
}

// Cut where it was never synced, it isn't needed; cut where pages of it are on the disk already, the store can't be made whole.
// Then nothing is changed, so that whoever has the rest of it still can.
TEST_CASE("our own journal that was cut short or damaged is never half applied") {
  Folder folder, killed;
  kill_in_round_2(folder, killed, JournalMode::truncate);
  const auto journal = killed.file("-journal");
  const auto file = killed.file("");
  auto flipped = journal;
  flipped[512 + 4 + 4096 + 4 + 1000] ^= 1;  // in the second record
  std::vector<std::string> bad = {flipped};
  for (std::size_t size = 512 + 4200; size + 8192 < journal.size(); size += journal.size() / 7)
    bad.push_back(journal.substr(0, size));
  for (const auto& each : bad) {
    CAPTURE(each.size());
    killed.put("", file);
    killed.put("-journal", each);
    const auto opened = killed.open();
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == ErrorCode::store_damaged);
    CHECK(opened.error().message.find("Nothing was changed") != std::string::npos);
    CHECK(killed.file("") == file);
    CHECK(killed.file("-journal") == each);
  }
  killed.put("-journal", journal);
  killed.check_whole(1);
  killed.check_nothing_told();
}

TEST_CASE("another key touches neither the file nor its journal") {
  for (const auto mode : kModes) {
    Folder folder, killed;
    kill_in_round_2(folder, killed, mode);
    Folder with_other_key(kOtherKey);
    with_other_key.become_copy_of(killed);
    CHECK(with_other_key.open().error().code == ErrorCode::wrong_key);
    for (const auto& ending : {std::string(), ending_of(mode)})
      CHECK(with_other_key.file(ending) == killed.file(ending));
    with_other_key.check_nothing_told();
  }
}

// SQLite deletes a journal beside an empty database.
TEST_CASE("a journal whose store is gone is kept") {
  for (const auto mode : kModes) {
    Folder folder, killed;
    kill_in_round_2(folder, killed, mode);
    const auto journal = killed.file(ending_of(mode));
    must(os::remove_file(killed.path()));
    (void)must(killed.open());
    killed.check_set_aside(ending_of(mode), journal);
  }
}

// Page 1 torn by a power cut: half of it is new. Its salt tells that the journal is this file's.
TEST_CASE("a first page that was torn is mended by our own journal") {
  Folder folder, killed;
  kill_in_round_2(folder, killed, JournalMode::truncate);
  auto file = killed.file("");
  file.replace(2048, 2048, std::string(2048, 't'));
  killed.put("", file);
  killed.check_whole(1);
  killed.check_nothing_told();
}

}  // namespace satchel::edge::sqlite
