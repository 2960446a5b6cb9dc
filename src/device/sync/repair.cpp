// SPDX-License-Identifier: Apache-2.0
#include "device/sync/repair.h"

#include <algorithm>
#include <charconv>
#include <map>

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

using store::Conflict;
using store::ConflictKind;

// What of an acknowledged change the server no longer shows; nothing if it still has it.
std::optional<Conflict> undone_part(const model::Table& table, const store::OutboxEntry& entry,
                                    const std::optional<store::Mirror>& mirror) {
  Conflict conflict;
  conflict.table = table.number;
  conflict.record = entry.change.id;
  if (!mirror) {
    if (entry.change.kind == ChangeKind::remove) return std::nullopt;
    conflict.kind = ConflictKind::deleted_there;
    conflict.base = entry.change.values;
    conflict.mine = entry.change.values;
    return conflict;
  }
  if (mirror->record.version >= entry.acknowledged_version) return std::nullopt;
  conflict.server_version = mirror->record.version;
  if (entry.change.kind == ChangeKind::remove) {
    conflict.kind = ConflictKind::deleted_here;
    return conflict;
  }
  for (const auto& value : entry.change.values) {
    const auto& server = mirror->record.values[value.column];
    if (table.columns[value.column].origin != model::Origin::user || server == value.value) continue;
    conflict.base.push_back({value.column, server});
    conflict.mine.push_back(value);
    conflict.server.push_back({value.column, server});
  }
  if (conflict.mine.empty()) return std::nullopt;
  return conflict;
}

}  // namespace

Result<std::size_t> offer_undone(store::DeviceStore& store, const Settling& settling) {
  std::size_t offered = 0;
  for (const auto& entry : TRY(store.acknowledged_above(Seq(0)))) {
    if (store.schema().find(entry.change.table) == nullptr) continue;  // retired since (Y26)
    const auto& table = store.schema().at(entry.change.table);
    const auto id = entry.change.id;
    auto conflict = undone_part(table, entry, TRY(store.mirror(table, id)));
    if (!conflict || !TRY(store.outbox_of(id)).empty() || !TRY(store.conflicts_of(id)).empty()) continue;
    conflict->opened_at = settling.now;
    TRY(store.keep_shadow(table, id));
    TRY(store.add_conflict(*conflict));
    TRY(store.drop_acknowledged(entry.id));
    TRY(refresh_visible(store, table, id));
    ++offered;
  }
  return offered;
}

}  // namespace satchel::device::sync
