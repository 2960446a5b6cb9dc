// SPDX-License-Identifier: Apache-2.0
//
// How reads become bodies: lists with next links, records with what they expand to, changes since a delta link.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "odata/parse_query.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {

odata::QueryContext query_context(const Call& call);
model::NameOf name_of(const Call& call);
// One header line for all of them: some clients read only one (RFC 7240, section 3).
void add_applied(Response& response, std::string_view preference);
void apply_preferences(Response& response, const Preferences& preferences);

// The select list of a context URL (OData JSON Format 4.01, section 10.8): "(fullname,parentcustomerid_account(name))", or "".
std::string context_list(const model::Schema& schema, const query::Query& query,
                         const std::vector<odata::Expand>& expands);

// A list to read: an entity set, or a collection of a record.
struct List {
  const model::Table* table = nullptr;
  std::string path;                     // below the service root, for next links: "accounts(0190...)/Account_Tasks"
  std::optional<query::Filter> within;  // the records of the collection
};
Result<Response> read_list(const Call& call, const List& list);
Result<Response> count_list(const Call& call, const List& list);
// .../$ref: where the records are, and nothing of what they hold.
Result<Response> list_references(const Call& call, const List& list);

// Writes records with what they expand to.
class Expander {
 public:
  Expander(const Call& call, odata::Annotations annotations, std::int64_t page_size)
      : call_(call), annotations_(annotations), page_size_(page_size) {}
  Result<void> write(std::string& out, const model::Record& record, const std::vector<model::ColumnIndex>& select,
                     const std::vector<odata::Expand>& expands);

 private:
  Result<void> write_one(std::string& out, const model::Record& record, const odata::Expand& expand);
  Result<void> write_many(std::string& out, const model::Record& record, const odata::Expand& expand);

  const Call& call_;
  odata::Annotations annotations_;
  std::int64_t page_size_;
  std::int64_t rows_ = 0;  // of collections, in this answer
};

// ---- next links: where the page ended, opaque to clients -------------------------------------------------------------------
struct ListPlace {
  query::Position position;
  std::int64_t page_size = 0;
  std::optional<std::int64_t> top_left;  // of $top
  std::string tracked;                   // the delta token that the last page ends with; "" = none
};
std::string write_skip_token(const ListPlace& place);
Result<ListPlace> read_skip_token(std::string_view text, std::size_t orders);
// The query string of `raw` without the option `name`, ending in '&' unless empty.
std::string options_without(std::string_view raw, std::string_view name);

// ---- delta links -----------------------------------------------------------------------------------------------------
// The token that a list with Prefer: track-changes ends with. Errors: bad_filter for what can't be tracked.
Result<std::string> begin_tracking(const Call& call, const List& list, const odata::QueryOptions& options);
std::string delta_link(const Call& call, const List& list, std::string_view token);
// What a delta link leads to.
Result<Response> read_changes(const Call& call, const List& list, const odata::QueryOptions& options);

}  // namespace satchel::server::service
