// SPDX-License-Identifier: Apache-2.0
//
// Vault: the key of the store. The key is random; what lies on disk is either the key itself in a file that only its owner may read
// (no PIN; C5 warns), or the key sealed under one derived from the PIN.
//
//   key file = {"format":1,"protection":"file","key":"<base64>"}
//            | {"format":1,"protection":"pin","salt":"<base64>","memory_kib":19456,"iterations":2,"sealed":"<base64 of nonce+box>",
//               "tries_max":7,"owner_mark":"<base64>","failures":0,"wait_until":0,"locked":false}
//
// Always true:
//   - A PIN change seals anew; the store is not re-encrypted.
//   - Wrong PINs are counted in the file before the answer is given, and slowed: 0, 0, 1, 5, 15, 60, 60 … s; behind the last one that
//     the policy lets, a lock that a sign-in at the server opens (S5).
//   - No copy of a key or of what a PIN became outlives its use here, but for the text of a file without a PIN.
//
// The vault doesn't know files: the caller writes the text where only its owner may read it, and writes it *before* telling
// the user that a PIN was wrong.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "device/vault/limits.h"

namespace satchel::device::vault {

// 32 bytes, wiped when they go.
class StoreKey {
 public:
  StoreKey() = default;
  explicit StoreKey(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  StoreKey(const StoreKey&) = default;
  StoreKey& operator=(const StoreKey&) = default;
  ~StoreKey();
  const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// What the vault needs of cryptography: libsodium natively, the same primitives in the browser.
class Cryptography {
 public:
  virtual ~Cryptography() = default;
  virtual std::array<std::uint8_t, 32> argon2id(std::string_view password, std::string_view salt,
                                                std::uint32_t memory_kib, std::uint32_t iterations) = 0;
  // Authenticated encryption (XChaCha20-Poly1305); nonce in front.
  virtual std::string seal(const std::array<std::uint8_t, 32>& key, std::string_view plain, Random& random) = 0;
  virtual std::optional<std::string> open(const std::array<std::uint8_t, 32>& key, std::string_view sealed) = 0;
};

// What the organisation asks of a PIN (S5).
struct PinPolicy {
  std::int64_t length_min = kPinLengthMin;  // characters
  std::int64_t tries_max = kTriesMax;
};
// Errors: bad_value with what is asked for.
Result<void> check_pin(std::string_view pin, const PinPolicy& policy);

// A PIN and what goes into the file beside the key that it seals.
struct Pin {
  std::string_view text;
  std::string_view owner = {};  // server and user: whose sign-in opens the lock. Kept as what Argon2id makes of it
  std::int64_t tries_max = kTriesMax;
};

struct NewKey {
  StoreKey key;
  std::string file;  // the key file's text
};
NewKey create_key(Random& random, Cryptography& cryptography, const std::optional<Pin>& pin);

// The key file's text for a key that is there: sets, changes or takes away the PIN.
std::string key_file(const StoreKey& key, Random& random, Cryptography& cryptography, const std::optional<Pin>& pin);

// What came of an unlock: the key, or why not; `file` is to be written back when set (the count of failures moved).
struct Unlocked {
  Result<StoreKey> key;
  std::optional<std::string> file;
};
// Errors: wrong_password with how many tries are left, locked while slowed or for good or without a PIN, store_damaged for a
// file that can't be read, store_newer for a format of later.
// A clock set back doesn't lengthen the wait beyond its 60 s; one set forward shortens it, so the lock counts tries, not time.
Unlocked unlock(std::string_view file, Cryptography& cryptography, std::optional<std::string_view> pin, Instant now);

// The file with its failures forgiven, once the server has signed the same user in again (S5). Errors: as unlock for the file.
Result<std::string> forgive_failures(std::string_view file);
// Whether it's that user: a file that doesn't say whose it is trusts the store inside to ask.
bool is_owner(std::string_view file, Cryptography& cryptography, std::string_view owner);
// No PIN opens it any more, until its failures are forgiven.
bool needs_server(std::string_view file);

// Locked by hand or by idleness: `unlock` refuses whatever PIN it's given, until the lock is taken away. Errors: bad_request for a
// file without a PIN, as nothing would be locked; as unlock for the file.
Result<std::string> with_lock(std::string_view file, bool is_locked);
bool is_locked(std::string_view file);

// The file as it stands under the organisation's policy of today; a file without a PIN stays as it is. Errors: as unlock for the file.
Result<std::string> with_tries(std::string_view file, std::int64_t tries_max);

bool needs_pin(std::string_view file);

}  // namespace satchel::device::vault
