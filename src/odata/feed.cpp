// SPDX-License-Identifier: Apache-2.0
//
// A feed page in bytes. Numbers are varints, signed ones zigzag; "text" is a length and the bytes (base/bytes.h).
//
//   page   = "SPG1" wire head sets marks block* sum
//   sum    = 8 bytes, little-endian: XXH3 of all bytes before
//   head   = schema number, epoch (16 bytes), server time in ms, phase (1), flags (1), cut seq, cut mark (8 bytes),
//            cursor (text), rows expected,
//            count, granted: scope, table, kind (1), rows, key (16 bytes)
//            count, dropped: scope
//            count, totals:  scope, count, sum (8 bytes)
//            count, named:   table, answer (1), id (16 bytes)
//            with flag 2, watched: new (1), count, tables to name whole, count, touched ids (16 bytes); flag 1: complete
//   sets   = count, and of each distinct set of scopes: count, scopes
//   marks  = count, and if there are any: kinds (1 each), tables, seqs, ids transposed, and of each: count, scopes
//   block  = table, rows, size, and as many bytes:
//            ids transposed, versions, set numbers, count of columns, and of each: name (text), form (1), data (text)
//
// Columns without any value aren't there. Tables, seqs, versions and set numbers are integer columns without form byte:
// coding (1), payload (text). internal/feed_columns.h tells the codings.
//
// Two contacts of scope 7, changed at 128 and 130; both have a first name, the second a birthday too:
//
//   04 02 50                                   table 2 (zigzag), 2 rows, 80 bytes
//   00 00 00 00 .. .. 01 02                    ids, byte by byte
//   01 04 80 02 00 02                          versions: plain, 4 bytes: least 128, offsets 0 and 2
//   00 01 00                                   set numbers: constant, 1 byte: always the first set, {7}
//   02                                         columns
//   09 "firstname" 06 0b 02 03 05 "AdaGrace"   text, plain, 11 bytes: 2 bytes of lengths: 3 and 5
//   09 "birthdate" 11 03 02 d8 5a              integer, constant, not in every row, 3 bytes: rows 0b10, day 5804
#include "odata/feed.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "model/party_list.h"
#include "odata/internal/feed_columns.h"
#include "odata/internal/feed_head.h"

namespace satchel::odata {

using internal::ColumnKind;
using internal::ColumnReader;
using internal::ColumnWriter;
using internal::kIdSize;
using model::Table;

namespace {

constexpr std::string_view kMagic = "SPG1";
constexpr std::size_t kSumSize = 8;

}  // namespace

std::uint64_t entry_hash(RecordId id, Seq version) {
  ByteWriter entry;
  entry.raw(id.view());
  entry.u64(static_cast<std::uint64_t>(version.value));
  return hash64(entry.bytes());
}

// ---- writing -----------------------------------------------------------------------------------------------------------

namespace {

// The rows of one table.
struct BlockWriter {
  const Table* table = nullptr;
  std::string ids;
  std::vector<std::int64_t> versions;
  std::vector<std::int64_t> sets;
  std::vector<ColumnWriter> columns;  // by ColumnIndex; those beyond the table's are room of an earlier one

  void reset(const Table& of) {
    table = &of;
    ids.clear();
    versions.clear();
    sets.clear();
    for (std::size_t i = 0; i < of.columns.size(); ++i) {
      const auto kind = internal::kind_of(of.columns[i].type);
      if (i < columns.size()) columns[i].reset(kind);
      else columns.emplace_back(kind);
    }
  }

  std::size_t rows() const { return versions.size(); }

  // `body` is room to work in.
  void write(ByteWriter& out, ByteWriter& body, internal::Workroom& room) const {
    const std::span used(columns.data(), table->columns.size());
    body.clear();
    internal::append_transposed(body, ids, room);
    internal::write_integers(body, versions, room.payload);
    internal::write_integers(body, sets, room.payload);
    body.varint(static_cast<std::size_t>(
        std::count_if(used.begin(), used.end(), [](const ColumnWriter& column) { return !column.is_empty(); })));
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (used[i].is_empty()) continue;
      body.text(table->columns[i].name);
      used[i].write(body, rows(), room);
    }
    out.zigzag(table->number.value);
    out.varint(rows());
    out.text(body.bytes());
  }
};

}  // namespace

