// SPDX-License-Identifier: Apache-2.0
#include "sql/compile.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "edge/os/files.h"
#include "edge/sqlite/database.h"

using namespace satchel;
using namespace satchel::sql;
using model::ColumnType;
using model::Record;
using model::Reference;
using model::Table;
using model::Value;
using query::Comparison;
using query::Filter;
using query::Path;

namespace {

constexpr std::string_view kFirm = R"({
  "name": "firm", "number": 9001, "set": "firms", "label": "Firm", "plural": "Firms", "ownership": "none",
  "primary_name": "name", "quick_find": ["name"],
  "columns": [
    {"name": "name", "label": "Name", "type": "text", "length": 100},
    {"name": "city", "label": "City", "type": "text", "length": 100},
    {"name": "size", "label": "Size", "type": "integer", "min": 0, "max": 1000},
    {"name": "boss", "label": "Boss", "type": "lookup", "targets": ["person"], "relationship": "a"}
  ]})";
constexpr std::string_view kPerson = R"({
  "name": "person", "number": 9002, "set": "persons", "label": "Person", "plural": "Persons", "ownership": "none",
  "primary_name": "name", "quick_find": ["name"],
  "columns": [
    {"name": "name", "label": "Name", "type": "text", "length": 100},
    {"name": "note", "label": "Note", "type": "memo", "length": 1000},
    {"name": "age", "label": "Age", "type": "integer", "min": 0, "max": 200},
    {"name": "shoesize", "label": "Shoe Size", "type": "integer", "min": 0, "max": 200},
    {"name": "pay", "label": "Pay", "type": "decimal", "scale": 2, "min": -1000, "max": 1000},
    {"name": "born", "label": "Born", "type": "date"},
    {"name": "seen", "label": "Seen", "type": "datetime"},
    {"name": "active", "label": "Active", "type": "boolean"},
    {"name": "mentor", "label": "Mentor", "type": "lookup", "targets": ["person"], "relationship": "b"},
    {"name": "employer", "label": "Employer", "type": "lookup", "targets": ["firm", "person"], "relationship": ["c", "d"]},
    {"name": "friends", "label": "Friends", "type": "party_list", "participation": 2, "targets": ["person", "firm"]}
  ]})";

// Texts that fold alike, hold wildcards, begin alike, end at odd code points, or fold to nothing at all.
const std::vector<std::string> kTexts = {
    "a",    "A",      "á",      "ab",      "aB%",     "a_b",        "axb",         "a%b",  "b\\", "ß", "ss",  "Straße",
    "100%", "\u0301", "\uD7FF", "a\uD7FF", "a\uE000", "\U0010FFFF", "a\U0010FFFF", "日本", "日",  "'", "ab c"};

constexpr std::int64_t kHiddenVersion = 13;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  bool one_in(std::uint64_t n) { return random_.one_in(n); }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  SeededRandom random_;
};

