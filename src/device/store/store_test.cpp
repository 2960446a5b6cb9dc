// SPDX-License-Identifier: Apache-2.0
//
// Opening, settings, lists, and the whole: what other test files of the room don't have as their own subject.
#include "device/store/store.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "edge/os/files.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/full_disk_for_test.h"

namespace satchel::device::store {

void fail_for_test(const Error& error) {
  const std::string sentence = std::string(name_of(error.code)) + ": " + error.message;
  FAIL(sentence);
}

struct DiskForTest::State {
  edge::os::TemporaryDirectory folder = must(edge::os::TemporaryDirectory::create());
  EncryptionForTest encryption;
  std::vector<std::string> told = {};
  std::string path() const { return folder / "device.satchel"; }
  edge::sqlite::OpenOptions options(const std::string& key) {
    edge::sqlite::OpenOptions options{.path = path(), .profile = edge::sqlite::Profile::device};
    options.tell = [this](const std::string& sentence) { told.push_back(sentence); };
    if (!key.empty()) options.key = edge::sqlite::Key::from_bytes(key);
    return options;
  }
};

DiskForTest::DiskForTest(EncryptionForTest encryption) : state_(new State{.encryption = encryption}) {}
DiskForTest::~DiskForTest() = default;

Result<std::unique_ptr<sql::Database>> DiskForTest::open() const {
  return open_with_key(state_->encryption == EncryptionForTest::chacha20 ? std::string(32, 'k') : "");
}

Result<std::unique_ptr<sql::Database>> DiskForTest::open_with_key(const std::string& bytes) const {
  return edge::sqlite::open(state_->options(bytes));
}

Result<std::unique_ptr<sql::Database>> DiskForTest::open_read_only() const {
  auto options = state_->options(std::string(32, 'k'));
  options.access = edge::sqlite::Access::read_only;
  return edge::sqlite::open(options);
}

Result<std::unique_ptr<sql::Database>> DiskForTest::open_on_full_disk() const {
  auto options = state_->options(std::string(32, 'k'));
  options.vfs = edge::sqlite::kFullDiskForTest;
  return edge::sqlite::open(options);
}

std::string DiskForTest::file(const std::string& ending) const {
  return must(edge::os::read_file(state_->path() + ending));
}

void DiskForTest::set_file(const std::string& bytes, const std::string& ending) const {
  must(edge::os::write_file(state_->path() + ending, bytes));
}

std::vector<std::string> DiskForTest::take_told() const { return std::exchange(state_->told, {}); }

std::string DiskForTest::bytes() const {
  std::string all;
  for (const auto& name : must(edge::os::list_directory(state_->folder.path())))
    all += must(edge::os::read_file(state_->folder / name));
  return all;
}

void DiskForTest::change_byte(std::size_t at) const {
  auto bytes = must(edge::os::read_file(state_->path()));
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  must(edge::os::write_file(state_->path(), bytes));
}

void DiskForTest::become_copy_of(const DiskForTest& other) const {
  for (const auto& name : must(edge::os::list_directory(state_->folder.path())))
    must(edge::os::remove_file(state_->folder / name));
  for (const auto& name : must(edge::os::list_directory(other.state_->folder.path())))
    must(edge::os::write_file(state_->folder / name, must(edge::os::read_file(other.state_->folder / name))));
}

std::string page_for_test(const model::Schema& schema, const std::vector<FeedRowForTest>& rows) {
  odata::FeedPageWriter writer(schema);
  for (const auto& row : rows) writer.row(schema.at(row.record.table), row.record, row.scopes);
  return writer.finish({});
}

std::vector<RecordId> ids_for_test(const std::vector<model::Record>& records) {
  std::vector<RecordId> ids;
  for (const auto& record : records) ids.push_back(record.id);
  return ids;
}

namespace {

using model::Reference;
using model::Value;

Mirror mirror_of(model::Record record, std::int64_t scopes = 0) { return {std::move(record), ScopeSetNumber(scopes)}; }

query::Order by(const model::Table& table, const char* column, bool descending = false) {
  return {{{}, table.find_column(column)->index}, descending};
}

}  // namespace

// ---- opening -----------------------------------------------------------------------------------------------------------------

TEST_CASE("a fresh store is loading and empty, and says so after it was closed") {
  StoreForTest store(model::Schema::standard(), EncryptionForTest::chacha20);
  for (int opening = 0; opening < 2; ++opening) {
    CHECK(must(store->loading()));
    CHECK_FALSE(must(store->search_ready()));
    CHECK(must(store->scopes()).empty());
    CHECK(must(store->outbox()).empty());
    for (const auto& status : must(store->tables())) CHECK(status.rows == 0);
    store.verify();
    store.reopen();
  }
}

TEST_CASE("tables that devices don't hold aren't there") {
  StoreForTest store;
  const auto& parties = store.table("activityparty");
  REQUIRE(parties.is_derived);
  query::Query query;
  query.table = parties.number;
  CHECK(store->list(query).error().code == ErrorCode::unknown_table);
  CHECK(store->find(parties, id_for_test(1)).error().code == ErrorCode::unknown_table);
  CHECK(store->name_of({parties.number, id_for_test(1)}).empty());
}

TEST_CASE("a store of a later version is left alone") {
  StoreForTest store;
  must(store.database().execute("update meta set value = '99' where name = 'format'"));
  CHECK(DeviceStore::open(store.database(), model::Schema::standard()).error().code == ErrorCode::store_newer);
  must(store.database().execute("update meta set value = 'x' where name = 'format'"));
  CHECK(DeviceStore::open(store.database(), model::Schema::standard()).error().code == ErrorCode::store_damaged);
}

TEST_CASE("a database of something else isn't taken for a store") {
  DiskForTest disk;
  auto database = must(disk.open());
  must(database->execute("create table song(title text)"));
  CHECK(DeviceStore::open(*database, model::Schema::standard()).error().code == ErrorCode::store_damaged);
}

// Every page of an encrypted store is broken once. What can't be read is said; nothing else happens.
TEST_CASE("a damaged page is an error") {
  StoreForTest store(model::Schema::standard(), EncryptionForTest::chacha20);
  const auto& account = store.table("account");
  store.make_ready();
  store.write([&] {
    for (std::uint64_t i = 0; i < 300; ++i)
      must(store->set_mirror(account, id_for_test(i),
                             mirror_of(record_for_test(account, i, 1, {{"name", "Name " + std::to_string(i)}}))));
  });
  const auto pages = static_cast<std::size_t>(store.number("pragma page_count"));
  store.close();
  std::size_t refused = 0;
  for (std::size_t page = 1; page < pages; page += 7) {
    store.disk().change_byte(page * 4096 + 100);
    auto database = store.disk().open();
    auto opened = database ? DeviceStore::open(**database, model::Schema::standard())
                           : Result<std::unique_ptr<DeviceStore>>(database.error());
    if (opened) {
      auto transaction = (*opened)->begin();
      const auto verified = transaction ? (*opened)->verify() : Result<void>(transaction.error());
      if (!verified) CHECK(verified.error().code == ErrorCode::store_damaged);
      refused += verified ? 0 : 1;
    } else {
      CHECK(opened.error().code == ErrorCode::store_damaged);
      ++refused;
    }
    if (opened) opened->reset();
    if (database) database->reset();
    store.disk().change_byte(page * 4096 + 100);
  }
  CHECK(refused > 5);
}

// ---- settings ----------------------------------------------------------------------------------------------------------------

TEST_CASE("settings hold any bytes and go when they are dropped") {
  StoreForTest store;
  const std::string bytes("\0\xFFz\n", 4);
  store.write([&] {
    must(store->set_setting("cursor", bytes));
    must(store->set_setting("cut", "1"));
    must(store->set_setting("cut", "2"));
    must(store->set_setting("empty", ""));
  });
  store.reopen();
  CHECK(must(store->setting("cursor")) == bytes);
  CHECK(must(store->setting("cut")) == "2");
  CHECK(must(store->setting("empty")) == "");
  CHECK_FALSE(must(store->setting("format")).has_value());  // The store's own are not to be seen here.
  store.write([&] { must(store->drop_setting("cut")); });
  CHECK_FALSE(must(store->setting("cut")).has_value());
}

TEST_CASE("nothing of a transaction that wasn't committed is believed") {
  StoreForTest store;
  const auto& account = store.table("account");
  store.write([&] { must(store->add_scope(scope_for_test(7, account), false)); });
  {
    auto transaction = must(store->begin());
    const ScopeNumber seven[] = {ScopeNumber(7)};
    const auto set = must(store->scope_set(seven));
    must(store->set_mirror(account, id_for_test(1),
                           mirror_of(record_for_test(account, 1, 5, {{"name", "Gone"}}), set.value)));
    must(store->keep_shadow(account, id_for_test(1)));
    must(store->append({}));
    must(store->finish_load());
    CHECK(must(store->has_shadow(id_for_test(1))));
    // No commit.
  }
  CHECK_FALSE(must(store->has_shadow(id_for_test(1))));
  CHECK(must(store->loading()));
  CHECK(must(store->scopes()).front().count == 0);
  CHECK(must(store->tables()).front().rows == 0);
  CHECK(must(store->outbox()).empty());
  store.verify();
}

// ---- lists -------------------------------------------------------------------------------------------------------------------

// Names with and without case, marks and a value; the expected order is computed from the rules of query.h.
TEST_CASE("a list is ordered by fold key, nulls first, then by id, and its pages join without gap or double") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  const char* names[] = {"beta", "Álpha", "alpha", "ALPHA", "", "Zeta", "äpfel", "beta", "Beta", ""};
  store.write([&] {
    for (std::uint64_t i = 0; i < std::size(names); ++i) {
      auto record = record_for_test(account, 100 - i, 1, {});
      if (*names[i] != 0) record.values[account.find_column("name")->index] = std::string(names[i]);
      must(store->set_mirror(account, record.id, mirror_of(record)));
    }
  });
  const std::vector<std::uint64_t> ascending = {91, 96, 97, 98, 99, 94, 92, 93, 100, 95};
  for (const bool descending : {false, true}) {
    std::vector<RecordId> expected;
    for (const auto id : ascending) expected.push_back(id_for_test(id));
    if (descending) std::reverse(expected.begin(), expected.end());
    for (const std::int64_t top : {1, 3, 4, 10, 50}) {
      CAPTURE(top);
      query::Query query;
      query.table = account.number;
      query.order = {by(account, "name", descending)};
      query.top = top;
      query.count = true;
      std::vector<RecordId> seen;
      for (std::size_t pages = 0; pages <= std::size(names); ++pages) {
        const auto page = must(store->list(query));
        CHECK(page.count == 10);
        CHECK(static_cast<std::int64_t>(page.records.size()) <= top);
        for (const auto id : ids_for_test(page.records)) seen.push_back(id);
        query.after = page.next;
        if (!page.next) break;
      }
      CHECK(seen == expected);
    }
  }
}

