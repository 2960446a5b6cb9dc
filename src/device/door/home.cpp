// SPDX-License-Identifier: Apache-2.0
#include "device/door/home.h"

#include <algorithm>

#include "base/sort.h"
#include "device/door/limits.h"
#include "device/sync/recent.h"

namespace satchel::device::door {
namespace {

struct Due {
  std::int64_t at = 0;
  const model::Table* table = nullptr;
  model::Record record;
};

// Appointments are due when they begin, the others when they should be done.
const model::Column* due_column(const model::Table& table) {
  return table.find_column(table.name == "appointment" ? "scheduledstart" : "scheduledend");
}

Result<std::vector<Due>> due(client::Client& client, Lists& lists, const std::string& from, const std::string& until,
                             Instant now) {
  std::vector<Due> out;
  for (const auto& table : client.schema().tables()) {
    const auto* column = table.is_activity ? due_column(table) : nullptr;
    if (column == nullptr || !table.state || !table.owner) continue;
    std::string filter = "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='" + table.columns[*table.owner].name +
                         "') and " + column->name + " lt " + until;
    if (!from.empty()) filter += " and " + column->name + " ge " + from;
    const auto& state = table.columns[*table.state].name;
    filter += " and (" + state + " eq 0" + (table.name == "appointment" ? " or " + state + " eq 3)" : ")");
    for (auto& record : TRY(lists.first_rows(table, filter, column->name, kHomeRowsMax, now))) {
      const auto* at = model::integer_in(record.values[column->index]);
      out.push_back({at != nullptr ? *at : 0, &table, std::move(record)});
    }
  }
  satchel::sort(out, [](const Due& a, const Due& b) { return a.at != b.at ? a.at < b.at : a.record.id < b.record.id; });
  if (out.size() > kHomeRowsMax) out.resize(kHomeRowsMax);
  return out;
}

Result<Json> rows(client::Client& client, const std::vector<Due>& due) {
  Values values(client.store());
  auto list = Json::array();
  for (const auto& each : due) {
    // What tells whether it's late and what can be done with it goes along, whatever the view shows.
    std::vector<model::ColumnIndex> columns = each.table->default_view().columns;
    const auto add = [&](model::ColumnIndex column) {
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    };
    for (const auto* name : {"scheduledstart", "scheduledend"})
      if (const auto* column = each.table->find_column(name)) add(column->index);
    for (const auto& column : {each.table->state, each.table->status})
      if (column) add(*column);
    list.push_back(TRY(values.row(each.record, columns)));
  }
  return list;
}

}  // namespace

Result<Json> home_json(client::Client& client, Lists& lists, const Json& question, Instant now) {
  const auto* day = question.find("day");
  const auto from = std::string(day != nullptr ? day->string_at("from") : std::string_view());
  const auto until = std::string(day != nullptr ? day->string_at("until") : std::string_view());
  if (!parse_date_time(from) || !parse_date_time(until))
    return Error{ErrorCode::bad_request, "Home needs the beginning and the end of the day."};
  auto json = Json::object();
  json.set("overdue", TRY(rows(client, TRY(due(client, lists, {}, from, now)))));
  json.set("today", TRY(rows(client, TRY(due(client, lists, from, until, now)))));
  Values values(client.store());
  auto recent = Json::array();
  for (const auto& record : TRY(sync::recent_records(client.store())))
    if (recent.as_array()->size() < kRecentShown) recent.push_back(values.reference(record));
  json.set("recent", std::move(recent));
  return json;
}

}  // namespace satchel::device::door
