// SPDX-License-Identifier: Apache-2.0
#include "sim/world/history.h"

namespace satchel::sim {
namespace {

constexpr OrganizationNumber kOrganization{1};

}  // namespace

History::History(const model::Schema& schema) : schema_(schema) {
  for (const auto* name : {"systemuser", "team", "teammembership", "businessunit", "transactioncurrency",
                           "organization", "account", "contact", "task"})
    tables_.push_back(schema.find(name));
}

Result<void> History::look(server::records::Records& records) {
  const auto head = TRY(records.head()).seq;
  if (head == head_) return {};
  const auto system = server::access::system_caller(kOrganization, {});
  std::set<RecordId> seen;
  for (const auto* table : tables_) {
    query::Query all;
    all.table = table->number;
    for (const auto& record : TRY(records.list(system, all, 5000)).records) {
      seen.insert(record.id);
      const auto* last = at(record.id, head_);
      if (last == nullptr || last->version != record.version) {
        count_texts(last, record);
        note(record, record.version);
      }
    }
  }
  for (auto& [id, entries] : entries_)
    if (entries.back().is_there && seen.count(id) == 0) {
      entries.push_back({head, false, {}});
      deleted_.insert(id);
    }
  head_ = head;
  return {};
}

void History::note(const model::Record& record, Seq seq) { entries_[record.id].push_back({seq, true, record}); }

void History::count_texts(const model::Record* before, const model::Record& after) {
  const auto& columns = schema_.at(after.table).columns;
  for (std::size_t i = 0; i < after.values.size(); ++i)
    if (const auto* text = model::text_in(after.values[i]);
        text != nullptr && text->starts_with("v") && columns[i].origin == model::Origin::user)
      if (before == nullptr || before->values[i] != after.values[i]) {
        ++times_set_[{after.id, *text}];
        const auto* old = before != nullptr ? model::text_in(before->values[i]) : nullptr;
        if (old != nullptr) replaced_.emplace_back(*old, *text);
      }
}

const model::Record* History::at(RecordId record, Seq seq) const {
  const auto found = entries_.find(record);
  if (found == entries_.end()) return nullptr;
  const Entry* last = nullptr;
  for (const auto& entry : found->second)
    if (entry.seq <= seq) last = &entry;
  return last != nullptr && last->is_there ? &last->record : nullptr;
}

std::set<RecordId> History::teams_of(RecordId user, Seq seq) const {
  const auto* table = schema_.find("teammembership");
  const auto member = table->find_column("systemuserid")->index, team = table->find_column("teamid")->index;
  std::set<RecordId> teams;
  for (const auto& [id, entries] : entries_) {
    const auto* record = at(id, seq);
    if (record == nullptr || record->table != table->number) continue;
    const auto* who = model::reference_in(record->values[member]);
    const auto* which = model::reference_in(record->values[team]);
    if (who != nullptr && which != nullptr && who->id == user) teams.insert(which->id);
  }
  return teams;
}

bool History::is_readable(const model::Record& record, RecordId user, const std::set<RecordId>& teams) const {
  const auto& table = schema_.at(record.table);
  if (!table.owner) return true;
  const auto* owner = model::reference_in(record.values[*table.owner]);
  return owner != nullptr && (owner->id == user || teams.count(owner->id) != 0);
}

std::map<RecordId, const model::Record*> History::readable(RecordId user, Seq seq) const {
  const auto teams = teams_of(user, seq);
  std::map<RecordId, const model::Record*> readable;
  for (const auto& [id, entries] : entries_)
    if (const auto* record = at(id, seq); record != nullptr && is_readable(*record, user, teams)) readable[id] = record;
  return readable;
}

}  // namespace satchel::sim
