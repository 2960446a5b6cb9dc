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

std::string token_hash(std::string_view token) { return blake2b(32, token, {}); }

}  // namespace satchel::server::access
