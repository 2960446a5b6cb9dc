// SPDX-License-Identifier: Apache-2.0
//
// A store that is opened with another schema than the one it was made with (Y26).
#include <doctest/doctest.h>

#include "device/store/internal/store_for_test.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

struct Shape {
  std::string notes_columns = R"({"name": "title", "label": "Title", "type": "text", "length": 50},
                                 {"name": "price", "label": "Price", "type": "decimal", "scale": 2, "min": 0, "max": 1000},
                                 {"name": "due", "label": "Due", "type": "date"},
                                 {"name": "color", "label": "Color", "type": "text", "length": 20},
                                 {"name": "aboutid", "label": "About", "type": "lookup", "targets": ["thing"], "relationship": "note_about_{target}"})";
  std::string quick_find = R"("title")";
  std::string order = "title asc";
  bool has_more = false;
};

model::Schema schema_of(const Shape& shape) {
  std::vector<model::Schema::File> files{
      {"shared.json", R"({"number": 1, "options": {}, "groups": {}})"},
      {"thing.json",
       R"({"name": "thing", "number": 10001, "set": "things", "label": "Thing", "plural": "Things", "ownership": "none",
        "primary_name": "name", "quick_find": ["name"], "columns": [{"name": "name", "label": "Name", "type": "text", "length": 50}],
        "views": [{"name": "all", "label": "All", "columns": ["name"], "order": "name asc", "default": true}]})"},
      {"note.json",
       R"({"name": "note", "number": 10002, "set": "notes", "label": "Note", "plural": "Notes", "ownership": "none",
        "primary_name": "title", "quick_find": [)" +
           shape.quick_find + R"(], "columns": [)" + shape.notes_columns + R"(],
        "views": [{"name": "all", "label": "All", "columns": ["title"], "order": ")" +
           shape.order + R"(", "default": true}]})"}};
  if (shape.has_more)
    files.push_back(
        {"more.json",
         R"({"name": "more", "number": 10003, "set": "mores", "label": "More", "plural": "Mores", "ownership": "none",
        "primary_name": "name", "quick_find": ["name"], "columns": [{"name": "name", "label": "Name", "type": "text", "length": 50}],
        "views": [{"name": "all", "label": "All", "columns": ["name"], "default": true}]})"});
  return must(model::Schema::load(files));
}

// Title and color are searched, color is sorted by, a lookup has a second target, price has another scale, due is gone,
// a flag and a table are new.
model::Schema later_schema() {
  Shape later;
  later.notes_columns = R"({"name": "urgent", "label": "Urgent", "type": "boolean"},
      {"name": "title", "label": "Title", "type": "text", "length": 50},
      {"name": "price", "label": "Price", "type": "decimal", "scale": 3, "min": 0, "max": 1000},
      {"name": "color", "label": "Color", "type": "text", "length": 20},
      {"name": "aboutid", "label": "About", "type": "lookup", "targets": ["thing", "more"], "relationship": "note_about_{target}"})";
  later.quick_find = R"("title", "color")";
  later.order = "color desc";
  later.has_more = true;
  return schema_of(later);
}

bool has_index(StoreForTest& store, const std::string& name) {
  return store.number("select count(*) from sqlite_master where type = 'index' and name = '" + name + "'") == 1;
}

}  // namespace

