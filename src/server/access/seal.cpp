// SPDX-License-Identifier: Apache-2.0
#include "server/access/seal.h"

#include <sodium.h>

#include <cassert>

namespace satchel::server::access {
namespace {

std::string blake2b(std::size_t size, std::string_view message, std::string_view key) {
  std::string out(size, '\0');
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  const int code = crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(), bytes(message),
                                      message.size(), key.empty() ? nullptr : bytes(key), key.size());
  assert(code == 0);
  (void)code;
  return out;
}

}  // namespace

std::string seal(std::string_view secret, std::string_view message) {
  assert(secret.size() == kSecretSize);
  return blake2b(kSealSize, message, secret);
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string lock_up(std::string_view key, Random& random, std::string_view about, std::string_view message) {
  assert(key.size() == kSecretSize);
  std::string out(kNonceSize + message.size() + kTagSize, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(out.data()), kNonceSize});
  auto* start = reinterpret_cast<unsigned char*>(out.data());
  crypto_aead_xchacha20poly1305_ietf_encrypt(start + kNonceSize, nullptr, bytes(message), message.size(), bytes(about),
                                             about.size(), nullptr, start, bytes(key));
  return out;
}

std::optional<std::string> open_up(std::string_view key, std::string_view about, std::string_view locked) {
  if (key.size() != kSecretSize || locked.size() < kNonceSize + kTagSize) return std::nullopt;
  std::string out(locked.size() - kNonceSize - kTagSize, '\0');
  const auto sealed = locked.substr(kNonceSize);
  const int code = crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(out.data()), nullptr,
                                                              nullptr, bytes(sealed), sealed.size(), bytes(about),
                                                              about.size(), bytes(locked), bytes(key));
  return code == 0 ? std::optional(std::move(out)) : std::nullopt;
}

std::string token_hash(std::string_view token) { return blake2b(32, token, {}); }

}  // namespace satchel::server::access
