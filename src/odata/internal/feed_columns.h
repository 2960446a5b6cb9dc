// SPDX-License-Identifier: Apache-2.0
//
// The columns of a feed page: how the values of one column lie one behind the other. feed.cpp draws the page around them.
//
//   column  = [presence] payload             presence: one bit per row, lowest first; only where some rows are null
//
//   integer   constant    zigzag value                            every value is the same
//             plain       zigzag least, varints value - least
//             deltas      zigzags value - previous, from 0        moments and numbers that grow
//   text      constant    bytes
//             plain       varint size of lengths, varint lengths, bytes of all texts
//             dictionary  entries, codes
//   reference constant    zigzag table, 16 bytes
//             dictionary  entries, codes
//
//   entries = varint count, then of texts: varint lengths, bytes of all; of references: tables as an integer column
//             (coding, size, payload), ids transposed
//   codes   = varint per value: 0 the next entry, that comes first here; k the k-th newest of those that came
//
// Ids are transposed, byte 0 of all, byte 1 of all and so on: ids that were made one after the other begin alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "odata/feed.h"

namespace satchel::odata::internal {

inline constexpr std::size_t kIdSize = 16;

enum class ColumnKind : std::uint8_t { integer = 1, text = 2, reference = 3 };
enum class Coding : std::uint8_t { constant = 0, plain = 1, deltas = 2, dictionary = 3 };

ColumnKind kind_of(model::ColumnType type);

// Planes of bytes become ids one behind the other. The size is a multiple of kIdSize.
std::vector<char> from_transposed(std::string_view planes);

// ---- writing -----------------------------------------------------------------------------------------------------------

// Room that writing takes for a while, kept from one column to the next: made anew for each, it cost a page a fifth of its time.
struct Workroom {
  ByteWriter payload;  // of the column
  ByteWriter part;     // of numbers inside a payload
  std::string keys;    // of references
  std::string planes;  // of ids
  std::vector<std::string_view> texts;
  // Of a dictionary: places of first values, a code per value, and a hash table of entry numbers + 1.
  std::vector<std::size_t> entries;
  std::vector<std::uint32_t> codes, slots;
};

// Ids one behind the other become planes of bytes.
void append_transposed(ByteWriter& out, std::string_view ids, Workroom& room);
// Writes coding, size and payload of numbers that are there in every row (versions, scope sets).
void write_integers(ByteWriter& out, const std::vector<std::int64_t>& values, ByteWriter& payload);

// One column of the rows of one table, as it grows.
class ColumnWriter {
 public:
  explicit ColumnWriter(ColumnKind kind) : kind_(kind) {}

  ColumnKind kind() const { return kind_; }
  bool is_empty() const { return count_ == 0; }

  // Begins again, with the room it has.
  void reset(ColumnKind kind) {
    kind_ = kind;
    count_ = 0;
    presence_.clear();
    integers_.clear();
    lengths_.clear();
    bytes_.clear();
  }

