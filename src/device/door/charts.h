// SPDX-License-Identifier: Apache-2.0
//
// Charts from the records on this device (E4): rows counted, or a column summed, by the values of another column.
//
//   by an option, a record, yes or no   categories are labels, "" for no value; options in their own order, the rest by name
//   by day, week or month               categories are first days ("2026-11-01"), without gaps; days are those of UTC
//
// Amounts are summed in the organisation's currency, for those of different currencies can't be.
#pragma once

#include "device/client/client.h"
#include "device/door/limits.h"
#include "device/door/lists.h"

namespace satchel::device::door {

// The answer to {"ask":"chart","name":"opportunities_by_stage"}. Of more rows than `rows_max` it says so: "rows_max" is in it.
// Errors: bad_request for a name that no chart has.
Result<Json> chart_json(client::Client& client, Lists& lists, const Json& question, Instant now,
                        std::int64_t rows_max = kChartRowsMax);

// {"name","label","set","kind","period"} of all tables' charts.
Json charts_json(const model::Schema& schema);

// The table whose rows a chart shows, or null.
const model::Table* table_of_chart(const model::Schema& schema, std::string_view name);

}  // namespace satchel::device::door
