// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <array>

namespace satchel {

// --- Numbers ---

namespace {

template <class Int>
void append_little_endian(std::string& out, Int number) {
  char bytes[sizeof(Int)];
  for (std::size_t i = 0; i < sizeof(Int); ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  out.append(bytes, sizeof(Int));
}

template <class Int>
Int from_little_endian(std::string_view bytes) {
  Int number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    number |= static_cast<Int>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return number;
}

}  // namespace

void ByteWriter::u32(std::uint32_t number) { append_little_endian(out_, number); }
void ByteWriter::u64(std::uint64_t number) { append_little_endian(out_, number); }

void ByteWriter::varint(std::uint64_t number) {
  while (number >= 0x80) {
    out_.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out_.push_back(static_cast<char>(number));
}

std::uint8_t ByteReader::u8() {
  const auto byte = raw(1);
  return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte[0]);
}

std::uint32_t ByteReader::u32() { return from_little_endian<std::uint32_t>(raw(4)); }
std::uint64_t ByteReader::u64() { return from_little_endian<std::uint64_t>(raw(8)); }

// A number has one form: a form with superfluous zeros, or more than 64 bits, fails.
std::uint64_t ByteReader::varint() {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(rest_[i]);
    if (i == 9 && byte > 1) break;
    number |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i > 0) break;
    rest_.remove_prefix(i + 1);
    return number;
  }
  fail();
  return 0;
}

std::string_view ByteReader::raw(std::uint64_t size) {
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const auto bytes = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(bytes.size());
  return bytes;
}

void ByteReader::fail() {
  failed_ = true;
  rest_ = {};
}

// --- Hexadecimal and base64 ---

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// What a character stands for, or kNone. All real values are below kNone, so values or-ed together tell whether any
// was none.
using Values = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kNone = 0x80;

constexpr Values values_of(std::string_view digits) {
  Values values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr Values hex_values() {
  Values values = values_of(kHexDigits);
  for (std::uint8_t i = 0; i < 6; ++i) values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}

constexpr Values kHexValues = hex_values();
constexpr Values kBase64Values = values_of(kBase64);
constexpr Values kBase64UrlValues = values_of(kBase64Url);

constexpr std::uint32_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

enum class Padding { with, without };

std::string encode_base64(std::string_view bytes, std::string_view digits, Padding padding) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    const char four[] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]};
    out.append(four, 4);
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return out;
  const std::uint32_t group = byte_at(bytes, i) << 16 | (left == 2 ? byte_at(bytes, i + 1) << 8 : 0);
  out.push_back(digits[group >> 18]);
  out.push_back(digits[group >> 12 & 63]);
  if (left == 2) out.push_back(digits[group >> 6 & 63]);
  if (padding == Padding::with) out.append(3 - left, '=');
  return out;
}

// `text` has no padding any more. Left-over bits must be zero, so that bytes have one form only.
std::optional<std::string> decode_base64(std::string_view text, const Values& values) {
  const auto value_at = [&](std::size_t i) -> std::uint32_t { return values[static_cast<std::uint8_t>(text[i])]; };
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const std::uint32_t a = value_at(i), b = value_at(i + 1), c = value_at(i + 2), d = value_at(i + 3);
    if ((a | b | c | d) >= kNone) return std::nullopt;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    const char three[] = {static_cast<char>(group >> 16), static_cast<char>(group >> 8), static_cast<char>(group)};
    out.append(three, 3);
  }
  const std::size_t left = text.size() - i;
  if (left == 0) return out;
  if (left == 1) return std::nullopt;
  const std::uint32_t a = value_at(i), b = value_at(i + 1), c = left == 3 ? value_at(i + 2) : 0;
  if ((a | b | c) >= kNone) return std::nullopt;
  const std::uint32_t group = a << 18 | b << 12 | c << 6;
  if ((group & (left == 3 ? 0xFF : 0xFFFF)) != 0) return std::nullopt;
  out.push_back(static_cast<char>(group >> 16));
  if (left == 3) out.push_back(static_cast<char>(group >> 8));
  return out;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out.push_back(kHexDigits[byte_at(bytes, i) >> 4]);
    out.push_back(kHexDigits[byte_at(bytes, i) & 15]);
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = kHexValues[byte_at(text, i)], low = kHexValues[byte_at(text, i + 1)];
    if ((high | low) >= kNone) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

std::string to_base64(std::string_view bytes) { return encode_base64(bytes, kBase64, Padding::with); }
std::string to_base64url(std::string_view bytes) { return encode_base64(bytes, kBase64Url, Padding::without); }

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.ends_with('=')) text.remove_suffix(1);
  return decode_base64(text, kBase64Values);
}

std::optional<std::string> from_base64url(std::string_view text) { return decode_base64(text, kBase64UrlValues); }

}  // namespace satchel
