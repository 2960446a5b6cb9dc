// SPDX-License-Identifier: Apache-2.0
//
// Seal: hashes that nobody can make without the key, and hashes that nobody can turn back (BLAKE2b). For what the server
// hands out and takes back: cursors, tokens.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace satchel::server::access {

inline constexpr std::size_t kSealSize = 16;
inline constexpr std::size_t kSecretSize = 32;

// 16 bytes that prove that somebody with `secret` wrote `message`. `secret` has 32 bytes.
std::string seal(std::string_view secret, std::string_view message);
// Locked up under `key` (32 bytes), so that nobody reads or alters it without; `about` must be the same when it's opened
// (XChaCha20-Poly1305; the nonce stands in front).
std::string lock_up(std::string_view key, Random& random, std::string_view about, std::string_view message);
std::optional<std::string> open_up(std::string_view key, std::string_view about, std::string_view locked);
// Compares in a time that doesn't tell where the two differ.
bool same_secret(std::string_view a, std::string_view b);
// 32 bytes under which a token is stored.
std::string token_hash(std::string_view token);

}  // namespace satchel::server::access
