// SPDX-License-Identifier: Apache-2.0
//
// Upgrade: an older store meets a program with a newer schema (Y26, invariant 16). One transaction, the caller's.
//
//   tables, columns, indexes, text index   made to fit                                              (layout.h)
//   mirrors in `shadow`                    what still means the same stays; the rest comes again
//   outbox, conflicts                      what is still allowed stays; the rest, as text, goes to the error list
//   drafts                                 stay; what has no place any more is kept in them as text
//   rows, scopes, uses of a retired table  go
//   staged pages, cursor                   go: the feed is read from its beginning, for rows lack the new columns (Y12)
//   a first load that isn't done           begins anew
//
// Nothing that was typed is lost: a value that today's schema has no place for stands in an outbox entry of its own, refused,
// as RetiredValue and in the reason's sentence. What the server had confirmed it has, and what it said it says again.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "device/store/internal/conflicts.h"
#include "device/store/internal/drafts.h"
#include "device/store/internal/layout.h"
#include "device/store/internal/mirrors.h"
#include "device/store/internal/outbox.h"
#include "device/store/internal/schema_move.h"
#include "device/store/internal/staged_pages.h"
#include "device/store/internal/uses.h"

namespace satchel::device::store {

// What an upgrade works on: the store's parts.
struct UpgradedParts {
  sql::Database& database;
  const model::Schema& schema;
  const DeviceTables& tables;
  Layout& layout;
  NamedValues& settings;
  Rows& rows;
  Scopes& scopes;
  Mirrors& mirrors;
  Outbox& outbox;
  Conflicts& conflicts;
  Drafts& drafts;
  Uses& uses;
  StagedPages& staged_pages;
};

class Upgrade {
 public:
  explicit Upgrade(const UpgradedParts& parts) : parts_(parts) {}

  Result<void> run();

 private:
  using Lost = SchemaMove::Lost;

  Result<void> move_contents(const model::Schema& before);
  Result<void> move_mirrors(const model::Schema& before, const SchemaMove& move);
  Result<void> move_change(OutboxEntry entry, const SchemaMove& move);
  Result<void> move_draft(Draft draft, const SchemaMove& move);
  Result<void> move_conflict(Conflict conflict, const SchemaMove& move);
  Result<void> refuse(OutboxEntry entry, const std::vector<Lost>& lost);
  Result<void> show(TableNumber table, RecordId id, const std::set<model::ColumnIndex>& columns);
  Result<void> drop_retired_tables();
  Result<void> start_feed_again();

  UpgradedParts parts_;
  std::map<std::pair<TableNumber, RecordId>, std::set<model::ColumnIndex>> to_show_;
};

}  // namespace satchel::device::store
