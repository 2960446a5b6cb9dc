// SPDX-License-Identifier: Apache-2.0
//
// Orders of whole lists: made piece by piece, and kept by moving what was written. What they say is compared with what the store
// lists from scratch, through many changes by chance.
#include "device/door/order.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"
#include "device/door/limits.h"
#include "edge/sqlite/database.h"
#include "odata/parse_query.h"

namespace satchel::device::door {
namespace {

using store::RowNumber;

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

RecordId id_of(std::uint64_t number) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return RecordId(id);
}

// Contacts of a few accounts.
class Shelf {
 public:
  Shelf()
      : database_(must(edge::sqlite::open({.path = ":memory:", .profile = edge::sqlite::Profile::device}))),
        store_(must(store::DeviceStore::open(*database_, model::Schema::standard()))) {
    write([&] { must(store_->finish_load()); });
    for (bool more = true; more;) write([&] { more = must(store_->build_next_index()); });
  }

  store::DeviceStore& store() { return *store_; }
  sql::Database& database() { return *database_; }
  const model::Table& table(std::string_view name) const { return *store_->schema().find(name); }

  template <class Work>
  void write(Work work) {
    auto transaction = must(store_->begin());
    work();
    must(transaction.commit());
  }

  // Inside of `write`. Without values it goes.
  using Values = std::initializer_list<std::pair<const char*, model::Value>>;
  void put(std::string_view name, std::uint64_t id, std::optional<Values> values) {
    const auto& of = table(name);
    std::optional<store::Mirror> mirror;
    if (values) {
      model::Record record{of.number, id_of(id), Seq(1), std::vector<model::Value>(of.columns.size())};
      for (const auto& [column, value] : *values) record.values[of.find_column(column)->index] = value;
      mirror = store::Mirror{std::move(record), {}};
    }
    must(store_->set_mirror(of, id_of(id), mirror));
  }
  void put_contact_by_chance(std::uint64_t id, Random& random) {
    const auto name = random.one_in(9) ? model::Value() : model::Value("Name " + std::to_string(random.below(40)));
    const auto day = random.one_in(5) ? model::Value() : model::Value(std::int64_t(random.below(30)));
    put("contact", id,
        Values{{"fullname", name},
               {"birthdate", day},
               {"statecode", std::int64_t(random.below(2))},
               {"parentcustomerid", model::Reference{table("account").number, id_of(10'000 + random.below(4))}}});
  }
  void put_account_by_chance(std::uint64_t id, Random& random) {
    put("account", id, Values{{"name", random.one_in(2) ? std::string("Contoso") : std::string("Fabrikam")}});
  }

  query::Query query(std::string_view filter, std::string_view order) const {
    query::Query query;
    query.table = table("contact").number;
    if (!filter.empty()) query.filter = must(odata::parse_filter(store_->schema(), table("contact"), filter, {}));
    query.order = must(odata::parse_order(store_->schema(), table("contact"), order));
    return query;
  }
  std::vector<RecordId> ids(const std::vector<RowNumber>& numbers) {
    return ids_in(must(store_->rows_at(table("contact"), numbers)));
  }
  std::vector<RecordId> listed(const query::Query& query) { return ids_in(must(store_->list(query)).records); }

 private:
  static std::vector<RecordId> ids_in(const std::vector<model::Record>& records) {
    std::vector<RecordId> ids;
    for (const auto& record : records) ids.push_back(record.id);
    return ids;
  }

  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::DeviceStore> store_;
};

bool has_doubles(std::vector<RowNumber> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return std::adjacent_find(numbers.begin(), numbers.end()) != numbers.end();
}

}  // namespace

// Between any two pieces of work something may be written: one record, some, or more than are moved one by one. Whenever no work is
// left, the order is the list.
TEST_CASE("whatever is written, and whenever, the order comes to be the list's own") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    Shelf shelf;
    std::vector<Order> orders;
    for (const auto* filter : {"", "statecode eq 0", "parentcustomerid_account/name eq 'Contoso'", "birthdate eq null"})
      for (const auto* by : {"fullname", "fullname desc", "birthdate desc,fullname"})
        orders.emplace_back(shelf.query(filter, by));
    shelf.write([&] {
      for (std::uint64_t i = 0; i < 4; ++i) shelf.put_account_by_chance(10'000 + i, random);
      for (std::uint64_t i = 0; i < 900; ++i) shelf.put_contact_by_chance(i, random);
    });
    int compared = 0;
    for (int step = 0; step < 60; ++step) {
      const auto many = kOrderMovesMax / 2 + random.below(kOrderMovesMax);
      const auto rows = random.one_in(3) ? 0 : random.one_in(12) ? many : 1 + random.below(12);
      shelf.write([&] {
        if (random.one_in(20)) shelf.put_account_by_chance(10'000 + random.below(4), random);
        for (std::uint64_t i = 0; i < rows; ++i) {
          const auto id = random.below(1'000);
          if (random.one_in(4)) shelf.put("contact", id, std::nullopt);
          else shelf.put_contact_by_chance(id, random);
        }
      });
      const auto touched = shelf.store().take_touched();
      for (auto& order : orders) {
        order.touched(touched);
        const auto pieces = random.below(6);
        for (std::uint64_t piece = 0; piece < pieces && order.has_work(); ++piece) must(order.work(shelf.store()));
        CHECK_FALSE(has_doubles(order.numbers()));
        if (order.has_work()) continue;
        CHECK(shelf.ids(order.numbers()) == shelf.listed(order.query()));
        ++compared;
      }
    }
    CHECK(compared > 200);
  }
}

TEST_CASE("a record that was written is moved alone, and nothing of the list is made anew") {
  Shelf shelf;
  shelf.write([&] {
    for (std::uint64_t i = 0; i < 3'000; ++i)
      shelf.put("contact", i, Shelf::Values{{"fullname", "Name " + std::to_string(10'000 + i)}});
  });
  Order order(shelf.query({}, "fullname"));
  while (order.has_work()) must(order.work(shelf.store()));
  shelf.store().take_touched();
  shelf.write([&] { shelf.put("contact", 7, Shelf::Values{{"fullname", std::string("Name 12999")}}); });
  CHECK(order.touched(shelf.store().take_touched()));
  CHECK_FALSE(order.is_outdated());
  must(order.work(shelf.store()));
  CHECK_FALSE(order.has_work());
  CHECK(shelf.ids(order.numbers()) == shelf.listed(order.query()));
  CHECK_FALSE(order.touched(shelf.store().take_touched()));
}

// By the steps that the database takes, which are some for each row that it reads.
TEST_CASE("no piece of work reads more rows in a longer list") {
  const auto longest_piece = [](std::uint64_t rows) {
    Shelf shelf;
    shelf.write([&] {
      for (std::uint64_t i = 0; i < rows; ++i)
        shelf.put(
            "contact", i,
            Shelf::Values{{"fullname", "Name " + std::to_string(i * 7919 % rows)}, {"statecode", std::int64_t{0}}});
    });
    Order order(shelf.query("statecode eq 0", "fullname"));
    std::uint64_t longest = 0;
    std::uint64_t pieces = 0;
    while (order.has_work()) {
      const auto before = shelf.database().rows_read();
      must(order.work(shelf.store()));
      longest = std::max(longest, shelf.database().rows_read() - before);
      ++pieces;
    }
    CHECK(order.numbers().size() == rows);
    CHECK(pieces >= rows / kOrderPieceRows + rows / kOrderPieceMerged);
    return longest;
  };
  CHECK(longest_piece(6'000) <= longest_piece(1'500) * 105 / 100);
}

TEST_CASE("an order that can't be read says so, and is gone on with when it can") {
  Shelf shelf;
  shelf.write([&] { shelf.put("contact", 1, Shelf::Values{{"fullname", std::string("Ada")}}); });
  Order order(shelf.query({}, "fullname"));
  must(shelf.database().execute("alter table contact rename to away"));
  CHECK_FALSE(order.work(shelf.store()).ok());
  CHECK(order.has_work());
  must(shelf.database().execute("alter table away rename to contact"));
  while (order.has_work()) must(order.work(shelf.store()));
  CHECK(shelf.ids(order.numbers()) == shelf.listed(order.query()));
}

}  // namespace satchel::device::door