TEST_CASE("a list filters over lookups and gives whole records") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  const auto& contact = store.table("contact");
  const Reference contoso{account.number, id_for_test(1)};
  const auto ada = record_for_test(contact, 10, 7,
                                   {{"fullname", std::string("Ada King")},
                                    {"parentcustomerid", contoso},
                                    {"birthdate", std::int64_t{-1000}},
                                    {"donotemail", std::int64_t{1}}});
  store.write([&] {
    must(store->set_mirror(account, contoso.id,
                           mirror_of(record_for_test(account, 1, 1, {{"name", std::string("Contoso")}}))));
    must(store->set_mirror(contact, ada.id, mirror_of(ada)));
    must(store->set_mirror(contact, id_for_test(11),
                           mirror_of(record_for_test(contact, 11, 8, {{"fullname", std::string("Bob")}}))));
  });
  query::Query query;
  query.table = contact.number;
  query.filter = query::Filter{
      query::Compare{{{{contact.find_column("parentcustomerid")->index, account.number}}, *account.primary_name},
                     query::Comparison::eq,
                     Value(std::string("CONTOSO"))}};
  const auto page = must(store->list(query));
  REQUIRE(page.records.size() == 1);
  CHECK(page.records.front() == ada);
  CHECK_FALSE(page.next.has_value());
  CHECK(must(store->find(contact, ada.id)) == ada);
  CHECK(store->name_of({contact.number, ada.id}) == "Ada King");
  CHECK(store->name_of(contoso) == "Contoso");
  CHECK(store->name_of({contact.number, id_for_test(12)}).empty());
}

