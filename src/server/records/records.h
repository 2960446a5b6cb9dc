// SPDX-License-Identifier: Apache-2.0
//
// Records: an organisation's rows, their versions and scope entries. One path writes records, whoever asks.
//
//   RecordChange --apply--> [ check rights, merge into the row, compute ]
//                           [ row + scope entries + totals + tombstones, one seq ]  one transaction
//
// Always true:
//   - Every commit gets the organisation's next seq, in commit order, with a random mark (Y8); it is the version of
//     each record that it changed.
//   - A record has exactly one entry per (scope, record): the newest (Y1). The entries of a commit are written with its rows.
//   - scope_total(scope) = count and sum over the live entries of that scope (Y9).
//   - An id that was deleted never comes back (Y7).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "odata/feed.h"
#include "odata/parse_query.h"
#include "query/query.h"
#include "server/access/access.h"
#include "sql/database.h"

namespace satchel::server::records {

// What must hold of the record's version for a change to be made.
struct Condition {
  enum class Kind {
    none,
    must_exist,      // If-Match: *
    must_be_absent,  // If-None-Match: *
    version_is,      // If-Match: W/"n"
  } kind = Kind::none;
  Seq version;
  // For deletes: the cut that the user saw. If a row that the cascade would take is newer, the delete is refused with
  // version_conflict and those ids in `Error::target` ("contacts(..),tasks(..)") (Y7).
  std::optional<Cut> seen;
};

enum class Absent { create, refuse };  // what an update does when the record isn't there: upsert, or not_found

struct Outcome {
  Seq version;  // of the record now; of the delete for a remove
  bool created = false;
  bool unchanged = false;  // the update said what was there already: no commit, the version stays
  RecordId id;             // that of the change; of a link (teammembership) the one that derives from its pair
};

struct ListPage {
  std::vector<model::Record> records;
  std::optional<std::int64_t> count;
  std::optional<query::Position> next;  // there is more behind it
};

struct PullRequest {
  DeviceId device;
  std::optional<Cut> seen;             // the device's last cut
  std::string cursor;                  // "" = from the beginning
  std::size_t rows_max = 0;            // 0 = the server's choice; bounded by limits.h
  std::vector<odata::NamedRow> named;  // `changed` answers bring the row, with the caller's scopes if it has any
  // How many rows the device holds without a scope and wants to have watched; 0 = it doesn't ask for that.
  std::size_t watch = 0;
  // For repair (Y9): grant all scopes and go straight to the head without reading them. The page is complete, with all totals.
  bool skip_load = false;
};

// 256-way comparison of a scope's ids (Y9): either buckets or, when there are few, the rows themselves.
struct RangeRequest {
  ScopeNumber scope;
  std::optional<RecordId> from;   // inclusive; absent = the first
  std::optional<RecordId> until;  // exclusive; absent = past the last
};
struct RangeAnswer {
  struct Bucket {
    RecordId from;  // inclusive; until the next bucket's `from`, the last one until RangeRequest::until
    std::int64_t count = 0;
    std::uint64_t sum = 0;
  };
  struct Row {
    RecordId id;
    Seq version;
  };
  std::vector<Bucket> buckets;
  std::vector<Row> rows;  // in id order; set when the range holds at most kRangeRowsMax
  Seq head;               // the snapshot it was read in
};

// What happened to one table's records, for OData's delta links: the feed's entries without a device.
struct ChangesPage {
  std::vector<model::Record> changed;  // as they are now
  struct Gone {
    RecordId id;
    bool deleted = false;  // or out of the caller's sight
  };
  std::vector<Gone> gone;
  std::string next;   // token of the next page; "" on the last one
  std::string delta;  // token of the changes behind these; on the last page
};

// A commit is one seq, and a page of the feed never ends inside one: so bulk writes (import) make a part of some hundred
// changes each, not one of all. Past kPartRowsMax (limits.h) a change is refused with too_large.
class Records {
 public:
  // Opens the organisation's tables in `database`, creating or migrating what the schema asks for.
  // Errors: store_newer, schema_invalid (a type that narrowed), as `database`.
  static Result<std::unique_ptr<Records>> open(sql::Database& database, OrganizationNumber organization,
                                               const model::Schema& schema, Random& random, Log& log);
  virtual ~Records() = default;

