// SPDX-License-Identifier: Apache-2.0
#include "device/door/reading.h"

#include <algorithm>

#include "base/text.h"
#include "device/client/limits.h"
#include "device/door/about_records.h"
#include "device/door/charts.h"
#include "device/door/limits.h"

namespace satchel::device::door {
namespace {

using client::ReadRequested;
using model::Table;
using Reads = std::vector<ReadRequested>;

void add(Reads& reads, std::optional<ReadRequested> read) {
  if (read) reads.push_back(std::move(*read));
}

std::string of_record(const Table& table, std::string_view column, std::string_view id) {
  const auto* lookup = table.find_column(column);
  if (lookup == nullptr || lookup->type != model::ColumnType::lookup || !RecordId::parse(id)) return {};
  return "_" + lookup->name + "_value eq " + std::string(id);
}

std::string order_in(const Json* given) {
  std::string text;
  if (given == nullptr || given->as_array() == nullptr) return text;
  for (const auto& item : *given->as_array())
    text +=
        (text.empty() ? "" : ",") + std::string(item.string_at("column")) + (item.bool_at("descending") ? " desc" : "");
  return text;
}

Result<void> add_list(client::Client& client, const Table& table, const Json& question, Instant now, Reads& reads) {
  // What is read counts as used, so no more is read than what somebody looks at, and a little ahead.
  const auto reach = question.integer_at("reach", kListReachRows);
  if (reach <= 0) return {};
  if (const auto text = question.string_at("search"); !trim(text).empty()) {
    add(reads, TRY(client.online_search(table, text, now)));
    return {};
  }
  client::ListRequest request;
  request.set = table.set;
  request.view = question.string_at("view");
  request.filter = question.string_at("filter");
  request.order = order_in(question.find("order"));
  request.top = std::min(reach, client::kReadRowsMax);
  if (const auto* related = question.find("related_to"); related != nullptr && !related->is_null()) {
    request.filter = of_record(table, related->string_at("column"), related->string_at("id"));
    if (request.filter.empty()) return {};
  }
  add(reads, TRY(client.online_read(request, now)));
  return {};
}

Result<void> add_record(client::Client& client, const Json& asked, Instant now, Reads& reads) {
  const auto id = RecordId::parse(asked.string_at("id"));
  if (id) add(reads, TRY(client.online_read(asked.string_at("set"), *id, now)));
  return {};
}

Result<void> add_timeline(client::Client& client, const Json& question, Instant now, Reads& reads) {
  for (const auto& table : client.schema().tables()) {
    const auto* column = timeline_column(table);
    if (column == nullptr) continue;
    client::ListRequest request;
    request.set = table.set;
    request.filter = of_record(table, column->name, question.string_at("id"));
    request.top = std::clamp<std::int64_t>(question.integer_at("to"), 1, kWindowRowsMax);
    if (!request.filter.empty()) add(reads, TRY(client.online_read(request, now)));
  }
  return {};
}

Result<void> add_home(client::Client& client, Instant now, Reads& reads) {
  const auto user = TRY(client.user());
  for (const auto& table : client.schema().tables()) {
    if (!table.is_activity || table.is_derived || !table.owner || !table.state) continue;
    client::ListRequest request;
    request.set = table.set;
    request.filter = of_record(table, table.columns[*table.owner].name, user.to_string()) + " and " +
                     table.columns[*table.state].name + " eq 0";
    request.top = kHomeRowsMax;
    add(reads, TRY(client.online_read(request, now)));
  }
  return {};
}

Result<void> add_candidates(client::Client& client, const Table& table, const Json& question, Instant now,
                            Reads& reads) {
  const auto* column = table.find_column(question.string_at("column"));
  const auto text = question.string_at("text");
  if (column == nullptr || trim(text).empty()) return {};
  for (const auto number : column->targets) {
    const auto* target = client.schema().find(number);
    if (target != nullptr && !TRY(client.is_synced(*target))) add(reads, TRY(client.online_search(*target, text, now)));
  }
  return {};
}

}  // namespace

Result<Reads> reads_for(client::Client& client, const Json& question, Instant now) {
  Reads reads;
  if (!client.user().ok()) return reads;
  const auto ask = question.string_at("ask");
  if (ask == "home") TRY(add_home(client, now, reads));
  if (ask == "timeline") TRY(add_timeline(client, question, now, reads));
  if (ask == "record") TRY(add_record(client, question, now, reads));
  if (ask == "new")
    if (const auto* related = question.find("for")) TRY(add_record(client, *related, now, reads));
  if (ask == "chart")
    if (const auto* table = table_of_chart(client.schema(), question.string_at("name"))) {
      client::ListRequest request;
      request.set = table->set;
      add(reads, TRY(client.online_read(request, now)));
    }
  const auto* table = client.schema().find_set(question.string_at("set"));
  if (table == nullptr || table->is_derived) return reads;
  if (ask == "list" && !TRY(client.is_synced(*table))) TRY(add_list(client, *table, question, now, reads));
  if (ask == "candidates") TRY(add_candidates(client, *table, question, now, reads));
  return reads;
}

}  // namespace satchel::device::door
