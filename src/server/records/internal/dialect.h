// SPDX-License-Identifier: Apache-2.0
//
// What differs between the engines in this room's DDL. SQLite's side; PostgreSQL's says "bytea" and "".
#pragma once

#include <string_view>

namespace satchel::server::records::dialect {

inline constexpr std::string_view kBlob = "blob";

// Behind "create table (...)": rows lie in the order of the primary key. For narrow tables only: measured with 100,000
// contacts, records themselves are read faster from a table by number with an index on their ids, for whole rows in the
// upper floors of a tree make it tall.
inline constexpr std::string_view kClustered = " without rowid";

}  // namespace satchel::server::records::dialect
