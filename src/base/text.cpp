// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/sort.h"

namespace satchel {

// --- UTF-8 (RFC 3629) ---

namespace {

constexpr bool is_within(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}
constexpr bool is_continuation(unsigned char byte) { return is_within(byte, 0x80, 0xBF); }

// The size of the non-ASCII character that begins at `at`, or 0. RFC 3629, section 4.
std::size_t sequence_size(const unsigned char* at, std::size_t left) {
  const unsigned char lead = at[0];
  if (is_within(lead, 0xC2, 0xDF)) return left >= 2 && is_continuation(at[1]) ? 2 : 0;
  if (is_within(lead, 0xE0, 0xEF)) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
    return left >= 3 && is_within(at[1], low, high) && is_continuation(at[2]) ? 3 : 0;
  }
  if (is_within(lead, 0xF0, 0xF4)) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
    return left >= 4 && is_within(at[1], low, high) && is_continuation(at[2]) && is_continuation(at[3]) ? 4 : 0;
  }
  return 0;
}

// How many bytes from the front on are ASCII; eight at a time.
std::size_t ascii_prefix_size(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + at, 8);
    if ((eight & 0x8080808080808080) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

constexpr char lower_ascii(char c) { return static_cast<char>(c | (c >= 'A' && c <= 'Z' ? 0x20 : 0)); }

bool is_ascii(std::string_view text) { return ascii_prefix_size(text) == text.size(); }

}  // namespace

std::size_t utf8_prefix_size(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t at = ascii_prefix_size(text);
  while (at < text.size()) {
    const std::size_t size = sequence_size(bytes + at, text.size() - at);
    if (size == 0) return at;
    at += size;
    if (at < text.size() && bytes[at] < 0x80) at += ascii_prefix_size(text.substr(at));
  }
  return at;
}

bool is_utf8(std::string_view text) { return utf8_prefix_size(text) == text.size(); }

// Each character has one byte that isn't a continuation; those of four bytes take two units.
std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += static_cast<std::size_t>(!is_continuation(byte)) + static_cast<std::size_t>(byte >= 0xF0);
  }
  return units;
}

// --- Normalization form C ---

namespace {

using Points = std::vector<utf8proc_int32_t>;

void append_decomposed(Points& out, utf8proc_int32_t point, int options) {
  std::array<utf8proc_int32_t, 32> parts;  // The longest, U+FDFA, has 18.
  const auto flags = static_cast<utf8proc_option_t>(options | UTF8PROC_DECOMPOSE);
  int boundary = 0;
  const auto count = utf8proc_decompose_char(point, parts.data(), parts.size(), flags, &boundary);
  out.insert(out.end(), parts.begin(), parts.begin() + std::clamp<utf8proc_ssize_t>(count, 0, parts.size()));
}

// Unicode Standard, section 3.11, D109: marks side by side stand by rising class. (utf8proc_decompose does this as well,
// in quadratic time: a note of nothing but accents would take it a minute.)
void order_marks(Points& points) {
  const auto class_of = [](auto point) { return point < 0x300 ? 0 : utf8proc_get_property(point)->combining_class; };
  const auto is_starter = [&](auto point) { return class_of(point) == 0; };
  for (auto begin = points.begin(); begin != points.end();) {
    begin = std::find_if_not(begin, points.end(), is_starter);
    const auto end = std::find_if(begin, points.end(), is_starter);
    if (end - begin > 1)
      satchel::sort(std::span(begin, end), [&](auto a, auto b) { return class_of(a) < class_of(b); });
    begin = end;
  }
}

// Appends the code points of `text` decomposed, their marks not in order yet. False if it isn't UTF-8.
bool decompose(std::string_view text, int options, Points& out) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  out.reserve(text.size());
  for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(at, left, &point);
    if (size <= 0) return false;
    if (point < 0x80) out.push_back(point);
    else append_decomposed(out, point, options);
    at += size;
    left -= size;
  }
  return true;
}

// The text of decomposed code points in form C.
std::string compose(Points points) {
  const auto flags = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  const auto count = utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()), flags);
  std::string out(static_cast<std::size_t>(count) * 4, '\0');
  auto* const bytes = reinterpret_cast<utf8proc_uint8_t*>(out.data());
  utf8proc_ssize_t size = 0;
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    size += utf8proc_encode_char(points[static_cast<std::size_t>(i)], bytes + size);
  }
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// Bytes that only occur in characters which are in form C by themselves and combine with nothing: those below U+0300,
// Cyrillic up to U+047F, the ideographs of U+4000 to U+9FFF and the Hangul syllables of U+B000 to U+CFFF.
constexpr bool is_nfc_byte(unsigned char byte) {
  return byte < 0xCC || byte == 0xD0 || byte == 0xD1 || is_within(byte, 0xE4, 0xE9) || byte == 0xEB || byte == 0xEC;
}

