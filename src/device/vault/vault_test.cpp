// SPDX-License-Identifier: Apache-2.0
#include "device/vault/vault.h"

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"
#include "device/vault/limits.h"

namespace satchel::device::vault {
namespace {

// Quick and worthless, but it keeps the contract: the same inputs give the same key, a box opens with its own key only.
class QuickCryptography final : public Cryptography {
 public:
  std::array<std::uint8_t, 32> argon2id(std::string_view password, std::string_view salt, std::uint32_t memory_kib,
                                        std::uint32_t iterations) override {
    ++derivations;
    const auto all =
        std::string(password) + "/" + std::string(salt) + std::to_string(memory_kib) + "/" + std::to_string(iterations);
    const auto half = hash128(all), other = hash128(all + "2");
    std::array<std::uint8_t, 32> out{};
    std::copy(half.begin(), half.end(), out.begin());
    std::copy(other.begin(), other.end(), out.begin() + 16);
    return out;
  }
  std::string seal(const std::array<std::uint8_t, 32>& key, std::string_view plain, Random& random) override {
    std::array<std::uint8_t, 24> bytes{};
    random.fill(bytes);
    const std::string nonce(bytes.begin(), bytes.end());
    return nonce + masked(key, nonce, plain) + tag(key, nonce, plain);
  }
  std::optional<std::string> open(const std::array<std::uint8_t, 32>& key, std::string_view sealed) override {
    if (sealed.size() < 40) return std::nullopt;
    const auto nonce = sealed.substr(0, 24);
    const auto plain = masked(key, nonce, sealed.substr(24, sealed.size() - 40));
    if (tag(key, nonce, plain) != sealed.substr(sealed.size() - 16)) return std::nullopt;
    return plain;
  }
  int derivations = 0;

 private:
  static std::string key_text(const std::array<std::uint8_t, 32>& key) { return {key.begin(), key.end()}; }
  static std::string tag(const std::array<std::uint8_t, 32>& key, std::string_view nonce, std::string_view plain) {
    return hash128(key_text(key) + std::string(nonce) + std::string(plain));
  }
  static std::string masked(const std::array<std::uint8_t, 32>& key, std::string_view nonce, std::string_view text) {
    std::string out(text);
    std::string mask;
    while (mask.size() < out.size()) mask += hash128(key_text(key) + std::string(nonce) + std::to_string(mask.size()));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ mask[i]);
    return out;
  }
};

constexpr Instant kNow = Instant::of_seconds(1'800'000'000);

Json parsed(const std::string& file) { return *Json::parse(file); }

// Unlocks and writes the file back, as a host does.
Result<StoreKey> try_pin(std::string& file, Cryptography& cryptography, std::string_view pin, Instant now) {
  auto unlocked = unlock(file, cryptography, pin, now);
  if (unlocked.file) file = *unlocked.file;
  return unlocked.key;
}

}  // namespace

TEST_CASE("a key without a PIN lies in its file and opens at once") {
  SeededRandom random(1);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, std::nullopt);
  CHECK_FALSE(needs_pin(made.file));
  const auto unlocked = unlock(made.file, cryptography, std::nullopt, kNow);
  REQUIRE(unlocked.key.ok());
  CHECK(unlocked.key->bytes() == made.key.bytes());
  CHECK_FALSE(unlocked.file.has_value());
  CHECK(cryptography.derivations == 0);
}

TEST_CASE("a key with a PIN isn't in its file and opens with the PIN only") {
  SeededRandom random(2);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, Pin{"2468"});
  CHECK(needs_pin(made.file));
  const std::string bytes(made.key.bytes().begin(), made.key.bytes().end());
  CHECK(made.file.find(to_base64(bytes)) == std::string::npos);
  CHECK(parsed(made.file).integer_at("memory_kib") == kMemoryKib);
  const auto unlocked = unlock(made.file, cryptography, "2468", kNow);
  REQUIRE(unlocked.key.ok());
  CHECK(unlocked.key->bytes() == made.key.bytes());
  CHECK_FALSE(unlocked.file.has_value());  // Nothing was counted, so nothing needs writing.
  CHECK(unlock(made.file, cryptography, std::nullopt, kNow).key.error().code == ErrorCode::locked);
}

