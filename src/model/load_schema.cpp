// SPDX-License-Identifier: Apache-2.0
//
// Schema::load: files to tables. The format stands in docs/schema.md.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "model/internal/load_form.h"
#include "model/internal/load_table.h"
#include "model/schema.h"

namespace satchel::model {

namespace {

using internal::Catalog;
using internal::quoted;
using internal::SchemaNode;

constexpr std::string_view kSharedFile = "shared.json";
constexpr std::size_t kFileDepthMax = 16;

Error wrong_file(const Schema::File& file, std::string_view reason) {
  return Error{ErrorCode::schema_invalid, file.name + ": " + std::string(reason), file.name};
}

Result<std::vector<Json>> parse_files(std::span<const Schema::File> files) {
  if (files.size() > kSchemaTablesMax + 1) return Error{ErrorCode::schema_invalid, "The schema has too many files."};
  std::vector<Json> out;
  for (const auto& file : files) {
    if (file.text.size() > kSchemaFileBytesMax) return wrong_file(file, "is too large");
    auto json = Json::parse(file.text, kFileDepthMax);
    if (!json) return wrong_file(file, json.error().message);
    out.push_back(*std::move(json));
  }
  return out;
}

// {"number": 1, "options": {"rating": [...]}, "groups": {"audit": [...]}}
Result<std::int64_t> load_shared(const SchemaNode& file, Catalog& catalog) {
  static constexpr std::array<std::string_view, 3> kMembers = {"number", "options", "groups"};
  TRY(file.allow_only(kMembers, "shared.json"));
  if (const auto options = file.find("options")) {
    for (auto& list : TRY(options->members())) {
      TRY(internal::load_options(TRY(list.items())));
      catalog.options.emplace(list.name(), list);
    }
  }
  if (const auto groups = file.find("groups")) {
    for (auto& group : TRY(groups->members())) {
      TRY(group.items());
      catalog.groups.emplace(group.name(), group);
    }
  }
  return file.integer("number", 1, std::numeric_limits<std::int64_t>::max());
}

// A table and the file that it comes from.
struct Draft {
  SchemaNode file;
  Table table;
};

Result<void> check_unique(const std::vector<Draft>& drafts) {
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const auto& [file, table] = drafts[i];
    for (std::size_t k = 0; k < i; ++k) {
      const auto& other = drafts[k].table;
      if (other.name == table.name) return file.wrong("name", "there are two tables " + quoted(table.name));
      if (other.set == table.set) return file.wrong("set", quoted(table.set) + " is the set of " + other.name + " too");
      if (other.number != table.number) continue;
      return file.wrong("number", std::to_string(table.number.value) + " is the number of " + other.name + " too");
    }
  }
  return {};
}

// A relationship belongs to one column; the two of an intersect table share theirs.
Result<void> check_relationships(const std::vector<Draft>& drafts) {
  std::unordered_map<std::string_view, const Column*> seen;
  for (const auto& [file, table] : drafts) {
    for (const auto& column : table.columns) {
      for (const auto& name : column.relationships) {
        const auto at = seen.emplace(name, &column).first;
        if (at->second == &column || table.is_intersect) continue;
        return file.wrong("columns", "the relationship " + quoted(name) + " of " + quoted(column.name) +
                                         " is the name of another one too");
      }
    }
  }
  return {};
}

Result<void> load_forms(std::vector<Draft>& drafts) {
  std::vector<const Table*> tables;
  for (const auto& draft : drafts) tables.push_back(&draft.table);
  for (auto& draft : drafts) TRY(internal::load_form(draft.file, tables, draft.table));
  return {};
}

Result<std::vector<Draft>> load_tables(const std::vector<SchemaNode>& files, Catalog& catalog) {
  std::vector<Draft> drafts;
  for (const auto& file : files) drafts.push_back({file, TRY(internal::load_head(file))});
  TRY(check_unique(drafts));
  for (const auto& draft : drafts) catalog.tables.emplace(draft.table.name, draft.table.number);
  for (auto& draft : drafts) TRY(internal::load_body(draft.file, catalog, draft.table));
  TRY(check_relationships(drafts));
  TRY(load_forms(drafts));
  return drafts;
}

}  // namespace

Result<Schema> Schema::load(std::span<const File> files) {
  const auto parsed = TRY(parse_files(files));
  Schema schema;
  Catalog catalog;
  std::vector<SchemaNode> tables;
  bool has_shared = false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const SchemaNode node(parsed[i], files[i].name);
    if (files[i].name != kSharedFile) {
      tables.push_back(node);
      continue;
    }
    if (std::exchange(has_shared, true)) return wrong_file(files[i], "comes twice");
    schema.number_ = TRY(load_shared(node, catalog));
  }
  for (auto& draft : TRY(load_tables(tables, catalog))) schema.tables_.push_back(std::move(draft.table));
  std::sort(schema.tables_.begin(), schema.tables_.end(),
            [](const Table& a, const Table& b) { return a.number < b.number; });
  schema.index_names();
  schema.files_.assign(files.begin(), files.end());
  return schema;
}

}  // namespace satchel::model