  void add_integer(std::size_t row, std::int64_t value) {
    set_present(row);
    integers_.push_back(value);
  }
  void add_text(std::size_t row, std::string_view value) {
    set_present(row);
    lengths_.push_back(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  void add_reference(std::size_t row, TableNumber table, std::string_view id16) {
    set_present(row);
    integers_.push_back(table.value);
    bytes_.append(id16);
  }

  // Form byte, size, presence and payload.
  void write(ByteWriter& out, std::size_t rows, Workroom& room) const;

 private:
  void set_present(std::size_t row) {
    while (row / 8 >= presence_.size()) presence_.push_back('\0');
    presence_[row / 8] = static_cast<char>(presence_[row / 8] | 1 << row % 8);
    ++count_;
  }

  ColumnKind kind_;
  std::size_t count_ = 0;
  std::string presence_;
  std::vector<std::int64_t> integers_;  // integers; tables of references
  std::vector<std::uint32_t> lengths_;  // of texts
  std::string bytes_;                   // of texts and ids
};

// ---- reading -----------------------------------------------------------------------------------------------------------

// One column of a block, read row by row. Views into the page and into itself.
class ColumnReader {
 public:
  using Cell = FeedPageReader::Cell;

  // Reads form byte, size and data; the cursor then stands behind them. nullopt if they can't be right.
  static std::optional<ColumnReader> open(ByteReader& page, std::size_t rows);
  // The same without a form byte, for write_integers.
  static std::optional<ColumnReader> open_integers(ByteReader& page);

  ColumnKind kind() const { return kind_; }
  // The value of all rows, if they have one and the same.
  const Cell* constant() const { return coding_ == Coding::constant && presence_.empty() ? &current_ : nullptr; }

  // The cell of `row`; rows come in order, each once. False when the bytes are damaged.
  bool read(std::size_t row, Cell& cell) {
    if (!presence_.empty() && (static_cast<std::uint8_t>(presence_[row / 8]) >> row % 8 & 1) == 0) {
      cell.kind = Cell::Kind::null;
      return true;
    }
    switch (coding_) {
      case Coding::constant: cell = current_; return true;
      case Coding::plain: return kind_ == ColumnKind::integer ? read_offset(cell) : read_text(cell);
      case Coding::deltas: return read_delta(cell);
      case Coding::dictionary: return read_code(cell);
    }
    return false;
  }
  // The next number of a column that is there in every row.
  bool read_integer(std::int64_t& value) {
    Cell cell;
    if (!read(0, cell)) return false;
    value = cell.integer;
    return true;
  }

 private:
  bool open_payload(std::string_view payload);
  bool open_integers_payload(ByteReader payload);
  bool open_texts_payload(ByteReader payload);
  bool open_references_payload(ByteReader payload);
  bool read_text_entries(ByteReader& payload);
  bool read_reference_entries(ByteReader& payload);
  bool rest_is_numbers(ByteReader& payload);

  bool read_varint(std::uint64_t& number) {
    if (at_ == end_) return false;
    const auto byte = static_cast<std::uint8_t>(*at_);
    if (byte >= 0x80) return read_long_varint(number);
    ++at_;
    number = byte;
    return true;
  }
  bool read_long_varint(std::uint64_t& number);

  bool read_offset(Cell& cell) {
    std::uint64_t offset = 0;
    if (!read_varint(offset)) return false;
    cell = {.kind = Cell::Kind::integer, .integer = static_cast<std::int64_t>(running_ + offset)};
    return true;
  }
  bool read_delta(Cell& cell) {
    std::uint64_t zigzag = 0;
    if (!read_varint(zigzag)) return false;
    running_ += (zigzag >> 1) ^ (0 - (zigzag & 1));
    cell = {.kind = Cell::Kind::integer, .integer = static_cast<std::int64_t>(running_)};
    return true;
  }
  bool read_text(Cell& cell) {
    std::uint64_t size = 0;
    if (!read_varint(size) || size > texts_.size()) return false;
    cell = {.kind = Cell::Kind::text, .text = texts_.substr(0, static_cast<std::size_t>(size))};
    texts_.remove_prefix(static_cast<std::size_t>(size));
    return true;
  }
  bool read_code(Cell& cell) {
    std::uint64_t code = 0;
    if (!read_varint(code)) return false;
    if (code > entries_seen_) return false;
    if (code == 0 && entries_seen_ == entries_.size()) return false;
    cell = entries_[code == 0 ? entries_seen_++ : entries_seen_ - static_cast<std::size_t>(code)];
    return true;
  }

  ColumnKind kind_ = ColumnKind::integer;
  Coding coding_ = Coding::constant;
  std::string_view presence_;  // empty: every row has a value
  const char* at_ = nullptr;   // varints: offsets, deltas, lengths, codes
  const char* end_ = nullptr;
  std::string_view texts_;     // plain texts still to come
  std::uint64_t running_ = 0;  // the least, or the previous
  Cell current_;               // of a constant
  std::vector<Cell> entries_;
  std::size_t entries_seen_ = 0;
  std::vector<char> ids_;  // of entries, which view it: a vector's bytes stay in place when it moves
};

}  // namespace satchel::odata::internal
