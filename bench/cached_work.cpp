// SPDX-License-Identifier: Apache-2.0
#include "bench/cached_work.h"

#include <algorithm>

#include "bench/server_side.h"
#include "bench/stopwatch.h"
#include "device/permits/permits.h"
#include "edge/os/clock.h"

namespace satchel::bench {
namespace {

namespace client = device::client;
namespace permits = device::permits;

constexpr int kStarts = 21;
constexpr int kOpenings = 101;
constexpr int kPermits = 1'000;
constexpr int kIdleSyncs = 21;

Instant now() { return edge::os::SystemClock().now(); }

// Read at the server, as lists that somebody scrolls through.
Result<void> fill(Device& device, std::int64_t rows) {
  for (const auto* name : {"contact", "task", "phonecall", "account"}) {
    client::ReadRequested read;
    read.table = device.store().schema().find(name)->number;
    read.top = std::min<std::int64_t>(rows - TRY(device.store().cache_size()).rows, rows / 2);
    if (read.top > 0) TRY(device.read(read));
  }
  return {};
}

Result<void> make_drafts(Device& device, std::int64_t drafts) {
  TRY(device.client().set_offline(true));
  TRY(device.client().together([&]() -> Result<void> {
    for (std::int64_t i = 0; i < drafts; ++i)
      TRY(device.client().create("contacts", {{"lastname", "Draft " + std::to_string(i)}}, now()));
    return {};
  }));
  return device.client().set_offline(false);
}

// Until a screen could show who works here, how, and how many drafts there are.
Result<double> start(const DevicePlace& place) {
  const Stopwatch watch;
  auto device = TRY(Device::open(place));
  TRY(device->client().situation(now()));
  TRY(device->store().draft_count());
  return watch.milliseconds();
}

// In turn, so that a machine that is slow for a moment is so for both; and now the one first, now the other, for closing a store
// leaves the disk something to do.
Result<void> measure_starts(const DevicePlace& cached, const DevicePlace& empty, Json& json) {
  std::vector<double> full_times, empty_times;
  for (int i = 0; i < kStarts; ++i) {
    const bool is_full_first = i % 2 == 0;
    const auto first = TRY(start(is_full_first ? cached : empty)), second = TRY(start(is_full_first ? empty : cached));
    full_times.push_back(is_full_first ? first : second);
    empty_times.push_back(is_full_first ? second : first);
  }
  json.set("start_ms", median(full_times));
  json.set("empty_start_ms", median(empty_times));
  return {};
}

// With the names of what it points to, and the note that it was used.
Result<void> measure_openings(Device& device, Json& json) {
  const auto& contacts = *device.store().schema().find("contact");
  std::vector<double> times;
  for (const auto& use : TRY(device.store().uses())) {
    if (use.record.table != contacts.number) continue;
    const Stopwatch watch;
    const auto record = TRY(device.client().show(contacts.set, use.record.id, now()));
    (void)device.client().to_json(record);
    times.push_back(watch.milliseconds());
    if (times.size() == kOpenings) break;
  }
  json.set("open_ms", median(times));
  return {};
}

Result<void> measure_permits(Device& device, Json& json) {
  const auto& contacts = *device.store().schema().find("contact");
  auto situation = TRY(device.client().situation(now()));
  const auto uses = TRY(device.store().uses());
  const auto ask = TRY(device.client().ask_about(permits::Verb::update, contacts, uses.back().record.id));
  std::vector<double> times;
  for (int round = 0; round < 11; ++round) {
    situation.connected = round % 2 == 0;
    const Stopwatch watch;
    for (int i = 0; i < kPermits; ++i)
      if (permits::permit(situation, ask).allowed != situation.connected)
        return Error{ErrorCode::internal, "A cached record could be changed offline."};
    times.push_back(watch.milliseconds() * 1e3 / kPermits);
  }
  json.set("permit_us", *std::max_element(times.begin(), times.end()));
  return {};
}

Result<void> measure_idle_syncs(Device& device, const std::string& url, Json& json) {
  TRY(device.sync());
  const auto before = TRY(usage_of(url));
  const auto device_before = cpu_milliseconds();
  std::vector<double> times;
  std::int64_t bytes = 0;
  for (int i = 0; i < kIdleSyncs; ++i) {
    const Stopwatch watch;
    const auto report = TRY(device.sync());
    times.push_back(watch.milliseconds());
    bytes = report.bytes_up + report.bytes_down;
  }
  json.set("idle_sync_ms", median(times));
  json.set("idle_device_cpu_ms", (cpu_milliseconds() - device_before) / kIdleSyncs);
  json.set("idle_cpu_ms", (TRY(usage_of(url)).cpu_ms - before.cpu_ms) / kIdleSyncs);
  json.set("idle_bytes", bytes);
  return {};
}

}  // namespace

Result<Json> cached_work(const DevicePlace& place, std::int64_t rows, std::int64_t drafts) {
  const DevicePlace empty{place.store + "-empty", place.url};
  auto json = Json::object();
  for (const auto* at : {&empty, &place}) {
    auto device = TRY(Device::open(*at));
    TRY(device->sign_in(kDrafter));
    TRY(device->sync());
    if (at == &empty) continue;
    TRY(fill(*device, rows));
    TRY(make_drafts(*device, drafts));
    json.set("rows", TRY(device->store().cache_size()).rows);
    json.set("drafts", static_cast<std::int64_t>(TRY(device->store().draft_count())));
    TRY(measure_permits(*device, json));
    TRY(measure_idle_syncs(*device, place.url, json));
  }
  TRY(measure_starts(place, empty, json));
  auto device = TRY(Device::open(place));
  TRY(measure_openings(*device, json));
  return json;
}

}  // namespace satchel::bench
