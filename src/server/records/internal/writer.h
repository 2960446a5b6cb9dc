// SPDX-License-Identifier: Apache-2.0
//
// Writer: one change of one record, with all that follows from it.
//
//   apply    old row, conditions, rights -> new row                        write.cpp
//   fill     owner, unit, currency, audit: what the server sets            server_columns.cpp
//   lookups  every record that the change names is there and readable      lookups.cpp
//   store    row, derived rows, scope entries, totals                      store_row.cpp
//   remove   the record and what its going takes along                     cascade.cpp
#pragma once

#include <unordered_set>

#include "server/records/internal/part.h"
#include "server/records/internal/rows.h"
#include "server/records/records.h"

namespace satchel::server::records {

class Writer {
 public:
  Writer(Context& context, Scopes& scopes, const access::Caller& caller, Part& part, Instant now)
      : context_(context), scopes_(scopes), caller_(caller), part_(part), now_(now) {}

  Result<Outcome> apply(model::RecordChange change, const Condition& condition, Absent absent);

 private:
  using Record = model::Record;

  Result<Outcome> create(const TableSql& table, model::RecordChange change);
  Result<Outcome> update(const TableSql& table, model::RecordChange change, const Record& before);
  Result<Outcome> create_link(const TableSql& table, const Record& after);
  bool may_read(const TableSql& table, const Record& record) const;
  Result<void> check(const TableSql& table, access::Privilege privilege, const Record& record);

  // server_columns.cpp
  Result<void> fill_new(const TableSql& table, Record& record);
  Result<void> fill_changed(const TableSql& table, const Record& before, Record& after);
  void fill_images(const TableSql& table, const Record* before, Record& after);
  Result<void> fill_owner(const TableSql& table, Record& record);
  Result<void> fill_unit(const TableSql& table, Record& record);
  Result<void> fill_currency(const TableSql& table, Record& record);
  Result<void> fill_rate(const TableSql& table, Record& record);
  Result<std::optional<model::Reference>> unit_of(const model::Reference& owner);
  Result<std::optional<model::Reference>> base_currency();
  Result<std::optional<std::int64_t>> rate_of(RecordId currency);

  // lookups.cpp
  Result<void> check_lookups(const TableSql& table, const Record* before, const Record& after);
  Result<void> check_lookup(const model::Column& column, const model::Reference& reference);
  Result<bool> is_there(const model::Reference& reference);
  Result<void> check_unique(const TableSql& table, const Record* before, const Record& after);

  // store_row.cpp
  Result<Seq> seq();
  Result<void> stamp(const TableSql& table, Record& record);
  Result<void> insert(const TableSql& table, Record& record);
  Result<void> store(const TableSql& table, const Record& before, Record& after);
  Result<void> erase(const TableSql& table, const Record& record);
  Result<std::vector<ScopeNumber>> scopes_of(const TableSql& table, const Record& record);
  Result<void> enter(const TableSql& table, const Record* before, const Record* after);
  Result<void> store_parties(const TableSql& table, const Record* before, const Record* after);

  // cascade.cpp
  struct Victim {
    const TableSql* table = nullptr;
    Record record;
    model::Reference reference() const { return {table->table->number, record.id}; }
  };
  struct Victims {
    std::vector<Victim> rows;  // the record itself first
    std::unordered_set<RecordId> ids;
  };
  Result<Outcome> remove(const TableSql& table, const Record& record, const Condition& condition);
  Result<Victims> victims_of(const TableSql& table, const Record& record);
  Result<std::vector<RecordId>> children_of(const Child& child, const model::Reference& parent, std::size_t rows_max);
  Result<void> check_seen(const Victims& victims, const Condition& condition) const;
  Result<void> check_not_held(const Victims& victims);
  Result<void> clear_lookups(const Victims& victims);
  Result<void> clear_lookup(const Child& child, RecordId id);

  Context& context_;
  Scopes& scopes_;
  const access::Caller& caller_;
  Part& part_;
  Instant now_;
};

// Ids that derive from what they stand for.
RecordId link_id(const model::Table& table, RecordId first, RecordId second);
RecordId party_id(RecordId activity, int participation_mask, RecordId party);

std::string name_in(const model::Table& table, const model::Record& record);

}  // namespace satchel::server::records
