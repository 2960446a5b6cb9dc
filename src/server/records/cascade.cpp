// SPDX-License-Identifier: Apache-2.0
//
// Deletes. A record's going takes along the rows whose lookups say "cascade", empties those that say "clear", and is
// refused while one that says "restrict" is there. All in one commit, and bounded.
#include "model/rules.h"
#include "server/records/internal/writer.h"
#include "server/records/limits.h"

namespace satchel::server::records {

using model::OnDelete;
using model::Record;
using model::Reference;

namespace {

Error too_many(const TableSql& table) {
  return {ErrorCode::too_large, "Deleting this " + table->label + " would change more than " +
                                    std::to_string(kCascadeRowsMax) +
                                    " records that belong to it. Delete or move some of them first."};
}

}  // namespace

std::string name_in(const model::Table& table, const Record& record) {
  const auto* name = table.primary_name ? model::text_in(record.values[*table.primary_name]) : nullptr;
  return name != nullptr ? *name : std::string();
}

Result<Outcome> Writer::remove(const TableSql& table, const Record& record, const Condition& condition) {
  TRY(check(table, access::Privilege::remove, record));
  const auto victims = TRY(victims_of(table, record));
  TRY(check_seen(victims, condition));
  TRY(check_not_held(victims));
  TRY(clear_lookups(victims));
  for (const auto& victim : victims.rows) TRY(erase(*victim.table, victim.record));
  return Outcome{part_.cut->seq, false, false, record.id};
}

Result<std::vector<RecordId>> Writer::children_of(const Child& child, const Reference& parent, std::size_t rows_max) {
  const auto& table = *child.table->table;
  const std::string lookup = sql::quoted(child.lookup->name);
  const std::string of_table = child.lookup->is_polymorphic() ? " and " + sql::quoted(child.lookup->name + "__table") +
                                                                    " = " + std::to_string(parent.table.value)
                                                              : "";
  auto select =
      TRY(sql::borrow(context_.database, "select id from " + sql::quoted(table.name) + " where organization = ?1 and " +
                                             lookup + " = ?2" + of_table + " limit ?3"));
  select->bind_integer(1, context_.organization.value);
  select->bind_blob(2, parent.id.view());
  select->bind_integer(3, static_cast<std::int64_t>(rows_max));
  std::vector<RecordId> ids;
  while (TRY(select->step())) ids.push_back(RecordId::from_bytes(select->blob(0)).value_or(RecordId()));
  return ids;
}

// The record first, then what goes with it, level by level.
Result<Writer::Victims> Writer::victims_of(const TableSql& table, const Record& record) {
  Victims victims{{{&table, record}}, {record.id}};
  for (std::size_t at = 0; at < victims.rows.size(); ++at) {
    const Reference parent = victims.rows[at].reference();
    const auto children = context_.children.find(parent.table.value);
    if (children == context_.children.end()) continue;
    for (const auto& child : children->second) {
      if (child.lookup->on_delete != OnDelete::cascade) continue;
      for (const auto id : TRY(children_of(child, parent, kCascadeRowsMax + 1))) {
        if (!victims.ids.insert(id).second) continue;
        auto row = TRY(find_row(context_, *child.table, id));
        if (!row) continue;
        TRY(check(*child.table, access::Privilege::remove, *row));
        victims.rows.push_back({child.table, std::move(*row)});
        if (victims.rows.size() > kCascadeRowsMax) return too_many(table);
      }
    }
  }
  return victims;
}

// What the user saw when he deleted: something newer is for him to decide about (Y7).
Result<void> Writer::check_seen(const Victims& victims, const Condition& condition) const {
  if (!condition.seen) return {};
  std::string newer;
  std::size_t count = 0;
  for (const auto& victim : victims.rows) {
    if (victim.record.version <= condition.seen->seq || ++count > kNewerRowsNamedMax) continue;
    newer += (newer.empty() ? "" : ",") + victim.table->table->set + "(" + victim.record.id.to_string() + ")";
  }
  if (count == 0) return {};
  return Error{ErrorCode::version_conflict,
               count == 1
                   ? "A record that would be deleted was changed since you last synced."
                   : std::to_string(count) + " records that would be deleted were changed since you last synced.",
               newer};
}

Result<void> Writer::check_not_held(const Victims& victims) {
  for (const auto& victim : victims.rows) {
    const Reference parent = victim.reference();
    const auto children = context_.children.find(parent.table.value);
    if (children == context_.children.end()) continue;
    for (const auto& child : children->second) {
      if (child.lookup->on_delete != OnDelete::restrict) continue;
      // Among as many as there are victims and one more, one must be somebody else.
      for (const auto id : TRY(children_of(child, parent, victims.rows.size() + 1))) {
        if (victims.ids.contains(id)) continue;
        const auto row = TRY(find_row(context_, *child.table, id));
        const std::string name =
            row && may_read(*child.table, *row) ? " \"" + name_in(*child.table->table, *row) + "\"" : "";
        return Error{ErrorCode::referenced,
                     "This " + victims.rows[0].table->table->label + " can't be deleted: the " +
                         child.table->table->label + name + " names it as its " + child.lookup->label + ".",
                     child.table->table->set + "(" + id.to_string() + ")"};
      }
    }
  }
  return {};
}

Result<void> Writer::clear_lookups(const Victims& victims) {
  for (const auto& victim : victims.rows) {
    const Reference parent = victim.reference();
    const auto children = context_.children.find(parent.table.value);
    if (children == context_.children.end()) continue;
    for (const auto& child : children->second) {
      if (child.lookup->on_delete != OnDelete::clear) continue;
      const auto ids = TRY(children_of(child, parent, kCascadeRowsMax + 1));
      if (ids.size() > kCascadeRowsMax) return too_many(*victims.rows[0].table);
      for (const auto id : ids)
        if (!victims.ids.contains(id)) TRY(clear_lookup(child, id));
    }
  }
  return {};
}

// By the server's own right: else a record that the caller can't see could keep his own from being deleted.
Result<void> Writer::clear_lookup(const Child& child, RecordId id) {
  const auto before = TRY(find_row(context_, *child.table, id));
  if (!before) return {};
  Record after = *before;
  after.values[child.lookup->index] = {};
  TRY(fill_changed(*child.table, *before, after));
  model::compute(context_.schema, after);
  return store(*child.table, *before, after);
}

}  // namespace satchel::server::records
