// SPDX-License-Identifier: Apache-2.0
//
// What every handler of the service shares, and the shape of its answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/log.h"
#include "base/random.h"
#include "odata/record_json.h"
#include "server/access/escrow.h"
#include "server/access/sessions.h"
#include "server/records/records.h"
#include "server/service/service.h"

namespace satchel::server::service {

struct Parts {
  sql::Database& database;
  const model::Schema& schema;
  access::Sessions& sessions;
  access::Escrow& escrow;
  records::Records& records;
  Random& random;
  Log& log;
  const ServiceOptions& options;
};

// One request on its way through the service.
struct Call {
  const Parts& parts;
  const Request& request;
  std::string_view path;   // behind the service root, without query: "contacts(0190...)/fullname"
  std::string_view query;  // behind '?', still encoded
  std::string root;        // "http://127.0.0.1:8080/api/data/v9.2/"
  const access::Caller& caller;
  Instant now;
  // Content references of a batch: "1" -> the record that part 1 made.
  const std::vector<std::pair<std::string, model::Reference>>* references = nullptr;
};

// Preferences of a Prefer header, with or without the "odata." prefix (OData Protocol 4.01, section 8.2.8).
struct Preferences {
  std::optional<bool> representation;                         // return=representation, return=minimal
  odata::Annotations annotations = odata::Annotations::none;  // odata.include-annotations
  std::string annotation_terms;                               // as they came
  std::optional<std::int64_t> page_size;
  std::optional<bool> continue_on_error;
  bool track_changes = false;
};
Preferences preferences_of(const Request& request);

// The organisation's record; nil while there is none.
RecordId organization_id(const Parts& parts);

Response error_response(const Error& error);
Response json_response(int status, std::string body);
Response empty_response(int status = 204);

// Of Dataverse's versions this is the one; /api/data/v8.0/ to v9.1/ mean the same.
constexpr std::string_view kServiceRoot = "/api/data/v9.2/";
// What stands behind the root of any of these versions, or nothing.
std::optional<std::string_view> below_service_root(std::string_view path);

// ---- handlers --------------------------------------------------------------------------------------------------------------
// Reads and writes of entity sets. Writes run inside a part of a transaction that the caller opened.
bool is_write(const Request& request);
Response read_data(const Call& call);
// The record that was written is told for content references.
struct Written {
  Response response;
  std::optional<model::Reference> record;
};
Written write_data(const Call& call);

// The functions that there are, called with or without namespace and parentheses. What RetrieveCurrentOrganization is asked for,
// an AccessType, doesn't matter here: the server has one address.
enum class Function { none, who_am_i, retrieve_version, retrieve_current_organization };
Function function_named(std::string_view path);

// If-Match and If-None-Match: "*", or a list of ETags (RFC 9110, sections 13.1.1 and 13.1.2). Does it name the version?
bool etag_list_names(std::string_view header, Seq version);

// $batch, multipart or JSON, inside a write transaction.
Response run_batch(const Call& call);
// A single write with its savepoint, part and request memory, inside a write transaction.
Response run_write(const Call& call);

Response metadata(const Call& call);  // $metadata, the service document, EntityDefinitions
bool is_metadata(std::string_view path);
Response token(const Parts& parts, const Request& request, Instant now);
Response wiped(const Parts& parts, const Request& request, Instant now);
// Satchel-Escrow: on, or off. A device hears with its sign-in, and again when it's to be wiped, what becomes of its unsent work.
bool keeps_escrow(const Parts& parts);
void tell_escrow(const Parts& parts, Response& response);
Response pull(const Call& call);
Response ranges(const Call& call);
Response admin(const Call& call);  // /api/admin/v1/...

// Headers that a syncing device sends (docs/protocol.md). Errors: update_required, unauthorized, history_changed, store_unknown.
struct DeviceHeaders {
  std::optional<DeviceId> device;
  std::optional<Cut> cut;
  std::string mark, next_mark;
};
Result<DeviceHeaders> read_device_headers(const Call& call);
// Moves the store mark when the headers ask for it; within the write transaction.
Result<void> move_mark(const Call& call, const DeviceHeaders& headers);

// ---- addresses -------------------------------------------------------------------------------------------------------------
// "contacts(ID)/fullname/$value" in pieces.
struct Address {
  const model::Table* table = nullptr;
  std::optional<RecordId> id;
  std::string key_name;  // alternate key: domainname='x' (systemusers, teams, currencies)
  // Nobody has the alternate key: what a reader is told, and what a record made by an upsert gets.
  std::optional<Error> missing;
  std::optional<model::ColumnValue> key_value;
  std::vector<std::string> rest;  // what follows the record or set
};
Result<Address> parse_address(const Call& call);

}  // namespace satchel::server::service
