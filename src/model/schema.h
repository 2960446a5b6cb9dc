// SPDX-License-Identifier: Apache-2.0
//
// Schema: the tables an organisation has, as data. Read from schema/*.json (docs/schema.md tells the file format);
// DDL, $metadata, device tables and screens all come from it.
//
// Always true of a loaded Schema:
//   - Every lookup target, view column, quick-find column and party table exists; names and numbers are unique.
//   - Tables are sorted by number; a table's column 0 is its id, and `Column::index` is the column's place in `columns`.
//   - Shared columns (owner, audit, state, currency) have been expanded, so readers meet no special cases.
//   - Decimal and money ranges fit their scaled 64-bit integer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "model/form.h"

namespace satchel::model {

enum class ColumnType {
  id,       // the record's id; column 0 of each table
  text,     // one line
  memo,     // many lines
  integer,  // 32 bit
  bigint,   // 64 bit
  decimal,  // scaled by 10^scale
  money,    // scaled by 10^scale; has a currency beside it
  boolean,
  date,      // a day without a zone
  datetime,  // seconds, UTC
  choice,
  state,
  status,
  lookup,
  party_list,
  image,  // a small picture, see image.h; never compared, sorted by or searched
};

enum class Required { none, recommended, required };

// Who sets a column.
enum class Origin {
  user,    // written by people and programs
  server,  // set by the server at each write (modifiedon, versionnumber, owningbusinessunit ...); never pushed or merged
  computed,  // a function of other columns of the record (fullname, _base), the same at both ends; never pushed or merged
  create,    // may be given when the record is created, never changed after (overriddencreatedon)
};

// What happens to a record when the one that its lookup names is deleted.
enum class OnDelete {
  clear,     // the lookup becomes null
  cascade,   // the record is deleted too
  restrict,  // the delete is refused while such records exist
};

struct Option {
  std::int64_t value = 0;
  std::string label;
  std::int64_t state = -1;  // of a status: the state it belongs to
  bool operator==(const Option&) const = default;
};

struct Column {
  std::string name;   // logical name: "firstname"
  std::string label;  // "First Name"
  ColumnIndex index = 0;
  ColumnType type = ColumnType::text;
  Required required = Required::none;
  Origin origin = Origin::user;
  std::int64_t length_max = 0;  // text, memo: UTF-16 units
  int scale = 0;                // decimal, money
  std::int64_t min = 0;         // integer, decimal, money: in held form (scaled)
  std::int64_t max = 0;
  std::string format;                // "email", "phone", "url", "" ...: how an app shows a text
  std::vector<Option> options;       // choice, state, status, boolean (0 and 1 labels)
  std::vector<TableNumber> targets;  // lookup; party_list: what a party may be
  int participation_mask = 0;        // party_list: 1 sender, 2 to, 3 cc, 4 bcc, 5 required, 6 optional, 7 organizer
  bool folded = false;               // its fold key is stored beside it: primary name, quick-find and view-sorted texts
  bool hidden = false;               // not offered on screens
  OnDelete on_delete = OnDelete::clear;      // lookup; "on_delete" in the schema file
  std::string relationship = {};             // lookup: schema name of the relationship, "account_primary_contact"
  std::vector<std::string> navigation = {};  // lookup: single-valued navigation property per target, in `targets` order
  // lookup: per target, in `targets` order; `relationship` is the first of them.
  std::vector<std::string> relationships = {};
  std::string base_of = {};       // computed money in the organisation's currency: the column it is the twin of
  ColumnIndex base_of_index = 0;  // ... and that column's place
  // Computed text: the non-empty ones of these columns, with the separators between them (one fewer than columns).
  std::vector<ColumnIndex> join_columns = {};
  std::vector<std::string> join_separators = {};
  // What a create gets when nobody says otherwise, in held form. Of a status see Table::default_status.
  std::optional<std::int64_t> default_value = {};
  bool unique = false;                   // no two records of an organisation may have the same fold key here
  std::vector<std::string> one_of = {};  // text: the only values it may have; empty = any

  bool is_text() const { return type == ColumnType::text || type == ColumnType::memo; }
  bool holds_text() const { return is_text() || type == ColumnType::image; }
  bool is_number() const;  // held as an integer
  bool is_polymorphic() const { return type == ColumnType::lookup && targets.size() > 1; }
  const Option* find_option(std::int64_t value) const;

