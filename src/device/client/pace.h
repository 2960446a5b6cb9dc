// SPDX-License-Identifier: Apache-2.0
//
// Pace: when a device syncs by itself. Pure: it is told what happens and says when the next sync is due.
//
//   saved ---- a moment later -----------.
//   connected - every 25 s --------------+--> due --> the host runs a sync --> ended(outcome)
//   unreachable - 1, 2, 4 ... 60 s ------+
//   nudged (focus, network, a tap) ------'
//
// Always true:
//   - While a sync is under way nothing is due; what was saved meanwhile is due behind it.
//   - Stopped (offline by choice, nobody signed in) nothing is due, whatever happens, until start().
//   - A clock that was set back brings the next sync forward rather than putting it off.
#pragma once

#include <optional>

#include "base/random.h"
#include "base/time.h"

namespace satchel::device::client {

class Pace {
 public:
  enum class Outcome {
    done,           // reached the server's head
    more,           // connected, and something is left that can go
    unreachable,    // nothing came, or it wasn't a Satchel server (a portal's page)
    troubled,       // the server or this device failed
    session_ended,  // a sign-in is needed first
  };

  explicit Pace(Random& random) : random_(random) {}

  void start(Instant now, Duration pause = {});  // due after the pause
  void stop();
  void saved(Instant now);
  void nudged(Instant now);
  // Something may go up at this time: a delete that is held back until then.
  void due_at(Instant at, Instant now);
  void began();
  // `has_unsent`: something would have gone up.
  void ended(Outcome outcome, bool has_unsent, Instant now);

  bool running() const { return running_; }
  bool stopped() const { return stopped_; }
  // When the next sync is due; nullopt while one is under way, or when none is planned.
  std::optional<Instant> next() const;
  bool is_due(Instant now) const;

 private:
  void plan(Instant at, Instant now);
  Duration retry_delay(bool has_unsent, Instant now);

  struct Plan {
    Instant at;
    Instant made;
  };
  Random& random_;
  bool stopped_ = true;
  bool running_ = false;
  bool needs_sign_in_ = false;
  std::optional<Plan> plan_;
  std::optional<Instant> first_save_;  // of those that wait for their sync
  std::optional<Instant> last_end_;
  Instant user_was_here_;
  int failures_ = 0;
};

}  // namespace satchel::device::client
