// SPDX-License-Identifier: Apache-2.0
//
// Records and changes as OData JSON, the Dataverse way.
//
//   {"@odata.etag":"W/\"128\"","contactid":"0190...","fullname":"Ada King","_parentcustomerid_value":"0190...",
//    "birthdate":"1985-12-10","modifiedon":"2026-11-23T08:15:00Z","creditlimit":12.50,"statecode":0}
//
//   {"firstname":"Ada","parentcustomerid_account@odata.bind":"/accounts(0190...)","gendercode":null,
//    "phonecall_activity_parties":[{"partyid_contact@odata.bind":"/contacts(0190...)","participationtypemask":2}]}
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/json.h"
#include "model/record.h"
#include "model/rules.h"

namespace satchel::odata {

// Prefer: odata.include-annotations="*". Bits; the three that Dataverse has of a value.
enum class Annotations : unsigned { none = 0, formatted = 1, logical_name = 2, navigation = 4, all = 7 };
constexpr Annotations operator|(Annotations a, Annotations b) {
  return static_cast<Annotations>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Annotations set, Annotations one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}
// Which of them a list of terms asks for (OData Protocol 4.01, section 8.2.8.4): "OData.Community.Display.V1.FormattedValue",
// "Microsoft.Dynamics.CRM.*", "*", "-Microsoft.Dynamics.CRM.associatednavigationproperty". The most specific one decides.
Annotations annotations_named(std::string_view terms);

// `select` empty = all columns but images. The id and the etag are always there; money brings _transactioncurrencyid_value.
// Party lists are written as the collection <table>_activity_parties (one object per party with _partyid_value,
// participationtypemask, addressused, and partyid annotations when asked for).
void write_record(std::string& out, const model::Schema& schema, const model::Record& record,
                  std::span<const model::ColumnIndex> select, Annotations annotations, const model::NameOf& name_of);

// A body of a create or update. Errors: bad_json, unknown_column, bad_value with the property's name; a bind to a set that
// isn't a target is bad_value. Server-set and computed columns are ignored, as OData asks; the id in the body of a create
// is taken. `resolve` turns "$1" content references into records (batches); may be empty.
// Values come back normalized and checked.
using ResolveReference = std::function<std::optional<model::Reference>(std::string_view content_id)>;
Result<model::RecordChange> read_change(const model::Schema& schema, const model::Table& table, const Json& body,
                                        model::ChangeKind kind, const ResolveReference& resolve);

// The body that carries a change: the reverse of read_change. A create has its id in it. The collection of parties stands
// for all party columns of its table, so a change of some names them in "<table>_activity_parties@Satchel.Columns".
std::string write_change(const model::Schema& schema, const model::RecordChange& change);

// Property names -> values of one row as the server sent it (JSON list rows, single records). Used by clients, who ask with
// annotations: a lookup to several tables can't be read without. Properties that the schema doesn't know are passed by.
// Errors: unexpected_answer.
Result<model::Record> read_record(const model::Schema& schema, const model::Table& table, const Json& row);

std::string etag_of(Seq version);                      // W/"128"
std::optional<Seq> parse_etag(std::string_view text);  // weak or strong, quotes required

// "/accounts(ID)", "accounts(ID)", "https://any/api/data/v9.2/accounts(ID)" -> reference. nullopt if it is none of these.
std::optional<model::Reference> parse_record_url(const model::Schema& schema, std::string_view url);
std::string record_url(const model::Schema& schema, const model::Reference& reference);  // "accounts(0190...)"

// {"error":{"code":"bad_value","message":"...","target":"..."}}; with "@Satchel.Rule":"D4" where a rule decided.
std::string error_body(const Error& error);
// The reverse; for a client. Bodies that are no OData error become unexpected_answer or server_error by status.
Error read_error(int status, std::string_view body);

}  // namespace satchel::odata
