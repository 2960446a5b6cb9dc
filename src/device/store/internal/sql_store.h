// SPDX-License-Identifier: Apache-2.0
//
// DeviceStore on a SQL database: joins the parts. What a part does is told in its own header; here stands what crosses them.
#pragma once

#include "device/store/internal/conflicts.h"
#include "device/store/internal/drafts.h"
#include "device/store/internal/layout.h"
#include "device/store/internal/loader.h"
#include "device/store/internal/mirrors.h"
#include "device/store/internal/outbox.h"
#include "device/store/internal/search.h"
#include "device/store/internal/staged_pages.h"
#include "device/store/internal/upgrade.h"
#include "device/store/internal/uses.h"
#include "device/store/internal/verify.h"
#include "device/store/internal/watched_database.h"
#include "device/store/store.h"
#include "sql/compile.h"

namespace satchel::device::store {

class SqlStore final : public DeviceStore {
 public:
  SqlStore(sql::Database& database, const model::Schema& schema);
  Result<void> open();

  const model::Schema& schema() const override { return schema_; }
  Result<sql::Transaction> begin() override;
  Touched take_touched() override;
  void forget_caches() override;

  Result<std::optional<std::string>> setting(std::string_view name) override { return settings_.get(name); }
  Result<void> set_setting(std::string_view name, std::string_view value) override;
  Result<void> drop_setting(std::string_view name) override;

  Result<std::optional<model::Record>> find(const model::Table& table, RecordId id) override;
  Result<ListResult> list(const query::Query& query) override;
  Result<std::unique_ptr<RowPlaces>> row_places(const query::Query& query) override;
  Result<RowNumber> row_numbers_end(const model::Table& table) override;
  Result<std::vector<model::Record>> rows_at(const model::Table& table, std::span<const RowNumber> numbers) override;
  Result<std::vector<RowNumber>> matching_rows(const model::Table& table, std::string_view text) override;
  Result<std::vector<SearchHit>> search(std::string_view text, std::size_t hits_max) override;
  Result<bool> search_ready() override { return layout_.complete(); }
  std::string name_of(const model::Reference& reference) override;
  Result<std::vector<TableStatus>> tables() override;
  Result<std::map<TableNumber, std::int64_t>> table_bytes() override;

  Result<std::optional<Mirror>> mirror(const model::Table& table, RecordId id) override;
  Result<std::optional<Holding>> holding(const model::Table& table, RecordId id) override;
  Result<bool> has_shadow(RecordId id) override { return mirrors_.has_shadow(id); }
  Result<void> keep_shadow(const model::Table& table, RecordId id) override;
  Result<void> set_mirror(const model::Table& table, RecordId id, const std::optional<Mirror>& mirror) override;
  Result<void> set_visible(const model::Table& table, RecordId id, const std::optional<model::Record>& record) override;
  Result<void> drop_shadow(const model::Table& table, RecordId id) override;
  Result<std::vector<odata::NamedRow>> unscoped_rows(std::size_t rows_max) override;

  Result<std::vector<ScopeRow>> scopes() override { return scopes_.all(); }
  Result<void> add_scope(const odata::FeedScope& scope, bool loading) override;
  Result<void> mark_scopes_loaded() override;
  Result<std::vector<model::Reference>> drop_scope(ScopeNumber scope) override;
  Result<ScopeSetNumber> scope_set(std::span<const ScopeNumber> scopes) override;
  Result<std::vector<ScopeNumber>> scopes_in(ScopeSetNumber set) override { return scopes_.members(set); }
  Result<std::vector<odata::NamedRow>> scope_rows(ScopeNumber scope, std::optional<RecordId> from,
                                                  std::optional<RecordId> until) override;
  Result<std::vector<odata::ScopeTotal>> recount() override;

  Result<bool> loading() override { return layout_.loading(); }
  Result<std::int64_t> load_rows(odata::FeedPageReader& page) override;
  Result<void> finish_load() override;
  Result<bool> build_next_index() override;

  Result<void> stage_page(std::string_view page) override;
  Result<std::size_t> staged_pages() override { return staged_pages_.count(); }
  Result<std::optional<std::string>> staged_page(std::size_t index) override { return staged_pages_.at(index); }
  Result<void> drop_staged_pages() override;