  virtual const model::Schema& schema() const = 0;

  // ---- writing: inside a write transaction of the caller -----------------------------------------------------------
  // A part is one commit: every change made in it has the same seq. Nested use is a bug.
  virtual Result<void> begin_part() = 0;
  // Writes the part's seq, mark and entries; a part in which nothing changed takes no seq.
  virtual Result<void> end_part() = 0;
  // Forgets what the part gathered in memory; the caller rolls back its savepoint.
  virtual void abandon_part() = 0;

  // Errors: forbidden, not_found, deleted, exists, version_conflict, bad_value (required, foreign ids), referenced.
  // A lookup must name a record that exists and that the caller may read (append_to). A create without an id gets one.
  // The id of a link (an intersect table) derives from its pair; making a link that is there is `unchanged`.
  virtual Result<Outcome> apply(const access::Caller& caller, const model::RecordChange& change,
                                const Condition& condition, Absent absent, Instant now) = 0;

  // ---- reading ---------------------------------------------------------------------------------------------------------
  // Errors: not_found (also when it may not be read), deleted.
  virtual Result<model::Record> get(const access::Caller& caller, const model::Table& table, RecordId id) = 0;
  virtual Result<ListPage> list(const access::Caller& caller, const query::Query& query, std::size_t rows_max) = 0;
  // The primary name of a record that the caller may read, or "".
  virtual std::string name_of(const access::Caller& caller, const model::Reference& reference) = 0;
  // By a unique text column: systemusers by domainname, teams and currencies by name; for import and sign-in.
  virtual Result<std::vector<RecordId>> find_by_text(const model::Table& table, model::ColumnIndex column,
                                                     std::string_view text) = 0;

  // ---- the feed --------------------------------------------------------------------------------------------------------
  // Errors: bad_cursor, history_changed. One read transaction per page; the server keeps no state per device (Y5).
  virtual Result<std::string> pull_page(const access::Caller& caller, const PullRequest& request, Instant now) = 0;
  virtual Result<RangeAnswer> ranges(const access::Caller& caller, const RangeRequest& request) = 0;
  virtual Result<Cut> head() = 0;
  // Does this server know the cut? (Y8) Errors: history_changed.
  virtual Result<void> check_cut(const Cut& cut) = 0;
  // Which commits restores took back: "34-1790000000000,80-1790000000123" are those above 34 and below the other, and so on. A device
  // that must compare is told, so that it can offer again what it had sent.
  virtual Result<std::string> lost_commits() = 0;
  virtual Uuid epoch() const = 0;
  // After a restore, in a write transaction. Numbers go on from the time of now in milliseconds: more than a history can have reached
  // that was lost, however often it happens.
  virtual Result<void> begin_new_epoch(Instant now) = 0;

  // ---- changes of one table --------------------------------------------------------------------------------------------
  // Where the caller's changes of `table` begin from now on. Errors: not_implemented for a table whose changes aren't kept.
  virtual Result<std::string> changes_from_now(const access::Caller& caller, const model::Table& table) = 0;
  // A record comes once, as it is now, however often it changed. Errors: bad_cursor; history_changed when the token is too
  // old, of another history, or of a time when the caller had other rights: everything must be read again.
  virtual Result<ChangesPage> changes(const access::Caller& caller, const model::Table& table, std::string_view token,
                                      std::size_t rows_max) = 0;

  // ---- request memory (Y18) --------------------------------------------------------------------------------------------
  struct Remembered {
    std::string hash;  // of method, URL and body
    int status = 0;
    std::string headers;  // ETag and so on, one "name: value" per line
    std::string body;
  };
  virtual Result<std::optional<Remembered>> recall(RecordId user, std::string_view request_id) = 0;
  virtual Result<void> remember(RecordId user, std::string_view request_id, const Remembered& answer, Instant now) = 0;

  // Drops tombstones' leaves, request memory and marks older than the retention, below a recorded seq floor (Y7).
  virtual Result<void> sweep(Instant now) = 0;
  // Counts everything again and compares with what is kept: for tests and `satchel check`. Errors: store_damaged, telling what differs.
  virtual Result<void> verify() = 0;
};

}  // namespace satchel::server::records