TEST_CASE("a list is bounded, and asks for none if that is what is asked") {
  StoreForTest store;
  store.make_ready();
  const auto& task = store.table("task");
  store.write([&] {
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(kListRowsMax) + 3; ++i)
      must(store->set_mirror(task, id_for_test(i), mirror_of(record_for_test(task, i, 1, {}))));
  });
  query::Query query;
  query.table = task.number;
  auto page = must(store->list(query));
  CHECK(static_cast<std::int64_t>(page.records.size()) == kListRowsMax);
  query.after = page.next;
  CHECK(must(store->list(query)).records.size() == 3);
  query.top = 0;
  CHECK(must(store->list(query)).records.empty());
  query.top = kListRowsMax * 100;
  query.after.reset();
  CHECK(static_cast<std::int64_t>(must(store->list(query)).records.size()) == kListRowsMax);
}

// Lists of an order that a view has must not sort: their cost stays the same while the table grows.
TEST_CASE("the first page by a view's order costs the same with ten times the rows") {
  StoreForTest store;
  store.make_ready();
  const auto& contact = store.table("contact");
  const auto cost = [&](bool descending) {
    query::Query query;
    query.table = contact.number;
    query.order = {by(contact, "fullname", descending)};
    query.top = 20;
    must(store->list(query));
    const auto before = store.database().rows_read();
    must(store->list(query));
    return store.database().rows_read() - before;
  };
  std::uint64_t made = 0;
  const auto grow_to = [&](std::uint64_t rows) {
    store.write([&] {
      for (; made < rows; ++made)
        must(store->set_mirror(contact, id_for_test(made),
                               mirror_of(record_for_test(
                                   contact, made, 1, {{"fullname", "Name " + std::to_string(made * 7919 % 1000)}}))));
    });
  };
  grow_to(200);
  const auto few = cost(false), few_down = cost(true);
  grow_to(2000);
  CHECK(cost(false) < few * 3 / 2);
  CHECK(cost(true) < few_down * 3 / 2);
}

