// SPDX-License-Identifier: Apache-2.0
//
// $expand: the records that a row's lookups lead to, and those whose lookups lead to it.
#include <algorithm>

#include "base/text.h"
#include "odata/property_names.h"
#include "odata/record_json.h"
#include "server/service/internal/reading.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view annotation = {}) {
  if (!out.ends_with('{')) out += ',';
  out += '"';
  out.append(name).append(annotation);
  out += "\":";
}

// Where the rest of an expanded collection is: the collection's own address, with the options that stood in parentheses.
std::string next_link(const Call& call, const model::Record& record, const odata::Expand& expand,
                      const ListPlace& place) {
  std::string link =
      call.root + odata::record_url(call.parts.schema, {record.table, record.id}) + "/" + expand.navigation + "?";
  for (const auto& [name, value] : expand.options) link += name + "=" + percent_encode(value) + "&";
  for (const auto option : split(call.query, '&'))
    if (option.starts_with('@') || option.starts_with("%40")) link += std::string(option) + "&";
  return link + "$skiptoken=" + write_skip_token(place);
}

// "name" of a column as it stands in a row.
std::string property_of(const model::Column& column) {
  return column.type == model::ColumnType::lookup ? "_" + column.name + "_value" : column.name;
}

}  // namespace

std::string context_list(const model::Schema& schema, const query::Query& query,
                         const std::vector<odata::Expand>& expands) {
  if (query.select.empty() && expands.empty()) return {};
  const auto& table = schema.at(query.table);
  std::string list;
  const auto add = [&list](const std::string& name) { list += (list.empty() ? "" : ",") + name; };
  bool has_parties = false;
  for (const auto index : query.select) {
    const auto& column = table.columns[index];
    if (column.type == model::ColumnType::party_list) has_parties = true;
    else add(property_of(column));
  }
  if (has_parties) add(odata::party_property(table));
  std::string before;
  for (const auto& expand : expands) {
    if (expand.navigation == before) continue;
    before = expand.navigation;
    const auto inner = context_list(schema, expand.query, expand.expand);
    add(expand.navigation + (inner.empty() ? "()" : inner));
  }
  return "(" + list + ")";
}

Result<void> Expander::write(std::string& out, const model::Record& record,
                             const std::vector<model::ColumnIndex>& select, const std::vector<odata::Expand>& expands) {
  odata::write_record(out, call_.parts.schema, record, select, annotations_, name_of(call_));
  out.pop_back();  // the closing brace
  for (std::size_t i = 0; i < expands.size();) {
    // A lookup to several tables stands there once for each; the one that fits is taken, or the first.
    auto end = i + 1;
    while (end < expands.size() && expands[end].navigation == expands[i].navigation) ++end;
    if (expands[i].collection) {
      TRY(write_many(out, record, expands[i]));
    } else {
      const auto* reference = model::reference_in(record.values[expands[i].lookup]);
      auto fitting = i;
      for (auto at = i; at < end; ++at)
        if (reference != nullptr && expands[at].query.table == reference->table) fitting = at;
      TRY(write_one(out, record, expands[fitting]));
    }
    i = end;
  }
  out += '}';
  return {};
}

Result<void> Expander::write_one(std::string& out, const model::Record& record, const odata::Expand& expand) {
  append_member(out, expand.navigation);
  const auto* reference = model::reference_in(record.values[expand.lookup]);
  if (reference == nullptr || reference->table != expand.query.table) {
    out += "null";
    return {};
  }
  const auto found = call_.parts.records.get(call_.caller, call_.parts.schema.at(reference->table), reference->id);
  if (found) return write(out, *found, expand.query.select, expand.expand);
  // What its reader may not see isn't there for him.
  out += "null";
  return {};
}

Result<void> Expander::write_many(std::string& out, const model::Record& record, const odata::Expand& expand) {
  query::Query query = expand.query;
  auto belongs = odata::belongs_to(*expand.collection, {record.table, record.id});
  query.filter = query.filter ? query::Filter{query::All{{std::move(belongs), *query.filter}}} : std::move(belongs);
  auto size = std::min(page_size_, std::max<std::int64_t>(kExpandedRowsMax - rows_, 1));
  if (query.top) size = std::min(size, *query.top);
  records::ListPage page;
  if (size > 0 || query.count)
    page =
        TRY(call_.parts.records.list(call_.caller, query, static_cast<std::size_t>(std::max<std::int64_t>(size, 1))));
  rows_ += static_cast<std::int64_t>(page.records.size());
  if (page.count) {
    append_member(out, expand.navigation, "@odata.count");
    out += std::to_string(*page.count);
  }
  append_member(out, expand.navigation);
  out += '[';
  for (std::size_t i = 0; i < page.records.size(); ++i) {
    if (i > 0) out += ',';
    TRY(write(out, page.records[i], expand.query.select, expand.expand));
  }
  out += ']';
  if (page.next) {
    ListPlace place{std::move(*page.next), std::max<std::int64_t>(page_size_, 1), std::nullopt};
    if (query.top) place.top_left = *query.top - size;
    append_member(out, expand.navigation, "@odata.nextLink");
    append_json_string(out, next_link(call_, record, expand, place));
  }
  return {};
}

}  // namespace satchel::server::service
