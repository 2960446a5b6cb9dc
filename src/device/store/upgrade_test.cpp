// SPDX-License-Identifier: Apache-2.0
//
// An older store meets a newer schema (Y26, invariant 16), with work in it that was never sent. The older schema is one of
// people, clubs and pets; the newer one has of each kind of change one.
#include "device/store/internal/upgrade.h"

#include <doctest/doctest.h>

#include "device/store/internal/store_for_test.h"
#include "device/store/store.h"

namespace satchel::device::store {
namespace {

using model::ChangeKind;
using model::Reference;
using model::Schema;
using model::Value;

constexpr std::int64_t kFoul = 2;
constexpr ScopeNumber kPeopleScope(1), kPetScope(2), kClubScope(3);

std::string shared_file(int number) { return R"({"number": )" + std::to_string(number) + "}"; }

constexpr const char* kClub = R"({
  "name": "club", "number": 9002, "set": "clubs", "label": "Club", "plural": "Clubs", "ownership": "organization",
  "primary_name": "name", "quick_find": ["name"],
  "columns": [{"name": "name", "label": "Name", "type": "text", "length": 50}]
})";

Schema older_schema() {
  const std::vector<Schema::File> files = {{"shared.json", shared_file(7)},
                                           {"club.json", kClub},
                                           {"pet.json", R"({
  "name": "pet", "number": 9004, "set": "pets", "label": "Pet", "plural": "Pets", "ownership": "organization",
  "primary_name": "name", "quick_find": ["name"],
  "columns": [{"name": "name", "label": "Name", "type": "text", "length": 50},
              {"name": "legs", "label": "Legs", "type": "integer", "min": 0, "max": 1000}]
})"},
                                           {"person.json", R"({
  "name": "person", "number": 9001, "set": "people", "label": "Person", "plural": "People", "ownership": "organization",
  "primary_name": "lastname", "quick_find": ["lastname"],
  "columns": [
    {"name": "lastname", "label": "Last Name", "type": "text", "length": 50},
    {"name": "shoesize", "label": "Shoe Size", "type": "integer", "min": 0, "max": 60},
    {"name": "mood", "label": "Mood", "type": "choice", "options": [{"value": 1, "label": "Fair"}, {"value": 2, "label": "Foul"}]},
    {"name": "note", "label": "Note", "type": "memo", "length": 2000},
    {"name": "share", "label": "Share", "type": "decimal", "scale": 2, "min": 0, "max": 1000},
    {"name": "code", "label": "Code", "type": "integer", "min": 0, "max": 100000},
    {"name": "town", "label": "Town", "type": "text", "length": 50},
    {"name": "sponsorid", "label": "Sponsor", "type": "lookup", "targets": ["club"], "relationship": "club_person"},
    {"name": "petid", "label": "Pet", "type": "lookup", "targets": ["pet"], "relationship": "pet_person"}
  ],
  "views": [{"name": "all", "label": "All", "columns": ["lastname"], "order": "shoesize asc", "default": true},
            {"name": "by_code", "label": "By Code", "columns": ["lastname"], "order": "code asc"},
            {"name": "by_name", "label": "By Name", "columns": ["lastname"], "order": "lastname asc"}]
})"}};
  return must(Schema::load(files));
}