TEST_CASE("two keys are different, and so are two files of one key") {
  SeededRandom random(3);
  QuickCryptography cryptography;
  const auto one = create_key(random, cryptography, Pin{"1111"});
  const auto other = create_key(random, cryptography, Pin{"1111"});
  CHECK(one.key.bytes() != other.key.bytes());
  CHECK(key_file(one.key, random, cryptography, Pin{"1111"}) != one.file);
}

// The waits of the header, one after the other; each try comes when its wait is just over.
TEST_CASE("wrong PINs are counted, slowed, and end in a lock") {
  SeededRandom random(4);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, Pin{"2468"});
  auto file = made.file;
  auto now = kNow;
  for (std::int64_t failures = 1; failures < kTriesMax; ++failures) {
    CAPTURE(failures);
    const auto wrong = try_pin(file, cryptography, "1357", now);
    CHECK(wrong.error().code == ErrorCode::wrong_password);
    CHECK(wrong.error().message.find(std::to_string(kTriesMax - failures)) != std::string::npos);
    CHECK(parsed(file).integer_at("failures") == failures);
    const auto wait = kWaitSeconds[static_cast<std::size_t>(failures - 1)];
    if (wait > 0) {
      const int derivations = cryptography.derivations;
      CHECK(try_pin(file, cryptography, "2468", now + Duration::of_seconds(wait - 1)).error().code ==
            ErrorCode::locked);
      CHECK(cryptography.derivations == derivations);  // A try in the wait isn't one.
      CHECK(parsed(file).integer_at("failures") == failures);
    }
    now = now + Duration::of_seconds(wait);
  }
  CHECK(try_pin(file, cryptography, "1357", now).error().code == ErrorCode::locked);
  CHECK(try_pin(file, cryptography, "2468", now + Duration::of_days(365)).error().code == ErrorCode::locked);

  file = *forgive_failures(file);
  CHECK(try_pin(file, cryptography, "2468", now)->bytes() == made.key.bytes());
}

TEST_CASE("the right PIN forgives earlier mistakes") {
  SeededRandom random(5);
  QuickCryptography cryptography;
  auto file = create_key(random, cryptography, Pin{"2468"}).file;
  CHECK_FALSE(try_pin(file, cryptography, "1", kNow).ok());
  CHECK_FALSE(try_pin(file, cryptography, "2", kNow).ok());
  CHECK(try_pin(file, cryptography, "2468", kNow).ok());
  CHECK(parsed(file).integer_at("failures") == 0);
}

TEST_CASE("a clock set back doesn't lengthen the wait") {
  SeededRandom random(6);
  QuickCryptography cryptography;
  auto file = create_key(random, cryptography, Pin{"2468"}).file;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(try_pin(file, cryptography, "1", kNow).ok());
  const auto years_ago = kNow - Duration::of_days(3650);
  CHECK(try_pin(file, cryptography, "2468", years_ago).error().code == ErrorCode::locked);
  CHECK(try_pin(file, cryptography, "2468", years_ago + Duration::of_seconds(1)).ok());
}

TEST_CASE("a PIN is changed and taken away without a new key") {
  SeededRandom random(7);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, Pin{"2468"});
  const auto changed = key_file(made.key, random, cryptography, Pin{"9999"});
  CHECK_FALSE(unlock(changed, cryptography, "2468", kNow).key.ok());
  CHECK(unlock(changed, cryptography, "9999", kNow).key->bytes() == made.key.bytes());
  const auto open = key_file(made.key, random, cryptography, std::nullopt);
  CHECK(unlock(open, cryptography, std::nullopt, kNow).key->bytes() == made.key.bytes());
}