RecordId id_of(std::size_t number) {
  RecordId id;
  id.uuid.bytes[0] = static_cast<std::uint8_t>(number * 37);
  id.uuid.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.uuid.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

// Two tables with some dozen random rows, in a database and in memory.
class World {
 public:
  explicit World(std::uint64_t seed, std::size_t rows = 40)
      : schema_([] {
          const model::Schema::File files[] = {{"firm.json", std::string(kFirm)},
                                               {"person.json", std::string(kPerson)}};
          return model::Schema::load(files).value();
        }()),
        chance_(seed),
        folder_(edge::os::TemporaryDirectory::create().value()),
        database_(edge::sqlite::open({.path = folder_ / "test.db"}).value()) {
    surroundings_.condition = [](const Table&, std::string_view alias) {
      return Fragment{std::string(alias) + ".\"version\" <> ?", {kHiddenVersion}};
    };
    auto transaction = Transaction::begin(*database_).value();
    for (const auto& table : schema_.tables()) create(table);
    for (std::size_t i = 0; i < rows; ++i) add(person(), i);
    for (std::size_t i = 0; i < rows / 4; ++i) add(firm(), 100 + i);
    REQUIRE(transaction.commit().ok());
  }

  const model::Schema& schema() const { return schema_; }
  const Table& person() const { return *schema_.find("person"); }
  const Table& firm() const { return *schema_.find("firm"); }
  const Surroundings& surroundings() const { return surroundings_; }
  Chance& chance() { return chance_; }
  Database& database() { return *database_; }

  Path path(std::string_view column) const { return {{}, person().find_column(column)->index}; }

  // ---- by SQL
  std::vector<RecordId> ids(const query::Query& query, std::optional<query::Position>* end = nullptr) {
    std::vector<RecordId> out;
    const auto compiled = compile_rows(schema_, query, surroundings_);
    CAPTURE(compiled.text);
    for (const auto& parameter : compiled.parameters)  // PostgreSQL takes nothing else
      if (const auto* text = std::get_if<std::string>(&parameter)) REQUIRE(is_utf8(*text));
    auto statement = borrow(*database_, compiled.text).value();
    bind(*statement, compiled.parameters);
    while (true) {
      auto row = statement->step();
      REQUIRE_MESSAGE(row.ok(), row.error().message);
      if (!*row) return out;
      out.push_back(*RecordId::from_bytes(statement->blob(0)));
      if (end != nullptr) *end = read_position(*statement, schema_, query, surroundings_);
      const Record& record = records_.at({query.table, out.back()});
      REQUIRE(read_values(*statement, 2, schema_.at(query.table)) == record.values);
    }
  }
  std::int64_t count(const query::Query& query) {
    const auto compiled = compile_count(schema_, query, surroundings_);
    auto statement = borrow(*database_, compiled.text).value();
    bind(*statement, compiled.parameters);
    REQUIRE(statement->step().value());
    return statement->integer(0);
  }
  std::string plan(const query::Query& query) {
    const auto compiled = compile_rows(schema_, query, surroundings_);
    auto statement = borrow(*database_, "explain query plan " + compiled.text).value();
    bind(*statement, compiled.parameters);
    std::string out;
    while (statement->step().value()) out += std::string(statement->text(3)) + "\n";
    return out;
  }

  // ---- in memory
  const Record* find(const Reference& reference) const {
    const auto found = records_.find({reference.table, reference.id});
    return found == records_.end() || found->second.version.value == kHiddenVersion ? nullptr : &found->second;
  }
  bool matches(const Filter& filter, const Record& record) const {
    return query::matches(
        schema_, filter, record, [this](const Reference& reference) { return find(reference); },
        [this](TableNumber table, model::ColumnIndex lookup, const Reference& parent) {
          std::vector<const Record*> out;
          for (const auto& [key, child] : records_)
            if (child.table == table && child.values[lookup] == Value(parent) && child.version.value != kHiddenVersion)
              out.push_back(&child);
          return out;
        });
  }
  std::vector<const Record*> visible_persons() const {
    std::vector<const Record*> out;
    for (const auto& [key, record] : records_)
      if (record.table == person().number && record.version.value != kHiddenVersion) out.push_back(&record);
    return out;
  }
  // The value by which an order sorts a row: texts as fold keys.
  Value key_of(const Path& path, const Record& record) const {
    const Record* at = &record;
    for (std::size_t i = 0; i < path.hops.size(); ++i) {
      const auto* reference = model::reference_in(at->values[path.hops[i].lookup]);
      if (reference == nullptr || reference->table != path.hops[i].target) return {};
      if (path.column == 0 && i + 1 == path.hops.size()) return Reference{{}, reference->id};
      at = find(*reference);
      if (at == nullptr) return {};
    }
    if (path.column == 0) return Reference{{}, at->id};
    const Value& value = at->values[path.column];
    if (const auto* text = model::text_in(value)) return fold_key(*text);
    if (const auto* reference = model::reference_in(value)) return Reference{{}, reference->id};
    return value;
  }

  // ---- by chance
  Path random_path() {
    const auto mentor = hop("mentor", person());
    const auto to_firm = hop("employer", firm());
    const auto to_person = hop("employer", person());
    switch (chance_.below(10)) {
      case 0: return {{mentor}, random_column(person())};
      case 1: return {{to_firm}, random_column(firm())};
      case 2: return {{to_person}, random_column(person())};
      case 3: return {{mentor, to_firm}, random_column(firm())};
      case 4: return {{to_firm, {firm().find_column("boss")->index, person().number}}, random_column(person())};
      case 5: return {{mentor, to_person}, 0};
      case 6: return {{to_firm}, 0};
      default: return {{}, random_column(person())};
    }
  }
  Filter random_filter(int depth) {
    switch (chance_.below(depth > 0 ? 10 : 6)) {
      case 0: return random_compare_columns();
      case 1: return random_in();
      case 2: return random_match();
      case 3: return {query::HasParty{path("friends").column, id_of(chance_.below(8))}};
      case 6: return {query::All{random_filters(depth - 1)}};
      case 7: return {query::Any{random_filters(depth - 1)}};
      case 8: return {query::Not{std::make_shared<const Filter>(random_filter(depth - 1))}};
      case 9: return random_exists(depth - 1);
      default: {
        const Path at = random_path();
        return {query::Compare{at, random_comparison(), random_value(*end_of(schema_, person(), at).column)}};
      }
    }
  }
  std::vector<query::Order> random_orders() {
    std::vector<query::Order> out;
    for (std::size_t i = chance_.below(4); i > 0; --i) out.push_back({random_path(), chance_.one_in(2)});
    return out;
  }

 private:
  query::Path::Hop hop(std::string_view column, const Table& target) const {
    return {person().find_column(column)->index, target.number};
  }
  // Never a party list: it is neither compared nor sorted by.
  model::ColumnIndex random_column(const Table& table) {
    while (true) {
      const auto index = static_cast<model::ColumnIndex>(chance_.below(table.columns.size()));
      if (table.columns[index].type != ColumnType::party_list) return index;
    }
  }
  Comparison random_comparison() { return static_cast<Comparison>(chance_.below(6)); }
  Value random_value(const model::Column& column) {
    if (column.index != 0 && chance_.one_in(4)) return {};
    switch (column.type) {
      case ColumnType::text:
      case ColumnType::memo: return chance_.pick(kTexts);
      case ColumnType::id: return Reference{{}, id_of(chance_.below(12))};
      case ColumnType::lookup: {
        const auto target = chance_.pick(column.targets);
        return Reference{target, id_of(chance_.below(12) + (target == firm().number ? 100 : 0))};
      }
      case ColumnType::party_list: return random_parties();
      case ColumnType::boolean: return static_cast<std::int64_t>(chance_.below(2));
      default: return static_cast<std::int64_t>(chance_.below(7)) - 2;
    }
  }
  Value random_parties() {
    model::PartyList out;
    for (std::size_t i = 0; i < 8; ++i)
      if (chance_.one_in(4))
        out.push_back({{person().number, id_of(i)}, chance_.one_in(2) ? "" : "x|/" + id_of(3).to_string() + "|\n"});
    if (out.empty()) return {};
    return out;
  }
  std::vector<Filter> random_filters(int depth) {
    std::vector<Filter> out;
    for (std::size_t i = chance_.below(4); i > 0; --i) out.push_back(random_filter(depth));
    return out;
  }
  // Persons whose mentor or employer this one is, or its mentor, or the person who employs it.
  Filter random_exists(int depth) {
    query::Exists out{{}, person().number, path(chance_.one_in(2) ? "mentor" : "employer").column, nullptr};
    if (chance_.one_in(4)) out.path = path("mentor");
    if (chance_.one_in(4)) out.path = {{hop("employer", person())}, 0};
    if (!chance_.one_in(4)) out.part = std::make_shared<const Filter>(random_filter(depth));
    return {std::move(out)};
  }
  Filter random_in() {
    query::In out{random_path(), {}};
    const auto& column = *end_of(schema_, person(), out.path).column;
    for (std::size_t i = chance_.below(4); i > 0; --i) out.values.push_back(random_value(column));
    return {std::move(out)};
  }
  Filter random_match() {
    static const std::vector<std::string> kColumns = {"name", "note"};
    Path at = path(chance_.pick(kColumns));
    if (chance_.one_in(3)) at = {{hop("employer", firm())}, firm().find_column("city")->index};
    std::string sought = chance_.one_in(8) ? "" : chance_.pick(kTexts);
    return {query::Match{at, static_cast<query::TextMatch>(chance_.below(3)), sought}};
  }
  Filter random_compare_columns() {
    static const std::vector<std::pair<std::string, std::string>> kPairs = {
        {"age", "shoesize"}, {"name", "note"}, {"mentor", "employer"}};
    const auto& [left, right] = chance_.pick(kPairs);
    Path other = path(right);
    if (right == "note" && chance_.one_in(2)) other = {{hop("employer", firm())}, firm().find_column("name")->index};
    return {query::CompareColumns{path(left), random_comparison(), other}};
  }

  void create(const Table& table) {
    const auto name = quoted(table.name);
    REQUIRE(database_
                ->execute("create table " + name + "(\"id\" blob not null, \"version\" integer not null, " +
                          column_definitions(table) +
                          ");"
                          "create unique index " +
                          quoted(table.name + "_id") + " on " + name +
                          "(\"id\");"
                          "create index " +
                          quoted(table.name + "_name") + " on " + name + "(\"name__fold\", \"id\")")
                .ok());
  }
  void add(const Table& table, std::size_t number) {
    Record record{table.number, id_of(number), Seq(static_cast<std::int64_t>(chance_.below(20))),
                  std::vector<Value>(table.columns.size())};
    for (const auto& column : table.columns)
      if (column.index != 0) record.values[column.index] = random_value(column);
    auto statement = borrow(*database_, "insert into " + quoted(table.name) + "(\"id\", \"version\", " +
                                            column_list(table) + ") values (?1, ?2, " + parameter_list(table, 3) + ")")
                         .value();
    BindStorage storage;
    statement->bind_blob(1, record.id.view());
    statement->bind_integer(2, record.version.value);
    bind_values(*statement, 3, table, record.values, storage);
    REQUIRE(statement->run().ok());
    records_.insert_or_assign({record.table, record.id}, record);
  }

  model::Schema schema_;
  Chance chance_;
  edge::os::TemporaryDirectory folder_;
  std::unique_ptr<Database> database_;
  Surroundings surroundings_;
  std::map<std::pair<TableNumber, RecordId>, Record> records_;
};

int order_of(const Value& a, const Value& b) {
  if (a == b) return 0;
  return a < b ? -1 : 1;  // null stands first in the variant
}

std::vector<RecordId> sorted(const World& world, const query::Query& query) {
  auto records = world.visible_persons();
  if (query.filter)
    std::erase_if(records, [&](const Record* record) { return !world.matches(*query.filter, *record); });
  std::sort(records.begin(), records.end(), [&](const Record* a, const Record* b) {
    for (const auto& order : query.order) {
      const int found = order_of(world.key_of(order.path, *a), world.key_of(order.path, *b));
      if (found != 0) return order.descending ? found > 0 : found < 0;
    }
    const bool descending = !query.order.empty() && query.order.back().descending;
    return descending ? b->id < a->id : a->id < b->id;
  });
  std::vector<RecordId> out;
  for (const auto* record : records) out.push_back(record->id);
  return out;
}

bool sorts(std::string_view plan) { return plan.find("TEMP B-TREE") != std::string_view::npos; }

}  // namespace