// Against the older one: "shoesize", "petid" and pets are retired; "Foul" is no choice any more; notes are shorter; shares have
// more decimals; "code" is another column under an old name; towns are sorted and searched; sponsors may be people too; there
// are e-mail addresses and songs.
Schema newer_schema() {
  const std::vector<Schema::File> files = {{"shared.json", shared_file(8)},
                                           {"club.json", kClub},
                                           {"song.json", R"({
  "name": "song", "number": 9005, "set": "songs", "label": "Song", "plural": "Songs", "ownership": "organization",
  "primary_name": "title", "quick_find": ["title"],
  "columns": [{"name": "title", "label": "Title", "type": "text", "length": 50}]
})"},
                                           {"person.json", R"({
  "name": "person", "number": 9001, "set": "people", "label": "Person", "plural": "People", "ownership": "organization",
  "primary_name": "lastname", "quick_find": ["lastname", "town", "code"],
  "columns": [
    {"name": "email", "label": "E-mail", "type": "text", "length": 100},
    {"name": "code", "label": "Code", "type": "text", "length": 10},
    {"name": "lastname", "label": "Last Name", "type": "text", "length": 50},
    {"name": "mood", "label": "Mood", "type": "choice", "options": [{"value": 1, "label": "Fair"}]},
    {"name": "note", "label": "Note", "type": "text", "length": 20},
    {"name": "share", "label": "Share", "type": "decimal", "scale": 4, "min": 0, "max": 1000},
    {"name": "town", "label": "Town", "type": "text", "length": 50},
    {"name": "sponsorid", "label": "Sponsor", "type": "lookup", "targets": ["person", "club"], "relationship": "{target}_person"}
  ],
  "views": [{"name": "all", "label": "All", "columns": ["lastname"], "order": "town asc", "default": true},
            {"name": "by_code", "label": "By Code", "columns": ["lastname"], "order": "code asc"},
            {"name": "by_name", "label": "By Name", "columns": ["lastname"], "order": "lastname asc"}]
})"}};
  return must(Schema::load(files));
}

ChangeId change_id(std::uint64_t number) { return ChangeId(id_for_test(number).uuid); }

// A store of the older schema. Records 1 to 9 are people; 10 a club; 20, 21 and 22 pets.
class OldStore {
 public:
  const Schema older = older_schema();
  const Schema newer = newer_schema();
  StoreForTest store{older};

  OldStore() {
    store.make_ready();
    store.write([&] {
      must(store->add_scope(scope_for_test(kPeopleScope.value, store.table("person")), false));
      must(store->add_scope(scope_for_test(kPetScope.value, store.table("pet")), false));
      must(store->add_scope(scope_for_test(kClubScope.value, store.table("club")), false));
      const auto people = must(store->scope_set(std::vector{kPeopleScope}));
      const auto pets = must(store->scope_set(std::vector{kPetScope}));
      for (std::uint64_t id = 1; id <= 9; ++id) put(person(id), people);
      put(record_for_test(store.table("club"), 10, 1, {{"name", "Rowers"}}),
          must(store->scope_set(std::vector{kClubScope})));
      for (std::uint64_t id = 20; id <= 21; ++id)
        put(record_for_test(store.table("pet"), id, 5, {{"name", "Rex"}}), pets);
      must(store->set_setting("cursor", "sealed"));
      must(store->set_setting("cut", "5.00000000000000aa"));
      must(store->stage_page(page_for_test(older, {{record_for_test(store.table("pet"), 22, 6, {}), {kPetScope}}})));
    });
  }

  model::Record person(std::uint64_t id) {
    return record_for_test(store.table("person"), id, 5,
                           {{"lastname", "King " + std::to_string(id)},
                            {"shoesize", std::int64_t{40}},
                            {"mood", std::int64_t{1}},
                            {"note", "as the server has it, and it is long"},
                            {"share", std::int64_t{1250}},
                            {"code", std::int64_t{77}},
                            {"town", "Ulm"},
                            {"sponsorid", Reference{TableNumber(9002), id_for_test(10)}}});
  }

  // An unsent change with the values of a save; what is seen follows.
  OutboxEntry change(const char* table_name, ChangeKind kind, std::uint64_t id, ValuesForTest values,
                     ChangeState state = ChangeState::waiting) {
    const auto& table = store.table(table_name);
    OutboxEntry entry;
    entry.id = change_id(100 + id);
    entry.change = {table.number, id_for_test(id), kind, {}};
    entry.state = state;
    entry.saved_at = Instant{1000};
    must(store->keep_shadow(table, entry.change.id));
    auto visible = must(store->find(table, entry.change.id)).value_or(record_for_test(table, id, 0, {}));
    for (const auto& [name, value] : values) {
      const auto column = table.find_column(name)->index;
      if (kind == ChangeKind::update) entry.bases.push_back({column, visible.values[column]});
      entry.change.set(column, value);
      visible.values[column] = value;
    }
    entry.position = must(store->append(entry));
    must(
        store->set_visible(table, entry.change.id, kind == ChangeKind::remove ? std::nullopt : std::optional(visible)));
    return entry;
  }

