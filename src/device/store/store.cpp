// SPDX-License-Identifier: Apache-2.0
#include "device/store/store.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "device/store/internal/row_places.h"
#include "device/store/internal/sql_store.h"
#include "device/store/limits.h"
#include "model/rules.h"

namespace satchel::device::store {

Result<std::unique_ptr<DeviceStore>> DeviceStore::open(sql::Database& database, const model::Schema& schema) {
  auto store = std::make_unique<SqlStore>(database, schema);
  TRY(store->open());
  return std::unique_ptr<DeviceStore>(std::move(store));
}

SqlStore::SqlStore(sql::Database& database, const model::Schema& schema)
    : database_(database),
      schema_(schema),
      watched_(database, [this] { forget_caches(); }),
      tables_(schema),
      meta_(database, "meta"),
      settings_(database, "setting"),
      text_index_(database, tables_, meta_),
      rows_(database, text_index_),
      scopes_(database),
      mirrors_(database, rows_, scopes_),
      layout_(database, schema, tables_, meta_, rows_, text_index_),
      loader_(database, tables_, layout_, rows_, mirrors_, scopes_),
      outbox_(database, schema),
      conflicts_(database, schema),
      drafts_(database, schema),
      uses_(database),
      staged_pages_(database),
      search_(database, tables_, text_index_),
      verifier_(database, tables_, rows_, mirrors_, scopes_) {}

Result<void> SqlStore::open() {
  const auto found = TRY(layout_.look());
  if (found == Layout::Found::current) return {};
  // A kill in the middle leaves the old store, or none.
  auto transaction = TRY(sql::Transaction::begin(watched_));
  TRY(found == Layout::Found::nothing ? layout_.create() : upgrade());
  TRY(transaction.commit());
  forget_caches();
  return {};
}

Result<void> SqlStore::upgrade() {
  return Upgrade({database_, schema_, tables_, layout_, settings_, rows_, scopes_, mirrors_, outbox_, conflicts_,
                  drafts_, uses_, staged_pages_})
      .run();
}

// ---- transactions ------------------------------------------------------------------------------------------------------------

Result<sql::Transaction> SqlStore::begin() {
  TRY(choose_journal());
  auto transaction = TRY(sql::Transaction::begin(watched_));
  TRY(raise_file_mark());
  return transaction;
}

// By it a journal that lies beside the file is known as this file's of this day (edge/sqlite/database.h).
Result<void> SqlStore::raise_file_mark() {
  if (is_marked_ && journal_ == Journal::log) return {};
  std::int64_t mark = 0;
  {
    auto select = TRY(sql::borrow(database_, "pragma user_version"));
    if (TRY(select->step())) mark = select->integer(0);
  }
  TRY(database_.execute("pragma user_version = " + std::to_string(mark + 1)));
  is_marked_ = true;
  return {};
}

// A write-ahead log needs one flush per commit, but writes (and encrypts) every page twice. A rollback journal doesn't hold pages
// that are new, so a large load goes a third faster with it; it flushes more often, which few and large commits bear.
Result<void> SqlStore::choose_journal() {
  const bool is_bulk = TRY(rows_.total()) >= kBulkRowsMin && TRY(layout_.has_work());
  const auto wanted = is_bulk ? Journal::rollback : Journal::log;
  if (wanted == journal_) return {};
  journal_ = wanted;  // If the disk can't have it, it isn't asked for again.
  auto change = TRY(database_.prepare(is_bulk ? "pragma journal_mode = truncate" : "pragma journal_mode = wal"));
  while (TRY(change->step())) {
  }
  return {};
}

void SqlStore::expect_transaction() const { assert(database_.in_transaction()); }

Touched SqlStore::take_touched() {
  auto touched = std::exchange(touched_, {});
  rows_.take_touched(touched);
  return touched;
}

void SqlStore::forget_caches() {
  is_marked_ = false;
  layout_.forget();
  rows_.forget();
  scopes_.forget();
  mirrors_.forget();
  outbox_.forget();
}

// ---- settings ----------------------------------------------------------------------------------------------------------------

Result<void> SqlStore::set_setting(std::string_view name, std::string_view value) {
  expect_transaction();
  touched_.settings.emplace(name);
  return settings_.set(name, value);
}

Result<void> SqlStore::drop_setting(std::string_view name) {
  expect_transaction();
  touched_.settings.emplace(name);
  return settings_.drop(name);
}

// ---- visible rows ------------------------------------------------------------------------------------------------------------

Result<const DeviceTable*> SqlStore::known_table(TableNumber number) const {
  if (const auto* table = tables_.find(number)) return table;
  const auto* known = schema_.find(number);
  return Error{ErrorCode::unknown_table,
               (known != nullptr ? known->plural + " aren't" : "The table " + std::to_string(number.value) + " isn't") +
                   " kept on devices."};
}

Result<std::optional<model::Record>> SqlStore::find(const model::Table& table, RecordId id) {
  return rows_.find(*TRY(known_table(table.number)), id);
}

std::string SqlStore::name_of(const model::Reference& reference) {
  const auto* table = tables_.find(reference.table);
  if (table == nullptr || table->find_name.empty()) return {};
  {
    auto select = sql::borrow(database_, table->find_name);
    if (!select) return {};
    (*select)->bind_blob(1, reference.id.view());
    const auto found = (*select)->step();
    if (found && *found) return std::string((*select)->text(0));
  }
  if (auto known = uses_.name_of(reference.id); !known.empty()) return known;
  const auto draft = drafts_.find(reference.id);
  if (!draft || !*draft || table == nullptr) return {};
  model::Record record{reference.table, reference.id, {}, std::vector<model::Value>(table->table->columns.size())};
  for (const auto& value : (*draft)->change.values) record.values[value.column] = value.value;
  model::compute(schema_, record);
  const auto* name = table->table->primary_name ? model::text_in(record.values[*table->table->primary_name]) : nullptr;
  return name != nullptr ? *name : std::string();
}

Result<ListResult> SqlStore::list(const query::Query& query) {
  const auto& table = *TRY(known_table(query.table));
  const sql::Surroundings surroundings;  // every visible row is the user's
  ListResult out;
  auto bounded = query;
  const auto rows_max = std::clamp<std::int64_t>(query.top.value_or(kListRowsMax), 0, kListRowsMax);
  bounded.top = rows_max + 1;  // one more tells whether there's a next page
  const auto compiled = sql::compile_rows(schema_, bounded, surroundings);
  {
    auto select = TRY(sql::borrow(database_, compiled.text));
    sql::bind(*select, compiled.parameters);
    std::optional<query::Position> end;
    while (TRY(select->step())) {
      if (static_cast<std::int64_t>(out.records.size()) == rows_max) {
        out.next = std::move(end);
        break;
      }
      const auto id = RecordId::from_bytes(select->blob(0));
      if (!id) return Error{ErrorCode::store_damaged, "A row of \"" + table.table->name + "\" has no id."};
      out.records.push_back({query.table, *id, Seq(select->integer(1)), sql::read_values(*select, 2, *table.table)});
      if (static_cast<std::int64_t>(out.records.size()) == rows_max)
        end = sql::read_position(*select, schema_, bounded, surroundings);
    }
  }
  if (!query.count) return out;
  const auto counting = sql::compile_count(schema_, query, surroundings);
  auto select = TRY(sql::borrow(database_, counting.text));
  sql::bind(*select, counting.parameters);
  if (TRY(select->step())) out.count = select->integer(0);
  return out;
}

Result<std::unique_ptr<RowPlaces>> SqlStore::row_places(const query::Query& query) {
  TRY(known_table(query.table));
  return std::unique_ptr<RowPlaces>(std::make_unique<SqlRowPlaces>(database_, schema_, query));
}

Result<RowNumber> SqlStore::row_numbers_end(const model::Table& table) {
  const auto& known = *TRY(known_table(table.number));
  auto select = TRY(sql::borrow(database_, "select max(rowid) from " + sql::quoted(known.table->name)));
  const auto last = TRY(select->step()) ? select->integer(0) : 0;
  return RowNumber(static_cast<std::uint32_t>(last + 1));
}

Result<std::vector<model::Record>> SqlStore::rows_at(const model::Table& table, std::span<const RowNumber> numbers) {
  const auto& known = *TRY(known_table(table.number));
  std::vector<model::Record> records;
  for (const auto number : numbers)
    if (auto record = TRY(rows_.at(known, number.value))) records.push_back(std::move(*record));
  return records;
}

Result<std::vector<RowNumber>> SqlStore::matching_rows(const model::Table& table, std::string_view text) {
  return search_.rows_of(*TRY(known_table(table.number)), text, TRY(layout_.complete()));
}

Result<std::vector<SearchHit>> SqlStore::search(std::string_view text, std::size_t hits_max) {
  return search_.find(text, hits_max, TRY(layout_.complete()));
}

// ---- mirror and overlay ------------------------------------------------------------------------------------------------------

Result<std::optional<Mirror>> SqlStore::mirror(const model::Table& table, RecordId id) {
  return mirrors_.get(*TRY(known_table(table.number)), id);
}

Result<std::optional<Holding>> SqlStore::holding(const model::Table& table, RecordId id) {
  return mirrors_.holding(*TRY(known_table(table.number)), id);
}

Result<void> SqlStore::keep_shadow(const model::Table& table, RecordId id) {
  expect_transaction();
  return mirrors_.keep_shadow(*TRY(known_table(table.number)), id);
}

Result<void> SqlStore::set_mirror(const model::Table& table, RecordId id, const std::optional<Mirror>& mirror) {
  expect_transaction();
  return mirrors_.set(*TRY(known_table(table.number)), id, mirror);
}

Result<void> SqlStore::set_visible(const model::Table& table, RecordId id, const std::optional<model::Record>& record) {
  expect_transaction();
  return mirrors_.set_visible(*TRY(known_table(table.number)), id, record);
}

Result<void> SqlStore::drop_shadow(const model::Table& table, RecordId id) {
  expect_transaction();
  return mirrors_.drop_shadow(*TRY(known_table(table.number)), id);
}

Result<std::vector<odata::NamedRow>> SqlStore::unscoped_rows(std::size_t rows_max) {
  std::vector<odata::NamedRow> out;
  for (const auto& table : tables_.all()) TRY(mirrors_.add_unscoped(table, rows_max, out));
  return out;
}

// ---- outbox, conflicts, staged pages -----------------------------------------------------------------------------------------

Result<void> SqlStore::stage_page(std::string_view page) {
  expect_transaction();
  return staged_pages_.add(page);
}

Result<void> SqlStore::drop_staged_pages() {
  expect_transaction();
  return staged_pages_.clear();
}

Result<OutboxPosition> SqlStore::append(const OutboxEntry& entry) {
  expect_transaction();
  touched_.outbox = true;
  return outbox_.append(entry);
}

Result<void> SqlStore::update(const OutboxEntry& entry) {
  expect_transaction();
  touched_.outbox = true;
  return outbox_.update(entry);
}

Result<void> SqlStore::remove(OutboxPosition position) {
  expect_transaction();
  touched_.outbox = true;
  return outbox_.remove(position);
}

Result<void> SqlStore::keep_acknowledged(const OutboxEntry& entry, Instant now) {
  expect_transaction();
  return outbox_.keep_acknowledged(entry, now);
}

Result<void> SqlStore::drop_acknowledged(ChangeId change) {
  expect_transaction();
  return outbox_.drop_acknowledged(change);
}

Result<void> SqlStore::sweep(Instant now) {
  expect_transaction();
  TRY(outbox_.sweep_acknowledged(now));
  return conflicts_.sweep_records(now);
}

// ---- drafts and cached rows ---------------------------------------------------------------------------------------------------

Result<void> SqlStore::add_draft(const Draft& draft) {
  expect_transaction();
  touched_.drafts = true;
  return drafts_.add(draft);
}

Result<void> SqlStore::update_draft(const Draft& draft) {
  expect_transaction();
  touched_.drafts = true;
  return drafts_.update(draft);
}

Result<void> SqlStore::remove_draft(RecordId id) {
  expect_transaction();
  touched_.drafts = true;
  return drafts_.remove(id);
}

// About what the row takes on the disk; 0 for one that isn't here.
Result<std::int64_t> SqlStore::bytes_of(const model::Reference& record) {
  const auto* table = tables_.find(record.table);
  const auto row = table != nullptr ? TRY(rows_.find(*table, record.id)) : std::nullopt;
  if (!row) return std::int64_t{0};
  std::int64_t bytes = 40;
  for (const auto& value : row->values) {
    if (const auto* text = model::text_in(value)) bytes += static_cast<std::int64_t>(text->size());
    else if (model::reference_in(value) != nullptr) bytes += 17;
    else if (const auto* parties = model::parties_in(value)) bytes += static_cast<std::int64_t>(parties->size()) * 40;
    else bytes += model::is_null(value) ? 1 : 5;
  }
  return bytes;
}

Result<void> SqlStore::note_use(const model::Reference& record, Instant now) {
  expect_transaction();
  return uses_.note(record, now, TRY(bytes_of(record)));
}

Result<void> SqlStore::confirm_use(const model::Reference& record, Instant now, bool is_watched) {
  expect_transaction();
  if (!TRY(uses_.has(record.id))) return {};
  return uses_.confirm(record.id, now, TRY(bytes_of(record)), is_watched);
}

Result<void> SqlStore::confirm_watched(Instant now) {
  expect_transaction();
  return meta_.set_integer(kWatchedAt, now.milliseconds);
}

Result<bool> SqlStore::end_watch(RecordId record) {
  expect_transaction();
  return uses_.end_watch(record);
}

Result<bool> SqlStore::end_watch(std::optional<TableNumber> table) {
  expect_transaction();
  return uses_.end_watch(table);
}

Result<void> SqlStore::set_pin(const model::Reference& record, bool is_pinned, Instant now) {
  expect_transaction();
  touched_.pins = true;
  const auto use = TRY(uses_.find(record.id));
  if (is_pinned && !(use && use->pinned) && TRY(uses_.pins()) >= kPinsMax)
    return Error{ErrorCode::too_large,
                 "This device keeps " + std::to_string(kPinsMax) +
                     " records because somebody asked for it, and it can't keep more. Take one of them off first.",
                 record.id.to_string(), "Q6"};
  if (is_pinned && !use) TRY(note_use(record, now));
  return uses_.set_pin(record.id, is_pinned);
}

Result<void> SqlStore::drop_use(RecordId record) {
  expect_transaction();
  return uses_.drop(record);
}

Result<void> SqlStore::know_names(RecordId holder, std::span<const KnownName> names) {
  expect_transaction();
  return uses_.know(holder, names);
}

Result<ConflictId> SqlStore::add_conflict(const Conflict& conflict) {
  expect_transaction();
  touched_.conflicts = true;
  return conflicts_.add(conflict);
}

Result<void> SqlStore::update_conflict(const Conflict& conflict) {
  expect_transaction();
  touched_.conflicts = true;
  return conflicts_.update(conflict);
}

Result<void> SqlStore::remove_conflict(ConflictId id) {
  expect_transaction();
  touched_.conflicts = true;
  return conflicts_.remove(id);
}

Result<void> SqlStore::add_conflict_record(const ConflictRecord& record) {
  expect_transaction();
  touched_.conflicts = true;
  return conflicts_.add_record(record);
}

}  // namespace satchel::device::store
