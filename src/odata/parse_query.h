// SPDX-License-Identifier: Apache-2.0
//
// OData query options become a query tree (OData 4.01 URL Conventions; the Dataverse dialect where it differs).
//
//   $select=fullname,_parentcustomerid_value&$filter=contains(fullname,'an') and statecode eq 0&$orderby=fullname desc&$top=5&$count=true
//
// Options come split first and decoded then; names may be percent-encoded and, as 4.01 allows, come without '$' for none
// (Dataverse) - so they don't here. Unknown $options are bad_filter; legal ones that aren't built are not_implemented.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "odata/collections.h"
#include "query/query.h"

namespace satchel::odata {

// Who and when, for Microsoft.Dynamics.CRM.EqualUserId, EqualUserTeams, EqualBusinessId, Today, LastXDays ...
struct QueryContext {
  RecordId user;
  RecordId business_unit;
  std::vector<RecordId> teams;
  Instant now;
  std::int64_t utc_offset_minutes = 0;  // of the user's day
  int week_starts_on = 0;               // 0 Sunday (Dataverse's default) ... 6 Saturday
};

// Bytes of one filter text: what a URL inside a batch may have.
inline constexpr std::size_t kFilterTextMax = 64 * 1024;
// Navigation properties that are expanded beside each row, nested ones included; as Dataverse.
inline constexpr std::size_t kExpandsMax = 15;
// $expand within $expand: each level multiplies what one answer costs.
inline constexpr int kExpandLevelsMax = 3;

// A whole $filter text. Errors: bad_filter with the position and what was expected, unknown_column, not_implemented.
Result<query::Filter> parse_filter(const model::Schema& schema, const model::Table& table, std::string_view text,
                                   const QueryContext& context);
Result<std::vector<query::Order>> parse_order(const model::Schema& schema, const model::Table& table,
                                              std::string_view text);
// Columns by name, lookups as _x_value (or by their own name).
Result<std::vector<model::ColumnIndex>> parse_select(const model::Table& table, std::string_view text);

// Records that are told along with each row. A navigation property that leads to several tables (ownerid) comes once for
// each of them that has the selected columns, one behind the other; at most one of these fits a row.
struct Expand {
  std::string navigation;
  model::ColumnIndex lookup = 0;         // to one record: the row's lookup
  std::optional<Collection> collection;  // to many records
  query::Query query;                    // what of them: table and select; of a collection filter, order, top, count
  // Of a collection, as they stood in the parentheses: for its next link.
  std::vector<std::pair<std::string, std::string>> options = {};
  std::vector<Expand> expand = {};
};

struct QueryOptions {
  query::Query query;  // table, select, filter, order, top, count
  bool has_select = false;
  std::vector<Expand> expand;
  std::optional<std::string> skip_token;
  std::optional<std::string> delta_token;
};

// The raw query string of a URL (behind '?', still percent-encoded), with parameter aliases (@p1=...).
Result<QueryOptions> parse_query_string(const model::Schema& schema, const model::Table& table, std::string_view raw,
                                        const QueryContext& context);

// Splits "a=b&c=d" first and decodes then. Errors: bad_request for malformed escapes and non-UTF-8.
Result<std::vector<std::pair<std::string, std::string>>> split_query_string(std::string_view raw);

}  // namespace satchel::odata
