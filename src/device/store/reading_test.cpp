// SPDX-License-Identifier: Apache-2.0
//
// What whoever shows rows asks of the store: where rows stand in a list, rows by their numbers, and what was touched.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"
#include "device/store/internal/store_for_test.h"
#include "device/store/limits.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

struct Shelf {
  StoreForTest store;
  const model::Table& contact = store.table("contact");
  const model::Table& account = store.table("account");

  void put(const model::Table& table, std::uint64_t id, ValuesForTest values) {
    store.write(
        [&] { must(store->set_mirror(table, id_for_test(id), Mirror{record_for_test(table, id, 1, values), {}})); });
  }
  query::Query by_name(bool descending) const {
    query::Query query;
    query.table = contact.number;
    query.order = {{{{}, *contact.primary_name}, descending}};
    return query;
  }
  std::vector<RecordId> ids(const std::vector<RowNumber>& numbers) {
    return ids_for_test(must(store->rows_at(contact, numbers)));
  }
};

}  // namespace

TEST_CASE("places compare like the rows of a list stand in it, whatever it's sorted by") {
  Shelf shelf;
  SeededRandom random(5);
  const std::vector<model::Value> names{{},
                                        std::string(),
                                        std::string("a"),
                                        std::string("a\0b", 3),
                                        std::string("A b"),
                                        std::string("ab"),
                                        std::string("\xc3\x9f")};
  for (std::uint64_t i = 0; i < 120; ++i)
    shelf.put(shelf.contact, i,
              {{"fullname", names[random.below(names.size())]},
               {"birthdate", random.below(4) == 0 ? model::Value() : model::Value(std::int64_t(random.below(5)) - 2)},
               {"parentcustomerid", random.below(3) == 0 ? model::Value()
                                                         : model::Value(model::Reference{
                                                               shelf.account.number, id_for_test(random.below(4))})},
               {"statecode", std::int64_t(i % 2)}});
  for (const bool ready : {false, true}) {
    if (ready) shelf.store.make_ready();
    for (int round = 0; round < 24; ++round) {
      query::Query query;
      query.table = shelf.contact.number;
      for (const auto* name : {"fullname", "birthdate", "parentcustomerid"})
        if (random.below(2) == 0)
          query.order.push_back({{{}, shelf.contact.find_column(name)->index}, random.below(2) == 0});
      if (random.below(2) == 0)
        query.filter = query::Filter{query::Compare{
            {{}, shelf.contact.find_column("statecode")->index}, query::Comparison::eq, std::int64_t{1}}};
      query.top = 3;  // doesn't count here
      const auto places = must(shelf.store->row_places(query));
      std::vector<std::pair<std::string, RowNumber>> placed;
      const auto end = must(shelf.store->row_numbers_end(shelf.contact));
      for (RowNumber from; from < end; from.value += 7)
        for (const auto& row : must(places->between(from, RowNumber(from.value + 7))))
          placed.push_back({row.place, row.number});
      std::sort(placed.begin(), placed.end());
      std::vector<RowNumber> numbers;
      for (const auto& [place, number] : placed) numbers.push_back(number);
      query.top.reset();
      CHECK(shelf.ids(numbers) == ids_for_test(must(shelf.store->list(query)).records));
    }
  }
}

TEST_CASE("a stretch of places costs what lies in it, however long the list") {
  const auto cost_of_twenty = [](std::uint64_t rows) {
    Shelf shelf;
    for (std::uint64_t i = 0; i < rows; ++i)
      shelf.put(shelf.contact, i, {{"fullname", "Person " + std::to_string(i)}, {"statecode", std::int64_t(0)}});
    shelf.store.make_ready();
    auto query = shelf.by_name(false);
    query.filter = query::Filter{
        query::Compare{{{}, shelf.contact.find_column("statecode")->index}, query::Comparison::eq, std::int64_t{0}}};
    const auto places = must(shelf.store->row_places(query));
    const auto before = shelf.store.database().rows_read();
    CHECK(must(places->between(RowNumber(10), RowNumber(30))).size() == 20);
    return shelf.store.database().rows_read() - before;
  };
  CHECK(cost_of_twenty(600) == cost_of_twenty(40));
}

TEST_CASE("rows that are gone are left out") {
  Shelf shelf;
  for (std::uint64_t i = 0; i < 3; ++i) shelf.put(shelf.contact, i, {{"fullname", "Person " + std::to_string(i)}});
  std::vector<RowNumber> numbers;
  for (const auto& row : must(must(shelf.store->row_places(shelf.by_name(false)))->between(RowNumber(0), RowNumber(9))))
    numbers.push_back(row.number);
  shelf.store.write([&] { must(shelf.store->set_mirror(shelf.contact, id_for_test(1), std::nullopt)); });
  CHECK(shelf.ids(numbers) == std::vector<RecordId>{id_for_test(0), id_for_test(2)});
}

