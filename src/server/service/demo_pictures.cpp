// SPDX-License-Identifier: Apache-2.0
//
// Pictures of the demo organisation: 48 by 48 pixels in four colours, as PNG (W3C PNG, third edition) of 716 bytes:
//
//   signature, IHDR (size, 2 bits a pixel, palette), PLTE, IDAT (a zlib stream of one stored block, RFC 1950 and 1951), IEND
//
// A contact's shows head and shoulders, an account's a pattern of squares that is alike on both sides.
#include <array>

#include "base/bytes.h"
#include "base/hash.h"
#include "server/service/internal/demo_world.h"

namespace satchel::server::service::demo {
namespace {

constexpr int kSide = 48;
constexpr int kSquares = 6;  // of a side of a pattern

struct Color {
  std::uint8_t red, green, blue;
};
using Palette = std::array<Color, 4>;

constexpr std::array<Palette, 6> kPalettes = {{
    {{{0xDC, 0xE9, 0xF5}, {0xE8, 0xB8, 0x94}, {0x1F, 0x5A, 0x96}, {0x4A, 0x2F, 0x20}}},
    {{{0xE3, 0xF0, 0xE0}, {0xC9, 0x8E, 0x66}, {0x2E, 0x6B, 0x3C}, {0x1E, 0x1A, 0x18}}},
    {{{0xFB, 0xEA, 0xD5}, {0x8D, 0x5A, 0x3B}, {0xB2, 0x4F, 0x1B}, {0x14, 0x10, 0x0E}}},
    {{{0xEE, 0xE4, 0xF5}, {0xF0, 0xC8, 0xA8}, {0x6A, 0x3C, 0x94}, {0xB8, 0x86, 0x3B}}},
    {{{0xDF, 0xF1, 0xF1}, {0x6E, 0x45, 0x2C}, {0x12, 0x6E, 0x70}, {0x1A, 0x14, 0x12}}},
    {{{0xF7, 0xE1, 0xE4}, {0xE3, 0xAE, 0x86}, {0x9C, 0x26, 0x3E}, {0x77, 0x77, 0x7A}}},
}};

bool is_within(int x, int y, int center_x, int center_y, int radius_x, int radius_y) {
  const int dx = (x - center_x) * radius_y, dy = (y - center_y) * radius_x;
  return dx * dx + dy * dy <= radius_x * radius_x * radius_y * radius_y;
}

// Hair lies behind the face; how far down is different from person to person.
int color_of_person(int x, int y, std::uint64_t chance) {
  const int hair_length = 4 + static_cast<int>(chance >> 8 & 7);
  if (is_within(x, y, 24, 21, 8, 10)) return is_within(x, y, 24, 10, 9, 5) ? 3 : 1;
  if (y < 16 + hair_length && is_within(x, y, 24, 18, 11, 12)) return 3;
  if (x > 20 && x < 28 && y > 26 && y < 36) return 1;
  return is_within(x, y, 24, 48, 18, 15) ? 2 : 0;
}

int color_of_company(int x, int y, std::uint64_t chance) {
  const int column = std::min(x, kSide - 1 - x) * kSquares / kSide, row = y * kSquares / kSide;
  const auto bits = chance >> (column + row * kSquares / 2) * 2 & 3;
  return bits == 0 ? 0 : bits == 3 ? 3 : 2;
}

void append_big_endian(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

std::uint32_t adler_of(std::string_view bytes) {
  std::uint32_t low = 1, high = 0;
  for (const char byte : bytes) {
    low = (low + static_cast<std::uint8_t>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const auto chunk = std::string(type).append(data);
  out += chunk;
  append_big_endian(out, crc_of(chunk));
}

std::string zlib_stream(std::string_view bytes) {
  const auto size = static_cast<std::uint16_t>(bytes.size());
  std::string out = "\x78\x01\x01";
  for (const std::uint16_t part : {size, static_cast<std::uint16_t>(~size)}) {
    out += static_cast<char>(part & 0xFF);
    out += static_cast<char>(part >> 8);
  }
  out += bytes;
  append_big_endian(out, adler_of(bytes));
  return out;
}

template <class ColorOf>
std::string png(const Palette& palette, ColorOf color_of) {
  std::string colors, lines;
  for (const auto& [red, green, blue] : palette)
    for (const auto part : {red, green, blue}) colors += static_cast<char>(part);
  for (int y = 0; y < kSide; ++y) {
    lines += '\0';  // no filter
    for (int x = 0; x < kSide; x += 4)
      lines += static_cast<char>(color_of(x, y) << 6 | color_of(x + 1, y) << 4 | color_of(x + 2, y) << 2 |
                                 color_of(x + 3, y));
  }
  std::string head;
  append_big_endian(head, kSide);
  append_big_endian(head, kSide);
  head.append("\x02\x03\0\0\0", 5);  // 2 bits, a palette; the usual compression and filter, not interlaced
  std::string out = "\x89PNG\r\n\x1A\n";
  append_chunk(out, "IHDR", head);
  append_chunk(out, "PLTE", colors);
  append_chunk(out, "IDAT", zlib_stream(lines));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace

void add_picture(ChangeMaker& row) {
  const bool is_company = row.table().name == "account";
  const auto chance = hash64("picture " + row.change().id.to_string());
  // Not by the dice: whoever has a picture, all else stays as it is.
  if (chance % 5 != 0) return;
  const auto& palette = kPalettes[chance / 5 % kPalettes.size()];
  row.set("entityimage", to_base64(png(palette, [&](int x, int y) {
            return is_company ? color_of_company(x, y, chance) : color_of_person(x, y, chance);
          })));
}

}  // namespace satchel::server::service::demo
