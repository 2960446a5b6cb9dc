// SPDX-License-Identifier: Apache-2.0
#include "device/vault/built_in_cryptography.h"

#include <satchel_argon2id.h>
#include <satchel_chacha20.h>

#include <algorithm>
#include <cstdlib>

namespace satchel::device::vault {
namespace {

constexpr std::size_t kTagSize = 16;
using Tag = std::array<std::uint8_t, kTagSize>;
using KeyBytes = std::array<std::uint8_t, 32>;

void append_padded(std::string& out, std::string_view bytes) {
  out.append(bytes);
  out.append((16 - bytes.size() % 16) % 16, '\0');
}

void append_size(std::string& out, std::uint64_t size) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(size >> (8 * i)));
}

// RFC 8439, sections 2.6 and 2.8: the tag's key is the first half of block 0.
Tag tag_of(const KeyBytes& key, const Nonce& nonce, std::string_view ciphertext, std::string_view more) {
  KeyBytes once{};
  satchel_chacha20_xor(once.data(), once.size(), key.data(), nonce.data(), 0);
  std::string message;
  append_padded(message, more);
  append_padded(message, ciphertext);
  append_size(message, more.size());
  append_size(message, ciphertext.size());
  Tag tag{};
  satchel_poly1305(message.data(), message.size(), once.data(), tag.data());
  return tag;
}

// Takes as long for the first wrong byte as for the last.
bool are_equal(const Tag& tag, std::string_view other) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < tag.size(); ++i) difference |= tag[i] ^ static_cast<std::uint8_t>(other[i]);
  return difference == 0;
}

}  // namespace

std::string seal_with(const KeyBytes& key, const Nonce& nonce, std::string_view plain, std::string_view more) {
  std::string sealed(plain);
  satchel_chacha20_xor(sealed.data(), sealed.size(), key.data(), nonce.data(), 1);
  const auto tag = tag_of(key, nonce, sealed, more);
  sealed.append(tag.begin(), tag.end());
  return sealed;
}

std::optional<std::string> open_with(const KeyBytes& key, const Nonce& nonce, std::string_view sealed,
                                     std::string_view more) {
  if (sealed.size() < kTagSize) return std::nullopt;
  const auto ciphertext = sealed.substr(0, sealed.size() - kTagSize);
  if (!are_equal(tag_of(key, nonce, ciphertext, more), sealed.substr(ciphertext.size()))) return std::nullopt;
  std::string plain(ciphertext);
  satchel_chacha20_xor(plain.data(), plain.size(), key.data(), nonce.data(), 1);
  return plain;
}

KeyBytes BuiltInCryptography::argon2id(std::string_view password, std::string_view salt, std::uint32_t memory_kib,
                                       std::uint32_t iterations) {
  KeyBytes key{};
  const int failed = satchel_argon2id(password.data(), password.size(), salt.data(), salt.size(), memory_kib,
                                      iterations, key.data(), key.size());
  if (failed != 0) std::abort();  // out of memory: no key may be made from nothing
  return key;
}

std::string BuiltInCryptography::seal(const KeyBytes& key, std::string_view plain, Random& random) {
  Nonce nonce{};
  random.fill(nonce);
  return std::string(nonce.begin(), nonce.end()) + seal_with(key, nonce, plain);
}

std::optional<std::string> BuiltInCryptography::open(const KeyBytes& key, std::string_view sealed) {
  Nonce nonce{};
  if (sealed.size() < nonce.size()) return std::nullopt;
  std::copy(sealed.begin(), sealed.begin() + nonce.size(), nonce.begin());
  return open_with(key, nonce, sealed.substr(nonce.size()));
}

}  // namespace satchel::device::vault
