// SPDX-License-Identifier: Apache-2.0
#include "odata/record_json.h"

#include <charconv>

#include "base/text.h"
#include "odata/internal/party_json.h"
#include "odata/internal/value_json.h"

namespace satchel::odata {

using internal::append_name;
using model::Column;
using model::ColumnIndex;
using model::ColumnType;
using model::Record;
using model::Schema;
using model::Table;
using model::Value;

// --- Writing a row ---

namespace {

constexpr std::string_view kEtag = "@odata.etag";

// Which columns to write: money isn't without its currency. Pictures come to those who ask for them by name (Dataverse).
std::vector<bool> wanted_columns(const Table& table, std::span<const ColumnIndex> select) {
  std::vector<bool> wanted(table.columns.size(), select.empty());
  for (const auto& image : table.images) wanted[image.image] = false;
  for (const auto index : select) {
    if (index >= wanted.size()) continue;
    wanted[index] = true;
    if (table.columns[index].type == ColumnType::money && table.currency) wanted[*table.currency] = true;
  }
  return wanted;
}

bool has_formatted_value(const Column& column) {
  return !column.holds_text() && column.type != ColumnType::bigint && column.type != ColumnType::id;
}

class RecordWriter {
 public:
  RecordWriter(std::string& out, const Schema& schema, Annotations annotations, const model::NameOf& name_of)
      : out_(out), schema_(schema), annotations_(annotations), name_of_(name_of) {}

  void write(const Table& table, const Record& record, const std::vector<bool>& wanted) {
    out_ += '{';
    append_name(out_, kEtag);
    append_json_string(out_, etag_of(record.version));
    append_name(out_, table.id_column().name);
    append_json_string(out_, record.id.to_string());
    bool with_parties = false;
    for (const auto& column : table.columns) {
      if (column.index == 0 || !wanted[column.index]) continue;
      if (column.type == ColumnType::party_list) with_parties = true;
      else write_column(column, record.values[column.index]);
    }
    if (with_parties) write_parties(table, record, wanted);
    out_ += '}';
  }

 private:
  void write_column(const Column& column, const Value& value) {
    const bool is_lookup = column.type == ColumnType::lookup;
    const std::string property = is_lookup ? lookup_property(column.name) : face_name(column);
    if (annotations_ != Annotations::none && !model::is_null(value)) {
      if (has(annotations_, Annotations::formatted) && has_formatted_value(column))
        write_formatted(property, column, value);
      if (const auto* reference = model::reference_in(value)) write_lookup_annotations(property, column, *reference);
    }
    append_name(out_, property);
    internal::append_value(out_, column, value);
  }

  void write_formatted(std::string_view property, const Column& column, const Value& value) {
    const std::string text = model::display(schema_, column, value, name_of_);
    if (text.empty()) return;
    append_name(out_, property, internal::kFormattedValue);
    append_json_string(out_, text);
  }

  void write_lookup_annotations(std::string_view property, const Column& column, const model::Reference& reference) {
    if (has(annotations_, Annotations::navigation)) {
      append_name(out_, property, internal::kAssociatedNavigation);
      append_json_string(out_, internal::navigation_to(column, reference.table));
    }
    const auto* target = schema_.find(reference.table);
    if (!target || !has(annotations_, Annotations::logical_name)) return;
    append_name(out_, property, internal::kLookupLogicalName);
    append_json_string(out_, target->name);
  }

  void write_parties(const Table& table, const Record& record, const std::vector<bool>& wanted) {
    append_name(out_, party_property(table));
    out_ += '[';
    for (const auto& column : table.columns) {
      if (!wanted[column.index]) continue;
      const auto* parties = model::parties_in(record.values[column.index]);
      if (parties) internal::append_parties(out_, schema_, column, *parties, annotations_, name_of_);
    }
    out_ += ']';
  }

