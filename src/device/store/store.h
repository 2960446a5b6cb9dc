// SPDX-License-Identifier: Apache-2.0
//
// DeviceStore: everything a device remembers, in one encrypted SQLite database.
//
//   "<table>"   one per schema table: the visible rows (what lists, forms and search see)
//   shadow      the mirror (the server's state as last seen) of records that have unconfirmed local changes
//   outbox      changes not yet confirmed;  conflict, conflict_history, scope, scope_set, staged_page, meta, search
//   draft       new records that were captured offline and aren't saved yet; never among the visible rows (D4, D5)
//   use         when a record was last used, for cached rows (C1), and whether it's pinned (Q6)
//   known_name  names of records that aren't here
//
//   visible = mirror (+) acknowledged (+) pending (Y13). A record without local changes lies in its table once; one with
//   local changes lies there as the user sees it, and its mirror in `shadow`.
//
// Always true:
//   - A local edit, its outbox entry, its row and its search terms are one transaction; so are a cut, the merge and the cursor.
//     The caller opens the transaction (`begin`); every writing function here must be called inside one.
//   - A record has a shadow exactly as long as it has outbox entries that are not refused for good, or an open conflict.
//   - The sums of `scope` count mirror rows by (id, version) (Y9), never local values.
//   - Nothing deleted stays in the file: secure_delete, and the text index is told the old terms (see limits and README).
//
// The store knows SQL and bytes; it doesn't know the network, merging or permissions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "model/record.h"
#include "odata/feed.h"
#include "query/query.h"
#include "sql/database.h"

