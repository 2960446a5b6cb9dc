// SPDX-License-Identifier: Apache-2.0
//
// The feed: pages of changed records from server to device. docs/protocol.md tells the conversation; this file codes a page.
//
//   page  = "SPG1" head blocks
//   head  = wire, schema number, epoch, server time, phase, cut, cursor, scopes, drops, totals, named answers, expected rows,
//           watch, if it was asked for
//   block = one table's rows by columns, then leaves and deletes
//
// A page's order inside says nothing: the highest seq per (scope, record) wins at the cut (Y11). Columns lie one behind
// the other, so that like stands by like and compresses well; the HTTP layer does the compressing (Content-Encoding).
//
// Row values travel in the stored form of sql/layout.h without fold keys: party lists as their text, lookups as 16 bytes
// (+ table when polymorphic). So a server copies from its statement and a device binds to its own without building values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/record.h"

namespace satchel::odata {

inline constexpr int kWireVersion = 1;
inline constexpr int kWireVersionMin = 1;  // the oldest that is still spoken

// What the rows of a page are.
enum class FeedPhase : std::uint8_t {
  load = 0,   // scopes read from 0 to the horizon: written straight into the tables, marked loading (Y12)
  delta = 1,  // changes above the horizon or the last cut: staged until the cut
};

enum class AccessKind : std::uint8_t { all = 0, unit = 1, owner = 2, share = 3 };

// A scope as a device hears of it: (rule, access key). A rule is a whole table today.
struct FeedScope {
  ScopeNumber number;
  TableNumber table;
  AccessKind kind = AccessKind::all;
  RecordId key;           // the owner, unit or share; nil for all
  std::int64_t rows = 0;  // live entries when it was granted, for progress
};

// Per scope at the cut: how many live entries, and the sum mod 2^64 of entry_hash over them (Y9).
struct ScopeTotal {
  ScopeNumber number;
  std::int64_t count = 0;
  std::uint64_t sum = 0;
  bool operator==(const ScopeTotal&) const = default;
};
std::uint64_t entry_hash(RecordId id, Seq version);

// A row that a device holds without a scope, named by id and version in the pull (Y11).
struct NamedRow {
  TableNumber table;
  RecordId id;
  Seq version;
};
enum class NamedAnswer : std::uint8_t {
  same = 0,
  changed = 1,
  gone = 2,
  forbidden = 3
};  // changed: the row is in the page
inline constexpr std::size_t kNamedRowsMax = 2000;

// The server's eye on the rows that a device holds without a scope: it says which records in the user's sight changed or left it
// since the last page. So the device names those of its own among them, and no others.
struct FeedWatch {
  bool is_new = false;             // nothing is known of the time before this page: every such row is named once
  std::vector<TableNumber> whole;  // so much happened here that all of its rows are named
  std::vector<RecordId> touched;   // changed, left or deleted; also records that this device hasn't
};

struct FeedHead {
  int wire = kWireVersion;
  std::int64_t schema_number = 0;
  Uuid epoch;  // changes when a server is restored
  Instant server_time;
  FeedPhase phase = FeedPhase::delta;
  bool complete = false;             // the page reaches the head: it declares `cut`
  Cut cut;                           // meaningful when complete
  std::string cursor;                // opaque; give it back with the next pull
  std::vector<FeedScope> granted;    // new to this device since its cursor
  std::vector<ScopeNumber> dropped;  // no longer this user's
  std::vector<ScopeTotal> totals;    // when complete: every scope whose total changed, or all after a load
  struct Named {
    TableNumber table;
    RecordId id;
    NamedAnswer answer = NamedAnswer::same;
  };
  std::vector<Named> named;
  std::int64_t rows_expected = 0;  // load: rows of all scopes still to come behind this page
  std::optional<FeedWatch> watch;  // only for a device that asked for it
};

// A record's entry in the feed that carries no values.
struct FeedMark {
  enum class Kind : std::uint8_t { leave = 0, deleted = 1 };
  Kind kind = Kind::leave;
  TableNumber table;
  RecordId id;
  Seq seq;
  std::vector<ScopeNumber> scopes;  // that it left; empty for deleted (all)
};

// ---- writing (server) --------------------------------------------------------------------------------------------------

class FeedPageWriter {
 public:
  explicit FeedPageWriter(const model::Schema& schema);
  ~FeedPageWriter();

  // Starts a row; then exactly one call per column 1..n of the table, in order, and a table call behind each
  // polymorphic reference is not needed: pass both at once.
  void begin_row(const model::Table& table, RecordId id, Seq version, std::span<const ScopeNumber> scopes);
  void null();
  void integer(std::int64_t value);
  void text(std::string_view value);  // text, memo, party_list
  void reference(TableNumber table, std::string_view id16);
  // The same from a whole record, for callers that aren't in a hurry.
  void row(const model::Table& table, const model::Record& record, std::span<const ScopeNumber> scopes);

  void mark(FeedMark mark);

  std::size_t rows() const;
  std::size_t bytes_about() const;
  std::string finish(const FeedHead& head);
  // Begins another page, with the room that earlier ones took.
  void clear();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// ---- reading (device) --------------------------------------------------------------------------------------------------

// Reads a page that outlives it. Everything is bounds-checked: a damaged page is unexpected_answer, never a crash.
class FeedPageReader {
 public:
  // Errors: unexpected_answer; update_required for a page of a wire that isn't spoken here.
  static Result<FeedPageReader> open(const model::Schema& schema, std::string_view page);
  FeedPageReader(FeedPageReader&&) noexcept;
  ~FeedPageReader();

  const FeedHead& head() const;
  const std::vector<FeedMark>& marks() const;
  std::size_t rows() const;  // of tables that the schema knows; `next` passes others by

  // A column's value in the row read last.
  struct Cell {
    enum class Kind : std::uint8_t { null, integer, text, reference } kind = Kind::null;
    std::int64_t integer = 0;    // or the table of a reference
    std::string_view text = {};  // or 16 bytes of a reference
  };
  struct Row {
    const model::Table* table = nullptr;
    RecordId id;
    Seq version;
    std::span<const ScopeNumber> scopes;
    std::uint32_t scope_set = 0;  // index of `scopes` among the page's distinct sets
    std::span<const Cell> cells;  // per ColumnIndex; cell 0 is null (the id)
  };
  // Rows come table by table. False at the end. Views live until the next call. A column that the page has and this
  // schema doesn't know is skipped; one that the page lacks is null.
  Result<bool> next(Row& row);

 private:
  struct State;
  explicit FeedPageReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

model::Value value_of(const model::Column& column, const FeedPageReader::Cell& cell);
model::Record record_of(const FeedPageReader::Row& row);

}  // namespace satchel::odata
