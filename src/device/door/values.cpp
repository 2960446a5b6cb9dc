// SPDX-License-Identifier: Apache-2.0
#include "device/door/values.h"

#include "base/text.h"
#include "device/sync/overlay.h"
#include "model/rules.h"

namespace satchel::device::door {
namespace {

using model::Column;
using model::ColumnType;

// A double holds 15 digits for certain.
constexpr std::int64_t kExactInDouble = 1'000'000'000'000'000;

Json scaled(std::int64_t value, int scale) {
  auto digits = model::format_scaled(value, scale);
  if (value > -kExactInDouble && value < kExactInDouble) return Json(Json::Digits{std::move(digits)});
  return Json(std::move(digits));
}

Error bad_value(const Column& column, std::string_view expected) {
  return {ErrorCode::bad_value, column.label + " needs " + std::string(expected) + ".", column.name};
}

std::string_view state_word(sync::RecordState state) {
  switch (state) {
    case sync::RecordState::on_this_device: return "on_this_device";
    case sync::RecordState::pending: return "pending";
    case sync::RecordState::sent: return "sent";
    case sync::RecordState::in_conflict: return "in_conflict";
    case sync::RecordState::refused: return "refused";
  }
  return "";
}

}  // namespace

// ---- to screens ------------------------------------------------------------------------------------------------------------

std::string Values::name_of(const model::Reference& reference) {
  auto [at, is_new] = names_.try_emplace(reference);
  if (is_new) at->second = store_.name_of(reference);
  return at->second;
}

Json Values::reference(const model::Reference& reference) {
  auto json = Json::object();
  const auto* table = store_.schema().find(reference.table);
  json.set("set", table != nullptr ? table->set : std::string());
  json.set("id", reference.id.to_string());
  json.set("name", name_of(reference));
  return json;
}

Json Values::to_json(const Column& column, const model::Value& value) {
  if (const auto* text = model::text_in(value)) return Json(*text);
  if (const auto* lookup = model::reference_in(value)) return reference(*lookup);
  if (const auto* parties = model::parties_in(value)) {
    auto list = Json::array();
    for (const auto& party : *parties) {
      auto json = reference(party.party);
      if (!party.address_used.empty()) json.set("address", party.address_used);
      list.push_back(std::move(json));
    }
    return list;
  }
  const auto* number = model::integer_in(value);
  if (number == nullptr) return nullptr;
  switch (column.type) {
    case ColumnType::boolean: return Json(*number != 0);
    case ColumnType::date: return Json(format_date(*number));
    case ColumnType::datetime: return Json(format_date_time(*number));
    case ColumnType::decimal:
    case ColumnType::money: return scaled(*number, column.scale);
    default: return Json(*number);
  }
}

std::string Values::name(const model::Record& record) const {
  const auto& table = store_.schema().at(record.table);
  if (!table.primary_name) return {};
  const auto* text = model::text_in(record.values[*table.primary_name]);
  return text != nullptr ? *text : std::string();
}

std::string Values::currency_of(const model::Table& table, const model::Record& record) {
  if (!table.currency) return {};
  const auto* reference = model::reference_in(record.values[*table.currency]);
  if (reference == nullptr) return {};
  auto [at, is_new] = currencies_.try_emplace(reference->id);
  if (!is_new) return at->second;
  const auto* currencies = store_.schema().find("transactioncurrency");
  const auto* code = currencies != nullptr ? currencies->find_column("isocurrencycode") : nullptr;
  if (code == nullptr) return {};
  if (const auto found = store_.find(*currencies, reference->id); found && *found)
    if (const auto* text = model::text_in((*found)->values[code->index])) at->second = *text;
  return at->second;
}

Result<Json> Values::row(const model::Record& record, std::span<const model::ColumnIndex> columns) {
  const auto& table = store_.schema().at(record.table);
  auto json = Json::object();
  json.set("id", record.id.to_string());
  json.set("set", table.set);
  json.set("name", name(record));
  auto values = Json::object();
  for (const auto index : columns)
    values.set(table.columns[index].name, to_json(table.columns[index], record.values[index]));
  json.set("values", std::move(values));
  json.set("state", state_word(TRY(sync::state_of(store_, record.id))));
  if (auto currency = currency_of(table, record); !currency.empty()) json.set("currency", std::move(currency));
  if (!table.images.empty())
    if (const auto* image = model::text_in(record.values[table.images[0].id])) json.set("image", *image);
  return json;
}

Json Values::values(const model::Table& table, const std::vector<model::ColumnValue>& values) {
  auto json = Json::object();
  for (const auto& [index, value] : values)
    if (index < table.columns.size()) json.set(table.columns[index].name, to_json(table.columns[index], value));
  return json;
}

// ---- from screens ----------------------------------------------------------------------------------------------------------

namespace {

Result<model::Reference> reference_of(const model::Schema& schema, const Column& column, const Json& json) {
  const auto* table = schema.find_set(json.string_at("set"));
  const auto id = RecordId::parse(json.string_at("id"));
  if (table == nullptr || !id) return bad_value(column, "a record");
  return model::Reference{table->number, *id};
}

Result<model::Value> parties_of(const model::Schema& schema, const Column& column, const Json& json) {
  const auto* list = json.as_array();
  if (list == nullptr) return bad_value(column, "a list of people or companies");
  model::PartyList parties;
  for (const auto& item : *list)
    parties.push_back({TRY(reference_of(schema, column, item)), std::string(item.string_at("address"))});
  return model::Value(std::move(parties));
}

Result<model::Value> scaled_of(const Column& column, const Json& json) {
  if (const auto* text = json.as_string()) return model::Value(TRY(model::parse_scaled(trim(*text), column.scale)));
  if (!json.is_number()) return bad_value(column, "a number");
  return model::Value(TRY(model::parse_scaled(json.dump(), column.scale)));
}

Result<model::Value> moment_of(const Column& column, const Json& json) {
  const auto* text = json.as_string();
  if (text == nullptr) return bad_value(column, "a date");
  const auto moment = column.type == ColumnType::date ? parse_date(*text) : parse_date_time(*text);
  if (!moment) return bad_value(column, column.type == ColumnType::date ? "a date" : "a date and a time");
  return model::Value(*moment);
}

}  // namespace

Result<model::Value> value_of(const model::Schema& schema, const Column& column, const Json& json) {
  if (json.is_null()) return model::Value();
  switch (column.type) {
    case ColumnType::text:
    case ColumnType::memo:
    case ColumnType::image:
      if (const auto* text = json.as_string()) return model::Value(*text);
      return bad_value(column, "a text");
    case ColumnType::boolean:
      if (const auto* yes = json.as_bool()) return model::Value(std::int64_t{*yes});
      return bad_value(column, "yes or no");
    case ColumnType::integer:
    case ColumnType::bigint:
      if (const auto* number = json.as_integer()) return model::Value(*number);
      return bad_value(column, "a whole number");
    case ColumnType::choice:
    case ColumnType::state:
    case ColumnType::status:
      if (const auto* number = json.as_integer()) return model::Value(*number);
      return bad_value(column, "one of its options");
    case ColumnType::decimal:
    case ColumnType::money: return scaled_of(column, json);
    case ColumnType::date:
    case ColumnType::datetime: return moment_of(column, json);
    case ColumnType::lookup: return model::Value(TRY(reference_of(schema, column, json)));
    case ColumnType::party_list: return parties_of(schema, column, json);
    case ColumnType::id: break;
  }
  return bad_value(column, "no value: it can't be set");
}

Result<std::vector<model::ColumnValue>> values_of(const model::Schema& schema, const model::Table& table,
                                                  const Json* json) {
  model::RecordChange sorted;
  if (json == nullptr || json->is_null()) return sorted.values;
  const auto* members = json->as_object();
  if (members == nullptr) return Error{ErrorCode::bad_request, "The values aren't an object."};
  for (const auto& [name, value] : *members) {
    const auto* column = table.find_column(name);
    if (column == nullptr || column->index == 0)
      return Error{ErrorCode::unknown_column, table.plural + " have no column called \"" + name + "\".", name};
    sorted.set(column->index, model::normalize(*column, TRY(value_of(schema, *column, value))));
  }
  return std::move(sorted.values);
}

}  // namespace satchel::device::door
