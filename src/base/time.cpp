// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace satchel {

namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

struct Date {
  int year;
  int month;  // 1 to 12
  int day;    // 1 to 31
};

// The days of the proleptic Gregorian calendar in both directions; a year here begins in March, so that the leap day is
// its last. Howard Hinnant, "chrono-compatible low-level date algorithms".
constexpr std::int64_t days_from(Date date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr Date date_from(std::int64_t day) {
  day += 719'468;
  const std::int64_t era = (day >= 0 ? day : day - 146'096) / 146'097;
  const std::int64_t day_of_era = day - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {.year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)),
          .month = month,
          .day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

constexpr std::int64_t kDayMin = days_from({.year = 1, .month = 1, .day = 1});
constexpr std::int64_t kDayMax = days_from({.year = 9999, .month = 12, .day = 31});
constexpr std::int64_t kSecondsMin = kDayMin * kSecondsPerDay;
constexpr std::int64_t kSecondsMax = (kDayMax + 1) * kSecondsPerDay - 1;

constexpr int days_in_month(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

constexpr std::int64_t floor_divide(std::int64_t number, std::int64_t divisor) {
  return number / divisor - (number % divisor < 0 ? 1 : 0);
}

// --- Reading: each helper takes its part from the front of `rest`, or leaves it and returns false. ---

bool take(std::string_view& rest, std::string_view literal) {
  if (!rest.starts_with(literal)) return false;
  rest.remove_prefix(literal.size());
  return true;
}

bool take_letter(std::string_view& rest, char upper) {
  if (rest.empty() || (rest[0] != upper && rest[0] != upper + ('a' - 'A'))) return false;
  rest.remove_prefix(1);
  return true;
}

bool take_digits(std::string_view& rest, std::size_t count, int& number) {
  if (rest.size() < count) return false;
  number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (rest[i] < '0' || rest[i] > '9') return false;
    number = number * 10 + (rest[i] - '0');
  }
  rest.remove_prefix(count);
  return true;
}

bool take_fraction(std::string_view& rest) {
  const auto end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  rest.remove_prefix(end);
  return end > 0;
}

std::optional<std::int64_t> day_of(Date date) {
  if (date.year < 1 || date.month < 1 || date.month > 12) return std::nullopt;
  if (date.day < 1 || date.day > days_in_month(date.year, date.month)) return std::nullopt;
  return days_from(date);
}

std::optional<std::int64_t> take_date(std::string_view& rest) {
  Date date{};
  const bool read = take_digits(rest, 4, date.year) && take(rest, "-") && take_digits(rest, 2, date.month) &&
                    take(rest, "-") && take_digits(rest, 2, date.day);
  return read ? day_of(date) : std::nullopt;
}

bool take_hour_and_minute(std::string_view& rest, int& seconds) {
  int hour = 0, minute = 0;
  if (!take_digits(rest, 2, hour) || !take(rest, ":") || !take_digits(rest, 2, minute)) return false;
  seconds = hour * 3600 + minute * 60;
  return hour <= 23 && minute <= 59;
}

// ":30", as seconds.
bool take_second(std::string_view& rest, int& seconds) {
  int second = 0;
  if (!take(rest, ":") || !take_digits(rest, 2, second)) return false;
  seconds += second;
  return second <= 59;
}

// "Z" or "+01:00": the seconds by which the clock is ahead of UTC.
std::optional<std::int64_t> take_offset(std::string_view& rest) {
  if (take_letter(rest, 'Z')) return 0;
  const bool behind = rest.starts_with('-');
  if (!take(rest, "+") && !take(rest, "-")) return std::nullopt;
  int offset = 0;
  if (!take_hour_and_minute(rest, offset)) return std::nullopt;
  return behind ? -offset : offset;
}

constexpr std::array<std::string_view, 7> kWeekdays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The place of the name in `names`, or -1.
template <std::size_t size>
int take_name(std::string_view& rest, const std::array<std::string_view, size>& names) {
  for (std::size_t i = 0; i < size; ++i) {
    if (take(rest, names[i])) return static_cast<int>(i);
  }
  return -1;
}

// --- Writing ---

void append_digits(std::string& out, int number, int count) {
  char digits[4];
  for (int i = count; i-- > 0; number /= 10) digits[i] = static_cast<char>('0' + number % 10);
  out.append(digits, static_cast<std::size_t>(count));
}

void append_date(std::string& out, Date date) {
  append_digits(out, date.year, 4);
  out.push_back('-');
  append_digits(out, date.month, 2);
  out.push_back('-');
  append_digits(out, date.day, 2);
}

void append_time_of_day(std::string& out, std::int64_t second_of_day) {
  const int second = static_cast<int>(second_of_day);
  append_digits(out, second / 3600, 2);
  out.push_back(':');
  append_digits(out, second / 60 % 60, 2);
  out.push_back(':');
  append_digits(out, second % 60, 2);
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  const auto day = take_date(text);
  return text.empty() ? day : std::nullopt;
}

std::string format_date(std::int64_t day) {
  std::string out;
  append_date(out, date_from(std::clamp(day, kDayMin, kDayMax)));
  return out;
}

std::optional<std::int64_t> parse_date_time(std::string_view text) {
  const auto day = take_date(text);
  if (!day || !take_letter(text, 'T')) return std::nullopt;
  int seconds = 0;
  if (!take_hour_and_minute(text, seconds)) return std::nullopt;
  if (text.starts_with(':')) {
    if (!take_second(text, seconds)) return std::nullopt;
    if (take(text, ".") && !take_fraction(text)) return std::nullopt;
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::int64_t moment = *day * kSecondsPerDay + seconds - *offset;
  if (moment < kSecondsMin || moment > kSecondsMax) return std::nullopt;
  return moment;
}

std::string format_date_time(std::int64_t seconds) {
  const std::int64_t moment = std::clamp(seconds, kSecondsMin, kSecondsMax);
  const std::int64_t day = floor_divide(moment, kSecondsPerDay);
  std::string out;
  out.reserve(20);
  append_date(out, date_from(day));
  out.push_back('T');
  append_time_of_day(out, moment - day * kSecondsPerDay);
  out.push_back('Z');
  return out;
}

std::optional<Instant> parse_http_date(std::string_view text) {
  Date date{};
  if (take_name(text, kWeekdays) < 0 || !take(text, ", ") || !take_digits(text, 2, date.day) || !take(text, " ")) {
    return std::nullopt;
  }
  date.month = take_name(text, kMonths) + 1;
  if (!take(text, " ") || !take_digits(text, 4, date.year) || !take(text, " ")) return std::nullopt;
  const auto day = day_of(date);
  int seconds = 0;
  if (!day || !take_hour_and_minute(text, seconds) || !take_second(text, seconds) || text != " GMT")
    return std::nullopt;
  return Instant::of_seconds(*day * kSecondsPerDay + seconds);
}

std::string format_http_date(Instant instant) {
  const std::int64_t moment = std::clamp(instant.seconds(), kSecondsMin, kSecondsMax);
  const std::int64_t day = floor_divide(moment, kSecondsPerDay);
  const Date date = date_from(day);
  const std::int64_t weekday = (day + 3) - floor_divide(day + 3, 7) * 7;  // 1970-01-01 was a Thursday.
  std::string out;
  out.reserve(29);
  out.append(kWeekdays[static_cast<std::size_t>(weekday)]);
  out.append(", ");
  append_digits(out, date.day, 2);
  out.push_back(' ');
  out.append(kMonths[static_cast<std::size_t>(date.month - 1)]);
  out.push_back(' ');
  append_digits(out, date.year, 4);
  out.push_back(' ');
  append_time_of_day(out, moment - day * kSecondsPerDay);
  out.append(" GMT");
  return out;
}

std::optional<Duration> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  constexpr std::array<Unit, 5> units = {{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

  std::int64_t number = 0;
  const auto [digits_end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || text.starts_with('-')) return std::nullopt;
  const auto name = text.substr(static_cast<std::size_t>(digits_end - text.data()));
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end() || number > INT64_MAX / unit->milliseconds) return std::nullopt;
  return Duration::of_milliseconds(number * unit->milliseconds);
}

}  // namespace satchel