constexpr std::array<bool, 256> nfc_bytes() {
  std::array<bool, 256> bytes{};
  for (std::size_t i = 0; i < 256; ++i) bytes[i] = is_nfc_byte(static_cast<unsigned char>(i));
  return bytes;
}

constexpr auto kNfcBytes = nfc_bytes();

}  // namespace

std::string to_nfc(std::string_view text) {
  const bool is_nfc =
      std::all_of(text.begin(), text.end(), [](char c) { return kNfcBytes[static_cast<unsigned char>(c)]; });
  Points points;
  if (is_nfc || !decompose(text, 0, points)) return std::string(text);
  order_marks(points);
  return compose(std::move(points));
}

// --- Fold keys ---
//
//   "Ångström №5"   decompose   A ◌̊ n g s t r o ◌̈ m _ N o 5
//                   drop        A    n g s t r o    m _ N o 5
//                   fold case   a    n g s t r o    m _ n o 5
//                   compose     what still combines: Hangul, kana, vowel signs
//
// Accents go before cases are folded: folding would make a letter of U+0345, the iota below. Marks are put in order
// last, for dropping an enclosing sign brings together what it held apart.

namespace {

// Accents and points that a reader may leave out: the marks above, below or across a letter, the vowel points of Hebrew,
// Arabic and Syriac, and enclosing signs. Not what spells another word: the vowel signs and viramas of the scripts of
// India, vowels and tones of Thai and Lao, the voicing marks of Japanese.
bool is_accent(utf8proc_int32_t point) {
  if (point < 0x300) return false;
  const auto& property = *utf8proc_get_property(point);
  const int combining_class = property.combining_class;
  return property.category == UTF8PROC_CATEGORY_ME ||
         (property.category == UTF8PROC_CATEGORY_MN &&
          (combining_class == 1 || (combining_class >= 10 && combining_class <= 36) || combining_class >= 200));
}

std::string fold_any(std::string_view text) {
  Points points;
  constexpr int kCompatible = UTF8PROC_COMPAT | UTF8PROC_IGNORE;
  if (!decompose(text, kCompatible, points)) return to_lower_ascii(text);
  Points folded;
  folded.reserve(points.size());
  for (const auto point : points) {
    if (point < 0x80) folded.push_back(lower_ascii(static_cast<char>(point)));
    else if (!is_accent(point)) append_decomposed(folded, point, kCompatible | UTF8PROC_CASEFOLD);
  }
  order_marks(folded);
  return compose(std::move(folded));
}

// The keys of the characters of two bytes, U+0080 to U+07FF: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic and their
// neighbours. No two characters in these keys combine or change places, so the key of a text of such characters is the
// keys of its characters, one after the other.
class FoldTable {
 public:
  FoldTable() {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const char character[] = {static_cast<char>(kLeadMin + i / 64), static_cast<char>(0x80 + i % 64)};
      const auto key = fold_any({character, 2});
      keys_[i].size = static_cast<std::uint8_t>(key.copy(keys_[i].bytes, sizeof keys_[i].bytes));
    }
  }

  // nullopt if there is a character that the table doesn't have.
  std::optional<std::string> fold(std::string_view text) const {
    std::string key;
    key.reserve(text.size() + 8);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x80) {
        key.push_back(lower_ascii(text[i]));
        continue;
      }
      if (!is_within(byte, kLeadMin, kLeadMax) || ++i == text.size()) return std::nullopt;
      const auto second = static_cast<unsigned char>(text[i]);
      if (!is_continuation(second)) return std::nullopt;
      const auto& folded = keys_[(byte - kLeadMin) * 64u + (second - 0x80u)];
      key.append(folded.bytes, folded.size);
    }
    return key;
  }

 private:
  struct Key {
    std::uint8_t size = 0;
    char bytes[7] = {};  // the longest has 5
  };

  static constexpr unsigned char kLeadMin = 0xC2, kLeadMax = 0xDF;
  std::array<Key, (kLeadMax - kLeadMin + 1) * 64> keys_;
};

}  // namespace

std::string fold_key(std::string_view text) {
  if (is_ascii(text)) return to_lower_ascii(text);
  static const FoldTable table;  // A constant, too long to write down.
  auto key = table.fold(text);
  return key ? *std::move(key) : fold_any(text);
}

// --- ASCII ---

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view white = " \t\r\n\f\v";
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lower_ascii(c);
  return lower;
}

bool equals_ignoring_case_ascii(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_ascii(x) == lower_ascii(y); });
}

// --- Percent-encoding (RFC 3986, section 2.1) ---

namespace {

constexpr bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = lower_ascii(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    const char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};
    out.append(escape, 3);
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

}  // namespace satchel
