// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <doctest/doctest.h>

#include "base/bytes.h"

namespace satchel {
namespace {

// The sums cross the wire, so a device and a server of other builds must find the same. The values of "" are the published
// ones; the others are what xxHash 0.8.1 gave on x86-64, for a short and a long text take other ways through it.
TEST_SUITE("hash") {
  TEST_CASE("hash64 is XXH3, the same in every build") {
    CHECK(hash64("") == 0x2D06800538D394C2);
    CHECK(hash64("satchel") == 0x3B9B5B9A7F382FC2);
    CHECK(hash64(std::string(1000, 'a')) == 0xB3E7AF627147DB7C);
  }

  TEST_CASE("hash128 is XXH3 in canonical byte order, the same in every build") {
    CHECK(to_hex(hash128("")) == "99aa06d3014798d86001c324468d497f");
    CHECK(to_hex(hash128("satchel")) == "0490f0fb28d033b10bcf80edc8e66b0d");
    CHECK(to_hex(hash128(std::string(1000, 'a'))) == "b01da365eddaa29cb3e7af627147db7c");
  }
}

}  // namespace
}  // namespace satchel
