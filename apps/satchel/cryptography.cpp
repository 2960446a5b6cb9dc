// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/cryptography.h"

#include <sodium.h>

#include "base/hash.h"

namespace satchel::apps {

std::array<std::uint8_t, 32> SodiumCryptography::argon2id(std::string_view password, std::string_view salt,
                                                          std::uint32_t memory_kib, std::uint32_t iterations) {
  // libsodium takes salts of exactly 16 bytes; a longer one is hashed down to that.
  std::array<std::uint8_t, crypto_pwhash_SALTBYTES> short_salt{};
  crypto_generichash(short_salt.data(), short_salt.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                     salt.size(), nullptr, 0);
  std::array<std::uint8_t, 32> key{};
  const int failed = crypto_pwhash(key.data(), key.size(), password.data(), password.size(), short_salt.data(),
                                   iterations, std::size_t{memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) std::abort();  // out of memory: no key may be made from nothing
  return key;
}

std::string SodiumCryptography::seal(const std::array<std::uint8_t, 32>& key, std::string_view plain, Random& random) {
  constexpr auto kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  std::string sealed(kNonce + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(sealed.data());
  random.fill({bytes, kNonce});
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + kNonce, &size,
                                             reinterpret_cast<const unsigned char*>(plain.data()), plain.size(),
                                             nullptr, 0, nullptr, bytes, key.data());
  sealed.resize(kNonce + size);
  return sealed;
}

std::optional<std::string> SodiumCryptography::open(const std::array<std::uint8_t, 32>& key, std::string_view sealed) {
  constexpr auto kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr auto kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(sealed.data());
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), &size, nullptr,
                                                 bytes + kNonce, sealed.size() - kNonce, nullptr, 0, bytes,
                                                 key.data()) != 0)
    return std::nullopt;
  plain.resize(size);
  return plain;
}

}  // namespace satchel::apps
