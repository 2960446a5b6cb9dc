// SPDX-License-Identifier: Apache-2.0
#include "device/client/session_marks.h"

#include <charconv>

namespace satchel::device::client {
namespace {

Result<bool> is_set(store::DeviceStore& store, std::string_view name, std::string_view value = "yes") {
  const auto setting = TRY(store.setting(name));
  return setting && *setting == value;
}

Result<bool> is_offline(store::DeviceStore& store) {
  return TRY(is_set(store, "connection", "offline")) || TRY(is_set(store, "offline", "on"));
}

// The refresh token's end, by the server's time.
Result<bool> is_token_over(store::DeviceStore& store, const std::optional<Lease>& lease) {
  const auto setting = TRY(store.setting("refresh_until"));
  if (!setting || !lease) return false;
  std::int64_t until = 0;
  const auto read = std::from_chars(setting->data(), setting->data() + setting->size(), until);
  return read.ec == std::errc() && lease->server_now() >= Instant{until};
}

}  // namespace

void SessionMarks::put_into(permits::Situation& situation, std::int64_t lease_days) const {
  situation.signed_in = signed_in;
  situation.connected = connected();
  situation.by_choice = by_choice;
  situation.prompt = prompt;
  situation.went_back = went_back;
  situation.closed = closed;
  situation.lease_over = lease && lease->is_over(lease_days);
}

Result<SessionMarks> session_marks(store::DeviceStore& store, const Clocks& clocks) {
  SessionMarks marks;
  marks.signed_in = TRY(store.setting("user_id")).has_value();
  marks.is_offline = TRY(is_set(store, "connection", "offline"));
  marks.by_choice = TRY(is_set(store, "offline", "on"));
  marks.lease = TRY(lease_at(store, clocks));
  marks.prompt = TRY(is_set(store, "session_ended")) || TRY(is_token_over(store, marks.lease));
  marks.went_back = TRY(is_set(store, "went_back"));
  marks.closed = TRY(is_set(store, "closed"));
  return marks;
}

Result<bool> starts_closed(store::DeviceStore& store) {
  return TRY(is_offline(store)) && !TRY(is_set(store, "closed"));
}

Result<void> note_start(store::DeviceStore& store) {
  if (!TRY(starts_closed(store))) return {};
  return store.set_setting("closed", "yes");
}

Result<void> note_suspend(store::DeviceStore& store, permits::Platform platform) {
  if (!permits::row_of(platform).closes_behind) return {};
  return note_start(store);
}

Result<void> note_back(store::DeviceStore& store) { return store.set_setting("went_back", "yes"); }

Result<void> note_connection(store::DeviceStore& store, bool is_connected) {
  if (is_connected) TRY(store.drop_setting("closed"));
  return store.set_setting("connection", is_connected ? "connected" : "offline");
}

Result<void> note_let_in(store::DeviceStore& store, Instant server_time, Instant wall) {
  for (const auto* name : {"session_ended", "went_back"}) TRY(store.drop_setting(name));
  return begin_lease(store, server_time, wall);
}

Result<void> note_prompt(store::DeviceStore& store) {
  TRY(store.drop_setting("went_back"));
  return store.set_setting("session_ended", "yes");
}

}  // namespace satchel::device::client
