// SPDX-License-Identifier: Apache-2.0
//
// Delta links (OData Protocol 4.01, section 11.3; JSON Format 4.0, section 14), in the form of 4.0 that Dataverse speaks:
//
//   GET contacts?$select=lastname            Prefer: odata.track-changes
//   {"value":[...],"@odata.deltaLink":".../contacts?$select=lastname&$deltatoken=..."}         on the last page
//
//   {"@odata.context":".../$metadata#contacts/$delta","value":[{...},
//     {"@odata.context":".../$metadata#contacts/$deletedEntity","id":"0190...","reason":"deleted"}],"@odata.deltaLink":"..."}
//
// As with Dataverse $select alone goes with it, and changed rows come before deleted ones. What left the user's sight is
// told too, with the reason "changed".
#include <algorithm>

#include "base/text.h"
#include "odata/record_json.h"
#include "server/service/internal/reading.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

bool is_plain(const odata::QueryOptions& options) {
  return !options.query.filter && options.query.order.empty() && !options.query.top && options.expand.empty();
}

}  // namespace

Result<std::string> begin_tracking(const Call& call, const List& list, const odata::QueryOptions& options) {
  if (list.within || !is_plain(options))
    return Error{ErrorCode::bad_filter,
                 "Changes are tracked of a whole entity set: $filter, $orderby, $top and $expand don't go with it.",
                 "Prefer"};
  return call.parts.records.changes_from_now(call.caller, *list.table);
}

std::string delta_link(const Call& call, const List& list, std::string_view token) {
  std::string link = call.root + list.path + "?";
  for (const auto option : split(call.query, '&')) {
    const auto name = percent_decode(option.substr(0, option.find('=')));
    if (name && equals_ignoring_case_ascii(trim(*name), "$select")) link += std::string(option) + "&";
  }
  return link + "$deltatoken=" + std::string(token);
}

Result<Response> read_changes(const Call& call, const List& list, const odata::QueryOptions& options) {
  if (list.within || !is_plain(options) || options.skip_token)
    return Error{ErrorCode::bad_filter, "A delta link is used as it came.", "$deltatoken"};
  const auto preferences = preferences_of(call.request);
  const auto page = call.parts.records.changes(call.caller, *list.table, *options.delta_token,
                                               static_cast<std::size_t>(preferences.page_size.value_or(kPageRowsMax)));
  if (!page) {
    auto response = error_response(page.error());
    if (page.error().code == ErrorCode::history_changed) response.status = 410;
    return response;
  }
  const std::string context = call.root + "$metadata#" + list.table->set;
  std::string body =
      "{\"@odata.context\":\"" + context + context_list(call.parts.schema, options.query, {}) + "/$delta\",\"value\":[";
  for (const auto& record : page->changed) {
    if (!body.ends_with('[')) body += ',';
    odata::write_record(body, call.parts.schema, record, options.query.select, preferences.annotations, name_of(call));
  }
  for (const auto& gone : page->gone) {
    if (!body.ends_with('[')) body += ',';
    body += "{\"@odata.context\":\"" + context + "/$deletedEntity\",\"id\":\"" + gone.id.to_string() +
            "\",\"reason\":\"" + (gone.deleted ? "deleted" : "changed") + "\"}";
  }
  body += page->next.empty() ? "],\"@odata.deltaLink\":" : "],\"@odata.nextLink\":";
  append_json_string(body, delta_link(call, list, page->next.empty() ? page->delta : page->next));
  auto response = json_response(200, body + "}");
  apply_preferences(response, preferences);
  return response;
}

}  // namespace satchel::server::service
