// SPDX-License-Identifier: Apache-2.0
#include "model/rules.h"
#include "server/records/internal/writer.h"

namespace satchel::server::records {

using access::Privilege;
using model::ChangeKind;
using model::ColumnIndex;
using model::Origin;
using model::Record;
using model::RecordChange;
using model::Reference;

namespace {

std::string named(const TableSql& table, RecordId id) { return table->set + "(" + id.to_string() + ")"; }

Error not_found(const TableSql& table, RecordId id) {
  return {ErrorCode::not_found,
          "There is no " + table->label + " with the id " + id.to_string() + ", or you may not see it.",
          named(table, id)};
}

Error is_deleted(const TableSql& table, RecordId id) {
  return {ErrorCode::deleted, "The " + table->label + " with the id " + id.to_string() + " was deleted.",
          named(table, id)};
}

Error exists(const TableSql& table, RecordId id) {
  return {ErrorCode::exists, "There is a " + table->label + " with the id " + id.to_string() + " already.",
          named(table, id)};
}

Error conflict(const TableSql& table, RecordId id) {
  return {ErrorCode::version_conflict, "This " + table->label + " was changed since it was read.", named(table, id)};
}

// Links come and go by the same id, so theirs aren't kept as deleted.
Result<bool> was_deleted(Context& context, const TableSql& table, RecordId id) {
  if (table->is_intersect) return false;
  return TRY(find_deleted(context, id)).has_value();
}

// Columns that may be given with a create only.
void drop_create_only(const model::Table& table, RecordChange& change) {
  std::erase_if(change.values,
                [&](const model::ColumnValue& v) { return table.columns[v.column].origin == Origin::create; });
}

bool empties_required(const model::Table& table, const RecordChange& change) {
  for (const auto& value : change.values)
    if (model::is_null(value.value) && table.columns[value.column].required == model::Required::required) return true;
  return false;
}

void put(const RecordChange& change, Record& record) {
  for (const auto& value : change.values) record.values[value.column] = value.value;
}

// The id of a link follows from its two lookups.
Result<RecordId> id_of_link(const TableSql& table, const RecordChange& change) {
  std::vector<RecordId> ends;
  for (const auto& column : table->columns) {
    if (column.type != model::ColumnType::lookup || column.origin != Origin::user) continue;
    const auto* value = change.find(column.index);
    const auto* reference = value != nullptr ? model::reference_in(*value) : nullptr;
    if (reference == nullptr)
      return Error{ErrorCode::bad_value, "A " + table->label + " needs its " + column.label + ".", column.name};
    ends.push_back(reference->id);
  }
  if (ends.size() != 2)
    return Error{ErrorCode::schema_invalid, "The table " + table->name + " doesn't link two tables.", table->name};
  return link_id(*table.table, ends[0], ends[1]);
}

}  // namespace

RecordId link_id(const model::Table& table, RecordId first, RecordId second) {
  return RecordId(derived_uuid(table.name + ":" + first.to_string() + ":" + second.to_string()));
}

bool Writer::may_read(const TableSql& table, const Record& record) const {
  return access::may(caller_, *table.table, Privilege::read, record);
}

Result<void> Writer::check(const TableSql& table, Privilege privilege, const Record& record) {
  return access::check(caller_, *table.table, privilege, record, [this](const Reference& reference) -> std::string {
    const auto* target = context_.schema.find(reference.table);
    if (target == nullptr) return {};
    const auto row = find_row(context_, context_.at(reference.table), reference.id);
    return row && *row ? name_in(*target, **row) : std::string();
  });
}

Result<Outcome> Writer::apply(RecordChange change, const Condition& condition, Absent absent) {
  if (context_.schema.find(change.table) == nullptr)
    return Error{ErrorCode::unknown_table,
                 "There is no table with the number " + std::to_string(change.table.value) + "."};
  const TableSql& table = context_.at(change.table);
  if (table->is_derived)
    return Error{ErrorCode::forbidden, table->plural + " are made from other records' columns. Change those instead."};
  if (change.kind != ChangeKind::remove) change = TRY(model::prepare(context_.schema, std::move(change), false));
  if (table->is_intersect && change.kind == ChangeKind::create) change.id = TRY(id_of_link(table, change));

  if (change.kind == ChangeKind::create && change.id.is_nil()) change.id = new_id<RecordId>(context_.random, now_);

  const auto before = TRY(find_row(context_, table, change.id));
  if (!before) {
    if (TRY(was_deleted(context_, table, change.id))) return is_deleted(table, change.id);
    const bool needs_it =
        condition.kind == Condition::Kind::must_exist || condition.kind == Condition::Kind::version_is;
    const bool creates =
        change.kind == ChangeKind::create || (change.kind == ChangeKind::update && absent == Absent::create);
    if (needs_it || !creates) return not_found(table, change.id);
    return create(table, std::move(change));
  }

  if (change.kind == ChangeKind::create && table->is_intersect)
    return Outcome{before->version, false, true, before->id};
  if (change.kind == ChangeKind::create) return exists(table, change.id);
  if (!may_read(table, *before)) return not_found(table, change.id);
  if (condition.kind == Condition::Kind::must_be_absent) return exists(table, change.id);
  if (condition.kind == Condition::Kind::version_is && condition.version != before->version)
    return conflict(table, change.id);
  if (change.kind == ChangeKind::remove) return remove(table, *before, condition);
  return update(table, std::move(change), *before);
}

Result<Outcome> Writer::create(const TableSql& table, RecordChange change) {
  model::fill_defaults(context_.schema, change);
  TRY(model::complete_state(*table.table, change));
  Record after{table->number, change.id, {}, std::vector<model::Value>(table->columns.size())};
  put(change, after);
  TRY(fill_new(table, after));
  model::compute(context_.schema, after);
  TRY(check(table, Privilege::create, after));
  TRY(model::check_required(*table.table, after.values));
  TRY(check_lookups(table, nullptr, after));
  TRY(check_unique(table, nullptr, after));
  TRY(insert(table, after));
  return Outcome{after.version, true, false, after.id};
}

Result<Outcome> Writer::update(const TableSql& table, RecordChange change, const Record& before) {
  TRY(check(table, Privilege::write, before));
  drop_create_only(*table.table, change);
  TRY(model::complete_state(*table.table, change));
  Record after = before;
  put(change, after);
  TRY(fill_changed(table, before, after));
  model::compute(context_.schema, after);
  if (after.values == before.values) return Outcome{before.version, false, true, before.id};

  const auto owner = table->owner;
  if (owner && after.values[*owner] != before.values[*owner]) TRY(check(table, Privilege::assign, before));
  // A record that lacked a required value before (the schema grew) may still be edited elsewhere.
  if (empties_required(*table.table, change)) TRY(model::check_required(*table.table, after.values));
  TRY(check_lookups(table, &before, after));
  TRY(check_unique(table, &before, after));
  TRY(store(table, before, after));
  return Outcome{after.version, false, false, after.id};
}

}  // namespace satchel::server::records
