// SPDX-License-Identifier: Apache-2.0
//
// Permits: "may this be done now, and if not, why?" One table answers for engine, screens and command line. Its rows are the
// sentences of DESIGN 1.1 to 1.6; the first one that forbids gives rule and reason. What no row forbids is allowed.
//
//   permit(situation, {.verb = Verb::update, .table = &accounts, .record = Held::cached})
//     -> no: D4 needs_connection "You are offline, and accounts that are saved at the server can only be read…"
//
// Always true:
//   - Pure: no clock, no store, no network. Under 10 µs (a walk over some twenty rows).
//   - A refusal's code is needs_connection exactly when the same ask is allowed in the same situation once connected.
//   - Security roles are the server's; here only what follows from being offline is decided.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "device/permits/session_state.h"
#include "device/permits/situation.h"
#include "model/schema.h"

namespace satchel::device::permits {

enum class Verb {
  read,  // open, show, list, search
  create,
  update,
  remove,
  save,     // a draft
  discard,  // a draft, an error
  sync,
  sign_in,
  go_back,  // the sign-in prompt's "Back"
  chart,
  image,
  pin,  // "Keep on this device"
};
// The words of `may`: "open" and "list" are reads as well, "edit" is an update.
std::optional<Verb> verb_named(std::string_view word);
std::string verb_words();  // "read, create, …", for usage errors

// Where the record that is asked about is.
enum class Held {
  none,      // no record is named
  not_here,  // a record of the server, not on this device
  cached,    // used recently, on the device (C1)
  scoped,    // on the device by the user's profile (Q1)
  draft,     // a draft of this device
  pending,   // made here in offline sync, not confirmed yet
};

struct Ask {
  Verb verb = Verb::read;
  const model::Table* table = nullptr;  // what is read or written
  Held record = Held::none;
  const model::Column* column = nullptr;  // written by hand
  Held related = Held::none;              // the record that a create is for (D5)
  Held named = Held::none;                // the record that `column` is set to (D9)
  bool in_profile = true;                 // the table is one of the user's profile (E6)
  bool image_seen = false;                // the image is on the device (E4)
};

struct Permit {
  bool allowed = true;
  Error refusal = {};  // rule, code and sentence; when not allowed
};

Permit permit(const Situation& situation, const Ask& ask);
// The same as a Result.
Result<void> check(const Situation& situation, const Ask& ask);

// Is a create made now a draft, rather than a change of the outbox or a request? Under a draft it always is (D9).
bool makes_draft(const Situation& situation, const Ask& ask);

}  // namespace satchel::device::permits