// Random rows and random filters of every kind of node, over paths and hidden records: SQL and memory agree.
TEST_CASE("a filter means the same in SQL and in memory (L1)") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    World world(seed);
    for (int round = 0; round < 40; ++round) {
      CAPTURE(seed);
      CAPTURE(round);
      query::Query query{.table = world.person().number, .filter = world.random_filter(4)};
      const auto expected = sorted(world, query);
      REQUIRE(world.ids(query) == expected);
      REQUIRE(world.count(query) == static_cast<std::int64_t>(expected.size()));
    }
  }
}

// "%", "_" and "\\" mean something to LIKE, and a prefix's end is the next code point, if there is one.
TEST_CASE("every text is found in each way and in both kinds of columns") {
  World world(3, 120);
  for (const auto& sought : kTexts) {
    for (const auto* column : {"name", "note"}) {
      for (const auto how : {query::TextMatch::contains, query::TextMatch::starts_with, query::TextMatch::ends_with}) {
        CAPTURE(sought);
        const query::Query query{.table = world.person().number,
                                 .filter = Filter{query::Match{world.path(column), how, sought}}};
        REQUIRE(world.ids(query) == sorted(world, query));
      }
    }
  }
}

TEST_CASE("`not` is the complement: each row matches a filter or its negation, never both") {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    World world(seed);
    const auto all = static_cast<std::int64_t>(world.visible_persons().size());
    for (int round = 0; round < 40; ++round) {
      CAPTURE(seed);
      CAPTURE(round);
      query::Query query{.table = world.person().number, .filter = world.random_filter(3)};
      const auto matching = world.count(query);
      query.filter = Filter{query::Not{std::make_shared<const Filter>(*query.filter)}};
      REQUIRE(matching + world.count(query) == all);
    }
  }
}

