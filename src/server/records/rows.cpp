// SPDX-License-Identifier: Apache-2.0
#include "server/records/internal/rows.h"

#include "base/text.h"

namespace satchel::server::records {

using model::Record;
using model::Reference;

namespace {

// `id` is bound as it lies, so it must outlive the reading.
Result<sql::Borrowed> by_id(Context& context, std::string_view sql, const RecordId& id) {
  auto statement = TRY(sql::borrow(context.database, sql));
  statement->bind_integer(1, context.organization.value);
  statement->bind_blob(2, id.view());
  return statement;
}

}  // namespace

Result<std::optional<Record>> find_row(Context& context, const TableSql& table, RecordId id) {
  auto select = TRY(by_id(context, table.select_row, id));
  if (!TRY(select->step())) return std::optional<Record>();
  Record record{table->number, id, Seq(select->integer(0)), sql::read_values(*select, 1, *table.table)};
  return std::optional(std::move(record));
}

Result<std::optional<Record>> find_keys(Context& context, const TableSql& table, RecordId id) {
  auto select = TRY(by_id(context, table.select_keys, id));
  if (!TRY(select->step())) return std::optional<Record>();
  Record record{table->number, id, Seq(select->integer(0)), std::vector<model::Value>(table->columns.size())};
  if (table->owner && !select->is_null(1)) {
    const auto& column = table->columns[*table->owner];
    const auto owner_table =
        column.is_polymorphic() ? TableNumber(static_cast<std::int32_t>(select->integer(2))) : column.targets.front();
    record.values[*table->owner] = Reference{owner_table, RecordId::from_bytes(select->blob(1)).value_or(RecordId())};
  }
  if (table->owning_unit && !select->is_null(3)) {
    const auto unit = RecordId::from_bytes(select->blob(3)).value_or(RecordId());
    record.values[*table->owning_unit] = Reference{table->columns[*table->owning_unit].targets.front(), unit};
  }
  return std::optional(std::move(record));
}

Result<void> insert_row(Context& context, const TableSql& table, const Record& record) {
  sql::BindStorage storage;
  auto insert = TRY(by_id(context, table.insert_row, record.id));
  insert->bind_integer(3, record.version.value);
  sql::bind_values(*insert, 4, *table.table, record.values, storage);
  return insert->run();
}

namespace {

std::string update_text(const TableSql& table, const Record& before, const Record& after) {
  std::string sql = table.update_row;
  int parameter = 4;
  const auto set = [&](const std::string& name) {
    sql += ", " + sql::quoted(name) + " = ?" + std::to_string(parameter++);
  };
  for (const auto& column : table->columns) {
    if (column.index == 0 || before.values[column.index] == after.values[column.index]) continue;
    set(column.name);
    if (column.is_polymorphic()) set(column.name + "__table");
    if (column.folded) set(column.name + "__fold");
  }
  return sql + " where organization = ?1 and id = ?2";
}

}  // namespace

Result<void> update_row(Context& context, const TableSql& table, const Record& before, const Record& after) {
  sql::BindStorage storage;
  auto update = TRY(by_id(context, update_text(table, before, after), after.id));
  update->bind_integer(3, after.version.value);
  int parameter = 4;
  for (const auto& column : table->columns) {
    const auto& value = after.values[column.index];
    if (column.index == 0 || before.values[column.index] == value) continue;
    parameter = sql::bind_value(*update, parameter, column, value, storage);
    if (!column.folded) continue;
    if (const auto* text = model::text_in(value)) update->bind_text(parameter, storage.keep(fold_key(*text)));
    else update->bind_null(parameter);
    ++parameter;
  }
  return update->run();
}

Result<void> delete_row(Context& context, const TableSql& table, RecordId id) {
  return TRY(by_id(context, table.delete_row, id))->run();
}

Result<std::vector<RecordId>> find_text(Context& context, const TableSql& table, const model::Column& column,
                                        std::string_view text) {
  const std::string name = sql::quoted(column.folded ? column.name + "__fold" : column.name);
  const std::string key = column.folded ? fold_key(text) : std::string(text);
  auto select =
      TRY(sql::borrow(context.database, "select id from " + sql::quoted(table->name) + " where organization = ?1 and " +
                                            name + " = ?2 order by id limit 100"));
  select->bind_integer(1, context.organization.value);
  select->bind_text(2, key);
  std::vector<RecordId> ids;
  while (TRY(select->step())) ids.push_back(RecordId::from_bytes(select->blob(0)).value_or(RecordId()));
  return ids;
}

Result<std::optional<Seq>> find_deleted(Context& context, RecordId id) {
  auto select = TRY(by_id(context, "select seq from deleted_record where organization = ?1 and id = ?2", id));
  if (!TRY(select->step())) return std::optional<Seq>();
  return std::optional(Seq(select->integer(0)));
}

Result<void> write_deleted(Context& context, const TableSql& table, RecordId id, Seq seq) {
  auto insert = TRY(by_id(context,
                          "insert into deleted_record(organization, id, table_number, seq) values (?1, ?2, ?3, ?4) "
                          "on conflict(organization, id) do update set seq = excluded.seq",
                          id));
  insert->bind_integer(3, table->number.value);
  insert->bind_integer(4, seq.value);
  return insert->run();
}

}  // namespace satchel::server::records
