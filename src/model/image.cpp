// SPDX-License-Identifier: Apache-2.0
#include "model/image.h"

namespace satchel::model {

std::string_view image_type(std::string_view base64) {
  if (base64.starts_with("iVBORw0KGgo")) return "image/png";
  if (base64.starts_with("/9j/")) return "image/jpeg";
  if (base64.starts_with("R0lGOD")) return "image/gif";
  return {};
}

std::size_t image_bytes(std::string_view base64) {
  const std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  return base64.size() < 4 ? 0 : base64.size() / 4 * 3 - padding;
}

}  // namespace satchel::model
