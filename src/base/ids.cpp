// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "base/random.h"

namespace satchel {

// --- Uuid (declared in strong.h) ---

namespace {

// Where each byte's two digits stand in "00112233-4455-6677-8899-aabbccddeeff".
constexpr std::array<std::uint8_t, 16> kDigitsAt = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::size_t kUuidTextSize = 36;

struct HexPair {
  char high;
  char low;
};

constexpr std::array<HexPair, 256> hex_pairs() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<HexPair, 256> pairs{};
  for (std::size_t i = 0; i < 256; ++i) pairs[i] = {digits[i >> 4], digits[i & 15]};
  return pairs;
}

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values['a' + i] = static_cast<std::uint8_t>(10 + i);
    values['A' + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}

constexpr auto kHexPairs = hex_pairs();
constexpr auto kDigitValues = digit_values();

}  // namespace

bool Uuid::is_nil() const { return *this == Uuid{}; }

std::string Uuid::to_string() const {
  std::string text(kUuidTextSize, '-');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto pair = kHexPairs[bytes[i]];
    text[kDigitsAt[i]] = pair.high;
    text[kDigitsAt[i] + 1u] = pair.low;
  }
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() == kUuidTextSize + 2 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, kUuidTextSize);
  if (text.size() != kUuidTextSize) return std::nullopt;
  if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  Uuid uuid;
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    const std::uint8_t high = kDigitValues[static_cast<std::uint8_t>(text[kDigitsAt[i]])];
    const std::uint8_t low = kDigitValues[static_cast<std::uint8_t>(text[kDigitsAt[i] + 1u])];
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return uuid;
}

std::optional<Uuid> Uuid::from_bytes(std::string_view bytes) {
  Uuid uuid;
  if (bytes.size() != uuid.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), uuid.bytes.begin());
  return uuid;
}

// --- New ids ---

namespace {

// RFC 9562, section 4: the version is the high half of byte 6, the variant the two high bits of byte 8.
void stamp(Uuid& uuid, std::uint8_t version) {
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | version << 4);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

Uuid new_uuid(Random& random, Instant now) {
  Uuid uuid;
  random.fill(std::span(uuid.bytes).subspan(6));
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(now.milliseconds, 0));
  for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  stamp(uuid, 7);
  return uuid;
}

Uuid derived_uuid(std::string_view name) {
  const std::string hash = hash128(name);
  Uuid uuid;
  std::copy(hash.begin(), hash.end(), uuid.bytes.begin());
  stamp(uuid, 8);
  return uuid;
}

// --- Cut ---

std::string Cut::to_string() const {
  char digits[24];
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, seq.value).ptr);
  text.push_back('.');
  return text.append(digits, std::to_chars(digits, digits + sizeof digits, mark, 16).ptr);
}

std::optional<Cut> Cut::parse(std::string_view text) {
  const char* const end = text.data() + text.size();
  Cut cut;
  const auto seq = std::from_chars(text.data(), end, cut.seq.value);
  if (seq.ec != std::errc() || cut.seq.value < 0 || seq.ptr == end || *seq.ptr != '.') return std::nullopt;
  const auto mark = std::from_chars(seq.ptr + 1, end, cut.mark, 16);
  if (mark.ec != std::errc() || mark.ptr != end) return std::nullopt;
  return cut;
}

}  // namespace satchel
