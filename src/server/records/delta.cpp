// SPDX-License-Identifier: Apache-2.0
//
// Delta: what happened in the device's scopes above their positions. Only the newest entry per (scope, record) is there,
// so a record comes once, however often it changed.
#include <algorithm>

#include "server/records/internal/pull_page.h"

namespace satchel::server::records {

using odata::FeedMark;

constexpr std::string_view kEntriesAbove =
    "select seq, record, table_number, op from scope_entry where organization = ?1 and scope = ?2 and seq > ?3 order "
    "by seq, record";

// One scope's entries above a position. Its statement belongs to the pool.
struct PullPage::EntryStream {
  sql::Statement* entries = nullptr;
  ScopeNumber scope;
  bool at_end = false;
  Seq seq;
  RecordId record;
  TableNumber table;
  Op op = Op::live;

  EntryStream() = default;
  EntryStream(EntryStream&& other) noexcept { *this = std::move(other); }
  EntryStream& operator=(EntryStream&& other) noexcept {
    std::swap(entries, other.entries);
    scope = other.scope;
    return *this;
  }
  ~EntryStream() {
    if (entries != nullptr) entries->reset();
  }

  Result<void> next() {
    at_end = !TRY(entries->step());
    if (at_end) return {};
    seq = Seq(entries->integer(0));
    record = RecordId::from_bytes(entries->blob(1)).value_or(RecordId());
    table = TableNumber(static_cast<std::int32_t>(entries->integer(2)));
    op = static_cast<Op>(entries->integer(3));
    return {};
  }
};

Result<void> PullPage::delta() {
  auto streams = TRY(open_entries());
  const Seq last = TRY(write_entries(streams));
  const bool at_head = std::all_of(streams.begin(), streams.end(), [](const auto& s) { return s.at_end; });
  for (auto& scope : cursor_.scopes) scope.position = at_head ? state_.head.seq : std::max(scope.position, last);
  cursor_.may_grant = at_head;
  cursor_.first_load = false;
  // A scope that came up during the load holds rows that this cut would be without. It's granted with the next page.
  return at_head && !has_more_to_grant_ ? complete() : Result<void>();
}

// Scopes in which nothing happened cost a look into memory.
Result<std::vector<PullPage::EntryStream>> PullPage::open_entries() {
  std::vector<EntryStream> streams;
  for (const auto& scope : cursor_.scopes) {
    if (scope.position >= state_.head.seq || TRY(scopes_.total(scope.number)).last <= scope.position) continue;
    if (pool_.entries.size() == streams.size()) pool_.entries.push_back(TRY(context_.database.prepare(kEntriesAbove)));
    EntryStream stream;
    stream.entries = pool_.entries[streams.size()].get();
    stream.scope = scope.number;
    stream.entries->bind_integer(1, context_.organization.value);
    stream.entries->bind_integer(2, scope.number.value);
    stream.entries->bind_integer(3, scope.position.value);
    streams.push_back(std::move(stream));
  }
  for (auto& stream : streams) TRY(stream.next());
  return streams;
}

// Returns the seq behind which the page ends.
Result<Seq> PullPage::write_entries(std::vector<EntryStream>& streams) {
  Seq last;
  for (;;) {
    EntryStream* first = nullptr;
    for (auto& stream : streams)
      if (!stream.at_end &&
          (first == nullptr || std::tie(stream.seq, stream.record) < std::tie(first->seq, first->record)))
        first = &stream;
    if (first == nullptr || (first->seq != last && is_full())) return last;

    last = first->seq;
    const RecordId record = first->record;
    const TableSql& table = context_.at(first->table);
    bool deleted = false;
    std::vector<ScopeNumber> live, left;
    for (auto& stream : streams) {
      if (stream.at_end || stream.seq != last || stream.record != record) continue;
      if (stream.op == Op::deleted) deleted = true;
      else (stream.op == Op::live ? live : left).push_back(stream.scope);
      TRY(stream.next());
    }
    if (deleted) {
      writer_.mark({FeedMark::Kind::deleted, table->number, record, last, {}});
      ++marks_;
    } else {
      TRY(write_changed(table, record, last, std::move(live), std::move(left)));
    }
  }
}

Result<void> PullPage::write_changed(const TableSql& table, RecordId record, Seq seq, std::vector<ScopeNumber> live,
                                     std::vector<ScopeNumber> left) {
  if (!live.empty() && !named_.contains(record)) {
    auto select = TRY(sql::borrow(context_.database, table.select_feed));
    select->bind_integer(1, context_.organization.value);
    select->bind_blob(2, record.view());
    row_scopes_.clear();
    const bool there = TRY(select->step());
    if (there) write_row(*select, 0, table, record, seq);
    for (const auto scope : live)
      if (std::find(row_scopes_.begin(), row_scopes_.end(), scope) == row_scopes_.end()) left.push_back(scope);
  }
  if (!left.empty()) mark_leave(table, record, seq, std::move(left));
  return {};
}

}  // namespace satchel::server::records
