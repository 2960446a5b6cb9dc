// SPDX-License-Identifier: Apache-2.0
//
// Key: 32 random bytes that open an encrypted file. It is used as it is; no password is stretched here (that is the
// vault's business). Always true: no copy of the bytes outlives its Key, and nothing here can print one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace satchel::edge::sqlite {

// Overwrites bytes in a way that the compiler may not leave out.
void wipe(std::span<std::uint8_t> bytes);

class Key {
 public:
  static constexpr std::size_t kSize = 32;

  explicit Key(std::span<const std::uint8_t, kSize> bytes);
  // nullopt unless `bytes` are exactly 32.
  static std::optional<Key> from_bytes(std::string_view bytes);
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { wipe(bytes_); }

  std::span<const std::uint8_t, kSize> bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, kSize> bytes_{};
};

}  // namespace satchel::edge::sqlite
