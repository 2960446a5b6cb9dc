// SPDX-License-Identifier: Apache-2.0
//
// Bytes in and out. Numbers are little-endian or LEB128 variable-length ("varint"); signed ones zigzag first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace satchel {

// Appends to a string of bytes.
class ByteWriter {
 public:
  void u8(std::uint8_t byte) { out_.push_back(static_cast<char>(byte)); }
  void u32(std::uint32_t number);
  void u64(std::uint64_t number);
  void varint(std::uint64_t number);
  void zigzag(std::int64_t number) {
    varint((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }
  // Length as varint, then the bytes.
  void text(std::string_view bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  void raw(std::string_view bytes) { out_.append(bytes); }

  std::size_t size() const { return out_.size(); }
  const std::string& bytes() const { return out_; }
  std::string take() { return std::move(out_); }
  void clear() { out_.clear(); }

 private:
  std::string out_;
};

// Reads from bytes that outlive it. After the first read past the end `failed()` stays true and reads give zeros and
// empty views, so a decoder may check once at its end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::uint64_t varint();
  std::int64_t zigzag() {
    const std::uint64_t number = varint();
    return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
  }
  std::string_view text() { return raw(varint()); }
  std::string_view raw(std::uint64_t size);

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  void fail();

  std::string_view rest_;
  bool failed_ = false;
};

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);
// RFC 4648, section 4 (with padding) and section 5 (URL-safe, without).
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace satchel
