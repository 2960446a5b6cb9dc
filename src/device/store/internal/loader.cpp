// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/loader.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace satchel::device::store {
namespace {

using Cell = odata::FeedPageReader::Cell;
using sql::StoredColumn;

constexpr int kFirstValue = 4;

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// fold_key into a buffer that is used again. Most texts are ASCII, whose key is its lower case.
void fold_into(std::string& key, std::string_view text) {
  if (!is_ascii(text)) {
    key = fold_key(text);
    return;
  }
  key.assign(text);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
}

void bind_cell(sql::Statement& statement, int parameter, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null: return statement.bind_null(parameter);
    case Cell::Kind::integer: return statement.bind_integer(parameter, cell.integer);
    case Cell::Kind::text: return statement.bind_text(parameter, cell.text);
    case Cell::Kind::reference: return statement.bind_blob(parameter, cell.text);
  }
}

}  // namespace

Result<Loader::Insert> Loader::insert_into(const model::Table& table) {
  Insert out;
  out.table = tables_.find(table.number);
  if (out.table == nullptr)
    return Error{ErrorCode::unexpected_answer,
                 "The server sent rows of \"" + table.name + "\", which devices don't hold."};
  out.statement = TRY(database_.statement(out.table->load));
  const auto& stored = out.table->stored;
  out.keys.resize(static_cast<std::size_t>(std::count_if(
      stored.begin(), stored.end(), [](const StoredColumn& s) { return s.part == StoredColumn::Part::fold; })));
  // The statement may still hold values of another page: everything is bound at the first row.
  out.is_filled.assign(stored.size(), true);
  return out;
}

Result<ScopeSetNumber> Loader::tally(const odata::FeedPageReader::Row& row) {
  if (row.scope_set >= tallies_.size()) tallies_.resize(row.scope_set + 1, Tally{ScopeSetNumber(-1)});
  auto& tally = tallies_[row.scope_set];
  if (tally.set.value < 0) tally.set = TRY(scopes_.number_of(row.scopes));
  ++tally.count;
  tally.sum += odata::entry_hash(row.id, row.version);
  return tally.set;
}

Result<void> Loader::insert(Insert& insert, const odata::FeedPageReader::Row& row, ScopeSetNumber set) {
  auto& statement = *insert.statement;
  statement.bind_blob(1, row.id.view());
  statement.bind_integer(2, row.version.value);
  statement.bind_integer(3, set.value);
  const auto& stored = insert.table->stored;
  std::size_t key = 0;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const Cell& cell = row.cells[stored[i].column];
    const int parameter = kFirstValue + static_cast<int>(i);
    const bool is_key = stored[i].part == StoredColumn::Part::fold;
    key += is_key ? 1 : 0;
    if (cell.kind == Cell::Kind::null) {
      if (insert.is_filled[i]) statement.bind_null(parameter);
      insert.is_filled[i] = false;
      continue;
    }
    insert.is_filled[i] = true;
    if (is_key) {
      fold_into(insert.keys[key - 1], cell.text);
      statement.bind_text(parameter, insert.keys[key - 1]);
    } else if (stored[i].part == StoredColumn::Part::table) {
      statement.bind_integer(parameter, cell.integer);
    } else {
      bind_cell(statement, parameter, cell);
    }
  }
  ++insert.rows;
  return statement.run();
}

Result<std::int64_t> Loader::load(odata::FeedPageReader& page) {
  inserts_.clear();
  tallies_.clear();
  const bool any_shadow = TRY(mirrors_.any_shadow());
  odata::FeedPageReader::Row row;
  std::int64_t rows = 0;
  Insert* insert_now = nullptr;
  while (TRY(page.next(row))) {
    ++rows;
    if (insert_now == nullptr || insert_now->table->table != row.table) {
      inserts_.push_back(TRY(insert_into(*row.table)));
      insert_now = &inserts_.back();
    }
    if (any_shadow && TRY(mirrors_.has_shadow(row.id))) {
      const auto scopes = TRY(scopes_.number_of(row.scopes));
      TRY(mirrors_.set(*insert_now->table, row.id, Mirror{odata::record_of(row), scopes}));
      continue;
    }
    const auto set = TRY(tally(row));
    TRY(insert(*insert_now, row, set));
  }
  TRY(finish_page());
  return rows;
}

Result<void> Loader::finish_page() {
  for (const auto& tally : tallies_)
    if (tally.count > 0) TRY(scopes_.tally(tally.set, tally.count, tally.sum));
  TRY(scopes_.flush());
  int rank = std::numeric_limits<int>::max();
  for (const auto& insert : inserts_) {
    TRY(rows_.add_count(insert.table->table->number, insert.rows));
    rank = std::min(rank, insert.table->table->load_rank);
  }
  // Rows come by load rank: tables of a lower one are done, and can be searched by id from now on (R5).
  return inserts_.empty() ? Result<void>() : layout_.finish_tables_below(rank);
}

}  // namespace satchel::device::store