  Conflict conflict(std::uint64_t id, ConflictKind kind, ValuesForTest mine) {
    const auto& table = store.table("person");
    Conflict conflict;
    conflict.table = table.number;
    conflict.record = id_for_test(id);
    conflict.kind = kind;
    must(store->keep_shadow(table, conflict.record));
    for (const auto& [name, value] : mine) {
      const auto column = table.find_column(name)->index;
      conflict.mine.push_back({column, value});
      conflict.server.push_back({column, Value()});
    }
    conflict.id = must(store->add_conflict(conflict));
    return conflict;
  }

  void upgrade() { store.reopen(newer); }

  Value seen(std::uint64_t id, const char* column) {
    const auto& table = store.table("person");
    const auto record = must(store->find(table, id_for_test(id)));
    REQUIRE(record);
    return record->values[table.find_column(column)->index];
  }
  Value mirrored(std::uint64_t id, const char* column) {
    const auto& table = store.table("person");
    const auto mirror = must(store->mirror(table, id_for_test(id)));
    REQUIRE(mirror);
    return mirror->record.values[table.find_column(column)->index];
  }
  // What waits in the error list about a record: texts in order.
  std::vector<RetiredValue> retired(std::uint64_t id) {
    std::vector<RetiredValue> out;
    for (const auto& entry : must(store->outbox_of(id_for_test(id)))) {
      if (entry.retired.empty()) continue;
      CHECK(entry.state == ChangeState::refused);
      CHECK(entry.change.values.empty());
      for (const auto& value : entry.retired) {
        CHECK_MESSAGE(entry.reason.find(value.text) != std::string::npos, entry.reason);
        out.push_back(value);
      }
    }
    return out;
  }
  // The changes about a record that will still be sent.
  std::vector<OutboxEntry> sendable(std::uint64_t id) {
    auto entries = must(store->outbox_of(id_for_test(id)));
    std::erase_if(entries, [](const OutboxEntry& entry) { return entry.state == ChangeState::refused; });
    return entries;
  }

 private:
  void put(model::Record record, ScopeSetNumber scopes) {
    const auto& table = older.at(record.table);
    const auto id = record.id;
    must(store->set_mirror(table, id, Mirror{std::move(record), scopes}));
  }
};

using Retired = std::vector<RetiredValue>;

// Everything that the tables hold but for the text index's own pages.
std::string contents(sql::Database& database) {
  std::string out;
  std::vector<std::string> names;
  {
    auto select =
        must(database.prepare("select name, sql from sqlite_master where name not like 'search%' and name not like "
                              "'sqlite_%' order by name"));
    while (must(select->step())) {
      out += std::string(select->text(0)) + ": " + std::string(select->text(1)) + "\n";
      if (select->text(1).starts_with("CREATE TABLE")) names.emplace_back(select->text(0));
    }
  }
  for (const auto& name : names) {
    std::string columns;
    auto info = must(database.prepare("select name from pragma_table_info('" + name + "')"));
    while (must(info->step()))
      columns += (columns.empty() ? "quote(\"" : ") || '|' || quote(\"") + std::string(info->text(0)) + "\"";
    auto select = must(database.prepare("select " + columns + ") from \"" + name + "\""));
    while (must(select->step())) out += name + " " + std::string(select->text(0)) + "\n";
  }
  return out;
}

}  // namespace

// ---- what was typed ----------------------------------------------------------------------------------------------------------

