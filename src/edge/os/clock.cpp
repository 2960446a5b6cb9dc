// SPDX-License-Identifier: Apache-2.0
#include "edge/os/clock.h"

#include <ctime>

#include "base/text.h"
#include "edge/os/files.h"

namespace satchel::edge::os {
namespace {

std::int64_t milliseconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

}  // namespace

Instant SystemClock::now() const { return {milliseconds_of(CLOCK_REALTIME)}; }

Duration ElapsedClock::now() const { return {milliseconds_of(CLOCK_BOOTTIME)}; }

std::string ElapsedClock::start_mark() const {
  const auto mark = read_file("/proc/sys/kernel/random/boot_id");
  return mark.ok() ? std::string(trim(*mark)) : std::string();
}

}  // namespace satchel::edge::os
