// SPDX-License-Identifier: Apache-2.0
//
// Rows: records in and out of their tables. No rules here.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/record.h"
#include "server/records/internal/context.h"

namespace satchel::server::records {

Result<std::optional<model::Record>> find_row(Context& context, const TableSql& table, RecordId id);
// Version, owner and owning unit alone: what rights ask for. The other values are null.
Result<std::optional<model::Record>> find_keys(Context& context, const TableSql& table, RecordId id);

Result<void> insert_row(Context& context, const TableSql& table, const model::Record& record);
// Writes the columns that differ.
Result<void> update_row(Context& context, const TableSql& table, const model::Record& before,
                        const model::Record& after);
Result<void> delete_row(Context& context, const TableSql& table, RecordId id);

// Records whose text in `column` is the same to people: by fold key where one is kept, else by its characters.
Result<std::vector<RecordId>> find_text(Context& context, const TableSql& table, const model::Column& column,
                                        std::string_view text);

// The seq at which the id was deleted for good.
Result<std::optional<Seq>> find_deleted(Context& context, RecordId id);
Result<void> write_deleted(Context& context, const TableSql& table, RecordId id, Seq seq);

}  // namespace satchel::server::records