TEST_CASE("S5: the organisation says how many tries there are, and how long a PIN is") {
  SeededRandom random(10);
  QuickCryptography cryptography;
  auto file = create_key(random, cryptography, Pin{"2468", {}, 3}).file;
  CHECK(try_pin(file, cryptography, "1", kNow).error().code == ErrorCode::wrong_password);
  CHECK(try_pin(file, cryptography, "2", kNow).error().code == ErrorCode::wrong_password);
  CHECK_FALSE(needs_server(file));
  CHECK(try_pin(file, cryptography, "3", kNow + Duration::of_hours(1)).error().code == ErrorCode::locked);
  CHECK(needs_server(file));
  CHECK(try_pin(file, cryptography, "2468", kNow + Duration::of_days(1)).error().code == ErrorCode::locked);
  file = *forgive_failures(file);
  CHECK_FALSE(needs_server(file));
  CHECK(try_pin(file, cryptography, "2468", kNow).ok());

  CHECK(check_pin("2468", {}).ok());
  CHECK(check_pin("246", {}).error().rule == "S5");
  CHECK(check_pin("24680", {.length_min = 6}).error().message.find("6") != std::string::npos);
  CHECK(check_pin("äöüß", {}).ok());
}

TEST_CASE("S5: the lock is opened by the sign-in of the user whose PIN it was, and the file doesn't tell who that is") {
  SeededRandom random(11);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, Pin{"2468", "http://here east1@demo"});
  CHECK(made.file.find("east1") == std::string::npos);
  CHECK(is_owner(made.file, cryptography, "http://here east1@demo"));
  CHECK_FALSE(is_owner(made.file, cryptography, "http://here west1@demo"));
  CHECK(is_owner(create_key(random, cryptography, Pin{"2468"}).file, cryptography, "anybody"));
}

TEST_CASE("S5: a store that was locked by hand opens with no PIN until the lock is taken away") {
  SeededRandom random(12);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, Pin{"2468"});
  const auto locked = *with_lock(made.file, true);
  CHECK(unlock(locked, cryptography, "2468", kNow).key.error().code == ErrorCode::locked);
  CHECK(unlock(*with_lock(locked, false), cryptography, "2468", kNow).key.ok());
  CHECK(with_lock(create_key(random, cryptography, std::nullopt).file, true).error().rule == "S5");
}

// Every byte of the file is lost once, and every one is changed once: an error or the right key, never a crash or another key.
TEST_CASE("a damaged key file is an error") {
  SeededRandom random(8);
  QuickCryptography cryptography;
  for (const auto pin : {std::optional<std::string_view>(), std::optional<std::string_view>("2468")}) {
    const auto made = create_key(random, cryptography, pin ? std::optional(Pin{*pin}) : std::nullopt);
    for (std::size_t i = 0; i < made.file.size(); ++i) {
      CAPTURE(i);
      const auto cut = unlock(made.file.substr(0, i), cryptography, pin, kNow);
      CHECK(cut.key.error().code == ErrorCode::store_damaged);
      auto changed = made.file;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      const auto unlocked = unlock(changed, cryptography, pin, kNow);
      if (pin && unlocked.key.ok()) CHECK(unlocked.key->bytes() == made.key.bytes());
    }
  }
}

TEST_CASE("a key file can't ask for all of the machine, nor for more tries") {
  SeededRandom random(9);
  QuickCryptography cryptography;
  const auto made = create_key(random, cryptography, Pin{"2468"});
  const auto with = [&](std::string_view name, Json value) {
    auto json = parsed(made.file);
    json.set(name, std::move(value));
    return unlock(json.dump(), cryptography, "2468", kNow).key;
  };
  CHECK(with("memory_kib", 4'000'000'000).error().code == ErrorCode::store_damaged);
  CHECK(with("iterations", 1'000'000).error().code == ErrorCode::store_damaged);
  CHECK(with("iterations", 0).error().code == ErrorCode::store_damaged);
  CHECK(with("failures", -5).error().code == ErrorCode::store_damaged);
  CHECK(with("tries_max", 1'000'000).error().code == ErrorCode::store_damaged);
  CHECK(with("failures", nullptr).error().code == ErrorCode::store_damaged);
  CHECK(with("format", 2).error().code == ErrorCode::store_newer);
  CHECK(with("protection", "none").error().code == ErrorCode::store_damaged);
}

}  // namespace satchel::device::vault
