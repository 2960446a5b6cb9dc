// SPDX-License-Identifier: Apache-2.0
#include "base/display_width.h"

#include <utf8proc.h>

#include <algorithm>

namespace satchel {

namespace {

// The places of the character that `text` begins with; takes it away. What isn't UTF-8 takes one place a byte.
std::size_t take_width(std::string_view& text) {
  utf8proc_int32_t point = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point);
  text.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
  return size > 0 ? static_cast<std::size_t>(std::max(utf8proc_charwidth(point), 0)) : 1;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += take_width(text);
  return width;
}

std::string_view display_prefix(std::string_view text, std::size_t width) {
  auto rest = text;
  for (std::size_t used = 0; !rest.empty();) {
    auto behind = rest;
    used += take_width(behind);
    if (used > width) break;
    rest = behind;
  }
  return text.substr(0, text.size() - rest.size());
}

}  // namespace satchel
