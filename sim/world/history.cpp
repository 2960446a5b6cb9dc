// SPDX-License-Identifier: Apache-2.0
#include "sim/world/history.h"

#include <algorithm>

#include "sql/layout.h"

namespace satchel::sim {
namespace {

constexpr OrganizationNumber kOrganization{1};

const server::access::Caller& system() {
  static const auto caller = server::access::system_caller(kOrganization, {});
  return caller;
}

}  // namespace

History::History(const model::Schema& schema) : schema_(schema) {
  for (const auto* name : {"systemuser", "team", "teammembership", "businessunit", "transactioncurrency",
                           "organization", "mobileofflineprofile", "account", "contact", "task"})
    tables_.push_back(schema.find(name));
}

// ---- looking ---------------------------------------------------------------------------------------------------------------

Result<void> History::look(sql::Database& file, server::records::Records& records) {
  const auto head = TRY(records.head()).seq;
  if (head == head_) return {};
  for (const auto* table : tables_) TRY(look_at(file, records, *table));
  for (const auto* table : tables_) TRY(look_for_deleted(file, *table, head));
  TRY(look_for_short_lives(file));
  TRY(look_at_marks(file));
  head_ = head;
  return {};
}

Result<void> History::look_at(sql::Database& file, server::records::Records& records, const model::Table& table) {
  std::vector<RecordId> changed;
  {
    auto select = TRY(sql::borrow(file, "select id from " + sql::quoted(table.name) + " where version > ?1"));
    select->bind_integer(1, head_.value);
    while (TRY(select->step())) changed.push_back(RecordId::from_bytes(select->blob(0)).value_or(RecordId()));
  }
  for (const auto id : changed) {
    const auto record = TRY(records.get(system(), table, id));
    count_texts(at(id, head_), record);
    note(record);
  }
  return {};
}

Result<void> History::look_for_deleted(sql::Database& file, const model::Table& table, Seq head) {
  auto& there = there_[table.number];
  {
    auto count = TRY(sql::borrow(file, "select count(*) from " + sql::quoted(table.name)));
    if (TRY(count->step()) && count->integer(0) == static_cast<std::int64_t>(there.size())) return {};
  }
  std::set<RecordId> left = there;
  auto select = TRY(sql::borrow(file, "select id from " + sql::quoted(table.name)));
  while (TRY(select->step())) left.erase(RecordId::from_bytes(select->blob(0)).value_or(RecordId()));
  for (const auto id : left) {
    entries_[id].push_back({head, false, {}});
    there.erase(id);
  }
  return {};
}

// What was made and deleted in one request was never seen in its table; that it was there, the server remembers.
Result<void> History::look_for_short_lives(sql::Database& file) {
  auto select = TRY(sql::borrow(file, "select id, seq from deleted_record where seq > ?1"));
  select->bind_integer(1, head_.value);
  while (TRY(select->step())) {
    const auto id = RecordId::from_bytes(select->blob(0)).value_or(RecordId());
    if (entries_.count(id) == 0) entries_[id].push_back({Seq(select->integer(1)), false, {}});
  }
  return {};
}

Result<void> History::look_at_marks(sql::Database& file) {
  auto select = TRY(sql::borrow(file, "select seq, mark from commit_mark where seq > ?1"));
  select->bind_integer(1, head_.value);
  while (TRY(select->step())) marks_[select->integer(0)] = static_cast<std::uint64_t>(select->integer(1));
  return {};
}

void History::note(const model::Record& record) {
  entries_[record.id].push_back({record.version, true, record});
  there_[record.table].insert(record.id);
  if (record.table == schema_.find("teammembership")->number) memberships_.insert(record.id);
}

void History::count_texts(const model::Record* before, const model::Record& after) {
  const auto& columns = schema_.at(after.table).columns;
  for (std::size_t i = 0; i < after.values.size(); ++i)
    if (const auto* text = model::text_in(after.values[i]);
        text != nullptr && text->starts_with("v") && columns[i].origin == model::Origin::user)
      if (before == nullptr || before->values[i] != after.values[i]) {
        ++times_set_[{after.id, *text}];
        first_set_.emplace(*text, after.version);
        look_for_doubled(after.id, *text);
        const auto* old = before != nullptr ? model::text_in(before->values[i]) : nullptr;
        if (old != nullptr) replaced_.emplace_back(*old, *text);
      }
}

void History::look_for_doubled(RecordId record, const std::string& text) {
  const auto [found, is_new] = record_of_.emplace(text, record);
  if (is_new || found->second == record) return;
  for (const auto& [table, ids] : there_)
    if (ids.count(found->second) != 0)
      doubled_.push_back(text + " of " + found->second.to_string() + " and " + record.to_string());
  found->second = record;
}

Result<void> History::check_all(server::records::Records& records) const {
  const auto wrong = [](RecordId id, const char* what) {
    return Error{ErrorCode::internal, "the history of " + id.to_string() + " is " + what};
  };
  for (const auto* table : tables_) {
    query::Query all;
    all.table = table->number;
    const auto page = TRY(records.list(system(), all, 5000));
    for (const auto& record : page.records) {
      const auto* last = at(record.id, head_);
      if (last == nullptr || last->version != record.version || last->values != record.values)
        return wrong(record.id, "not what the server has");
    }
    const auto there = there_.find(table->number);
    if (page.records.size() != (there != there_.end() ? there->second.size() : 0))
      return wrong(RecordId(), "longer than the server's table");
  }
  return {};
}

// ---- asking ----------------------------------------------------------------------------------------------------------------

bool History::holds(const Cut& cut) const {
  const auto found = marks_.find(cut.seq.value);
  return found != marks_.end() && found->second == cut.mark;
}

const model::Record* History::at(RecordId record, Seq seq) const {
  const auto found = entries_.find(record);
  if (found == entries_.end()) return nullptr;
  const auto& entries = found->second;
  const auto last =
      std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) { return entry.seq <= seq; });
  return last != entries.rend() && last->is_there ? &last->record : nullptr;
}

