// SPDX-License-Identifier: Apache-2.0
// A program of the build: writes the packed standard schema to its output, which satchel.wasm then carries.
#include <cstdio>

#include "model/internal/standard.h"

int main() {
  const auto schema = satchel::model::internal::load_standard();
  if (!schema) {
    std::fprintf(stderr, "%s\n", schema.error().message.c_str());
    return 1;
  }
  const auto bytes = schema->pack();
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
}
