// SPDX-License-Identifier: Apache-2.0
#include "device/sync/repair.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"
#include "device/sync/overlay.h"

namespace satchel::device::sync {
namespace {

using model::ChangeKind;
using odata::NamedRow;

Error not_understood() {
  return {ErrorCode::unexpected_answer, "The server's comparison of records can't be understood. Try again later."};
}

Json id_or_null(const std::optional<RecordId>& id) { return id ? Json(id->to_string()) : Json(nullptr); }

Result<RecordId> id_in(const Json& json) {
  const auto* text = json.as_string();
  const auto id = text != nullptr ? RecordId::parse(*text) : std::nullopt;
  if (!id) return not_understood();
  return *id;
}

struct Bucket {
  RecordId from;
  std::int64_t count = 0;
  std::uint64_t sum = 0;
};

Result<Bucket> bucket_in(const Json& json) {
  const auto* parts = json.as_array();
  if (parts == nullptr || parts->size() != 3 || !(*parts)[1].is_integer() || !(*parts)[2].is_string())
    return not_understood();
  Bucket bucket{TRY(id_in((*parts)[0])), *(*parts)[1].as_integer(), 0};
  const auto& hex = *(*parts)[2].as_string();
  const auto parsed = std::from_chars(hex.data(), hex.data() + hex.size(), bucket.sum, 16);
  if (parsed.ec != std::errc() || parsed.ptr != hex.data() + hex.size()) return not_understood();
  return bucket;
}

}  // namespace

Repair::Repair(const std::vector<ScopeNumber>& scopes) {
  for (const auto scope : scopes) questions_.push_back({scope, std::nullopt, std::nullopt});
}

std::optional<Repair::Question> Repair::question() const {
  return questions_.empty() ? std::nullopt : std::optional(questions_.front());
}

std::string Repair::body_of(const Question& question) {
  auto body = Json::object();
  body.set("scope", question.scope.value);
  body.set("from", id_or_null(question.from));
  body.set("until", id_or_null(question.until));
  return body.dump();
}

Result<TableNumber> Repair::table_of(store::DeviceStore& store, ScopeNumber scope) const {
  for (const auto& row : TRY(store.scopes()))
    if (row.scope.number == scope) return row.scope.table;
  return not_understood();
}

Result<void> Repair::take_answer(store::DeviceStore& store, const Json& answer) {
  if (questions_.empty()) return {};
  const auto question = questions_.front();
  questions_.pop_front();
  const auto* buckets = answer.find("buckets");
  const auto* rows = answer.find("rows");
  if (buckets != nullptr && buckets->is_array()) return compare_buckets(store, question, *buckets->as_array());
  if (rows != nullptr && rows->is_array()) return compare_rows(store, question, *rows->as_array());
  return not_understood();
}

Result<void> Repair::compare_buckets(store::DeviceStore& store, const Question& question, const Json::Array& array) {
  std::vector<Bucket> buckets;
  for (const auto& json : array) buckets.push_back(TRY(bucket_in(json)));
  if (buckets.empty()) return not_understood();
  // Our rows in front of the first bucket's start belong to it as well: the first bucket begins where the question did.
  const auto rows = TRY(store.scope_rows(question.scope, question.from, question.until));
  std::size_t at = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const bool is_last = i + 1 == buckets.size();
    std::int64_t count = 0;
    std::uint64_t sum = 0;
    for (; at < rows.size() && (is_last || rows[at].id < buckets[i + 1].from); ++at) {
      ++count;
      sum += odata::entry_hash(rows[at].id, rows[at].version);
    }
    if (count == buckets[i].count && sum == buckets[i].sum) continue;
    questions_.push_back({question.scope, i == 0 ? question.from : std::optional(buckets[i].from),
                          is_last ? question.until : std::optional(buckets[i + 1].from)});
  }
  return {};
}

