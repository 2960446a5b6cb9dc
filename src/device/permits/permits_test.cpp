// SPDX-License-Identifier: Apache-2.0
//
// The rules of DESIGN 1.1 to 1.6 as questions and answers. Each test names the rules that it proves; the platform table is written
// out once more here, so that a cell that moves is seen.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "device/permits/permits.h"

namespace satchel::device::permits {
namespace {

const model::Table& table(std::string_view name) { return *model::Schema::standard().find(name); }
const model::Column& column(std::string_view in, std::string_view name) { return *table(in).find_column(name); }

Situation given(std::string_view text) {
  const auto situation = with_given({}, text);
  REQUIRE(situation.ok());
  return *situation;
}

// "yes", or "no D4 needs_connection".
std::string answer(std::string_view given_text, const Ask& ask) {
  const auto answer = permit(given(given_text), ask);
  if (answer.allowed) return "yes";
  CHECK(!answer.refusal.message.empty());
  return "no " + answer.refusal.rule + " " + std::string(name_of(answer.refusal.code));
}

Ask ask(Verb verb, Held record = Held::none) { return {.verb = verb, .table = &table("account"), .record = record}; }

constexpr auto* kDraftsOffline = "experience=drafts,connected=no";
constexpr auto* kSyncOffline = "experience=sync,connected=no";

TEST_CASE("offline sync: records are read, made, changed and deleted while disconnected (E2)") {
  for (const auto verb : {Verb::read, Verb::create, Verb::update, Verb::remove, Verb::chart})
    CHECK(answer(kSyncOffline, ask(verb, Held::scoped)) == "yes");
  CHECK(answer(kSyncOffline, {.verb = Verb::create, .table = &table("contact"), .related = Held::pending}) == "yes");
  CHECK(answer(kSyncOffline, {.verb = Verb::update,
                              .table = &table("contact"),
                              .record = Held::scoped,
                              .column = &column("contact", "parentcustomerid")}) == "yes");
}

TEST_CASE("offline drafts: what was used lately is read, new records are drafts (E3)") {
  CHECK(answer(kDraftsOffline, ask(Verb::read, Held::cached)) == "yes");
  CHECK(answer(kDraftsOffline, ask(Verb::read)) == "yes");  // a list shows what is here
  CHECK(answer(kDraftsOffline, ask(Verb::create)) == "yes");
  CHECK(makes_draft(given(kDraftsOffline), ask(Verb::create)));
  CHECK(!makes_draft(given("experience=drafts"), ask(Verb::create)));
  CHECK(!makes_draft(given(kSyncOffline), ask(Verb::create)));
}

TEST_CASE("what isn't on the device is opened while connected only (C1)") {
  CHECK(answer(kDraftsOffline, ask(Verb::read, Held::not_here)) == "no C1 needs_connection");
  CHECK(answer("experience=drafts", ask(Verb::read, Held::not_here)) == "yes");
}

TEST_CASE("charts and unseen images need the connection in offline drafts (E4)") {
  CHECK(permit(given(kDraftsOffline), ask(Verb::chart)).refusal.message == "Charts aren't available offline");
  CHECK(permit(given(kDraftsOffline), ask(Verb::image)).refusal.message == "This image isn't available offline");
  CHECK(answer(kDraftsOffline, {.verb = Verb::image, .image_seen = true}) == "yes");
  CHECK(answer("experience=drafts", ask(Verb::chart)) == "yes");
  CHECK(answer("experience=drafts", ask(Verb::image)) == "yes");
}

TEST_CASE("a sync user's tables outside his profile follow the rules of drafts (E6)") {
  Ask outside = ask(Verb::update, Held::cached);
  outside.in_profile = false;
  CHECK(answer(kSyncOffline, outside) == "no D4 needs_connection");
  outside = ask(Verb::create);
  outside.in_profile = false;
  CHECK(makes_draft(given(kSyncOffline), outside));
}

TEST_CASE("a draft is saved while connected, and kept until then (D2)") {
  CHECK(answer(kDraftsOffline, ask(Verb::save, Held::draft)) == "no D2 needs_connection");
  CHECK(answer("experience=drafts", ask(Verb::save, Held::draft)) == "yes");
}

TEST_CASE("offline, existing records are read-only; drafts can be opened, changed and discarded (D4)") {
  for (const auto held : {Held::cached, Held::not_here, Held::none}) {
    CHECK(answer(kDraftsOffline, ask(Verb::update, held)) == "no D4 needs_connection");
    CHECK(answer(kDraftsOffline, ask(Verb::remove, held)) == "no D4 needs_connection");
  }
  for (const auto verb : {Verb::read, Verb::update, Verb::remove, Verb::discard})
    CHECK(answer(kDraftsOffline, ask(verb, Held::draft)) == "yes");
  CHECK(answer("experience=drafts", ask(Verb::update, Held::cached)) == "yes");
}

TEST_CASE("a draft can belong to a record of device and server, not to another draft (D5)") {
  const auto child = [](Held related) {
    return Ask{.verb = Verb::create, .table = &table("opportunity"), .related = related};
  };
  CHECK(answer(kDraftsOffline, child(Held::cached)) == "yes");
  CHECK(answer(kDraftsOffline, child(Held::draft)) == "no D5 save_first");
  CHECK(answer("experience=drafts", child(Held::draft)) == "no D5 save_first");  // the server doesn't know it either
  CHECK(answer(kDraftsOffline, child(Held::not_here)) == "no D5 needs_connection");
}

TEST_CASE("offline, a draft's lookups can't be set by hand (D6)") {
  const auto by_hand = [](const char* name) {
    return Ask{.verb = Verb::create, .table = &table("contact"), .column = &column("contact", name)};
  };
  CHECK(answer(kDraftsOffline, by_hand("parentcustomerid")) == "no D6 needs_connection");
  CHECK(answer(kDraftsOffline, by_hand("ownerid")) == "no D6 needs_connection");
  CHECK(answer(kDraftsOffline, by_hand("lastname")) == "yes");
  CHECK(answer("experience=drafts", by_hand("parentcustomerid")) == "yes");
  CHECK(answer(kDraftsOffline, {.verb = Verb::update,
                                .table = &table("phonecall"),
                                .record = Held::draft,
                                .column = &column("phonecall", "to")}) == "no D6 needs_connection");
}

TEST_CASE("extended drafts: lookups to what is here, and drafts under drafts (D9)") {
  const std::string extended = std::string(kDraftsOffline) + ",drafts=extended";
  CHECK(answer(extended, {.verb = Verb::create, .table = &table("opportunity"), .related = Held::draft}) == "yes");
  CHECK(answer(extended,
               {.verb = Verb::create, .table = &table("contact"), .column = &column("contact", "parentcustomerid")}) ==
        "yes");
}

// ---- the platform table ----------------------------------------------------------------------------------------------------

struct Cells {
  const char* platform;
  const char* prompt;  // session state at a sign-in prompt while offline
  const char* closed;  // on-premises, after the app was closed while offline
};
constexpr Cells kCells[] = {
    {"ipad", "prompt", "signed-in"},
    {"windows8", "prompt", "locked"},
    {"windows8.1", "prompt", "signed-in"},
    {"windows10", "prompt", "signed-in"},
    {"android-tablet", "get-started", "signed-in"},
    {"iphone", "get-started", "signed-in"},
    {"android-phone", "get-started", "signed-in"},
    {"windows-phone", "get-started", "signed-in"},
    {"desktop", "prompt", "signed-in"},
};

TEST_CASE(
    "each cell of the classic platform table, online and on-premises, and what modern rules make of it (S1, S2)") {
  for (const auto& cells : kCells)
    for (const auto* deployment : {"online", "on-premises"})
      for (const auto* rules : {"classic", "modern"}) {
        CAPTURE(cells.platform);
        CAPTURE(deployment);
        CAPTURE(rules);
        const std::string common = std::string("experience=drafts,platform=") + cells.platform +
                                   ",deployment=" + deployment + ",rules=" + rules + ",connected=no";
        const bool is_classic = rules == std::string_view("classic");
        const bool closes = is_classic && deployment == std::string_view("on-premises");

        const auto prompted = given(common + ",prompt=yes");
        const std::string_view state = is_classic ? cells.prompt : "signed-in";
        CHECK(name_of(session_state(prompted)) == state);
        CHECK(permit(prompted, ask(Verb::read)).allowed == (state != "get-started"));
        CHECK(permit(prompted, ask(Verb::go_back)).allowed == (state == "prompt"));

        const auto closed = given(common + ",closed=yes");
        const std::string_view after = closes ? cells.closed : "signed-in";
        CHECK(name_of(session_state(closed)) == after);
        CHECK(permit(closed, ask(Verb::create)).allowed == (after == "signed-in"));
      }
}

TEST_CASE("Back continues offline work until the next connection (S1)") {
  auto situation = given("rules=classic,platform=ipad,connected=no,prompt=yes");
  situation.went_back = true;
  CHECK(session_state(situation) == SessionState::continued);
  CHECK(permit(situation, ask(Verb::read)).allowed);
  situation.connected = true;
  CHECK(session_state(situation) == SessionState::prompt);
}

TEST_CASE("a setting replaces a cell of the platform table (S1)") {
  auto situation = given("rules=classic,platform=iphone,connected=no,prompt=yes");
  situation.prompt_policy = Policy::go_on;
  CHECK(session_state(situation) == SessionState::prompt);
  situation = given("rules=classic,deployment=on-premises,platform=ipad,connected=no,closed=yes");
  situation.closed_policy = Policy::block;
  CHECK(session_state(situation) == SessionState::locked);
}

TEST_CASE("the lease ends offline work under modern rules only, and a connection gives it back (S2)") {
  CHECK(session_state(given("connected=no,lease=over")) == SessionState::locked);
  CHECK(answer("connected=no,lease=over", ask(Verb::read)) == "no S2 needs_connection");
  CHECK(session_state(given("connected=no,lease=over,rules=classic")) == SessionState::signed_in);
  CHECK(session_state(given("lease=over")) == SessionState::signed_in);
}

TEST_CASE("an ended sign-in costs nothing that waits: it is asked for before the server's work (S3)") {
  CHECK(answer("prompt=yes", ask(Verb::sync)) == "no S3 unauthorized");
  CHECK(answer("prompt=yes", ask(Verb::update, Held::scoped)) == "yes");  // into the outbox
  CHECK(answer("prompt=yes,experience=drafts", ask(Verb::update, Held::cached)) == "no S3 unauthorized");
  CHECK(answer("prompt=yes,experience=drafts", ask(Verb::create)) == "yes");  // a draft
  CHECK(answer("connected=no", ask(Verb::sign_in)) == "no S3 needs_connection");
}

TEST_CASE("nothing is done for nobody, or behind the PIN (S4, S5)") {
  Situation nobody;
  nobody.signed_in = false;
  CHECK(permit(nobody, ask(Verb::read)).refusal.rule == "S4");
  CHECK(permit(nobody, ask(Verb::sign_in)).allowed);
  Situation locked;
  locked.pin_locked = true;
  CHECK(permit(locked, ask(Verb::read)).refusal.rule == "S5");
  CHECK(session_state(locked) == SessionState::locked);
}

TEST_CASE("classic rules have no offline sync on-premises; modern ones do (P1, P2)") {
  CHECK(given("deployment=on-premises,rules=classic").experience_in_force() == Experience::drafts);
  CHECK(given("deployment=on-premises,rules=modern").experience_in_force() == Experience::sync);
  CHECK(answer("deployment=on-premises,rules=classic,connected=no", ask(Verb::update, Held::cached)) ==
        "no D4 needs_connection");
  CHECK(answer("deployment=on-premises,rules=modern,connected=no", ask(Verb::update, Held::scoped)) == "yes");
  CHECK(why(given("deployment=on-premises,rules=classic")).find("on-premises") != std::string::npos);
}

TEST_CASE("a classic on-premises server before 7.0 has no offline work (P3)") {
  constexpr auto* kOld = "deployment=on-premises,rules=classic,version=6.1,connected=no,experience=drafts";
  for (const auto verb : {Verb::read, Verb::create, Verb::update, Verb::chart})
    CHECK(answer(kOld, ask(verb, Held::cached)) == "no P3 needs_connection");
  CHECK(answer("deployment=on-premises,rules=classic,version=7.0,connected=no,experience=drafts",
               ask(Verb::read, Held::cached)) == "yes");
  CHECK(answer("deployment=on-premises,rules=modern,version=6.1,connected=no", ask(Verb::read)) == "yes");
  CHECK(why(given("deployment=on-premises,rules=classic,version=6.1")).find("6.1") != std::string::npos);
}

TEST_CASE(
    "a record is pinned where it is, also offline; one that isn't here needs the server, a draft is here anyway (Q6)") {
  for (const auto* where : {kDraftsOffline, kSyncOffline})
    for (const auto held : {Held::cached, Held::scoped, Held::pending})
      CHECK(answer(where, ask(Verb::pin, held)) == "yes");
  CHECK(answer(kDraftsOffline, ask(Verb::pin, Held::not_here)) == "no Q6 needs_connection");
  CHECK(answer("", ask(Verb::pin, Held::not_here)) == "yes");
  CHECK(answer("", ask(Verb::pin, Held::draft)) == "no Q6 bad_request");
}

TEST_CASE("extended drafts name records that are on the device, and drafts; what isn't here needs the server (D9)") {
  constexpr auto* kExtended = "experience=drafts,connected=no,drafts=extended";
  const auto named = [](Held held, Held related = Held::none) {
    return Ask{.verb = Verb::create,
               .table = &table("contact"),
               .column = &column("contact", "parentcustomerid"),
               .related = related,
               .named = held};
  };
  for (const auto held : {Held::cached, Held::draft, Held::scoped}) CHECK(answer(kExtended, named(held)) == "yes");
  CHECK(answer(kExtended, named(Held::not_here)) == "no D9 needs_connection");
  CHECK(answer(kExtended, named(Held::pending)) == "no D9 needs_connection");
  CHECK(answer(kExtended, named(Held::cached, Held::draft)) == "yes");
  CHECK(answer(kDraftsOffline, named(Held::cached)) == "no D6 needs_connection");
  CHECK(makes_draft(given("experience=drafts,drafts=extended"), named(Held::draft)));
  CHECK(makes_draft(given("experience=drafts,drafts=extended"), named(Held::none, Held::draft)));
  CHECK(!makes_draft(given("experience=drafts,drafts=extended"), named(Held::cached)));
}

TEST_CASE("a sync needs the server (R1)") {
  CHECK(answer("connected=no", ask(Verb::sync)) == "no R1 needs_connection");
  CHECK(answer("", ask(Verb::sync)) == "yes");
}

// Every situation with every ask: "needs the server" is said exactly when the same is allowed once connected.
TEST_CASE("needs_connection is told exactly when a connection would do") {
  int refused = 0;
  for (int bits = 0; bits < (1 << 10); ++bits) {
    Situation s;
    s.experience = bits & 1 ? Experience::drafts : Experience::sync;
    s.deployment = bits & 2 ? Deployment::on_premises : Deployment::online;
    s.rules = bits & 4 ? Rules::classic : Rules::modern;
    s.connected = bits & 8;
    s.prompt = bits & 16;
    s.closed = bits & 32;
    s.lease_over = bits & 64;
    s.platform = bits & 128 ? Platform::windows8 : Platform::iphone;
    s.version = bits & 256 ? ProductVersion{6, 0} : ProductVersion{9, 2};
    s.drafts = bits & 512 ? DraftRules::extended : DraftRules::classic;
    for (const auto verb : {Verb::read, Verb::create, Verb::update, Verb::remove, Verb::save, Verb::discard, Verb::sync,
                            Verb::sign_in, Verb::chart, Verb::image, Verb::pin})
      for (const auto held : {Held::none, Held::not_here, Held::cached, Held::scoped, Held::draft, Held::pending})
        for (const auto* hand : {static_cast<const model::Column*>(nullptr), &column("contact", "parentcustomerid")}) {
          const Ask asked{verb, &table("contact"), held, hand, held, held, true, false};
          const auto answer = permit(s, asked);
          if (answer.allowed) continue;
          ++refused;
          Situation there = s;
          there.connected = true;
          there.prompt = there.closed = there.lease_over = false;
          CHECK((!s.connected && permit(there, asked).allowed) == (answer.refusal.code == ErrorCode::needs_connection));
          CHECK(!answer.refusal.rule.empty());
        }
  }
  CHECK(refused > 1000);
}

TEST_CASE("what is given is understood, or refused with what could be said") {
  for (const auto* bad : {"planet=mars", "connected=perhaps", "platform=toaster", "version=new", "version=7.x", "rules",
                          "experience=", "lease=long"}) {
    CAPTURE(bad);
    const auto situation = with_given({}, bad);
    REQUIRE(!situation.ok());
    CHECK(situation.error().code == ErrorCode::usage);
  }
  CHECK(given(" connected = no , version=8 ").version == ProductVersion{8, 0});
  CHECK(ProductVersion::parse("7.0.1.15") == ProductVersion{7, 0});
  for (const auto& row : platform_table()) {
    CHECK(platform_named(row.name) == row.platform);
    CHECK(&row_of(row.platform) == &row);
  }
  CHECK(!platform_named("toaster"));
}

}  // namespace
}  // namespace satchel::device::permits
