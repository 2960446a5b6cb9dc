// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/text_index.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/sort.h"
#include "device/store/internal/words.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

constexpr std::string_view kTableName = "search_table";
constexpr std::string_view kRowName = "search_row";
constexpr std::int32_t kComplete = std::numeric_limits<std::int32_t>::max();

// columnsize=0: lengths of texts would be needed for ranking by relevance only.
constexpr std::string_view kCreate =
    "create virtual table search using fts5(text, content='search_content', content_rowid='rowid', detail=column, "
    "columnsize=0, tokenize='ascii')";

// FTS5's own numbers, and ours while it is built: few large segments, which are merged once at the end.
constexpr std::int64_t kAutomerge = 4, kCrisisMerge = 16, kHashBytes = 1024 * 1024;
constexpr std::int64_t kBuildAutomerge = 0, kBuildCrisisMerge = 64, kBuildHashBytes = 8 * 1024 * 1024;
// Two leaves of the index lie in one page of the database, beside what the cipher needs there. (FTS5's 4,050 bytes would take
// more than one page each.) Small leaves also make the rewriting of one cheaper, which each deleted word asks for.
constexpr std::int64_t kLeafBytes = 1990;

std::vector<std::string_view> distinct_words(const std::optional<std::string>& text) {
  auto words = text ? all_words(*text) : std::vector<std::string_view>();
  satchel::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Words of `these` that `those` haven't, joined by blanks. Both are sorted.
std::string words_without(const std::vector<std::string_view>& these, const std::vector<std::string_view>& those) {
  std::vector<std::string_view> rest;
  std::set_difference(these.begin(), these.end(), those.begin(), those.end(), std::back_inserter(rest));
  std::string out;
  for (const auto word : rest) out.append(word).push_back(' ');
  return out;
}

}  // namespace

Result<void> TextIndex::create() {
  TRY(database_.execute(tables_.search_view()));
  TRY(database_.execute(kCreate));
  TRY(configure("secure-delete", 1));
  TRY(configure("pgsz", kLeafBytes));
  TRY(configure("automerge", kBuildAutomerge));
  TRY(configure("crisismerge", kBuildCrisisMerge));
  TRY(configure("hashsize", kBuildHashBytes));
  TRY(meta_.drop(kMergeName));
  return set_place({});
}

Result<void> TextIndex::configure(std::string_view name, std::int64_t value) {
  auto insert = TRY(sql::borrow(database_, "insert into search(search, rank) values(?1, ?2)"));
  insert->bind_text(1, name);
  insert->bind_integer(2, value);
  return insert->run();
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
  if (at.complete) return merge_step();
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
  TRY(end_building());
  return true;
}

Result<void> TextIndex::end_building() {
  TRY(configure("automerge", kAutomerge));
  TRY(configure("crisismerge", kCrisisMerge));
  TRY(configure("hashsize", kHashBytes));
  TRY(meta_.set_integer(kMergeName, 1));
  return set_place({0, 0, true});
}

Result<std::int64_t> TextIndex::changes_so_far() {
  auto select = TRY(sql::borrow(database_, "select total_changes()"));
  return TRY(select->step()) ? select->integer(0) : 0;
}

// FTS5's way of optimizing in steps: a merge of a negative size takes all segments together, later ones go on with that, and one
// that changes nothing is the last.
Result<bool> TextIndex::merge_step() {
  const auto step = TRY(meta_.integer(kMergeName, 0));
  if (step == 0) return false;
  const auto before = TRY(changes_so_far());
  TRY(configure("merge", step == 1 ? -kSearchMergeLeaves : kSearchMergeLeaves));
  const bool is_done = TRY(changes_so_far()) - before < 2;
  TRY(is_done ? meta_.drop(kMergeName) : meta_.set_integer(kMergeName, 2));
  return !is_done;
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
  const auto old_words = distinct_words(before);
  const auto new_words = distinct_words(after);
  const auto gone = words_without(old_words, new_words);
  const auto come = words_without(new_words, old_words);
  const auto row = search_rowid(table.table->number, rowid);
  // A row that stays is told both, even if one has no words, for FTS5 counts rows by these.
  if (before && after && gone.empty() && come.empty()) return {};
  if (before) {
    auto remove = TRY(sql::borrow(database_, "insert into search(search, rowid, text) values('delete', ?1, ?2)"));
    remove->bind_integer(1, row);
    remove->bind_text(2, gone);
    TRY(remove->run());
  }
  if (after) {
    auto insert = TRY(sql::borrow(database_, "insert into search(rowid, text) values(?1, ?2)"));
    insert->bind_integer(1, row);
    insert->bind_text(2, come);
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

Result<std::vector<std::int64_t>> TextIndex::find_in(TableNumber table, const std::string& match_expression) {
  auto select =
      TRY(sql::borrow(database_, "select rowid from search where search match ?1 and rowid between ?2 and ?3"));
  select->bind_text(1, match_expression);
  select->bind_integer(2, search_rowid(table, 0));
  select->bind_integer(3, search_rowid(TableNumber(table.value + 1), 0) - 1);
  std::vector<std::int64_t> rows;
  while (TRY(select->step())) rows.push_back(search_row(select->integer(0)));
  return rows;
}

// ---- checking ----------------------------------------------------------------------------------------------------------------

void TextIndex::Sum::add(std::string_view word, std::int64_t row) {
  ByteWriter pair;
  pair.u64(static_cast<std::uint64_t>(row));
  pair.raw(word);
  sum += hash64(pair.bytes());
  ++count;
}

Result<TextIndex::Sum> TextIndex::sum_of_rows() {
  Sum sum;
  const auto at = TRY(place());
  for (const auto& table : tables_.all()) {
    const auto number = table.table->number.value;
    if (table.search_text.empty() || (!at.complete && number > at.table)) continue;
    auto select = TRY(sql::borrow(database_, "select rowid, " + table.search_text + " from " +
                                                 sql::quoted(table.table->name) + " where rowid <= ?1"));
    select->bind_integer(1, at.complete || number < at.table ? std::numeric_limits<std::int64_t>::max() : at.rowid);
    while (TRY(select->step())) {
      const auto row = search_rowid(table.table->number, select->integer(0));
      const std::optional text(std::string(select->text(1)));
      for (const auto word : distinct_words(text)) sum.add(word, row);
    }
  }
  return sum;
}

Result<TextIndex::Sum> TextIndex::sum_of_index() {
  Sum sum;
  TRY(database_.execute("create virtual table temp.search_words using fts5vocab(main, 'search', 'instance')"));
  {
    auto select = TRY(database_.prepare("select term, doc from temp.search_words"));
    while (TRY(select->step())) sum.add(select->text(0), select->integer(1));
  }
  TRY(database_.execute("drop table temp.search_words"));
  return sum;
}

// FTS5 checks its trees; whether they hold the right words is for us to know.
Result<void> TextIndex::verify() {
  TRY(configure("integrity-check", 0));
  if (TRY(sum_of_rows()) == TRY(sum_of_index())) return {};
  return Error{ErrorCode::store_damaged, "The text index doesn't agree with the rows.", "search"};
}

}  // namespace satchel::device::store
