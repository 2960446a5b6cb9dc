// SPDX-License-Identifier: Apache-2.0
#include "server/service/internal/import_line.h"

#include <algorithm>

#include "base/text.h"
#include "model/rules.h"
#include "server/service/internal/filling.h"

namespace satchel::server::service {

using model::ChangeKind;
using model::Column;
using model::ColumnType;
using model::Origin;
using model::Record;
using model::RecordChange;
using model::Reference;
using model::Value;

namespace {

// "Account or Contact"
std::string labels_of(const model::Schema& schema, const Column& column) {
  std::string labels;
  for (const auto target : column.targets) labels += (labels.empty() ? "" : " or ") + schema.at(target).label;
  return labels;
}

Error bad(const Column& column, std::string sentence) {
  return {ErrorCode::bad_value, column.label + ": " + std::move(sentence), column.name};
}

// Must a new record bring it along? Not what has a default, and not what the server fills in.
bool is_needed(const model::Table& table, const Column& column) {
  return column.required == model::Required::required && column.origin == Origin::user && column.index != 0 &&
         !column.default_value && table.owner != column.index && table.currency != column.index &&
         column.type != ColumnType::state && column.type != ColumnType::status;
}

Record record_of(const model::Schema& schema, const RecordChange& change, std::optional<Record> before) {
  const auto& table = schema.at(change.table);
  Record record =
      before ? std::move(*before) : Record{change.table, change.id, {}, std::vector<Value>(table.columns.size())};
  for (const auto& [column, value] : change.values) record.values[column] = value;
  model::compute(schema, record);
  return record;
}

}  // namespace

std::vector<std::string> names_in(const model::Schema& schema, const Record& record) {
  const auto& table = schema.at(record.table);
  std::vector<std::string> names;
  const auto add = [&](model::ColumnIndex column) {
    if (const auto* text = model::text_in(record.values[column])) names.push_back(*text);
  };
  if (table.primary_name) add(*table.primary_name);
  if (const auto* key = key_column(table)) add(key->index);
  return names;
}

ImportLineReader::ImportLineReader(records::Records& records, const model::Table& table, ImportHeader header,
                                   Random& random, Instant now)
    : records_(records),
      schema_(records.schema()),
      table_(table),
      header_(std::move(header)),
      random_(random),
      now_(now),
      names_(records) {
  for (const auto* column : header_.columns)
    if (std::find(column->targets.begin(), column->targets.end(), table.number) != column->targets.end())
      names_itself_ = true;
  for (const auto& column : table.columns)
    if (is_needed(table, column)) needed_.push_back(&column);
}

Result<ImportLineReader::Line> ImportLineReader::read(const CsvRecord& record) {
  if (!record.fault.empty()) return Error{ErrorCode::bad_value, record.fault};
  if (record.fields.size() != header_.columns.size())
    return Error{ErrorCode::bad_value, "The line has " + std::to_string(record.fields.size()) +
                                           " fields, the header has " + std::to_string(header_.columns.size()) + "."};
  Line line{record.line, {table_.number, {}, ChangeKind::create, {}}, {}};
  auto before = TRY(existing(record, line.change.id));
  if (before) line.change.kind = ChangeKind::update;
  for (std::size_t i = 0; i < header_.columns.size(); ++i)
    if (i != header_.id_field)
      line.change.set(header_.columns[i]->index, TRY(value_of(*header_.columns[i], record.fields[i])));
  if (before) finish_update(line.change);
  else TRY(finish_create(line.change));
  line.change = TRY(model::prepare(schema_, std::move(line.change), true));
  if (!names_itself_) return line;
  if (before) line.names = names_in(schema_, *before);
  for (auto& name : names_in(schema_, record_of(schema_, line.change, std::move(before))))
    line.names.push_back(std::move(name));
  return line;
}

// The record with the line's id, or nothing and the id for a new one.
Result<std::optional<Record>> ImportLineReader::existing(const CsvRecord& record, RecordId& id) {
  const auto text = header_.id_field ? trim(record.fields[*header_.id_field]) : std::string_view();
  if (text.empty()) {
    id = new_id<RecordId>(random_, now_);
    return std::optional<Record>();
  }
  const auto parsed = RecordId::parse(text);
  if (!parsed || parsed->is_nil()) return bad(table_.id_column(), "\"" + std::string(text) + "\" is no id.");
  id = *parsed;
  auto found = records_.get(access::system_caller(kTheOrganization, {}), table_, id);
  if (found) return std::optional(std::move(*found));
  if (found.error().code == ErrorCode::not_found) return std::optional<Record>();
  return found.error();
}

// What is empty is left to the defaults.
Result<void> ImportLineReader::finish_create(RecordChange& change) const {
  std::erase_if(change.values, [](const model::ColumnValue& v) { return model::is_null(v.value); });
  for (const auto* column : needed_)
    if (change.find(column->index) == nullptr)
      return Error{ErrorCode::bad_value, column->label + " is required.", column->name};
  return {};
}

// What can be given with a create only stays as it is.
void ImportLineReader::finish_update(RecordChange& change) const {
  std::erase_if(change.values,
                [&](const model::ColumnValue& v) { return table_.columns[v.column].origin != Origin::user; });
}

// ---- values --------------------------------------------------------------------------------------------------------

Result<Value> ImportLineReader::value_of(const Column& column, const std::string& text) {
  if (column.type == ColumnType::lookup) {
    if (trim(text).empty()) return Value();
    return Value(TRY(reference_of(column, trim(text))));
  }
  if (column.type != ColumnType::party_list) return model::parse_value(schema_, table_, column, text);
  model::PartyList parties;
  for (const auto part : split(text, ';'))
    if (!trim(part).empty()) parties.push_back({TRY(reference_of(column, trim(part))), {}});
  return model::normalize(column, std::move(parties));
}

// An id, "set/ID", or else a name: a slash and even a set's name may stand in one.
Result<Reference> ImportLineReader::reference_of(const Column& column, std::string_view text) {
  if (const auto id = RecordId::parse(text)) return by_id(column, *id);
  const auto slash = text.find('/');
  const auto* table = slash == std::string_view::npos ? nullptr : schema_.find_set(text.substr(0, slash));
  const auto id = table != nullptr ? RecordId::parse(text.substr(slash + 1)) : std::nullopt;
  if (!id) return by_name(column, *model::text_in(model::normalize(column, std::string(text))));
  if (std::find(column.targets.begin(), column.targets.end(), table->number) == column.targets.end())
    return bad(column, "it can't name a " + table->label + ", only " + labels_of(schema_, column) + ".");
  return Reference{table->number, *id};
}

// Which table an id alone is of only the records can tell; with one target they are asked when the line is written.
Result<Reference> ImportLineReader::by_id(const Column& column, RecordId id) {
  if (column.targets.size() == 1) return Reference{column.targets[0], id};
  for (const auto target : column.targets)
    if (records_.get(access::system_caller(kTheOrganization, {}), schema_.at(target), id)) return Reference{target, id};
  return bad(column, "there is no " + labels_of(schema_, column) + " with the id " + id.to_string() + ".");
}

Result<Reference> ImportLineReader::by_name(const Column& column, const std::string& name) {
  std::optional<Reference> match;
  std::string similar;
  int count = 0;
  for (const auto target : column.targets) {
    const auto found = TRY(names_.find(schema_.at(target), name));
    if (found.by_key) return Reference{target, found.id};
    if (found.count > 0) match = Reference{target, found.id};
    count += found.count;
    if (!found.similar.empty()) similar = found.similar;
  }
  if (count == 1) return *match;
  if (count > 1)
    return bad(column, "more than one " + labels_of(schema_, column) + " is called \"" + name + "\"; give an id.");
  const std::string hint = similar.empty() ? "" : "; there is \"" + similar + "\"";
  return bad(column, "there is no " + labels_of(schema_, column) + " called \"" + name + "\"" + hint + ".");
}

}  // namespace satchel::server::service
