// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/layout.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "device/store/internal/schema_move.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

using sql::quoted;

// Grows with each change of the layout that an older program would misread.
// 1: without drafts and cached rows. 2: without pins. 3: without a watch over cached rows. 4: the schema as files.
constexpr std::int64_t kFormat = 5;
constexpr std::string_view kSchema = "schema";  // in meta, packed

constexpr std::array<std::string_view, 20> kOwnNames{
    "draft",       "use",       "known_name",     "meta",        "setting",      "schema_file",  "table_state",
    "scope",       "scope_set", "shadow",         "outbox",      "acknowledged", "conflict",     "conflict_history",
    "staged_page", "search",    "search_content", "search_data", "search_idx",   "search_config"};

constexpr std::string_view kCreateOwnTables = R"(
create table meta(name text primary key, value blob not null) without rowid;
create table setting(name text primary key, value blob not null) without rowid;
create table table_state("table" integer primary key, rows integer not null);
create table scope(number integer primary key, "table" integer not null, kind integer not null, key blob not null,
  rows integer not null, loading integer not null, count integer not null, sum integer not null);
create table scope_set(number integer primary key autoincrement, scopes blob not null);
create table shadow(id blob primary key not null, "table" integer not null, has_mirror integer not null,
  version integer not null, scopes integer not null, payload blob not null);
create index shadow__unscoped on shadow("table", id) where has_mirror = 1 and scopes = 0;
create table outbox(position integer primary key autoincrement, change blob not null, record blob not null,
  "table" integer not null, state integer not null, acknowledged_version integer not null, body blob not null);
create index outbox__of_record on outbox(record);
create index outbox__by_state on outbox(state);
create table acknowledged(change blob primary key not null, record blob not null, "table" integer not null,
  acknowledged_version integer not null, kept_at integer not null, body blob not null);
create index acknowledged__by_version on acknowledged(acknowledged_version);
create index acknowledged__of_record on acknowledged(record);
create table conflict(id integer primary key autoincrement, record blob not null, "table" integer not null, body blob not null);
create index conflict__of_record on conflict(record);
create table conflict_history(id integer primary key, record blob not null, "table" integer not null,
  decided_at integer not null, decision text not null, body blob not null);
create table staged_page(number integer primary key autoincrement, page blob not null);
)";

constexpr std::string_view kCreateOfflineTables = R"(
create table draft(number integer primary key autoincrement, id blob not null unique, "table" integer not null, saving integer,
  body blob not null);
create table use(id blob primary key not null, "table" integer not null, used_at integer not null,
  confirmed_at integer not null, bytes integer not null, pinned integer not null, watched integer not null) without rowid;
create table known_name(id blob not null, holder blob not null, name text not null, primary key(id, holder)) without rowid;
create index known_name__of_holder on known_name(holder);
)";

constexpr std::string_view kCreateUseIndexes = R"(
create index use__to_name on use(used_at) where watched = 0 or pinned = 1;
create index use__unpinned on use(used_at) where pinned = 0;
)";

Result<std::vector<std::string>> names_of(sql::Database& database, std::string_view sql) {
  auto select = TRY(database.prepare(sql));
  std::vector<std::string> out;
  while (TRY(select->step())) out.emplace_back(select->text(0));
  return out;
}

bool is_made_by_us(std::string_view index) {
  return index.find("__by_") != index.npos || index.find("__of_") != index.npos;
}

Error newer() {
  return {ErrorCode::store_newer,
          "This store was written by a newer version of Satchel. Update the app; nothing was changed."};
}

}  // namespace

// ---- opening -----------------------------------------------------------------------------------------------------------------

Result<bool> Layout::is_fresh() {
  const auto tables = TRY(names_of(database_, "select name from sqlite_master where type = 'table'"));
  if (tables.empty()) return true;
  if (std::find(tables.begin(), tables.end(), "meta") != tables.end()) return false;
  return Error{ErrorCode::store_damaged, "The file isn't a device store: it holds other tables."};
}

// Names are checked rather than changed, for lists, filters and people's own queries use a table's logical name.
Result<void> Layout::check_names() const {
  for (const auto& table : tables_.all()) {
    if (std::find(kOwnNames.begin(), kOwnNames.end(), table.table->name) != kOwnNames.end())
      return Error{ErrorCode::schema_invalid,
                   "A table can't be named \"" + table.table->name + "\" on devices: the store needs that name."};
    for (const auto& stored : table.stored)
      if (stored.name == "rowid" || stored.name == "id" || stored.name == "version" || stored.name == "scopes")
        return Error{ErrorCode::schema_invalid, "\"" + table.table->name + "\" can't have a column named \"" +
                                                    stored.name + "\" on devices: the store needs that name."};
  }
  return {};
}

