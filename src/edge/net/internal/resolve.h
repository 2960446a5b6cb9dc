// SPDX-License-Identifier: Apache-2.0
//
// Host names into addresses, with a time limit: the system's own lookup has none and can't be stopped.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace satchel::edge::net {

// "192.0.2.1", "2001:db8::1".
bool is_numeric_host(const std::string& host);

// Numeric addresses ("192.0.2.1", "2001:db8::1") in the order to try. `host` may be one already.
// Error: offline, with the reason only ("the name isn't known"); canceled soon after `canceled` turned true.
Result<std::vector<std::string>> resolve_host(const std::string& host, std::chrono::steady_clock::time_point end,
                                              const std::atomic<bool>& canceled);

}  // namespace satchel::edge::net
