// SPDX-License-Identifier: Apache-2.0
//
// Sources: the tables that one statement reads. The queried one is "t"; each one that paths lead to is joined once. A
// subselect has sources of its own, whose names begin with its table's alias.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "query/query.h"
#include "sql/compile.h"

namespace satchel::sql {

void append(Fragment& out, const Fragment& more);
void append(Fragment& out, std::string_view text);
void append(Fragment& out, std::string_view text, Parameter parameter);

class Sources {
 public:
  Sources(const model::Schema& schema, const model::Table& table, const Surroundings& surroundings,
          std::string alias = "t");
  // Of a subselect on `table` within this statement.
  Sources below(const model::Table& table);

  // The SQL expression by which a path compares and sorts: fold keys for texts, the value itself for all others.
  // Adds the joins that it needs.
  std::string key(const query::Path& path);

  // "contact" as t left join ... - complete once every key has been asked for.
  Fragment from() const;
  const std::string& alias() const { return sources_.front().alias; }
  const model::Schema& schema() const { return schema_; }
  const model::Table& table() const { return table_; }
  // The surroundings' condition for the queried table.
  Fragment condition() const;

 private:
  struct Source {
    const model::Table* table = nullptr;
    std::string alias;
    const Source* parent = nullptr;  // null: the queried table
    query::Path::Hop hop;
  };

  const Source& follow(const Source& source, const query::Path::Hop& hop);
  std::string name_of(const model::Table& table) const;
  Fragment join(const Source& source) const;

  const model::Schema& schema_;
  const model::Table& table_;
  const Surroundings& surroundings_;
  std::deque<Source> sources_;  // they point to each other, so they stay in place
  int below_ = 0;
};

}  // namespace satchel::sql
