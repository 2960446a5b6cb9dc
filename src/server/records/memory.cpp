// SPDX-License-Identifier: Apache-2.0
//
// Request memory (Y18), and the sweep that lets old things fall below a recorded floor (Y7).
#include "server/records/internal/queries.h"
#include "server/records/limits.h"

namespace satchel::server::records {

using Remembered = Records::Remembered;

Result<std::optional<Remembered>> recall_answer(Context& context, RecordId user, std::string_view request_id) {
  auto select = TRY(sql::borrow(context.database,
                                "select body_hash, status, headers, body from request_memory "
                                "where organization = ?1 and user_id = ?2 and request_id = ?3"));
  select->bind_integer(1, context.organization.value);
  select->bind_blob(2, user.view());
  select->bind_text(3, request_id);
  if (!TRY(select->step())) return std::optional<Remembered>();
  return std::optional(Remembered{std::string(select->text(0)), static_cast<int>(select->integer(1)),
                                  std::string(select->text(2)), std::string(select->text(3))});
}

Result<void> remember_answer(Context& context, RecordId user, std::string_view request_id, const Remembered& answer,
                             Instant now) {
  if (answer.headers.size() + answer.body.size() > kRememberedBytesMax) return {};
  auto write = TRY(sql::borrow(
      context.database,
      "insert into request_memory(organization, user_id, request_id, made_at, body_hash, status, headers, body) "
      "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict(organization, user_id, request_id) do update set "
      "made_at = excluded.made_at, body_hash = excluded.body_hash, status = excluded.status, "
      "headers = excluded.headers, body = excluded.body"));
  write->bind_integer(1, context.organization.value);
  write->bind_blob(2, user.view());
  write->bind_text(3, request_id);
  write->bind_integer(4, now.milliseconds);
  write->bind_text(5, answer.hash);
  write->bind_integer(6, answer.status);
  write->bind_text(7, answer.headers);
  write->bind_text(8, answer.body);
  return write->run();
}

namespace {

// The newest commit that is older than the retention, but never more rows above the old floor than one sweep may remove.
Result<Seq> floor_for(Context& context, const State& state, Instant before) {
  auto select = TRY(
      sql::borrow(context.database,
                  "select seq, made_at from commit_mark where organization = ?1 and seq >= ?2 order by seq limit ?3"));
  select->bind_integer(1, context.organization.value);
  select->bind_integer(2, state.floor.value);
  select->bind_integer(3, kSweepRowsMax);
  Seq floor = state.floor;
  while (TRY(select->step()) && select->integer(1) < before.milliseconds) floor = Seq(select->integer(0));
  return floor;
}

Result<void> remove_below(Context& context, std::string_view sql, std::int64_t bound) {
  auto remove = TRY(sql::borrow(context.database, sql));
  remove->bind_integer(1, context.organization.value);
  remove->bind_integer(2, bound);
  return remove->run();
}

// Some of them at a time; the rest with the next sweeps.
Result<void> remove_requests(Context& context, Instant before) {
  auto remove = TRY(sql::borrow(
      context.database,
      "delete from request_memory where organization = ?1 and (user_id, request_id) in (select user_id, "
      "request_id from request_memory where organization = ?1 and made_at < ?2 order by made_at limit ?3)"));
  remove->bind_integer(1, context.organization.value);
  remove->bind_integer(2, before.milliseconds);
  remove->bind_integer(3, kSweepRowsMax);
  return remove->run();
}

}  // namespace

Result<void> sweep_old(Context& context, const State& state, Instant now) {
  const Instant before = now - kRetention;
  TRY(remove_requests(context, before));
  const Seq floor = TRY(floor_for(context, state, before));
  if (floor == state.floor) return {};
  TRY(write_floor(context, floor));
  TRY(remove_below(context, "delete from scope_entry where organization = ?1 and seq <= ?2 and op <> 0", floor.value));
  return remove_below(context, "delete from commit_mark where organization = ?1 and seq < ?2", floor.value);
}

}  // namespace satchel::server::records
