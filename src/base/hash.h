// SPDX-License-Identifier: Apache-2.0
//
// Fast hashes for sums and comparison (XXH3). Not for secrets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace satchel {

std::uint64_t hash64(std::string_view bytes);
// 16 bytes.
std::string hash128(std::string_view bytes);

}  // namespace satchel
