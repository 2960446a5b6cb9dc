// SPDX-License-Identifier: Apache-2.0
//
// What whoever shows rows asks of the store: orders of whole lists as numbers, rows by their numbers, and what was touched.
#include <doctest/doctest.h>

#include "device/store/internal/store_for_test.h"
#include "device/store/store.h"
#include "sql/compile.h"

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

TEST_CASE("a list's row numbers lead to the rows that the list gives, in its order") {
  Shelf shelf;
  for (std::uint64_t i = 0; i < 50; ++i)
    shelf.put(shelf.contact, i,
              {{"fullname", "Person " + std::to_string(i * 37 % 50)}, {"statecode", std::int64_t(i % 2)}});
  for (const bool ready : {false, true}) {
    if (ready) shelf.store.make_ready();
    for (const bool descending : {false, true}) {
      auto query = shelf.by_name(descending);
      CHECK(shelf.ids(must(shelf.store->row_numbers(query))) == ids_for_test(must(shelf.store->list(query)).records));
      query.filter = query::Filter{
          query::Compare{{{}, shelf.contact.find_column("statecode")->index}, query::Comparison::eq, std::int64_t{1}}};
      query.top = 3;  // doesn't count here
      const auto numbers = must(shelf.store->row_numbers(query));
      CHECK(numbers.size() == 25);
      query.top.reset();
      CHECK(shelf.ids(numbers) == ids_for_test(must(shelf.store->list(query)).records));
    }
  }
}

TEST_CASE("an order that an index serves is read from the index alone") {
  Shelf shelf;
  for (std::uint64_t i = 0; i < 300; ++i)
    shelf.put(shelf.contact, i, {{"fullname", "Person " + std::to_string(i)}, {"description", std::string(1500, 'x')}});
  shelf.store.make_ready();
  sql::Surroundings surroundings;
  surroundings.leading = {"rowid", "id"};
  surroundings.with_values = false;
  const auto compiled = sql::compile_rows(shelf.store->schema(), shelf.by_name(false), surroundings);
  auto plan = must(shelf.store.database().prepare("explain query plan " + compiled.text));
  REQUIRE(must(plan->step()));
  CHECK(std::string(plan->text(3)).find("COVERING INDEX") != std::string::npos);
}

TEST_CASE("rows that are gone are left out") {
  Shelf shelf;
  for (std::uint64_t i = 0; i < 3; ++i) shelf.put(shelf.contact, i, {{"fullname", "Person " + std::to_string(i)}});
  const auto numbers = must(shelf.store->row_numbers(shelf.by_name(false)));
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
  CHECK(touched.loading);
}

}  // namespace satchel::device::store