TEST_CASE("Y26: a value typed into a retired column goes to the error list, and the rest of the change goes on") {
  OldStore old;
  old.store.write([&] {
    old.change("person", ChangeKind::update, 1, {{"lastname", "Queen"}, {"shoesize", std::int64_t{44}}});
    old.change("person", ChangeKind::update, 2, {{"shoesize", std::int64_t{45}}});
    old.change("person", ChangeKind::update, 3, {{"shoesize", Value()}});
    old.change("person", ChangeKind::create, 50, {{"lastname", "New"}, {"shoesize", std::int64_t{46}}});
    old.change("person", ChangeKind::update, 4, {{"code", std::int64_t{88}}});  // another meaning now
  });
  old.upgrade();
  CHECK(old.retired(1) == Retired{{"shoesize", "44"}});
  REQUIRE(old.sendable(1).size() == 1);
  const auto lastname = old.store.table("person").find_column("lastname")->index;
  CHECK(old.sendable(1)[0].change.values == std::vector<model::ColumnValue>{{lastname, std::string("Queen")}});
  CHECK(old.sendable(1)[0].bases == std::vector<model::ColumnValue>{{lastname, std::string("King 1")}});
  CHECK(old.seen(1, "lastname") == Value(std::string("Queen")));
  CHECK(old.retired(2) == Retired{{"shoesize", "45"}});
  CHECK(old.sendable(2).empty());
  CHECK(must(old.store->outbox_of(id_for_test(3))).empty());  // nothing was typed there
  CHECK(old.retired(50) == Retired{{"shoesize", "46"}});
  REQUIRE(old.sendable(50).size() == 1);
  CHECK(old.sendable(50)[0].change.kind == ChangeKind::create);
  CHECK(old.seen(50, "lastname") == Value(std::string("New")));
  CHECK(old.retired(4) == Retired{{"code", "88"}});
  CHECK(must(old.store->outbox_count(ChangeState::refused)) == 4);
  old.store.verify();
}

TEST_CASE("Y26: a value that no longer fits its column goes to the error list, and the server's is shown") {
  OldStore old;
  const std::string long_note = "a note of more than twenty characters";
  old.store.write([&] {
    old.change("person", ChangeKind::update, 1, {{"mood", kFoul}, {"town", "Bern"}});
    old.change("person", ChangeKind::update, 2, {{"note", long_note}});
    old.change("person", ChangeKind::update, 3, {{"note", "short"}, {"share", std::int64_t{777}}});
  });
  old.upgrade();
  CHECK(old.retired(1) == Retired{{"mood", "Foul"}});  // the word, though today's schema doesn't have it any more
  CHECK(old.seen(1, "mood") == Value(std::int64_t{1}));
  CHECK(old.seen(1, "town") == Value(std::string("Bern")));
  CHECK(old.retired(2) == Retired{{"note", long_note}});
  CHECK(must(old.store->outbox_of(id_for_test(2)))[0].reason_code == "bad_value");
  CHECK(old.seen(2, "note") == Value(std::string("as the server has it, and it is long")));
  CHECK(old.retired(3).empty());
  REQUIRE(old.sendable(3).size() == 1);
  const auto& person = old.store.table("person");
  CHECK(*old.sendable(3)[0].change.find(person.find_column("note")->index) == Value(std::string("short")));
  CHECK(*old.sendable(3)[0].change.find(person.find_column("share")->index) == Value(std::int64_t{77700}));
  CHECK(old.seen(3, "share") == Value(std::int64_t{77700}));
  old.store.verify();
}

