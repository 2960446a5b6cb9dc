// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/hash.h"
#include "base/random.h"

namespace satchel {
namespace {

using namespace std::string_literals;

std::string utf8(char32_t point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

bool is_surrogate(char32_t point) { return point >= 0xD800 && point < 0xE000; }

template <class Visit>
void for_each_character(Visit visit) {
  for (char32_t point = 1; point <= 0x10FFFF; ++point) {
    if (!is_surrogate(point)) visit(point, utf8(point));
  }
}

// Blocks of letters and marks that decompose, compose, reorder or fold in their own ways.
constexpr std::array<std::pair<char32_t, char32_t>, 24> kLivelyBlocks = {{
    {0x0020, 0x007E}, {0x00A0, 0x024F}, {0x0300, 0x036F}, {0x0370, 0x03FF}, {0x0400, 0x052F}, {0x0531, 0x0587},
    {0x0591, 0x05EA}, {0x0610, 0x06ED}, {0x0900, 0x097F}, {0x0980, 0x09FF}, {0x0B80, 0x0BFF}, {0x0E00, 0x0EFF},
    {0x0F40, 0x0FBC}, {0x1100, 0x11FF}, {0x1AB0, 0x1ACE}, {0x1DC0, 0x1DFF}, {0x1E00, 0x1FFF}, {0x20D0, 0x20F0},
    {0x2100, 0x214F}, {0x3040, 0x30FF}, {0xAC00, 0xAC80}, {0xFB00, 0xFDFF}, {0xFE00, 0xFFEE}, {0x1D100, 0x1D1A0},
}};

std::string random_text(Random& random, std::size_t characters) {
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) {
    const auto& [first, last] = kLivelyBlocks[random.below(kLivelyBlocks.size())];
    text += utf8(first + static_cast<char32_t>(random.below(last - first + 1)));
  }
  return text;
}

TEST_SUITE("text") {
  // --- UTF-8 ---

  TEST_CASE("each character is UTF-8, by itself and behind others") {
    for_each_character([](char32_t point, const std::string& text) {
      CAPTURE(point);
      REQUIRE(is_utf8(text));
      REQUIRE(utf8_prefix_size(text + "abcdefgh" + text + "\xFF") == 2 * text.size() + 8);
      REQUIRE(utf16_length(text) == (point >= 0x10000 ? 2u : 1u));
      REQUIRE_FALSE(is_utf8(text.substr(0, text.size() - 1) + "a" + (text.size() == 1 ? "\x80" : "")));
    });
  }

  TEST_CASE("overlong forms, surrogates, cut characters and what lies above U+10FFFF are not UTF-8") {
    for (const auto& bytes :
         {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x80\x80"s, "\xE0\x9F\xBF"s, "\xF0\x80\x80\x80"s,
          "\xF0\x8F\xBF\xBF"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFE"s,
          "\xFF"s, "\xC3"s, "\xE2\x82"s, "\xF0\x9F\x98"s, "\xC3\xC3\xA4"s, "\xE2\x82\x41"s}) {
      CAPTURE(bytes);
      CHECK_FALSE(is_utf8(bytes));
      CHECK(utf8_prefix_size("12345678" + bytes) == 8);
      CHECK_FALSE(is_utf8(bytes + "12345678"));
    }
    CHECK(is_utf8(""));
    CHECK(is_utf8("a\0b"s));
  }

  TEST_CASE("length counts as a form does: UTF-16 units") {
    CHECK(utf16_length("") == 0);
    CHECK(utf16_length("Zoë") == 3);
    CHECK(utf16_length("東京") == 2);
    CHECK(utf16_length("a😀") == 3);
  }

  // --- Form C ---

  TEST_CASE("form C composes what can be composed") {
    CHECK(to_nfc("E\u0301ric") == "Éric");
    CHECK(to_nfc("Éric") == "Éric");
    CHECK(to_nfc("\u1112\u1161\u11AB") == "한");
    CHECK(to_nfc("か\u3099") == "が");
    CHECK(to_nfc("и\u0306") == "й");
    CHECK(to_nfc("\u212B") == "Å");
    CHECK(to_nfc("\u0387") == "·");
    CHECK(to_nfc("ﬁ №") == "ﬁ №");
    CHECK(to_nfc("q\u0307\u0323") == "q\u0323\u0307");
    CHECK(to_nfc("\u0958") == "\u0915\u093C");  // Excluded from composition.
    CHECK(to_nfc("a\0é"s) == "a\0é"s);
  }

  // The quick path judges by bytes, so for each character we hand the slow path the same one with an "e\u0301" behind.
  TEST_CASE("quick and slow path to form C agree on every character") {
    for_each_character([](char32_t point, const std::string& text) {
      CAPTURE(point);
      REQUIRE(to_nfc(text) + "xé" == to_nfc(text + "xe\u0301"));
    });
  }

  TEST_CASE("form C of form C changes nothing") {
    SeededRandom random(31);
    for (int i = 0; i < 20'000; ++i) {
      const auto text = random_text(random, 1 + random.below(6));
      const auto nfc = to_nfc(text);
      CAPTURE(text);
      REQUIRE(to_nfc(nfc) == nfc);
      REQUIRE(is_utf8(nfc));
    }
  }

  TEST_CASE("what isn't UTF-8 comes out of form C as it is") { CHECK(to_nfc("E\u0301 \xFF") == "E\u0301 \xFF"); }

  // --- Fold keys ---

  TEST_CASE("case, accents, width and compatibility forms don't count") {
    const std::vector<std::vector<std::string>> alike = {
        {"eric", "Eric", "ÉRIC", "Éric", "E\u0301ric", "ｅｒｉｃ", "ⓔric", "e\u00ADric", "e\u200Bric"},
        {"strasse", "Straße", "STRASSE", "STRAẞE", "ﬆraße"},
        {"istanbul", "İstanbul", "I\u0307stanbul", "ISTANBUL"},
        {"ωμεγα", "ΩΜΈΓΑ", "ωμέγα", "Ω\u039C\u0395\u0301ΓΑ", "\u2126μεγα"},
        {"οδυσσευσ", "Ὀδυσσεύς", "ΟΔΥΣΣΕΎΣ"},
        {"αδησ", "ᾍδης", "ᾅδης", "α\u0345δης"},
        {"елка", "Ёлка", "ЕЛКА", "е\u0308лка"},
        {"שלום", "שָׁלוֹם"},
        {"محمد", "مُحَمَّد"},
        {"한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8"},
        {"カタカナ", "ｶﾀｶﾅ"},
        {"ガ", "ｶﾞ", "カ\u3099"},
        {"no 5", "№ 5", "No\u00A05", "NO ５"},
        {"1⁄2", "½"},
        {"dz", "ǅ", "Ǆ", "ǆ", "DZ"},
        {"tieng viet", "Tiếng Việt"},
        {"հայ", "ՀԱՅ"},
        {"ა", "Ა"},
        {"Ꭰ", "ꭰ"},
        {"aa", "a\u20DDa"},
        {"", "\u00AD", "\u200D", "\uFE0F"},
    };
    for (const auto& texts : alike) {
      for (const auto& text : texts) {
        CAPTURE(text);
        CHECK(fold_key(text) == texts.front());
      }
    }
  }

  TEST_CASE("marks that spell another word count") {
    CHECK(fold_key("राम") != fold_key("रमा"));
    CHECK(fold_key("की") != fold_key("का"));
    CHECK(fold_key("ハハ") != fold_key("パパ"));
    CHECK(fold_key("ข้าว") != fold_key("ขาว"));
    CHECK(fold_key("กิน") != fold_key("กัน"));
    CHECK(fold_key("தமிழ்") != fold_key("தமழ"));
  }

  TEST_CASE("an ASCII key is the lower-case text") {
    std::string text;
    for (char c = 0; c < 0x7F; ++c) text.push_back(c);
    CHECK(fold_key(text) == to_lower_ascii(text));
    CHECK(fold_key("Contoso Ltd. [sample] @_`{") == "contoso ltd. [sample] @_`{");
  }

  TEST_CASE("the key of a key is the key, for each character") {
    for_each_character([](char32_t point, const std::string& text) {
      CAPTURE(point);
      const auto key = fold_key(text);
      REQUIRE(fold_key(key) == key);
    });
  }

  TEST_CASE("the key of a key is the key, and form C doesn't change it, for texts of many scripts") {
    SeededRandom random(32);
    for (int i = 0; i < 50'000; ++i) {
      const auto text = random_text(random, 1 + random.below(6));
      CAPTURE(text);
      const auto key = fold_key(text);
      REQUIRE(is_utf8(key));
      REQUIRE(fold_key(key) == key);
      REQUIRE(fold_key(to_nfc(text)) == key);
    }
  }

  // A text of Latin, Greek, Cyrillic, Hebrew, Arabic is folded by a table. An ideograph behind it takes the way without.
  TEST_CASE("keys by the table are keys without it") {
    SeededRandom random(33);
    for (int i = 0; i < 20'000; ++i) {
      std::string text;
      const auto characters = 1 + random.below(8);
      for (std::size_t k = 0; k < characters; ++k) text += utf8(static_cast<char32_t>(random.below(0x800)));
      CAPTURE(text);
      REQUIRE(fold_key(text) + "東" == fold_key(text + "東"));
    }
  }

  // Keys are stored, so they may change only together with kFoldVersion (and with it every stored key is made again).
  TEST_CASE("the keys of all characters are those of fold version 1") {
    std::string keys;
    for_each_character([&](char32_t, const std::string& text) { keys += fold_key(text) + "\n"; });
    CHECK(kFoldVersion == 1);
    CHECK(hash64(keys) == 0x1341F9B75482FC75);
  }

  TEST_CASE("what isn't UTF-8 has a key too") {
    CHECK(fold_key("AB\xFF") == "ab\xFF");
    CHECK(fold_key("AB\xC3") == "ab\xC3");
    CHECK(fold_key("\xD0-A") == "\xD0-a");
    CHECK(fold_key("東\xE6\x9D-A") == "東\xE6\x9D-a");
  }

  // Marks in falling order are the worst case of a naive sort: at 200,000 of them it would take minutes.
  TEST_CASE("a text of nothing but marks is put in order quickly") {
    std::string marks, below, above;
    for (int i = 0; i < 100'000; ++i) {
      marks += "\u0301\u0316";
      below += "\u0316";
      above += "\u0301";
    }
    CHECK(to_nfc("q" + marks) == "q" + below + above);
    CHECK(fold_key("東" + marks) == "東");
  }

  // --- ASCII ---

  TEST_CASE("split gives one part more than there are separators") {
    CHECK(split("a,b", ',') == std::vector<std::string_view>{"a", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    CHECK(split(",a,,", ',') == std::vector<std::string_view>{"", "a", "", ""});
  }

  TEST_CASE("trim takes white space from both ends only") {
    CHECK(trim(" \t\r\n a b \v\f") == "a b");
    CHECK(trim("   ") == "");
    CHECK(trim("") == "");
    CHECK(trim("\u00A0a") == "\u00A0a");
  }

  TEST_CASE("ASCII case is ignored, other case isn't") {
    CHECK(to_lower_ascii("ABZ[É") == "abz[É");
    CHECK(equals_ignoring_case_ascii("If-Match", "IF-MATCH"));
    CHECK_FALSE(equals_ignoring_case_ascii("If-Match", "If-Matc"));
    CHECK_FALSE(equals_ignoring_case_ascii("[", "{"));
    CHECK_FALSE(equals_ignoring_case_ascii("É", "é"));
  }

  // --- Percent-encoding ---

  TEST_CASE("everything but RFC 3986's unreserved characters is escaped") {
    CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(percent_encode("a b/c?d=é&+%") == "a%20b%2Fc%3Fd%3D%C3%A9%26%2B%25");
    CHECK(percent_encode("\0\xFF"s) == "%00%FF");
  }

  TEST_CASE("every byte survives percent-encoding, and escapes are read in both cases") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    CHECK(percent_decode(percent_encode(bytes)) == bytes);
    CHECK(percent_decode("%c3%A9+") == "é+");
  }

  TEST_CASE("malformed escapes are refused") {
    for (const auto text : {"%", "%4", "a%", "a%4", "%4g", "%g4", "%%41", "%-1", "%+1", "% 1", "%\xC3\xA9"}) {
      CAPTURE(text);
      CHECK_FALSE(percent_decode(text));
    }
  }
}

}  // namespace
}  // namespace satchel
