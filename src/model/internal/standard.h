// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schema.h"

namespace satchel::model::internal {

// What Schema::standard() is made of, so that a test can say what is wrong with schema/*.json.
Result<Schema> load_standard();

}  // namespace satchel::model::internal