TEST_CASE("matching rows are those of one table that search finds, with and without the index") {
  Shelf shelf;
  shelf.put(shelf.contact, 1, {{"fullname", std::string("Ada King")}});
  shelf.put(shelf.contact, 2, {{"fullname", std::string("Zoë Adams")}});
  shelf.put(shelf.account, 3, {{"name", std::string("Adatum")}});
  for (const bool ready : {false, true}) {
    if (ready) shelf.store.make_ready();
    CHECK(shelf.ids(must(shelf.store->matching_rows(shelf.contact, "ada"))) ==
          std::vector<RecordId>{id_for_test(1), id_for_test(2)});
    CHECK(shelf.ids(must(shelf.store->matching_rows(shelf.contact, "king ada"))) ==
          std::vector<RecordId>{id_for_test(1)});
    CHECK(must(shelf.store->matching_rows(shelf.account, "ada")).size() == 1);
    CHECK(must(shelf.store->matching_rows(shelf.contact, " - ")).empty());
  }
}

TEST_CASE("what was written is told once: tables, settings, outbox and conflicts apart") {
  Shelf shelf;
  shelf.store->take_touched();
  CHECK_FALSE(shelf.store->take_touched().any());
  shelf.put(shelf.contact, 1, {{"fullname", std::string("Ada King")}});
  auto touched = shelf.store->take_touched();
  CHECK(touched.tables == std::set<TableNumber>{shelf.contact.number});
  CHECK_FALSE(touched.outbox);
  CHECK_FALSE(shelf.store->take_touched().any());

  shelf.put(shelf.contact, 1, {{"fullname", std::string("Ada Lovelace")}});
  CHECK(shelf.store->take_touched().tables == std::set<TableNumber>{shelf.contact.number});

  shelf.store.write([&] {
    must(shelf.store->set_setting("colour", "blue"));
    OutboxEntry entry;
    entry.change = {shelf.contact.number, id_for_test(1), model::ChangeKind::update, {}};
    must(shelf.store->append(entry));
  });
  touched = shelf.store->take_touched();
  CHECK(touched.settings.contains("colour"));
  CHECK(touched.outbox);
  CHECK(touched.tables.empty());

  shelf.store.write([&] {
    Conflict conflict;
    conflict.table = shelf.contact.number;
    conflict.record = id_for_test(1);
    must(shelf.store->add_conflict(conflict));
  });
  CHECK(shelf.store->take_touched().conflicts);
  shelf.store.write([&] { must(shelf.store->erase()); });
  CHECK(shelf.store->take_touched().erased);
}

TEST_CASE("few written rows are told one by one, many only as their table") {
  Shelf shelf;
  for (std::uint64_t i = 0; i < 3; ++i) shelf.put(shelf.contact, i, {{"fullname", "Person " + std::to_string(i)}});
  shelf.store->take_touched();
  const auto number_of = [&](std::uint64_t id) {
    for (const auto& row :
         must(must(shelf.store->row_places(shelf.by_name(false)))->between(RowNumber(0), RowNumber(999))))
      if (shelf.ids({row.number}).front() == id_for_test(id)) return row.number;
    return RowNumber();
  };
  const auto changed = number_of(1), removed = number_of(2);
  shelf.put(shelf.contact, 1, {{"fullname", std::string("Ada")}});
  shelf.put(shelf.contact, 3, {{"fullname", std::string("Zoe")}});
  shelf.store.write([&] { must(shelf.store->set_mirror(shelf.contact, id_for_test(2), std::nullopt)); });
  const auto touched = shelf.store->take_touched();
  CHECK(touched.tables == std::set<TableNumber>{shelf.contact.number});
  const auto rows = touched.rows.find(shelf.contact.number);
  REQUIRE(rows != touched.rows.end());
  CHECK(rows->second == std::set<RowNumber>{changed, removed, number_of(3)});

  for (std::uint64_t i = 0; i <= kTouchedRowsMax; ++i) shelf.put(shelf.contact, i, {{"fullname", std::string("Eve")}});
  const auto many = shelf.store->take_touched();
  CHECK(many.tables == std::set<TableNumber>{shelf.contact.number});
  CHECK(many.rows.empty());
}

TEST_CASE("a page of a first load tells the tables that it filled") {
  Shelf shelf;
  shelf.store->take_touched();
  const auto page =
      page_for_test(shelf.store->schema(),
                    {{record_for_test(shelf.account, 1, 1, {{"name", std::string("Contoso")}}), {ScopeNumber(1)}}});
  shelf.store.write([&] {
    must(shelf.store->add_scope(scope_for_test(1, shelf.account), true));
    auto reader = must(odata::FeedPageReader::open(shelf.store->schema(), page));
    must(shelf.store->load_rows(reader));
  });
  const auto touched = shelf.store->take_touched();
  CHECK(touched.tables.contains(shelf.account.number));
  CHECK(touched.rows.empty());
  CHECK(touched.loading);
}

}  // namespace satchel::device::store