namespace satchel::device::store {

using ScopeSetNumber = StrongInt<struct ScopeSetNumberTag>;  // 0 = held by no scope
using OutboxPosition = StrongInt<struct OutboxPositionTag>;  // place in the outbox; grows, never reused
using ConflictId = StrongInt<struct ConflictIdTag>;
// A visible row's number in its table. It stays while the row is there; once the row is gone another one may get it.
using RowNumber = StrongInt<struct RowNumberTag, std::uint32_t>;

// The server's state of one record as last seen, and why it's here.
struct Mirror {
  model::Record record;  // version inside
  ScopeSetNumber scopes;
};

enum class ChangeState : int {
  waiting = 0,       // not sent yet; may still be folded into
  sent = 1,          // frozen, sent, no answer known (Y17)
  acknowledged = 2,  // confirmed at `acknowledged_version`, waiting for a cut at or above it (Y13)
  refused = 3,       // in the error list, with `reason`
  blocked = 4,       // waits for another change (`waits_for`) that was refused
};

// What the user typed into a column that the schema no longer has, or has with another meaning (Y26). It can't be sent; it's
// kept beside the change as the text that a person would read.
struct RetiredValue {
  std::string column;
  std::string text;
  bool operator==(const RetiredValue&) const = default;
};

struct OutboxEntry {
  OutboxPosition position;
  ChangeId id;  // Repeatability-Request-ID; new when a frozen body is given up
  model::RecordChange change;
  std::vector<model::ColumnValue> bases;  // per changed column: what the screen showed when it was first changed (Y14)
  Seq base_version;                       // If-Match: the version the change builds on; 0 for creates
  std::optional<Cut> seen;                // deletes: the cut that the user saw
  ChangeState state = ChangeState::waiting;
  std::optional<ChangeId> group;  // members of one group sent together share this id
  std::optional<Instant> first_sent;
  Seq acknowledged_version;
  Instant saved_at;
  std::string reason_code;  // refused: name of the ErrorCode
  std::string reason;       // refused: the server's sentence
  std::string reason_target;
  std::optional<model::Reference> waits_for;  // blocked
  std::vector<RetiredValue> retired;
};

enum class ConflictKind : int {
  columns = 0,        // the same column changed on both sides
  deleted_there = 1,  // edited here, deleted there (K3)
  deleted_here = 2,   // deleted here, edited there (K3)
};

// A new record that is on this device only (D1, D3). Its id is the record's own once it's saved.
struct Draft {
  model::RecordChange change;               // a create
  std::optional<model::Reference> related;  // the record it was made for (D5); stays on the device as long as the draft
  Instant created_at, changed_at;
  std::optional<OutboxPosition> saving;            // the outbox entry that saves it; its answer isn't known yet
  bool changed_since = false;                      // ... and the draft was changed after that entry was made
  std::string reason_code, reason, reason_target;  // why the server refused it when it was last saved (D7)
  std::vector<RetiredValue> retired;               // typed into columns or a table that are gone
  bool is_damaged = false;                         // only id and table could be read; the other drafts are as they were
};

// When a record was last opened, created, edited or scrolled into view on this device (C1).
struct Use {
  model::Reference record;
  Instant used_at;
  Instant confirmed_at;    // when the server last brought the row, or said that it's the same: "As of" (C4). 0: never
  std::int64_t bytes = 0;  // about, of the row
  bool pinned = false;     // "Keep on this device" (Q6): the cache's bounds don't ask for it
  bool watched = false;    // the server says when the row changes: it need not be named until then
};
struct CacheSize {
  std::int64_t rows = 0, bytes = 0;
};

// An open conflict: one per record and column group (Y15); the deleted kinds have one per record.
struct Conflict {
  ConflictId id;
  TableNumber table;
  RecordId record;
  ConflictKind kind = ConflictKind::columns;
  std::vector<model::ColumnValue> base, mine, server;  // the columns of the group
  RecordId by;                                         // who changed it at the server, if known
  std::optional<Instant> at;                           // when, by the server's clock
  Seq server_version;
  Instant opened_at;
  std::vector<RetiredValue> retired;  // of `mine`
};

// A losing value, kept 90 days (K2).
struct ConflictRecord {
  ConflictId id;  // the conflict's own; 0 when added = none yet (a policy decided), it's given one
  Conflict conflict;
  std::string decision;  // "mine", "server", "merged", "policy"
  Instant decided_at;
};

struct ScopeRow {
  odata::FeedScope scope;
  bool loading = false;    // until its first cut
  std::int64_t count = 0;  // mirror rows held
  std::uint64_t sum = 0;
};

struct ListResult {
  std::vector<model::Record> records;
  std::optional<std::int64_t> count;
  std::optional<query::Position> next;
};

struct SearchHit {
  model::Reference record;
  std::string name;
};

// Which parts of a table are there (R5).
struct TableStatus {
  TableNumber table;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;  // about; 0 unless `table_bytes` was asked too
  bool loading = false;
};

// What was written since somebody last asked, committed or not: whoever shows something of it asks anew.
struct Touched {
  std::set<TableNumber> tables;  // whose visible rows changed
  // Which rows of them. A table that isn't in here changed in many, or in nobody knows which.
  std::map<TableNumber, std::set<RowNumber>> rows;
  std::set<std::string, std::less<>> settings;
  bool outbox = false;
  bool drafts = false;
  bool pins = false;
  bool conflicts = false;  // open or decided
  bool loading = false;    // which tables are whole, or which indexes are there
  bool erased = false;     // all of the above, everywhere
  bool any() const {
    return !tables.empty() || !settings.empty() || outbox || conflicts || loading || erased || drafts || pins;
  }
};

// A visible row's place in a query's order, as bytes that compare like it. No two rows have the same one.
struct PlacedRow {
  RowNumber number;
  std::string place;
};

// Where a query's rows stand; its select, top and position don't count. Kept by whoever asks often, for its SQL is made once.
class RowPlaces {
 public:
  virtual ~RowPlaces() = default;
  // The rows with numbers in [from, until), in the query's order. Costs what lies in between, however long the list is.
  virtual Result<std::vector<PlacedRow>> between(RowNumber from, RowNumber until) = 0;
};

class DeviceStore {
 public:
  // Opens or creates the device's tables. `database` is open and unlocked. Errors: store_newer, store_damaged, disk_full.
  static Result<std::unique_ptr<DeviceStore>> open(sql::Database& database, const model::Schema& schema);
  virtual ~DeviceStore() = default;

