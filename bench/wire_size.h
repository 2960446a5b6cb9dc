// SPDX-License-Identifier: Apache-2.0
//
// How many bytes a first sync brings over the wire, beside the same rows as compressed JSON lines.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace satchel::bench {

// Asks the service of `folder` for the pages of an administrator's first sync, without a network, and compresses each as the
// HTTP server does. The JSON lines have each row's columns that aren't null and are one stream of zstd at the same level. Gives
// {"rows", "wire_bytes", "json_bytes" (compressed), "filled"}: columns with a value, of all rows.
Result<Json> wire_size(const std::string& folder);

}  // namespace satchel::bench
