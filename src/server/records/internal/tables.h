// SPDX-License-Identifier: Apache-2.0
//
// Tables: the DDL of an organisation's records, from the schema, and what brings an older database up to it.
//
//   "<name>"(organization, id, version, <stored columns>)   one per schema table; unique (organization, id)
//   organization_state   one row per organisation: head seq and mark, epoch, floor, marks of caches, secret
//   commit_mark          (organization, seq) -> mark, made_at
//   scope                (table, kind, key) -> number
//   scope_entry          (organization, scope, record) -> seq, op; also by (organization, scope, seq, record)
//   scope_total          count, sum and last seq of each scope
//   deleted_record       ids that never come back
//   request_memory       answers to changes that may be asked again
//   store_format, schema_file, schema_column   what this database was made for
#pragma once

#include "base/result.h"
#include "server/records/internal/context.h"

namespace satchel::server::records {

inline constexpr std::int64_t kStoreFormat = 1;

// Inside a write transaction. Errors: store_newer, schema_invalid.
Result<void> prepare_tables(Context& context);

}  // namespace satchel::server::records