  virtual const model::Schema& schema() const = 0;
  // A commit is on the disk when it returns. While a large first load and its indexes are being written the journal is one that
  // writes new pages once instead of twice; begin() chooses it.
  virtual Result<sql::Transaction> begin() = 0;
  virtual Touched take_touched() = 0;
  // Call when a transaction was rolled back: caches filled inside it are read again. A transaction of begin() does it by itself.
  virtual void forget_caches() = 0;

  // ---- settings of the store: small values by name ------------------------------------------------------------------
  virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;
  virtual Result<void> set_setting(std::string_view name, std::string_view value) = 0;
  virtual Result<void> drop_setting(std::string_view name) = 0;

  // ---- visible rows ------------------------------------------------------------------------------------------------------
  virtual Result<std::optional<model::Record>> find(const model::Table& table, RecordId id) = 0;
  virtual Result<ListResult> list(const query::Query& query) = 0;
  // Must not outlive the store.
  virtual Result<std::unique_ptr<RowPlaces>> row_places(const query::Query& query) = 0;
  // The table's rows have numbers below it.
  virtual Result<RowNumber> row_numbers_end(const model::Table& table) = 0;
  // The rows with these numbers, in this order; those that are gone are left out.
  virtual Result<std::vector<model::Record>> rows_at(const model::Table& table, std::span<const RowNumber> numbers) = 0;
  // The rows of one table that `search` would find, ascending, all of them. Nothing for a text without a word.
  virtual Result<std::vector<RowNumber>> matching_rows(const model::Table& table, std::string_view text) = 0;
  // Words in any order, the last one as a prefix. First the records whose name begins with the text, then the others; among each
  // the tables in load order, their records by name. Until the index is built (then `search_ready` is true) the quick-find
  // columns are scanned, with the same meaning.
  virtual Result<std::vector<SearchHit>> search(std::string_view text, std::size_t hits_max) = 0;
  virtual Result<bool> search_ready() = 0;
  // Of the row, else the known name; "" if neither is here.
  virtual std::string name_of(const model::Reference& reference) = 0;
  virtual Result<std::vector<TableStatus>> tables() = 0;
  // About how much of the file each table takes: its size shared out by the length of the newest rows. Reads some of every table.
  virtual Result<std::map<TableNumber, std::int64_t>> table_bytes() = 0;

  // ---- mirror and overlay ------------------------------------------------------------------------------------------------
  // From the shadow if there is one (nullopt when the server has no such record), else from the row.
  virtual Result<std::optional<Mirror>> mirror(const model::Table& table, RecordId id) = 0;
  // What `mirror` would say of version and scopes, without reading the record.
  struct Holding {
    Seq version;
    ScopeSetNumber scopes;
    bool operator==(const Holding&) const = default;
  };
  virtual Result<std::optional<Holding>> holding(const model::Table& table, RecordId id) = 0;
  virtual Result<bool> has_shadow(RecordId id) = 0;
  // Makes a shadow of what the row is now (its mirror), or of "the server has no such record". No-op if there is one.
  virtual Result<void> keep_shadow(const model::Table& table, RecordId id) = 0;
  // The server's state changed (nullopt: gone, or no longer held). Keeps the scope sums. Without a shadow the visible row follows;
  // with one only the shadow, and the caller sets what is visible.
  virtual Result<void> set_mirror(const model::Table& table, RecordId id, const std::optional<Mirror>& mirror) = 0;
  // What lists and forms show for a record that has a shadow; nullopt hides it.
  virtual Result<void> set_visible(const model::Table& table, RecordId id,
                                   const std::optional<model::Record>& record) = 0;
  // The last local change is settled: the row becomes the mirror again (or goes), the shadow is dropped.
  virtual Result<void> drop_shadow(const model::Table& table, RecordId id) = 0;
  // Records held by no scope (set 0, shadow with a mirror) that nobody used, to be named in pulls (Y11). Used ones: `uses`.
  virtual Result<std::vector<odata::NamedRow>> unscoped_rows(std::size_t rows_max) = 0;

