// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schema.h"

namespace satchel::model::internal {

// What Schema::standard() is made of, so that a test can say what is wrong with schema/*.json. load_standard.cpp loads the files
// that the program carries. In satchel.wasm packed/load_standard.cpp stands in for it and unpacks what was loaded and packed when
// the module was built: a phone should download neither the files nor their reader.
Result<Schema> load_standard();

}  // namespace satchel::model::internal
