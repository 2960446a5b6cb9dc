// SPDX-License-Identifier: Apache-2.0
#include "edge/sqlite/key.h"

#include <algorithm>

namespace satchel::edge::sqlite {

void wipe(std::span<std::uint8_t> bytes) {
  for (volatile std::uint8_t& byte : bytes) byte = 0;
}

Key::Key(std::span<const std::uint8_t, kSize> bytes) { std::copy(bytes.begin(), bytes.end(), bytes_.begin()); }

std::optional<Key> Key::from_bytes(std::string_view bytes) {
  if (bytes.size() != kSize) return std::nullopt;
  return Key(std::span<const std::uint8_t, kSize>(reinterpret_cast<const std::uint8_t*>(bytes.data()), kSize));
}

}  // namespace satchel::edge::sqlite
