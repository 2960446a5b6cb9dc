// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/upgrade.h"

#include <algorithm>

#include "device/store/internal/record_bytes.h"

namespace satchel::device::store {

using model::ChangeKind;
using model::ColumnIndex;
using model::ColumnValue;

namespace {

constexpr std::string_view kCursorSetting = "cursor";  // of device/sync: how far the feed was read

void take_in(std::vector<ColumnValue>& values, const std::vector<ColumnValue>& others) {
  for (const auto& other : others)
    for (auto& value : values)
      if (value.column == other.column) value = other;
}

// Only the columns that `typed` has.
std::vector<ColumnValue> beside(std::vector<ColumnValue> values, const std::vector<ColumnValue>& typed) {
  std::erase_if(values, [&](const ColumnValue& value) {
    return std::none_of(typed.begin(), typed.end(), [&](const ColumnValue& t) { return t.column == value.column; });
  });
  return values;
}

// "" if it isn't here, or its name isn't.
std::string name_in(sql::Database& database, const DeviceTable* table, RecordId id) {
  if (table == nullptr || table->find_name.empty()) return {};
  auto select = database.prepare(table->find_name);
  if (!select) return {};
  (*select)->bind_blob(1, id.view());
  const auto found = (*select)->step();
  return found && *found ? std::string((*select)->text(0)) : std::string();
}

std::string sentence_about(const std::vector<SchemaMove::Lost>& lost) {
  std::string out;
  for (const auto& value : lost) out += value.why + " You had typed: " + value.text + "\n";
  return out + "It can't be sent any more. Copy what you need, then discard this.";
}

}  // namespace

Result<void> Upgrade::run() {
  const auto known = TRY(parts_.layout.known_schema());
  TRY(parts_.layout.upgrade(known ? &*known : nullptr));
  TRY(move_contents(known ? *known : parts_.schema));
  TRY(drop_retired_tables());
  for (const auto& [record, columns] : to_show_) TRY(show(record.first, record.second, columns));
  return start_feed_again();
}

Result<void> Upgrade::move_contents(const model::Schema& before) {
  // Records of a table that is about to go still have names.
  const DeviceTables tables_before(before);
  const SchemaMove move(before, parts_.schema, [&](const model::Reference& reference) {
    return name_in(parts_.database, tables_before.find(reference.table), reference.id);
  });
  TRY(move_mirrors(before, move));
  for (auto& entry : TRY(Outbox(parts_.database, before).all())) TRY(move_change(std::move(entry), move));
  for (auto& conflict : TRY(Conflicts(parts_.database, before).all())) TRY(move_conflict(std::move(conflict), move));
  for (auto& draft : TRY(Drafts(parts_.database, before).all())) TRY(move_draft(std::move(draft), move));
  return {};
}

// ---- mirrors -----------------------------------------------------------------------------------------------------------------

Result<void> Upgrade::move_mirrors(const model::Schema& before, const SchemaMove& move) {
  struct Payload {
    std::string id, bytes;
  };
  std::vector<Payload> moved;
  auto select = TRY(parts_.database.prepare("select id, \"table\", payload from shadow where has_mirror = 1"));
  while (TRY(select->step())) {
    const TableNumber number(static_cast<std::int32_t>(select->integer(1)));
    const auto* old = before.find(number);
    const auto* table = parts_.tables.find(number);
    if (old == nullptr || table == nullptr) continue;
    const auto values = record_values(*old, select->blob(2));
    if (!values) return Error{ErrorCode::store_damaged, "A server state can't be read from the store."};
    auto bytes = record_bytes(*table->table, move.said_row(*table->table, *values));
    if (bytes != select->blob(2)) moved.push_back({std::string(select->blob(0)), std::move(bytes)});
  }
  select.reset();
  auto update = TRY(parts_.database.prepare("update shadow set payload = ?2 where id = ?1"));
  for (const auto& payload : moved) {
    update->bind_blob(1, payload.id);
    update->bind_blob(2, payload.bytes);
    TRY(update->run());
  }
  return {};
}

// ---- what the user did -------------------------------------------------------------------------------------------------------

// A change that has something left to say goes on with that; what it can't say any more stands in an entry behind it.
Result<void> Upgrade::move_change(OutboxEntry entry, const SchemaMove& move) {
  const auto& change = entry.change;
  const bool is_table_gone = parts_.tables.find(change.table) == nullptr;
  auto typed = move.typed(change.table, change.values);
  // Nobody typed a delete's values, and what is acknowledged the server has.
  const bool is_done = entry.state == ChangeState::acknowledged || change.kind == ChangeKind::remove;
  if (is_done && is_table_gone) return parts_.outbox.remove(entry.position);
  if (is_done) typed.lost.clear();
  const bool had_values = !change.values.empty();
  entry.bases = move.said(change.table, entry.bases);
  entry.change.values = std::move(typed.values);
  if (entry.waits_for && parts_.tables.find(entry.waits_for->table) == nullptr) {
    entry.waits_for.reset();
    entry.state = ChangeState::waiting;
  }
  for (const auto& lost : typed.lost)
    if (const auto* table = parts_.tables.find(change.table))
      if (const auto* column = table->table->find_column(lost.column))
        to_show_[{change.table, change.id}].insert(column->index);
  const bool says_nothing = had_values && entry.change.values.empty() && change.kind == ChangeKind::update;
  if (is_table_gone || says_nothing) {
    if (typed.lost.empty() && entry.retired.empty()) return parts_.outbox.remove(entry.position);
    return refuse(std::move(entry), typed.lost);
  }
  if (typed.lost.empty()) return parts_.outbox.update(entry);
  if (change.kind == ChangeKind::update) entry.bases = beside(std::move(entry.bases), entry.change.values);
  OutboxEntry kept;
  kept.id = ChangeId(derived_uuid(entry.id.to_string() + " retired"));
  kept.change = {change.table, change.id, ChangeKind::update, {}};
  kept.saved_at = entry.saved_at;
  TRY(parts_.outbox.update(entry));
  return refuse(std::move(kept), typed.lost);
}

// Into the error list: as it is if it's there already, else behind all others.
Result<void> Upgrade::refuse(OutboxEntry entry, const std::vector<Lost>& lost) {
  for (const auto& value : lost) entry.retired.push_back({value.column, value.text});
  entry.change.kind = ChangeKind::update;
  entry.change.values.clear();
  entry.bases.clear();
  entry.state = ChangeState::refused;
  entry.group.reset();
  entry.first_sent.reset();
  entry.waits_for.reset();
  if (!lost.empty()) {
    entry.reason_code = std::string(name_of(lost.front().code));
    entry.reason = sentence_about(lost);
    entry.reason_target = lost.front().column;
  }
  if (entry.position != OutboxPosition()) return parts_.outbox.update(entry);
  TRY(parts_.outbox.append(entry));
  return {};
}

Result<void> Upgrade::move_conflict(Conflict conflict, const SchemaMove& move) {
  const auto* table = parts_.tables.find(conflict.table);
  auto typed = move.typed(conflict.table, conflict.mine);
  conflict.base = move.said(conflict.table, conflict.base);
  conflict.server = move.said(conflict.table, conflict.server);
  conflict.mine = std::move(typed.values);
  if (!typed.lost.empty()) {
    OutboxEntry kept;
    kept.id = ChangeId(derived_uuid(conflict.record.to_string() + " retired " + std::to_string(conflict.id.value)));
    kept.change = {conflict.table, conflict.record, ChangeKind::update, {}};
    kept.saved_at = conflict.opened_at;
    kept.retired = std::move(conflict.retired);
    conflict.retired.clear();
    TRY(refuse(std::move(kept), typed.lost));
    for (const auto& lost : typed.lost)
      if (const auto* column = table != nullptr ? table->table->find_column(lost.column) : nullptr)
        to_show_[{conflict.table, conflict.record}].insert(column->index);
  }
  if (conflict.kind == ConflictKind::columns) {
    conflict.base = beside(std::move(conflict.base), conflict.mine);
    conflict.server = beside(std::move(conflict.server), conflict.mine);
  }
  const bool asks_nothing = conflict.kind != ConflictKind::deleted_here && conflict.mine.empty();
  if (table == nullptr || asks_nothing) return parts_.conflicts.remove(conflict.id);
  return parts_.conflicts.update(conflict);
}

// One that can't be read stays as it is: a later program may read it.
Result<void> Upgrade::move_draft(Draft draft, const SchemaMove& move) {
  if (draft.is_damaged) return {};
  auto typed = move.typed(draft.change.table, draft.change.values);
  for (auto& lost : typed.lost) draft.retired.push_back({lost.column, lost.text});
  draft.change.values = std::move(typed.values);
  return parts_.drafts.update(draft);
}

// What is seen in columns that lost their pending value: the mirror's, under what is still there (Y13).
Result<void> Upgrade::show(TableNumber number, RecordId id, const std::set<ColumnIndex>& columns) {
  const auto* table = parts_.tables.find(number);
  auto row = table != nullptr ? TRY(parts_.rows.find(*table, id)) : std::nullopt;
  if (!row || !TRY(parts_.mirrors.has_shadow(id))) return {};
  const auto mirror = TRY(parts_.mirrors.get(*table, id));
  std::vector<ColumnValue> shown;
  for (const auto column : columns) shown.push_back({column, mirror ? mirror->record.values[column] : model::Value()});
  for (const auto& entry : TRY(parts_.outbox.of(id))) take_in(shown, entry.change.values);
  for (const auto& conflict : TRY(parts_.conflicts.of(id))) take_in(shown, conflict.mine);
  for (auto& value : shown) row->values[value.column] = std::move(value.value);
  model::compute(parts_.schema, *row);
  return parts_.mirrors.set_visible(*table, id, row);
}

// ---- what the server said ----------------------------------------------------------------------------------------------------

Result<void> Upgrade::drop_retired_tables() {
  TRY(parts_.layout.drop_retired_tables());
  std::string known;
  for (const auto& table : parts_.tables.all())
    known += (known.empty() ? "" : ", ") + std::to_string(table.table->number.value);
  const auto is_gone = " where \"table\" not in (" + known + ")";
  TRY(parts_.database.execute("delete from shadow" + is_gone + "; delete from table_state" + is_gone));
  for (const auto& row : TRY(parts_.scopes.all()))
    if (parts_.tables.find(row.scope.table) == nullptr) TRY(parts_.scopes.drop(row.scope.number));
  TRY(parts_.uses.drop_unknown(parts_.tables));
  parts_.mirrors.forget();
  parts_.rows.forget();
  return {};
}

Result<void> Upgrade::start_feed_again() {
  TRY(parts_.staged_pages.clear());
  TRY(parts_.settings.drop(kCursorSetting));
  if (!TRY(parts_.layout.loading())) return {};
  // The first load adds rows and changes none, so it can't meet what it brought before.
  TRY(parts_.layout.restart_load());
  TRY(parts_.scopes.clear());
  for (const auto& table : parts_.tables.all()) TRY(parts_.mirrors.erase_rows(table));
  return {};
}

}  // namespace satchel::device::store
