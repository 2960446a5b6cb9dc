// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/text_index.h"

#include <limits>

#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

constexpr std::string_view kTableName = "search_table";
constexpr std::string_view kRowName = "search_row";
constexpr std::int32_t kComplete = std::numeric_limits<std::int32_t>::max();

// columnsize=0: lengths of texts would be needed for ranking by relevance only.
constexpr std::string_view kCreate =
    "create virtual table search using fts5(text, content='search_content', content_rowid='rowid', detail=none, "
    "columnsize=0, tokenize='ascii');"
    "insert into search(search, rank) values('secure-delete', 1)";

}  // namespace

Result<void> TextIndex::create() {
  TRY(database_.execute(tables_.search_view()));
  TRY(database_.execute(kCreate));
  return set_place({});
}

Result<void> TextIndex::drop() {
  forget();
  return database_.execute("drop table if exists search; drop view if exists search_content");
}

Result<TextIndex::Place> TextIndex::place() {
  if (place_) return *place_;
  Place place;
  place.table = static_cast<std::int32_t>(TRY(meta_.integer(kTableName, 0)));
  place.rowid = TRY(meta_.integer(kRowName, 0));
  place.complete = place.table == kComplete;
  place_ = place;
  return place;
}

Result<void> TextIndex::set_place(const Place& place) {
  TRY(meta_.set_integer(kTableName, place.complete ? kComplete : place.table));
  TRY(meta_.set_integer(kRowName, place.rowid));
  place_ = place;
  return {};
}

Result<bool> TextIndex::complete() { return TRY(place()).complete; }

Result<std::optional<std::int64_t>> TextIndex::end_of_slice(const DeviceTable& table, std::int64_t from) {
  const auto name = sql::quoted(table.table->name);
  auto select = TRY(sql::borrow(
      database_, "select max(rowid) from (select rowid from " + name + " where rowid > ?1 order by rowid limit ?2)"));
  select->bind_integer(1, from);
  select->bind_integer(2, kSearchSliceRows);
  if (!TRY(select->step()) || select->is_null(0)) return std::optional<std::int64_t>();
  return std::optional(select->integer(0));
}

Result<bool> TextIndex::build_slice() {
  auto at = TRY(place());
  if (at.complete) return false;
  for (const auto& table : tables_.all()) {
    if (table.table->number.value < at.table || table.search_text.empty()) continue;
    if (table.table->number.value > at.table) at = {table.table->number.value, 0};
    const auto end = TRY(end_of_slice(table, at.rowid));
    if (!end) continue;
    auto insert = TRY(sql::borrow(database_, "insert into search(rowid, text) select rowid + ?1, " + table.search_text +
                                                 " from " + sql::quoted(table.table->name) +
                                                 " where rowid > ?2 and rowid <= ?3"));
    insert->bind_integer(1, search_rowid(table.table->number, 0));
    insert->bind_integer(2, at.rowid);
    insert->bind_integer(3, *end);
    TRY(insert->run());
    TRY(set_place({at.table, *end}));
    return true;
  }
  TRY(set_place({0, 0, true}));
  return false;
}

Result<std::optional<std::string>> TextIndex::words(const DeviceTable& table, std::int64_t rowid) {
  if (table.search_text.empty()) return std::optional<std::string>();
  const auto at = TRY(place());
  const auto number = table.table->number.value;
  const bool is_indexed = at.complete || number < at.table || (number == at.table && rowid <= at.rowid);
  if (!is_indexed) return std::optional<std::string>();
  auto select = TRY(sql::borrow(database_, table.search_words));
  select->bind_integer(1, rowid);
  if (!TRY(select->step())) return std::optional<std::string>();
  return std::optional(std::string(select->text(0)));
}

Result<void> TextIndex::change(const DeviceTable& table, std::int64_t rowid, const std::optional<std::string>& before,
                               const std::optional<std::string>& after) {
  if (before == after) return {};
  const auto row = search_rowid(table.table->number, rowid);
  if (before) {
    auto remove = TRY(sql::borrow(database_, "insert into search(search, rowid, text) values('delete', ?1, ?2)"));
    remove->bind_integer(1, row);
    remove->bind_text(2, *before);
    TRY(remove->run());
  }
  if (after) {
    auto insert = TRY(sql::borrow(database_, "insert into search(rowid, text) values(?1, ?2)"));
    insert->bind_integer(1, row);
    insert->bind_text(2, *after);
    TRY(insert->run());
  }
  return {};
}

Result<std::vector<std::int64_t>> TextIndex::find(const std::string& match_expression, std::size_t rows_max) {
  auto select = TRY(sql::borrow(database_, "select rowid from search where search match ?1 limit ?2"));
  select->bind_text(1, match_expression);
  select->bind_integer(2, static_cast<std::int64_t>(rows_max));
  std::vector<std::int64_t> rows;
  while (TRY(select->step())) rows.push_back(select->integer(0));
  return rows;
}

Result<void> TextIndex::verify() {
  // With rank 1 FTS5 reads every row of the view and compares; that has a meaning only once all are indexed.
  const bool all = TRY(complete());
  auto checked = database_.execute(all ? "insert into search(search, rank) values('integrity-check', 1)"
                                       : "insert into search(search, rank) values('integrity-check', 0)");
  if (checked || checked.error().code != ErrorCode::store_damaged) return checked;
  return Error{ErrorCode::store_damaged, "The text index doesn't agree with the rows.", "search"};
}

}  // namespace satchel::device::store
