// SPDX-License-Identifier: Apache-2.0
//
// What the store remembers of sign-in and connection, over the ends of processes.
#include "device/client/session_marks.h"

#include <doctest/doctest.h>

#include "device/permits/session_state.h"
#include "edge/sqlite/database.h"

namespace satchel::device::client {
namespace {

using permits::Platform;
using permits::SessionState;

constexpr Instant kNow{1'790'000'000'000};

class StoreForTest {
 public:
  StoreForTest() {
    auto database = edge::sqlite::open({.path = ":memory:", .profile = edge::sqlite::Profile::device});
    REQUIRE(database.ok());
    database_ = std::move(*database);
    auto opened = store::DeviceStore::open(*database_, model::Schema::standard());
    REQUIRE(opened.ok());
    store_ = std::move(*opened);
    note([](auto& in) { return in.set_setting("user_id", "00000000-0000-0000-0000-000000000001"); });
  }

  template <class Act>
  void note(Act act) {
    auto transaction = store_->begin();
    REQUIRE(transaction.ok());
    REQUIRE(act(*store_).ok());
    REQUIRE(transaction->commit().ok());
  }
  void connection(bool is_connected) {
    note([&](auto& in) { return note_connection(in, is_connected); });
  }
  SessionMarks marks(Instant now = kNow) {
    auto marks = session_marks(*store_, {now, {}, {}});
    REQUIRE(marks.ok());
    return *marks;
  }
  SessionState state(Platform platform, permits::Deployment deployment = permits::Deployment::online) {
    permits::Situation situation;
    situation.rules = permits::Rules::classic;
    situation.platform = platform;
    situation.deployment = deployment;
    marks().put_into(situation, 14);
    return session_state(situation);
  }
  store::DeviceStore& store() { return *store_; }

 private:
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<store::DeviceStore> store_;
};

TEST_CASE("S1: a prompt while offline is left with Back, where the platform lets, until the server asks again") {
  StoreForTest it;
  it.note(note_prompt);
  it.connection(false);
  CHECK(it.state(Platform::ipad) == SessionState::prompt);
  CHECK(it.state(Platform::android_phone) == SessionState::get_started);
  it.note(note_back);
  CHECK(it.state(Platform::ipad) == SessionState::continued);
  CHECK(it.state(Platform::android_phone) == SessionState::get_started);
  it.note(note_prompt);
  CHECK(it.state(Platform::ipad) == SessionState::prompt);
}

TEST_CASE("S3: the same user's sign-in ends prompt and Back, and the lease begins anew") {
  StoreForTest it;
  it.note(note_prompt);
  it.connection(false);
  it.note(note_back);
  it.note([](auto& in) { return note_let_in(in, kNow, kNow); });
  it.connection(true);
  const auto marks = it.marks(kNow + Duration::of_days(13));
  CHECK(!marks.prompt);
  CHECK(!marks.went_back);
  REQUIRE(marks.lease);
  CHECK(!marks.lease->is_over(14));
  CHECK(it.marks(kNow + Duration::of_days(14)).lease->is_over(14));
}

TEST_CASE("S1: the prompt comes too when the refresh token's known life is over, by the server's time") {
  StoreForTest it;
  const auto server = kNow + Duration::of_days(100);  // this device's clock is slow
  it.note([&](auto& in) -> Result<void> {
    TRY(note_let_in(in, server, kNow));
    return in.set_setting("refresh_until", std::to_string((server + Duration::of_days(90)).milliseconds));
  });
  CHECK(!it.marks(kNow + Duration::of_days(89)).prompt);
  CHECK(it.marks(kNow + Duration::of_days(90)).prompt);
}

TEST_CASE("P1: on-premises a Windows 8 tablet that was closed while offline is blocked until it is connected") {
  constexpr auto kOnPremises = permits::Deployment::on_premises;
  StoreForTest it;
  it.connection(true);
  it.note(note_start);
  it.connection(false);
  CHECK(it.state(Platform::windows8, kOnPremises) == SessionState::signed_in);  // not closed yet
  it.note([](auto& in) { return note_suspend(in, Platform::ipad); });
  CHECK(it.state(Platform::windows8, kOnPremises) == SessionState::signed_in);
  it.note([](auto& in) { return note_suspend(in, Platform::windows8); });
  CHECK(it.state(Platform::windows8, kOnPremises) == SessionState::locked);
  CHECK(it.state(Platform::windows8) == SessionState::signed_in);
  CHECK(it.state(Platform::windows10, kOnPremises) == SessionState::signed_in);
  it.connection(true);
  CHECK(it.state(Platform::windows8, kOnPremises) == SessionState::signed_in);
  it.connection(false);
  CHECK(it.state(Platform::windows8, kOnPremises) == SessionState::signed_in);
  it.note(note_start);
  CHECK(it.state(Platform::windows8, kOnPremises) == SessionState::locked);
}

TEST_CASE("R1: offline by choice is offline, also for an app that is started so") {
  StoreForTest it;
  it.connection(true);
  it.note([](auto& in) { return in.set_setting("offline", "on"); });
  CHECK(!it.marks().connected());
  CHECK(it.marks().by_choice);
  it.note(note_start);
  CHECK(it.marks().closed);
}

}  // namespace
}  // namespace satchel::device::client
