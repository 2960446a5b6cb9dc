// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/state.h"

namespace satchel::server::records {

Result<State> read_state(Context& context) {
  auto select = TRY(sql::borrow(
      context.database,
      "select head, mark, epoch, floor, scope_mark, secret from organization_state where organization = ?1"));
  select->bind_integer(1, context.organization.value);
  if (!TRY(select->step()))
    return Error{ErrorCode::store_damaged, "The organisation's state is missing from the database."};
  State state;
  state.head = {Seq(select->integer(0)), static_cast<std::uint64_t>(select->integer(1))};
  state.epoch = Uuid::from_bytes(select->blob(2)).value_or(Uuid());
  state.floor = Seq(select->integer(3));
  state.scope_mark = select->integer(4);
  state.secret = std::string(select->blob(5));
  return state;
}

namespace {

Result<void> write_commit_mark(Context& context, const Cut& cut, Instant made_at) {
  auto insert = TRY(sql::borrow(context.database,
                                "insert into commit_mark(organization, seq, mark, made_at) values (?1, ?2, ?3, ?4)"));
  insert->bind_integer(1, context.organization.value);
  insert->bind_integer(2, cut.seq.value);
  insert->bind_integer(3, static_cast<std::int64_t>(cut.mark));
  insert->bind_integer(4, made_at.milliseconds);
  return insert->run();
}

Result<void> set_number(Context& context, std::string_view sql, std::int64_t number) {
  auto update = TRY(sql::borrow(context.database, sql));
  update->bind_integer(1, context.organization.value);
  update->bind_integer(2, number);
  return update->run();
}

}  // namespace

Result<void> write_head(Context& context, const Cut& head, Instant made_at) {
  TRY(write_commit_mark(context, head, made_at));
  auto update =
      TRY(sql::borrow(context.database, "update organization_state set head = ?2, mark = ?3 where organization = ?1"));
  update->bind_integer(1, context.organization.value);
  update->bind_integer(2, head.seq.value);
  update->bind_integer(3, static_cast<std::int64_t>(head.mark));
  return update->run();
}

Result<void> write_scope_mark(Context& context, std::int64_t mark) {
  return set_number(context, "update organization_state set scope_mark = ?2 where organization = ?1", mark);
}

Result<void> write_floor(Context& context, Seq floor) {
  return set_number(context, "update organization_state set floor = ?2 where organization = ?1", floor.value);
}

Result<void> write_epoch(Context& context, const Uuid& epoch, const LostCommits& lost) {
  auto update = TRY(sql::borrow(context.database, "update organization_state set epoch = ?2 where organization = ?1"));
  update->bind_integer(1, context.organization.value);
  update->bind_blob(2, epoch.view());
  TRY(update->run());
  auto insert = TRY(sql::borrow(context.database,
                                "insert into lost_commits(organization, first_seq, after_seq) values (?1, ?2, ?3)"));
  insert->bind_integer(1, context.organization.value);
  insert->bind_integer(2, lost.first.value);
  insert->bind_integer(3, lost.after.value);
  return insert->run();
}

Result<std::string> lost_commits(Context& context) {
  auto select = TRY(sql::borrow(
      context.database, "select after_seq, first_seq from lost_commits where organization = ?1 order by first_seq"));
  select->bind_integer(1, context.organization.value);
  std::string lost;
  while (TRY(select->step()))
    lost += (lost.empty() ? "" : ",") + std::to_string(select->integer(0)) + "-" + std::to_string(select->integer(1));
  return lost;
}

Result<void> refuse_history(Context& context) {
  auto lost = TRY(lost_commits(context));
  return Error{ErrorCode::history_changed,
               "The server's records were restored from a backup and don't hold what this device has seen. It compares "
               "them and goes on.",
               std::move(lost)};
}

Result<void> check_cut(Context& context, const State& state, const Cut& cut) {
  if (cut == state.head || cut.seq < state.floor) return {};
  if (cut.seq >= state.head.seq) return refuse_history(context);
  auto select = TRY(sql::borrow(context.database, "select mark from commit_mark where organization = ?1 and seq = ?2"));
  select->bind_integer(1, context.organization.value);
  select->bind_integer(2, cut.seq.value);
  if (TRY(select->step()) && static_cast<std::uint64_t>(select->integer(0)) == cut.mark) return {};
  return refuse_history(context);
}

}  // namespace satchel::server::records
