// SPDX-License-Identifier: Apache-2.0
//
//   body = format (1), kind (1 letter), values, bases (record_bytes.h), base version, saved at,
//          what is there of: seen, group, first sent, waits for (1 byte of flags, then these in order),
//          reason code, reason, reason target, retired values
#include "device/store/internal/outbox.h"

#include "device/store/internal/record_bytes.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

using model::ChangeKind;

constexpr std::uint8_t kBodyFormat = 1;
enum Flag : std::uint8_t { kSeen = 1, kGroup = 2, kFirstSent = 4, kWaitsFor = 8 };

constexpr std::string_view kColumns = "position, change, record, \"table\", state, acknowledged_version, body";

char letter_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::create: return 'c';
    case ChangeKind::update: return 'u';
    case ChangeKind::remove: return 'r';
  }
  return '?';
}

std::optional<ChangeKind> kind_of(char letter) {
  if (letter == 'c') return ChangeKind::create;
  if (letter == 'u') return ChangeKind::update;
  if (letter == 'r') return ChangeKind::remove;
  return std::nullopt;
}

void write_optional_parts(ByteWriter& writer, const OutboxEntry& entry) {
  writer.u8(static_cast<std::uint8_t>((entry.seen ? kSeen : 0) | (entry.group ? kGroup : 0) |
                                      (entry.first_sent ? kFirstSent : 0) | (entry.waits_for ? kWaitsFor : 0)));
  if (entry.seen) {
    writer.zigzag(entry.seen->seq.value);
    writer.u64(entry.seen->mark);
  }
  if (entry.group) writer.raw(entry.group->view());
  if (entry.first_sent) writer.zigzag(entry.first_sent->milliseconds);
  if (entry.waits_for) {
    writer.zigzag(entry.waits_for->table.value);
    writer.raw(entry.waits_for->id.view());
  }
}

void read_optional_parts(ByteReader& reader, OutboxEntry& entry) {
  const auto flags = reader.u8();
  if ((flags & kSeen) != 0) {
    const Seq seq(reader.zigzag());
    entry.seen = Cut{seq, reader.u64()};
  }
  if ((flags & kGroup) != 0) entry.group = ChangeId::from_bytes(reader.raw(16)).value_or(ChangeId());
  if ((flags & kFirstSent) != 0) entry.first_sent = Instant{reader.zigzag()};
  if ((flags & kWaitsFor) != 0) {
    const TableNumber table(static_cast<std::int32_t>(reader.zigzag()));
    entry.waits_for = model::Reference{table, RecordId::from_bytes(reader.raw(16)).value_or(RecordId())};
  }
}

bool read_columns_into(ByteReader& reader, const model::Table* table, std::vector<model::ColumnValue>& values,
                       std::vector<RetiredValue>* retired) {
  auto columns = read_columns(reader, table);
  if (!columns) return false;
  values = std::move(columns->values);
  if (retired != nullptr) *retired = std::move(columns->retired);
  return true;
}

bool read_body(std::string_view body, const model::Table* table, OutboxEntry& entry) {
  ByteReader reader(body);
  if (reader.u8() != kBodyFormat) return false;
  const auto kind = kind_of(static_cast<char>(reader.u8()));
  if (!kind) return false;
  entry.change.kind = *kind;
  if (!read_columns_into(reader, table, entry.change.values, &entry.retired)) return false;
  if (!read_columns_into(reader, table, entry.bases, nullptr)) return false;
  entry.base_version = Seq(reader.zigzag());
  entry.saved_at = Instant{reader.zigzag()};
  read_optional_parts(reader, entry);
  entry.reason_code = std::string(reader.text());
  entry.reason = std::string(reader.text());
  entry.reason_target = std::string(reader.text());
  auto retired = read_retired(reader);
  if (!retired || !reader.at_end()) return false;
  // Those of an earlier schema first, for they were typed into columns that went first.
  entry.retired.insert(entry.retired.begin(), retired->begin(), retired->end());
  return !reader.failed();
}