Result<void> Layout::check_format() {
  const auto format = TRY(meta_.integer("format", 0));
  if (format > kFormat) return newer();
  if (format < 1) return Error{ErrorCode::store_damaged, "The store doesn't say which format it has."};
  return {};
}

namespace {

// What a value must be like to stay what it is, and to be sent.
std::string meaning_of(const model::Column& column) {
  std::string out = column.name + " " + std::to_string(static_cast<int>(column.type)) + " " +
                    std::to_string(column.scale) + " " + std::to_string(column.length_max) + " " +
                    std::to_string(column.min) + " " + std::to_string(column.max);
  for (const auto target : column.targets) out += " " + std::to_string(target.value);
  for (const auto& option : column.options) out += " =" + std::to_string(option.value);
  return out + ";";
}

}  // namespace

// Everything that depends on the schema. Not for secrecy but for seeing at once whether there's anything to do.
std::string Layout::signature() const {
  std::string all = tables_.search_view();
  for (const auto& table : tables_.all()) {
    all += table.create;
    for (const auto& index : table.order_indexes) all += index.create;
    for (const auto& column : table.table->columns) all += meaning_of(column);
  }
  return hash128(all);
}

Result<Layout::Found> Layout::look() {
  TRY(database_.execute("pragma secure_delete = on"));
  TRY(check_names());
  if (TRY(is_fresh())) return Found::nothing;
  TRY(check_format());
  const auto number = TRY(meta_.integer("schema_number", 0));
  if (number > schema_.number()) return newer();
  const bool is_current = TRY(meta_.integer("format", 0)) == kFormat && number == schema_.number() &&
                          TRY(meta_.get("layout")) == signature();
  return is_current ? Found::current : Found::older;
}

Result<void> Layout::create() {
  std::string sql = std::string(kCreateOwnTables) + std::string(kCreateOfflineTables) + std::string(kCreateUseIndexes);
  for (const auto& table : tables_.all()) sql += table.create + ";" + table.unscoped_index.create + ";";
  TRY(database_.execute(sql));
  TRY(meta_.set_integer("format", kFormat));
  TRY(meta_.set_integer("loading", 1));
  TRY(meta_.set("search_layout", tables_.search_view()));
  TRY(text_index_.create());
  return remember_schema();
}

Result<void> Layout::remember_schema() {
  TRY(meta_.set("layout", signature()));
  TRY(meta_.set_integer("schema_number", schema_.number()));
  return meta_.set(kSchema, schema_.pack());
}

Result<std::optional<model::Schema>> Layout::known_schema() {
  const auto packed = TRY(meta_.get(kSchema));
  auto schema = model::Schema::unpack(packed ? *packed : std::string());
  return schema ? std::optional(std::move(*schema)) : std::nullopt;
}

