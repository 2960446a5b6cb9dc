// SPDX-License-Identifier: Apache-2.0
//
// Load: granted scopes up to the horizon. The entries of a table's scopes are merged by (seq, record); each live entry's
// seq is its row's version, so a row that is in several scopes comes up in all of them at one place and travels once.
#include <algorithm>
#include <map>

#include "server/records/internal/pull_page.h"

namespace satchel::server::records {

// One scope's live entries with their rows.
struct PullPage::LoadStream {
  std::unique_ptr<sql::Statement> own;  // all but the first have one
  sql::Statement* rows = nullptr;
  bool at_end = false;
  Seq seq;
  RecordId record;

  LoadStream() = default;
  LoadStream(LoadStream&& other) noexcept = default;
  LoadStream& operator=(LoadStream&&) noexcept = default;

  Result<void> next() {
    at_end = !TRY(rows->step());
    if (at_end) return {};
    seq = Seq(rows->integer(0));
    record = RecordId::from_bytes(rows->blob(1)).value_or(RecordId());
    return {};
  }
};

namespace {

// Ends a reading, also before its end.
struct Reset {
  sql::Statement* statement;
  ~Reset() {
    if (statement != nullptr) statement->reset();
  }
};

}  // namespace

Result<void> PullPage::load() {
  for (const auto& group : groups())
    if (!TRY(load_group(group))) break;
  return expect_rows();
}

// Loading scopes by table, in the order in which tables load.
std::vector<PullPage::Group> PullPage::groups() const {
  std::map<std::pair<int, TableNumber>, Group> by_rank;
  for (std::size_t i = 0; i < cursor_.scopes.size(); ++i) {
    if (!cursor_.scopes[i].loading) continue;
    const auto& table = *in_order_[i]->table->table;
    by_rank[{table.load_rank, table.number}].push_back(i);
  }
  std::vector<Group> out;
  for (auto& [rank, group] : by_rank) out.push_back(std::move(group));
  return out;
}

Result<std::vector<PullPage::LoadStream>> PullPage::open_streams(const Group& group) {
  std::vector<LoadStream> streams;
  const TableSql& table = *in_order_[group.front()]->table;
  for (const auto i : group) {
    LoadStream stream;
    if (streams.empty()) stream.rows = TRY(context_.database.statement(table.select_scope));
    else stream.own = TRY(context_.database.prepare(table.select_scope)), stream.rows = stream.own.get();
    stream.rows->bind_integer(1, context_.organization.value);
    stream.rows->bind_integer(2, cursor_.scopes[i].number.value);
    stream.rows->bind_integer(3, cursor_.scopes[i].position.value);
    stream.rows->bind_integer(4, cursor_.horizon.value);
    streams.push_back(std::move(stream));
  }
  return streams;
}

// True when the table's scopes are at the horizon; false when the page is full before.
Result<bool> PullPage::load_group(const Group& group) {
  const TableSql& table = *in_order_[group.front()]->table;
  auto streams = TRY(open_streams(group));
  const Reset reset{streams.front().rows};
  for (auto& stream : streams) TRY(stream.next());
  Seq last;
  for (;;) {
    LoadStream* first = nullptr;
    for (auto& stream : streams)
      if (!stream.at_end &&
          (first == nullptr || std::tie(stream.seq, stream.record) < std::tie(first->seq, first->record)))
        first = &stream;
    if (first == nullptr) break;
    if (first->seq != last && is_full()) {
      advance(group, last, false);
      return false;
    }
    const auto [seq, record] = std::pair(first->seq, first->record);
    last = seq;
    if (write_row(*first->rows, 2, table, record, seq)) ++cursor_.sent;
    for (auto& stream : streams)
      if (!stream.at_end && stream.seq == seq && stream.record == record) TRY(stream.next());
  }
  advance(group, cursor_.horizon, true);
  return true;
}

void PullPage::advance(const Group& group, Seq position, bool finished) {
  for (const auto i : group) {
    auto& scope = cursor_.scopes[i];
    scope.position = std::max(scope.position, position);
    scope.loading = !finished;
  }
  if (finished) cursor_.sent = 0;
  cursor_.may_grant = false;
}

// For progress: what was counted in the scopes that are still loading, less what was sent of the table in progress.
Result<void> PullPage::expect_rows() {
  for (const auto& scope : cursor_.scopes)
    if (scope.loading) head_.rows_expected += TRY(scopes_.total(scope.number)).count;
  head_.rows_expected = std::max<std::int64_t>(0, head_.rows_expected - cursor_.sent);
  return {};
}

}  // namespace satchel::server::records
