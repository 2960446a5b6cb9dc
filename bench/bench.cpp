// SPDX-License-Identifier: Apache-2.0
#include "bench/bench.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/bare_limit.h"
#include "bench/cached_work.h"
#include "bench/child.h"
#include "bench/crowd.h"
#include "bench/daily_work.h"
#include "bench/server_side.h"
#include "bench/stopwatch.h"
#include "bench/wire_size.h"
#include "edge/os/files.h"

namespace satchel::bench {
namespace {

// Lines by the part of the run that makes them.
constexpr std::array kFirstSync{"first_sync_readable", "first_sync_indexed", "first_sync_searchable",
                                "first_sync_finished", "disk_bytes"};
constexpr std::array kDaily{"changed_row", "changed_row_sync", "idle_pull", "list",
                            "search",      "local_save",       "edits_up",  "edits_settled"};
constexpr std::array kCached{"cached_open",      "cached_start",           "permit",
                             "cached_idle_sync", "cached_idle_device_cpu", "cached_idle_cpu",
                             "cached_idle_bytes"};
constexpr std::array kWriters{"record_writes"};
constexpr std::array kDevices{"crowd_of_devices"};
constexpr std::array kIdle{"crowd_of_idle_devices"};
constexpr std::array kWire{"wire_bytes"};
constexpr std::array kMemory{"memory_server", "memory_device"};

constexpr std::int64_t kEdits = 1'000;
constexpr std::int64_t kWrites = 4'000;
constexpr std::int64_t kCachedRows = 10'000;
constexpr std::int64_t kDrafts = 500;

double number_at(const Json& json, std::string_view name) {
  const auto* value = json.find(name);
  return value != nullptr ? value->as_double().value_or(0) : 0;
}

// What one process measured, several times over.
class Figures {
 public:
  void add(Json figures) { rounds_.push_back(std::move(figures)); }
  double median_of(std::string_view name) const {
    std::vector<double> values;
    for (const auto& round : rounds_) values.push_back(number_at(round, name));
    return median(values);
  }
  const Json& last() const { return rounds_.back(); }

 private:
  std::vector<Json> rounds_;
};

class Run {
 public:
  Run(const Options& options, std::string folder, const Tell& tell)
      : options_(options), folder_(std::move(folder)), tell_(tell) {}

  Result<Table> make();

 private:
  bool wants(std::string_view name) const { return name.starts_with(options_.only); }
  template <class Names>
  bool wants_any(const Names& names) const {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return wants(name); });
  }
  void add(Line line) {
    if (wants(line.name)) table_.lines.push_back(std::move(line));
  }
  Result<Json> in_device(const std::function<Result<Json>()>& work) {
    auto json = TRY(in_child(work));
    device_kb_ = std::max(device_kb_, json.integer_at("peak_kb"));
    return json;
  }

  Result<void> fill();
  Result<void> measure_at_server();
  Result<void> measure_first_sync();
  Result<void> measure_daily_work();
  Result<void> measure_cached_work();
  Result<void> measure_crowds();
  Result<void> measure_wire();
  void add_first_sync(const Figures& ours, const Figures& bare);
  void add_daily_work(const Json& figures);
  void add_memory();

  DevicePlace place_of(std::int64_t round) const { return {folder_ + "/device" + std::to_string(round), url_}; }

  const Options& options_;
  std::string folder_;
  const Tell& tell_;
  Table table_;
  std::string url_;
  std::int64_t server_kb_ = 0, device_kb_ = 0;
};

Result<Table> Run::make() {
  if (!wants_any(kFirstSync) && !wants_any(kDaily) && !wants_any(kCached) && !wants_any(kWriters) &&
      !wants_any(kDevices) && !wants_any(kIdle) && !wants_any(kWire) && !wants_any(kMemory))
    return Error{ErrorCode::usage, "No line of the table has a name that begins with \"" + options_.only + "\"."};
  TRY(fill());
  TRY(measure_at_server());
  if (wants_any(kWire)) TRY(measure_wire());
  add_memory();
  return std::move(table_);
}

Result<void> Run::fill() {
  tell_("Importing " + std::to_string(options_.rows) + " records");
  const auto filled = TRY(in_child([&] { return fill_server(folder_, options_.rows); }));
  server_kb_ = filled.integer_at("peak_kb");
  table_.rows = filled.integer_at("rows");
  return {};
}

