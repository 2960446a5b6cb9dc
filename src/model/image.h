// SPDX-License-Identifier: Apache-2.0
//
// Pictures of records: small enough to travel and be kept as any other value, in the record's row (docs/adr/0006). They are
// held as base64, so that each way that takes a text takes them; what they are is told by their first bytes:
//
//   iVBORw0KGgo…   image/png      /9j/…   image/jpeg      R0lGOD…   image/gif
#pragma once

#include <cstddef>
#include <string_view>

namespace satchel::model {

// Bytes of a picture. One of 144 by 144 pixels, which is what screens show, has some 5,000 as JPEG, and 62,000 as the worst PNG.
inline constexpr std::size_t kImageBytesMax = 64 * 1024;

// "image/png", or "" for anything else.
std::string_view image_type(std::string_view base64);

// How many bytes the text stands for.
std::size_t image_bytes(std::string_view base64);

}  // namespace satchel::model