TEST_CASE("Y26: changes in every state meet the upgrade") {
  OldStore old;
  old.store.write([&] {
    old.change("person", ChangeKind::update, 1, {{"shoesize", std::int64_t{41}}, {"town", "A"}}, ChangeState::sent);
    old.change("person", ChangeKind::update, 2, {{"shoesize", std::int64_t{42}}, {"town", "B"}}, ChangeState::refused);
    auto blocked =
        old.change("person", ChangeKind::update, 3,
                   {{"petid", Reference{TableNumber(9004), id_for_test(60)}}, {"town", "C"}}, ChangeState::blocked);
    blocked.waits_for = Reference{TableNumber(9004), id_for_test(60)};
    must(old.store->update(blocked));
    old.change("person", ChangeKind::update, 4, {{"shoesize", std::int64_t{44}}}, ChangeState::acknowledged);
    old.change("person", ChangeKind::remove, 5, {});
    old.change("person", ChangeKind::update, 6, {{"petid", Reference{TableNumber(9004), id_for_test(20)}}});
  });
  old.upgrade();
  CHECK(old.retired(6) == Retired{{"petid", "Rex"}});
  CHECK(old.retired(1) == Retired{{"shoesize", "41"}});
  REQUIRE(old.sendable(1).size() == 1);
  CHECK(old.sendable(1)[0].state == ChangeState::sent);
  CHECK(old.sendable(1)[0].id == change_id(101));
  CHECK(old.retired(2) == Retired{{"shoesize", "42"}});
  CHECK(must(old.store->outbox_of(id_for_test(2))).size() == 2);
  CHECK(old.retired(3) == Retired{{"petid", "pets/" + id_for_test(60).to_string()}});
  REQUIRE(old.sendable(3).size() == 1);
  CHECK(old.sendable(3)[0].state == ChangeState::waiting);
  CHECK_FALSE(old.sendable(3)[0].waits_for);
  CHECK(old.retired(4).empty());  // the server has it
  REQUIRE(old.sendable(5).size() == 1);
  CHECK(old.sendable(5)[0].change.kind == ChangeKind::remove);
  CHECK_FALSE(must(old.store->find(old.store.table("person"), id_for_test(5))));
  old.store.verify();
}

TEST_CASE("Y26: open conflicts keep what still can be asked; the rest goes to the error list") {
  OldStore old;
  old.store.write([&] {
    old.conflict(1, ConflictKind::columns, {{"shoesize", std::int64_t{44}}});
    old.conflict(2, ConflictKind::columns, {{"mood", kFoul}, {"town", "Bern"}});
    old.conflict(3, ConflictKind::deleted_there, {{"lastname", "Kept"}, {"shoesize", std::int64_t{43}}});
    old.conflict(4, ConflictKind::deleted_here, {});
  });
  old.upgrade();
  CHECK(must(old.store->conflicts_of(id_for_test(1))).empty());
  CHECK(old.retired(1) == Retired{{"shoesize", "44"}});
  const auto& person = old.store.table("person");
  const auto second = must(old.store->conflicts_of(id_for_test(2)));
  REQUIRE(second.size() == 1);
  CHECK(second[0].mine == std::vector<model::ColumnValue>{{person.find_column("town")->index, std::string("Bern")}});
  CHECK(second[0].server.size() == 1);
  CHECK(old.retired(2) == Retired{{"mood", "Foul"}});
  const auto third = must(old.store->conflicts_of(id_for_test(3)));
  REQUIRE(third.size() == 1);
  CHECK(third[0].mine == std::vector<model::ColumnValue>{{person.find_column("lastname")->index, std::string("Kept")}});
  CHECK(old.retired(3) == Retired{{"shoesize", "43"}});
  CHECK(must(old.store->conflicts_of(id_for_test(4))).size() == 1);
  old.store.verify();
}

TEST_CASE("Y26: a retired table leaves nothing but what was typed into it") {
  OldStore old;
  old.store.write([&] {
    old.change("pet", ChangeKind::update, 20, {{"name", "Bello"}});
    old.change("pet", ChangeKind::create, 60, {{"name", "Mia"}, {"legs", std::int64_t{4}}});
    old.change("pet", ChangeKind::remove, 21, {});
  });
  old.upgrade();
  CHECK(old.retired(20) == Retired{{"name", "Bello"}});
  CHECK(old.retired(60) == Retired{{"name", "Mia"}, {"legs", "4"}});
  CHECK(must(old.store->outbox()).size() == 2);
  CHECK(must(old.store->outbox())[0].reason_code == "unknown_table");
  CHECK(old.store.number("select count(*) from sqlite_master where name like 'pet%'") == 0);
  CHECK(old.store.number("select count(*) from shadow where \"table\" = 9004") == 0);
  REQUIRE(must(old.store->scopes()).size() == 2);
  for (const auto& row : must(old.store->scopes())) CHECK(row.scope.number != kPetScope);
  old.store.verify();
}

