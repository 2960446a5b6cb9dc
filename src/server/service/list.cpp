// SPDX-License-Identifier: Apache-2.0
//
// Lists of the Web API: entity sets and collections of a record, page by page.
#include <algorithm>

#include "base/text.h"
#include "odata/record_json.h"
#include "server/service/internal/reading.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

Result<odata::QueryOptions> options_of(const Call& call, const List& list) {
  auto options = TRY(odata::parse_query_string(call.parts.schema, *list.table, call.query, query_context(call)));
  if (list.within) {
    auto& filter = options.query.filter;
    filter = filter ? query::Filter{query::All{{*list.within, *filter}}} : *list.within;
  }
  return options;
}

bool has_collections(const std::vector<odata::Expand>& expands) {
  return std::any_of(expands.begin(), expands.end(),
                     [](const auto& expand) { return expand.collection || has_collections(expand.expand); });
}

struct Page {
  records::ListPage rows;
  std::string next;     // the token of the next link, or ""
  std::string tracked;  // of the delta link, or ""
};

// A preference counts for the page it comes with; without one the first page's goes on (OData Protocol 4.01, 8.2.8.5).
Result<Page> read_page(const Call& call, odata::QueryOptions& options, const Preferences& preferences,
                       std::string tracked = {}) {
  auto& query = options.query;
  auto size = kPageRowsMax;
  auto left = query.top;
  if (options.skip_token) {
    auto place = TRY(read_skip_token(*options.skip_token, query.order.size()));
    size = place.page_size;
    if (query.top) left = std::min(*query.top, place.top_left.value_or(*query.top));
    query.after = std::move(place.position);
    tracked = std::move(place.tracked);
  }
  size = std::min(preferences.page_size.value_or(size), kPageRowsMax);
  if (has_collections(options.expand)) size = std::min(size, kExpandingPageRowsMax);
  query.top = left;
  Page page;
  page.tracked = std::move(tracked);
  if (left == 0 && !query.count) return page;
  page.rows = TRY(call.parts.records.list(call.caller, query, static_cast<std::size_t>(size)));
  if (!page.rows.next) return page;
  ListPlace place{std::move(*page.rows.next), size, std::nullopt};
  if (left) place.top_left = *left - static_cast<std::int64_t>(page.rows.records.size());
  place.tracked = page.tracked;
  page.next = write_skip_token(place);
  return page;
}

}  // namespace

Result<Response> read_list(const Call& call, const List& list) {
  auto options = TRY(options_of(call, list));
  const auto preferences = preferences_of(call.request);
  if (options.delta_token) return read_changes(call, list, options);
  const bool tracks = preferences.track_changes && !options.skip_token;
  const auto page =
      TRY(read_page(call, options, preferences, tracks ? TRY(begin_tracking(call, list, options)) : std::string()));
  std::string body = "{\"@odata.context\":\"" + call.root + "$metadata#" + list.table->set +
                     context_list(call.parts.schema, options.query, options.expand) + "\"";
  if (page.rows.count) body += ",\"@odata.count\":" + std::to_string(*page.rows.count);
  body += ",\"value\":[";
  Expander expander(call, preferences.annotations, preferences.page_size.value_or(kPageRowsMax));
  for (std::size_t i = 0; i < page.rows.records.size(); ++i) {
    if (i > 0) body += ',';
    TRY(expander.write(body, page.rows.records[i], options.query.select, options.expand));
  }
  body += ']';
  if (!page.next.empty()) {
    body += ",\"@odata.nextLink\":";
    append_json_string(
        body, call.root + list.path + "?" + options_without(call.query, "$skiptoken") + "$skiptoken=" + page.next);
  } else if (!page.tracked.empty()) {
    body += ",\"@odata.deltaLink\":";
    append_json_string(body, delta_link(call, list, page.tracked));
  }
  auto response = json_response(200, body + "}");
  apply_preferences(response, preferences);
  if (tracks) add_applied(response, "odata.track-changes");
  return response;
}

Result<Response> count_list(const Call& call, const List& list) {
  auto options = TRY(options_of(call, list));
  if (options.delta_token)
    return Error{ErrorCode::not_implemented, "Changes can't be counted before they are read.", "$deltatoken"};
  options.query.count = true;
  options.query.top = 0;
  const auto page = TRY(call.parts.records.list(call.caller, options.query, 1));
  Response response;
  response.headers.set("Content-Type", "text/plain");
  response.body = std::to_string(page.count.value_or(0));
  return response;
}

Result<Response> list_references(const Call& call, const List& list) {
  auto options = TRY(options_of(call, list));
  if (options.has_select || !options.expand.empty())
    return Error{ErrorCode::bad_filter, "References have no columns: $select and $expand don't fit $ref.", "$select"};
  const auto preferences = preferences_of(call.request);
  const auto page = TRY(read_page(call, options, preferences));
  std::string body = "{\"@odata.context\":\"" + call.root + "$metadata#Collection($ref)\"";
  if (page.rows.count) body += ",\"@odata.count\":" + std::to_string(*page.rows.count);
  body += ",\"value\":[";
  for (const auto& record : page.rows.records)
    body += (body.ends_with('[') ? "{\"@odata.id\":\"" : ",{\"@odata.id\":\"") + call.root +
            odata::record_url(call.parts.schema, {record.table, record.id}) + "\"}";
  body += ']';
  if (!page.next.empty()) {
    body += ",\"@odata.nextLink\":";
    append_json_string(
        body, call.root + list.path + "/$ref?" + options_without(call.query, "$skiptoken") + "$skiptoken=" + page.next);
  }
  auto response = json_response(200, body + "}");
  apply_preferences(response, preferences);
  return response;
}

}  // namespace satchel::server::service
