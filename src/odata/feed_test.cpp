// SPDX-License-Identifier: Apache-2.0
#include "odata/feed.h"

#include <doctest/doctest.h>

#include <limits>

#include "base/hash.h"
#include "base/random.h"

namespace satchel::odata {
namespace {

using model::ColumnType;
using model::PartyList;
using model::Record;
using model::Reference;
using model::Schema;
using model::Table;
using model::Value;

const Table& contacts() { return *Schema::standard().find("contact"); }

RecordId id_of(std::uint8_t number) {
  RecordId id;
  id.uuid.bytes[15] = number;
  return id;
}

FeedHead any_head() { return {.cursor = "cursor"}; }

struct Entry {
  Record record;
  std::vector<ScopeNumber> scopes;
};

// Texts of few and of many kinds, moments that grow, numbers from everywhere, lookups to few and to many.
Value random_value(const model::Column& column, std::size_t row, Random& random) {
  switch (column.type) {
    case ColumnType::text: return column.name + std::to_string(random.below(4));
    case ColumnType::image:
    case ColumnType::memo: return random.hex(random.below(200));
    case ColumnType::lookup:
      return Reference{
          column.targets[random.below(column.targets.size())],
          random.one_in(2) ? id_of(static_cast<std::uint8_t>(random.below(5))) : new_id<RecordId>(random, Instant{})};
    case ColumnType::party_list:
      return PartyList{{{TableNumber(1), id_of(1)}, "a|b\\c\nd"}, {{TableNumber(2), id_of(2)}, ""}};
    case ColumnType::datetime:
      return std::int64_t{1'700'000'000} + static_cast<std::int64_t>(row * 60 + random.below(60));
    case ColumnType::state: return std::int64_t{0};
    case ColumnType::bigint:
      if (random.one_in(3))
        return random.one_in(2) ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
      return static_cast<std::int64_t>(random.next());
    default: return static_cast<std::int64_t>(random.below(1000)) - 500;
  }
}

// Some columns are filled always, some now and then, some never.
Record random_record(const Table& table, std::size_t row, Random& random) {
  Record record{table.number, new_id<RecordId>(random, Instant{static_cast<std::int64_t>(row) * 1000}),
                Seq(static_cast<std::int64_t>(row) * 3 + 100), std::vector<Value>(table.columns.size())};
  for (const auto& column : table.columns) {
    if (column.index == 0 || column.index % 3 == 0 || (column.index % 3 == 1 && random.one_in(2))) continue;
    record.values[column.index] = random_value(column, row, random);
  }
  return record;
}

std::vector<Entry> random_entries(const Schema& schema, std::size_t rows_per_table, Random& random) {
  std::vector<Entry> entries;
  for (const auto& table : schema.tables()) {
    for (std::size_t row = 0; row < rows_per_table; ++row) {
      std::vector<ScopeNumber> scopes;
      for (std::uint64_t i = random.below(3); i-- > 0;)
        scopes.push_back(ScopeNumber(static_cast<std::int64_t>(random.below(9))));
      entries.push_back({random_record(table, row, random), std::move(scopes)});
    }
  }
  return entries;
}

std::string page_of(const Schema& schema, const std::vector<Entry>& entries, const FeedHead& head = any_head()) {
  FeedPageWriter writer(schema);
  for (const auto& [record, scopes] : entries) writer.row(schema.at(record.table), record, scopes);
  CHECK(writer.rows() == entries.size());
  return writer.finish(head);
}

FeedPageReader opened(const Schema& schema, std::string_view page) {
  auto reader = FeedPageReader::open(schema, page);
  REQUIRE_MESSAGE(reader.ok(), reader.error().message);
  return std::move(reader).value();
}

std::vector<Entry> entries_of(const Schema& schema, std::string_view page) {
  auto reader = opened(schema, page);
  std::vector<Entry> entries;
  FeedPageReader::Row row;
  for (;;) {
    const auto more = reader.next(row);
    REQUIRE_MESSAGE(more.ok(), more.error().message);
    if (!*more) break;
    entries.push_back({record_of(row), std::vector<ScopeNumber>(row.scopes.begin(), row.scopes.end())});
  }
  CHECK(entries.size() == reader.rows());
  return entries;
}

// The standard schema with one text replaced by another in all files.
Schema schema_with(std::string_view from, std::string_view to) {
  std::vector<Schema::File> files(Schema::standard().files().begin(), Schema::standard().files().end());
  for (auto& file : files) {
    for (auto at = file.text.find(from); at != std::string::npos; at = file.text.find(from, at + to.size())) {
      file.text.replace(at, from.size(), to);
    }
  }
  auto schema = Schema::load(files);
  REQUIRE_MESSAGE(schema.ok(), schema.error().message);
  return std::move(schema).value();
}

// Sets the page's sum right again, so that a damage behind it is met.
void repair_sum(std::string& page) {
  if (page.size() < 8) return;
  ByteWriter sum;
  sum.u64(hash64(std::string_view(page).substr(0, page.size() - 8)));
  page.replace(page.size() - 8, 8, sum.bytes());
}

// Reads all of a page, right or wrong: what counts is that it ends, and how it is refused.
std::size_t read_through(const Schema& schema, std::string_view page) {
  const auto check = [](const Error& error) {
    CHECK((error.code == ErrorCode::unexpected_answer || error.code == ErrorCode::update_required));
  };
  auto reader = FeedPageReader::open(schema, page);
  if (!reader.ok()) return check(reader.error()), 0;
  std::size_t bytes = reader->marks().size();
  FeedPageReader::Row row;
  for (;;) {
    const auto more = reader->next(row);
    if (!more.ok()) return check(more.error()), bytes;
    if (!*more) return bytes;
    for (const auto& column : row.table->columns) {
      // A value of another kind than the column's would be bound where it doesn't fit.
      const Value value = value_of(column, row.cells[column.index]);
      const bool fits =
          model::is_null(value) || (model::reference_in(value) != nullptr) == (column.type == ColumnType::lookup);
      if (!fits) FAIL_CHECK("a value that doesn't fit into " << column.name);
      for (const char c : row.cells[column.index].text) bytes += static_cast<unsigned char>(c);
    }
    bytes += row.scopes.size();
  }
}

}  // namespace

// Rows of all tables, with nulls, extremes, repeated and unique values, in mixed scopes.
TEST_CASE("rows of every table survive the feed") {
  const Schema& schema = Schema::standard();
  for (const std::uint64_t seed : {1, 2, 3}) {
    INFO("seed " << seed);
    SeededRandom random(seed);
    const auto entries = random_entries(schema, seed == 1 ? 1 : 200, random);
    const auto read = entries_of(schema, page_of(schema, entries));
    REQUIRE(read.size() == entries.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      REQUIRE(read[i].record == entries[i].record);
      REQUIRE(read[i].scopes == entries[i].scopes);
    }
  }
}

TEST_CASE("rows of tables in turns come table by table") {
  const Schema& schema = Schema::standard();
  SeededRandom random(4);
  const auto& accounts = *schema.find("account");
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < 6; ++i) entries.push_back({random_record(i % 2 ? accounts : contacts(), i, random), {}});
  const auto read = entries_of(schema, page_of(schema, entries));
  REQUIRE(read.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(read[i].record == entries[2 * i].record);
    CHECK(read[i + 3].record == entries[2 * i + 1].record);
  }
}

TEST_CASE("a head survives the feed") {
  const FeedHead head{
      .schema_number = 7,
      .epoch = id_of(9).uuid,
      .server_time = Instant{1'763'885'700'123},
      .phase = FeedPhase::load,
      .complete = true,
      .cut = {Seq(128), 0x9f3c'0000'0000'0001},
      .cursor = std::string("any\0bytes", 9),
      .granted = {{ScopeNumber(7), TableNumber(2), AccessKind::owner, id_of(3), 400},
                  {ScopeNumber(8), TableNumber(1), {}, {}, 0}},
      .dropped = {ScopeNumber(5), ScopeNumber(-1)},
      .totals = {{ScopeNumber(7), 400, ~std::uint64_t{0}}},
      .named = {{TableNumber(2), id_of(4), NamedAnswer::forbidden}, {TableNumber(1), id_of(5), NamedAnswer::same}},
      .rows_expected = 12345,
  };
  const auto reader = opened(Schema::standard(), FeedPageWriter(Schema::standard()).finish(head));
  const FeedHead& read = reader.head();
  CHECK(read.wire == kWireVersion);
  CHECK(read.schema_number == head.schema_number);
  CHECK(read.epoch == head.epoch);
  CHECK(read.server_time == head.server_time);
  CHECK(read.phase == head.phase);
  CHECK(read.complete == head.complete);
  CHECK(read.cut == head.cut);
  CHECK(read.cursor == head.cursor);
  REQUIRE(read.granted.size() == 2);
  CHECK(read.granted[0].number == ScopeNumber(7));
  CHECK(read.granted[0].table == TableNumber(2));
  CHECK(read.granted[0].kind == AccessKind::owner);
  CHECK(read.granted[0].key == id_of(3));
  CHECK(read.granted[0].rows == 400);
  CHECK(read.granted[1].key.is_nil());
  CHECK(read.dropped == head.dropped);
  CHECK(read.totals == head.totals);
  REQUIRE(read.named.size() == 2);
  CHECK(read.named[0].id == id_of(4));
  CHECK(read.named[0].answer == NamedAnswer::forbidden);
  CHECK(read.named[1].table == TableNumber(1));
  CHECK_FALSE(read.watch.has_value());
  CHECK(read.rows_expected == head.rows_expected);
  CHECK(reader.rows() == 0);
}

TEST_CASE("a watch survives the feed, and costs what it says") {
  FeedHead head = any_head();
  const auto without = FeedPageWriter(Schema::standard()).finish(head);
  head.watch = FeedWatch{true, {TableNumber(2)}, {id_of(1), id_of(2)}};
  const auto with = FeedPageWriter(Schema::standard()).finish(head);
  CHECK(with.size() == without.size() + 36);
  const auto reader = opened(Schema::standard(), with);
  REQUIRE(reader.head().watch.has_value());
  CHECK_FALSE(reader.head().complete);
  CHECK(reader.head().watch->is_new);
  CHECK(reader.head().watch->whole == head.watch->whole);
  CHECK(reader.head().watch->touched == head.watch->touched);
}

TEST_CASE("leaves and deletes survive the feed") {
  FeedPageWriter writer(Schema::standard());
  writer.mark({FeedMark::Kind::leave, TableNumber(2), id_of(1), Seq(130), {ScopeNumber(7), ScopeNumber(8)}});
  writer.mark({FeedMark::Kind::deleted, TableNumber(1), id_of(2), Seq(131), {}});
  const auto reader = opened(Schema::standard(), writer.finish(any_head()));
  REQUIRE(reader.marks().size() == 2);
  const auto& leave = reader.marks()[0];
  CHECK(leave.kind == FeedMark::Kind::leave);
  CHECK(leave.table == TableNumber(2));
  CHECK(leave.id == id_of(1));
  CHECK(leave.seq == Seq(130));
  CHECK(leave.scopes == std::vector{ScopeNumber(7), ScopeNumber(8)});
  CHECK(reader.marks()[1].kind == FeedMark::Kind::deleted);
  CHECK(reader.marks()[1].id == id_of(2));
  CHECK(reader.marks()[1].scopes.empty());
}

// The device's schema calls a column otherwise and knows other tables: what it doesn't know is passed by.
TEST_CASE("columns and tables that the device doesn't know are skipped") {
  const Schema& here = Schema::standard();
  const Schema there = schema_with("\"nickname\"", "\"petname\"");
  Record record{contacts().number, id_of(1), Seq(5), std::vector<Value>(contacts().columns.size())};
  record.values[contacts().find_column("firstname")->index] = "Ada";
  record.values[contacts().find_column("nickname")->index] = "Countess";
  const auto read = entries_of(there, page_of(here, {{record, {}}}));
  REQUIRE(read.size() == 1);
  const Table& table = *there.find("contact");
  CHECK(read[0].record.values[table.find_column("firstname")->index] == Value("Ada"));
  CHECK(model::is_null(read[0].record.values[table.find_column("petname")->index]));

  const Schema renumbered = schema_with("\"number\": 2,", "\"number\": 20002,");
  CHECK(entries_of(renumbered, page_of(here, {{record, {}}})).empty());
}

// The same name, but a text there and a number here.
TEST_CASE("a column that has become another kind is null") {
  const Schema& here = Schema::standard();
  const Schema there =
      schema_with("{\"name\": \"nickname\", \"label\": \"Nickname\", \"type\": \"text\", \"length\": 100}",
                  "{\"name\": \"nickname\", \"label\": \"Nickname\", \"type\": \"boolean\"}");
  Record record{contacts().number, id_of(1), Seq(5), std::vector<Value>(contacts().columns.size())};
  record.values[contacts().find_column("nickname")->index] = "Countess";
  const auto read = entries_of(there, page_of(here, {{record, {}}}));
  REQUIRE(read.size() == 1);
  CHECK(read[0].record.values == std::vector<Value>(there.find("contact")->columns.size()));
}

// The block that is drawn at the top of feed.cpp.
TEST_CASE("a page has the bytes that are documented") {
  Record ada{contacts().number, id_of(1), Seq(128), std::vector<Value>(contacts().columns.size())};
  Record grace{contacts().number, id_of(2), Seq(130), std::vector<Value>(contacts().columns.size())};
  ada.values[contacts().find_column("firstname")->index] = "Ada";
  grace.values[contacts().find_column("firstname")->index] = "Grace";
  grace.values[contacts().find_column("birthdate")->index] = std::int64_t{5804};
  const std::string page = page_of(Schema::standard(), {{ada, {ScopeNumber(7)}}, {grace, {ScopeNumber(7)}}});
  std::string block = std::string(30, '\0') + std::string("\x01\x02", 2);  // ids
  block += std::string("\x01\x04\x80\x02\x00\x02", 6);                     // versions
  block += std::string("\x00\x01\x00", 3);                                 // set numbers
  block += std::string(
      "\x02\x09"
      "firstname\x06\x0b\x02\x03\x05"
      "AdaGrace",
      24);
  block += std::string(
      "\x09"
      "birthdate\x11\x03\x02\xd8\x5a",
      15);
  const std::string sets("\x01\x01\x0e\x00", 4);  // and no marks
  const std::string expected = sets + std::string("\x04\x02\x50", 3) + block;
  REQUIRE(page.size() > expected.size() + 8);
  CHECK(to_hex(page.substr(page.size() - 8 - expected.size(), expected.size())) == to_hex(expected));
}

TEST_CASE("what isn't a page of this wire is refused") {
  const Schema& schema = Schema::standard();
  for (const std::string_view text : {"", "SPG", "SPG1", "SPG1\x01", "<html>Sign in to the airport's network</html>"}) {
    const auto reader = FeedPageReader::open(schema, text);
    REQUIRE_FALSE(reader.ok());
    CHECK(reader.error().code == ErrorCode::unexpected_answer);
  }
  FeedHead head = any_head();
  head.wire = kWireVersion + 1;
  const auto newer = FeedPageReader::open(schema, FeedPageWriter(schema).finish(head));
  REQUIRE_FALSE(newer.ok());
  CHECK(newer.error().code == ErrorCode::update_required);
}

// Every beginning of a page, with its own sum and with one that has been set right.
TEST_CASE("a page that was cut off is refused") {
  const Schema& schema = Schema::standard();
  SeededRandom random(5);
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < 20; ++i) entries.push_back({random_record(contacts(), i, random), {ScopeNumber(1)}});
  FeedPageWriter writer(schema);
  for (const auto& [record, scopes] : entries) writer.row(contacts(), record, scopes);
  writer.mark({FeedMark::Kind::leave, TableNumber(2), id_of(1), Seq(130), {ScopeNumber(7)}});
  FeedHead head = any_head();
  head.granted = {{ScopeNumber(7), TableNumber(2), AccessKind::owner, id_of(3), 400}};
  head.totals = {{ScopeNumber(7), 400, 1}};
  const std::string page = writer.finish(head);
  for (std::size_t size = 0; size < page.size(); ++size) {
    std::string cut = page.substr(0, size);
    CHECK_FALSE(FeedPageReader::open(schema, cut).ok());
    repair_sum(cut);
    read_through(schema, cut);
  }
}

// Bytes changed at random, alone and several, then the sum set right: the page is read or refused, nothing else.
TEST_CASE("a damaged page never does more than fail") {
  const Schema& schema = Schema::standard();
  SeededRandom random(6);
  const std::string page = page_of(schema, random_entries(schema, 2, random));
  for (int round = 0; round < 5'000; ++round) {
    INFO("round " << round);
    std::string damaged = page;
    for (std::uint64_t i = 1 + random.below(4); i-- > 0;) {
      const auto at = random.below(damaged.size() - 8);
      switch (random.below(3)) {
        case 0: damaged[at] = static_cast<char>(random.next()); break;
        case 1: damaged[at] = static_cast<char>(damaged[at] ^ 1 << random.below(8)); break;
        default: damaged[at] = static_cast<char>(random.one_in(2) ? 0xFF : 0); break;
      }
    }
    if (round % 10 == 0 && damaged != page) CHECK_FALSE(FeedPageReader::open(schema, damaged).ok());
    repair_sum(damaged);
    read_through(schema, damaged);
  }
}

TEST_CASE("an entry's hash tells records and versions apart") {
  CHECK(entry_hash(id_of(1), Seq(1)) == entry_hash(id_of(1), Seq(1)));
  CHECK(entry_hash(id_of(1), Seq(1)) != entry_hash(id_of(2), Seq(1)));
  CHECK(entry_hash(id_of(1), Seq(1)) != entry_hash(id_of(1), Seq(2)));
}

}  // namespace satchel::odata