TEST_CASE("Y26: what is in the error list from one upgrade stays there through the next") {
  OldStore old;
  old.store.write([&] { old.change("person", ChangeKind::update, 1, {{"shoesize", std::int64_t{44}}}); });
  old.upgrade();
  const auto latest =
      must(Schema::load(std::vector<Schema::File>{{"shared.json", shared_file(9)}, {"club.json", kClub}}));
  old.store.reopen(latest);
  const auto kept = must(old.store->outbox());
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].retired == Retired{{"shoesize", "44"}});
  CHECK(kept[0].reason.find("44") != std::string::npos);
  old.store.verify();
}

// ---- what the server said ----------------------------------------------------------------------------------------------------

TEST_CASE("Y26: rows, mirrors and sums are the same after an upgrade, as far as they mean the same") {
  OldStore old;
  old.store.write([&] { old.change("person", ChangeKind::update, 1, {{"town", "Bern"}}); });
  const auto before = must(old.store->scopes())[0];
  old.upgrade();
  for (const std::uint64_t id : {1, 2}) {
    CHECK(old.mirrored(id, "lastname") == Value("King " + std::to_string(id)));
    CHECK(old.mirrored(id, "town") == Value(std::string("Ulm")));
    CHECK(old.mirrored(id, "share") == Value(std::int64_t{125000}));
    CHECK(old.mirrored(id, "code") == Value());  // it comes again with the feed
    CHECK(old.mirrored(id, "email") == Value());
    CHECK(old.mirrored(id, "sponsorid") == Value(Reference{TableNumber(9002), id_for_test(10)}));
    CHECK(must(old.store->holding(old.store.table("person"), id_for_test(id)))->version == Seq(5));
  }
  CHECK(old.seen(1, "town") == Value(std::string("Bern")));
  CHECK(old.seen(1, "share") == Value(std::int64_t{125000}));
  const auto after = must(old.store->scopes())[0];
  CHECK(after.count == before.count);
  CHECK(after.sum == before.sum);
  CHECK(old.store.number("select rows from table_state where \"table\" = 9001") == 9);
  old.store.verify();
}

TEST_CASE("Y12: staged pages and the cursor go with the schema that they were read for; the cut stays") {
  OldStore old;
  REQUIRE(must(old.store->staged_pages()) == 1);
  old.upgrade();
  CHECK(must(old.store->staged_pages()) == 0);
  CHECK_FALSE(must(old.store->setting("cursor")));
  CHECK(must(old.store->setting("cut")));
  CHECK_FALSE(must(old.store->loading()));
}

TEST_CASE("Y12: a first load that isn't done begins anew, and keeps what was typed meanwhile") {
  const auto older = older_schema(), newer = newer_schema();
  StoreForTest store(older);
  const auto& person = store.table("person");
  const auto page = page_for_test(older, {{record_for_test(person, 1, 5, {{"lastname", "King"}}), {kPeopleScope}},
                                          {record_for_test(person, 2, 5, {{"lastname", "Lee"}}), {kPeopleScope}}});
  store.write([&] {
    must(store->add_scope(scope_for_test(1, person), true));
    auto reader = must(odata::FeedPageReader::open(older, page));
    must(store->load_rows(reader));
    must(store->keep_shadow(person, id_for_test(2)));
    OutboxEntry entry;
    entry.change = {
        person.number, id_for_test(2), ChangeKind::update, {{person.find_column("town")->index, std::string("Bern")}}};
    must(store->append(entry));
    must(store->set_setting("cursor", "sealed"));
  });
  store.reopen(newer);
  CHECK(must(store->loading()));
  CHECK_FALSE(must(store->setting("cursor")));
  CHECK(must(store->scopes()).empty());
  CHECK_FALSE(must(store->find(store.table("person"), id_for_test(1))));
  CHECK(must(store->outbox()).size() == 1);
  // The same rows again, in the new shape, are no doubles.
  const auto again =
      page_for_test(newer, {{record_for_test(store.table("person"), 1, 5, {{"email", "k@x"}}), {kPeopleScope}},
                            {record_for_test(store.table("person"), 2, 5, {{"email", "l@x"}}), {kPeopleScope}}});
  store.write([&] {
    must(store->add_scope(scope_for_test(1, store.table("person")), true));
    auto reader = must(odata::FeedPageReader::open(newer, again));
    must(store->load_rows(reader));
    must(store->finish_load());
  });
  store.make_ready();
  store.verify();
}