Result<void> Run::measure_at_server() {
  auto server = TRY(Child::start([&](Child::Parent& parent) { return serve(folder_, parent); }));
  url_ = std::string(TRY(server.hear()).string_at("url"));
  if (wants_any(kFirstSync) || wants_any(kDaily) || wants_any(kMemory)) TRY(measure_first_sync());
  if (wants_any(kDaily) || wants_any(kMemory)) TRY(measure_daily_work());
  if (wants_any(kCached)) TRY(measure_cached_work());
  TRY(measure_crowds());
  // Asked in a child, for this process must stay one of a single thread.
  const auto usage = TRY(in_child([&]() -> Result<Json> {
    auto json = Json::object();
    json.set("server_kb", TRY(usage_of(url_)).peak_kb);
    return json;
  }));
  server_kb_ = std::max(server_kb_, usage.integer_at("server_kb"));
  return {};
}

// ---- the first sync ----------------------------------------------------------------------------------------------------------

Result<void> Run::measure_first_sync() {
  const auto rounds = wants_any(kFirstSync) ? options_.rounds : 1;
  Figures ours, bare;
  for (std::int64_t round = 0; round < rounds; ++round) {
    tell_("First sync " + std::to_string(round + 1) + " of " + std::to_string(rounds));
    const auto place = place_of(0);
    for (const auto* ending : {"", "-wal", "-shm", "-journal"}) TRY(edge::os::remove_file(place.store + ending));
    auto figures = TRY(in_device([&] { return first_sync(place); }));
    figures.set("bytes", static_cast<std::int64_t>(TRY(edge::os::file_size(place.store))));
    ours.add(std::move(figures));
    if (!wants_any(kFirstSync)) return {};
    tell_("Its bare limit");
    const auto path = folder_ + "/bare";
    bare.add(TRY(in_child([&] { return bare_limit(place.store, path); })));
    for (const auto* ending : {"", "-wal", "-shm", "-journal"}) TRY(edge::os::remove_file(path + ending));
  }
  add_first_sync(ours, bare);
  return {};
}

