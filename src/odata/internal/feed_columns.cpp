// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/feed_columns.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace satchel::odata::internal {

namespace {

// The form byte: kind, then coding, then whether a presence bitmap stands before the payload.
constexpr std::uint8_t kKindMask = 0x03;
constexpr int kCodingShift = 2;
constexpr std::uint8_t kCodingMask = 0x03;
constexpr std::uint8_t kHasPresence = 0x10;
constexpr std::uint8_t kFormMax = 0x1F;

constexpr std::uint64_t to_zigzag(std::uint64_t number) { return (number << 1) ^ (0 - (number >> 63)); }
constexpr std::size_t varint_size(std::uint64_t number) {
  return (static_cast<std::size_t>(std::bit_width(number | 1)) + 6) / 7;
}

std::size_t presence_size(std::size_t rows) { return (rows + 7) / 8; }

// --- Integers ---

// Differences wrap around, as unsigned numbers do, so every 64-bit value has a form.
Coding coding_of(const std::vector<std::int64_t>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least == *most) return Coding::constant;
  const auto base = static_cast<std::uint64_t>(*least);
  std::size_t plain_size = 0, deltas_size = 0;
  std::uint64_t previous = 0;
  for (const auto value : values) {
    const auto number = static_cast<std::uint64_t>(value);
    plain_size += varint_size(number - base);
    deltas_size += varint_size(to_zigzag(number - previous));
    previous = number;
  }
  return deltas_size < plain_size ? Coding::deltas : Coding::plain;
}

void write_integer_payload(ByteWriter& out, Coding coding, const std::vector<std::int64_t>& values) {
  if (coding == Coding::constant) return out.zigzag(values.front());
  std::uint64_t previous = 0;
  if (coding == Coding::plain) {
    const std::int64_t least = *std::min_element(values.begin(), values.end());
    out.zigzag(least);
    for (const auto value : values) out.varint(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(least));
    return;
  }
  for (const auto value : values) {
    const auto number = static_cast<std::uint64_t>(value);
    out.varint(to_zigzag(number - previous));
    previous = number;
  }
}

// --- Dictionaries ---

// A text dictionary pays when texts come twice on average. A look at the first few spares hashing all of the others.
constexpr std::size_t kDictionaryLookAt = 64;

enum class When { always, if_it_pays };

// Fills the room's entries and codes. False when it doesn't pay. `value_at(i)` is the bytes of value i.
template <class ValueAt>
bool make_dictionary(Workroom& room, std::size_t count, When when, ValueAt value_at) {
  room.entries.clear();
  room.codes.clear();
  room.slots.assign(std::bit_ceil(count * 2 + 1), 0);
  const std::size_t mask = room.slots.size() - 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (when == When::if_it_pays && i == kDictionaryLookAt && room.entries.size() * 2 > i) return false;
    const std::string_view value = value_at(i);
    std::size_t slot = hash64(value) & mask;
    while (room.slots[slot] != 0 && value_at(room.entries[room.slots[slot] - 1]) != value) slot = (slot + 1) & mask;
    const std::size_t entry = room.slots[slot];
    room.codes.push_back(entry == 0 ? 0 : static_cast<std::uint32_t>(room.entries.size() - (entry - 1)));
    if (entry != 0) continue;
    room.entries.push_back(i);
    room.slots[slot] = static_cast<std::uint32_t>(room.entries.size());
  }
  return when == When::always || room.entries.size() * 2 <= count;
}

void write_codes(ByteWriter& out, const std::vector<std::uint32_t>& codes) {
  for (const auto code : codes) out.varint(code);
}

// --- Texts ---

void take_apart(std::string_view bytes, const std::vector<std::uint32_t>& lengths,
                std::vector<std::string_view>& texts) {
  texts.clear();
  for (const auto length : lengths) {
    texts.push_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
}

void write_plain_texts(ByteWriter& out, std::string_view bytes, const std::vector<std::uint32_t>& lengths) {
  std::size_t size = 0;
  for (const auto length : lengths) size += varint_size(length);
  out.varint(size);
  for (const auto length : lengths) out.varint(length);
  out.raw(bytes);
}

Coding write_texts(Workroom& room, std::string_view bytes, const std::vector<std::uint32_t>& lengths) {
  auto& out = room.payload;
  auto& texts = room.texts;
  take_apart(bytes, lengths, texts);
  const bool pays = make_dictionary(room, texts.size(), When::if_it_pays, [&](std::size_t i) { return texts[i]; });
  if (texts.size() == 1 || (pays && room.entries.size() == 1)) {
    out.raw(texts.front());
    return Coding::constant;
  }
  if (!pays) {
    write_plain_texts(out, bytes, lengths);
    return Coding::plain;
  }
  out.varint(room.entries.size());
  for (const auto entry : room.entries) out.varint(texts[entry].size());
  for (const auto entry : room.entries) out.raw(texts[entry]);
  write_codes(out, room.codes);
  return Coding::dictionary;
}

// --- References ---

// The same id in two tables is a damaged or derived thing, but two references all the same: the key holds both.
constexpr std::size_t kKeySize = kIdSize + sizeof(std::int32_t);

void make_keys(std::string_view ids, const std::vector<std::int64_t>& tables, std::string& keys) {
  keys.clear();
  keys.reserve(tables.size() * kKeySize);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto table = static_cast<std::uint32_t>(tables[i]);
    keys.append(ids.substr(i * kIdSize, kIdSize));
    for (int shift = 0; shift < 32; shift += 8) keys.push_back(static_cast<char>(table >> shift));
  }
}

