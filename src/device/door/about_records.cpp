// SPDX-License-Identifier: Apache-2.0
#include "device/door/about_records.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "device/door/drafts.h"
#include "device/door/limits.h"
#include "device/door/schema_json.h"
#include "device/door/values.h"
#include "device/door/waiting.h"

namespace satchel::device::door {
namespace {

using model::Table;

struct Asked {
  const Table* table = nullptr;
  RecordId id;
};

Result<Asked> asked_record(client::Client& client, const Json& question) {
  Asked asked;
  asked.table = TRY(client.table(question.string_at("set")));
  const auto id = RecordId::parse(question.string_at("id"));
  if (!id) return Error{ErrorCode::bad_request, "\"" + std::string(question.string_at("id")) + "\" isn't an id."};
  asked.id = *id;
  return asked;
}

std::vector<model::ColumnIndex> all_columns(const Table& table) {
  std::vector<model::ColumnIndex> columns;
  for (const auto& column : table.columns)
    if (column.index != 0 && !column.hidden) columns.push_back(column.index);
  return columns;
}

Result<std::string> gone_sentence(client::Client& client, const Table& table, RecordId id) {
  const auto entries = TRY(client.store().outbox_of(id));
  const bool is_deleted_here = std::any_of(entries.begin(), entries.end(), [](const store::OutboxEntry& entry) {
    return entry.change.kind == model::ChangeKind::remove;
  });
  const auto name = to_lower_ascii(table.label);
  if (is_deleted_here) return "You deleted this " + name + " on this device.";
  if (TRY(client.store().loading()))
    return "This " + name + " isn't on this device yet. The first sync is still going on.";
  return "This " + name + " isn't on this device: it was deleted, or it's no longer shared with you.";
}

Result<Json> may(client::Client& client, const Asked& asked, permits::Verb verb, Instant now) {
  const auto& table = *asked.table;
  if (!is_writable(table)) {
    const std::string word = verb == permits::Verb::remove ? "deleted" : "changed";
    return permit_json({false, Error{ErrorCode::forbidden, table.plural + " are " + word + " by an administrator."}});
  }
  return permit_json(TRY(permit_for(client, TRY(client.ask_about(verb, table, asked.id)), now)));
}

// "Keep on this device" (Q6), and what to know about it.
Result<Json> keep_json(client::Client& client, const model::Reference& record) {
  const auto keeping = TRY(client.keeping(record));
  auto json = Json::object();
  json.set("on", keeping.pinned);
  if (keeping.by_profile) json.set("anyway", client::kKeptAnyway);
  return json;
}

// Why the record isn't shown: it was never here and can't be asked for now (C1), or it is gone.
Result<std::string> missing_sentence(client::Client& client, const Asked& asked, Instant now) {
  const auto read = TRY(permit_for(client, TRY(client.ask_about(permits::Verb::read, *asked.table, asked.id)), now));
  if (!read.allowed) return read.refusal.message;
  return gone_sentence(client, *asked.table, asked.id);
}

}  // namespace

Result<Json> record_json(client::Client& client, const Json& question, Instant now) {
  const auto asked = TRY(asked_record(client, question));
  const auto& table = *asked.table;
  auto json = Json::object();
  if (TRY(client.store().has_draft(asked.id))) {
    const auto item = TRY(client.draft(asked.id));
    Values values(client.store());
    auto row = item.table == nullptr || item.draft.is_damaged
                   ? Json()
                   : TRY(values.row(record_of(client.schema(), item), all_columns(table)));
    if (row.is_null())
      json.set("gone", "This draft can't be read here any more. Draft Records can export what is left of it.");
    else row.set("state", item.is_being_saved() ? "saving" : "draft");
    json.set("row", std::move(row));
    json.set("draft", draft_json(client, item));
    json.set("fixed", TRY(fixed_json(client, TRY(client.ask_about(permits::Verb::update, table, asked.id)), now)));
  } else if (const auto record = TRY(client.store().find(table, asked.id))) {
    Values values(client.store());
    json.set("row", TRY(values.row(*record, all_columns(table))));
    json.set("keep", TRY(keep_json(client, {table.number, asked.id})));
  } else {
    json.set("row", nullptr);
    json.set("gone", TRY(missing_sentence(client, asked, now)));
  }
  json.set("can_write", TRY(may(client, asked, permits::Verb::update, now)));
  json.set("can_remove", TRY(may(client, asked, permits::Verb::remove, now)));
  json.set("conflicts", TRY(open_conflicts_json(client, asked.id)));
  json.set("errors", TRY(refused_json(client, asked.id)));
  return json;
}

Result<Json> image_json(client::Client& client, const Json& question, Instant now) {
  const auto asked = TRY(asked_record(client, question));
  const auto& table = *asked.table;
  TRY(permits::check(TRY(client.situation(now)), TRY(client.ask_about(permits::Verb::image, table, asked.id))));
  auto json = Json::object();
  json.set("image", nullptr);
  if (const auto record = TRY(client.store().find(table, asked.id)); record && !table.images.empty())
    if (const auto* image = model::text_in(record->values[table.images[0].image])) json.set("image", *image);
  return json;
}

// ---- timeline --------------------------------------------------------------------------------------------------------------

namespace {

struct Entry {
  std::int64_t at = 0;  // seconds
  const Table* table = nullptr;
  model::Record record;
};

std::optional<std::int64_t> moment_in(const Table& table, const model::Record& record, std::string_view name) {
  const auto* column = table.find_column(name);
  if (column == nullptr) return std::nullopt;
  const auto* value = model::integer_in(record.values[column->index]);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

// When it happened or is due.
std::optional<std::int64_t> moment_of(const Table& table, const model::Record& record) {
  for (const auto* name : {"actualend", "senton", "scheduledstart", "scheduledend", "createdon"})
    if (const auto moment = moment_in(table, record, name)) return moment;
  return std::nullopt;
}

std::string text_in(const Table& table, const model::Record& record, std::string_view name) {
  const auto* column = table.find_column(name);
  if (column == nullptr) return {};
  const auto* text = model::text_in(record.values[column->index]);
  return text != nullptr ? *text : std::string();
}

Result<void> add_entries(client::Client& client, const Table& table, const Asked& about, std::vector<Entry>& entries) {
  const auto* column = timeline_column(table);
  if (column == nullptr ||
      std::find(column->targets.begin(), column->targets.end(), about.table->number) == column->targets.end())
    return {};
  query::Query query;
  query.table = table.number;
  query.top = kTimelineRowsMax;
  query.filter = query::Filter{
      query::Compare{{{}, column->index}, query::Comparison::eq, model::Reference{about.table->number, about.id}}};
  for (auto& record : TRY(client.store().list(query)).records) {
    const auto at = moment_of(table, record).value_or(0);
    entries.push_back({at, &table, std::move(record)});
  }
  return {};
}

Result<Json> entry_json(Values& values, const Entry& entry) {
  const auto& table = *entry.table;
  std::vector<model::ColumnIndex> columns;
  if (!table.views.empty()) columns = table.default_view().columns;
  auto json = Json::object();
  json.set("row", TRY(values.row(entry.record, columns)));
  json.set("kind", table.is_activity ? table.name : std::string("note"));
  json.set("at", entry.at != 0 ? Json(format_date_time(entry.at)) : Json());
  json.set("text", text_in(table, entry.record, table.is_activity ? "description" : "notetext"));
  const auto* state = table.state ? model::integer_in(entry.record.values[*table.state]) : nullptr;
  json.set("state", state != nullptr ? Json(*state) : Json());
  return json;
}

}  // namespace

const model::Column* timeline_column(const Table& table) {
  if (table.is_derived) return nullptr;
  if (table.is_activity) return table.find_column("regardingobjectid");
  return table.name == "annotation" ? table.find_column("objectid") : nullptr;
}

Result<Json> timeline_json(client::Client& client, const Json& question) {
  const auto about = TRY(asked_record(client, question));
  std::vector<Entry> entries;
  for (const auto& table : client.schema().tables()) TRY(add_entries(client, table, about, entries));
  satchel::sort(entries,
                [](const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.record.id > b.record.id; });
  const auto to = static_cast<std::size_t>(std::clamp<std::int64_t>(question.integer_at("to"), 0, kWindowRowsMax));
  Values values(client.store());
  auto list = Json::array();
  for (std::size_t i = 0; i < std::min(to, entries.size()); ++i) list.push_back(TRY(entry_json(values, entries[i])));
  auto json = Json::object();
  json.set("entries", std::move(list));
  json.set("has_more", entries.size() > to);
  return json;
}

}  // namespace satchel::device::door