// ---- the whole ---------------------------------------------------------------------------------------------------------------

TEST_CASE("erase leaves an empty, loading store and no old bytes in the file") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), false));
    for (std::uint64_t i = 0; i < 500; ++i)
      must(store->set_mirror(
          account, id_for_test(i),
          mirror_of(record_for_test(account, i, 1, {{"name", std::string("Quizzaciously ") + std::to_string(i)}}))));
    must(store->keep_shadow(account, id_for_test(1)));
    must(store->stage_page("Quizzaciously staged"));
    must(store->set_setting("cursor", "Quizzaciously set"));
  });
  CHECK(store.disk().bytes().find("uizzaciously") != std::string::npos);
  store.write([&] { must(store->erase()); });
  must(store->compact());
  CHECK(store.disk().bytes().find("uizzaciously") == std::string::npos);
  CHECK(must(store->loading()));
  CHECK(must(store->scopes()).empty());
  CHECK_FALSE(must(store->setting("cursor")).has_value());
  CHECK(must(store->staged_pages()) == 0);
  CHECK_FALSE(must(store->has_shadow(id_for_test(1))));
  store.verify();
  store.make_ready();  // and it can be used again
  store.write([&] {
    must(store->set_mirror(account, id_for_test(1),
                           mirror_of(record_for_test(account, 1, 2, {{"name", std::string("New")}}))));
  });
  CHECK(must(store->search("new", 10)).size() == 1);
  store.verify();
}

