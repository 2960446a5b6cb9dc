// SPDX-License-Identifier: Apache-2.0
//
//   body = format (1), flags (1), values (record_bytes.h), related (table, 16 bytes) if flagged, created at, changed at,
//          reason code, reason, reason target, retired values
#include "device/store/internal/drafts.h"

#include "device/store/internal/record_bytes.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

constexpr std::uint8_t kBodyFormat = 1;
enum Flag : std::uint8_t { kRelated = 1, kChangedSince = 2 };

constexpr std::string_view kColumns = "id, \"table\", saving, body";

bool read_body(std::string_view body, const model::Table* table, Draft& draft) {
  ByteReader reader(body);
  if (reader.u8() != kBodyFormat) return false;
  const auto flags = reader.u8();
  auto columns = read_columns(reader, table);
  if (!columns) return false;
  if ((flags & kRelated) != 0) {
    const TableNumber number(static_cast<std::int32_t>(reader.zigzag()));
    draft.related = model::Reference{number, RecordId::from_bytes(reader.raw(16)).value_or(RecordId())};
  }
  draft.changed_since = (flags & kChangedSince) != 0;
  draft.created_at = Instant{reader.zigzag()};
  draft.changed_at = Instant{reader.zigzag()};
  draft.reason_code = std::string(reader.text());
  draft.reason = std::string(reader.text());
  draft.reason_target = std::string(reader.text());
  auto retired = read_retired(reader);
  if (!retired || !reader.at_end() || reader.failed()) return false;
  draft.change.values = std::move(columns->values);
  // Those of an earlier schema first, for they were typed into columns that went first.
  draft.retired = std::move(*retired);
  draft.retired.insert(draft.retired.end(), columns->retired.begin(), columns->retired.end());
  return true;
}

Error unreadable(const Draft& draft, const model::Table* table) {
  return {ErrorCode::store_damaged,
          "The draft " + (table != nullptr ? "of a " + table->label + " " : std::string()) +
              draft.change.id.to_string() +
              " can't be read from the store any more. The other drafts are as they were. Discard this one, and write "
              "it again.",
          draft.change.id.to_string()};
}

}  // namespace

Result<std::string> Drafts::body_of(const Draft& draft) const {
  const auto* table = schema_.find(draft.change.table);
  if (table == nullptr && !draft.change.values.empty())
    return Error{ErrorCode::unknown_table,
                 "The table " + std::to_string(draft.change.table.value) + " isn't in the schema."};
  static const model::Table none{};
  ByteWriter writer;
  writer.u8(kBodyFormat);
  writer.u8(static_cast<std::uint8_t>((draft.related ? kRelated : 0) | (draft.changed_since ? kChangedSince : 0)));
  write_columns(writer, table != nullptr ? *table : none, draft.change.values);
  if (draft.related) {
    writer.zigzag(draft.related->table.value);
    writer.raw(draft.related->id.view());
  }
  writer.zigzag(draft.created_at.milliseconds);
  writer.zigzag(draft.changed_at.milliseconds);
  writer.text(draft.reason_code);
  writer.text(draft.reason);
  writer.text(draft.reason_target);
  write_retired(writer, draft.retired);
  return writer.take();
}

Draft Drafts::read(sql::Statement& row) const {
  Draft draft;
  draft.change.kind = model::ChangeKind::create;
  draft.change.table = TableNumber(static_cast<std::int32_t>(row.integer(1)));
  if (!row.is_null(2)) draft.saving = OutboxPosition(row.integer(2));
  const auto id = RecordId::from_bytes(row.blob(0));
  draft.change.id = id.value_or(RecordId());
  draft.is_damaged = !id || !read_body(row.blob(3), schema_.find(draft.change.table), draft);
  return draft;
}

Result<void> Drafts::add(const Draft& draft) {
  if (TRY(has(draft.change.id)))
    return Error{ErrorCode::exists, "There is a draft with the id " + draft.change.id.to_string() + " already.",
                 draft.change.id.to_string()};
  const auto drafts = TRY(count());
  if (drafts >= kDraftsMax)
    return Error{ErrorCode::outbox_full, "This device holds " + std::to_string(drafts) +
                                             " drafts. Save or discard some before you write another one."};
  const auto body = TRY(body_of(draft));
  auto insert = TRY(sql::borrow(database_, "insert into draft(id, \"table\", saving, body) values (?1, ?2, ?3, ?4)"));
  insert->bind_blob(1, draft.change.id.view());
  insert->bind_integer(2, draft.change.table.value);
  if (draft.saving) insert->bind_integer(3, draft.saving->value);
  else insert->bind_null(3);
  insert->bind_blob(4, body);
  return insert->run();
}

Result<void> Drafts::update(const Draft& draft) {
  const auto body = TRY(body_of(draft));
  auto update = TRY(sql::borrow(database_, "update draft set saving = ?2, body = ?3 where id = ?1"));
  update->bind_blob(1, draft.change.id.view());
  if (draft.saving) update->bind_integer(2, draft.saving->value);
  else update->bind_null(2);
  update->bind_blob(3, body);
  TRY(update->run());
  if (database_.changes() == 1) return {};
  return Error{ErrorCode::not_found, "There's no draft " + draft.change.id.to_string() + " any more.",
               draft.change.id.to_string()};
}

Result<void> Drafts::remove(RecordId id) {
  auto remove = TRY(sql::borrow(database_, "delete from draft where id = ?1"));
  remove->bind_blob(1, id.view());
  return remove->run();
}

Result<std::vector<Draft>> Drafts::all() {
  auto select = TRY(sql::borrow(database_, "select " + std::string(kColumns) + " from draft order by number"));
  std::vector<Draft> out;
  while (TRY(select->step())) out.push_back(read(*select));
  return out;
}

Result<std::optional<Draft>> Drafts::find(RecordId id) {
  auto select = TRY(sql::borrow(database_, "select " + std::string(kColumns) + " from draft where id = ?1"));
  select->bind_blob(1, id.view());
  if (!TRY(select->step())) return std::optional<Draft>();
  auto draft = read(*select);
  if (draft.is_damaged) return unreadable(draft, schema_.find(draft.change.table));
  return std::optional(std::move(draft));
}

Result<bool> Drafts::has(RecordId id) {
  auto select = TRY(sql::borrow(database_, "select 1 from draft where id = ?1"));
  select->bind_blob(1, id.view());
  return select->step();
}

Result<std::size_t> Drafts::count() {
  auto select = TRY(sql::borrow(database_, "select count(*) from draft"));
  return TRY(select->step()) ? static_cast<std::size_t>(select->integer(0)) : std::size_t{0};
}

Result<void> Drafts::verify() {
  for (const auto& draft : TRY(all()))
    if (draft.is_damaged) return unreadable(draft, schema_.find(draft.change.table));
  return {};
}

}  // namespace satchel::device::store
