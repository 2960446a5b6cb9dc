// SPDX-License-Identifier: Apache-2.0
//
// Cryptography from what the database brings along (SQLite3 Multiple Ciphers), for where there is no libsodium: Argon2id of
// RFC 9106, and ChaCha20-Poly1305 of RFC 8439.
//
//   sealed = nonce (12 bytes) | ciphertext | tag (16)
//
// Twelve random bytes are few for a key that is used often. The vault's are used once: each key file has a salt of its own, and so a
// key of its own.
#pragma once

#include <span>

#include "device/vault/vault.h"

namespace satchel::device::vault {

class BuiltInCryptography final : public Cryptography {
 public:
  std::array<std::uint8_t, 32> argon2id(std::string_view password, std::string_view salt, std::uint32_t memory_kib,
                                        std::uint32_t iterations) override;
  std::string seal(const std::array<std::uint8_t, 32>& key, std::string_view plain, Random& random) override;
  std::optional<std::string> open(const std::array<std::uint8_t, 32>& key, std::string_view sealed) override;
};

// RFC 8439, section 2.8: ciphertext and tag. `more` is authenticated, but not in the result.
using Nonce = std::array<std::uint8_t, 12>;
std::string seal_with(const std::array<std::uint8_t, 32>& key, const Nonce& nonce, std::string_view plain,
                      std::string_view more = {});
std::optional<std::string> open_with(const std::array<std::uint8_t, 32>& key, const Nonce& nonce,
                                     std::string_view sealed, std::string_view more = {});

}  // namespace satchel::device::vault
