// SPDX-License-Identifier: Apache-2.0
//
// Client: what a screen or a command asks of the device. Reads and writes go to the store alone; the network is the engine's
// business. Everything here answers at once.
//
//   client.create("contacts", {{"lastname", "King"}}, now)   -> saved, pending
//   client.list({.set = "contacts", .filter = "contains(fullname,'ki')"}, now)
//
// Always true:
//   - Bad input gets an Error and changes nothing.
//   - The same filter text means the same here and at the server (L1): one parser, one query tree.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "device/store/store.h"
#include "device/sync/decisions.h"
#include "device/sync/overlay.h"
#include "odata/parse_query.h"

namespace satchel::device::client {

// Column name and text, as a person types them: {"lastname", "King"}, {"parentcustomerid", "accounts/ID"}.
using TypedValues = std::vector<std::pair<std::string, std::string>>;

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
  std::int64_t conflicts = 0, errors = 0, rows = 0;
  std::vector<store::TableStatus> tables;
};

class Client {
 public:
  Client(store::DeviceStore& store, Random& random) : store_(store), random_(random) {}

  // ---- records -----------------------------------------------------------------------------------------------------------
  // Errors: unknown_table, unknown_column, bad_value (and `save`'s).
  Result<RecordId> create(std::string_view set, const TypedValues& values, Instant now);
  Result<void> update(std::string_view set, RecordId id, const TypedValues& values, Instant now);
  Result<void> remove(std::string_view set, RecordId id, Instant now);
  // The same from values: brings the change into normal form and saves it. `shown`: what the form showed in these columns when the
  // user began (Y14), in normal form; what the server changed since is merged at once.
  Result<void> save(model::RecordChange change, Instant now, std::vector<model::ColumnValue> shown = {});
  // Several of these calls as one transaction: all of them, or none if `act` gives an error.
  template <class Act>
  auto together(Act act) -> decltype(act()) {
    return in_transaction(std::move(act));
  }

  Result<ListAnswer> list(const ListRequest& request, Instant now);
  Result<model::Record> show(std::string_view set, RecordId id);
  Result<std::vector<store::SearchHit>> search(std::string_view text, std::size_t hits_max = 50);
  Result<sync::RecordState> state(RecordId id);

  // An id as typed: a whole one, or the beginning of one (at least 4 digits) or an exact primary name, if only one record fits.
  // Errors: not_found, bad_value when several fit.
  Result<RecordId> find_id(std::string_view set, std::string_view text);

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
  Result<void> save_prepared(const model::RecordChange& change, Instant now, std::vector<model::ColumnValue> shown);
  template <class Act>
  auto in_transaction(Act act) -> decltype(act());

  store::DeviceStore& store_;
  Random& random_;
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
