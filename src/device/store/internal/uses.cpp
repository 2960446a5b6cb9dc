// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/uses.h"

namespace satchel::device::store {
namespace {

std::optional<Use> read(sql::Statement& row) {
  const auto id = RecordId::from_bytes(row.blob(0));
  if (!id) return std::nullopt;
  return Use{{TableNumber(static_cast<std::int32_t>(row.integer(1))), *id},
             Instant{row.integer(2)},
             Instant{row.integer(3)},
             row.integer(4),
             row.integer(5) != 0,
             row.integer(6) != 0};
}

// When a watched row was confirmed with all the others.
constexpr std::string_view kConfirmed =
    "max(confirmed_at, iif(watched, ifnull((select cast(value as integer) from meta where name = 'watched_at'), 0), "
    "0))";

std::string select_uses(std::string_view rest) {
  return "select id, \"table\", used_at, " + std::string(kConfirmed) + ", bytes, pinned, watched from use " +
         std::string(rest);
}

Result<std::vector<Use>> read_all(sql::Database& database, std::string_view rest) {
  auto select = TRY(sql::borrow(database, select_uses(rest)));
  std::vector<Use> out;
  while (TRY(select->step()))
    if (auto use = read(*select)) out.push_back(std::move(*use));
  return out;
}

std::string end_watch_where(std::string_view condition) {
  return "update use set confirmed_at = " + std::string(kConfirmed) + ", watched = 0 where watched = 1" +
         std::string(condition);
}

}  // namespace

// A clock that was set back doesn't make a record older than it was.
Result<void> Uses::note(const model::Reference& record, Instant now, std::int64_t bytes) {
  auto insert = TRY(sql::borrow(database_,
                                "insert into use(id, \"table\", used_at, confirmed_at, bytes, pinned, watched) "
                                "values (?1, ?2, ?3, 0, ?4, 0, 0) "
                                "on conflict(id) do update set used_at = max(used_at, excluded.used_at), bytes = "
                                "iif(excluded.bytes > 0, excluded.bytes, bytes)"));
  insert->bind_blob(1, record.id.view());
  insert->bind_integer(2, record.table.value);
  insert->bind_integer(3, now.milliseconds);
  insert->bind_integer(4, bytes);
  return insert->run();
}

Result<void> Uses::confirm(RecordId record, Instant now, std::int64_t bytes, bool is_watched) {
  auto update = TRY(sql::borrow(database_, "update use set confirmed_at = ?2, bytes = ?3, watched = ?4 where id = ?1"));
  update->bind_blob(1, record.view());
  update->bind_integer(2, now.milliseconds);
  update->bind_integer(3, bytes);
  update->bind_integer(4, is_watched ? 1 : 0);
  return update->run();
}

Result<bool> Uses::end_watch(RecordId record) {
  auto update = TRY(sql::borrow(database_, end_watch_where(" and id = ?1")));
  update->bind_blob(1, record.view());
  TRY(update->run());
  return database_.changes() > 0;
}

Result<bool> Uses::end_watch(std::optional<TableNumber> table) {
  auto update = TRY(sql::borrow(database_, end_watch_where(table ? " and \"table\" = ?1" : "")));
  if (table) update->bind_integer(1, table->value);
  TRY(update->run());
  return database_.changes() > 0;
}

Result<std::optional<Use>> Uses::find(RecordId record) {
  auto select = TRY(sql::borrow(database_, select_uses("where id = ?1")));
  select->bind_blob(1, record.view());
  return TRY(select->step()) ? read(*select) : std::nullopt;
}

Result<bool> Uses::has(RecordId record) {
  auto select = TRY(sql::borrow(database_, "select 1 from use where id = ?1"));
  select->bind_blob(1, record.view());
  return select->step();
}

Result<std::vector<Use>> Uses::all() { return read_all(database_, "order by used_at desc, id"); }

Result<std::vector<Use>> Uses::to_name() {
  return read_all(database_, "where watched = 0 or pinned = 1 order by used_at desc, id");
}

Result<std::optional<Instant>> Uses::oldest() {
  auto select = TRY(sql::borrow(database_, "select min(used_at) from use where pinned = 0"));
  if (!TRY(select->step()) || select->is_null(0)) return std::optional<Instant>();
  return std::optional(Instant{select->integer(0)});
}

Result<void> Uses::drop(RecordId record) {
  for (const auto* sql : {"delete from use where id = ?1", "delete from known_name where holder = ?1"}) {
    auto remove = TRY(sql::borrow(database_, sql));
    remove->bind_blob(1, record.view());
    TRY(remove->run());
  }
  return {};
}

Result<CacheSize> Uses::size() {
  auto select = TRY(sql::borrow(database_, "select count(*), total(bytes) from use where pinned = 0"));
  return TRY(select->step()) ? CacheSize{select->integer(0), select->integer(1)} : CacheSize{};
}

Result<void> Uses::set_pin(RecordId record, bool is_pinned) {
  auto update = TRY(sql::borrow(database_, "update use set pinned = ?2 where id = ?1"));
  update->bind_blob(1, record.view());
  update->bind_integer(2, is_pinned ? 1 : 0);
  return update->run();
}

Result<std::size_t> Uses::pins() {
  auto select = TRY(sql::borrow(database_, "select count(*) from use where pinned = 1"));
  return TRY(select->step()) ? static_cast<std::size_t>(select->integer(0)) : std::size_t{0};
}

Result<void> Uses::drop_unknown(const DeviceTables& tables) {
  for (const auto& use : TRY(all()))
    if (tables.find(use.record.table) == nullptr) TRY(drop(use.record.id));
  return {};
}

Result<void> Uses::know(RecordId holder, std::span<const DeviceStore::KnownName> names) {
  {
    auto remove = TRY(sql::borrow(database_, "delete from known_name where holder = ?1"));
    remove->bind_blob(1, holder.view());
    TRY(remove->run());
  }
  for (const auto& known : names) {
    auto insert =
        TRY(sql::borrow(database_, "insert or replace into known_name(id, holder, name) values (?1, ?2, ?3)"));
    insert->bind_blob(1, known.record.id.view());
    insert->bind_blob(2, holder.view());
    insert->bind_text(3, known.name);
    TRY(insert->run());
  }
  return {};
}

std::string Uses::name_of(RecordId record) {
  auto select = sql::borrow(database_, "select name from known_name where id = ?1 limit 1");
  if (!select) return {};
  (*select)->bind_blob(1, record.view());
  const auto found = (*select)->step();
  return found && *found ? std::string((*select)->text(0)) : std::string();
}

}  // namespace satchel::device::store
