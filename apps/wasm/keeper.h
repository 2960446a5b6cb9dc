// SPDX-License-Identifier: Apache-2.0
//
// Keeper: who holds the key. It has the vault's key file, and opens and closes the store behind the door.
//
//   get_started ── sign_in ──▶ choose_pin ── set_pin ──▶ signed_in ◀── sign_in ── prompt
//                                  ▲                     │     ▲
//                                  │ no PIN              │lock │ unlock
//                                  '── begin ──▶ locked ◀┘─────'
//
// Always true:
//   - A key file is kept by the host before a store lies under its key, and a count of wrong PINs before the answer is given.
//   - While locked nothing of the key and of the store is in memory; what is watched is answered again when it's open.
//   - Nothing but the door reads or writes records.
//   - With a PIN, the store closes by itself when nobody used the app for as long as the organisation allows (S5).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/door/door.h"
#include "device/vault/built_in_cryptography.h"
#include "sql/database.h"

namespace satchel::apps {

// As drawn in README.md: one line of JSON, and the bytes that it announces.
struct HostOutput {
  Json head;
  std::string bytes;
};

class Keeper {
 public:
  explicit Keeper(Random& random) : random_(random) {}

  // {"key_file": text or null, "client": "web", "platform": "ipad", "named_platform": the same, "now": milliseconds,
  //  "wiped": of the engine before, if that was what ended it}
  void begin(std::string_view options, Instant now);
  void hear(device::door::TabNumber tab, std::string_view message, Instant now);
  void leave(device::door::TabNumber tab);
  void answer(std::int64_t token, Result<Response> response, Instant now);
  void wake(Instant now);
  std::optional<HostOutput> poll();

 private:
  // Everything that is there only while the store is open.
  struct Opened {
    std::unique_ptr<sql::Database> database;
    std::unique_ptr<device::store::DeviceStore> store;
    std::unique_ptr<device::door::Door> door;
    device::vault::StoreKey key;
  };
  struct Watch {
    device::door::TabNumber tab;
    device::door::MessageId id;
    std::string message;
    bool is_session = false;
    std::string told = {};  // of a session: what was told last
  };

  // After too many wrong PINs: who waits for the server's word for him.
  struct Vouching {
    device::door::TabNumber tab;
    device::door::MessageId id;
    std::int64_t token = 0;
    std::string owner;
  };

  Result<void> open(const device::vault::StoreKey& key);
  void close();
  void hear_again();

  void take_time(Instant host_now);
  device::permits::Platform platform() const { return is_demo_ ? named_platform_.value_or(platform_) : platform_; }
  Result<void> look_at_standing(device::store::DeviceStore& store);
  std::optional<Instant> lock_at() const;
  bool lock_if_idle();

  bool keeps(std::string_view what) const;
  Result<Json> act(const Json& action);
  Result<void> make_store();
  Result<void> set_pin(const Json& action);
  Result<void> unlock(const Json& action);
  Result<void> ask_server(device::door::TabNumber tab, device::door::MessageId id, const Json& action);
  Result<Json> take_vouching(const Vouching& vouching, const Result<Response>& response);
  Result<void> lock();
  void hear_closed(device::door::TabNumber tab, const device::door::Asked& asked);
  void remember(device::door::TabNumber tab, const device::door::Asked& asked, std::string_view message);

  std::string with_owner(std::string key_file);
  Json session() const;
  void tell_session();
  void signed_out(device::door::SignedOut how);
  HostOutput send_output(std::int64_t token, device::door::Send send);
  void keep(std::string key_file);
  void tell(device::door::TabNumber tab, std::string message);
  void broken(const Error& error);
  std::optional<HostOutput> next_wake();
  std::optional<HostOutput> output_of(device::door::Output output);

  Random& random_;
  device::vault::BuiltInCryptography cryptography_;
  std::string key_file_;     // "" while there is none
  std::string wiped_;        // why the device is empty, after a remote wipe (S6)
  bool is_started_ = false;  // a store was opened since the app began
  std::string client_name_ = "web";
  device::permits::Platform platform_ = device::permits::Platform::desktop;
  std::optional<device::permits::Platform> named_platform_;  // by the address, for demo organisations
  std::optional<Opened> opened_;
  std::vector<Watch> watches_;
  std::deque<HostOutput> outputs_;
  // Tokens as the host knows them, for those of a store that was closed meanwhile mean nothing to the next.
  std::map<std::int64_t, device::client::RequestToken> tokens_;
  std::int64_t last_token_ = 0;
  Instant now_;       // what the device goes by
  Instant host_now_;  // the host's clock

  // ?now= of a demo organisation: this clock's distance to the machine's.
  Duration clock_offset_;
  bool is_demo_ = false;

  // The lock by idleness: what the organisation allows, and when somebody was here last.
  Duration idle_max_;  // 0: never
  Instant used_at_;
  std::optional<Instant> door_wake_, told_wake_;

  std::optional<Vouching> vouching_;
};

}  // namespace satchel::apps
