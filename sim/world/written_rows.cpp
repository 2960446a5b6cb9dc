// SPDX-License-Identifier: Apache-2.0
#include "sim/world/written_rows.h"

#include "edge/sqlite/maintenance.h"
#include "sql/layout.h"

namespace satchel::sim {

WrittenRows::WrittenRows(sql::Database& file, const model::Schema& schema) : file_(file) {
  for (const auto& table : schema.tables())
    if (!table.is_derived) watch(table.name, "id, " + std::to_string(table.number.value));
  watch("shadow", "id, \"table\"");
  watch("outbox", "record, \"table\"");
  watch("conflict", "record, \"table\"");
  edge::sqlite::watch_writes(file, [this](std::string_view table, std::int64_t rowid) {
    if (const auto found = watched_.find(table); found != watched_.end()) found->second.written.insert(rowid);
  });
}

void WrittenRows::watch(const std::string& table, const std::string& columns) {
  auto& watched = watched_[table];
  watched.select_all = "select rowid, " + columns + " from " + sql::quoted(table);
  watched.select_one = watched.select_all + " where rowid = ?1";
}

Result<std::map<RecordId, TableNumber>> WrittenRows::take() {
  std::map<RecordId, TableNumber> records;
  for (auto& [table, watched] : watched_) {
    if (is_all_) TRY(look_at_all(watched, records));
    else if (!watched.written.empty()) TRY(look(watched, records));
    watched.written.clear();
  }
  is_all_ = false;
  return records;
}

Result<void> WrittenRows::look(Watched& watched, std::map<RecordId, TableNumber>& records) {
  for (const auto rowid : watched.written) {
    if (const auto before = watched.places.find(rowid); before != watched.places.end()) {
      records[before->second.record] = before->second.table;
      watched.places.erase(before);
    }
    auto select = TRY(sql::borrow(file_, watched.select_one));
    select->bind_integer(1, rowid);
    if (!TRY(select->step())) continue;
    const Place place{RecordId::from_bytes(select->blob(1)).value_or(RecordId()),
                      TableNumber(static_cast<std::int32_t>(select->integer(2)))};
    records[place.record] = place.table;
    watched.places[rowid] = place;
  }
  return {};
}

Result<void> WrittenRows::look_at_all(Watched& watched, std::map<RecordId, TableNumber>& records) {
  for (const auto& [rowid, place] : watched.places) records[place.record] = place.table;
  watched.places.clear();
  auto select = TRY(sql::borrow(file_, watched.select_all));
  while (TRY(select->step())) {
    const Place place{RecordId::from_bytes(select->blob(1)).value_or(RecordId()),
                      TableNumber(static_cast<std::int32_t>(select->integer(2)))};
    records[place.record] = place.table;
    watched.places[select->integer(0)] = place;
  }
  return {};
}

}  // namespace satchel::sim
