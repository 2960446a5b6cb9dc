// SPDX-License-Identifier: Apache-2.0
//
// Many at once: a load program on the same cores as the server, with threads for people.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace satchel::bench {

inline constexpr std::int64_t kWritesPerSecond = 100;

// Eight people change `writes` contacts, one after the other each. Gives {"writes", "ms"}.
Result<Json> crowd_of_writers(const std::string& url, std::int64_t writes);

// The first syncs of all representatives' devices at one time, each with his own rows. The pages are read but not stored, for
// twenty phones have forty cores of their own. Gives {"devices", "rows", "ms"}.
Result<Json> crowd_of_devices(const std::string& url);

// The devices of all representatives but the first ask again and again whether there's anything new, while the first one changes
// kWritesPerSecond of his own contacts, which none of them sees. Gives {"pulls", "writes", "ms", "scopes"}: of each device, at most.
Result<Json> crowd_of_idle_devices(const std::string& url);

}  // namespace satchel::bench
