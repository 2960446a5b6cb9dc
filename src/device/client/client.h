// SPDX-License-Identifier: Apache-2.0
//
// Client: what a screen or a command asks of the device. Reads and writes go to the store alone; the network is the engine's
// business. Everything here answers at once.
//
//   client.create("contacts", {{"lastname", "King"}}, now)   -> saved, pending
//   client.list({.set = "contacts", .filter = "contains(fullname,'ki')"}, now)
//
// Each read and write asks the permits first; what they forbid is the Error, with rule and sentence. In a cached table (a drafts
// user's, or one outside the profile: E6) a write goes straight to the server:
//
//   const auto written = client.create(…);      // state `saving`
//   engine: SyncRequested … Finished            // whatever comes of it
//   client.finish_write(written.id, now)        // saved; or the server's reason; or no connection: a draft, an unsaved edit (D8)
//
// Always true:
//   - Bad input gets an Error and changes nothing.
//   - The same filter text means the same here and at the server (L1): one parser, one query tree.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "device/client/engine.h"
#include "device/client/situation.h"
#include "device/store/store.h"
#include "device/sync/decisions.h"
#include "device/sync/drafts.h"
#include "device/sync/overlay.h"
#include "odata/parse_query.h"

namespace satchel::device::client {

// Column name and text, as a person types them: {"lastname", "King"}, {"parentcustomerid", "accounts/ID"}.
using TypedValues = std::vector<std::pair<std::string, std::string>>;

// Where a write went.
enum class WriteState {
  pending,  // into the outbox; it goes up by itself
  draft,    // it's a draft, or a change of one
  saving,   // straight to the server: sync now, then finish_write
};
struct Written {
  RecordId id;
  WriteState state = WriteState::pending;
};
// How a write that went straight to the server ended.
enum class WriteEnd {
  saved,
  draft,         // a create without an answer: on this device only, with the same id (D8)
  being_saved,   // the same, but it was sent: the next contact asks what became of it
  unsaved_edit,  // a change of an existing record: it waits, and is merged when connected (D8)
  conflict,      // somebody else changed the same: the user is asked (K2)
};

// A draft as lists show it (D1).
struct DraftItem {
  store::Draft draft;
  const model::Table* table = nullptr;    // null: such records are no longer kept here
  std::string name;                       // its primary name, or ""
  std::vector<sync::Obstacle> obstacles;  // what still blocks it; empty: ready
  bool is_being_saved() const { return draft.saving.has_value(); }
};

struct ListRequest {
  std::string set;
  std::string view;  // name or label; "" = the table's default order and all columns
  std::string filter;
  std::string order;
  std::string select;  // comma-separated; "" = the view's columns, or all
  std::optional<std::int64_t> top;
  std::optional<query::Position> after;  // goes on behind a page: its `next`
};
struct ListAnswer {
  const model::Table* table = nullptr;
  std::vector<model::ColumnIndex> columns;  // to show, in order
  std::vector<model::Record> records;
  std::optional<query::Position> next;  // there is more: `top` or the store's own limit of a page ended this one
};

struct Status {
  bool signed_in = false;
  bool session_ended = false;  // a sign-in is needed before anything can be sent
  std::string user_name, full_name, server, device;
  bool offline_by_choice = false;  // `offline on`
  bool loading = false;            // the first sync isn't done
  bool search_ready = false;
  std::optional<Instant> last_sync;
  std::optional<Cut> cut;
  std::int64_t pending = 0;  // records with unsent changes
  std::int64_t conflicts = 0, errors = 0, drafts = 0, rows = 0;
  std::string experience_notice;  // what the user is to be told about a change of his experience (E5); "" = nothing
  std::vector<store::TableStatus> tables;
};

// What to say beside "Keep on this device" where a scope holds the record anyway.
inline constexpr std::string_view kKeptAnyway =
    "Your offline profile keeps this record on this device anyway. Pinned, it also stays when the profile no longer "
    "selects it.";

class Client {
 public:
  Client(store::DeviceStore& store, Random& random, HostFacts host = {})
      : store_(store), random_(random), host_(host) {}
  void set_host(const HostFacts& host) { host_ = host; }

