// SPDX-License-Identifier: Apache-2.0
//
// Mirrors: the server's state as last seen. It lies in the row itself, or, while the record has local changes, in `shadow`:
//
//                      table row                        shadow
//   untouched          the mirror, scopes >= 0          -
//   changed here       what the user sees, kInShadow    the mirror
//   deleted here       -                                the mirror
//   created here       what the user sees, kInShadow    "the server has none"
//
// Every change of a mirror tells the scopes' sums. What the user sees never does.
#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "device/store/internal/rows.h"
#include "device/store/internal/scopes.h"

namespace satchel::device::store {

class Mirrors {
 public:
  Mirrors(sql::Database& database, Rows& rows, Scopes& scopes) : database_(database), rows_(rows), scopes_(scopes) {}

  Result<std::optional<Mirror>> get(const DeviceTable& table, RecordId id);
  Result<std::optional<Holding>> holding(const DeviceTable& table, RecordId id);
  Result<bool> has_shadow(RecordId id);
  Result<bool> any_shadow();

  Result<void> keep_shadow(const DeviceTable& table, RecordId id);
  Result<void> set(const DeviceTable& table, RecordId id, const std::optional<Mirror>& mirror);
  Result<void> set_visible(const DeviceTable& table, RecordId id, const std::optional<model::Record>& record);
  Result<void> drop_shadow(const DeviceTable& table, RecordId id);

  // Rows and shadows whose set is one of `emptied` are now held by no scope; gives them.
  Result<std::vector<model::Reference>> leave_scopes(const DeviceTable& table,
                                                     const std::vector<ScopeSetNumber>& emptied);
  // Adds the mirrors of `table` that no scope holds and nobody used, at most up to `rows_max` in all.
  Result<void> add_unscoped(const DeviceTable& table, std::size_t rows_max, std::vector<odata::NamedRow>& out);
  // Calls take(id, holding) for every mirror of a table with an id in [from, until); by no order.
  template <class Take>
  Result<void> each(const DeviceTable& table, std::optional<RecordId> from, std::optional<RecordId> until, Take take);
  // All rows go that have no shadow; shadows are held by no scope any more.
  Result<void> erase_rows(const DeviceTable& table);

  void forget() { shadowed_.reset(); }

 private:
  struct Shadow {
    bool has_mirror = false;
    Seq version;
    ScopeSetNumber scopes;
    std::string payload;
  };

  Result<void> read_shadowed();
  Result<std::optional<Shadow>> shadow(const DeviceTable& table, RecordId id);
  Result<void> write_shadow(const DeviceTable& table, RecordId id, const Shadow& shadow);
  Result<void> set_in_shadow(const DeviceTable& table, RecordId id, const std::optional<Mirror>& mirror);
  Result<void> put_row(const DeviceTable& table, const std::optional<RowPlace>& place, const model::Record* record,
                       std::int64_t scopes);
  Result<std::optional<model::Record>> record_of(const DeviceTable& table, RecordId id, const Shadow& shadow) const;

  sql::Database& database_;
  Rows& rows_;
  Scopes& scopes_;
  std::optional<std::unordered_set<RecordId>> shadowed_;
};

template <class Take>
Result<void> Mirrors::each(const DeviceTable& table, std::optional<RecordId> from, std::optional<RecordId> until,
                           Take take) {
  const std::string range =
      std::string(from ? " and id >= ?1" : "") + (until ? (from ? " and id < ?2" : " and id < ?1") : "");
  const auto read = [&](const std::string& sql) -> Result<void> {
    auto select = TRY(sql::borrow(database_, sql + range));
    int parameter = 1;
    if (from) select->bind_blob(parameter++, from->view());
    if (until) select->bind_blob(parameter, until->view());
    while (TRY(select->step())) {
      const auto id = RecordId::from_bytes(select->blob(0));
      if (!id) return Error{ErrorCode::store_damaged, "A row of \"" + table.table->name + "\" has no id."};
      take(*id, Holding{Seq(select->integer(1)), ScopeSetNumber(select->integer(2))});
    }
    return {};
  };
  TRY(read("select id, version, scopes from " + sql::quoted(table.table->name) + " where scopes >= 0"));
  return read("select id, version, scopes from shadow where has_mirror = 1 and \"table\" = " +
              std::to_string(table.table->number.value));
}

}  // namespace satchel::device::store