void bind_body(sql::Statement& statement, int first, const OutboxEntry& entry, const std::string& body) {
  statement.bind_blob(first, entry.id.view());
  statement.bind_blob(first + 1, entry.change.id.view());
  statement.bind_integer(first + 2, entry.change.table.value);
  statement.bind_integer(first + 3, entry.acknowledged_version.value);
  statement.bind_blob(first + 4, body);
}

}  // namespace

Result<std::string> Outbox::body_of(const OutboxEntry& entry) const {
  const auto* table = schema_.find(entry.change.table);
  if (table == nullptr && !(entry.change.values.empty() && entry.bases.empty()))
    return Error{ErrorCode::unknown_table,
                 "The table " + std::to_string(entry.change.table.value) + " isn't in the schema."};
  static const model::Table none{};
  ByteWriter writer;
  writer.u8(kBodyFormat);
  writer.u8(static_cast<std::uint8_t>(letter_of(entry.change.kind)));
  write_columns(writer, table != nullptr ? *table : none, entry.change.values);
  write_columns(writer, table != nullptr ? *table : none, entry.bases);
  writer.zigzag(entry.base_version.value);
  writer.zigzag(entry.saved_at.milliseconds);
  write_optional_parts(writer, entry);
  writer.text(entry.reason_code);
  writer.text(entry.reason);
  writer.text(entry.reason_target);
  write_retired(writer, entry.retired);
  return writer.take();
}

Result<OutboxEntry> Outbox::read(sql::Statement& row) const {
  OutboxEntry entry;
  entry.position = OutboxPosition(row.integer(0));
  const auto id = ChangeId::from_bytes(row.blob(1));
  const auto record = RecordId::from_bytes(row.blob(2));
  entry.change.table = TableNumber(static_cast<std::int32_t>(row.integer(3)));
  entry.state = static_cast<ChangeState>(row.integer(4));
  entry.acknowledged_version = Seq(row.integer(5));
  const bool is_state = row.integer(4) >= 0 && row.integer(4) <= static_cast<int>(ChangeState::blocked);
  if (!id || !record || !is_state || !read_body(row.blob(6), schema_.find(entry.change.table), entry))
    return Error{ErrorCode::store_damaged,
                 "Change " + std::to_string(row.integer(0)) + " of the outbox can't be read from the store."};
  entry.id = *id;
  entry.change.id = *record;
  return entry;
}

Result<std::vector<OutboxEntry>> Outbox::read_all(sql::Statement& select) const {
  std::vector<OutboxEntry> out;
  while (TRY(select.step())) out.push_back(TRY(read(select)));
  return out;
}

Result<std::size_t> Outbox::count_all() {
  if (!count_) {
    auto select = TRY(sql::borrow(database_, "select count(*) from outbox"));
    if (TRY(select->step())) count_ = static_cast<std::size_t>(select->integer(0));
  }
  return count_.value_or(0);
}

Result<OutboxPosition> Outbox::append(const OutboxEntry& entry) {
  const auto count = TRY(count_all());
  if (count >= kOutboxChangesMax)
    return Error{ErrorCode::outbox_full,
                 "This device holds " + std::to_string(count) +
                     " changes that the server hasn't got yet. Connect and sync before you change more."};
  const auto body = TRY(body_of(entry));
  auto insert = TRY(sql::borrow(database_,
                                "insert into outbox(state, change, record, \"table\", acknowledged_version, body) "
                                "values (?1, ?2, ?3, ?4, ?5, ?6) returning position"));
  insert->bind_integer(1, static_cast<std::int64_t>(entry.state));
  bind_body(*insert, 2, entry, body);
  OutboxPosition position;
  if (TRY(insert->step())) position = OutboxPosition(insert->integer(0));
  TRY(insert->run());
  count_ = count + 1;
  return position;
}