  // ---- scopes --------------------------------------------------------------------------------------------------------------
  virtual Result<std::vector<ScopeRow>> scopes() = 0;
  // Counts start at 0; those of a scope that is here already stay, for its rows do.
  virtual Result<void> add_scope(const odata::FeedScope& scope, bool loading) = 0;
  virtual Result<void> mark_scopes_loaded() = 0;
  // Takes the scope from every row of its table; gives the records that are now held by none (their rows are still there).
  virtual Result<std::vector<model::Reference>> drop_scope(ScopeNumber scope) = 0;
  virtual Result<ScopeSetNumber> scope_set(std::span<const ScopeNumber> scopes) = 0;  // sorted, distinct
  virtual Result<std::vector<ScopeNumber>> scopes_in(ScopeSetNumber set) = 0;
  // Live mirror rows of a scope in id order, [from, until), for repair (Y9).
  virtual Result<std::vector<odata::NamedRow>> scope_rows(ScopeNumber scope, std::optional<RecordId> from,
                                                          std::optional<RecordId> until) = 0;
  // Counts every scope anew from the rows and sets its sums to what was counted. Reads every row: for after a repair.
  virtual Result<std::vector<odata::ScopeTotal>> recount() = 0;

  // ---- first sync (Y12) --------------------------------------------------------------------------------------------------
  // True from creation until finish_load: no index but the primary ones exists, rows are only ever added. A store that won't be
  // loaded (a drafts user's) calls finish_load right away, for until then records are found by scanning their table.
  virtual Result<bool> loading() = 0;
  // Adds a page's rows as they are (they are new by contract), and counts their scopes. Fast path: from page to statement.
  // A record that has a shadow gets its mirror there. Errors: `exists` if a row is here already (noticed by finish_load at the
  // latest); unexpected_answer for a damaged page.
  virtual Result<std::int64_t> load_rows(odata::FeedPageReader& page) = 0;
  // All rows up to the horizon are there: unique id indexes, so that rows can be found ("readable").
  virtual Result<void> finish_load() = 0;
  // One step of the rest: an index of a view's order, or a slice of the text index. True while there's more to do.
  // Nothing to do while loading.
  virtual Result<bool> build_next_index() = 0;

  // ---- staged pages (Y12) --------------------------------------------------------------------------------------------------
  virtual Result<void> stage_page(std::string_view page) = 0;  // errors: too_large past kStagedBytesMax
  virtual Result<std::size_t> staged_pages() = 0;
  virtual Result<std::optional<std::string>> staged_page(std::size_t index) = 0;  // 0 = the oldest
  virtual Result<void> drop_staged_pages() = 0;

  // ---- outbox ----------------------------------------------------------------------------------------------------------------
  virtual Result<OutboxPosition> append(const OutboxEntry& entry) = 0;  // position is given; errors: outbox_full
  virtual Result<void> update(const OutboxEntry& entry) = 0;
  virtual Result<void> remove(OutboxPosition position) = 0;
  virtual Result<std::vector<OutboxEntry>> outbox() = 0;  // all, by position
  virtual Result<std::vector<OutboxEntry>> outbox_of(RecordId record) = 0;
  virtual Result<std::optional<OutboxEntry>> outbox_entry(OutboxPosition position) = 0;
  virtual Result<std::size_t> outbox_count(ChangeState state) = 0;

  // Acknowledged changes of the last 30 days (Y8), for a server that was restored from an older backup.
  virtual Result<void> keep_acknowledged(const OutboxEntry& entry, Instant now) = 0;
  virtual Result<std::vector<OutboxEntry>> acknowledged_above(Seq seq) = 0;
  virtual Result<bool> has_acknowledged(RecordId record) = 0;
  virtual Result<void> drop_acknowledged(ChangeId change) = 0;
  virtual Result<void> sweep(Instant now) = 0;  // 30 days of those, 90 days of conflict history

