// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include "base/random.h"

namespace satchel {
namespace {

using namespace std::string_literals;

constexpr std::array<std::uint64_t, 9> kNumbers = {0, 1, 127, 128, 16'383, 16'384, UINT32_MAX, INT64_MAX, UINT64_MAX};

TEST_SUITE("bytes") {
  TEST_CASE("fixed numbers are little-endian") {
    ByteWriter writer;
    writer.u8(0xFF);
    writer.u32(0x01020304);
    writer.u64(0x0102030405060708);
    CHECK(to_hex(writer.bytes()) == "ff040302010807060504030201");
  }

  TEST_CASE("varints are LEB128 and zigzag keeps small negatives small") {
    ByteWriter writer;
    writer.varint(300);
    writer.zigzag(-1);
    writer.zigzag(1);
    CHECK(to_hex(writer.bytes()) == "ac020102");
  }

  TEST_CASE("what was written is read back") {
    for (const auto number : kNumbers) {
      CAPTURE(number);
      ByteWriter writer;
      writer.varint(number);
      writer.zigzag(static_cast<std::int64_t>(number));
      writer.zigzag(-static_cast<std::int64_t>(number >> 1));
      writer.u32(static_cast<std::uint32_t>(number));
      writer.u64(number);
      writer.u8(static_cast<std::uint8_t>(number));
      writer.text("a\0b"s);
      writer.text("");
      ByteReader reader(writer.bytes());
      CHECK(reader.varint() == number);
      CHECK(reader.zigzag() == static_cast<std::int64_t>(number));
      CHECK(reader.zigzag() == -static_cast<std::int64_t>(number >> 1));
      CHECK(reader.u32() == static_cast<std::uint32_t>(number));
      CHECK(reader.u64() == number);
      CHECK(reader.u8() == static_cast<std::uint8_t>(number));
      CHECK(reader.text() == "a\0b"s);
      CHECK(reader.text() == "");
      CHECK(reader.at_end());
      CHECK_FALSE(reader.failed());
    }
  }

  TEST_CASE("the smallest signed number survives zigzag") {
    ByteWriter writer;
    writer.zigzag(INT64_MIN);
    CHECK(ByteReader(writer.bytes()).zigzag() == INT64_MIN);
  }

  TEST_CASE("after a read past the end everything is zero and empty") {
    ByteReader reader("\x01\x02\x03");
    CHECK(reader.u32() == 0);
    CHECK(reader.failed());
    CHECK(reader.u8() == 0);
    CHECK(reader.varint() == 0);
    CHECK(reader.text() == "");
    CHECK(reader.left() == 0);
  }

  TEST_CASE("a text that claims to be longer than what is left fails") {
    ByteReader long_text("\x05xyz");
    CHECK(long_text.text() == "");
    CHECK(long_text.failed());
    ByteWriter huge;
    huge.varint(UINT64_MAX);
    huge.raw("abc");
    ByteReader reader(huge.bytes());
    CHECK(reader.text() == "");
    CHECK(reader.failed());
  }

  TEST_CASE("a varint has one form: cut short, too long or padded with zeros it fails") {
    for (const auto& bytes : {""s, "\x80"s, "\x80\x00"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s,
                              "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s}) {
      CAPTURE(to_hex(bytes));
      ByteReader reader(bytes);
      CHECK(reader.varint() == 0);
      CHECK(reader.failed());
    }
  }

  // Any bytes may come from the network or a damaged file. We read random ones in random order.
  TEST_CASE("reading random bytes ends without reading past them") {
    SeededRandom random(17);
    for (int round = 0; round < 2000; ++round) {
      std::string bytes(random.below(40), '\0');
      random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
      ByteReader reader(bytes);
      std::size_t left_before = reader.left();
      while (!reader.at_end()) {
        switch (random.below(5)) {
          case 0: reader.u8(); break;
          case 1: reader.u32(); break;
          case 2: reader.u64(); break;
          case 3: reader.varint(); break;
          default: reader.text(); break;
        }
        REQUIRE(reader.left() < left_before);
        left_before = reader.left();
      }
    }
  }

  // RFC 4648, section 10.
  TEST_CASE("base64 is that of the RFC's examples") {
    const std::pair<std::string_view, std::string_view> examples[] = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : examples) {
      CHECK(to_base64(bytes) == text);
      CHECK(from_base64(text) == std::string(bytes));
    }
  }

  TEST_CASE("base64url has neither padding nor characters that a URL escapes") {
    CHECK(to_base64url("\xfb\xff") == "-_8");
    CHECK(from_base64url("-_8") == "\xfb\xff"s);
    CHECK_FALSE(from_base64url("-_8="));
    CHECK_FALSE(from_base64url("+/8"));
    CHECK_FALSE(from_base64("-_8="));
  }

  TEST_CASE("bytes of any length survive each text form") {
    SeededRandom random(3);
    for (std::size_t size = 0; size < 70; ++size) {
      std::string bytes(size, '\0');
      random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
      CHECK(from_base64(to_base64(bytes)) == bytes);
      CHECK(from_base64url(to_base64url(bytes)) == bytes);
      CHECK(from_hex(to_hex(bytes)) == bytes);
    }
  }

  TEST_CASE("malformed base64 is refused, and so is a second form of the same bytes") {
    for (const auto text :
         {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm=v", "Zm9v\n", "Zm 9v", "Zm9*", "Zh==", "Zm9=", "Zg==Zg=="}) {
      CAPTURE(text);
      CHECK_FALSE(from_base64(text));
    }
    CHECK_FALSE(from_base64url("Z"));
    CHECK_FALSE(from_base64url("Zh"));
  }

  TEST_CASE("hexadecimal is written in lower case and read in both") {
    CHECK(to_hex("\x00\x9f\xff"s) == "009fff");
    CHECK(from_hex("009FfF") == "\x00\x9f\xff"s);
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_hex("\xc3\xa4"));
  }
}

}  // namespace
}  // namespace satchel
