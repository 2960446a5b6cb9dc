// SPDX-License-Identifier: Apache-2.0
#include "device/client/lease.h"

#include "base/json.h"
#include "device/client/limits.h"

namespace satchel::device::client {
namespace {

constexpr std::string_view kSetting = "lease";

bool is_same_start(const Clocks& before, const Clocks& now) { return !now.start.empty() && before.start == now.start; }

Duration between(const Clocks& before, const Clocks& now) {
  if (is_same_start(before, now))
    return {std::max<std::int64_t>(0, (now.elapsed.milliseconds - before.elapsed.milliseconds))};
  const auto by_wall = std::max(Duration{}, now.wall - before.wall);
  const bool is_new_start = !before.start.empty() && !now.start.empty();
  return is_new_start ? std::max(by_wall, now.elapsed) : by_wall;
}

Lease::Reading read_on(const Lease::Reading& reading, const Clocks& now) {
  return {now, reading.passed + between(reading.at, now)};
}

Json json_of(const Lease::Reading& reading) {
  auto json = Json::object();
  json.set("wall", reading.at.wall.milliseconds);
  json.set("elapsed", reading.at.elapsed.milliseconds);
  json.set("start", reading.at.start);
  json.set("passed", reading.passed.milliseconds);
  return json;
}

Lease::Reading reading_in(const Json* json) {
  if (json == nullptr) return {};
  return {
      {Instant{json->integer_at("wall")}, Duration{json->integer_at("elapsed")}, std::string(json->string_at("start"))},
      Duration{json->integer_at("passed")}};
}

Result<std::optional<Lease>> kept_lease(store::DeviceStore& store) {
  const auto text = TRY(store.setting(kSetting));
  if (!text) return std::optional<Lease>();
  const auto json = TRY(Json::parse(*text));
  return std::optional<Lease>(
      {Instant{json.integer_at("since")}, reading_in(json.find("machine")), reading_in(json.find("by_wall"))});
}

}  // namespace

Lease begun_lease(Instant server_time, Instant wall) {
  const Lease::Reading reading{{wall, {}, {}}, {}};
  return {server_time, reading, reading};
}

Lease read_at(Lease lease, const Clocks& clocks) {
  auto& reading = clocks.start.empty() ? lease.wall : lease.machine;
  reading = read_on(reading, clocks);
  return lease;
}

Result<void> begin_lease(store::DeviceStore& store, Instant server_time, Instant wall) {
  return keep_lease(store, begun_lease(server_time, wall));
}

Result<std::optional<Lease>> lease_at(store::DeviceStore& store, const Clocks& clocks) {
  const auto lease = TRY(kept_lease(store));
  if (!lease) return std::optional<Lease>();
  return std::optional<Lease>(read_at(*lease, clocks));
}

Result<void> keep_lease(store::DeviceStore& store, const Lease& lease) {
  auto json = Json::object();
  json.set("since", lease.since.milliseconds);
  json.set("machine", json_of(lease.machine));
  json.set("by_wall", json_of(lease.wall));
  return store.set_setting(kSetting, json.dump());
}

Result<bool> worth_keeping(store::DeviceStore& store, const Lease& lease) {
  const auto kept = TRY(kept_lease(store));
  if (!kept) return true;
  const auto differs = [](const Lease::Reading& before, const Lease::Reading& now) {
    const auto apart = now.at.wall - before.at.wall;
    return before.at.start != now.at.start ||
           now.passed.milliseconds - before.passed.milliseconds >= kLeaseReadingEvery.milliseconds ||
           apart >= kLeaseReadingEvery || apart.milliseconds <= -kLeaseReadingEvery.milliseconds;
  };
  return differs(kept->machine, lease.machine) || differs(kept->wall, lease.wall);
}

}  // namespace satchel::device::client
