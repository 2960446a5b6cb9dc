// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "server/records/internal/test_world.h"

namespace satchel::server::records {
namespace {

using model::Schema;

Schema load(const std::string& columns, const std::string& name = "thing") {
  const std::string shared = R"({"number": 1, "options": {}, "groups": {}})";
  const std::string table = R"({"name": ")" + name +
                            R"(", "number": 10001, "set": "things", "label": "Thing", "plural": "Things",
    "ownership": "organization", "load_rank": 5, "primary_name": "name", "columns": [)" +
                            columns + R"(],
    "views": [{"name": "all", "label": "All Things", "columns": ["name"], "order": "name asc", "default": true}]})";
  const std::string other = R"({"name": "other", "number": 10002, "set": "others", "label": "Other", "plural": "Others",
    "ownership": "organization", "load_rank": 5, "primary_name": "name", "columns": [{"name": "name", "label": "Name", "type": "text", "length": 100}],
    "views": [{"name": "all", "label": "All Others", "columns": ["name"], "order": "name asc", "default": true}]})";
  const Schema::File files[] = {{"shared.json", shared}, {"thing.json", table}, {"other.json", other}};
  auto schema = Schema::load(files);
  if (!schema.ok()) MESSAGE(schema.error().message);
  REQUIRE(schema.ok());
  return std::move(*schema);
}

const std::string kName = R"({"name": "name", "label": "Name", "type": "text", "length": 100})";
const std::string kNote = R"(, {"name": "note", "label": "Note", "type": "text", "length": 100})";
const std::string kPart =
    R"(, {"name": "partid", "label": "Part", "type": "lookup", "targets": ["other"], "relationship": "thing_other"})";

struct Opened {
  SeededRandom random{1};
  NullLog log;
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<Records> records;
  Error error;
  Opened(const std::string& path, const Schema& schema) : database(open_database_for_test(path)) {
    auto opened = Records::open(*database, OrganizationNumber(1), schema, random, log);
    if (opened.ok()) records = std::move(*opened);
    else error = opened.error();
  }
  RecordId create(const Schema& schema, std::string_view table_name, const Values& values) {
    const auto& table = *schema.find(table_name);
    model::RecordChange change{table.number, new_id<RecordId>(random, Instant()), model::ChangeKind::create, {}};
    for (const auto& [name, value] : values) change.set(table.find_column(name)->index, value);
    auto transaction = sql::Transaction::begin(*database);
    REQUIRE(records->begin_part().ok());
    const auto outcome =
        records->apply(access::system_caller(OrganizationNumber(1), RecordId()), change, {}, Absent::refuse, Instant());
    if (!outcome.ok()) MESSAGE(outcome.error().message);
    REQUIRE(outcome.ok());
    REQUIRE(records->end_part().ok());
    REQUIRE(transaction->commit().ok());
    return change.id;
  }
};

}  // namespace

TEST_CASE("records are there after a restart, with the same head and epoch") {
  const auto path = database_path_for_test();
  const auto schema = load(kName);
  RecordId id;
  Cut head;
  Uuid epoch;
  {
    Opened first(path, schema);
    id = first.create(schema, "thing", {{"name", std::string("A")}});
    head = *first.records->head();
    epoch = first.records->epoch();
  }
  Opened second(path, schema);
  CHECK(*second.records->head() == head);
  CHECK(second.records->epoch() == epoch);
  CHECK(second.records->get(access::system_caller(OrganizationNumber(1), RecordId()), *schema.find("thing"), id).ok());
  CHECK(second.records->verify().ok());
}

TEST_CASE("a schema that grew: new tables, columns, fold keys and lookup targets, with what was there") {
  const auto path = database_path_for_test();
  const auto before = load(kName + kPart + kNote);
  RecordId other, id;
  {
    Opened opened(path, before);
    other = opened.create(before, "other", {{"name", std::string("Other")}});
    id = opened.create(before, "thing",
                       {{"name", std::string("Éric")},
                        {"note", std::string("Über")},
                        {"partid", model::Reference{before.find("other")->number, other}}});
  }
  const auto after = load(R"({"name": "name", "label": "Name", "type": "text", "length": 200},
    {"name": "note", "label": "Note", "type": "text", "length": 100, "unique": true},
    {"name": "partid", "label": "Part", "type": "lookup", "targets": ["other", "thing"], "relationship": ["thing_other", "thing_thing"]},
    {"name": "size", "label": "Size", "type": "integer", "min": 0, "max": 10})");
  Opened opened(path, after);
  REQUIRE_MESSAGE(opened.records, opened.error.message);
  const auto row =
      opened.records->get(access::system_caller(OrganizationNumber(1), RecordId()), *after.find("thing"), id);
  REQUIRE(row.ok());
  CHECK(row->values[after.find("thing")->find_column("partid")->index] ==
        model::Value(model::Reference{after.find("other")->number, other}));
  const auto& things = *after.find("thing");
  CHECK(*opened.records->find_by_text(things, things.find_column("note")->index, "UBER") == std::vector{id});
  CHECK(model::is_null(row->values[after.find("thing")->find_column("size")->index]));
  CHECK(opened.records->verify().ok());
}

TEST_CASE("a schema that narrowed is refused, and nothing is changed") {
  const auto path = database_path_for_test();
  {
    Opened opened(path, load(kName + R"(, {"name": "size", "label": "Size", "type": "bigint"})" + kPart + kNote));
  }
  for (const std::string note : {
           R"(, {"name": "note", "label": "Note", "type": "text", "length": 50})",
           R"(, {"name": "note", "label": "Note", "type": "integer", "min": 0, "max": 9})",
       }) {
    Opened opened(path, load(kName + R"(, {"name": "title", "label": "Title", "type": "text", "length": 10})" + note));
    CHECK_FALSE(opened.records);
    CHECK(opened.error.code == ErrorCode::schema_invalid);
    CHECK(opened.error.target == "thing.note");
  }
  // A column that is gone keeps its place and may come back.
  {
    Opened opened(path, load(kName));
    CHECK(opened.records);
  }
  Opened opened(path, load(kName + R"(, {"name": "size", "label": "Size", "type": "integer", "min": 0, "max": 9})"));
  CHECK(opened.error.target == "thing.size");
}

TEST_CASE("the names of the server's own tables are refused") {
  Opened opened(database_path_for_test(), load(kName, "scope_entry"));
  CHECK(opened.error.code == ErrorCode::schema_invalid);
}

TEST_CASE("a database of a newer version is refused") {
  const auto path = database_path_for_test();
  const auto schema = load(kName);
  {
    Opened opened(path, schema);
    REQUIRE(opened.database->execute("update store_format set format = 1000").ok());
  }
  Opened opened(path, schema);
  CHECK(opened.error.code == ErrorCode::store_newer);
}

}  // namespace satchel::server::records