Result<void> Outbox::update(const OutboxEntry& entry) {
  const auto body = TRY(body_of(entry));
  auto update = TRY(sql::borrow(
      database_,
      "update outbox set state = ?1, change = ?2, acknowledged_version = ?3, body = ?4 where position = ?5"));
  update->bind_integer(1, static_cast<std::int64_t>(entry.state));
  update->bind_blob(2, entry.id.view());
  update->bind_integer(3, entry.acknowledged_version.value);
  update->bind_blob(4, body);
  update->bind_integer(5, entry.position.value);
  TRY(update->run());
  if (database_.changes() == 1) return {};
  return Error{ErrorCode::not_found,
               "Change " + std::to_string(entry.position.value) + " isn't in the outbox any more."};
}

Result<void> Outbox::remove(OutboxPosition position) {
  auto remove = TRY(sql::borrow(database_, "delete from outbox where position = ?1"));
  remove->bind_integer(1, position.value);
  TRY(remove->run());
  count_.reset();
  return {};
}

Result<std::vector<OutboxEntry>> Outbox::all() {
  auto select = TRY(sql::borrow(database_, "select " + std::string(kColumns) + " from outbox order by position"));
  return read_all(*select);
}

Result<std::vector<OutboxEntry>> Outbox::of(RecordId record) {
  auto select = TRY(
      sql::borrow(database_, "select " + std::string(kColumns) + " from outbox where record = ?1 order by position"));
  select->bind_blob(1, record.view());
  return read_all(*select);
}

Result<std::optional<OutboxEntry>> Outbox::at(OutboxPosition position) {
  auto select = TRY(sql::borrow(database_, "select " + std::string(kColumns) + " from outbox where position = ?1"));
  select->bind_integer(1, position.value);
  if (!TRY(select->step())) return std::optional<OutboxEntry>();
  return std::optional(TRY(read(*select)));
}

Result<std::size_t> Outbox::count(ChangeState state) {
  auto select = TRY(sql::borrow(database_, "select count(*) from outbox where state = ?1"));
  select->bind_integer(1, static_cast<std::int64_t>(state));
  if (!TRY(select->step())) return std::size_t{0};
  return static_cast<std::size_t>(select->integer(0));
}

Result<void> Outbox::keep_acknowledged(const OutboxEntry& entry, Instant now) {
  const auto body = TRY(body_of(entry));
  auto insert = TRY(
      sql::borrow(database_,
                  "insert or replace into acknowledged(kept_at, change, record, \"table\", acknowledged_version, body) "
                  "values (?1, ?2, ?3, ?4, ?5, ?6)"));
  insert->bind_integer(1, now.milliseconds);
  bind_body(*insert, 2, entry, body);
  return insert->run();
}

Result<std::vector<OutboxEntry>> Outbox::acknowledged_above(Seq seq) {
  auto select = TRY(sql::borrow(database_,
                                "select 0, change, record, \"table\", 2, acknowledged_version, body from acknowledged "
                                "where acknowledged_version > ?1 order by acknowledged_version, rowid"));
  select->bind_integer(1, seq.value);
  return read_all(*select);
}

Result<bool> Outbox::has_acknowledged(RecordId record) {
  auto select = TRY(sql::borrow(database_, "select 1 from acknowledged where record = ?1 limit 1"));
  select->bind_blob(1, record.view());
  return select->step();
}

Result<void> Outbox::drop_acknowledged(ChangeId change) {
  auto remove = TRY(sql::borrow(database_, "delete from acknowledged where change = ?1"));
  remove->bind_blob(1, change.view());
  return remove->run();
}

Result<void> Outbox::sweep_acknowledged(Instant now) {
  auto remove = TRY(sql::borrow(database_, "delete from acknowledged where kept_at < ?1"));
  remove->bind_integer(1, (now - kAcknowledgedKept).milliseconds);
  return remove->run();
}

}  // namespace satchel::device::store
