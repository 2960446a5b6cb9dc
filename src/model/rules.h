// SPDX-License-Identifier: Apache-2.0
//
// Rules of one record that both ends apply with the same meaning: normal form, checks, defaults, computed columns.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/record.h"

namespace satchel::model {

// Bounds of one party list: Dataverse takes 500 recipients of a mail.
inline constexpr std::size_t kPartiesMax = 500;
inline constexpr std::size_t kAddressLengthMax = 200;  // of a party's address, in UTF-16 units

// The one idempotent normal form (Y22): "" becomes null, NFC, CRLF and CR become LF, parties sorted and without doubles,
// an empty party list becomes null. Numbers and dates are held in normal form already.
Value normalize(const Column& column, Value value);

// Is `value` allowed in `column`? Errors: bad_value, target = column name, a sentence with the label and the limit.
// Checks type, length, range, options, lookup targets, UTF-8; not "required", which is a matter of the whole record.
Result<void> check_value(const Schema& schema, const Table& table, const Column& column, const Value& value);

// Normalizes and checks every value of a change by a user or program. Refuses values for columns of Origin::server and
// Origin::computed with bad_value when `strict`, drops them silently otherwise (OData: computed ones are ignored).
Result<RecordChange> prepare(const Schema& schema, RecordChange change, bool strict);

// What a create gets when nobody says otherwise: state and status, choices' and booleans' defaults.
void fill_defaults(const Schema& schema, RecordChange& create);
// Completes statecode from statuscode and the reverse, in place. Errors: bad_value if the two don't fit.
Result<void> complete_state(const Table& table, RecordChange& change);

// Are all required columns there? `values` = one per column. Errors: bad_value that names the first missing label.
Result<void> check_required(const Table& table, const std::vector<Value>& values);

// Recomputes Origin::computed columns of a whole row in place: fullname (contact, lead, systemuser), the `_base` twins from
// exchangerate, ids and addresses of pictures. A function of the row alone, the same at both ends.
void compute(const Schema& schema, Record& record);

// Text of a value for people: option labels, numbers with their scale, dates as ISO, parties joined by ", ".
// `name_of` gives the display name of a referenced record, or "" if unknown.
using NameOf = std::function<std::string(const Reference&)>;
std::string display(const Schema& schema, const Column& column, const Value& value, const NameOf& name_of);

// Plain text forms, as on the command line and in CSV: "12.50", "2026-11-23", "2026-11-23T08:15:00Z", "true" or "yes",
// an option's number or label, "accounts/ID" for a lookup ("ID" alone when there's one target), "contacts/ID;leads/ID"
// for parties. "" is null. Errors: bad_value with the label and what was expected.
Result<Value> parse_value(const Schema& schema, const Table& table, const Column& column, std::string_view text);
std::string format_value(const Schema& schema, const Column& column, const Value& value);

// A scaled integer from digits: parse_scaled("12.5", 2) = 1250; rounds half away from zero beyond the scale (Y22).
// Takes exponents ("1e3"). Errors: bad_value when malformed or out of the 64-bit range.
Result<std::int64_t> parse_scaled(std::string_view digits, int scale);
std::string format_scaled(std::int64_t value, int scale);

}  // namespace satchel::model
