// SPDX-License-Identifier: Apache-2.0
//
// The bench at a tiny size: does every line of the table have a figure? Whether a figure is good is for the bench itself to tell.
#include "bench/bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/made_up_rows.h"
#include "edge/os/files.h"

using namespace satchel;
using namespace satchel::bench;

namespace {

Table table_of(const Options& options) {
  const auto folder = edge::os::TemporaryDirectory::create();
  REQUIRE(folder);
  auto table = run(options, folder->path(), [](const std::string&) {});
  REQUIRE_MESSAGE(table, (table ? "" : table.error().message));
  return std::move(*table);
}

Result<Options> options_of(std::initializer_list<const char*> words) {
  std::vector<const char*> all{"satchel_bench"};
  all.insert(all.end(), words.begin(), words.end());
  return read_options(static_cast<int>(all.size()), all.data());
}

const Line* find(const Table& table, const std::string& name) {
  const auto at = std::find_if(table.lines.begin(), table.lines.end(), [&](const Line& l) { return l.name == name; });
  return at != table.lines.end() ? &*at : nullptr;
}

}  // namespace

TEST_CASE("a small run fills every line of the table") {
  const auto table = table_of({.rows = 300, .rounds = 1});
  CHECK(table.rows >= 300);
  CHECK(table.filled_columns > 5);
  CHECK(table.indexes.find("contact") != std::string::npos);
  std::set<std::string> names;
  for (const auto& line : table.lines) {
    CAPTURE(line.name);
    CHECK(std::isfinite(line.measured));
    CHECK(line.measured > 0);
    if (line.bare) CHECK(*line.bare > 0);
    if (line.ratio_reach) CHECK(line.ratio());
    CHECK_FALSE(line.moment.empty());
    names.insert(line.name);
  }
  CHECK(names == std::set<std::string>{"first_sync_readable",
                                       "first_sync_indexed",
                                       "first_sync_searchable",
                                       "first_sync_finished",
                                       "disk_bytes",
                                       "changed_row",
                                       "changed_row_sync",
                                       "idle_pull",
                                       "list",
                                       "search",
                                       "local_save",
                                       "edits_up",
                                       "edits_settled",
                                       "cached_open",
                                       "cached_start",
                                       "permit",
                                       "cached_idle_sync",
                                       "cached_idle_device_cpu",
                                       "cached_idle_cpu",
                                       "cached_idle_bytes",
                                       "crowd_of_devices",
                                       "crowd_of_idle_devices",
                                       "record_writes",
                                       "wire_bytes",
                                       "memory_server",
                                       "memory_device"});
  CHECK(find(table, "wire_bytes")->ratio() < 1);
}

TEST_CASE("--only runs what it needs and tells nothing else") {
  const auto table = table_of({.rows = 100, .rounds = 1, .only = "wire"});
  REQUIRE(table.lines.size() == 1);
  CHECK(table.lines.front().name == "wire_bytes");

  const auto folder = edge::os::TemporaryDirectory::create();
  REQUIRE(folder);
  const auto unknown = run({.rows = 100, .only = "warp"}, folder->path(), [](const std::string&) {});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::usage);
}

TEST_CASE("options are read, and what isn't one is named") {
  const auto options = options_of({"--rows", "500", "--json", "--only", "first"});
  REQUIRE(options);
  CHECK(options->rows == 500);
  CHECK(options->json);
  CHECK(options->only == "first");
  for (const auto words :
       {std::initializer_list<const char*>{"--rows", "many"}, {"--rows"}, {"--rows", "1"}, {"--fast"}}) {
    const auto refused = options_of(words);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::usage);
  }
}

TEST_CASE("a line is short when its figure or its ratio is") {
  Line line{"x", "x", "ms", 4, 2, Side::at_most, 5, 3};
  CHECK(*line.ratio() == 2);
  CHECK(line.is_reached() == true);
  line.bare = 1;  // ratio 4
  CHECK(line.is_reached() == false);
  line.ratio_reach.reset();
  CHECK(line.is_reached() == true);
  line.measured = 6;
  CHECK(line.is_reached() == false);
  line.side = Side::at_least;
  CHECK(line.is_reached() == true);
  line.reach.reset();
  CHECK_FALSE(line.is_reached().has_value());
}

TEST_CASE("the table's text lines up, its JSON has the same figures") {
  Table table;
  table.rows = 200'000;
  table.lines = {{"a", "first sync", "rows/s", 123'456, 200'000, Side::at_least, 120'000, 0.5},
                 {"b", "list", "ms", 7.25, std::nullopt, Side::at_most, 5}};
  CHECK(table.to_text() ==
        "200,000 rows on the device\n"
        "\n"
        "moment            measured      bare limit  ratio  to reach\n"
        "first sync  123,456 rows/s  200,000 rows/s   0.62  ≥ 120,000 rows/s, ≥ 0.50 × bare  ok\n"
        "list               7.25 ms                         ≤ 5 ms                           short\n");
  const auto json = table.to_json();
  const auto& lines = *json.find("lines")->as_array();
  CHECK(lines[0].find("ok")->as_bool() != nullptr);
  CHECK(lines[0].integer_at("at_least") == 120'000);
  CHECK(lines[1].find("bare")->is_null());
  CHECK(lines[1].bool_at("ok", true) == false);
}

TEST_CASE("made-up rows are the same for the same arguments") {
  const auto made = [] {
    std::string all;
    REQUIRE(make_up_rows(400, Instant::of_seconds(1'795'420'800), [&](const MadeUpFile& file) -> Result<void> {
      all += file.set + "\n" + file.csv;
      return {};
    }));
    return all;
  };
  CHECK(made() == made());
}