struct FeedPageWriter::State {
  std::deque<BlockWriter> blocks;  // the first `block_of.size()` of them are this page's
  std::unordered_map<TableNumber, std::size_t> block_of;
  internal::ScopeSets sets;
  std::map<std::vector<ScopeNumber>, std::size_t> set_of;
  std::vector<FeedMark> marks;
  std::size_t rows = 0;
  std::size_t bytes = 0;  // about

  // Room to work in.
  ByteWriter page, body;
  internal::Workroom room;

  // The row that is being written.
  BlockWriter* block = nullptr;
  std::size_t row = 0;
  std::size_t set = 0;
  std::size_t column = 0;

  bool row_is_whole() const { return !block || column == block->table->columns.size(); }

  ColumnWriter& next_column([[maybe_unused]] ColumnKind kind) {
    assert(block && column < block->table->columns.size());
    ColumnWriter& writer = block->columns[column++];
    assert(writer.kind() == kind);
    return writer;
  }

  BlockWriter& block_for(const Table& table) {
    if (block && block->table == &table) return *block;
    const auto [place, is_new] = block_of.try_emplace(table.number, block_of.size());
    if (place->second == blocks.size()) blocks.emplace_back();
    BlockWriter& found = blocks[place->second];
    if (is_new) found.reset(table);
    return found;
  }

  // Rows that follow each other mostly have the same scopes.
  std::size_t set_for(std::span<const ScopeNumber> scopes) {
    if (!sets.empty() && std::equal(scopes.begin(), scopes.end(), sets[set].begin(), sets[set].end())) return set;
    const auto [place, is_new] =
        set_of.try_emplace(std::vector<ScopeNumber>(scopes.begin(), scopes.end()), sets.size());
    if (is_new) sets.push_back(place->first);
    return place->second;
  }
};

FeedPageWriter::FeedPageWriter(const model::Schema&) : state_(std::make_unique<State>()) {}
FeedPageWriter::~FeedPageWriter() = default;

void FeedPageWriter::begin_row(const Table& table, RecordId id, Seq version, std::span<const ScopeNumber> scopes) {
  assert(state_->row_is_whole());
  state_->block = &state_->block_for(table);
  state_->set = state_->set_for(scopes);
  state_->row = state_->block->rows();
  state_->column = 1;
  state_->block->ids.append(id.view());
  state_->block->versions.push_back(version.value);
  state_->block->sets.push_back(static_cast<std::int64_t>(state_->set));
  state_->bytes += kIdSize + 2;
  ++state_->rows;
}

void FeedPageWriter::null() {
  assert(state_->block && state_->column < state_->block->table->columns.size());
  ++state_->column;
}

void FeedPageWriter::integer(std::int64_t value) {
  state_->next_column(ColumnKind::integer).add_integer(state_->row, value);
  state_->bytes += 2;
}

void FeedPageWriter::text(std::string_view value) {
  state_->next_column(ColumnKind::text).add_text(state_->row, value);
  state_->bytes += value.size() + 1;
}

void FeedPageWriter::reference(TableNumber table, std::string_view id16) {
  assert(id16.size() == kIdSize);
  state_->next_column(ColumnKind::reference).add_reference(state_->row, table, id16);
  state_->bytes += 4;
}

void FeedPageWriter::row(const Table& table, const model::Record& record, std::span<const ScopeNumber> scopes) {
  assert(record.values.size() == table.columns.size());
  begin_row(table, record.id, record.version, scopes);
  for (std::size_t i = 1; i < record.values.size(); ++i) {
    const model::Value& value = record.values[i];
    if (const auto* number = model::integer_in(value)) integer(*number);
    else if (const auto* string = model::text_in(value)) text(*string);
    else if (const auto* target = model::reference_in(value)) reference(target->table, target->id.view());
    else if (const auto* parties = model::parties_in(value)) text(model::party_list_text(*parties));
    else null();
  }
}

