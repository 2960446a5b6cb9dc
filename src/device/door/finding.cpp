// SPDX-License-Identifier: Apache-2.0
#include "device/door/finding.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "device/door/limits.h"
#include "device/door/values.h"
#include "device/sync/recent.h"

namespace satchel::device::door {
namespace {

// What tells this record from another one of the same name: the first things that its table's default view shows behind the name.
std::string detail_of(client::Client& client, const model::Reference& reference) {
  constexpr int kPartsMax = 2;
  const auto& table = client.schema().at(reference.table);
  if (table.views.empty()) return {};
  const auto record = client.store().find(table, reference.id);
  if (!record || !*record) return {};
  std::string detail;
  int parts = 0;
  for (const auto index : table.default_view().columns) {
    const auto& column = table.columns[index];
    if (index == table.primary_name || index == table.owner || index == table.status ||
        column.type == model::ColumnType::memo)
      continue;
    const auto text = client.display(column, (*record)->values[index]);
    if (text.empty()) continue;
    detail += (detail.empty() ? "" : " · ") + text;
    if (++parts == kPartsMax) break;
  }
  return detail;
}

class Candidates {
 public:
  explicit Candidates(client::Client& client) : client_(client), values_(client.store()) {}

  bool is_full() const { return added_.size() >= kCandidatesMax; }

  void add(const model::Reference& record) {
    if (is_full() || std::find(added_.begin(), added_.end(), record) != added_.end()) return;
    added_.push_back(record);
    auto json = values_.reference(record);
    json.set("detail", detail_of(client_, record));
    list_.push_back(std::move(json));
  }

  void add_draft(const model::Reference& record, const std::string& name) {
    if (is_full()) return;
    added_.push_back(record);
    auto json = values_.reference(record);
    json.set("name", name);
    json.set("detail", "Draft");
    list_.push_back(std::move(json));
  }

  Json take() {
    auto json = Json::object();
    json.set("candidates", std::move(list_));
    return json;
  }

 private:
  client::Client& client_;
  Values values_;
  std::vector<model::Reference> added_;
  Json list_ = Json::array();
};

// The best of one table: those whose name begins with the text, then the others, each by name.
Result<void> add_matching(client::Client& client, const model::Table& table, std::string_view text, Candidates& out) {
  const auto numbers = TRY(client.store().matching_rows(table, text));
  constexpr std::size_t kLookedAtMax = 200;
  auto records = TRY(client.store().rows_at(table, std::span(numbers).first(std::min(numbers.size(), kLookedAtMax))));
  const Values values(client.store());
  const auto prefix = fold_key(trim(text));
  std::vector<std::pair<std::pair<bool, std::string>, RecordId>> ranked;
  for (const auto& record : records) {
    auto key = fold_key(values.name(record));
    const bool begins = key.compare(0, prefix.size(), prefix) == 0;
    ranked.push_back({{!begins, std::move(key)}, record.id});
  }
  satchel::sort(ranked);
  for (const auto& [rank, id] : ranked) out.add({table.number, id});
  return {};
}

Result<void> add_first_by_name(client::Client& client, const model::Table& table, Candidates& out) {
  query::Query query;
  query.table = table.number;
  query.top = static_cast<std::int64_t>(kCandidatesMax);
  if (table.primary_name) query.order = {{{{}, *table.primary_name}, false}};
  for (const auto& record : TRY(client.store().list(query)).records) out.add({table.number, record.id});
  return {};
}

// Where a draft may stand under a draft (D9), the drafts of this device as well.
Result<void> add_drafts(client::Client& client, const model::Column& column, std::string_view text, Candidates& out) {
  const auto prefix = fold_key(text);
  for (const auto& item : TRY(client.drafts())) {
    const auto& change = item.draft.change;
    if (item.table == nullptr || item.name.empty() || fold_key(item.name).find(prefix) == std::string::npos) continue;
    if (std::find(column.targets.begin(), column.targets.end(), change.table) != column.targets.end())
      out.add_draft({change.table, change.id}, item.name);
  }
  return {};
}

}  // namespace

Result<Json> search_json(client::Client& client, const Json& question) {
  Values values(client.store());
  auto hits = Json::array();
  for (const auto& hit : TRY(client.search(question.string_at("text"), kHitsMax))) {
    auto json = values.reference(hit.record);
    json.set("detail", detail_of(client, hit.record));
    hits.push_back(std::move(json));
  }
  auto json = Json::object();
  json.set("hits", std::move(hits));
  json.set("preparing", !TRY(client.store().search_ready()));
  return json;
}

Result<Json> candidates_json(client::Client& client, const Json& question, Instant now) {
  const auto& table = *TRY(client.table(question.string_at("set")));
  const auto name = question.string_at("column");
  const auto* column = table.find_column(name);
  if (column == nullptr || column->targets.empty())
    return Error{ErrorCode::unknown_column, table.plural + " have no lookup called \"" + std::string(name) + "\".",
                 std::string(name)};
  const auto text = trim(question.string_at("text"));
  Candidates out(client);
  const bool has_drafts =
      TRY(client.situation(now)).drafts == permits::DraftRules::extended && !TRY(client.is_synced(table));
  if (has_drafts) TRY(add_drafts(client, *column, text, out));
  std::vector<const model::Table*> targets;
  for (const auto number : column->targets)
    if (const auto* target = client.schema().find(number)) targets.push_back(target);
  if (text.empty()) {
    for (const auto& record : TRY(sync::recent_records(client.store())))
      if (std::find(column->targets.begin(), column->targets.end(), record.table) != column->targets.end())
        out.add(record);
    for (const auto* target : targets) TRY(add_first_by_name(client, *target, out));
    return out.take();
  }
  // Names first, of whatever table; then who only has the words somewhere.
  for (const auto& hit : TRY(client.search(text, kHitsMax)))
    if (std::find(column->targets.begin(), column->targets.end(), hit.record.table) != column->targets.end())
      out.add(hit.record);
  for (const auto* target : targets)
    if (!out.is_full()) TRY(add_matching(client, *target, text, out));
  return out.take();
}

}  // namespace satchel::device::door
