// SPDX-License-Identifier: Apache-2.0
//
// PullPage: one page of the feed, in one read transaction.
//
//   cursor --open--> compare with the caller's subscription --> drops, grants
//                          |
//           scopes loading?| yes: load    granted scopes, table by table, (position, H], live entries only     load.cpp
//                          | no:  delta   all scopes above their positions, leaves and deletes too             delta.cpp
//                          v
//                 cursor', at the head: cut and totals
//
//   beside it: answers to the rows that were named (feed_row.cpp), and the watch over those that weren't (watch.cpp)
//
// Always true:
//   - A page ends behind a whole seq.
//   - A row is written with all of the device's scopes that its own state gives it: so it can't travel to somebody who may
//     not read it, whatever the entries say (Y4). A scope that an entry names and the row's state doesn't give: leave.
//   - Scopes are granted at the head only (and to a new cursor): so a table is read once in a load, and no row comes twice.
//     A cut is declared when no scope waits to be granted.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "odata/feed.h"
#include "server/records/internal/cursor.h"
#include "server/records/internal/rows.h"
#include "server/records/internal/subscription.h"
#include "server/records/records.h"

namespace satchel::server::records {

class PullPage {
 public:
  // What outlives a page: prepared statements for reading several scopes side by side, and the room that pages take.
  struct Pool {
    explicit Pool(const model::Schema& schema) : writer(schema) {}
    std::vector<std::unique_ptr<sql::Statement>> entries;
    odata::FeedPageWriter writer;
  };

  PullPage(Context& context, Scopes& scopes, Pool& pool, const access::Caller& caller, const PullRequest& request)
      : context_(context), scopes_(scopes), pool_(pool), caller_(caller), request_(request), writer_(pool.writer) {
    writer_.clear();
  }

  // `watched`: null if the device doesn't ask for it.
  Result<std::string> make(const State& state, const Subscription& subscription, const Watched* watched, Instant now);

 private:
  // Cursor and grants: pull_page.cpp
  Result<void> open(const Subscription& subscription);
  bool must_start_again(const Cursor& cursor) const;
  Result<void> compare(const Subscription& subscription);
  Result<void> grant(const SubscribedScope& scope);
  Result<void> complete();
  Result<void> add_totals();
  bool is_full() const;
  std::size_t rows_max() const;

  // load.cpp
  struct LoadStream;
  using Group = std::vector<std::size_t>;  // loading scopes of one table, by place in cursor_.scopes
  Result<void> load();
  std::vector<Group> groups() const;
  Result<bool> load_group(const Group& group);
  Result<std::vector<LoadStream>> open_streams(const Group& group);
  void advance(const Group& group, Seq position, bool finished);
  Result<void> expect_rows();

  // delta.cpp
  struct EntryStream;
  Result<void> delta();
  Result<std::vector<EntryStream>> open_entries();
  Result<Seq> write_entries(std::vector<EntryStream>& streams);
  Result<void> write_changed(const TableSql& table, RecordId record, Seq seq, std::vector<ScopeNumber> live,
                             std::vector<ScopeNumber> left);

  // watch.cpp
  Result<void> answer_unscoped();
  Result<void> watch(const Watched& watched);
  Result<void> find_touched(const Watched& watched, Seq above, odata::FeedWatch& answer);

  // feed_row.cpp
  // Writes the row that `statement` stands on, if its own state gives it a scope (or `without_scopes`).
  enum class Unheld { leave_out, write };
  bool write_row(sql::Statement& statement, int first, const TableSql& table, RecordId record, Seq version,
                 Unheld unheld = Unheld::leave_out);
  const std::vector<const SubscribedScope*>& held(const TableSql& table);
  const std::vector<ScopeNumber>& scopes_of_row(sql::Statement& statement, int first, const TableSql& table);
  void write_cells(sql::Statement& statement, int first, const TableSql& table);
  void mark_leave(const TableSql& table, RecordId record, Seq seq, std::vector<ScopeNumber> scopes);
  Result<void> answer_named();
  Result<odata::NamedAnswer> answer(const odata::NamedRow& named);

  Context& context_;
  Scopes& scopes_;
  Pool& pool_;
  const access::Caller& caller_;
  const PullRequest& request_;
  State state_;
  const Watched* watched_ = nullptr;
  Cursor cursor_;
  odata::FeedHead head_;
  odata::FeedPageWriter& writer_;
  std::size_t marks_ = 0;
  std::vector<const SubscribedScope*> in_order_;  // as cursor_.scopes
  std::unordered_map<const TableSql*, std::vector<const SubscribedScope*>>
      held_;  // the same by table, made when needed
  std::vector<ScopeNumber> row_scopes_;
  std::unordered_set<RecordId> named_;  // rows that are in the page for having been named
  std::size_t named_bytes_ = 0;
  bool has_more_to_grant_ = false;
};

}  // namespace satchel::server::records
