// SPDX-License-Identifier: Apache-2.0
//
// Value: what one column of one record holds. Its meaning is in the column (see schema.h):
//
//   column type                        held as
//   text, memo                         std::string (UTF-8, normal form)
//   integer, bigint, choice, state,
//   status                             std::int64_t
//   boolean                            std::int64_t 0 or 1
//   decimal, money                     std::int64_t scaled by 10^column.scale (12.50 with scale 2 = 1250)
//   date                               std::int64_t day number, 1970-01-01 = 0, without a zone
//   datetime                           std::int64_t seconds since 1970 UTC
//   lookup                             Reference
//   party_list                         PartyList
//   image                              std::string (base64, see image.h)
//   any, empty                         null (std::monostate)
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"

namespace satchel::model {

// Where a lookup points.
struct Reference {
  TableNumber table;
  RecordId id;
  auto operator<=>(const Reference&) const = default;
};

// One member of a party list. A list is a set keyed by `party`; it's kept sorted and without doubles.
struct Party {
  Reference party;
  std::string address_used = {};
  auto operator<=>(const Party&) const = default;
};
using PartyList = std::vector<Party>;

using Value = std::variant<std::monostate, std::int64_t, std::string, Reference, PartyList>;

inline bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }
inline const std::int64_t* integer_in(const Value& value) { return std::get_if<std::int64_t>(&value); }
inline const std::string* text_in(const Value& value) { return std::get_if<std::string>(&value); }
inline const Reference* reference_in(const Value& value) { return std::get_if<Reference>(&value); }
inline const PartyList* parties_in(const Value& value) { return std::get_if<PartyList>(&value); }

}  // namespace satchel::model