  // ---- drafts ----------------------------------------------------------------------------------------------------------------
  // Errors: exists (there is a draft with this id), outbox_full past kDraftsMax.
  virtual Result<void> add_draft(const Draft& draft) = 0;
  // Errors: not_found.
  virtual Result<void> update_draft(const Draft& draft) = 0;
  virtual Result<void> remove_draft(RecordId id) = 0;
  virtual Result<std::vector<Draft>> drafts() = 0;  // the oldest first; those that can't be read say so
  // Errors: store_damaged for one that can't be read.
  virtual Result<std::optional<Draft>> draft(RecordId id) = 0;
  virtual Result<bool> has_draft(RecordId id) = 0;
  virtual Result<std::size_t> draft_count() = 0;

  // ---- cached rows (C1) ------------------------------------------------------------------------------------------------------
  // The record was used now. A use of a row that isn't here asks for it: the next pull names it with version 0.
  virtual Result<void> note_use(const model::Reference& record, Instant now) = 0;
  // The server brought the row, or said that what is here is what it has, and watches it from now on or doesn't. Nothing for a
  // record without a use.
  virtual Result<void> confirm_use(const model::Reference& record, Instant now, bool is_watched) = 0;
  virtual Result<std::optional<Use>> use(RecordId record) = 0;
  virtual Result<bool> has_use(RecordId record) = 0;
  virtual Result<std::vector<Use>> uses() = 0;  // the latest first
  // Those that pulls have to name: not watched, or pinned. The latest first.
  virtual Result<std::vector<Use>> uses_to_name() = 0;
  // Of those that may be asked to leave; nullopt if there are none.
  virtual Result<std::optional<Instant>> oldest_use() = 0;
  // The watched rows were confirmed now, all of them.
  virtual Result<void> confirm_watched(Instant now) = 0;
  // They were confirmed up to here, and are to be named again: one row, those of a table, all. True if any was watched.
  virtual Result<bool> end_watch(RecordId record) = 0;
  virtual Result<bool> end_watch(std::optional<TableNumber> table) = 0;
  // Together with the names that were kept for it.
  virtual Result<void> drop_use(RecordId record) = 0;
  // Of those that may be asked to leave: pinned ones aren't counted.
  virtual Result<CacheSize> cache_size() = 0;
  // A pin is part of its use, and goes with it. Pinning what wasn't used is a use. Errors: too_large past kPinsMax.
  virtual Result<void> set_pin(const model::Reference& record, bool is_pinned, Instant now) = 0;
  // Names of records that a row names and that aren't here. They go with `holder`, the row.
  struct KnownName {
    model::Reference record;
    std::string name;
  };
  virtual Result<void> know_names(RecordId holder, std::span<const KnownName> names) = 0;

  // ---- conflicts -------------------------------------------------------------------------------------------------------------
  virtual Result<ConflictId> add_conflict(const Conflict& conflict) = 0;
  virtual Result<void> update_conflict(const Conflict& conflict) = 0;
  virtual Result<void> remove_conflict(ConflictId id) = 0;
  virtual Result<std::vector<Conflict>> conflicts() = 0;
  virtual Result<std::vector<Conflict>> conflicts_of(RecordId record) = 0;
  virtual Result<void> add_conflict_record(const ConflictRecord& record) = 0;
  virtual Result<std::vector<ConflictRecord>> conflict_records() = 0;

  // ---- the whole -------------------------------------------------------------------------------------------------------------
  // Everything of every table goes (rows, outbox, staged pages, settings but the store's own); for sign-out and wipe.
  // Overwritten at commit; call compact() behind it.
  virtual Result<void> erase() = 0;
  // Rows only (mirror without shadow); outbox, drafts, uses, conflicts and shadows stay. For a load from the beginning: the store is `loading`
  // again, has no scopes, and what is in shadows is held by none.
  virtual Result<void> erase_rows() = 0;
  // Outside of a transaction: gives free room back to the system and empties the journal. As long as writing all rows.
  virtual Result<void> compact() = 0;
  // Rows against shadows, sums against rows, search against rows, and whether everything can be read. Reads everything; inside a
  // transaction. Errors: store_damaged, telling what differs.
  virtual Result<void> verify() = 0;
};

}  // namespace satchel::device::store