  bool operator==(const Column&) const = default;
};

struct ViewOrder {
  ColumnIndex column = 0;
  bool descending = false;
  bool operator==(const ViewOrder&) const = default;
};

struct View {
  std::string name;   // "active" - unique in its table
  std::string label;  // "Active Contacts"
  std::vector<ColumnIndex> columns;
  std::string filter;  // an OData filter, or ""
  std::vector<ViewOrder> order;
  bool is_default = false;
  bool operator==(const View&) const = default;
};

// The columns that come with each image column (Dataverse's names). They follow from the picture, so nobody writes them.
struct ImageColumns {
  ColumnIndex image = 0;
  ColumnIndex id = 0;         // "entityimageid": another one for each picture; null without one
  ColumnIndex timestamp = 0;  // "entityimage_timestamp": when it came, in ticks; set by the server
  ColumnIndex url = 0;        // "entityimage_url": where its bytes are, below the server's address
  bool operator==(const ImageColumns&) const = default;
};

enum class Ownership { user, organization, business, none };

struct Table {
  TableNumber number;  // Dataverse's object type code
  std::string name;    // logical name "contact"
  std::string set;     // entity set name "contacts"
  std::string label;   // "Contact"
  std::string plural;  // "Contacts"
  Ownership ownership = Ownership::user;
  bool is_activity = false;
  bool is_intersect = false;  // a many-to-many table: its id derives from the pair of its two lookups
  bool is_derived = false;    // rows are made from other tables' columns (activityparty); read only, not fed to devices
  std::vector<Column> columns;
  std::optional<ColumnIndex> primary_name;
  std::vector<ColumnIndex> quick_find;
  std::vector<View> views;
  Form form = {};
  std::vector<Chart> charts = {};
  std::optional<int> menu_rank = {};  // place in an app's menu, lower ranks first; nothing = not in it
  int load_rank = 100;                // first sync loads lower ranks first (users, currencies, then accounts, ...)
  bool on_every_device = false;  // held by every device, whatever its user's experience (settings, users, currencies)

  // Absent in tables that have none. The owning unit of a table of Ownership::business is its businessunitid.
  std::optional<ColumnIndex> owner, owning_unit, state, status, currency, exchange_rate;
  std::optional<ColumnIndex> created_on, created_by, modified_on, modified_by, version;
  std::vector<ColumnIndex> computed = {};  // the columns of Origin::computed, but for the images'
  std::vector<ImageColumns> images = {};   // the first is the record's own picture: "entityimage"

  const Column& id_column() const { return columns[0]; }
  const Column* find_column(std::string_view name) const;
  // By "_x_value" of a lookup.
  const Column* find_lookup_value(std::string_view name) const;
  // By a navigation property's name; gives the target too. Of a name that serves several targets (ownerid) it gives the
  // first one: whoever has the record at hand asks `column->targets`.
  struct NavigationTarget {
    const Column* column = nullptr;
    TableNumber target;
  };
  std::optional<NavigationTarget> find_navigation(std::string_view name) const;
  const View* find_view(std::string_view name_or_label) const;
  const View& default_view() const;
  // The status that a record gets with `state`: the first one listed. Null if the table has no such state.
  const Option* default_status(std::int64_t state) const;

  std::unordered_map<std::string, ColumnIndex> column_by_name = {};

  bool operator==(const Table&) const = default;
};

class Schema {
 public:
  // One file's name and text. Errors: schema_invalid; the message tells file, path in the JSON and reason.
  struct File {
    std::string name;
    std::string text;
  };
  static Result<Schema> load(std::span<const File> files);
  // All but `files()` in one string, for programs and stores that keep a schema: a reader of the files isn't needed to have it
  // back. What was packed once is read by every later program. Errors: schema_invalid (damaged, or a newer program's).
  std::string pack() const;
  static Result<Schema> unpack(std::string_view bytes);
  // The schema built into the program (schema/*.json at build time).
  static const Schema& standard();

  std::span<const Table> tables() const { return tables_; }
  const Table* find(TableNumber number) const;
  const Table* find(std::string_view logical_name) const;
  const Table* find_set(std::string_view set_name) const;
  const Table& at(TableNumber number) const;  // must exist
  // Grows with each published change of the schema; a device and a server compare it. Also a hash of all files.
  std::int64_t number() const { return number_; }

  // The files as loaded, so that a server can hand the schema to a device; none if it was unpacked.
  std::span<const File> files() const { return files_; }

 private:
  void index_names();  // once, when all tables are there

  std::vector<Table> tables_;
  std::unordered_map<std::string, std::size_t> by_name_, by_set_;
  std::unordered_map<std::int32_t, std::size_t> by_number_;
  std::vector<File> files_;
  std::int64_t number_ = 1;
};

// Bounds, so that a damaged file can't make the program grow without end.
inline constexpr std::size_t kSchemaTablesMax = 500;
inline constexpr std::size_t kSchemaColumnsMax = 1000;  // of one table
inline constexpr std::size_t kSchemaOptionsMax = 2000;  // of one column
inline constexpr std::size_t kSchemaViewsMax = 200;     // of one table
inline constexpr std::size_t kSchemaFileBytesMax = 4 << 20;
// Of a table or column in characters: PostgreSQL takes 63 bytes, and "__table" comes behind.
inline constexpr std::size_t kSchemaNameMax = 56;
// Of one text in UTF-16 units, as Dataverse allows.
inline constexpr std::int64_t kTextLengthMax = 4000;
inline constexpr std::int64_t kMemoLengthMax = 1 << 20;
// Digits behind the point. Together with a 64-bit amount they fit the 128 bits of a currency conversion.
inline constexpr int kDecimalScaleMax = 10;
inline constexpr int kMoneyScaleMax = 4;

}  // namespace satchel::model
