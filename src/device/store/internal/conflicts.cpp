// SPDX-License-Identifier: Apache-2.0
//
//   body = format (1), kind (1), base, mine, server (record_bytes.h), by (16 bytes), opened at, server version,
//          1 and at, or 0; retired values
#include "device/store/internal/conflicts.h"

#include "device/store/internal/record_bytes.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

constexpr std::uint8_t kBodyFormat = 1;

bool read_body(std::string_view body, const model::Table* table, Conflict& conflict) {
  ByteReader reader(body);
  if (reader.u8() != kBodyFormat) return false;
  const auto kind = reader.u8();
  if (kind > static_cast<int>(ConflictKind::deleted_here)) return false;
  conflict.kind = static_cast<ConflictKind>(kind);
  auto base = read_columns(reader, table);
  auto mine = base ? read_columns(reader, table) : std::nullopt;
  auto server = mine ? read_columns(reader, table) : std::nullopt;
  if (!server) return false;
  conflict.base = std::move(base->values);
  conflict.mine = std::move(mine->values);
  conflict.server = std::move(server->values);
  conflict.by = RecordId::from_bytes(reader.raw(16)).value_or(RecordId());
  conflict.opened_at = Instant{reader.zigzag()};
  conflict.server_version = Seq(reader.zigzag());
  if (reader.u8() != 0) conflict.at = Instant{reader.zigzag()};
  auto retired = read_retired(reader);
  if (!retired || !reader.at_end()) return false;
  conflict.retired = std::move(*retired);
  conflict.retired.insert(conflict.retired.end(), mine->retired.begin(), mine->retired.end());
  return !reader.failed();
}

}  // namespace

Result<std::string> Conflicts::body_of(const Conflict& conflict) const {
  const auto* table = schema_.find(conflict.table);
  const bool is_empty = conflict.base.empty() && conflict.mine.empty() && conflict.server.empty();
  if (table == nullptr && !is_empty)
    return Error{ErrorCode::unknown_table,
                 "The table " + std::to_string(conflict.table.value) + " isn't in the schema."};
  static const model::Table none{};
  const auto& known = table != nullptr ? *table : none;
  ByteWriter writer;
  writer.u8(kBodyFormat);
  writer.u8(static_cast<std::uint8_t>(conflict.kind));
  write_columns(writer, known, conflict.base);
  write_columns(writer, known, conflict.mine);
  write_columns(writer, known, conflict.server);
  writer.raw(conflict.by.view());
  writer.zigzag(conflict.opened_at.milliseconds);
  writer.zigzag(conflict.server_version.value);
  writer.u8(conflict.at ? 1 : 0);
  if (conflict.at) writer.zigzag(conflict.at->milliseconds);
  write_retired(writer, conflict.retired);
  return writer.take();
}

// Of a row that begins with id, record, table, body.
Result<Conflict> Conflicts::read(sql::Statement& row) const {
  Conflict conflict;
  conflict.id = ConflictId(row.integer(0));
  conflict.table = TableNumber(static_cast<std::int32_t>(row.integer(2)));
  const auto record = RecordId::from_bytes(row.blob(1));
  if (!record || !read_body(row.blob(3), schema_.find(conflict.table), conflict))
    return Error{ErrorCode::store_damaged,
                 "Conflict " + std::to_string(row.integer(0)) + " can't be read from the store."};
  conflict.record = *record;
  return conflict;
}

Result<ConflictId> Conflicts::add(const Conflict& conflict) {
  const auto body = TRY(body_of(conflict));
  auto insert =
      TRY(sql::borrow(database_, "insert into conflict(record, \"table\", body) values (?1, ?2, ?3) returning id"));
  insert->bind_blob(1, conflict.record.view());
  insert->bind_integer(2, conflict.table.value);
  insert->bind_blob(3, body);
  ConflictId id;
  if (TRY(insert->step())) id = ConflictId(insert->integer(0));
  TRY(insert->run());
  return id;
}

Result<void> Conflicts::update(const Conflict& conflict) {
  const auto body = TRY(body_of(conflict));
  auto update = TRY(sql::borrow(database_, "update conflict set record = ?2, \"table\" = ?3, body = ?4 where id = ?1"));
  update->bind_integer(1, conflict.id.value);
  update->bind_blob(2, conflict.record.view());
  update->bind_integer(3, conflict.table.value);
  update->bind_blob(4, body);
  TRY(update->run());
  if (database_.changes() == 1) return {};
  return Error{ErrorCode::not_found, "Conflict " + std::to_string(conflict.id.value) + " isn't open any more."};
}

Result<void> Conflicts::remove(ConflictId id) {
  auto remove = TRY(sql::borrow(database_, "delete from conflict where id = ?1"));
  remove->bind_integer(1, id.value);
  return remove->run();
}

Result<std::vector<Conflict>> Conflicts::all() {
  auto select = TRY(sql::borrow(database_, "select id, record, \"table\", body from conflict order by id"));
  std::vector<Conflict> out;
  while (TRY(select->step())) out.push_back(TRY(read(*select)));
  return out;
}

Result<std::vector<Conflict>> Conflicts::of(RecordId record) {
  auto select =
      TRY(sql::borrow(database_, "select id, record, \"table\", body from conflict where record = ?1 order by id"));
  select->bind_blob(1, record.view());
  std::vector<Conflict> out;
  while (TRY(select->step())) out.push_back(TRY(read(*select)));
  return out;
}

// Decided conflicts keep their number, by which people take them back. What a policy decided never was an open one and
// gets the next number.
Result<ConflictId> Conflicts::next_id() {
  const auto id = TRY(add({}));
  TRY(remove(id));
  return id;
}

Result<void> Conflicts::add_record(const ConflictRecord& record) {
  const auto id = record.id.value != 0 ? record.id : TRY(next_id());
  const auto body = TRY(body_of(record.conflict));
  auto insert =
      TRY(sql::borrow(database_,
                      "insert or replace into conflict_history(id, record, \"table\", decided_at, decision, body) "
                      "values (?1, ?2, ?3, ?4, ?5, ?6)"));
  insert->bind_integer(1, id.value);
  insert->bind_blob(2, record.conflict.record.view());
  insert->bind_integer(3, record.conflict.table.value);
  insert->bind_integer(4, record.decided_at.milliseconds);
  insert->bind_text(5, record.decision);
  insert->bind_blob(6, body);
  return insert->run();
}

Result<std::vector<ConflictRecord>> Conflicts::records() {
  auto select = TRY(sql::borrow(
      database_,
      "select id, record, \"table\", body, decision, decided_at from conflict_history order by decided_at, id"));
  std::vector<ConflictRecord> out;
  while (TRY(select->step())) {
    ConflictRecord record;
    record.conflict = TRY(read(*select));
    record.id = record.conflict.id;
    record.decision = std::string(select->text(4));
    record.decided_at = Instant{select->integer(5)};
    out.push_back(std::move(record));
  }
  return out;
}

Result<void> Conflicts::sweep_records(Instant now) {
  auto remove = TRY(sql::borrow(database_, "delete from conflict_history where decided_at < ?1"));
  remove->bind_integer(1, (now - kHistoryKept).milliseconds);
  return remove->run();
}

}  // namespace satchel::device::store
