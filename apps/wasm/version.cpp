// SPDX-License-Identifier: Apache-2.0
// What the host asks first: the version of the face between module and host. It goes up when an export changes.
#include <cstdint>

namespace {
constexpr std::int32_t kHostFaceVersion = 0;
}

extern "C" __attribute__((export_name("satchel_face_version"))) std::int32_t satchel_face_version() {
  return kHostFaceVersion;
}