// Random orders, filters and page sizes, with many equal keys and nulls; every page starts behind the one before.
TEST_CASE("pages visit every row exactly once and in order (L1)") {
  for (std::uint64_t seed = 200; seed < 230; ++seed) {
    World world(seed);
    for (int round = 0; round < 20; ++round) {
      CAPTURE(seed);
      CAPTURE(round);
      query::Query query{.table = world.person().number, .order = world.random_orders()};
      if (round % 2 == 1) query.filter = world.random_filter(2);
      const auto expected = sorted(world, query);
      query.top = static_cast<std::int64_t>(1 + world.chance().below(9));
      std::vector<RecordId> visited;
      while (true) {
        const auto page = world.ids(query, &query.after);
        visited.insert(visited.end(), page.begin(), page.end());
        if (page.size() < static_cast<std::size_t>(*query.top)) break;
        REQUIRE(visited.size() <= expected.size());
      }
      REQUIRE(visited == expected);
    }
  }
}

// An index on ("name__fold", id) gives the order of names both ways, from the beginning and behind any position.
TEST_CASE("no page of an indexed order is sorted or reads what lies before it") {
  World world(1);
  for (const bool descending : {false, true}) {
    query::Query query{.table = world.person().number, .order = {{world.path("name"), descending}}, .top = 10};
    CAPTURE(descending);
    CHECK(world.plan(query).find("USING INDEX person_name") != std::string::npos);
    CHECK_FALSE(sorts(world.plan(query)));
    for (const Value& value : {Value(std::string("ab")), Value()}) {
      query.after = query::Position{{value}, id_of(3)};
      const auto plan = world.plan(query);
      CAPTURE(plan);
      CHECK_FALSE(sorts(plan));
      CHECK(plan.find("SCAN") == std::string::npos);
    }
  }
}