Result<void> Repair::compare_rows(store::DeviceStore& store, const Question& question, const Json::Array& array) {
  std::map<RecordId, Seq> theirs;
  for (const auto& json : array) {
    const auto* parts = json.as_array();
    if (parts == nullptr || parts->size() != 2 || !(*parts)[1].is_integer()) return not_understood();
    theirs[TRY(id_in((*parts)[0]))] = Seq(*(*parts)[1].as_integer());
  }
  const auto table = TRY(table_of(store, question.scope));
  for (const auto& ours : TRY(store.scope_rows(question.scope, question.from, question.until))) {
    const auto at = theirs.find(ours.id);
    if (at == theirs.end() || at->second != ours.version) differences_.insert({ours.id, table});
    if (at != theirs.end()) theirs.erase(at);
  }
  for (const auto& [id, version] : theirs) differences_.insert({id, table});
  return {};
}

std::vector<NamedRow> Repair::take_differences(std::size_t rows_max) {
  std::vector<NamedRow> rows;
  while (!differences_.empty() && rows.size() < rows_max) {
    const auto [id, table] = *differences_.begin();
    differences_.erase(differences_.begin());
    rows.push_back({table, id, Seq(0)});  // version 0: always "changed", so its scopes come along
  }
  return rows;
}

namespace {

using model::ColumnIndex;
using model::RecordChange;
using store::ChangeState;
using store::Conflict;
using store::ConflictKind;
using store::DeviceStore;
using store::Mirror;
using store::OutboxEntry;

// The numbers of commits that a restored server has lost: above `after`, below `first`.
struct LostCommits {
  Seq after, first;
};

// "34-1790000000000,80-1790000000123", as the server writes them. What can't be read is left out.
std::vector<LostCommits> lost_commits(std::string_view text) {
  std::vector<LostCommits> all;
  for (const auto span : split(text, ',')) {
    LostCommits lost;
    const auto* end = span.data() + span.size();
    const auto after = std::from_chars(span.data(), end, lost.after.value);
    if (after.ec != std::errc() || after.ptr == end || *after.ptr != '-') continue;
    const auto first = std::from_chars(after.ptr + 1, end, lost.first.value);
    if (first.ec == std::errc() && first.ptr == end) all.push_back(lost);
  }
  return all;
}

bool is_lost(Seq version, const std::vector<LostCommits>& lost) {
  return std::any_of(lost.begin(), lost.end(),
                     [&](const LostCommits& span) { return span.after < version && version < span.first; });
}

// Nobody tells which commits are lost when the database's file was put back without a word to the server. Then a row that is older
// than the confirmation, or gone, gives it away; what somebody wrote over it meanwhile doesn't.
bool is_lost(const OutboxEntry& entry, const std::vector<LostCommits>& lost, const std::optional<Mirror>& mirror) {
  const auto version = entry.acknowledged_version;
  if (is_lost(version, lost)) return true;
  if (mirror) return mirror->record.version < version;
  return lost.empty() && entry.change.kind != ChangeKind::remove;
}

// Several changes of one record as one: its last values, or that it was deleted.
void join(RecordChange& changes, const RecordChange& later) {
  changes.table = later.table;
  changes.id = later.id;
  changes.kind = later.kind;
  if (later.kind == ChangeKind::remove) changes.values.clear();
  for (const auto& value : later.values) changes.set(value.column, value.value);
}

// At the server's head whatever was confirmed is in the mirror, or the server has lost it. What the user did upon it is merged with
// what there is now.
Result<void> drop_overlays(DeviceStore& store, const Settling& settling) {
  for (const auto& entry : TRY(store.outbox())) {
    if (entry.state != ChangeState::acknowledged || store.schema().find(entry.change.table) == nullptr) continue;
    const auto& table = store.schema().at(entry.change.table);
    const auto id = entry.change.id;
    if (!TRY(store.mirror(table, id))) TRY(settle_gone(store, table, id, Gone::deleted, settling));
    else TRY(store.remove(entry.position));
    TRY(settle(store, table, id, settling));
  }
  return {};
}

// The record is there. What the user changed since, or is asked about already, is newer than what was undone. A mirror that is itself
// of the lost history (the user may not read the record any more, and wasn't told so yet) says nothing of what the server has.
Result<bool> offer_columns(DeviceStore& store, const model::Table& table, const RecordChange& undone,
                           const Mirror& mirror, bool is_mirror_lost, Conflict conflict) {
  std::set<ColumnIndex> newer;
  for (const auto& entry : TRY(store.outbox_of(conflict.record)))
    for (const auto& value : entry.change.values) newer.insert(value.column);
  for (const auto& open : TRY(store.conflicts_of(conflict.record)))
    for (const auto& value : open.mine) newer.insert(value.column);
  for (const auto& value : undone.values) {
    const auto& server = mirror.record.values[value.column];
    const bool has_server = server == value.value && !is_mirror_lost;
    if (table.columns[value.column].origin != model::Origin::user || has_server || newer.count(value.column) != 0)
      continue;
    conflict.base.push_back({value.column, server});
    conflict.mine.push_back(value);
    conflict.server.push_back({value.column, server});
  }
  if (conflict.mine.empty()) return false;
  TRY(store.keep_shadow(table, conflict.record));
  TRY(store.add_conflict(conflict));
  return true;
}

// The record is gone with what was undone: all of it is a part of what the user may restore (K3). A change on its way can't come to
// anything there, so it's taken along.
Result<bool> offer_record(DeviceStore& store, const model::Table& table, RecordChange undone, Conflict conflict) {
  const auto base = undone.values;
  for (const auto& entry : TRY(store.outbox_of(conflict.record))) {
    if (entry.state != ChangeState::sent || entry.change.kind != ChangeKind::update) continue;
    for (const auto& value : entry.change.values) undone.set(value.column, value.value);
    TRY(store.remove(entry.position));
  }
  for (auto open : TRY(store.conflicts_of(conflict.record))) {
    if (open.kind != ConflictKind::deleted_there) continue;
    for (const auto& value : open.mine) undone.set(value.column, value.value);
    open.mine = std::move(undone.values);
    TRY(store.update_conflict(open));
    return true;
  }
  conflict.kind = ConflictKind::deleted_there;
  conflict.base = base;
  conflict.mine = std::move(undone.values);
  TRY(store.keep_shadow(table, conflict.record));
  TRY(store.add_conflict(conflict));
  return true;
}

Result<bool> offer_delete(DeviceStore& store, const model::Table& table, Conflict conflict) {
  const auto id = conflict.record;
  if (!TRY(store.outbox_of(id)).empty() || !TRY(store.conflicts_of(id)).empty()) return false;  // he works on with it
  conflict.kind = ConflictKind::deleted_here;
  TRY(store.keep_shadow(table, id));
  TRY(store.add_conflict(conflict));
  return true;
}

Result<bool> offer(DeviceStore& store, const RecordChange& undone, const std::vector<LostCommits>& lost, Instant now) {
  const auto& table = store.schema().at(undone.table);
  const auto mirror = TRY(store.mirror(table, undone.id));
  Conflict conflict;
  conflict.table = table.number;
  conflict.record = undone.id;
  conflict.opened_at = now;
  if (mirror) conflict.server_version = mirror->record.version;
  const bool is_delete = undone.kind == ChangeKind::remove;
  const bool is_mirror_lost = mirror && is_lost(mirror->record.version, lost);
  const bool is_offered = is_delete ? mirror && TRY(offer_delete(store, table, std::move(conflict)))
                          : mirror
                              ? TRY(offer_columns(store, table, undone, *mirror, is_mirror_lost, std::move(conflict)))
                              : TRY(offer_record(store, table, undone, std::move(conflict)));
  if (is_offered) TRY(refresh_visible(store, table, undone.id));
  return is_offered;
}

}  // namespace

Result<std::size_t> offer_undone(DeviceStore& store, const Settling& settling) {
  TRY(drop_overlays(store, settling));
  const auto lost = lost_commits(TRY(store.setting(kLostCommits)).value_or(""));
  std::map<RecordId, RecordChange> undone;
  for (const auto& entry : TRY(store.acknowledged_above(Seq(0)))) {
    const auto* table = store.schema().find(entry.change.table);
    if (table == nullptr) continue;  // retired since (Y26)
    if (!is_lost(entry, lost, TRY(store.mirror(*table, entry.change.id)))) continue;
    join(undone[entry.change.id], entry.change);
    TRY(store.drop_acknowledged(entry.id));
  }
  TRY(store.drop_setting(kLostCommits));
  std::size_t offered = 0;
  for (const auto& [id, changes] : undone) offered += TRY(offer(store, changes, lost, settling.now)) ? 1 : 0;
  return offered;
}

}  // namespace satchel::device::sync
