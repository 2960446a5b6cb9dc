// SPDX-License-Identifier: Apache-2.0
#include "device/vault/built_in_cryptography.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/bytes.h"

namespace satchel::device::vault {
namespace {

std::string bytes(std::string_view hex) { return *from_hex(hex); }

template <std::size_t kSize>
std::array<std::uint8_t, kSize> array(std::string_view hex) {
  const auto text = bytes(hex);
  std::array<std::uint8_t, kSize> out{};
  std::copy(text.begin(), text.end(), out.begin());
  return out;
}

TEST_CASE("ChaCha20-Poly1305 gives what RFC 8439 says") {
  SUBCASE("section 2.8.2: sealing") {
    const auto key = array<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    const auto nonce = array<12>("070000004041424344454647");
    const auto more = bytes("50515253c0c1c2c3c4c5c6c7");
    const std::string plain =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
        "be "
        "it.";
    const auto sealed = seal_with(key, nonce, plain, more);
    CHECK(to_hex(sealed) ==
          "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e06"
          "0b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d265"
          "86cec64b61161ae10b594f09e26a7e902ecbd0600691");
    CHECK(open_with(key, nonce, sealed, more) == plain);
    CHECK_FALSE(open_with(key, nonce, sealed, "other"));
  }
  SUBCASE("appendix A.5: opening") {
    const auto key = array<32>("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
    const auto nonce = array<12>("000000000102030405060708");
    const auto more = bytes("f33388860000000000004e91");
    const auto sealed = bytes(
        "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c"
        "321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61"
        "c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0"
        "a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434e"
        "cebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4"
        "022b02709beead9d67890cbb22392336fea1851f38");
    const auto plain = open_with(key, nonce, sealed, more);
    REQUIRE(plain);
    CHECK(plain->rfind("Internet-Drafts are draft documents", 0) == 0);
    CHECK(plain->size() == 265);
  }
}

TEST_CASE("each changed byte of a sealed text is noticed") {
  BuiltInCryptography cryptography;
  SeededRandom random(1);
  const auto key = array<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const auto sealed = cryptography.seal(key, "the store's key", random);
  CHECK(cryptography.open(key, sealed) == "the store's key");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(cryptography.open(key, changed));
  }
  CHECK_FALSE(cryptography.open(key, sealed.substr(0, 20)));
}

TEST_CASE("a key sealed by a PIN is opened by it and by no other") {
  BuiltInCryptography cryptography;
  SeededRandom random(2);
  const auto made = create_key(random, cryptography, Pin{"4711"});
  CHECK(unlock(made.file, cryptography, "4711", Instant{1}).key->bytes() == made.key.bytes());
  CHECK(unlock(made.file, cryptography, "4712", Instant{1}).key.error().code == ErrorCode::wrong_password);
}

}  // namespace
}  // namespace satchel::device::vault