TEST_CASE("rows and unsent work survive a new schema") {
  const auto earlier = schema_of({});
  const auto later = later_schema();
  StoreForTest store(earlier);
  store.make_ready();
  const auto& note = *earlier.find("note");
  const model::Reference thing{TableNumber(10001), id_for_test(50)};
  const ValuesForTest values{{"title", std::string("Milk")},
                             {"color", std::string("Grün")},
                             {"aboutid", thing},
                             {"due", std::int64_t{20'000}}};
  store.write([&] {
    must(store->add_scope(scope_for_test(1, note), false));
    const ScopeNumber one[] = {ScopeNumber(1)};
    const auto set = must(store->scope_set(one));
    for (std::uint64_t i = 1; i <= 3; ++i)
      must(store->set_mirror(note, id_for_test(i), Mirror{record_for_test(note, i, 1, values), set}));
    must(store->keep_shadow(note, id_for_test(2)));
    OutboxEntry entry;
    entry.change = {note.number, id_for_test(2), model::ChangeKind::update, {}};
    entry.change.set(note.find_column("title")->index, std::string("Bread"));
    entry.change.set(note.find_column("due")->index, std::int64_t{20'780});
    entry.change.set(note.find_column("price")->index, std::int64_t{1250});
    entry.change.set(note.find_column("aboutid")->index, thing);
    must(store->append(entry));
    Conflict conflict;
    conflict.table = note.number;
    conflict.record = id_for_test(2);
    conflict.mine = {{note.find_column("due")->index, std::int64_t{-1}}};
    must(store->add_conflict(conflict));
  });
  CHECK(has_index(store, "note__by_title"));

  store.reopen(later);
  const auto& note_later = *later.find("note");
  const auto row = *must(store->find(note_later, id_for_test(1)));
  CHECK(row == record_for_test(note_later, 1, 1,
                               {{"title", std::string("Milk")}, {"color", std::string("Grün")}, {"aboutid", thing}}));
  CHECK(must(store->mirror(note_later, id_for_test(2)))->record ==
        record_for_test(note_later, 2, 1,
                        {{"title", std::string("Milk")}, {"color", std::string("Grün")}, {"aboutid", thing}}));

  const auto entry = must(store->outbox()).front();
  CHECK(entry.change.values.size() == 2);
  CHECK(*entry.change.find(note_later.find_column("title")->index) == model::Value(std::string("Bread")));
  CHECK(*entry.change.find(note_later.find_column("aboutid")->index) == model::Value(thing));
  CHECK(entry.retired == std::vector<RetiredValue>{{"due", "2026-11-23"}, {"price", "12.50"}});
  CHECK(must(store->conflicts()).front().retired == std::vector<RetiredValue>{{"due", "1969-12-31"}});
  store.write([&] { must(store->update(entry)); });
  CHECK(must(store->outbox()).front().retired == entry.retired);  // written back, it's still there
  store.verify();

  // New searches and orders follow when they are built.
  CHECK_FALSE(must(store->search_ready()));
  CHECK_FALSE(has_index(store, "note__by_title"));
  CHECK(must(store->search("grun", 10)).size() == 3);
  store.make_ready();
  CHECK(has_index(store, "note__by_color"));
  CHECK(has_index(store, "more__id"));
  CHECK(must(store->search("grun", 10)).size() == 3);
  const auto& more = *later.find("more");
  store.write([&] {
    must(store->set_mirror(more, id_for_test(9),
                           Mirror{record_for_test(more, 9, 4, {{"name", std::string("Grundig")}}), {}}));
    must(store->drop_shadow(note_later, id_for_test(2)));
  });
  CHECK(must(store->search("grun", 10)).size() == 4);
  CHECK(must(store->scopes()).front().count == 3);
  store.verify();
}

TEST_CASE("a new schema during the load is there when it goes on") {
  StoreForTest store(schema_of({}));
  const auto later = later_schema();
  store.reopen(later);
  CHECK(must(store->loading()));
  CHECK_FALSE(has_index(store, "more__id"));
  store.make_ready();
  CHECK(has_index(store, "more__id"));
  store.verify();
}

TEST_CASE("unsent work of a table that is gone is kept as text") {
  Shape with_more;
  with_more.has_more = true;
  const auto earlier = schema_of(with_more);
  StoreForTest store(earlier);
  const auto& more = *earlier.find("more");
  store.write([&] {
    must(store->keep_shadow(more, id_for_test(1)));
    OutboxEntry entry;
    entry.change = {more.number, id_for_test(1), model::ChangeKind::create, {}};
    entry.change.set(more.find_column("name")->index, std::string("Kept"));
    must(store->append(entry));
  });
  store.reopen(schema_of({}));
  auto entry = must(store->outbox()).front();
  CHECK(entry.change.table == more.number);
  CHECK(entry.change.values.empty());
  CHECK(entry.retired == std::vector<RetiredValue>{{"name", "Kept"}});
  entry.state = ChangeState::refused;
  store.write([&] { must(store->update(entry)); });
  CHECK(must(store->outbox()).front().retired == entry.retired);
  store.verify();
}

TEST_CASE("opening again with the same schema changes nothing") {
  StoreForTest store(schema_of({}));
  store.make_ready();
  const auto version = store.number("pragma schema_version");
  store.reopen(schema_of({}));
  CHECK(store.number("pragma schema_version") == version);
  CHECK(must(store->search_ready()));
}

TEST_CASE("a schema that needs the store's own names is refused") {
  Shape shape;
  shape.notes_columns += R"(, {"name": "scopes", "label": "Scopes", "type": "text", "length": 5})";
  DiskForTest disk;
  auto database = must(disk.open());
  const auto schema = schema_of(shape);
  CHECK(DeviceStore::open(*database, schema).error().code == ErrorCode::schema_invalid);
}

}  // namespace satchel::device::store
