// SPDX-License-Identifier: Apache-2.0
#include "server/access/escrow.h"

#include "server/access/limits.h"
#include "server/access/seal.h"

namespace satchel::server::access {
namespace {

constexpr const char* kTables[] = {
    "create table if not exists escrow(organization bigint not null, id blob not null, user_id blob not null, "
    "device_id blob not null,"
    " kept_at bigint not null, bytes bigint not null, sealed blob not null, primary key(organization, id))",
    "create table if not exists escrow_release(organization bigint not null, id blob not null, released_at bigint not "
    "null,"
    " user_id blob not null, primary key(organization, id, released_at, user_id))",
};

RecordId id_at(sql::Statement& row, int column) { return RecordId::from_bytes(row.blob(column)).value_or(RecordId()); }

}  // namespace

Result<sql::Borrowed> Escrow::statement(std::string_view sql) {
  auto statement = TRY(sql::borrow(database_, sql));
  statement->bind_integer(1, organization_.value);
  return statement;
}

Result<void> Escrow::create_tables() {
  for (const auto* sql : kTables) TRY(database_.execute(sql));
  return {};
}

// Released copies go, the oldest first; never one that nobody had yet.
Result<void> Escrow::make_room(std::int64_t bytes) {
  for (;;) {
    {
      auto size = TRY(statement("select count(*), coalesce(sum(bytes), 0) from escrow where organization = ?1"));
      TRY(size->step());
      if (size->integer(0) < kEscrowCopiesMax && size->integer(1) + bytes <= kEscrowBytesMax) return {};
    }
    EscrowId oldest;
    {
      auto select =
          TRY(statement("select id from escrow e where organization = ?1 and exists (select 1 from escrow_release r "
                        "where r.organization = e.organization and r.id = e.id) order by kept_at, id limit 1"));
      if (!TRY(select->step()))
        return Error{
            ErrorCode::too_large,
            "There's no room for another copy of a wiped device's unsent work. Release some of those that are kept."};
      oldest = EscrowId::from_bytes(select->blob(0)).value_or(EscrowId());
    }
    auto remove = TRY(statement("delete from escrow where organization = ?1 and id = ?2"));
    remove->bind_blob(2, oldest.view());
    TRY(remove->run());
  }
}

Result<void> Escrow::keep(RecordId user, DeviceId device, std::string_view lines, Instant now) {
  if (lines.size() > kEscrowCopyBytesMax)
    return Error{ErrorCode::too_large,
                 "A copy of unsent work has at most " + std::to_string(kEscrowCopyBytesMax) + " bytes."};
  TRY(make_room(static_cast<std::int64_t>(lines.size())));
  const auto id = new_id<EscrowId>(random_, now);
  const auto sealed = lock_up(key_, random_, id.view(), lines);
  auto insert = TRY(statement(
      "insert into escrow(organization, id, user_id, device_id, kept_at, bytes, sealed) values (?1, ?2, ?3, ?4, ?5, "
      "?6, ?7)"));
  insert->bind_blob(2, id.view());
  insert->bind_blob(3, user.view());
  insert->bind_blob(4, device.view());
  insert->bind_integer(5, now.milliseconds);
  insert->bind_integer(6, static_cast<std::int64_t>(lines.size()));
  insert->bind_blob(7, sealed);
  return insert->run();
}

Result<std::vector<Escrow::Copy>> Escrow::copies() {
  std::vector<Copy> copies;
  auto select = TRY(statement(
      "select id, user_id, device_id, kept_at, bytes from escrow where organization = ?1 order by kept_at desc, id"));
  while (TRY(select->step()))
    copies.push_back({EscrowId::from_bytes(select->blob(0)).value_or(EscrowId()),
                      id_at(*select, 1),
                      DeviceId::from_bytes(select->blob(2)).value_or(DeviceId()),
                      Instant{select->integer(3)},
                      select->integer(4),
                      {}});
  auto released = TRY(statement(
      "select id, user_id, released_at from escrow_release where organization = ?1 order by released_at, user_id"));
  while (TRY(released->step()))
    for (auto& copy : copies)
      if (released->blob(0) == copy.id.view())
        copy.releases.push_back({id_at(*released, 1), Instant{released->integer(2)}});
  return copies;
}

Result<std::string> Escrow::release(EscrowId id, RecordId by, Instant now) {
  std::string lines;
  {
    auto select = TRY(statement("select sealed from escrow where organization = ?1 and id = ?2"));
    select->bind_blob(2, id.view());
    if (!TRY(select->step()))
      return Error{ErrorCode::not_found,
                   "There's no copy " + id.to_string() + ". `escrow list` shows those that are kept.", id.to_string()};
    auto opened = open_up(key_, id.view(), select->blob(0));
    if (!opened)
      return Error{ErrorCode::store_damaged,
                   "The copy can't be opened: the data directory's escrow.key isn't the one that it was sealed under. "
                   "Put the former key back."};
    lines = std::move(*opened);
  }
  auto note = TRY(statement(
      "insert into escrow_release(organization, id, released_at, user_id) values (?1, ?2, ?3, ?4) on conflict do "
      "nothing"));
  note->bind_blob(2, id.view());
  note->bind_integer(3, now.milliseconds);
  note->bind_blob(4, by.view());
  TRY(note->run());
  return lines;
}

}  // namespace satchel::server::access
