// SPDX-License-Identifier: Apache-2.0
#include "sql/layout.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "edge/os/files.h"
#include "edge/sqlite/database.h"
#include "model/schema.h"

using namespace satchel;
using namespace satchel::sql;
using model::ColumnType;
using model::Reference;
using model::Value;

namespace {

struct Store {
  edge::os::TemporaryDirectory folder = edge::os::TemporaryDirectory::create().value();
  std::unique_ptr<Database> database = edge::sqlite::open({.path = folder / "test.db"}).value();
};

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.uuid.bytes[15] = number;
  return id;
}

// Some value for each type of column, all different.
Value sample(const model::Column& column) {
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::image: return "Été | " + column.name;
    case ColumnType::lookup: return Reference{column.targets.back(), id_of(static_cast<std::uint8_t>(column.index))};
    case ColumnType::party_list:
      return model::PartyList{{{TableNumber(1), id_of(1)}, "a|b\\c\nd"}, {{TableNumber(2), id_of(2)}, ""}};
    default: return std::int64_t{column.index} * -1'000'000'007;
  }
}

void create_table(Database& database, const model::Table& table) {
  REQUIRE(database.execute("create table " + quoted(table.name) + "(" + column_definitions(table) + ")").ok());
}

void insert(Database& database, const model::Table& table, const std::vector<Value>& values) {
  const auto text =
      "insert into " + quoted(table.name) + "(" + column_list(table) + ") values (" + parameter_list(table, 1) + ")";
  auto statement = borrow(database, text).value();
  BindStorage storage;
  bind_values(*statement, 1, table, values, storage);
  REQUIRE(statement->run().ok());
}

}  // namespace

// Every table of the standard schema: a row of values and a row of nulls go in and come out unchanged.
TEST_CASE("rows of every table survive being stored") {
  const Store store;
  auto& database = *store.database;
  for (const auto& table : model::Schema::standard().tables()) {
    CAPTURE(table.name);
    create_table(database, table);
    std::vector<Value> full(table.columns.size());
    for (const auto& column : table.columns)
      if (column.index != 0) full[column.index] = sample(column);
    insert(database, table, full);
    insert(database, table, std::vector<Value>(table.columns.size()));
    auto statement =
        borrow(database, "select " + column_list(table) + " from " + quoted(table.name) + " order by rowid").value();
    REQUIRE(statement->step().value());
    CHECK(read_values(*statement, 0, table) == full);
    REQUIRE(statement->step().value());
    CHECK(read_values(*statement, 0, table) == std::vector<Value>(table.columns.size()));
  }
}

TEST_CASE("the fold key stands behind its text, the table behind a lookup to several") {
  const auto& contact = *model::Schema::standard().find("contact");
  const Store store;
  auto& database = *store.database;
  create_table(database, contact);
  std::vector<Value> values(contact.columns.size());
  values[contact.find_column("fullname")->index] = "Éric Ångström";
  values[contact.find_column("parentcustomerid")->index] = Reference{TableNumber(1), id_of(9)};
  insert(database, contact, values);
  auto statement =
      borrow(database, "select \"fullname__fold\", \"parentcustomerid__table\", \"parentcustomerid\" from \"contact\"")
          .value();
  REQUIRE(statement->step().value());
  CHECK(statement->text(0) == fold_key("Éric Ångström"));
  CHECK(statement->integer(1) == 1);
  CHECK(statement->blob(2) == id_of(9).view());
}

TEST_CASE("an identifier's quotes are doubled") {
  CHECK(quoted("to") == "\"to\"");
  CHECK(quoted("a\"b") == "\"a\"\"b\"");
}
