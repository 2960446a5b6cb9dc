// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "server/records/internal/writer.h"

namespace satchel::server::records {

using model::Column;
using model::ColumnType;
using model::Record;
using model::Reference;

namespace {

bool holds(const model::Value* before, const Reference& party) {
  const auto* parties = before != nullptr ? model::parties_in(*before) : nullptr;
  return parties != nullptr &&
         std::any_of(parties->begin(), parties->end(), [&](const auto& p) { return p.party == party; });
}

}  // namespace

// Only what the change adds: what stood there before was checked then, and may since have left the caller's sight.
Result<void> Writer::check_lookups(const TableSql& table, const Record* before, const Record& after) {
  for (const Column& column : table->columns) {
    if (column.index == 0 || column.origin != model::Origin::user) continue;
    const auto& value = after.values[column.index];
    const auto* old = before != nullptr ? &before->values[column.index] : nullptr;
    if (old != nullptr && *old == value) continue;
    if (const auto* reference = model::reference_in(value)) TRY(check_lookup(column, *reference));
    if (const auto* parties = model::parties_in(value))
      for (const auto& party : *parties)
        if (!holds(old, party.party)) TRY(check_lookup(column, party.party));
  }
  return {};
}

Result<void> Writer::check_lookup(const Column& column, const Reference& reference) {
  if (TRY(is_there(reference))) return {};
  const auto* target = context_.schema.find(reference.table);
  const std::string what = target != nullptr ? "a record of " + target->plural : "a record";
  return Error{ErrorCode::bad_value,
               "\"" + column.label + "\" names " + what + " that doesn't exist or that you may not see (" +
                   reference.id.to_string() + ").",
               column.name};
}

// Exists, and the caller may read it (append_to).
Result<bool> Writer::is_there(const Reference& reference) {
  if (context_.schema.find(reference.table) == nullptr) return false;
  const std::tuple key(caller_.user, reference.table, reference.id);
  if (part_.readable.contains(key)) return true;
  const TableSql& table = context_.at(reference.table);
  const auto row = TRY(find_keys(context_, table, reference.id));
  if (!row || !may_read(table, *row)) return false;
  part_.readable.insert(key);
  return true;
}

// Compared as people read: without case. The code isn't `exists`, which speaks of ids.
Result<void> Writer::check_unique(const TableSql& table, const Record* before, const Record& after) {
  for (const Column& column : table->columns) {
    const auto* text = column.unique ? model::text_in(after.values[column.index]) : nullptr;
    if (text == nullptr || (before != nullptr && before->values[column.index] == after.values[column.index])) continue;
    for (const auto id : TRY(find_text(context_, table, column, *text)))
      if (id != after.id)
        return Error{ErrorCode::bad_value,
                     "There is a " + table->label + " with the " + column.label + " \"" + *text + "\" already.",
                     column.name};
  }
  return {};
}

}  // namespace satchel::server::records
