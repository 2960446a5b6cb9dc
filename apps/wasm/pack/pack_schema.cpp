// SPDX-License-Identifier: Apache-2.0
// A program of the build: writes the packed standard schema to its output, which satchel.wasm then carries.
#include <cstdio>

#include "model/schema.h"

int main() {
  const auto bytes = satchel::model::Schema::standard().pack();
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
}
