// SPDX-License-Identifier: Apache-2.0
#include "base/display_width.h"

#include <doctest/doctest.h>

namespace satchel {
namespace {

TEST_CASE("wide characters take two places, accents that combine none") {
  CHECK(display_width("Markovic") == 8);
  CHECK(display_width("Marković") == 8);
  CHECK(display_width("Markovic\u0301") == 8);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("") == 0);
  CHECK(display_prefix("東京", 3) == "東");
  CHECK(display_prefix("e\u0301e\u0301", 1) == "e\u0301");
  CHECK(display_prefix("abc", 5) == "abc");
  CHECK(display_prefix("abc", 0) == "");
  CHECK(display_width("a\xFFz") == 3);
}

}  // namespace
}  // namespace satchel
