// SPDX-License-Identifier: Apache-2.0
//
// KnownSchema: the schema for which the store's contents were written, kept beside them. A later program reads it to know what
// a column meant whose meaning has changed, and which words a choice had that is gone (Y26).
#pragma once

#include <optional>

#include "model/schema.h"
#include "sql/database.h"

namespace satchel::device::store {

class KnownSchema {
 public:
  explicit KnownSchema(sql::Database& database) : database_(database) {}

  // nullopt if there is none, or none that this program can load: then nothing is known, and that's no error.
  Result<std::optional<model::Schema>> read();
  // In place of what was there.
  Result<void> write(const model::Schema& schema);

 private:
  sql::Database& database_;
};

}  // namespace satchel::device::store
