// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/search.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/sort.h"
#include "base/text.h"
#include "device/store/internal/words.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

// The least text behind all that begin with `prefix`, in the order of bytes. It needn't be UTF-8; SQLite compares bytes.
std::string behind_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

// The word that rules most rows out.
const std::string& longest(const std::vector<std::string>& words) {
  return *std::max_element(words.begin(), words.end(),
                           [](const auto& a, const auto& b) { return a.size() < b.size(); });
}

}  // namespace

Result<void> Search::add_hit(const DeviceTable& table, std::int64_t rowid, std::vector<Candidate>& out) {
  auto select = TRY(sql::borrow(database_, table.search_hit));
  select->bind_integer(1, rowid);
  if (!TRY(select->step())) return {};
  const auto id = RecordId::from_bytes(select->blob(0)).value_or(RecordId());
  out.push_back(
      {&table, rowid, {{table.table->number, id}, std::string(select->text(1))}, std::string(select->text(2))});
  return {};
}

Result<std::vector<Search::Candidate>> Search::by_name(const std::string& prefix, std::size_t rows_max) {
  std::vector<Candidate> out;
  const auto end = behind_prefix(prefix);
  for (const auto& table : tables_.all()) {
    if (table.search_names.empty()) continue;
    auto select = TRY(sql::borrow(database_, table.search_names));
    select->bind_text(1, prefix);
    select->bind_text(2, end);
    select->bind_integer(3, static_cast<std::int64_t>(rows_max));
    while (TRY(select->step())) {
      const auto id = RecordId::from_bytes(select->blob(0)).value_or(RecordId());
      out.push_back({&table,
                     select->integer(3),
                     {{table.table->number, id}, std::string(select->text(1))},
                     std::string(select->text(2))});
    }
  }
  return out;
}

Result<std::vector<Search::Candidate>> Search::by_words(const std::vector<std::string>& words) {
  std::vector<Candidate> out;
  for (const auto row : TRY(text_index_.find(match_expression(words), kSearchCandidatesMax))) {
    const auto* table = tables_.find(search_table(row));
    if (table == nullptr || table->search_hit.empty())
      return Error{ErrorCode::store_damaged, "The text index names a table that isn't searched.", "search"};
    TRY(add_hit(*table, search_row(row), out));
  }
  return out;
}

// Without the text index: the rows of a table that have the words, by reading them all.
Result<std::vector<std::int64_t>> Search::scan(const DeviceTable& table, const std::vector<std::string>& words,
                                               std::size_t rows_max) {
  std::vector<std::int64_t> rows;
  auto select =
      TRY(sql::borrow(database_, "select rowid, words from (select rowid, " + table.search_text + " as words from " +
                                     sql::quoted(table.table->name) + ") where instr(words, ?1) > 0"));
  select->bind_text(1, longest(words));
  while (rows.size() < rows_max && TRY(select->step()))
    if (has_words(select->text(1), words)) rows.push_back(select->integer(0));
  return rows;
}

Result<std::vector<Search::Candidate>> Search::by_scan(const std::vector<std::string>& words) {
  std::vector<Candidate> out;
  for (const auto& table : tables_.all()) {
    if (table.search_text.empty() || out.size() >= kSearchCandidatesMax) continue;
    for (const auto row : TRY(scan(table, words, kSearchCandidatesMax - out.size()))) TRY(add_hit(table, row, out));
  }
  return out;
}

Result<std::vector<RowNumber>> Search::rows_of(const DeviceTable& table, std::string_view text, bool indexed) {
  std::vector<RowNumber> out;
  const auto words = words_of(text);
  if (words.empty() || table.search_text.empty()) return out;
  const auto found = TRY(indexed ? text_index_.find_in(table.table->number, match_expression(words))
                                 : scan(table, words, std::numeric_limits<std::size_t>::max()));
  out.reserve(found.size());
  for (const auto row : found) out.push_back(RowNumber(static_cast<std::uint32_t>(row)));
  satchel::sort(out);
  return out;
}

Result<std::vector<SearchHit>> Search::find(std::string_view text, std::size_t hits_max, bool indexed) {
  std::vector<SearchHit> hits;
  const auto words = words_of(text);
  if (words.empty()) return hits;
  hits_max = std::min(hits_max, kSearchHitsMax);
  const auto prefix = fold_key(trim(text));
  auto found = TRY(indexed ? by_name(prefix, hits_max) : by_scan(words));
  // When names alone fill the list, the others needn't be found: a single letter is in half of all rows.
  if (indexed && found.size() < hits_max)
    for (auto& candidate : TRY(by_words(words))) found.push_back(std::move(candidate));
  const auto rank = [&](const Candidate& candidate) {
    const bool begins = candidate.key.compare(0, prefix.size(), prefix) == 0;
    return std::tuple(!begins, candidate.table->table->load_rank, std::string_view(candidate.key),
                      candidate.table->table->number, candidate.hit.record.id);
  };
  satchel::sort(found, [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  for (auto& candidate : found) {
    const bool is_new = hits.empty() || hits.back().record != candidate.hit.record;
    if (is_new && hits.size() < hits_max) hits.push_back(std::move(candidate.hit));
  }
  return hits;
}

}  // namespace satchel::device::store
