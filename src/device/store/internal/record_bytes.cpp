// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/record_bytes.h"

#include <algorithm>

#include "base/sort.h"
#include "model/rules.h"

namespace satchel::device::store {

using model::Column;
using model::ColumnType;
using model::Reference;
using model::Value;

namespace {

enum Tag : std::uint8_t { kNull = 0, kInteger = 1, kText = 2, kReference = 3, kParties = 4 };

char letter_of(ColumnType type) {
  switch (type) {
    case ColumnType::id: return 'i';
    case ColumnType::text: return 't';
    case ColumnType::memo: return 'm';
    case ColumnType::integer: return 'n';
    case ColumnType::bigint: return 'N';
    case ColumnType::decimal: return 'd';
    case ColumnType::money: return '$';
    case ColumnType::boolean: return 'b';
    case ColumnType::date: return 'D';
    case ColumnType::datetime: return 'T';
    case ColumnType::choice: return 'c';
    case ColumnType::state: return 's';
    case ColumnType::status: return 'S';
    case ColumnType::lookup: return 'l';
    case ColumnType::party_list: return 'p';
    case ColumnType::image: return 'I';
  }
  return '?';
}

// What a value was when it was written.
struct Written {
  std::string name;
  char letter = '?';
  int scale = 0;
  Value value;
};

void write_reference(ByteWriter& writer, const Reference& reference) {
  writer.varint(static_cast<std::uint32_t>(reference.table.value));
  writer.raw(reference.id.view());
}

Reference read_reference(ByteReader& reader) {
  const auto table = static_cast<std::int32_t>(reader.varint());
  const auto id = RecordId::from_bytes(reader.raw(16));
  return {TableNumber(table), id.value_or(RecordId())};
}

std::optional<Value> read_parties(ByteReader& reader) {
  const auto count = reader.varint();
  if (count > reader.left()) return std::nullopt;
  model::PartyList parties;
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    const auto party = read_reference(reader);
    parties.push_back({party, std::string(reader.text())});
  }
  return Value(std::move(parties));
}

std::optional<Written> read_written(ByteReader& reader) {
  Written out;
  out.name = std::string(reader.text());
  out.letter = static_cast<char>(reader.u8());
  out.scale = static_cast<int>(reader.varint());
  auto value = read_value(reader);
  if (!value) return std::nullopt;
  out.value = std::move(*value);
  return out;
}

std::string id_text(const Reference& reference) { return reference.id.to_string(); }

// A value without its column, for a person to read.
std::string text_of(const Written& written) {
  if (const auto* text = model::text_in(written.value)) return *text;
  if (const auto* reference = model::reference_in(written.value)) return id_text(*reference);
  if (const auto* parties = model::parties_in(written.value)) {
    std::string out;
    for (const auto& party : *parties) out += (out.empty() ? "" : ";") + id_text(party.party);
    return out;
  }
  const auto* number = model::integer_in(written.value);
  if (number == nullptr) return {};
  if (written.letter == letter_of(ColumnType::date)) return format_date(*number);
  if (written.letter == letter_of(ColumnType::datetime)) return format_date_time(*number);
  if (written.letter == letter_of(ColumnType::boolean)) return *number != 0 ? "true" : "false";
  return model::format_scaled(*number, written.scale);
}

// Types that hold and mean the same: a text may have become a memo, an integer a bigint.
bool is_same_kind(char a, char b) {
  const auto group = [](char letter) { return letter == 'm' ? 't' : letter == 'N' ? 'n' : letter; };
  return group(a) == group(b);
}

bool fits(const Column& column, const Written& written) {
  if (!is_same_kind(letter_of(column.type), written.letter)) return false;
  if (column.scale != written.scale) return false;
  if (model::is_null(written.value)) return true;
  if (column.holds_text()) return model::text_in(written.value) != nullptr;
  if (column.type == ColumnType::lookup) return model::reference_in(written.value) != nullptr;
  if (column.type == ColumnType::party_list) return model::parties_in(written.value) != nullptr;
  return model::integer_in(written.value) != nullptr;
}

}  // namespace

void write_value(ByteWriter& writer, const Value& value) {
  if (const auto* number = model::integer_in(value)) {
    writer.u8(kInteger);
    writer.zigzag(*number);
  } else if (const auto* text = model::text_in(value)) {
    writer.u8(kText);
    writer.text(*text);
  } else if (const auto* reference = model::reference_in(value)) {
    writer.u8(kReference);
    write_reference(writer, *reference);
  } else if (const auto* parties = model::parties_in(value)) {
    writer.u8(kParties);
    writer.varint(parties->size());
    for (const auto& party : *parties) {
      write_reference(writer, party.party);
      writer.text(party.address_used);
    }
  } else {
    writer.u8(kNull);
  }
}

std::optional<Value> read_value(ByteReader& reader) {
  std::optional<Value> out;
  switch (reader.u8()) {
    case kNull: out = Value(); break;
    case kInteger: out = Value(reader.zigzag()); break;
    case kText: out = Value(std::string(reader.text())); break;
    case kReference: out = Value(read_reference(reader)); break;
    case kParties: out = read_parties(reader); break;
    default: return std::nullopt;
  }
  return reader.failed() ? std::nullopt : std::move(out);
}

void write_columns(ByteWriter& writer, const model::Table& table, const std::vector<model::ColumnValue>& values) {
  writer.varint(values.size());
  for (const auto& value : values) {
    const auto& column = table.columns[value.column];
    writer.text(column.name);
    writer.u8(static_cast<std::uint8_t>(letter_of(column.type)));
    writer.varint(static_cast<std::uint64_t>(column.scale));
    write_value(writer, value.value);
  }
}

std::optional<ReadColumns> read_columns(ByteReader& reader, const model::Table* table) {
  const auto count = reader.varint();
  if (count > reader.left()) return std::nullopt;
  ReadColumns out;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto written = read_written(reader);
    if (!written) return std::nullopt;
    const auto* column = table != nullptr ? table->find_column(written->name) : nullptr;
    if (column != nullptr && fits(*column, *written)) out.values.push_back({column->index, std::move(written->value)});
    else out.retired.push_back({written->name, text_of(*written)});
  }
  satchel::sort(out.values, [](const auto& a, const auto& b) { return a.column < b.column; });
  return out;
}

void write_retired(ByteWriter& writer, const std::vector<RetiredValue>& retired) {
  writer.varint(retired.size());
  for (const auto& value : retired) {
    writer.text(value.column);
    writer.text(value.text);
  }
}

std::optional<std::vector<RetiredValue>> read_retired(ByteReader& reader) {
  const auto count = reader.varint();
  if (count > reader.left()) return std::nullopt;
  std::vector<RetiredValue> out;
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    auto column = std::string(reader.text());
    out.push_back({std::move(column), std::string(reader.text())});
  }
  return reader.failed() ? std::nullopt : std::optional(std::move(out));
}

std::string record_bytes(const model::Table& table, const std::vector<Value>& values) {
  std::vector<model::ColumnValue> filled;
  for (const auto& column : table.columns)
    if (!model::is_null(values[column.index])) filled.push_back({column.index, values[column.index]});
  ByteWriter writer;
  write_columns(writer, table, filled);
  return writer.take();
}

std::optional<std::vector<Value>> record_values(const model::Table& table, std::string_view bytes) {
  ByteReader reader(bytes);
  auto columns = read_columns(reader, &table);
  if (!columns || !reader.at_end()) return std::nullopt;
  std::vector<Value> out(table.columns.size());
  for (auto& value : columns->values) out[value.column] = std::move(value.value);
  return out;
}

}  // namespace satchel::device::store
