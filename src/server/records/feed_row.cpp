// SPDX-License-Identifier: Apache-2.0
//
// A row on its way into a page: copied from the statement, no values built between.
#include "server/records/internal/pull_page.h"

namespace satchel::server::records {

using odata::AccessKind;
using odata::FeedMark;
using odata::NamedAnswer;

const std::vector<const SubscribedScope*>& PullPage::held(const TableSql& table) {
  if (held_.empty())
    for (const auto* scope : in_order_) held_[scope->table].push_back(scope);
  return held_[&table];
}

// The device's scopes that the row's own owner and unit give it. The relation is that of access::keys_of.
const std::vector<ScopeNumber>& PullPage::scopes_of_row(sql::Statement& statement, int first, const TableSql& table) {
  row_scopes_.clear();
  const auto is = [&](int column, RecordId key) { return column >= 0 && statement.blob(first + column) == key.view(); };
  for (const auto* scope : held(table)) {
    const auto& key = scope->key;
    const bool holds = key.kind == AccessKind::all || (key.kind == AccessKind::owner && is(table.feed_owner, key.id)) ||
                       (key.kind == AccessKind::unit && is(table.feed_unit, key.id));
    if (holds) row_scopes_.push_back(scope->number);
  }
  return row_scopes_;
}

bool PullPage::write_row(sql::Statement& statement, int first, const TableSql& table, RecordId record, Seq version,
                         Unheld unheld) {
  const auto& scopes = scopes_of_row(statement, first, table);
  if (scopes.empty() && unheld == Unheld::leave_out) return false;
  writer_.begin_row(*table.table, record, version, scopes);
  write_cells(statement, first, table);
  return true;
}

void PullPage::write_cells(sql::Statement& statement, int first, const TableSql& table) {
  for (const auto& column : table.feed_columns) {
    const int at = first + column.at;
    if (column.kind == FeedColumn::Kind::integer) {
      if (statement.is_null(at)) writer_.null();
      else writer_.integer(statement.integer(at));
      continue;
    }
    // Text and ids tell by themselves whether they're null: a view of nothing.
    const auto bytes = column.kind == FeedColumn::Kind::text ? statement.text(at) : statement.blob(at);
    if (bytes.data() == nullptr) {
      writer_.null();
      continue;
    }
    switch (column.kind) {
      case FeedColumn::Kind::integer: break;
      case FeedColumn::Kind::text: writer_.text(bytes); break;
      case FeedColumn::Kind::reference: writer_.reference(column.target, bytes); break;
      case FeedColumn::Kind::polymorphic:
        writer_.reference(TableNumber(static_cast<std::int32_t>(statement.integer(at + 1))), bytes);
        break;
    }
  }
}

void PullPage::mark_leave(const TableSql& table, RecordId record, Seq seq, std::vector<ScopeNumber> scopes) {
  writer_.mark({FeedMark::Kind::leave, table->number, record, seq, std::move(scopes)});
  ++marks_;
}

// Rows that the device holds without a scope, or that a repair asks for (Y11).
Result<void> PullPage::answer_named() {
  for (const auto& named : request_.named) head_.named.push_back({named.table, named.id, TRY(answer(named))});
  named_bytes_ = writer_.bytes_about();
  return {};
}

Result<NamedAnswer> PullPage::answer(const odata::NamedRow& named) {
  const auto* schema_table = context_.schema.find(named.table);
  if (schema_table == nullptr || schema_table->is_derived) return NamedAnswer::gone;
  const TableSql& table = context_.at(named.table);
  const auto keys = TRY(find_keys(context_, table, named.id));
  if (!keys) return NamedAnswer::gone;
  if (!access::may(caller_, *schema_table, access::Privilege::read, *keys)) return NamedAnswer::forbidden;
  if (keys->version == named.version) return NamedAnswer::same;
  if (!named_.insert(named.id).second) return NamedAnswer::changed;
  auto select = TRY(sql::borrow(context_.database, table.select_feed));
  select->bind_integer(1, context_.organization.value);
  select->bind_blob(2, named.id.view());
  if (TRY(select->step())) write_row(*select, 0, table, named.id, keys->version, Unheld::write);
  return NamedAnswer::changed;
}

}  // namespace satchel::server::records