// 3000 rows of two dozen names, a quarter without: pages in the midst of equal keys and of nulls are as cheap as the first.
TEST_CASE("the last page costs what the first one does") {
  World world(5, 3000);
  for (const bool descending : {false, true}) {
    query::Query query{.table = world.person().number, .order = {{world.path("name"), descending}}, .top = 50};
    std::uint64_t first = 0, worst = 0;
    for (std::size_t page_size = 50; page_size == 50;) {
      const auto before = world.database().rows_read();
      page_size = world.ids(query, &query.after).size();
      const auto cost = world.database().rows_read() - before;
      if (first == 0) first = cost;
      worst = std::max(worst, cost);
    }
    CAPTURE(descending);
    CAPTURE(first);
    CHECK(worst < 2 * first);
  }
}

TEST_CASE("startswith and equality on a folded column search its index") {
  World world(1);
  const Filter starts{query::Match{world.path("name"), query::TextMatch::starts_with, "a"}};
  const Filter equal{query::Compare{world.path("name"), Comparison::eq, std::string("a")}};
  for (const auto& filter : {starts, equal}) {
    const auto plan = world.plan({.table = world.person().number, .filter = filter, .order = {{world.path("name")}}});
    CAPTURE(plan);
    CHECK(plan.find("SEARCH t USING INDEX person_name") != std::string::npos);
    CHECK_FALSE(sorts(plan));
  }
}

