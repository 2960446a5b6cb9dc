// SPDX-License-Identifier: Apache-2.0
//
// What is read beside the feed: lists, ranges of ids, request memory; and what keeps house: sweep and verify.
#pragma once

#include "server/records/internal/rows.h"
#include "server/records/internal/subscription.h"
#include "server/records/records.h"

namespace satchel::server::records {

Result<ListPage> list_rows(Context& context, const access::Caller& caller, const query::Query& query,
                           std::size_t rows_max);

// The scope must be one of the caller's. Errors: forbidden.
Result<RangeAnswer> compare_ranges(Context& context, const Subscription& subscription, const RangeRequest& request,
                                   const State& state);

// Delta links: changes.cpp.
Result<std::string> token_of_now(const access::Caller& caller, const TableSql& table, const State& state);
Result<ChangesPage> read_changes(Context& context, Scopes& scopes, const access::Caller& caller, const TableSql& table,
                                 const State& state, std::string_view token, std::size_t rows_max);

Result<std::optional<Records::Remembered>> recall_answer(Context& context, RecordId user, std::string_view request_id);
Result<void> remember_answer(Context& context, RecordId user, std::string_view request_id,
                             const Records::Remembered& answer, Instant now);

// Inside a write transaction.
Result<void> sweep_old(Context& context, const State& state, Instant now);
Result<void> verify_all(Context& context, Scopes& scopes);

}  // namespace satchel::server::records
