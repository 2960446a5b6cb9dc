// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/vault/vault.h"

namespace satchel::apps {

// The vault's primitives by libsodium.
class SodiumCryptography final : public device::vault::Cryptography {
 public:
  std::array<std::uint8_t, 32> argon2id(std::string_view password, std::string_view salt, std::uint32_t memory_kib,
                                        std::uint32_t iterations) override;
  std::string seal(const std::array<std::uint8_t, 32>& key, std::string_view plain, Random& random) override;
  std::optional<std::string> open(const std::array<std::uint8_t, 32>& key, std::string_view sealed) override;
};

}  // namespace satchel::apps