Result<void> Layout::recreate() {
  TRY(text_index_.drop());
  for (const auto& name :
       TRY(names_of(database_, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")))
    TRY(database_.execute("drop table " + quoted(name)));
  forget();
  return create();
}

// ---- upgrading ---------------------------------------------------------------------------------------------------------------

namespace {

const model::Table* table_in(const model::Schema* schema, TableNumber number) {
  return schema != nullptr ? schema->find(number) : nullptr;
}

// The column's values can't be read as they lie: it holds another kind of thing under the old name.
bool is_remade(const model::Column& before, const model::Column& now) { return !is_same_kind(before.type, now.type); }

bool has_remade_column(const model::Table& before, const model::Table& now) {
  return std::any_of(now.columns.begin(), now.columns.end(), [&](const model::Column& column) {
    const auto* old = before.find_column(column.name);
    return old != nullptr && is_remade(*old, column);
  });
}

std::string power_of_ten(int exponent) { return "1" + std::string(static_cast<std::size_t>(exponent), '0'); }

// The assignment that brings a column's values from what they were to what they are; "" if they stay.
std::string refit(const model::Column& before, const model::Column& now) {
  const auto name = quoted(now.name);
  if (before.scale < now.scale) return name + " = " + name + " * " + power_of_ten(now.scale - before.scale);
  if (before.scale > now.scale)
    return name + " = cast(round(" + name + " * 1.0 / " + power_of_ten(before.scale - now.scale) + ") as integer)";
  if (before.is_polymorphic() && now.type == model::ColumnType::lookup && !now.is_polymorphic())
    return name + " = iif(" + quoted(now.name + "__table") + " = " + std::to_string(now.targets.front().value) + ", " +
           name + ", null)";
  return {};
}

}  // namespace

Result<void> Layout::upgrade(const model::Schema* before) {
  const auto format = TRY(meta_.integer("format", 0));
  if (format < 2) TRY(database_.execute(std::string(kCreateOfflineTables) + std::string(kCreateUseIndexes)));
  else if (format < 3) TRY(database_.execute("alter table use add column pinned integer not null default 0"));
  if (format == 2 || format == 3)
    TRY(database_.execute("alter table use add column watched integer not null default 0;" +
                          std::string(kCreateUseIndexes)));
  TRY(database_.execute("drop table if exists schema_file"));
  TRY(meta_.set_integer("format", kFormat));
  const bool is_loading = TRY(loading());
  std::set<std::string> remade;
  for (const auto& table : tables_.all())
    if (const auto* old = table_in(before, table.table->number);
        old != nullptr && has_remade_column(*old, *table.table))
      remade.insert(table.table->name);
  const bool is_search_new = !remade.empty() || TRY(meta_.get("search_layout")) != tables_.search_view();
  TRY(drop_unneeded_indexes(remade));
  if (is_search_new) TRY(text_index_.drop());
  for (const auto& table : tables_.all()) {
    TRY(upgrade_table(table, table_in(before, table.table->number)));
    if (!is_loading) TRY(create_index(table.id_index));
  }
  if (is_search_new) TRY(text_index_.create());
  TRY(meta_.set("search_layout", tables_.search_view()));
  return remember_schema();
}

Result<void> Layout::drop_remade_columns(const DeviceTable& table, const model::Table& before) {
  const auto name = table.table->name;
  const auto found = TRY(names_of(database_, "select name from pragma_table_info('" + name + "')"));
  for (const auto& column : table.table->columns) {
    const auto* old = before.find_column(column.name);
    if (old == nullptr || !is_remade(*old, column)) continue;
    for (const auto* part : {"", "__table", "__fold"})
      if (std::find(found.begin(), found.end(), column.name + part) != found.end())
        TRY(database_.execute("alter table " + quoted(name) + " drop column " + quoted(column.name + part)));
  }
  return {};
}

Result<void> Layout::upgrade_table(const DeviceTable& table, const model::Table* before) {
  const auto name = quoted(table.table->name);
  if (before != nullptr) TRY(drop_remade_columns(table, *before));
  auto found = TRY(names_of(database_, "select name from pragma_table_info('" + table.table->name + "')"));
  if (found.empty()) return database_.execute(table.create + ";" + table.unscoped_index.create);
  const std::set<std::string> columns(found.begin(), found.end());
  std::string fill;
  const auto assign = [&](const std::string& assignment) {
    if (!assignment.empty()) fill += (fill.empty() ? "" : ", ") + assignment;
  };
  for (const auto& stored : table.stored) {
    const auto& column = table.table->columns[stored.column];
    const auto* old = before != nullptr ? before->find_column(column.name) : nullptr;
    if (columns.contains(stored.name)) {
      if (stored.part == sql::StoredColumn::Part::value && old != nullptr) assign(refit(*old, column));
      continue;
    }
    TRY(database_.execute("alter table " + name + " add column " + quoted(stored.name) + " " +
                          std::string(stored.type)));
    if (!columns.contains(column.name)) continue;
    // A part that an old column lacked: the key of a text, or the table of a lookup that had one target.
    const auto target = (old != nullptr && !old->targets.empty() ? old : &column)->targets;
    const bool is_key = stored.part == sql::StoredColumn::Part::fold;
    assign(quoted(stored.name) + " = " +
           (is_key ? "fold(" + quoted(column.name) + ")"
                   : "iif(" + quoted(column.name) + " is null, null, " + std::to_string(target.front().value) + ")"));
  }
  if (fill.empty()) return {};
  return database_.execute("update " + name + " set " + fill);
}

Result<void> Layout::drop_retired_tables() {
  std::set<std::string> known(kOwnNames.begin(), kOwnNames.end());
  for (const auto& table : tables_.all()) known.insert(table.table->name);
  for (const auto& name :
       TRY(names_of(database_, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")))
    if (!known.contains(name)) TRY(database_.execute("drop table " + quoted(name)));
  indexes_.reset();
  return {};
}

// SQLite keeps a definition as it was given, but for its first words.
constexpr std::string_view kCreateIndex = "create index ";

// Also those whose definition is another one now, and all that could stand in the way of remaking a column.
Result<void> Layout::drop_unneeded_indexes(const std::set<std::string>& remade_tables) {
  std::set<std::string> needed;
  for (const auto& table : tables_.all()) {
    if (remade_tables.contains(table.table->name)) continue;
    for (const auto& index : table.order_indexes) needed.insert(index.create.substr(kCreateIndex.size()));
  }
  const auto own = [](std::string_view name) {
    return name.starts_with("outbox__") || name.starts_with("acknowledged__") || name.starts_with("conflict__") ||
           name.starts_with("known_name__");
  };
  std::vector<std::string> unneeded;
  auto select = TRY(database_.prepare("select name, sql from sqlite_master where type = 'index'"));
  while (TRY(select->step())) {
    const std::string name(select->text(0));
    if (is_made_by_us(name) && !own(name) && !needed.contains(std::string(select->text(1).substr(kCreateIndex.size()))))
      unneeded.push_back(name);
  }
  select.reset();
  for (const auto& name : unneeded) TRY(database_.execute("drop index " + quoted(name)));
  indexes_.reset();
  return {};
}

// ---- indexes -----------------------------------------------------------------------------------------------------------------

Result<const std::set<std::string>*> Layout::indexes() {
  if (!indexes_) {
    const auto names = TRY(names_of(database_, "select name from sqlite_master where type = 'index'"));
    indexes_.emplace(names.begin(), names.end());
  }
  return &*indexes_;
}

// True if it wasn't there.
Result<bool> Layout::create_index(const DeviceIndex& index) {
  if (TRY(indexes())->contains(index.name)) return false;
  TRY(database_.execute(index.create));
  indexes_->insert(index.name);
  return true;
}

Result<bool> Layout::loading() {
  if (!loading_) loading_ = TRY(meta_.integer("loading", 0)) != 0;
  return *loading_;
}

Result<void> Layout::restart_load() {
  for (const auto& name : std::set<std::string>(*TRY(indexes()))) {
    const bool is_table_index = std::any_of(tables_.all().begin(), tables_.all().end(), [&](const DeviceTable& table) {
      return name == table.id_index.name || std::any_of(table.order_indexes.begin(), table.order_indexes.end(),
                                                        [&](const DeviceIndex& index) { return index.name == name; });
    });
    if (is_table_index) TRY(database_.execute("drop index " + quoted(name)));
  }
  TRY(text_index_.drop());
  TRY(text_index_.create());
  TRY(meta_.set_integer("loading", 1));
  forget();
  return {};
}

Result<void> Layout::finish_load() {
  if (!TRY(loading())) return {};
  for (const auto& table : tables_.all()) TRY(create_index(table.id_index));
  TRY(meta_.set_integer("loading", 0));
  loading_ = false;
  has_work_.reset();
  return {};
}

Result<void> Layout::finish_tables_below(int rank) {
  for (const auto& table : tables_.all())
    if (table.table->load_rank < rank && TRY(rows_.count(table.table->number)) > 0) TRY(create_index(table.id_index));
  return {};
}

Result<std::optional<std::pair<const DeviceTable*, const DeviceIndex*>>> Layout::next_index() {
  const auto& built = *TRY(indexes());
  for (const auto& table : tables_.all())
    for (const auto& index : table.order_indexes)
      if (!built.contains(index.name)) return std::optional(std::pair(&table, &index));
  return std::optional<std::pair<const DeviceTable*, const DeviceIndex*>>();
}

Result<bool> Layout::build_next() {
  if (TRY(loading())) return false;
  has_work_.reset();
  std::int64_t rows = 0;
  bool any = false;
  while (rows < kIndexStepRows) {
    const auto next = TRY(next_index());
    if (!next) return any ? true : TRY(text_index_.build_slice());
    TRY(create_index(*next->second));
    rows += TRY(rows_.count(next->first->table->number));
    any = true;
  }
  return true;
}

Result<bool> Layout::complete() {
  if (TRY(loading())) return false;
  return !TRY(next_index()) && TRY(text_index_.complete());
}

Result<bool> Layout::has_work() {
  if (!has_work_) has_work_ = !TRY(complete()) || TRY(text_index_.merging());
  return *has_work_;
}

void Layout::forget() {
  indexes_.reset();
  loading_.reset();
  has_work_.reset();
  text_index_.forget();
}

}  // namespace satchel::device::store
