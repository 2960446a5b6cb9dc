// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "server/records/internal/queries.h"
#include "server/records/limits.h"
#include "sql/compile.h"

namespace satchel::server::records {
namespace {

sql::Surroundings surroundings_of(const access::Caller& caller) {
  sql::Surroundings surroundings;
  surroundings.condition = [&caller](const model::Table& table, std::string_view alias) {
    return access::read_condition(caller, table, alias);
  };
  surroundings.leading = {"id", "version"};
  return surroundings;
}

Result<std::int64_t> count_rows(Context& context, const query::Query& query, const sql::Surroundings& surroundings) {
  const auto compiled = sql::compile_count(context.schema, query, surroundings);
  auto select = TRY(sql::borrow(context.database, compiled.text));
  sql::bind(*select, compiled.parameters);
  return TRY(select->step()) ? select->integer(0) : 0;
}

model::Record record_in(sql::Statement& row, const model::Table& table) {
  return {table.number, RecordId::from_bytes(row.blob(0)).value_or(RecordId()), Seq(row.integer(1)),
          sql::read_values(row, 2, table)};
}

}  // namespace

// One row more than asked for is read, to see whether there is more behind.
Result<ListPage> list_rows(Context& context, const access::Caller& caller, const query::Query& query,
                           std::size_t rows_max) {
  const auto& table = context.schema.at(query.table);
  const auto surroundings = surroundings_of(caller);
  ListPage page;
  if (query.count) page.count = TRY(count_rows(context, query, surroundings));

  const auto most = static_cast<std::int64_t>(std::clamp<std::size_t>(rows_max, 1, kListRowsMax));
  const std::int64_t wanted = query.top ? std::clamp<std::int64_t>(*query.top, 0, most) : most;
  const bool may_go_on = !query.top || *query.top > wanted;
  query::Query limited = query;
  limited.top = wanted + (may_go_on ? 1 : 0);
  const auto compiled = sql::compile_rows(context.schema, limited, surroundings);
  auto select = TRY(sql::borrow(context.database, compiled.text));
  sql::bind(*select, compiled.parameters);
  std::optional<query::Position> last;
  while (TRY(select->step())) {
    if (static_cast<std::int64_t>(page.records.size()) == wanted) {
      page.next = std::move(last);
      break;
    }
    page.records.push_back(record_in(*select, table));
    if (may_go_on && static_cast<std::int64_t>(page.records.size()) == wanted)
      last = sql::read_position(*select, context.schema, limited, surroundings);
  }
  return page;
}

}  // namespace satchel::server::records