TEST_CASE("the largest filter that a parser lets through is taken by the engine") {
  World world(1);
  query::Any wide;
  for (std::size_t i = 0; i < query::kFilterNodesMax; ++i)
    wide.parts.push_back({query::Compare{world.path("age"), Comparison::eq, static_cast<std::int64_t>(i)}});
  Filter deep{query::Compare{world.path("age"), Comparison::ne, std::int64_t{1}}};
  for (int i = 0; i < 3 * query::kFilterDepthMax; ++i) {
    query::All both;
    both.parts = {deep, {query::Compare{world.path("age"), Comparison::ge, std::int64_t{0}}}};
    deep = {query::Not{std::make_shared<const Filter>(Filter{std::move(both)})}};
  }
  for (const auto& filter : {Filter{wide}, deep}) {
    query::Query query{
        .table = world.person().number, .filter = filter, .order = {{world.path("age"), true}, {world.path("name")}}};
    CHECK(world.ids(query) == sorted(world, query));
    query.after = query::Position{{std::int64_t{3}, std::string("a")}, id_of(1)};
    CHECK(world.ids(query).size() <= 40);
  }
}

TEST_CASE("no value of a filter stands in the text") {
  World world(1);
  const Filter filter{query::All{{{query::Compare{world.path("name"), Comparison::eq, std::string("'; drop table x")}},
                                  {query::In{world.path("age"), {std::int64_t{4711}}}},
                                  {query::Match{world.path("note"), query::TextMatch::contains, "secret"}},
                                  {query::HasParty{world.path("friends").column, id_of(200)}}}}};
  const auto compiled = compile_rows(world.schema(), {.table = world.person().number, .filter = filter, .top = 815},
                                     world.surroundings());
  for (const auto* value : {"drop", "4711", "secret", "815", "0000-0000"})
    CHECK(compiled.text.find(value) == std::string::npos);
  CHECK(compiled.parameters.size() == 6);
}

TEST_CASE("a record that its reader may not see is as good as missing") {
  World world(7);
  REQUIRE(world.database()
              .execute("update person set version = 13 where rowid > 1; update person set version = 1, mentor = "
                       "(select id from person where rowid = 2) where rowid = 1")
              .ok());
  const Path name{{{world.path("mentor").column, world.person().number}}, world.person().find_column("name")->index};
  const Path id = world.path("mentor");
  const auto count = [&](const Path& path) {
    return world.count({.table = world.person().number, .filter = Filter{query::Compare{path, Comparison::eq, {}}}});
  };
  CHECK(count(name) == 1);
  CHECK(count(id) == 0);
}