TEST_CASE("indexes and text index are those of the new schema, and are built anew where they changed") {
  OldStore old;
  REQUIRE(must(old.store->search_ready()));
  old.upgrade();
  CHECK_FALSE(must(old.store->search_ready()));
  CHECK(old.store.number("select count(*) from sqlite_master where name = 'person__by_shoesize'") == 0);
  CHECK(old.store.number("select count(*) from sqlite_master where name = 'person__id'") == 1);
  CHECK(old.store.number("select count(*) from sqlite_master where name = 'song__id'") == 1);
  CHECK(must(old.store->search("ulm", 20)).size() == 9);  // by scanning
  old.store.make_ready();
  CHECK(must(old.store->search_ready()));
  CHECK(must(old.store->search("ulm", 20)).size() == 9);
  CHECK(must(old.store->search("rowers", 20)).size() == 1);
  CHECK(must(old.store->search("rex", 20)).empty());
  CHECK(old.store.number("select count(*) from sqlite_master where name = 'person__by_town'") == 1);
  // The new key is a key of the new column, not what was left of the old one.
  CHECK(old.store.number("select count(*) from sqlite_master where name = 'person__by_code' and sql like '%__fold%'") ==
        1);
  old.store.verify();
  old.store.write([&] {
    const auto& person = old.store.table("person");
    must(old.store->set_mirror(person, id_for_test(1),
                               Mirror{record_for_test(person, 1, 6, {{"lastname", "King 1"}, {"code", "zz9"}}), {}}));
  });
  CHECK(must(old.store->search("zz9", 20)).size() == 1);
  old.store.verify();
}

TEST_CASE("Y26: a store that has its schema as files gets it packed, and the next schema finds what was typed") {
  OldStore old;
  old.store.write([&] {
    old.change("person", ChangeKind::update, 1, {{"mood", kFoul}});
    must(old.store.database().execute(
        "create table schema_file(name text primary key, content blob not null) without rowid; "
        "insert into schema_file values ('person.json', '{}'); "
        "delete from meta where name = 'schema'; "
        "update meta set value = '4' where name = 'format'"));
  });
  old.store.reopen(old.older);
  CHECK(old.store.number("select count(*) from sqlite_master where name = 'schema_file'") == 0);
  CHECK(old.store.number("select count(*) from meta where name = 'schema'") == 1);
  CHECK(must(old.store->outbox()).size() == 1);
  old.upgrade();
  old.store.verify();
  CHECK(old.retired(1) == Retired{{"mood", "Foul"}});
}

TEST_CASE("a schema that changed in its words only changes nothing in the store") {
  OldStore old;
  std::vector<Schema::File> files(old.older.files().begin(), old.older.files().end());
  for (auto& file : files)
    if (const auto at = file.text.find("Shoe Size"); at != std::string::npos) file.text.replace(at, 9, "Size of Shoes");
  const auto relabelled = must(Schema::load(files));
  old.store.reopen(relabelled);
  CHECK(must(old.store->staged_pages()) == 1);
  CHECK(must(old.store->search_ready()));
  CHECK(must(old.store->setting("cursor")));
}