  std::string& out_;
  const Schema& schema_;
  Annotations annotations_;
  const model::NameOf& name_of_;
};

}  // namespace

void write_record(std::string& out, const Schema& schema, const Record& record, std::span<const ColumnIndex> select,
                  Annotations annotations, const model::NameOf& name_of) {
  const Table& table = schema.at(record.table);
  RecordWriter(out, schema, annotations, name_of).write(table, record, wanted_columns(table, select));
}

// --- Reading a row ---

namespace {

// A polymorphic lookup is a table and an id: without its annotation nobody knows where it points.
Result<Value> read_lookup(const Schema& schema, const Column& column, const Json& row, const std::string& property) {
  const Json* json = row.find(property);
  if (!json || json->is_null()) return Value();
  const auto id = json->as_string() ? RecordId::parse(*json->as_string()) : std::nullopt;
  if (!id) return internal::bad_value(property, "\"" + property + "\" isn't an id.");
  const auto* target = schema.find(row.string_at(property + "@" + std::string(internal::kLookupLogicalName)));
  if (target) return Value(model::Reference{target->number, *id});
  if (column.targets.size() == 1) return Value(model::Reference{column.targets.front(), *id});
  return internal::bad_value(property, "\"" + property + "\" doesn't tell which table it means; ask with annotations.");
}

Result<Value> read_column(const Schema& schema, const Column& column, const Json& row) {
  if (column.type == ColumnType::lookup) return read_lookup(schema, column, row, lookup_property(column.name));
  const Json* json = row.find(face_name(column));
  if (!json) return Value();
  return model::normalize(column, TRY(internal::read_value(column, *json)));
}

Result<Record> read_row(const Schema& schema, const Table& table, const Json& row) {
  if (!row.is_object()) return internal::bad_value("", "A row must be an object.");
  Record record{.table = table.number, .id = {}, .version = {}, .values = std::vector<Value>(table.columns.size())};
  const auto id = RecordId::parse(row.string_at(table.id_column().name));
  if (!id) return internal::bad_value(table.id_column().name, "A row has no \"" + table.id_column().name + "\".");
  record.id = *id;
  record.version = parse_etag(row.string_at(kEtag)).value_or(Seq());
  for (const auto& column : table.columns) {
    if (column.index == 0 || column.type == ColumnType::party_list) continue;
    record.values[column.index] = TRY(read_column(schema, column, row));
  }
  const Json* parties = row.find(party_property(table));
  if (parties) TRY(internal::read_parties(schema, table, *parties, record));
  return record;
}

}  // namespace

// What a server sends wrongly is nobody's bad input.
Result<Record> read_record(const Schema& schema, const Table& table, const Json& row) {
  auto record = read_row(schema, table, row);
  if (record.ok()) return record;
  Error error = std::move(record).error();
  error.code = ErrorCode::unexpected_answer;
  error.message = "The server's row of " + table.set + " can't be read: " + error.message;
  return error;
}

// --- Which annotations ---

namespace {

// How specifically a pattern names a term: -1 not at all, 0 as "*", 1 and more as "Ns.*", the most as itself.
int match_of(std::string_view pattern, std::string_view term) {
  if (pattern == "*") return 0;
  if (pattern == term) return 1000;
  if (pattern.ends_with(".*") && term.starts_with(pattern.substr(0, pattern.size() - 1)))
    return static_cast<int>(pattern.size());
  return -1;
}

bool is_asked_for(std::string_view terms, std::string_view term) {
  int best = -1;
  bool wanted = false;
  for (auto pattern : split(terms, ',')) {
    pattern = trim(pattern);
    const bool excluded = pattern.starts_with('-');
    if (excluded) pattern.remove_prefix(1);
    pattern = pattern.substr(0, pattern.find('#'));  // a qualifier: ours have none
    const int match = match_of(pattern, term);
    if (match < 0 || match < best || (match == best && !excluded)) continue;
    best = match;
    wanted = !excluded;
  }
  return wanted;
}

}  // namespace

Annotations annotations_named(std::string_view terms) {
  Annotations out = Annotations::none;
  if (is_asked_for(terms, internal::kFormattedValue)) out = out | Annotations::formatted;
  if (is_asked_for(terms, internal::kLookupLogicalName)) out = out | Annotations::logical_name;
  if (is_asked_for(terms, internal::kAssociatedNavigation)) out = out | Annotations::navigation;
  return out;
}

// --- ETags ---

std::string etag_of(Seq version) { return "W/\"" + std::to_string(version.value) + "\""; }

// RFC 9110, section 8.8.3. Ours are weak; they compare weakly, so a client may drop the W/.
std::optional<Seq> parse_etag(std::string_view text) {
  text = trim(text);
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() < 3 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  Seq version;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, version.value);
  if (read.ec != std::errc() || read.ptr != end || version.value < 0) return std::nullopt;
  return version;
}

}  // namespace satchel::odata
