// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/demo_clock.h"

#include <algorithm>

namespace satchel::server::service::demo {
namespace {

constexpr std::int64_t kHour = 3'600'000, kDay = 24 * kHour, kWeek = 7 * kDay;
constexpr std::int64_t kFirstMonday = 4 * kDay;  // 1970-01-05
constexpr std::int64_t kOpens = 8 * kHour, kWorkDay = 10 * kHour, kWorkWeek = 5 * kWorkDay;

std::int64_t floor_divided(std::int64_t number, std::int64_t divisor) {
  return number / divisor - (number % divisor < 0 ? 1 : 0);
}

std::int64_t worked_before(Instant instant) {
  const std::int64_t since = instant.milliseconds - kFirstMonday;
  const std::int64_t week = floor_divided(since, kWeek);
  const std::int64_t in_week = since - week * kWeek;
  const std::int64_t day = in_week / kDay;
  if (day >= 5) return (week + 1) * kWorkWeek;
  return week * kWorkWeek + day * kWorkDay + std::clamp<std::int64_t>(in_week % kDay - kOpens, 0, kWorkDay);
}

Instant instant_after(std::int64_t worked) {
  const std::int64_t week = floor_divided(worked, kWorkWeek);
  const std::int64_t in_week = worked - week * kWorkWeek;
  return {kFirstMonday + week * kWeek + in_week / kWorkDay * kDay + kOpens + in_week % kWorkDay};
}

}  // namespace

DemoClock::DemoClock(Instant now, std::int64_t slots)
    : now_(now), slots_(slots), worked_at_start_(worked_before(start()) + 1), worked_at_now_(worked_before(now)) {}

Instant DemoClock::at(std::int64_t slot, Random& random) const {
  const double share =
      (static_cast<double>(slot) + static_cast<double>(random.below(1000)) / 1000) / static_cast<double>(slots_);
  const auto worked = static_cast<std::int64_t>(share * static_cast<double>(worked_at_now_ - worked_at_start_));
  return std::min(instant_after(worked_at_start_ + worked), now_);
}

Instant in_working_hours(Instant instant, Random& random) {
  std::int64_t day = floor_divided(instant.milliseconds, kDay);
  const std::int64_t since_monday = day - kFirstMonday / kDay;
  const std::int64_t weekday = since_monday - floor_divided(since_monday, 7) * 7;
  if (weekday >= 5) day += 7 - weekday;
  return {day * kDay + kOpens + static_cast<std::int64_t>(random.below(37)) * kHour / 4};
}

}  // namespace satchel::server::service::demo