// ---- bad moments -------------------------------------------------------------------------------------------------------------

TEST_CASE("Y26: an older program leaves a newer store alone") {
  OldStore old;
  old.store.write([&] { old.change("person", ChangeKind::update, 1, {{"town", "Bern"}}); });
  old.upgrade();
  const auto before = contents(old.store.database());
  const auto opened = DeviceStore::open(old.store.database(), old.older);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::store_newer);
  CHECK(contents(old.store.database()) == before);
  old.upgrade();
  CHECK(contents(old.store.database()) == before);
  old.store.verify();
}

TEST_CASE("invariant 16: a kill before any statement of an upgrade leaves the old store or the new one") {
  OldStore old;
  old.store.write([&] {
    old.change("person", ChangeKind::update, 1, {{"lastname", "Queen"}, {"shoesize", std::int64_t{44}}});
    old.change("pet", ChangeKind::create, 60, {{"name", "Mia"}});
    old.conflict(2, ConflictKind::columns, {{"mood", kFoul}});
  });
  const auto old_contents = contents(old.store.database());
  old.store.close();
  DiskForTest disk, left_behind;
  std::string new_contents;
  {
    disk.become_copy_of(old.store.disk());
    const auto database = must(disk.open());
    must(DeviceStore::open(*database, old.newer));
    new_contents = contents(*database);
  }
  int kills = 0, left_old = 0;
  for (bool is_done = false; !is_done; ++kills) {
    REQUIRE(kills < 2000);
    disk.become_copy_of(old.store.disk());
    {
      const auto database = must(disk.open());
      KilledDatabaseForTest killed(*database, kills);
      const auto opened = DeviceStore::open(killed, old.newer);
      is_done = opened.ok();
      left_behind.become_copy_of(disk);  // before anything is rolled back or closed in good order
    }
    const auto database = must(left_behind.open());
    const auto found = contents(*database);
    CHECK((found == old_contents || found == new_contents));
    left_old += found == old_contents ? 1 : 0;
    const auto upgraded = must(DeviceStore::open(*database, old.newer));
    CHECK(contents(*database) == new_contents);
    if (kills % 50 != 0) continue;
    auto transaction = must(upgraded->begin());
    must(upgraded->verify());
  }
  CHECK(kills > 50);
  CHECK(left_old == kills - 1);
}

TEST_CASE("drafts come along: what has no place any more is kept in them as text") {
  OldStore old;
  const auto& person = old.store.table("person");
  const auto column = [&](const char* name) { return person.find_column(name)->index; };
  Draft draft;
  draft.change = {person.number, id_for_test(50), ChangeKind::create, {}};
  draft.change.set(column("lastname"), Value(std::string("King")));
  draft.change.set(column("shoesize"), Value(std::int64_t{42}));
  draft.change.set(column("mood"), Value(kFoul));
  draft.change.set(column("share"), Value(std::int64_t{150}));
  Draft pet;
  pet.change = {old.store.table("pet").number, id_for_test(51), ChangeKind::create, {}};
  pet.change.set(1, Value(std::string("Rex")));
  old.store.write([&] {
    must(old.store->add_draft(draft));
    must(old.store->add_draft(pet));
  });
  old.store.reopen(old.newer);
  const auto drafts = must(old.store->drafts());
  REQUIRE(drafts.size() == 2);
  const auto& now = old.store.table("person");
  CHECK(*drafts[0].change.find(now.find_column("lastname")->index) == Value(std::string("King")));
  CHECK(*drafts[0].change.find(now.find_column("share")->index) == Value(std::int64_t{15'000}));
  CHECK(drafts[0].change.values.size() == 2);
  CHECK(drafts[0].retired == std::vector<RetiredValue>{{"shoesize", "42"}, {"mood", "Foul"}});
  CHECK(drafts[1].change.values.empty());
  CHECK(drafts[1].retired == std::vector<RetiredValue>{{"name", "Rex"}});
  old.store.verify();
}

}  // namespace satchel::device::store