Coding write_references(Workroom& room, std::string_view ids, const std::vector<std::int64_t>& tables) {
  auto& out = room.payload;
  make_keys(ids, tables, room.keys);
  make_dictionary(room, tables.size(), When::always,
                  [&](std::size_t i) { return std::string_view(room.keys).substr(i * kKeySize, kKeySize); });
  if (room.entries.size() == 1) {
    out.zigzag(tables.front());
    out.raw(ids.substr(0, kIdSize));
    return Coding::constant;
  }
  std::vector<std::int64_t> entry_tables;
  std::string entry_ids;
  for (const auto entry : room.entries) {
    entry_tables.push_back(tables[entry]);
    entry_ids.append(ids.substr(entry * kIdSize, kIdSize));
  }
  out.varint(room.entries.size());
  write_integers(out, entry_tables, room.part);
  append_transposed(out, entry_ids, room);
  write_codes(out, room.codes);
  return Coding::dictionary;
}

}  // namespace

ColumnKind kind_of(model::ColumnType type) {
  switch (type) {
    case model::ColumnType::text:
    case model::ColumnType::memo:
    case model::ColumnType::image:
    case model::ColumnType::party_list: return ColumnKind::text;
    case model::ColumnType::id:
    case model::ColumnType::lookup: return ColumnKind::reference;
    default: return ColumnKind::integer;
  }
}

void append_transposed(ByteWriter& out, std::string_view ids, Workroom& room) {
  const std::size_t count = ids.size() / kIdSize;
  auto& planes = room.planes;
  planes.resize(ids.size());
  for (std::size_t plane = 0; plane < kIdSize; ++plane) {
    for (std::size_t i = 0; i < count; ++i) planes[plane * count + i] = ids[i * kIdSize + plane];
  }
  out.raw(planes);
}

std::vector<char> from_transposed(std::string_view planes) {
  const std::size_t count = planes.size() / kIdSize;
  std::vector<char> ids(planes.size());
  for (std::size_t plane = 0; plane < kIdSize; ++plane) {
    for (std::size_t i = 0; i < count; ++i) ids[i * kIdSize + plane] = planes[plane * count + i];
  }
  return ids;
}

void write_integers(ByteWriter& out, const std::vector<std::int64_t>& values, ByteWriter& payload) {
  const Coding coding = coding_of(values);
  payload.clear();
  write_integer_payload(payload, coding, values);
  out.u8(static_cast<std::uint8_t>(coding));
  out.text(payload.bytes());
}

void ColumnWriter::write(ByteWriter& out, std::size_t rows, Workroom& room) const {
  auto& payload = room.payload;
  payload.clear();
  Coding coding = Coding::constant;
  switch (kind_) {
    case ColumnKind::integer:
      coding = coding_of(integers_);
      write_integer_payload(payload, coding, integers_);
      break;
    case ColumnKind::text: coding = write_texts(room, bytes_, lengths_); break;
    case ColumnKind::reference: coding = write_references(room, bytes_, integers_); break;
  }
  const bool all_present = count_ == rows;
  const std::size_t bitmap_size = all_present ? 0 : presence_size(rows);
  out.u8(static_cast<std::uint8_t>(static_cast<int>(kind_) | static_cast<int>(coding) << kCodingShift |
                                   (all_present ? 0 : kHasPresence)));
  out.varint(bitmap_size + payload.size());
  if (!all_present) {
    out.raw(presence_);
    for (std::size_t i = presence_.size(); i < bitmap_size; ++i) out.u8(0);
  }
  out.raw(payload.bytes());
}

// ---- reading -----------------------------------------------------------------------------------------------------------