  // ---- what may be done (1.1 to 1.6) -----------------------------------------------------------------------------------------
  Result<permits::Situation> situation(Instant now);
  Result<sync::Experience> experience();
  // A sync table of this user: held by scope (E6).
  Result<bool> is_synced(const model::Table& table);
  // `ask` about a record, as this device has it; `related`: the record that a create is for.
  Result<permits::Ask> ask_about(permits::Verb verb, const model::Table& table, std::optional<RecordId> id = {},
                                 std::optional<model::Reference> related = {});

  // ---- records -----------------------------------------------------------------------------------------------------------
  // Errors: unknown_table, unknown_column, bad_value (and `save`'s).
  // `related`: the record in whose list or timeline it's made; it fills in what it can (D6).
  Result<Written> create(std::string_view set, const TypedValues& values, Instant now,
                         const std::optional<model::Reference>& related = {});
  Result<WriteState> update(std::string_view set, RecordId id, const TypedValues& values, Instant now);
  Result<WriteState> remove(std::string_view set, RecordId id, Instant now);
  // The same from values: brings the change into normal form and saves it. `shown`: what the form showed in these columns when the
  // user began (Y14), in normal form; what the server changed since is merged at once.
  Result<WriteState> save(model::RecordChange change, Instant now, std::vector<model::ColumnValue> shown = {},
                          const std::optional<model::Reference>& related = {});
  // Behind the sync of a write whose state was `saving`. Errors: the server's reason, and then nothing of the write is left.
  Result<WriteEnd> finish_write(RecordId id, Instant now);
  // Several of these calls as one transaction: all of them, or none if `act` gives an error.
  template <class Act>
  auto together(Act act) -> decltype(act()) {
    return in_transaction(std::move(act));
  }

  Result<ListAnswer> list(const ListRequest& request, Instant now);
  // Of a draft too. The record counts as used.
  Result<model::Record> show(std::string_view set, RecordId id, Instant now);
  // Rows of cached tables that were scrolled into view (C1).
  Result<void> note_uses(std::span<const model::Record> rows, Instant now);
  // When the server last confirmed what is shown of the record (C4); nullopt: never, or it's held by scope.
  Result<std::optional<Instant>> as_of(RecordId id);
  // "Keep on this device" (Q6). One that isn't here comes with the next sync. Errors: the permits', too_large.
  Result<void> set_pin(const model::Reference& record, bool is_pinned, Instant now);
  struct Keeping {
    bool pinned = false;
    bool by_profile = false;  // a scope holds it: it's kept anyway
  };
  Result<Keeping> keeping(const model::Reference& record);
  // What to ask the server before a list or record of a cached table is shown; nullopt: what is here is what there is, or the
  // server isn't to be asked.
  Result<std::optional<ReadRequested>> online_read(const ListRequest& request, Instant now);
  Result<std::optional<ReadRequested>> online_read(std::string_view set, RecordId id, Instant now);
  // "Search the server" (Q7), table by table.
  Result<std::optional<ReadRequested>> online_search(const model::Table& table, std::string_view text, Instant now);
  Result<std::vector<store::SearchHit>> search(std::string_view text, std::size_t hits_max = 50);
  Result<sync::RecordState> state(RecordId id);

  // An id as typed: a whole one, or the beginning of one (at least 4 digits) or an exact primary name, if only one record fits.
  // Errors: not_found, bad_value when several fit.
  Result<RecordId> find_id(std::string_view set, std::string_view text);

  // ---- drafts (D1-D8) ------------------------------------------------------------------------------------------------------
  Result<std::vector<DraftItem>> drafts();
  Result<DraftItem> draft(RecordId id);  // errors: not_found, store_damaged
  Result<void> change_draft(RecordId id, const TypedValues& values, Instant now);
  Result<void> discard_draft(RecordId id, Instant now);
  // Save: then sync, then finish_save. Saved already: no error. Errors: the permits', and what stands in its way.
  Result<void> save_draft(RecordId id, Instant now);
  // Those that need no review; the rest is as it was. Gives the ids to be synced and finished.
  Result<std::vector<RecordId>> save_ready_drafts(Instant now);
  // Errors: the server's reason; it stays beside the draft (D7).
  Result<WriteEnd> finish_save(RecordId id, Instant now);
  // JSON lines, every word that was typed; also of damaged drafts and retired columns.
  Result<std::string> export_drafts();
  Result<void> dismiss_experience_notice();

