// SPDX-License-Identifier: Apache-2.0
//
// What a device that is to be wiped (S6) leaves with the server: nothing, unless the organisation keeps such work (escrow=on) and its
// user was told so at sign-in (D3). Then all that the server hasn't got: drafts, changes, refused ones and conflicts, as JSON lines.
//
//   {"kind":"draft","table":"contacts","id":"0190…","saved":"2026-11-28T…Z","values":{"lastname":"King"}}
//   {"kind":"change" | "error", …, "change":"create" | "update" | "delete", "reason":…}
//   {"kind":"conflict", …, "values": mine}
//
// Always true: it's made before anything is removed; the wipe waits for nobody.
#pragma once

#include <optional>
#include <string>

#include "base/http.h"
#include "device/store/store.h"

namespace satchel::device::client {

// A setting of the store: "yes" when its user was told at sign-in.
inline constexpr std::string_view kEscrowTold = "escrow_told";
inline constexpr std::string_view kEscrowNotice =
    "If this device is removed from afar, your organisation keeps an encrypted copy of the drafts and changes that "
    "weren't sent yet. "
    "Only an administrator can open it.";

// In the caller's transaction: what a sign-in's answer said, or the answer that asks for the wipe (never that it is kept after all).
Result<void> note_escrow(store::DeviceStore& store, bool is_kept);

// "" when nothing is to be kept or nothing waits. At most kEscrowBytesMax: whole lines, and a last one that counts those left out.
Result<std::string> escrow_lines(store::DeviceStore& store);

// What tells the server that the store is gone; nullopt where nobody is signed in.
struct WipeReport {
  std::string server;
  Request request;
  std::string unsent;  // what becomes of unsent work, for its user: a sentence, "" where there's none
};
Result<std::optional<WipeReport>> wipe_report(store::DeviceStore& store);

}  // namespace satchel::device::client