TEST_CASE("erase_rows keeps what the user did, and the load brings the mirrors of it back") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  const auto id = id_for_test(1);
  const auto mine = record_for_test(account, 1, 1, {{"name", std::string("Mine")}});
  const ScopeNumber one[] = {ScopeNumber(1)};
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), false));
    const auto set = must(store->scope_set(one)).value;
    for (std::uint64_t i = 1; i < 10; ++i)
      must(store->set_mirror(account, id_for_test(i),
                             mirror_of(record_for_test(account, i, 1, {{"name", std::string("Server")}}), set)));
    must(store->keep_shadow(account, id));
    must(store->set_visible(account, id, mine));
  });
  store.write([&] { must(store->erase_rows()); });
  CHECK(must(store->loading()));
  CHECK(must(store->scopes()).empty());
  CHECK(must(store->find(account, id)) == mine);
  CHECK(must(store->mirror(account, id))->scopes == ScopeSetNumber(0));
  CHECK_FALSE(must(store->find(account, id_for_test(2))).has_value());
  store.verify();

  std::vector<FeedRowForTest> rows;
  for (std::uint64_t i = 1; i < 10; ++i)
    rows.push_back({record_for_test(account, i, 2, {{"name", std::string("Server again")}}), {ScopeNumber(1)}});
  const auto bytes = page_for_test(store->schema(), rows);
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), true));
    auto page = must(odata::FeedPageReader::open(store->schema(), bytes));
    CHECK(must(store->load_rows(page)) == 9);
  });
  store.make_ready();
  CHECK(must(store->find(account, id)) == mine);
  CHECK(must(store->mirror(account, id))->record.version == Seq(2));
  CHECK(must(store->scopes()).front().count == 9);
  store.verify();
}

TEST_CASE("verify finds what doesn't agree") {
  const auto& account = *model::Schema::standard().find("account");
  const char* injuries[] = {
      "update scope set sum = sum + 1",
      "update scope set count = count + 1",
      "update account set version = 77 where rowid = 1",
      "update account set name__fold = 'nobody' where rowid = 1",
      "delete from account where rowid = 1",
      "delete from shadow",
      "update shadow set payload = x'0102030405'",
      "update account set scopes = 99 where rowid = 1",
      "update table_state set rows = rows + 1",
      "update outbox set body = x'00'",
  };
  for (const char* injury : injuries) {
    CAPTURE(injury);
    StoreForTest store;
    store.make_ready();
    const ScopeNumber one[] = {ScopeNumber(1)};
    store.write([&] {
      must(store->add_scope(scope_for_test(1, account), false));
      const auto set = must(store->scope_set(one)).value;
      for (std::uint64_t i = 1; i < 5; ++i)
        must(store->set_mirror(account, id_for_test(i),
                               mirror_of(record_for_test(account, i, 1, {{"name", std::string("Somebody")}}), set)));
      must(store->keep_shadow(account, id_for_test(4)));
      must(store->append({}));
    });
    store.verify();
    must(store.database().execute(injury));
    store->forget_caches();
    auto transaction = must(store->begin());
    const auto verified = store->verify();
    CHECK_FALSE(verified.ok());
    if (!verified) CHECK(verified.error().code == ErrorCode::store_damaged);
  }
}

TEST_CASE("tables tell rows, size and whether they are still loading (R3, R5)") {
  StoreForTest store;
  store.make_ready();
  const auto& account = store.table("account");
  store.write([&] {
    must(store->add_scope(scope_for_test(1, account), true));
    for (std::uint64_t i = 0; i < 100; ++i)
      must(store->set_mirror(account, id_for_test(i),
                             mirror_of(record_for_test(account, i, 1, {{"name", std::string(50, 'x')}}))));
  });
  for (const auto& status : must(store->tables())) {
    const bool is_account = status.table == account.number;
    CHECK(status.rows == (is_account ? 100 : 0));
    CHECK(status.loading == is_account);
  }
  for (const auto& [table, bytes] : must(store->table_bytes())) CHECK((bytes > 5000) == (table == account.number));
  store.write([&] { must(store->mark_scopes_loaded()); });
  for (const auto& status : must(store->tables())) CHECK_FALSE(status.loading);
}

}  // namespace satchel::device::store
