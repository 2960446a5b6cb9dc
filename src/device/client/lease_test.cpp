// SPDX-License-Identifier: Apache-2.0
//
// The lease's clock: what counts as passed when clocks are set and machines are started anew (S2).
#include "device/client/lease.h"

#include <doctest/doctest.h>

namespace satchel::device::client {
namespace {

constexpr Instant kServer{1'795'000'000'000};
constexpr Instant kWall{1'790'000'000'000};  // two months slow: only differences count
constexpr std::int64_t kLeaseDays = 14;

constexpr Instant after(std::int64_t days) { return kWall + Duration::of_days(days); }
Clocks machine(std::int64_t wall_days, std::int64_t elapsed_days, std::string start = "monday") {
  return {after(wall_days), Duration::of_days(elapsed_days), std::move(start)};
}
Clocks wall_only(std::int64_t days) { return {after(days), {}, {}}; }

template <class... Readings>
Lease after_readings(const Readings&... readings) {
  auto lease = begun_lease(kServer, kWall);
  ((lease = read_at(lease, readings)), ...);
  return lease;
}

TEST_CASE("S2: the lease ends 14 days after the last answer, by server time plus elapsed time") {
  CHECK(begun_lease(kServer, kWall).until(kLeaseDays) == kServer + Duration::of_days(14));
  CHECK(!after_readings(machine(0, 5), machine(13, 18)).is_over(kLeaseDays));
  CHECK(after_readings(machine(0, 5), machine(14, 19)).is_over(kLeaseDays));
  CHECK(after_readings(machine(0, 5), machine(13, 18)).server_now() == kServer + Duration::of_days(13));
}

TEST_CASE("S2: a clock set back never lengthens the lease") {
  // By the elapsed clock, while the machine runs.
  CHECK(after_readings(machine(0, 5), machine(-365, 6), machine(-352, 19)).is_over(kLeaseDays));
  CHECK(!after_readings(machine(0, 5), machine(-365, 6), machine(-353, 18)).is_over(kLeaseDays));
  // By the wall clock alone it counts on from where it was set.
  CHECK(after_readings(wall_only(10), wall_only(-365), wall_only(-361)).is_over(kLeaseDays));
  CHECK(!after_readings(wall_only(10), wall_only(-365), wall_only(-362)).is_over(kLeaseDays));
  // What was over stays over.
  CHECK(after_readings(wall_only(15), wall_only(0)).is_over(kLeaseDays));
  CHECK(after_readings(wall_only(15), machine(0, 5), machine(0, 5)).is_over(kLeaseDays));
}

TEST_CASE("S2: a clock set forward costs nothing while the machine runs") {
  CHECK(!after_readings(machine(0, 5), machine(400, 6)).is_over(kLeaseDays));
  CHECK(after_readings(wall_only(400)).is_over(kLeaseDays));
}

TEST_CASE("S2: over a new start of the machine the wall clock counts, and the time it has been running at least") {
  CHECK(after_readings(machine(0, 5), machine(10, 1, "tuesday")).passed() == Duration::of_days(10));
  CHECK(after_readings(machine(0, 5), machine(10, 1, "tuesday"), machine(10, 5, "tuesday")).is_over(kLeaseDays));
  CHECK(after_readings(machine(0, 5), machine(-365, 3, "tuesday")).passed() == Duration::of_days(3));
  CHECK(after_readings(machine(0, 5), machine(-365, 14, "tuesday")).is_over(kLeaseDays));
}

TEST_CASE("S2: readings by a wall clock alone don't disturb those of the machine") {
  const auto lease = after_readings(machine(0, 5), wall_only(1), machine(0, 5), wall_only(13));
  CHECK(lease.passed() == Duration::of_days(13));
  CHECK(!lease.is_over(kLeaseDays));
}

}  // namespace
}  // namespace satchel::device::client