void FeedPageWriter::mark(FeedMark mark) {
  state_->bytes += kIdSize + 4 + mark.scopes.size();
  state_->marks.push_back(std::move(mark));
}

std::size_t FeedPageWriter::rows() const { return state_->rows; }
std::size_t FeedPageWriter::bytes_about() const { return state_->bytes; }

std::string FeedPageWriter::finish(const FeedHead& head) {
  assert(state_->row_is_whole());
  ByteWriter& out = state_->page;
  out.clear();
  out.raw(kMagic);
  out.varint(static_cast<std::uint64_t>(head.wire));
  internal::write_head(out, head);
  internal::write_sets(out, state_->sets);
  internal::write_marks(out, state_->marks);
  for (std::size_t i = 0; i < state_->block_of.size(); ++i) state_->blocks[i].write(out, state_->body, state_->room);
  out.u64(hash64(out.bytes()));
  return out.bytes();
}

void FeedPageWriter::clear() {
  state_->block_of.clear();
  state_->sets.clear();
  state_->set_of.clear();
  state_->marks.clear();
  state_->rows = state_->bytes = 0;
  state_->block = nullptr;
  state_->set = 0;
}

// ---- reading -----------------------------------------------------------------------------------------------------------

namespace {

Error damaged(std::string_view where) {
  return {ErrorCode::unexpected_answer, "The feed page is damaged in its " + std::string(where) + "."};
}

// A block as it lies in the page.
struct BlockHead {
  TableNumber table;
  std::size_t rows = 0;
  std::string_view body;
};

bool read_block_head(ByteReader& in, BlockHead& head) {
  head.table = internal::read_strong<TableNumber>(in);
  const std::uint64_t rows = in.varint();
  head.body = in.text();
  head.rows = static_cast<std::size_t>(rows);
  return !in.failed() && rows <= head.body.size() / kIdSize;
}

}  // namespace

struct FeedPageReader::State {
  struct Column {
    model::ColumnIndex index = 0;
    ColumnReader reader;
  };

  const model::Schema* schema = nullptr;
  FeedHead head;
  internal::ScopeSets sets;
  std::vector<FeedMark> marks;
  std::vector<BlockHead> blocks;  // of tables that the schema knows
  std::size_t rows = 0;

  // The block that is being read.
  std::size_t blocks_opened = 0;
  const Table* table = nullptr;
  std::size_t block_rows = 0;
  std::size_t row = 0;
  std::vector<char> ids;
  std::optional<ColumnReader> versions, set_numbers;
  std::vector<Column> columns;  // those that differ from row to row
  std::vector<Cell> cells;

  Result<void> read(ByteReader in) {
    if (!internal::read_head(in, head)) return damaged("head");
    if (!internal::read_sets(in, sets)) return damaged("scopes");
    if (!internal::read_marks(in, marks)) return damaged("marks");
    while (!in.at_end()) {
      BlockHead block;
      if (!read_block_head(in, block)) return damaged("blocks");
      if (!schema->find(block.table)) continue;
      blocks.push_back(block);
      rows += block.rows;
    }
    return in.failed() ? Result<void>(damaged("blocks")) : Result<void>();
  }

