// SPDX-License-Identifier: Apache-2.0
#include "server/access/internal/session_store.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "model/text_format.h"
#include "server/access/rights_mark.h"

namespace satchel::server::access {

namespace {

RecordId id_at(sql::Statement& row, int column) { return RecordId::from_bytes(row.blob(column)).value_or(RecordId()); }

constexpr const char* kTables[] = {
    "create table if not exists credential(organization bigint not null, user_id blob not null, password text not null,"
    " primary key(organization, user_id))",
    "create table if not exists user_role(organization bigint not null, user_id blob not null, role text not null,"
    " primary key(organization, user_id, role))",
    "create table if not exists session_token(organization bigint not null, hash blob not null, kind bigint not null,"
    " user_id blob not null, device_id blob, chain blob not null, generation bigint not null, used bigint not null,"
    " expires_at bigint not null, primary key(organization, hash))",
    "create index if not exists session_token_by_chain on session_token(organization, chain)",
    "create table if not exists device(organization bigint not null, user_id blob not null, id blob not null, client "
    "text not null,"
    " first_seen bigint not null, last_seen bigint not null, mark text not null, mark_before text not null,"
    " primary key(organization, user_id, id))",
    "create table if not exists device_wipe(organization bigint not null, id blob not null, asked_at bigint not null,"
    " wiped_at bigint not null, primary key(organization, id))",
};

}  // namespace

Result<sql::Borrowed> SessionStore::statement(std::string_view sql) {
  auto statement = TRY(sql::borrow(database_, sql));
  statement->bind_integer(1, organization_.value);
  return statement;
}

Result<void> SessionStore::create_tables() {
  for (const auto* sql : kTables) TRY(database_.execute(sql));
  return create_rights_mark(database_);
}

// ---- users -----------------------------------------------------------------------------------------------------------------

Result<std::unordered_map<std::string, RecordId>> SessionStore::user_names() {
  std::unordered_map<std::string, RecordId> names;
  auto select = TRY(statement("select \"domainname\", id from \"systemuser\" where organization = ?1"));
  while (TRY(select->step())) names.emplace(fold_key(select->text(0)), id_at(*select, 1));
  return names;
}

Result<std::optional<UserRow>> SessionStore::user(RecordId id) {
  // Classic organisations on-premises have no offline sync, whatever profile a user has (P1).
  auto select = TRY(statement(
      "select u.\"domainname\", u.\"businessunitid\", u.\"isdisabled\", p.id, p.\"tables\" from \"systemuser\" u "
      "left join \"mobileofflineprofile\" p on p.organization = u.organization and p.id = u.\"mobileofflineprofileid\" "
      "and p.\"published\" = 1 and not exists (select 1 from \"organization\" o where o.organization = u.organization "
      "and o.\"rules\" = 'classic' and o.\"deployment\" = 'on-premises') "
      "where u.organization = ?1 and u.id = ?2"));
  select->bind_blob(2, id.view());
  if (!TRY(select->step())) return std::optional<UserRow>();
  UserRow user{std::string(select->text(0)), id_at(*select, 1), select->integer(2) == 1, {}};
  user.offline.is_sync = !select->is_null(3);
  if (!select->is_null(4)) user.offline.sets = model::words_of_sets(select->text(4));
  return std::optional(std::move(user));
}

Result<std::vector<RecordId>> SessionStore::teams_of(RecordId user) {
  std::vector<RecordId> teams;
  auto select =
      TRY(statement("select \"teamid\" from \"teammembership\" where organization = ?1 and \"systemuserid\" = ?2"));
  select->bind_blob(2, user.view());
  while (TRY(select->step())) teams.push_back(id_at(*select, 0));
  std::sort(teams.begin(), teams.end());
  return teams;
}

Result<std::vector<Role>> SessionStore::roles_of(RecordId user) {
  std::vector<Role> roles;
  auto select = TRY(statement("select role from user_role where organization = ?1 and user_id = ?2 order by role"));
  select->bind_blob(2, user.view());
  while (TRY(select->step()))
    if (const auto role = role_named(select->text(0))) roles.push_back(*role);
  return roles;
}

Result<void> SessionStore::set_roles(RecordId user, const std::vector<Role>& roles) {
  {
    auto remove = TRY(statement("delete from user_role where organization = ?1 and user_id = ?2"));
    remove->bind_blob(2, user.view());
    TRY(remove->run());
  }
  auto insert =
      TRY(statement("insert into user_role(organization, user_id, role) values (?1, ?2, ?3) on conflict do nothing"));
  for (const Role role : roles) {
    insert->bind_blob(2, user.view());
    insert->bind_text(3, name_of(role));
    TRY(insert->run());
  }
  return {};
}

Result<std::string> SessionStore::password_hash(RecordId user) {
  auto select = TRY(statement("select password from credential where organization = ?1 and user_id = ?2"));
  select->bind_blob(2, user.view());
  return TRY(select->step()) ? std::string(select->text(0)) : std::string();
}

Result<void> SessionStore::set_password_hash(RecordId user, std::string_view hash) {
  auto write =
      TRY(statement("insert into credential(organization, user_id, password) values (?1, ?2, ?3) "
                    "on conflict(organization, user_id) do update set password = excluded.password"));
  write->bind_blob(2, user.view());
  write->bind_text(3, hash);
  return write->run();
}

// ---- tokens ----------------------------------------------------------------------------------------------------------------

Result<std::optional<TokenRow>> SessionStore::token(std::string_view hash, TokenKind kind) {
  auto select =
      TRY(statement("select user_id, device_id, chain, generation, used, expires_at from session_token "
                    "where organization = ?1 and hash = ?2 and kind = ?3"));
  select->bind_blob(2, hash);
  select->bind_integer(3, static_cast<std::int64_t>(kind));
  if (!TRY(select->step())) return std::optional<TokenRow>();
  TokenRow row{std::string(hash),
               kind,
               id_at(*select, 0),
               std::nullopt,
               Uuid::from_bytes(select->blob(2)).value_or(Uuid()),
               select->integer(3),
               select->integer(4) != 0,
               Instant{select->integer(5)}};
  if (!select->is_null(1)) row.device = DeviceId::from_bytes(select->blob(1));
  return std::optional(std::move(row));
}

Result<void> SessionStore::add_token(const TokenRow& token) {
  auto insert =
      TRY(statement("insert into session_token(organization, hash, kind, user_id, device_id, chain, generation, used, "
                    "expires_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)"));
  insert->bind_blob(2, token.hash);
  insert->bind_integer(3, static_cast<std::int64_t>(token.kind));
  insert->bind_blob(4, token.user.view());
  if (token.device) insert->bind_blob(5, token.device->view());
  else insert->bind_null(5);
  insert->bind_blob(6, token.chain.view());
  insert->bind_integer(7, token.generation);
  insert->bind_integer(8, token.expires_at.milliseconds);
  return insert->run();
}

Result<std::int64_t> SessionStore::newest_generation(const Uuid& chain) {
  auto select = TRY(statement("select max(generation) from session_token where organization = ?1 and chain = ?2"));
  select->bind_blob(2, chain.view());
  return TRY(select->step()) && !select->is_null(0) ? select->integer(0) : 0;
}

Result<void> SessionStore::mark_used(const TokenRow& token) {
  {
    auto update = TRY(statement("update session_token set used = 1 where organization = ?1 and hash = ?2"));
    update->bind_blob(2, token.hash);
    TRY(update->run());
  }
  auto remove = TRY(
      statement("delete from session_token where organization = ?1 and chain = ?2 and kind = 1 and generation < ?3"));
  remove->bind_blob(2, token.chain.view());
  remove->bind_integer(3, token.generation);
  return remove->run();
}

Result<void> SessionStore::remove_tokens_of_user(RecordId user) {
  auto remove = TRY(statement("delete from session_token where organization = ?1 and user_id = ?2"));
  remove->bind_blob(2, user.view());
  return remove->run();
}

Result<void> SessionStore::remove_tokens_of_device(DeviceId device, std::optional<RecordId> of_user) {
  auto remove =
      TRY(statement(of_user ? "delete from session_token where organization = ?1 and device_id = ?2 and user_id = ?3"
                            : "delete from session_token where organization = ?1 and device_id = ?2"));
  remove->bind_blob(2, device.view());
  if (of_user) remove->bind_blob(3, of_user->view());
  return remove->run();
}

Result<void> SessionStore::remove_expired(Instant now) {
  auto remove = TRY(statement("delete from session_token where organization = ?1 and expires_at <= ?2"));
  remove->bind_integer(2, now.milliseconds);
  return remove->run();
}

// ---- devices ---------------------------------------------------------------------------------------------------------------

Result<void> SessionStore::see_device(RecordId user, DeviceId device, std::string_view client, Instant now) {
  auto write =
      TRY(statement("insert into device(organization, user_id, id, client, first_seen, last_seen, mark, mark_before) "
                    "values (?1, ?2, ?3, ?4, ?5, ?5, '', '') on conflict(organization, user_id, id) do update set "
                    "client = excluded.client, last_seen = excluded.last_seen"));
  write->bind_blob(2, user.view());
  write->bind_blob(3, device.view());
  write->bind_text(4, client);
  write->bind_integer(5, now.milliseconds);
  return write->run();
}

Result<std::vector<Sessions::DeviceRow>> SessionStore::devices(std::optional<RecordId> of_user) {
  std::string sql = "select user_id, id, client, first_seen, last_seen from device where organization = ?1";
  if (of_user) sql += " and user_id = ?2";
  auto select = TRY(statement(sql + " order by last_seen desc, user_id, id"));
  if (of_user) select->bind_blob(2, of_user->view());
  std::vector<Sessions::DeviceRow> rows;
  while (TRY(select->step()))
    rows.push_back({DeviceId::from_bytes(select->blob(1)).value_or(DeviceId()), id_at(*select, 0),
                    std::string(select->text(2)), Instant{select->integer(3)}, Instant{select->integer(4)}});
  return rows;
}

Result<void> SessionStore::remove_device(RecordId user, DeviceId device) {
  TRY(remove_tokens_of_device(device, user));
  auto remove = TRY(statement("delete from device where organization = ?1 and user_id = ?2 and id = ?3"));
  remove->bind_blob(2, user.view());
  remove->bind_blob(3, device.view());
  return remove->run();
}

Result<void> SessionStore::ask_wipe(DeviceId device, Instant now) {
  auto write =
      TRY(statement("insert into device_wipe(organization, id, asked_at, wiped_at) values (?1, ?2, ?3, 0) "
                    "on conflict(organization, id) do nothing"));
  write->bind_blob(2, device.view());
  write->bind_integer(3, now.milliseconds);
  return write->run();
}

Result<std::unordered_map<DeviceId, Sessions::Wipe>> SessionStore::wipes() {
  auto select = TRY(statement("select id, asked_at, wiped_at from device_wipe where organization = ?1"));
  std::unordered_map<DeviceId, Sessions::Wipe> wipes;
  while (TRY(select->step())) {
    auto& wipe = wipes[DeviceId::from_bytes(select->blob(0)).value_or(DeviceId())];
    wipe.asked_at = Instant{select->integer(1)};
    if (select->integer(2) != 0) wipe.wiped_at = Instant{select->integer(2)};
  }
  return wipes;
}

Result<void> SessionStore::set_wiped(DeviceId device, Instant now) {
  auto write = TRY(statement("update device_wipe set wiped_at = ?3 where organization = ?1 and id = ?2"));
  write->bind_blob(2, device.view());
  write->bind_integer(3, now.milliseconds);
  return write->run();
}

Result<DeviceMarks> SessionStore::marks(RecordId user, DeviceId device) {
  auto select =
      TRY(statement("select mark, mark_before from device where organization = ?1 and user_id = ?2 and id = ?3"));
  select->bind_blob(2, user.view());
  select->bind_blob(3, device.view());
  if (!TRY(select->step())) return DeviceMarks{};
  return DeviceMarks{std::string(select->text(0)), std::string(select->text(1))};
}

Result<void> SessionStore::set_marks(RecordId user, DeviceId device, const DeviceMarks& marks, Instant now) {
  auto write =
      TRY(statement("insert into device(organization, user_id, id, client, first_seen, last_seen, mark, mark_before) "
                    "values (?1, ?2, ?3, '', ?4, ?4, ?5, ?6) on conflict(organization, user_id, id) do update set "
                    "last_seen = excluded.last_seen, mark = excluded.mark, mark_before = excluded.mark_before"));
  write->bind_blob(2, user.view());
  write->bind_blob(3, device.view());
  write->bind_integer(4, now.milliseconds);
  write->bind_text(5, marks.current);
  write->bind_text(6, marks.previous);
  return write->run();
}

}  // namespace satchel::server::access
