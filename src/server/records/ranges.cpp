// SPDX-License-Identifier: Apache-2.0
//
// Ranges: a scope's ids in buckets of about equal count with their sums, or the rows themselves where they are few (Y9).
// One walk through the live entries of the range, by the primary key of scope_entry.
#include <algorithm>

#include "odata/feed.h"
#include "server/records/internal/queries.h"
#include "server/records/limits.h"

namespace satchel::server::records {
namespace {

std::string range_condition(const RangeRequest& request) {
  std::string sql = " from scope_entry where organization = ?1 and scope = ?2 and op = 0";
  if (request.from) sql += " and record >= ?3";
  if (request.until) sql += request.from ? " and record < ?4" : " and record < ?3";
  return sql;
}

void bind_range(sql::Statement& statement, const Context& context, const RangeRequest& request) {
  statement.bind_integer(1, context.organization.value);
  statement.bind_integer(2, request.scope.value);
  int parameter = 3;
  if (request.from) statement.bind_blob(parameter++, request.from->view());
  if (request.until) statement.bind_blob(parameter, request.until->view());
}

Result<std::size_t> count_range(Context& context, const RangeRequest& request) {
  auto select = TRY(sql::borrow(context.database, "select count(*)" + range_condition(request)));
  bind_range(*select, context, request);
  return TRY(select->step()) ? static_cast<std::size_t>(select->integer(0)) : 0;
}

void add_to_bucket(RangeAnswer& answer, const RangeAnswer::Row& row, std::size_t rows_each) {
  if (answer.buckets.empty() || static_cast<std::size_t>(answer.buckets.back().count) == rows_each)
    answer.buckets.push_back({row.id, 0, 0});
  auto& bucket = answer.buckets.back();
  ++bucket.count;
  bucket.sum += odata::entry_hash(row.id, row.version);
}

}  // namespace

Result<RangeAnswer> compare_ranges(Context& context, const Subscription& subscription, const RangeRequest& request,
                                   const State& state) {
  const bool subscribed =
      std::any_of(subscription.begin(), subscription.end(), [&](const auto& s) { return s.number == request.scope; });
  if (!subscribed)
    return Error{ErrorCode::forbidden, "The scope " + std::to_string(request.scope.value) + " is none of yours.",
                 "scope"};
  RangeAnswer answer;
  answer.head = state.head.seq;
  const std::size_t count = TRY(count_range(context, request));
  const std::size_t rows_each = (count + kRangeBucketsMax - 1) / kRangeBucketsMax;
  auto select =
      TRY(sql::borrow(context.database, "select record, seq" + range_condition(request) + " order by record"));
  bind_range(*select, context, request);
  while (TRY(select->step())) {
    const RangeAnswer::Row row{RecordId::from_bytes(select->blob(0)).value_or(RecordId()), Seq(select->integer(1))};
    if (count <= kRangeRowsMax) answer.rows.push_back(row);
    else add_to_bucket(answer, row, rows_each);
  }
  return answer;
}

}  // namespace satchel::server::records
