// SPDX-License-Identifier: Apache-2.0
#include "device/client/pace.h"

#include <doctest/doctest.h>

#include "device/client/limits.h"

namespace satchel::device::client {
namespace {

using Outcome = Pace::Outcome;

constexpr Instant kStart{1'790'000'000'000};

Instant after(std::int64_t milliseconds) { return kStart + Duration::of_milliseconds(milliseconds); }

struct PaceForTest {
  SeededRandom random{7};
  Pace pace{random};
  PaceForTest() { pace.start(kStart); }

  void run(Outcome outcome, Instant now, bool has_unsent = false) {
    pace.began();
    pace.ended(outcome, has_unsent, now);
  }
  std::int64_t wait(Instant now) { return pace.next() ? (*pace.next() - now).milliseconds : -1; }
};

TEST_CASE("a device that was opened syncs at once, and every 25 s while connected (R6)") {
  PaceForTest it;
  CHECK(it.pace.is_due(kStart));
  it.run(Outcome::done, after(300));
  CHECK_FALSE(it.pace.is_due(after(20'000)));
  CHECK(it.wait(after(300)) == kConnectedPause.milliseconds);
  CHECK(it.pace.is_due(after(25'300)));
}

TEST_CASE("nothing is due while a sync is under way") {
  PaceForTest it;
  it.pace.began();
  it.pace.saved(after(100));
  CHECK_FALSE(it.pace.is_due(after(60'000)));
  it.pace.ended(Outcome::done, true, after(2'000));
  CHECK(it.pace.is_due(after(2'000)));  // the save made meanwhile
}

TEST_CASE("saves in a row travel together, but don't hold each other up for ever") {
  PaceForTest it;
  it.run(Outcome::done, kStart);
  it.pace.saved(after(1'000));
  CHECK(*it.pace.next() == after(1'000) + kSaveDelay);
  it.pace.saved(after(1'200));
  CHECK(*it.pace.next() == after(1'200) + kSaveDelay);
  for (int at = 1'400; at < 6'000; at += 200) it.pace.saved(after(at));
  CHECK(*it.pace.next() <= after(1'000) + kSaveDelayMax + kSaveDelay);
}

TEST_CASE("tries are spaced from 1 s to 60 s while the server can't be reached (R1)") {
  PaceForTest it;
  std::int64_t last = 0;
  for (int i = 0; i < 10; ++i) {
    it.run(Outcome::unreachable, kStart);
    const auto wait = it.wait(kStart);
    CHECK(wait >= std::max<std::int64_t>(1'000, last * 3 / 4));
    CHECK(wait <= 60'000);
    last = wait;
  }
  CHECK(last >= 45'000);
  it.run(Outcome::done, kStart);
  it.run(Outcome::unreachable, kStart);
  CHECK(it.wait(kStart) == 1'000);  // begins anew
}

TEST_CASE("with something to send, a server that comes back is found within 8 s while the user is about") {
  PaceForTest it;
  for (int i = 0; i < 10; ++i) it.run(Outcome::unreachable, after(60'000), true);
  CHECK(it.wait(after(60'000)) <= 8'000);
  it.run(Outcome::unreachable, kStart + kUserGone, true);
  CHECK(it.wait(kStart + kUserGone) > 8'000);
}

TEST_CASE("a save while offline doesn't shorten the wait, a nudge ends it") {
  PaceForTest it;
  for (int i = 0; i < 6; ++i) it.run(Outcome::unreachable, kStart);
  const auto planned = *it.pace.next();
  it.pace.saved(after(2'000));
  CHECK(*it.pace.next() == planned);
  it.pace.nudged(after(3'000));
  CHECK(it.pace.is_due(after(3'000)));
}

TEST_CASE("nudges in a burst make one try a second") {
  PaceForTest it;
  it.run(Outcome::unreachable, after(100));
  it.pace.nudged(after(200));
  CHECK_FALSE(it.pace.is_due(after(300)));
  CHECK(*it.pace.next() == after(100) + kNudgeGap);
}

TEST_CASE("offline by choice nothing is due until it is started again (R1)") {
  PaceForTest it;
  it.pace.stop();
  it.pace.saved(after(100));
  it.pace.nudged(after(200));
  CHECK_FALSE(it.pace.next());
  it.pace.start(after(300));
  CHECK(it.pace.is_due(after(300)));
}

TEST_CASE("a session that ended waits for a sign-in, not for time") {
  PaceForTest it;
  it.run(Outcome::session_ended, kStart);
  it.pace.nudged(after(5'000));
  CHECK_FALSE(it.pace.next());
  it.pace.start(after(6'000));
  CHECK(it.pace.is_due(after(6'000)));
}

TEST_CASE("a clock that is set back by a year doesn't put the next sync off") {
  PaceForTest it;
  it.run(Outcome::done, kStart);
  const auto last_year = kStart - Duration::of_days(365);
  CHECK(it.pace.is_due(last_year));
  it.run(Outcome::done, last_year);
  CHECK(it.wait(last_year) == kConnectedPause.milliseconds);
}

TEST_CASE("a delete that is held back is due when its time is over") {
  PaceForTest it;
  it.run(Outcome::done, kStart);
  it.pace.due_at(after(8'000), kStart);
  CHECK(*it.pace.next() == after(8'000));
}

}  // namespace
}  // namespace satchel::device::client
