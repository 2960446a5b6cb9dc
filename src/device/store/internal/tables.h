// SPDX-License-Identifier: Apache-2.0
//
// The schema's tables as they lie on a device, as SQL texts:
//
//   "<name>"(rowid integer primary key, id blob not null, version integer not null, scopes integer not null, <values>)
//
// `scopes` is the number of the row's scope set; kInShadow says that the row is what the user sees and its mirror lies in
// `shadow`. Texts are made once for a schema, so that the statements behind them stay prepared.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "model/schema.h"
#include "sql/layout.h"

namespace satchel::device::store {

inline constexpr std::int64_t kInShadow = -1;
inline constexpr std::int64_t kNoScope = 0;

// An index says in its name what it is for, so that those of an older schema are told from those that are needed:
// "contact__id", "contact__unscoped", "contact__by_fullname", "contact__of_parentcustomerid".
struct DeviceIndex {
  std::string name;  // unquoted
  std::string create;
  std::string first = {};  // of an order: the first stored column
};

struct DeviceTable {
  const model::Table* table = nullptr;
  std::vector<sql::StoredColumn> stored;

  std::string create;     // create table …
  std::string find;       // ?1 id                                          -> version, values
  std::string read_at;    // ?1 rowid                                       -> id, version, values
  std::string place;      // ?1 id                                          -> rowid, version, scopes
  std::string load;       // ?1 id, ?2 version, ?3 scopes, ?4… values
  std::string insert;     // the same                                       -> rowid
  std::string update;     // ?1 rowid, ?2 version, ?3 scopes, ?4… values
  std::string mark;       // ?1 rowid, ?2 scopes
  std::string remove;     // ?1 rowid
  std::string find_name;  // ?1 id                                          -> name; "" if the table has none
  DeviceIndex id_index;
  DeviceIndex unscoped_index;              // rows without a scope: few among many, and named in every pull (Y11)
  std::vector<DeviceIndex> order_indexes;  // of views and related lists

  std::string search_text;   // expression that gives the words of a row; "" if nobody searches it
  std::string search_words;  // ?1 rowid                     -> words
  std::string search_hit;    // ?1 rowid                     -> id, name, name's key, rowid
  std::string search_names;  // ?1, ?2 range of name's key, ?3 rows -> the same; "" without an index for it
};

class DeviceTables {
 public:
  explicit DeviceTables(const model::Schema& schema);

  // By number, ascending.
  const std::vector<DeviceTable>& all() const { return tables_; }
  // Null for a table that devices don't hold.
  const DeviceTable* find(TableNumber number) const;
  const DeviceTable& at(TableNumber number) const;

  // The view over which the text index lies: every row's words, numbered by search_rowid.
  const std::string& search_view() const { return search_view_; }

 private:
  std::vector<DeviceTable> tables_;
  std::unordered_map<TableNumber, std::size_t> by_number_;
  std::string search_view_;
};

// A row's number in the text index: table and rowid in one. A table holds fewer than 2^32 rows.
inline std::int64_t search_rowid(TableNumber table, std::int64_t rowid) {
  return (static_cast<std::int64_t>(table.value) << 32) + rowid;
}
inline TableNumber search_table(std::int64_t search) { return TableNumber(static_cast<std::int32_t>(search >> 32)); }
inline std::int64_t search_row(std::int64_t search) { return search & 0xFFFF'FFFF; }

}  // namespace satchel::device::store
