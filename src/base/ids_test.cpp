// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <doctest/doctest.h>

#include <set>
#include <type_traits>
#include <unordered_set>

#include "base/bytes.h"
#include "base/random.h"

namespace satchel {
namespace {

constexpr std::string_view kText = "0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1";

// What must not compile.
static_assert(!std::is_convertible_v<Seq, ScopeNumber>);
static_assert(!std::is_convertible_v<Uuid, RecordId>);
static_assert(!std::is_convertible_v<RecordId, DeviceId>);
static_assert(!std::is_constructible_v<RecordId, DeviceId>);
static_assert(!std::is_convertible_v<std::int64_t, Seq>);
template <class A, class B>
concept Comparable = requires(A a, B b) { a == b; };
static_assert(!Comparable<Seq, ScopeNumber>);
static_assert(!Comparable<RecordId, ChangeId>);
static_assert(Comparable<RecordId, RecordId>);

TEST_SUITE("ids") {
  TEST_CASE("an id is written in lower case with hyphens and read in any case, with braces or without") {
    const auto id = Uuid::parse(kText);
    REQUIRE(id);
    CHECK(id->to_string() == kText);
    CHECK(to_hex(id->view()) == "0190a1b2c3d47e5f8a6b7c8d9eafb0c1");
    CHECK(Uuid::parse("0190A1B2-C3D4-7E5F-8A6B-7C8D9EAFB0C1") == id);
    CHECK(Uuid::parse("{0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1}") == id);
  }

  TEST_CASE("anything else is no id") {
    for (const auto text : {"", "0190a1b2", "0190a1b2c3d47e5f8a6b7c8d9eafb0c1", "0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c",
                            "0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1f", "{0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1",
                            "0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1}", "(0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1)",
                            "0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0g1", "0190a1b2_c3d4-7e5f-8a6b-7c8d9eafb0c1",
                            "0190a1b2-c3d4_7e5f-8a6b-7c8d9eafb0c1", "0190a1b2-c3d4-7e5f_8a6b-7c8d9eafb0c1",
                            "0190a1b2-c3d4-7e5f-8a6b_7c8d9eafb0c1", "0190a1b2-c3d47-e5f-8a6b-7c8d9eafb0c1",
                            " 0190a1b2-c3d4-7e5f-8a6b-7c8d9eafb0c1", "0190a1b2-c3d4-7e5f-8a6b-7c8d9eaf\xc3\xa4\xc3"}) {
      CAPTURE(text);
      CHECK_FALSE(Uuid::parse(text));
    }
  }

  TEST_CASE("every byte survives the way through text") {
    for (int byte = 0; byte < 256; ++byte) {
      Uuid id;
      id.bytes.fill(static_cast<std::uint8_t>(byte));
      CHECK(Uuid::parse(id.to_string()) == id);
      CHECK(Uuid::from_bytes(id.view()) == id);
    }
    CHECK_FALSE(Uuid::from_bytes("short"));
  }

  TEST_CASE("only sixteen zeros are nil") {
    CHECK(Uuid{}.is_nil());
    Uuid id;
    id.bytes[15] = 1;
    CHECK_FALSE(id.is_nil());
    CHECK(RecordId().is_nil());
  }

  TEST_CASE("ids compare as their bytes, and so as their text") {
    SeededRandom random(5);
    for (int i = 0; i < 500; ++i) {
      const auto a = new_uuid(random, Instant{random.one_in(2) ? 1 : 2}), b = new_uuid(random, Instant{1});
      CHECK((a < b) == (a.to_string() < b.to_string()));
    }
  }

  // RFC 9562, appendix A.6, has the moment 2022-02-22T19:22:22Z.
  TEST_CASE("a new id begins with its milliseconds and says version 7") {
    SeededRandom random(1);
    const auto id = new_uuid(random, Instant{0x017F22E279B0});
    CHECK(id.to_string().starts_with("017f22e2-79b0-7"));
    CHECK((id.bytes[8] & 0xC0) == 0x80);
    CHECK(new_id<RecordId>(random, Instant{0x017F22E279B0}).to_string().starts_with("017f22e2-79b0-7"));
  }

  TEST_CASE("new ids rise with time") {
    SeededRandom random(2);
    Uuid last;
    for (std::int64_t now : {0LL, 1LL, 255LL, 256LL, 1'000'000LL, 1'800'000'000'000LL, 200'000'000'000'000LL}) {
      const auto id = new_uuid(random, Instant{now});
      CHECK(last < id);
      last = id;
    }
  }

  // All other 74 bits must vary: over many ids each bit is seen as 0 and as 1.
  TEST_CASE("74 bits of a new id are chance") {
    SeededRandom random(3);
    std::array<std::uint8_t, 16> ever{}, always{};
    always.fill(0xFF);
    for (int i = 0; i < 200; ++i) {
      const auto id = new_uuid(random, Instant{0});
      for (std::size_t k = 0; k < 16; ++k) {
        ever[k] |= id.bytes[k];
        always[k] &= id.bytes[k];
      }
    }
    int varying = 0;
    for (std::size_t k = 0; k < 16; ++k) varying += __builtin_popcount(static_cast<unsigned>(ever[k] & ~always[k]));
    CHECK(varying == 74);
  }

  TEST_CASE("a clock before 1970 makes ids as of 1970") {
    SeededRandom random(4);
    CHECK(new_uuid(random, Instant{-5}).to_string().starts_with("00000000-0000-7"));
  }

  // The ids of derived rows are stored on both ends: these values may never change.
  TEST_CASE("a derived id is the same for the same name, for ever") {
    CHECK(derived_uuid("accounts/1 contacts/2").to_string() == "4e33543b-0bff-84bb-b730-46caebac7dc0");
    CHECK(derived_uuid("a") != derived_uuid("b"));
    const auto id = derived_uuid("anything");
    CHECK((id.bytes[6] & 0xF0) == 0x80);
    CHECK((id.bytes[8] & 0xC0) == 0x80);
  }

  TEST_CASE("ids and numbers can be keys of hash tables") {
    SeededRandom random(6);
    std::unordered_set<RecordId> ids;
    for (int i = 0; i < 1000; ++i) ids.insert(new_id<RecordId>(random, Instant{0}));
    CHECK(ids.size() == 1000);
    CHECK(std::unordered_set<Seq>{Seq(1), Seq(2), Seq(1)}.size() == 2);
  }

  TEST_CASE("a cut is named by its seq and mark, and read back") {
    const Cut cut{Seq(128), 0x9F3C};
    CHECK(cut.to_string() == "128.9f3c");
    for (const Cut& each : {cut, Cut{}, Cut{Seq(INT64_MAX), UINT64_MAX}}) CHECK(Cut::parse(each.to_string()) == each);
  }

  TEST_CASE("what is no cut is refused") {
    for (const auto text : {"", ".", "128", "128.", ".9f", "-1.9f", "+1.9f", "1.-9", "1.0x9", "1.9g", "1.9f ", " 1.9f",
                            "1.2.3", "9223372036854775808.1", "1.10000000000000000"}) {
      CAPTURE(text);
      CHECK_FALSE(Cut::parse(text));
    }
  }
}

}  // namespace
}  // namespace satchel
