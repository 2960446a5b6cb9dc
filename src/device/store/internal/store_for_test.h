// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share: a store on a disk of its own, records by column names, pages of the feed.
// Defined in store_test.cpp, where test programs may reach SQLite and files.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "device/store/store.h"
#include "sql/database.h"

namespace satchel::device::store {

// Ends the test case with the error's sentence.
void fail_for_test(const Error& error);

template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail_for_test(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

enum class EncryptionForTest { none, chacha20 };

// A folder with a database file, which stays while stores on it are opened and closed.
class DiskForTest {
 public:
  explicit DiskForTest(EncryptionForTest encryption = EncryptionForTest::none);
  ~DiskForTest();

  Result<std::unique_ptr<sql::Database>> open() const;
  // With another key; "" for none.
  Result<std::unique_ptr<sql::Database>> open_with_key(const std::string& bytes) const;
  Result<std::unique_ptr<sql::Database>> open_read_only() const;
  // On a disk that refuses to grow by more than so many bytes from now on (see full_disk_for_test.h).
  Result<std::unique_ptr<sql::Database>> open_on_full_disk() const;
  // The file's bytes, and those of its journal.
  std::string bytes() const;
  void change_byte(std::size_t at) const;
  // The database file alone, and beside it those that end like this: "-wal", "-journal".
  std::string file(const std::string& ending = "") const;
  void set_file(const std::string& bytes, const std::string& ending = "") const;
  // What the openers were told since this was last asked.
  std::vector<std::string> take_told() const;
  // The other disk's files as they are at this moment, also while a database is open on it: what a kill would leave.
  void become_copy_of(const DiskForTest& other) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A database whose process is killed after so many statements: from then on nothing more reaches it.
class KilledDatabaseForTest final : public sql::Database {
 public:
  KilledDatabaseForTest(sql::Database& database, int statements) : database_(database), left_(statements) {}

  Result<sql::Statement*> statement(std::string_view sql) override {
    return is_dead() ? Result<sql::Statement*>(killed()) : database_.statement(sql);
  }
  Result<std::unique_ptr<sql::Statement>> prepare(std::string_view sql) override {
    return is_dead() ? Result<std::unique_ptr<sql::Statement>>(killed()) : database_.prepare(sql);
  }
  Result<void> execute(std::string_view sql) override {
    return is_dead() ? Result<void>(killed()) : database_.execute(sql);
  }
  std::int64_t changes() override { return database_.changes(); }
  bool in_transaction() const override { return database_.in_transaction(); }

 private:
  bool is_dead() { return left_-- <= 0; }
  static Error killed() { return {ErrorCode::io_error, "The process was killed."}; }

  sql::Database& database_;
  int left_;
};

class StoreForTest {
 public:
  explicit StoreForTest(const model::Schema& schema = model::Schema::standard(),
                        EncryptionForTest encryption = EncryptionForTest::none)
      : disk_(encryption) {
    open(schema);
  }

  DeviceStore* operator->() { return store_.get(); }
  DeviceStore& operator*() { return *store_; }
  sql::Database& database() { return *database_; }
  DiskForTest& disk() { return disk_; }
  const model::Table& table(std::string_view name) const { return *store_->schema().find(name); }

  void open(const model::Schema& schema) {
    database_ = must(disk_.open());
    store_ = must(DeviceStore::open(*database_, schema));
  }
  void close() {
    store_.reset();
    database_.reset();
  }
  void reopen(const model::Schema& schema = model::Schema::standard()) {
    close();
    open(schema);
  }

  // Runs `work` in a transaction and commits.
  template <class Work>
  void write(Work work) {
    auto transaction = must(store_->begin());
    work();
    must(transaction.commit());
  }
  // Loaded, with all indexes.
  void make_ready() {
    write([&] { must(store_->finish_load()); });
    for (bool more = true; more;) write([&] { more = must(store_->build_next_index()); });
  }
  void verify() {
    write([&] { must(store_->verify()); });
  }
  // One number from one row.
  std::int64_t number(const std::string& sql) {
    auto select = must(database_->prepare(sql));
    return must(select->step()) ? select->integer(0) : -1;
  }

 private:
  DiskForTest disk_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<DeviceStore> store_;
};

using ValuesForTest = std::initializer_list<std::pair<const char*, model::Value>>;

inline RecordId id_for_test(std::uint64_t number) {
  Uuid id;
  for (int i = 0; i < 8; ++i)
    id.bytes[static_cast<std::size_t>(8 + i)] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  id.bytes[0] = 1;
  return RecordId(id);
}

inline model::Record record_for_test(const model::Table& table, std::uint64_t id, std::int64_t version,
                                     ValuesForTest values) {
  model::Record record{table.number, id_for_test(id), Seq(version), std::vector<model::Value>(table.columns.size())};
  for (const auto& [name, value] : values) record.values[table.find_column(name)->index] = value;
  return record;
}

struct FeedRowForTest {
  model::Record record;
  std::vector<ScopeNumber> scopes;
};
std::string page_for_test(const model::Schema& schema, const std::vector<FeedRowForTest>& rows);

inline odata::FeedScope scope_for_test(std::int64_t number, const model::Table& table) {
  return {ScopeNumber(number), table.number, odata::AccessKind::all, RecordId(), 0};
}

// Ids of a list, for comparing orders.
std::vector<RecordId> ids_for_test(const std::vector<model::Record>& records);

}  // namespace satchel::device::store
