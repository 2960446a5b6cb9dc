// SPDX-License-Identifier: Apache-2.0
#include "model/internal/standard.h"
#include "model/internal/standard_pack.h"

namespace satchel::model {

Result<Schema> internal::load_standard() { return Schema::unpack(standard_pack().front().second); }

}  // namespace satchel::model
