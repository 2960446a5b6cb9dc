// SPDX-License-Identifier: Apache-2.0
//
// The part of Engine that reads at the server (C4): it asks for ids, and the rows come with the pull that names them.
#include <algorithm>
#include <set>

#include "device/client/engine.h"
#include "device/client/limits.h"
#include "device/sync/experience.h"
#include "odata/property_names.h"

namespace satchel::device::client {

namespace {

using odata::lookup_property;
using odata::party_property;

bool has_parties(const model::Table& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const auto& column) { return column.type == model::ColumnType::party_list; });
}

// Ids and versions, and lookups and parties for the names that come beside them.
std::string question(const model::Table& table, const ReadRequested& read) {
  std::string select = table.id_column().name + ",versionnumber";
  for (const auto& column : table.columns)
    if (column.type == model::ColumnType::lookup) select += "," + lookup_property(column.name);
  if (has_parties(table)) select += "," + party_property(table);
  const auto filter = read.id ? table.id_column().name + " eq " + read.id->to_string() : read.filter;
  const auto top = read.id ? 1 : std::min(read.top.value_or(kReadRowsMax), kReadRowsMax);
  std::string target = "/api/data/v9.2/" + table.set + "?$select=" + select + "&$top=" + std::to_string(top);
  if (!filter.empty()) target += "&$filter=" + percent_encode(filter);
  if (!read.order.empty()) target += "&$orderby=" + percent_encode(read.order);
  return target;
}

constexpr std::string_view kFormatted = "@OData.Community.Display.V1.FormattedValue";
constexpr std::string_view kLogicalName = "@Microsoft.Dynamics.CRM.lookuplogicalname";

// Names of the records that a row names, where those aren't here themselves.
class NamesIn {
 public:
  explicit NamesIn(store::DeviceStore& store) : store_(store) {}

  Result<std::vector<store::DeviceStore::KnownName>> of(const model::Table& table, const Json& row) {
    for (const auto& column : table.columns)
      if (column.type == model::ColumnType::lookup)
        TRY(add(row, lookup_property(column.name),
                column.targets.size() == 1 ? store_.schema().find(column.targets.front()) : nullptr));
    if (const auto* parties = row.find(party_property(table)); parties != nullptr && parties->is_array())
      for (const auto& party : *parties->as_array()) TRY(add(party, lookup_property("partyid"), nullptr));
    return std::move(names_);
  }

 private:
  Result<void> add(const Json& object, const std::string& property, const model::Table* only_target) {
    const auto id = RecordId::parse(object.string_at(property));
    const auto name = object.string_at(property + std::string(kFormatted));
    if (!id || name.empty()) return {};
    const auto* target = store_.schema().find(object.string_at(property + std::string(kLogicalName)));
    if (target == nullptr) target = only_target;
    if (target == nullptr || TRY(store_.holding(*target, *id))) return {};
    names_.push_back({{target->number, *id}, std::string(name)});
    return {};
  }

  store::DeviceStore& store_;
  std::vector<store::DeviceStore::KnownName> names_;
};

}  // namespace

Result<void> Engine::send_question() {
  const auto* table = store_.schema().find(run_.read->table);
  if (table == nullptr) return Error{ErrorCode::unknown_table, "There's no such table."};
  auto request = TRY(sync_request("GET", question(*table, *run_.read), "", false));
  request.headers.set("Accept", "application/json");
  request.headers.set("Prefer", "odata.include-annotations=\"*\"");
  send(std::move(request), Phase::asking);
  return {};
}

Result<void> Engine::take_records(const Response& response) {
  const auto json = TRY(Json::parse(response.body));
  const auto* value = json.find("value");
  if (value == nullptr || !value->is_array())
    return Error{ErrorCode::unexpected_answer,
                 "What answered isn't a Satchel server. Check the address and your network's sign-in page."};
  const auto& table = store_.schema().at(run_.read->table);
  const bool is_synced = TRY(sync::read_experience(store_)).holds(table);
  run_.has_asked = true;
  std::vector<odata::NamedRow> found;
  auto transaction = TRY(store_.begin());
  const auto use = [&](RecordId id) -> Result<void> {
    const auto here = TRY(store_.holding(table, id));
    if (is_synced && here) return {};
    found.push_back({table.number, id, here ? here->version : Seq(0)});
    return store_.note_use({table.number, id}, now_);
  };
  for (const auto& row : *value->as_array()) {
    const auto id = RecordId::parse(row.string_at(table.id_column().name));
    if (!id) continue;
    ++run_.report.found;
    TRY(use(*id));
    if (!is_synced) TRY(store_.know_names(*id, TRY(NamesIn(store_).of(table, row))));
  }
  // One that is here and that the server didn't find leaves with the pull that names it (C6).
  if (run_.read->id && found.empty() && TRY(store_.holding(table, *run_.read->id))) TRY(use(*run_.read->id));
  TRY(transaction.commit());
  std::set<RecordId> first;
  for (const auto& row : found) first.insert(row.id);
  std::erase_if(run_.to_name, [&](const odata::NamedRow& row) { return first.contains(row.id); });
  run_.to_name.insert(run_.to_name.begin(), found.begin(), found.end());
  return next_step();
}

}  // namespace satchel::device::client
