// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/feed_head.h"

#include <string>

#include "odata/internal/feed_columns.h"

namespace satchel::odata::internal {

namespace {

void write_id(ByteWriter& out, const Uuid& id) { out.raw(id.view()); }

Uuid read_id(ByteReader& in) { return Uuid::from_bytes(in.raw(kIdSize)).value_or(Uuid{}); }

template <class Choice>
bool read_choice(ByteReader& in, Choice last, Choice& choice) {
  const std::uint8_t byte = in.u8();
  choice = static_cast<Choice>(byte);
  return byte <= static_cast<std::uint8_t>(last);
}

void write_scopes(ByteWriter& out, const std::vector<ScopeNumber>& scopes) {
  out.varint(scopes.size());
  for (const auto scope : scopes) out.zigzag(scope.value);
}

bool read_scopes(ByteReader& in, std::vector<ScopeNumber>& scopes) {
  std::size_t count = 0;
  if (!read_count(in, 1, count)) return false;
  scopes.resize(count);
  for (auto& scope : scopes) scope = read_strong<ScopeNumber>(in);
  return !in.failed();
}

}  // namespace

bool read_count(ByteReader& in, std::size_t size_min, std::size_t& count) {
  const std::uint64_t number = in.varint();
  count = static_cast<std::size_t>(number);
  return !in.failed() && number <= in.left() / size_min;
}

// --- Head ---

namespace {

// Bits of one byte. A page without a watch is what devices always got.
enum HeadFlags : std::uint8_t { kComplete = 1, kWatched = 2 };

void write_watch(ByteWriter& out, const FeedWatch& watch) {
  out.u8(watch.is_new ? 1 : 0);
  out.varint(watch.whole.size());
  for (const auto table : watch.whole) out.zigzag(table.value);
  out.varint(watch.touched.size());
  for (const auto& id : watch.touched) write_id(out, id.uuid);
}

bool read_watch(ByteReader& in, FeedWatch& watch) {
  std::size_t count = 0;
  if (!read_choice(in, true, watch.is_new) || !read_count(in, 1, count)) return false;
  watch.whole.resize(count);
  for (auto& table : watch.whole) table = read_strong<TableNumber>(in);
  if (!read_count(in, kIdSize, count)) return false;
  watch.touched.resize(count);
  for (auto& id : watch.touched) id = RecordId(read_id(in));
  return !in.failed();
}

}  // namespace

void write_head(ByteWriter& out, const FeedHead& head) {
  out.zigzag(head.schema_number);
  write_id(out, head.epoch);
  out.zigzag(head.server_time.milliseconds);
  out.u8(static_cast<std::uint8_t>(head.phase));
  out.u8(static_cast<std::uint8_t>((head.complete ? kComplete : 0) | (head.watch ? kWatched : 0)));
  out.zigzag(head.cut.seq.value);
  out.u64(head.cut.mark);
  out.text(head.cursor);
  out.zigzag(head.rows_expected);
  out.varint(head.granted.size());
  for (const auto& scope : head.granted) {
    out.zigzag(scope.number.value);
    out.zigzag(scope.table.value);
    out.u8(static_cast<std::uint8_t>(scope.kind));
    out.zigzag(scope.rows);
    write_id(out, scope.key.uuid);
  }
  write_scopes(out, head.dropped);
  out.varint(head.totals.size());
  for (const auto& total : head.totals) {
    out.zigzag(total.number.value);
    out.zigzag(total.count);
    out.u64(total.sum);
  }
  out.varint(head.named.size());
  for (const auto& named : head.named) {
    out.zigzag(named.table.value);
    out.u8(static_cast<std::uint8_t>(named.answer));
    write_id(out, named.id.uuid);
  }
  if (head.watch) write_watch(out, *head.watch);
}

namespace {

bool read_granted(ByteReader& in, std::vector<FeedScope>& granted) {
  std::size_t count = 0;
  if (!read_count(in, 4 + kIdSize, count)) return false;
  granted.resize(count);
  for (auto& scope : granted) {
    scope.number = read_strong<ScopeNumber>(in);
    scope.table = read_strong<TableNumber>(in);
    if (!read_choice(in, AccessKind::share, scope.kind)) return false;
    scope.rows = in.zigzag();
    scope.key = RecordId(read_id(in));
  }
  return !in.failed();
}

bool read_totals(ByteReader& in, std::vector<ScopeTotal>& totals) {
  std::size_t count = 0;
  if (!read_count(in, 10, count)) return false;
  totals.resize(count);
  for (auto& total : totals) {
    total.number = read_strong<ScopeNumber>(in);
    total.count = in.zigzag();
    total.sum = in.u64();
  }
  return !in.failed();
}

bool read_named(ByteReader& in, std::vector<FeedHead::Named>& all) {
  std::size_t count = 0;
  if (!read_count(in, 2 + kIdSize, count)) return false;
  all.resize(count);
  for (auto& named : all) {
    named.table = read_strong<TableNumber>(in);
    if (!read_choice(in, NamedAnswer::forbidden, named.answer)) return false;
    named.id = RecordId(read_id(in));
  }
  return !in.failed();
}

}  // namespace

bool read_head(ByteReader& in, FeedHead& head) {
  head.schema_number = in.zigzag();
  head.epoch = read_id(in);
  head.server_time = Instant{in.zigzag()};
  if (!read_choice(in, FeedPhase::delta, head.phase)) return false;
  const auto flags = in.u8();
  if (flags > (kComplete | kWatched)) return false;
  head.complete = (flags & kComplete) != 0;
  head.cut.seq = read_strong<Seq>(in);
  head.cut.mark = in.u64();
  head.cursor = in.text();
  head.rows_expected = in.zigzag();
  if (!read_granted(in, head.granted) || !read_scopes(in, head.dropped) || !read_totals(in, head.totals) ||
      !read_named(in, head.named))
    return false;
  return (flags & kWatched) == 0 || read_watch(in, head.watch.emplace());
}

// --- Sets of scopes ---

void write_sets(ByteWriter& out, const ScopeSets& sets) {
  out.varint(sets.size());
  for (const auto& set : sets) write_scopes(out, set);
}

bool read_sets(ByteReader& in, ScopeSets& sets) {
  std::size_t count = 0;
  if (!read_count(in, 1, count)) return false;
  sets.resize(count);
  for (auto& set : sets) {
    if (!read_scopes(in, set)) return false;
  }
  return true;
}

// --- Marks ---

void write_marks(ByteWriter& out, const std::vector<FeedMark>& marks) {
  out.varint(marks.size());
  if (marks.empty()) return;
  std::vector<std::int64_t> tables, seqs;
  std::string ids;
  for (const auto& mark : marks) {
    out.u8(static_cast<std::uint8_t>(mark.kind));
    tables.push_back(mark.table.value);
    seqs.push_back(mark.seq.value);
    ids.append(mark.id.view());
  }
  Workroom room;
  write_integers(out, tables, room.part);
  write_integers(out, seqs, room.part);
  append_transposed(out, ids, room);
  for (const auto& mark : marks) write_scopes(out, mark.scopes);
}

bool read_marks(ByteReader& in, std::vector<FeedMark>& marks) {
  std::size_t count = 0;
  if (!read_count(in, 2 + kIdSize, count)) return false;
  marks.resize(count);
  if (marks.empty()) return true;
  for (auto& mark : marks) {
    if (!read_choice(in, FeedMark::Kind::deleted, mark.kind)) return false;
  }
  auto tables = ColumnReader::open_integers(in);
  auto seqs = ColumnReader::open_integers(in);
  const auto ids = from_transposed(in.raw(std::uint64_t{count} * kIdSize));
  if (!tables || !seqs || in.failed()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t table = 0;
    if (!tables->read_integer(table) || !seqs->read_integer(marks[i].seq.value)) return false;
    marks[i].table = TableNumber(static_cast<std::int32_t>(table));
    marks[i].id = *RecordId::from_bytes(std::string_view(ids.data() + i * kIdSize, kIdSize));
    if (!read_scopes(in, marks[i].scopes)) return false;
  }
  return true;
}

}  // namespace satchel::odata::internal
