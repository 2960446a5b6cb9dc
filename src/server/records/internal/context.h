// SPDX-License-Identifier: Apache-2.0
//
// Context: what every part of this room needs, and each table's SQL, made once.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "model/schema.h"
#include "server/access/access.h"
#include "sql/database.h"
#include "sql/layout.h"

namespace satchel::server::records {

// How a column travels in the feed, and where it stands in a row read by TableSql::columns_of_feed.
struct FeedColumn {
  enum class Kind { integer, text, reference, polymorphic };
  Kind kind = Kind::text;
  int at = 0;          // behind the first column; a polymorphic table stands behind it
  TableNumber target;  // of a reference with one target
};

struct TableSql {
  const model::Table* table = nullptr;
  std::vector<odata::AccessKind> key_kinds;  // that have scopes
  bool is_fed = false;                       // travels to devices
  bool gives_rights = false;                 // its rows decide what callers may do

  std::string select_row;   // version, all stored columns      of (organization ?1, id ?2)
  std::string select_keys;  // version, owner, its table, unit  of (organization ?1, id ?2); null where there is none
  std::string select_feed;  // stored columns without fold keys of (organization ?1, id ?2)
  std::string
      select_scope;  // seq, record, stored columns without fold keys of the live entries of (organization ?1, scope ?2),
                     // seq in (?3, ?4], in order of (seq, record)
  std::string insert_row;                // organization, id, version, all stored columns
  std::string delete_row;                // (organization ?1, id ?2)
  std::string update_row;                // "update ... set version = ?3": the changed columns and the condition follow
  std::vector<FeedColumn> feed_columns;  // of columns 1..n
  std::optional<model::ColumnIndex> overridden_created_on;
  int feed_owner = -1;  // places among the columns of select_feed, -1 where there is none
  int feed_unit = -1;

  const model::Table* operator->() const { return table; }
};

// A lookup that names records of some table.
struct Child {
  const TableSql* table = nullptr;
  const model::Column* lookup = nullptr;
};

struct Context {
  sql::Database& database;
  OrganizationNumber organization;
  const model::Schema& schema;
  Random& random;
  Log& log;
  std::unordered_map<std::int32_t, TableSql> tables;
  std::unordered_map<std::int32_t, std::vector<Child>> children;  // by the number of the table that they name
  // Tables of the standard schema that this room itself works with; null where the schema has none.
  const TableSql* users = nullptr;
  const TableSql* teams = nullptr;
  const TableSql* currencies = nullptr;
  const TableSql* organizations = nullptr;
  const TableSql* parties = nullptr;
  const model::Column* rate = nullptr;  // of a currency

  Context(sql::Database& database, OrganizationNumber organization, const model::Schema& schema, Random& random,
          Log& log);
  Context(const Context&) = delete;

  const TableSql& at(TableNumber number) const { return tables.at(number.value); }
  const TableSql* find(std::string_view name) const;
};

// Which lookups have an index: those that people set, for lists of related records and cascades. The server's own
// (created by, currency ...) don't: nothing asks for their reverse but the delete of a user or currency, which walks.
bool has_index(const model::Table& table, const model::Column& lookup);
// Do deletes look after this lookup at all? A record keeps who created it when that user is gone.
bool follows_deletes(const model::Table& table, const model::Column& lookup);

}  // namespace satchel::server::records