  bool open_block(const BlockHead& block) {
    ByteReader in(block.body);
    table = schema->find(block.table);
    block_rows = block.rows;
    row = 0;
    ids = internal::from_transposed(in.raw(std::uint64_t{block.rows} * kIdSize));
    versions = ColumnReader::open_integers(in);
    set_numbers = ColumnReader::open_integers(in);
    columns.clear();
    cells.assign(table->columns.size(), Cell{});
    std::size_t count = 0;
    if (!versions || !set_numbers || !internal::read_count(in, 3, count) || count > model::kSchemaColumnsMax)
      return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (!open_column(in)) return false;
    }
    return in.at_end() && !in.failed();
  }

  // A column of another kind than the schema's is another column of the same name: its values would fit nowhere.
  bool open_column(ByteReader& in) {
    const std::string_view name = in.text();
    auto reader = ColumnReader::open(in, block_rows);
    if (!reader) return false;
    const auto* column = table->find_column(name);
    if (!column || column->index == 0 || internal::kind_of(column->type) != reader->kind()) return true;
    if (const Cell* constant = reader->constant()) cells[column->index] = *constant;
    else columns.push_back({column->index, std::move(*reader)});
    return true;
  }

  bool read_row(Row& out) {
    std::int64_t set = 0;
    if (!versions->read_integer(out.version.value) || !set_numbers->read_integer(set)) return false;
    if (set < 0 || static_cast<std::uint64_t>(set) >= sets.size()) return false;
    for (auto& column : columns) {
      if (!column.reader.read(row, cells[column.index])) return false;
    }
    out.table = table;
    std::copy_n(ids.data() + row * kIdSize, kIdSize, out.id.uuid.bytes.data());
    out.scope_set = static_cast<std::uint32_t>(set);
    out.scopes = sets[out.scope_set];
    out.cells = cells;
    ++row;
    return true;
  }
};

Result<FeedPageReader> FeedPageReader::open(const model::Schema& schema, std::string_view page) {
  if (!page.starts_with(kMagic)) return Error{ErrorCode::unexpected_answer, "The answer isn't a feed page."};
  ByteReader start(page.substr(kMagic.size()));
  const std::uint64_t wire = start.varint();
  if (start.failed() || start.left() < kSumSize) return damaged("end");
  // Before the sum, for a page of another wire may end otherwise.
  if (wire < kWireVersionMin || wire > kWireVersion) {
    return Error{ErrorCode::update_required,
                 "This version of the app doesn't fit the server. Update the app, or ask your administrator to update "
                 "the server; what waits on the device stays there."};
  }
  const std::string_view before_sum = page.substr(0, page.size() - kSumSize);
  if (ByteReader(page.substr(before_sum.size())).u64() != hash64(before_sum)) return damaged("bytes");
  auto state = std::make_unique<State>();
  state->schema = &schema;
  state->head.wire = static_cast<int>(wire);
  TRY(state->read(ByteReader(before_sum.substr(page.size() - start.left()))));
  return FeedPageReader(std::move(state));
}

FeedPageReader::FeedPageReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
FeedPageReader::FeedPageReader(FeedPageReader&&) noexcept = default;
FeedPageReader::~FeedPageReader() = default;

const FeedHead& FeedPageReader::head() const { return state_->head; }
const std::vector<FeedMark>& FeedPageReader::marks() const { return state_->marks; }
std::size_t FeedPageReader::rows() const { return state_->rows; }

Result<bool> FeedPageReader::next(Row& row) {
  while (state_->row == state_->block_rows) {
    if (state_->blocks_opened == state_->blocks.size()) return false;
    if (!state_->open_block(state_->blocks[state_->blocks_opened++])) return damaged("columns");
  }
  if (!state_->read_row(row)) return damaged("rows");
  return true;
}

model::Value value_of(const model::Column& column, const FeedPageReader::Cell& cell) {
  using Kind = FeedPageReader::Cell::Kind;
  switch (cell.kind) {
    case Kind::null: return {};
    case Kind::integer: return cell.integer;
    case Kind::text:
      if (column.type == model::ColumnType::party_list) return model::parse_party_list(cell.text);
      return std::string(cell.text);
    case Kind::reference:
      return model::Reference{TableNumber(static_cast<std::int32_t>(cell.integer)),
                              RecordId::from_bytes(cell.text).value_or(RecordId())};
  }
  return {};
}

model::Record record_of(const FeedPageReader::Row& row) {
  model::Record record{.table = row.table->number, .id = row.id, .version = row.version, .values = {}};
  record.values.reserve(row.cells.size());
  for (const auto& column : row.table->columns) record.values.push_back(value_of(column, row.cells[column.index]));
  return record;
}

}  // namespace satchel::odata
