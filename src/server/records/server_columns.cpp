// SPDX-License-Identifier: Apache-2.0
//
// What the server sets by itself. Nobody can give these columns: model::prepare drops them.
#include "server/records/internal/writer.h"

namespace satchel::server::records {

using model::Column;
using model::ColumnType;
using model::Origin;
using model::Record;
using model::Reference;
using model::Value;

namespace {

const Value& value_at(const Record& record, std::optional<model::ColumnIndex> column) {
  static const Value kNull;
  return column ? record.values[*column] : kNull;
}

void set(Record& record, std::optional<model::ColumnIndex> column, Value value) {
  if (column) record.values[*column] = std::move(value);
}

Value value_or_null(std::optional<Reference> reference) { return reference ? Value(*reference) : Value(); }

// The first row's `column` of a table that has one row per organisation, or of the row with `id`.
Result<Value> read_one(Context& context, const TableSql& table, std::string_view column_name,
                       std::optional<RecordId> id) {
  const auto* column = table->find_column(column_name);
  if (column == nullptr) return Value();
  auto select = TRY(sql::borrow(context.database, "select " + sql::quoted(column->name) + " from " +
                                                      sql::quoted(table->name) + " where organization = ?1" +
                                                      (id ? " and id = ?2" : " order by id limit 1")));
  select->bind_integer(1, context.organization.value);
  if (id) select->bind_blob(2, id->view());
  if (!TRY(select->step())) return Value();
  return sql::read_value(*select, 0, *column);
}

std::int64_t rescaled(std::int64_t value, int from, int to) {
  for (; from < to; ++from) value *= 10;
  for (; from > to; --from) value /= 10;
  return value;
}

bool money_differs(const model::Table& table, const Record& before, const Record& after) {
  for (const Column& column : table.columns)
    if (column.type == ColumnType::money && column.origin == Origin::user &&
        before.values[column.index] != after.values[column.index])
      return true;
  return false;
}

// Dataverse's measure: steps of 100 ns since the year 1.
std::int64_t ticks_at(Instant now) {
  constexpr std::int64_t kSecondsFromYearOne = 62'135'596'800;
  return (kSecondsFromYearOne * 1'000 + now.milliseconds) * 10'000;
}

}  // namespace

// The time that an import or an offline device gives for the creation counts, for it's when people made the record.
Result<void> Writer::fill_new(const TableSql& table, Record& record) {
  const auto* given = model::integer_in(value_at(record, table.overridden_created_on));
  const bool counts = given != nullptr && *given <= now_.seconds();
  set(record, table->created_on, counts ? *given : now_.seconds());
  if (context_.users != nullptr && !caller_.user.is_nil())
    set(record, table->created_by, Reference{context_.users->table->number, caller_.user});
  fill_images(table, nullptr, record);
  TRY(fill_owner(table, record));
  TRY(fill_unit(table, record));
  TRY(fill_currency(table, record));
  return fill_rate(table, record);
}

Result<void> Writer::fill_changed(const TableSql& table, const Record& before, Record& after) {
  fill_images(table, &before, after);
  if (value_at(before, table->owner) != value_at(after, table->owner)) TRY(fill_unit(table, after));
  if (value_at(before, table->currency) != value_at(after, table->currency) ||
      money_differs(*table.table, before, after))
    TRY(fill_rate(table, after));
  return {};
}

void Writer::fill_images(const TableSql& table, const Record* before, Record& after) {
  for (const auto& image : table->images) {
    const auto& picture = after.values[image.image];
    if (before != nullptr && before->values[image.image] == picture) continue;
    after.values[image.timestamp] = model::is_null(picture) ? Value() : Value(ticks_at(now_));
  }
}

Result<void> Writer::fill_owner(const TableSql& table, Record& record) {
  if (!table->owner || !model::is_null(record.values[*table->owner])) return {};
  if (context_.users != nullptr && !caller_.user.is_nil())
    record.values[*table->owner] = Reference{context_.users->table->number, caller_.user};
  return {};
}

Result<void> Writer::fill_unit(const TableSql& table, Record& record) {
  if (!table->owning_unit || !table->owner) return {};  // A user says himself where he belongs.
  const auto* owner = model::reference_in(value_at(record, table->owner));
  record.values[*table->owning_unit] = owner != nullptr ? value_or_null(TRY(unit_of(*owner))) : Value();
  return {};
}

Result<void> Writer::fill_currency(const TableSql& table, Record& record) {
  if (!table->currency || !model::is_null(record.values[*table->currency])) return {};
  record.values[*table->currency] = value_or_null(TRY(base_currency()));
  return {};
}

Result<void> Writer::fill_rate(const TableSql& table, Record& record) {
  if (!table->exchange_rate) return {};
  const auto* currency = model::reference_in(value_at(record, table->currency));
  const auto rate = currency != nullptr ? TRY(rate_of(currency->id)) : std::nullopt;
  set(record, table->exchange_rate,
      rate ? Value(rescaled(*rate, context_.rate->scale, table->columns[*table->exchange_rate].scale)) : Value());
  return {};
}

Result<std::optional<Reference>> Writer::unit_of(const Reference& owner) {
  if (const auto at = part_.unit_of.find(owner.id); at != part_.unit_of.end()) return at->second;
  std::optional<Reference> unit;
  if (context_.schema.find(owner.table) != nullptr) {
    const auto value = TRY(read_one(context_, context_.at(owner.table), "businessunitid", owner.id));
    if (const auto* reference = model::reference_in(value)) unit = *reference;
  }
  part_.unit_of.emplace(owner.id, unit);
  return unit;
}

Result<std::optional<Reference>> Writer::base_currency() {
  if (part_.base_currency) return *part_.base_currency;
  std::optional<Reference> currency;
  if (context_.organizations != nullptr) {
    const auto value = TRY(read_one(context_, *context_.organizations, "basecurrencyid", std::nullopt));
    if (const auto* reference = model::reference_in(value)) currency = *reference;
  }
  part_.base_currency = currency;
  return currency;
}

Result<std::optional<std::int64_t>> Writer::rate_of(RecordId currency) {
  if (const auto at = part_.rate_of.find(currency); at != part_.rate_of.end()) return at->second;
  std::optional<std::int64_t> rate;
  if (context_.rate != nullptr) {
    const auto value = TRY(read_one(context_, *context_.currencies, context_.rate->name, currency));
    if (const auto* number = model::integer_in(value)) rate = *number;
  }
  part_.rate_of.emplace(currency, rate);
  return rate;
}

}  // namespace satchel::server::records
