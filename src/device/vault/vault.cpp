// SPDX-License-Identifier: Apache-2.0
#include "device/vault/vault.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "base/json.h"

namespace satchel::device::vault {
namespace {

using KeyBytes = std::array<std::uint8_t, 32>;

constexpr std::int64_t kFormat = 1;

// Through a volatile pointer, or the compiler would leave out writes to memory that nobody reads again.
void wipe(void* bytes, std::size_t size) {
  auto* at = static_cast<volatile std::uint8_t*>(bytes);
  for (std::size_t i = 0; i < size; ++i) at[i] = 0;
}

// Wipes what it holds when the scope ends.
template <class Bytes>
struct Secret {
  Bytes bytes;
  ~Secret() { wipe(bytes.data(), bytes.size()); }
};

std::string_view view_of(const KeyBytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::optional<StoreKey> key_of(std::string_view bytes) {
  if (bytes.size() != KeyBytes().size()) return std::nullopt;
  Secret<KeyBytes> key;
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return StoreKey(key.bytes);
}

Error damaged(std::string_view what) {
  return {ErrorCode::store_damaged, "The key file can't be read: its " + std::string(what) +
                                        ". Take it from a backup; without it the store can't be opened."};
}

Error wrong_pin(std::int64_t failures, std::int64_t tries_max) {
  const auto left = tries_max - failures;
  if (left <= 0)
    return {ErrorCode::locked,
            "That was the last wrong PIN: this store is locked. Sign in at the server to open it again.",
            {},
            "S5"};
  return {ErrorCode::wrong_password,
          "The PIN is wrong. " + std::to_string(left) + (left == 1 ? " try is left." : " tries are left."),
          {},
          "S5"};
}

// A key file, read.
struct KeyFile {
  bool has_pin = false;
  Secret<std::string> key;  // without a PIN
  std::string salt;
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::string sealed;
  std::int64_t tries_max = kTriesMax;
  std::int64_t failures = 0;
  Instant wait_until;
  bool is_locked = false;
};

Result<std::string> bytes_at(const Json& json, std::string_view name) {
  auto bytes = from_base64(json.string_at(name));
  if (!bytes || bytes->empty()) return damaged(std::string(name) + " is missing or isn't base64");
  return std::move(*bytes);
}

Result<std::uint32_t> cost_at(const Json& json, std::string_view name, std::uint32_t min, std::uint32_t max) {
  const auto cost = json.integer_at(name);
  if (cost < min || cost > max) return damaged(std::string(name) + " is out of range");
  return static_cast<std::uint32_t>(cost);
}

Result<KeyFile> read_pin(const Json& json) {
  KeyFile file;
  file.has_pin = true;
  file.salt = TRY(bytes_at(json, "salt"));
  if (file.salt.size() < 8) return damaged("salt is too short");
  file.memory_kib = TRY(cost_at(json, "memory_kib", kMemoryKibMin, kMemoryKibMax));
  file.iterations = TRY(cost_at(json, "iterations", 1, kIterationsMax));
  file.sealed = TRY(bytes_at(json, "sealed"));
  // A count that somebody removed or made negative must not give more tries.
  const auto* failures = json.find("failures");
  if (failures == nullptr || failures->as_integer() == nullptr || *failures->as_integer() < 0)
    return damaged("failures aren't a number");
  file.failures = *failures->as_integer();
  file.tries_max = json.integer_at("tries_max", kTriesMax);
  if (file.tries_max < kTriesMaxLeast || file.tries_max > kTriesMaxMost) return damaged("tries_max is out of range");
  file.is_locked = json.bool_at("locked");
  file.wait_until = Instant{json.integer_at("wait_until")};
  return file;
}

Result<Json> parse(std::string_view text) {
  if (text.size() > kKeyFileSizeMax) return damaged("size is too large");
  auto json = Json::parse(text, 2);
  if (!json || !json->is_object()) return damaged("text isn't a JSON object");
  const auto format = json->integer_at("format");
  if (format > kFormat)
    return Error{ErrorCode::store_newer, "The key file was written by a newer version of Satchel. Update the app."};
  if (format != kFormat) return damaged("format is unknown");
  return std::move(*json);
}

Result<KeyFile> read(const Json& json) {
  const auto protection = json.string_at("protection");
  if (protection == "pin") return read_pin(json);
  if (protection != "file") return damaged("protection is unknown");
  KeyFile file;
  file.key.bytes = TRY(bytes_at(json, "key"));
  return file;
}

std::string with_failures(Json json, std::int64_t failures, Instant wait_until) {
  json.set("failures", failures);
  json.set("wait_until", wait_until.milliseconds);
  return json.dump();
}

Duration wait_behind(std::int64_t failures) {
  if (failures <= 0) return {};
  const auto index = std::min<std::size_t>(static_cast<std::size_t>(failures), kWaitSeconds.size()) - 1;
  return Duration::of_seconds(kWaitSeconds[index]);
}

// Why no PIN may be tried now; nothing if one may.
std::optional<Unlocked> refuse_try(const Json& json, const KeyFile& file, Instant now) {
  if (file.failures >= file.tries_max) return Unlocked{wrong_pin(file.failures, file.tries_max), std::nullopt};
  if (now >= file.wait_until) return std::nullopt;
  const auto wait = wait_behind(file.failures);
  const auto left = std::min((file.wait_until - now), wait);
  Unlocked out{
      Error{ErrorCode::locked,
            "Too many wrong PINs. Wait " + std::to_string((left.milliseconds + 999) / 1000) + " s and try again.",
            {},
            "S5"},
      std::nullopt};
  // The clock was set back: the wait begins again, but doesn't become longer.
  if (file.wait_until - now > wait) out.file = with_failures(json, file.failures, now + wait);
  return out;
}

Unlocked try_pin(const Json& json, const KeyFile& file, Cryptography& cryptography, std::string_view pin, Instant now) {
  const Secret<KeyBytes> derived{cryptography.argon2id(pin, file.salt, file.memory_kib, file.iterations)};
  if (auto opened = cryptography.open(derived.bytes, file.sealed)) {
    const Secret<std::string> plain{std::move(*opened)};
    const auto key = key_of(plain.bytes);
    if (!key) return {damaged("sealed key has the wrong size"), std::nullopt};
    if (file.failures == 0) return {*key, std::nullopt};
    return {*key, with_failures(json, 0, Instant{})};
  }
  const auto failures = file.failures + 1;
  return {wrong_pin(failures, file.tries_max), with_failures(json, failures, now + wait_behind(failures))};
}

// As dear to try as a PIN, so that the file doesn't tell whose it is.
std::string owner_mark(Cryptography& cryptography, std::string_view owner, std::string_view salt) {
  return to_base64(view_of(cryptography.argon2id(owner, salt, kMemoryKib, kIterations)));
}

}  // namespace

StoreKey::~StoreKey() { wipe(bytes_.data(), bytes_.size()); }

Result<void> check_pin(std::string_view pin, const PinPolicy& policy) {
  const auto characters = std::count_if(pin.begin(), pin.end(), [](char c) { return (c & 0xC0) != 0x80; });
  if (characters >= policy.length_min) return {};
  return Error{ErrorCode::bad_value,
               "The PIN needs at least " + std::to_string(policy.length_min) + " characters. Choose a longer one.",
               {},
               "S5"};
}

NewKey create_key(Random& random, Cryptography& cryptography, const std::optional<Pin>& pin) {
  Secret<KeyBytes> bytes;
  random.fill(bytes.bytes);
  const StoreKey key(bytes.bytes);
  return {key, key_file(key, random, cryptography, pin)};
}

std::string key_file(const StoreKey& key, Random& random, Cryptography& cryptography, const std::optional<Pin>& pin) {
  auto json = Json::object();
  json.set("format", kFormat);
  json.set("protection", pin ? "pin" : "file");
  if (!pin) {
    json.set("key", to_base64(view_of(key.bytes())));
    return json.dump();
  }
  std::array<std::uint8_t, kSaltSize> random_bytes{};
  random.fill(random_bytes);
  const std::string_view salt(reinterpret_cast<const char*>(random_bytes.data()), random_bytes.size());
  const Secret<KeyBytes> derived{cryptography.argon2id(pin->text, salt, kMemoryKib, kIterations)};
  json.set("salt", to_base64(salt));
  json.set("memory_kib", kMemoryKib);
  json.set("iterations", kIterations);
  json.set("sealed", to_base64(cryptography.seal(derived.bytes, view_of(key.bytes()), random)));
  json.set("tries_max", std::clamp(pin->tries_max, kTriesMaxLeast, kTriesMaxMost));
  if (!pin->owner.empty()) json.set("owner_mark", owner_mark(cryptography, pin->owner, salt));
  return with_failures(std::move(json), 0, Instant{});
}

Unlocked unlock(std::string_view file, Cryptography& cryptography, std::optional<std::string_view> pin, Instant now) {
  const auto json = parse(file);
  if (!json) return {json.error(), std::nullopt};
  const auto read_file = read(*json);
  if (!read_file) return {read_file.error(), std::nullopt};
  if (!read_file->has_pin) {
    const auto key = key_of(read_file->key.bytes);
    return {key ? Result<StoreKey>(*key) : Result<StoreKey>(damaged("key has the wrong size")), std::nullopt};
  }
  if (!pin || read_file->is_locked)
    return {Error{ErrorCode::locked, "This store is locked. Enter the PIN.", {}, "S5"}, std::nullopt};
  if (auto refused = refuse_try(*json, *read_file, now)) return std::move(*refused);
  return try_pin(*json, *read_file, cryptography, *pin, now);
}

Result<std::string> forgive_failures(std::string_view file) {
  auto json = TRY(parse(file));
  const auto read_file = TRY(read(json));
  return read_file.has_pin ? with_failures(std::move(json), 0, Instant{}) : std::string(file);
}

bool is_owner(std::string_view file, Cryptography& cryptography, std::string_view owner) {
  const auto json = parse(file);
  const auto salt = json ? from_base64(json->string_at("salt")) : std::nullopt;
  if (!salt || salt->size() < 8) return false;
  const auto mark = json->string_at("owner_mark");
  return mark.empty() || mark == owner_mark(cryptography, owner, *salt);
}

bool needs_server(std::string_view file) {
  const auto json = parse(file);
  if (!json) return false;
  const auto read_file = read(*json);
  return read_file && read_file->has_pin && read_file->failures >= read_file->tries_max;
}

Result<std::string> with_lock(std::string_view file, bool is_locked) {
  auto json = TRY(parse(file));
  if (!TRY(read(json)).has_pin)
    return Error{ErrorCode::bad_request,
                 "There's no PIN on this device, so there is nothing to lock with. Choose one first.",
                 {},
                 "S5"};
  json.set("locked", is_locked);
  return json.dump();
}

bool is_locked(std::string_view file) {
  const auto json = parse(file);
  return json && json->bool_at("locked");
}

Result<std::string> with_tries(std::string_view file, std::int64_t tries_max) {
  auto json = TRY(parse(file));
  const auto wanted = std::clamp(tries_max, kTriesMaxLeast, kTriesMaxMost);
  const auto now = TRY(read(json));
  if (!now.has_pin || now.tries_max == wanted) return std::string(file);
  json.set("tries_max", wanted);
  return json.dump();
}

bool needs_pin(std::string_view file) {
  const auto json = Json::parse(file, 2);
  return json && json->string_at("protection") == "pin";
}

}  // namespace satchel::device::vault
