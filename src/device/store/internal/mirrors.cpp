// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/mirrors.h"

#include <cassert>

#include "device/store/internal/record_bytes.h"

namespace satchel::device::store {
namespace {

Error shadow_is_missing(const DeviceTable& table, RecordId id) {
  return {ErrorCode::store_damaged,
          "The server's state of " + table.table->label + " " + id.to_string() + " is missing from the store."};
}

Error shadow_is_damaged(const DeviceTable& table, RecordId id) {
  return {ErrorCode::store_damaged,
          "The server's state of " + table.table->label + " " + id.to_string() + " can't be read from the store."};
}

std::optional<Holding> holding_in(const std::optional<RowPlace>& place) {
  return place ? std::optional(Holding{place->version, ScopeSetNumber(place->scopes)}) : std::nullopt;
}

std::optional<Holding> holding_in(const std::optional<Mirror>& mirror) {
  return mirror ? std::optional(Holding{mirror->record.version, mirror->scopes}) : std::nullopt;
}

}  // namespace

Result<void> Mirrors::read_shadowed() {
  if (shadowed_) return {};
  std::unordered_set<RecordId> shadowed;
  auto select = TRY(sql::borrow(database_, "select id from shadow"));
  while (TRY(select->step()))
    if (const auto id = RecordId::from_bytes(select->blob(0))) shadowed.insert(*id);
  shadowed_ = std::move(shadowed);
  return {};
}

Result<bool> Mirrors::has_shadow(RecordId id) {
  TRY(read_shadowed());
  return shadowed_->contains(id);
}

Result<bool> Mirrors::any_shadow() {
  TRY(read_shadowed());
  return !shadowed_->empty();
}

Result<std::optional<Mirrors::Shadow>> Mirrors::shadow(const DeviceTable& table, RecordId id) {
  if (!TRY(has_shadow(id))) return std::optional<Shadow>();
  auto select = TRY(sql::borrow(database_, "select has_mirror, version, scopes, payload from shadow where id = ?1"));
  select->bind_blob(1, id.view());
  if (!TRY(select->step())) return shadow_is_missing(table, id);
  return std::optional(Shadow{select->integer(0) != 0, Seq(select->integer(1)), ScopeSetNumber(select->integer(2)),
                              std::string(select->blob(3))});
}

Result<void> Mirrors::write_shadow(const DeviceTable& table, RecordId id, const Shadow& shadow) {
  TRY(read_shadowed());
  auto insert = TRY(sql::borrow(
      database_,
      "insert into shadow(id, \"table\", has_mirror, version, scopes, payload) values (?1, ?2, ?3, ?4, ?5, ?6) "
      "on conflict(id) do update set \"table\" = excluded.\"table\", has_mirror = excluded.has_mirror, "
      "version = excluded.version, scopes = excluded.scopes, payload = excluded.payload"));
  insert->bind_blob(1, id.view());
  insert->bind_integer(2, table.table->number.value);
  insert->bind_integer(3, shadow.has_mirror ? 1 : 0);
  insert->bind_integer(4, shadow.version.value);
  insert->bind_integer(5, shadow.scopes.value);
  insert->bind_blob(6, shadow.payload);
  TRY(insert->run());
  shadowed_->insert(id);
  return {};
}

Result<std::optional<model::Record>> Mirrors::record_of(const DeviceTable& table, RecordId id,
                                                        const Shadow& shadow) const {
  if (!shadow.has_mirror) return std::optional<model::Record>();
  auto values = record_values(*table.table, shadow.payload);
  if (!values) return shadow_is_damaged(table, id);
  return std::optional(model::Record{table.table->number, id, shadow.version, std::move(*values)});
}

Result<std::optional<Mirror>> Mirrors::get(const DeviceTable& table, RecordId id) {
  if (const auto kept = TRY(shadow(table, id))) {
    auto record = TRY(record_of(table, id, *kept));
    return record ? std::optional(Mirror{std::move(*record), kept->scopes}) : std::nullopt;
  }
  const auto place = TRY(rows_.place(table, id));
  if (!place) return std::optional<Mirror>();
  if (place->scopes == kInShadow) return shadow_is_missing(table, id);
  auto record = TRY(rows_.find(table, id));
  if (!record) return std::optional<Mirror>();
  return std::optional(Mirror{std::move(*record), ScopeSetNumber(place->scopes)});
}

Result<std::optional<Holding>> Mirrors::holding(const DeviceTable& table, RecordId id) {
  if (const auto kept = TRY(shadow(table, id)))
    return kept->has_mirror ? std::optional(Holding{kept->version, kept->scopes}) : std::nullopt;
  const auto place = TRY(rows_.place(table, id));
  if (place && place->scopes == kInShadow) return shadow_is_missing(table, id);
  return holding_in(place);
}

Result<void> Mirrors::keep_shadow(const DeviceTable& table, RecordId id) {
  if (TRY(has_shadow(id))) return {};
  const auto place = TRY(rows_.place(table, id));
  if (!place) return write_shadow(table, id, {});
  if (place->scopes == kInShadow) return shadow_is_missing(table, id);
  const auto record = TRY(rows_.find(table, id));
  if (!record) return shadow_is_missing(table, id);
  TRY(write_shadow(table, id,
                   {true, place->version, ScopeSetNumber(place->scopes), record_bytes(*table.table, record->values)}));
  return rows_.mark(table, *place, kInShadow);
}

// Makes the row what `record` says; null takes it away.
Result<void> Mirrors::put_row(const DeviceTable& table, const std::optional<RowPlace>& place,
                              const model::Record* record, std::int64_t scopes) {
  if (record != nullptr && place) return rows_.update(table, *place, *record, scopes);
  if (record != nullptr) return rows_.insert(table, *record, scopes);
  if (place) return rows_.remove(table, *place);
  return {};
}

Result<void> Mirrors::set_in_shadow(const DeviceTable& table, RecordId id, const std::optional<Mirror>& mirror) {
  TRY(scopes_.move(id, TRY(holding(table, id)), holding_in(mirror)));
  if (!mirror) return write_shadow(table, id, {});
  return write_shadow(
      table, id, {true, mirror->record.version, mirror->scopes, record_bytes(*table.table, mirror->record.values)});
}

Result<void> Mirrors::set(const DeviceTable& table, RecordId id, const std::optional<Mirror>& mirror) {
  assert(!mirror || (mirror->record.id == id && mirror->record.table == table.table->number));
  if (TRY(has_shadow(id))) return set_in_shadow(table, id, mirror);
  const auto place = TRY(rows_.place(table, id));
  if (place && place->scopes == kInShadow) return shadow_is_missing(table, id);
  TRY(scopes_.move(id, holding_in(place), holding_in(mirror)));
  return put_row(table, place, mirror ? &mirror->record : nullptr, mirror ? mirror->scopes.value : kNoScope);
}

Result<void> Mirrors::set_visible(const DeviceTable& table, RecordId id, const std::optional<model::Record>& record) {
  assert(!record || (record->id == id && record->table == table.table->number));
  const bool kept = TRY(has_shadow(id));
  assert(kept);  // Otherwise the row would be taken for the server's state: call keep_shadow first.
  if (!kept) return Error{ErrorCode::internal, "A record was changed before its server state was kept."};
  const auto place = TRY(rows_.place(table, id));
  if (place && record && place->scopes == kInShadow && TRY(rows_.at(table, place->rowid)) == record) return {};
  return put_row(table, place, record ? &*record : nullptr, kInShadow);
}

Result<void> Mirrors::drop_shadow(const DeviceTable& table, RecordId id) {
  const auto kept = TRY(shadow(table, id));
  if (!kept) return {};
  const auto record = TRY(record_of(table, id, *kept));
  TRY(put_row(table, TRY(rows_.place(table, id)), record ? &*record : nullptr, kept->scopes.value));
  auto remove = TRY(sql::borrow(database_, "delete from shadow where id = ?1"));
  remove->bind_blob(1, id.view());
  TRY(remove->run());
  shadowed_->erase(id);
  return {};
}

Result<std::vector<model::Reference>> Mirrors::leave_scopes(const DeviceTable& table,
                                                            const std::vector<ScopeSetNumber>& emptied) {
  std::vector<model::Reference> out;
  if (emptied.empty()) return out;
  std::string numbers;
  for (const auto set : emptied) numbers += (numbers.empty() ? "" : ", ") + std::to_string(set.value);
  const auto row = " where scopes in (" + numbers + ")";
  const auto shadow = row + " and \"table\" = " + std::to_string(table.table->number.value);
  const auto collect = [&](const std::string& sql) -> Result<void> {
    auto select = TRY(database_.prepare(sql));
    while (TRY(select->step()))
      if (const auto id = RecordId::from_bytes(select->blob(0))) out.push_back({table.table->number, *id});
    return {};
  };
  const auto name = sql::quoted(table.table->name);
  TRY(collect("select id from " + name + row));
  TRY(collect("select id from shadow" + shadow + " and has_mirror = 1"));
  TRY(database_.execute("update " + name + " set scopes = 0" + row + "; update shadow set scopes = 0" + shadow));
  return out;
}

Result<void> Mirrors::add_unscoped(const DeviceTable& table, std::size_t rows_max, std::vector<odata::NamedRow>& out) {
  const auto add = [&](const std::string& sql) -> Result<void> {
    if (out.size() >= rows_max) return {};
    auto select = TRY(sql::borrow(database_, sql + " order by id limit ?1"));
    select->bind_integer(1, static_cast<std::int64_t>(rows_max - out.size()));
    while (TRY(select->step()))
      if (const auto id = RecordId::from_bytes(select->blob(0)))
        out.push_back({table.table->number, *id, Seq(select->integer(1))});
    return {};
  };
  TRY(add("select id, version from " + sql::quoted(table.table->name) +
          " where scopes = 0 and id not in (select id from use)"));
  if (!TRY(any_shadow())) return {};
  return add(
      "select id, version from shadow where has_mirror = 1 and scopes = 0 and id not in (select id from use) and "
      "\"table\" = " +
      std::to_string(table.table->number.value));
}

Result<void> Mirrors::erase_rows(const DeviceTable& table) {
  TRY(database_.execute("delete from " + sql::quoted(table.table->name) + " where scopes <> " +
                        std::to_string(kInShadow)));
  TRY(rows_.recount(table));
  return database_.execute("update shadow set scopes = 0 where \"table\" = " +
                           std::to_string(table.table->number.value));
}

}  // namespace satchel::device::store
