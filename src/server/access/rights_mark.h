// SPDX-License-Identifier: Apache-2.0
//
// Rights mark: a random number kept in the database that changes whenever something changes that says who may do what:
// users, teams, units, roles, revoked sessions. What was cached under another mark is void.
//
// Random and not counted, so that a number that was written by a transaction which was rolled back never comes again;
// kept in the database, so that another process (an import beside the server) is heard too.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "sql/database.h"

namespace satchel::server::access {

// Creates its table where it is missing, inside the caller's transaction.
Result<void> create_rights_mark(sql::Database& database);
// 0 before the first touch.
Result<std::int64_t> rights_mark(sql::Database& database, OrganizationNumber organization);
// Inside the transaction of the change.
Result<void> touch_rights(sql::Database& database, OrganizationNumber organization, Random& random);

}  // namespace satchel::server::access
