// SPDX-License-Identifier: Apache-2.0
//
// Cursor: where a device stands in the feed. The server keeps none of this; the device carries it, sealed.
//
//   text   = base64url( seal(16) bytes )
//   seal   = keyed hash of user, device and bytes
//   bytes  = format, epoch, schema number, anchor, totals_from, horizon, sent, flags, common position,
//            then per scope: number (difference to the one before), flags, its position if it isn't the common one;
//            with a watch: its position and keys
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace satchel::server::records {

struct CursorScope {
  ScopeNumber number;
  Seq position;          // everything up to it is on the device
  bool loading = false;  // still read up to the horizon
  bool operator==(const CursorScope&) const = default;
};

// Rows that the device holds without a scope (odata::FeedWatch). Up to `position` it knows which of them changed, by an owner of
// these keys.
struct CursorWatch {
  Seq position;
  std::uint64_t keys = 0;  // Watched::keys
  bool operator==(const CursorWatch&) const = default;
};

struct Cursor {
  Uuid epoch;
  std::int64_t schema_number = 0;
  Cut anchor;  // the head of the snapshot in which the last page was read: what the device has belongs to its history
  Seq totals_from;                  // the cut whose totals the device has; 0: none
  Seq horizon;                      // loading scopes are read up to here
  std::int64_t sent = 0;            // rows of the table that is being loaded, for progress
  bool may_grant = false;           // nothing is loading: the last page reached the head
  bool first_load = false;          // the device has nothing yet: until its first page of changes
  std::vector<CursorScope> scopes;  // by number
  std::optional<CursorWatch> watch = {};
  bool operator==(const Cursor&) const = default;
};

// Whose cursor it is.
struct CursorOwner {
  RecordId user;
  DeviceId device;
};

std::string seal_cursor(const Cursor& cursor, const CursorOwner& owner, std::string_view secret);
// Errors: bad_cursor, also for a cursor of another user or device.
Result<Cursor> open_cursor(std::string_view text, const CursorOwner& owner, std::string_view secret);

}  // namespace satchel::server::records