  // ---- what waits ----------------------------------------------------------------------------------------------------------
  Result<std::vector<store::OutboxEntry>> outbox();  // waiting, sent, acknowledged
  Result<std::vector<store::OutboxEntry>> errors();  // refused, blocked
  Result<std::vector<store::Conflict>> conflicts();
  Result<std::vector<store::ConflictRecord>> decided_conflicts();
  // Takes a delete back that hasn't left yet. Errors: not_found when it went, or was never made.
  Result<void> take_back(ChangeId change, Instant now);
  // "mine", "server", or "col=mine,col2=server" (the rest mine).
  Result<RecordId> resolve(store::ConflictId id, std::string_view keep, Instant now);
  Result<RecordId> resolve(store::ConflictId id, const sync::Decision& decision, Instant now);
  Result<void> undo(store::ConflictId id, Instant now);
  Result<void> retry(store::OutboxPosition id, Instant now);
  Result<void> discard(store::OutboxPosition id, Instant now);

  // ---- the whole -------------------------------------------------------------------------------------------------------------
  // `with_bytes`: of each table, which reads some of its rows.
  Result<Status> status(bool with_bytes = false);
  Result<void> set_offline(bool on);
  // Errors: unsent_work with the counts unless `discard`.
  Result<void> sign_out(bool discard);

  // ---- words for people --------------------------------------------------------------------------------------------------------
  Result<const model::Table*> table(std::string_view set) const;
  std::string display(const model::Column& column, const model::Value& value) const;
  std::string name(const model::Record& record) const;
  // The record as OData JSON, as the server would write it (lookups as _x_value).
  Json to_json(const model::Record& record, const std::vector<model::ColumnIndex>& select = {}) const;

  // Who asks and when, for filters such as "my" and "today".
  Result<odata::QueryContext> query_context(Instant now);
  Result<RecordId> user();
  Result<sync::Settling> settling_at(Instant now);

  const model::Schema& schema() const { return store_.schema(); }
  store::DeviceStore& store() { return store_; }

 private:
  Result<model::RecordChange> typed_change(const model::Table& table, model::ChangeKind kind, RecordId id,
                                           const TypedValues& values);
  Result<WriteState> save_prepared(model::RecordChange change, Instant now, std::vector<model::ColumnValue> shown,
                                   const std::optional<model::Reference>& related);
  Result<WriteState> save_new(const permits::Situation& situation, model::RecordChange change, Instant now,
                              const std::optional<model::Reference>& related);
  Result<void> check_lookups(const permits::Situation& situation, permits::Ask ask, const model::RecordChange& change);
  Result<bool> names_draft(const model::RecordChange& change);
  Result<DraftItem> item_of(store::Draft draft);
  Result<sync::Drafting> drafting(const permits::Situation& situation, Instant now);
  template <class Act>
  auto in_transaction(Act act) -> decltype(act());

  store::DeviceStore& store_;
  Random& random_;
  HostFacts host_;
  std::set<RecordId> straight_;  // creates on their way to the server, which nobody knows as drafts
  std::map<RecordId, store::OutboxPosition> straight_changes_;  // changes of records on their way there
  bool is_together_ = false;
};

// Within `together` the calls join its transaction.
template <class Act>
auto Client::in_transaction(Act act) -> decltype(act()) {
  if (is_together_) return act();
  auto result = [&]() -> decltype(act()) {
    auto transaction = TRY(store_.begin());
    is_together_ = true;
    auto done = act();
    is_together_ = false;
    if (done.ok()) TRY(transaction.commit());
    return done;
  }();
  if (!result.ok()) store_.forget_caches();
  return result;
}

}  // namespace satchel::device::client
