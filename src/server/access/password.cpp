// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>

#include <array>
#include <cassert>
#include <cstring>

#include "server/access/limits.h"
#include "server/access/sessions.h"

namespace satchel::server::access {
namespace {

// Salts come from libsodium's own source of chance: it is the edge here, as the operating system is for Random.
class Argon2idHasher final : public PasswordHasher {
 public:
  Argon2idHasher() {
    const int code = sodium_init();
    assert(code >= 0);
    (void)code;
  }

  // "" without 64 MiB of memory.
  std::string hash(std::string_view password) override {
    std::array<char, crypto_pwhash_STRBYTES> out{};
    const int code =
        crypto_pwhash_str(out.data(), password.data(), password.size(), kPasswordPasses, kPasswordMemoryBytes);
    return code == 0 ? std::string(out.data()) : std::string();
  }

  bool verify(std::string_view password, std::string_view hash) override {
    if (hash.size() >= crypto_pwhash_STRBYTES) return false;
    std::array<char, crypto_pwhash_STRBYTES> stored{};
    std::memcpy(stored.data(), hash.data(), hash.size());
    return crypto_pwhash_str_verify(stored.data(), password.data(), password.size()) == 0;
  }
};

}  // namespace

std::unique_ptr<PasswordHasher> make_argon2id_hasher() { return std::make_unique<Argon2idHasher>(); }

}  // namespace satchel::server::access
