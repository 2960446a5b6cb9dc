// SPDX-License-Identifier: Apache-2.0
//
// Digits to scaled integers and back, without ever being a double: "12.5" with scale 2 = 1250 = "12.50".
#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "model/rules.h"

namespace satchel::model {

namespace {

constexpr std::size_t kShownBytesMax = 40;
// Exponents beyond are as good as this one: the number is out of range, or zero.
constexpr std::int64_t kExponentMax = 1'000'000'000'000;
// 10^18 < 2^63 < 10^19: more digits don't fit.
constexpr std::int64_t kDigitsMax = 19;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error wrong_number(std::string_view text, std::string_view reason) {
  const auto size = utf8_prefix_size(text.substr(0, kShownBytesMax));
  return Error{ErrorCode::bad_value, "\"" + std::string(text.substr(0, size)) + "\" " + std::string(reason)};
}

std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// "e+12"; 0 if there's none, nullopt if it is malformed.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  text.remove_prefix(1);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const auto digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax);
  return is_negative ? -exponent : exponent;
}

// The first `count` digits of whole and fraction together as a number, zeros behind them; rounded by the digit that follows.
std::uint64_t rounded_digits(std::string_view whole, std::string_view fraction, std::size_t first, std::int64_t count) {
  const std::size_t size = whole.size() + fraction.size();
  const auto digit_at = [&](std::size_t at) -> std::uint64_t {
    if (at >= size) return 0;
    return static_cast<std::uint64_t>((at < whole.size() ? whole[at] : fraction[at - whole.size()]) - '0');
  };
  std::uint64_t number = 0;
  const std::size_t end = first + static_cast<std::size_t>(count);
  for (std::size_t at = first; at < end; ++at) number = number * 10 + digit_at(at);
  return number + (digit_at(end) >= 5 ? 1 : 0);
}

}  // namespace

Result<std::int64_t> parse_scaled(std::string_view text, int scale) {
  auto rest = text;
  const bool is_negative = rest.starts_with('-');
  if (is_negative || rest.starts_with('+')) rest.remove_prefix(1);
  const auto whole = take_digits(rest);
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
  }
  const auto exponent = take_exponent(rest);
  if ((whole.empty() && fraction.empty()) || !exponent || !rest.empty()) return wrong_number(text, "isn't a number.");

  std::size_t first = whole.find_first_not_of('0');
  if (first == std::string_view::npos) {
    const auto in_fraction = fraction.find_first_not_of('0');
    if (in_fraction == std::string_view::npos) return 0;
    first = whole.size() + in_fraction;
  }
  // How many digits from the first on stand before the point once the number is scaled.
  const auto count = static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first) + *exponent + scale;
  if (count < 0) return 0;
  if (count > kDigitsMax) return wrong_number(text, "is too large a number.");
  const auto magnitude = rounded_digits(whole, fraction, first, count);
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  if (magnitude > kLimit || (magnitude == kLimit && !is_negative)) return wrong_number(text, "is too large a number.");
  return static_cast<std::int64_t>(is_negative ? 0 - magnitude : magnitude);
}

std::string format_scaled(std::int64_t value, int scale) {
  const bool is_negative = value < 0;
  auto digits = std::to_string(is_negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value));
  const auto places = static_cast<std::size_t>(scale);
  if (places > 0) {
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  if (is_negative) digits.insert(0, 1, '-');
  return digits;
}

}  // namespace satchel::model
