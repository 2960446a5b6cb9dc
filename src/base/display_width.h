// SPDX-License-Identifier: Apache-2.0
//
// How wide a text is on a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace satchel {

// The places that `text` takes: wide characters two, accents that combine none. What isn't UTF-8 takes one a byte.
std::size_t display_width(std::string_view text);
// Its longest beginning that takes at most `width` places; a character and its accents stay together.
std::string_view display_prefix(std::string_view text, std::size_t width);

}  // namespace satchel