const model::Record* History::written_by(RecordId record, Seq version) const {
  const auto* there = at(record, version);
  return there != nullptr && there->version == version ? there : nullptr;
}

bool History::has_commit_from(RecordId record, Seq seq) const {
  const auto found = entries_.find(record);
  return found != entries_.end() && found->second.back().seq >= seq;
}

std::vector<RecordId> History::ids_of(TableNumber table) const {
  const auto found = there_.find(table);
  if (found == there_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::optional<Seq> History::seq_of(const std::string& text) const {
  const auto found = first_set_.find(text);
  return found != first_set_.end() ? std::optional(found->second) : std::nullopt;
}

std::set<RecordId> History::teams_of(RecordId user, Seq seq) const {
  const auto* table = schema_.find("teammembership");
  const auto member = table->find_column("systemuserid")->index, team = table->find_column("teamid")->index;
  std::set<RecordId> teams;
  for (const auto id : memberships_) {
    const auto* record = at(id, seq);
    if (record == nullptr) continue;
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
    if (const auto* record = at(id, seq); record != nullptr && is_readable(*record, user, teams))
      readable.emplace_hint(readable.end(), id, record);
  return readable;
}

// E1, E6: his profile's tables, or all where it names none; and the tables that every device has.
bool History::is_synced(const model::Table& table, RecordId user, Seq seq) const {
  if (table.on_every_device) return true;
  const auto& users = *schema_.find("systemuser");
  const auto& profiles = *schema_.find("mobileofflineprofile");
  const auto* row = at(user, seq);
  const auto* named =
      row != nullptr ? model::reference_in(row->values[users.find_column("mobileofflineprofileid")->index]) : nullptr;
  const auto* profile = named != nullptr ? at(named->id, seq) : nullptr;
  if (profile == nullptr) return false;
  const auto* tables = model::text_in(profile->values[profiles.find_column("tables")->index]);
  return tables == nullptr || *tables == table.set;
}

std::map<RecordId, const model::Record*> History::synced(RecordId user, Seq seq) const {
  auto records = readable(user, seq);
  std::map<TableNumber, bool> tables;
  for (const auto* table : tables_) tables[table->number] = is_synced(*table, user, seq);
  std::erase_if(records, [&](const auto& entry) { return !tables[entry.second->table]; });
  return records;
}

Seq History::commit_before(Seq seq) const {
  const auto at = marks_.lower_bound(seq.value);
  return at == marks_.begin() ? Seq(0) : Seq(std::prev(at)->first);
}

bool History::may_read(RecordId user, RecordId record, Seq seq) const {
  const auto* there = at(record, seq);
  return there != nullptr && is_readable(*there, user, teams_of(user, seq));
}

}  // namespace satchel::sim