std::optional<ColumnReader> ColumnReader::open(ByteReader& page, std::size_t rows) {
  const std::uint8_t form = page.u8();
  ByteReader data(page.text());
  if (page.failed() || form > kFormMax || (form & kKindMask) == 0) return std::nullopt;
  ColumnReader column;
  column.kind_ = static_cast<ColumnKind>(form & kKindMask);
  column.coding_ = static_cast<Coding>(form >> kCodingShift & kCodingMask);
  if (form & kHasPresence) {
    column.presence_ = data.raw(presence_size(rows));
    if (data.failed()) return std::nullopt;
  }
  if (!column.open_payload(data.raw(data.left()))) return std::nullopt;
  return column;
}

std::optional<ColumnReader> ColumnReader::open_integers(ByteReader& page) {
  const std::uint8_t coding = page.u8();
  const std::string_view payload = page.text();
  if (page.failed() || coding > static_cast<std::uint8_t>(Coding::deltas)) return std::nullopt;
  ColumnReader column;
  column.coding_ = static_cast<Coding>(coding);
  if (!column.open_payload(payload)) return std::nullopt;
  return column;
}

bool ColumnReader::open_payload(std::string_view payload) {
  switch (kind_) {
    case ColumnKind::integer: return open_integers_payload(ByteReader(payload));
    case ColumnKind::text: return open_texts_payload(ByteReader(payload));
    case ColumnKind::reference: return open_references_payload(ByteReader(payload));
  }
  return false;
}

// What is left are varints, read row by row.
bool ColumnReader::rest_is_numbers(ByteReader& payload) {
  const auto rest = payload.raw(payload.left());
  at_ = rest.data();
  end_ = rest.data() + rest.size();
  return !payload.failed();
}

bool ColumnReader::open_integers_payload(ByteReader payload) {
  switch (coding_) {
    case Coding::constant:
      current_ = {.kind = Cell::Kind::integer, .integer = payload.zigzag()};
      return !payload.failed() && payload.at_end();
    case Coding::plain: running_ = static_cast<std::uint64_t>(payload.zigzag()); return rest_is_numbers(payload);
    case Coding::deltas: return rest_is_numbers(payload);
    case Coding::dictionary: return false;
  }
  return false;
}

bool ColumnReader::open_texts_payload(ByteReader payload) {
  switch (coding_) {
    case Coding::constant: current_ = {.kind = Cell::Kind::text, .text = payload.raw(payload.left())}; return true;
    case Coding::plain: {
      ByteReader lengths(payload.text());
      texts_ = payload.raw(payload.left());
      return !payload.failed() && rest_is_numbers(lengths);
    }
    case Coding::deltas: return false;
    case Coding::dictionary: return read_text_entries(payload) && rest_is_numbers(payload);
  }
  return false;
}

bool ColumnReader::open_references_payload(ByteReader payload) {
  switch (coding_) {
    case Coding::constant:
      current_ = {.kind = Cell::Kind::reference, .integer = payload.zigzag()};
      current_.text = payload.raw(kIdSize);
      return !payload.failed() && payload.at_end();
    case Coding::plain:
    case Coding::deltas: return false;
    case Coding::dictionary: return read_reference_entries(payload) && rest_is_numbers(payload);
  }
  return false;
}

// Counts are held against the bytes that are left before room is made for them.
bool ColumnReader::read_text_entries(ByteReader& payload) {
  const std::uint64_t count = payload.varint();
  if (payload.failed() || count > payload.left()) return false;
  std::vector<std::uint64_t> lengths(static_cast<std::size_t>(count));
  for (auto& length : lengths) length = payload.varint();
  entries_.reserve(lengths.size());
  for (const auto length : lengths) entries_.push_back({.kind = Cell::Kind::text, .text = payload.raw(length)});
  return !payload.failed();
}

bool ColumnReader::read_reference_entries(ByteReader& payload) {
  const std::uint64_t count = payload.varint();
  if (payload.failed() || count > payload.left() / kIdSize) return false;
  auto tables = open_integers(payload);
  if (!tables) return false;
  ids_ = from_transposed(payload.raw(count * kIdSize));
  if (payload.failed()) return false;
  entries_.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!tables->read_integer(entries_[i].integer)) return false;
    entries_[i].kind = Cell::Kind::reference;
    entries_[i].text = std::string_view(ids_.data() + i * kIdSize, kIdSize);
  }
  return true;
}

bool ColumnReader::read_long_varint(std::uint64_t& number) {
  ByteReader rest(std::string_view(at_, static_cast<std::size_t>(end_ - at_)));
  number = rest.varint();
  at_ = end_ - rest.left();
  return !rest.failed();
}

}  // namespace satchel::odata::internal