void Run::add_first_sync(const Figures& ours, const Figures& bare) {
  table_.rows = ours.last().integer_at("rows");
  table_.indexes = ours.last().string_at("indexes");
  const auto rate = [](const Figures& figures, const char* time) {
    return figures.median_of("rows") / figures.median_of(time) * 1e3;
  };
  const auto line = [&](const char* name, const char* moment, const char* time, double reach) {
    add({name, moment, "rows/s", rate(ours, time), rate(bare, time), Side::at_least, reach, 0.5});
  };
  line("first_sync_readable", "first sync, readable", "readable_ms", 120'000);
  line("first_sync_indexed", "first sync, with the views' indexes", "indexed_ms", 70'000);
  line("first_sync_searchable", "first sync, with full text", "searchable_ms", 45'000);
  add({"first_sync_finished", "first sync, text index in one piece", "rows/s", rate(ours, "finished_ms")});
  add({.name = "disk_bytes",
       .moment = "on the device's disk, with search",
       .unit = "bytes/row",
       .measured = ours.median_of("bytes") / ours.median_of("rows"),
       .reach = 550});
}

// ---- daily work --------------------------------------------------------------------------------------------------------------

Result<void> Run::measure_daily_work() {
  tell_("Daily work");
  add_daily_work(TRY(in_device([&] { return daily_work(place_of(0), kEdits, options_.rounds); })));
  return {};
}

void Run::add_daily_work(const Json& figures) {
  const auto ms = [&](const char* name, std::string moment, const char* measured, std::optional<double> reach) {
    return Line{.name = name,
                .moment = std::move(moment),
                .unit = "ms",
                .measured = number_at(figures, measured),
                .reach = reach};
  };
  const auto edits = count_text(figures.integer_at("edits")) + " offline edits";
  add(ms("changed_row", "one changed row, applied", "changed_row_ms", 5));
  add(ms("changed_row_sync", "one changed row, whole sync", "changed_row_sync_ms", std::nullopt));
  add(ms("idle_pull", "idle pull, server's processor", "idle_pull_cpu_ms", 1));
  auto list = ms("list", "list of 50, filtered and ordered", "list_ms", 10);
  list.bare = number_at(figures, "list_bare_ms");
  add(std::move(list));
  add(ms("search", "full-text search", "search_ms", 50));
  auto save = ms("local_save", "local save, on the disk", "save_ms", std::nullopt);
  save.bare = number_at(figures, "bare_commit_ms");
  save.ratio_reach = 3;
  add(std::move(save));
  add(ms("edits_up", edits + " going up, confirmed", "edits_up_ms", 150));
  add(ms("edits_settled", edits + ", whole sync", "edits_settled_ms", std::nullopt));
}

// ---- cached rows and drafts ---------------------------------------------------------------------------------------------------

Result<void> Run::measure_cached_work() {
  tell_("Cached rows and drafts");
  const auto place = place_of(1);
  const auto rows = std::min(kCachedRows, options_.rows / 2), drafts = std::min(kDrafts, options_.rows);
  const auto figures = TRY(in_device([&] { return cached_work(place, rows, drafts); }));
  const auto of = count_text(figures.integer_at("rows")) + " cached rows";
  const auto line = [&](const char* name, std::string moment, const char* unit, const char* measured) {
    return Line{.name = name, .moment = std::move(moment), .unit = unit, .measured = number_at(figures, measured)};
  };
  auto open = line("cached_open", "opening one of " + of, "ms", "open_ms");
  open.reach = 20;
  add(std::move(open));
  auto start = line("cached_start", "start with these and " + count_text(figures.integer_at("drafts")) + " drafts",
                    "ms", "start_ms");
  start.bare = number_at(figures, "empty_start_ms");
  start.ratio_reach = 1.2;
  add(std::move(start));
  auto permit = line("permit", "may this be done now?", "µs", "permit_us");
  permit.reach = 10;
  add(std::move(permit));
  add(line("cached_idle_sync", "idle sync of " + of, "ms", "idle_sync_ms"));
  add(line("cached_idle_device_cpu", "… device's processor", "ms", "idle_device_cpu_ms"));
  add(line("cached_idle_cpu", "… server's processor", "ms", "idle_cpu_ms"));
  add(line("cached_idle_bytes", "… both ways, uncompressed", "bytes", "idle_bytes"));
  return {};
}

// ---- crowds, wire, memory ----------------------------------------------------------------------------------------------------

Result<void> Run::measure_crowds() {
  if (wants_any(kDevices)) {
    tell_("A crowd of devices");
    const auto figures = TRY(in_child([&] { return crowd_of_devices(url_); }));
    const auto devices = figures.integer_at("devices");
    add({"crowd_of_devices",
         std::to_string(devices) + " devices × " + count_text(figures.integer_at("rows") / devices) + " rows at once",
         "rows/s", number_at(figures, "rows") / number_at(figures, "ms") * 1e3, std::nullopt, Side::at_least, 60'000});
  }
  if (wants_any(kIdle)) {
    tell_("A crowd of idle devices");
    const auto figures = TRY(in_child([&] { return crowd_of_idle_devices(url_); }));
    const auto seconds = number_at(figures, "ms") / 1e3;
    add({"crowd_of_idle_devices",
         "idle pulls, " + count_text(figures.integer_at("scopes")) + " scopes each, beside " +
             count_text(std::llround(number_at(figures, "writes") / seconds)) + " writes/s",
         "pulls/s", number_at(figures, "pulls") / seconds, std::nullopt, Side::at_least, 2'000});
  }
  if (wants_any(kWriters)) {
    tell_("A crowd of writers");
    const auto writes = std::min(kWrites, options_.rows);
    const auto figures = TRY(in_child([&] { return crowd_of_writers(url_, writes); }));
    add({"record_writes", "record writes, 8 at once", "writes/s",
         number_at(figures, "writes") / number_at(figures, "ms") * 1e3, std::nullopt, Side::at_least, 1'000});
  }
  return {};
}

Result<void> Run::measure_wire() {
  tell_("Bytes on the wire");
  const auto figures = TRY(in_child([&] { return wire_size(folder_); }));
  const auto rows = number_at(figures, "rows");
  table_.filled_columns = number_at(figures, "filled") / rows;
  add({"wire_bytes", "on the wire, against zstd JSON lines", "bytes/row", number_at(figures, "wire_bytes") / rows,
       number_at(figures, "json_bytes") / rows, Side::at_most, std::nullopt, 0.75});
  return {};
}

void Run::add_memory() {
  const auto line = [&](const char* name, const char* moment, std::int64_t kb, double reach) {
    add({.name = name,
         .moment = moment,
         .unit = "MB",
         .measured = static_cast<double>(kb) * 1024 / 1e6,
         .reach = reach});
  };
  line("memory_server", "most memory, server and import", server_kb_, 300);
  if (device_kb_ > 0) line("memory_device", "most memory, device", device_kb_, 150);
}

}  // namespace

Result<Table> run(const Options& options, const std::string& folder, const Tell& tell) {
  return Run(options, folder, tell).make();
}

}  // namespace satchel::bench