  Result<OutboxPosition> append(const OutboxEntry& entry) override;
  Result<void> update(const OutboxEntry& entry) override;
  Result<void> remove(OutboxPosition position) override;
  Result<std::vector<OutboxEntry>> outbox() override { return outbox_.all(); }
  Result<std::vector<OutboxEntry>> outbox_of(RecordId record) override { return outbox_.of(record); }
  Result<std::optional<OutboxEntry>> outbox_entry(OutboxPosition position) override { return outbox_.at(position); }
  Result<std::size_t> outbox_count(ChangeState state) override { return outbox_.count(state); }
  Result<void> keep_acknowledged(const OutboxEntry& entry, Instant now) override;
  Result<std::vector<OutboxEntry>> acknowledged_above(Seq seq) override { return outbox_.acknowledged_above(seq); }
  Result<bool> has_acknowledged(RecordId record) override { return outbox_.has_acknowledged(record); }
  Result<void> drop_acknowledged(ChangeId change) override;
  Result<void> sweep(Instant now) override;

  Result<void> add_draft(const Draft& draft) override;
  Result<void> update_draft(const Draft& draft) override;
  Result<void> remove_draft(RecordId id) override;
  Result<std::vector<Draft>> drafts() override { return drafts_.all(); }
  Result<std::optional<Draft>> draft(RecordId id) override { return drafts_.find(id); }
  Result<bool> has_draft(RecordId id) override { return drafts_.has(id); }
  Result<std::size_t> draft_count() override { return drafts_.count(); }

  Result<void> note_use(const model::Reference& record, Instant now) override;
  Result<void> confirm_use(const model::Reference& record, Instant now, bool is_watched) override;
  Result<std::optional<Use>> use(RecordId record) override { return uses_.find(record); }
  Result<bool> has_use(RecordId record) override { return uses_.has(record); }
  Result<std::vector<Use>> uses() override { return uses_.all(); }
  Result<std::vector<Use>> uses_to_name() override { return uses_.to_name(); }
  Result<std::optional<Instant>> oldest_use() override { return uses_.oldest(); }
  Result<void> confirm_watched(Instant now) override;
  Result<bool> end_watch(RecordId record) override;
  Result<bool> end_watch(std::optional<TableNumber> table) override;
  Result<void> drop_use(RecordId record) override;
  Result<CacheSize> cache_size() override { return uses_.size(); }
  Result<void> set_pin(const model::Reference& record, bool is_pinned, Instant now) override;
  Result<void> know_names(RecordId holder, std::span<const KnownName> names) override;

  Result<ConflictId> add_conflict(const Conflict& conflict) override;
  Result<void> update_conflict(const Conflict& conflict) override;
  Result<void> remove_conflict(ConflictId id) override;
  Result<std::vector<Conflict>> conflicts() override { return conflicts_.all(); }
  Result<std::vector<Conflict>> conflicts_of(RecordId record) override { return conflicts_.of(record); }
  Result<void> add_conflict_record(const ConflictRecord& record) override;
  Result<std::vector<ConflictRecord>> conflict_records() override { return conflicts_.records(); }

  Result<void> erase() override;
  Result<void> erase_rows() override;
  Result<void> compact() override;
  Result<void> verify() override;

 private:
  enum class Journal { log, rollback };
  Result<void> choose_journal();
  Result<void> raise_file_mark();
  Result<void> upgrade();
  // Every writing function calls this first: it must be inside the caller's transaction.
  void expect_transaction() const;
  Result<const DeviceTable*> known_table(TableNumber number) const;
  Result<std::int64_t> bytes_of(const model::Reference& record);
  Result<std::int64_t> bytes_weight(const DeviceTable& table);

  sql::Database& database_;
  const model::Schema& schema_;
  WatchedDatabase watched_;
  DeviceTables tables_;
  NamedValues meta_;
  NamedValues settings_;
  TextIndex text_index_;
  Rows rows_;
  Scopes scopes_;
  Mirrors mirrors_;
  Layout layout_;
  Loader loader_;
  Outbox outbox_;
  Conflicts conflicts_;
  Drafts drafts_;
  Uses uses_;
  StagedPages staged_pages_;
  Search search_;
  Verifier verifier_;
  Journal journal_ = Journal::log;  // as an edge opens it
  bool is_marked_ = false;
  Touched touched_;  // but for the tables, of which rows_ knows
};

}  // namespace satchel::device::store
