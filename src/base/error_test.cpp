// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace satchel {
namespace {

TEST_SUITE("error") {
  TEST_CASE("each code has a snake_case name of its own") {
    std::set<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(ErrorCode::wiped); ++code) {
      const auto name = name_of(static_cast<ErrorCode>(code));
      CAPTURE(name);
      CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
      CHECK(names.insert(name).second);
      CHECK(error_code_named(name) == static_cast<ErrorCode>(code));
    }
  }

  TEST_CASE("a name that isn't a code's has none") {
    CHECK_FALSE(error_code_named("0x80040217"));
    CHECK_FALSE(error_code_named(""));
  }

  TEST_CASE("each code has a status that tells a client that it failed") {
    for (int code = 0; code <= static_cast<int>(ErrorCode::wiped); ++code) {
      CAPTURE(name_of(static_cast<ErrorCode>(code)));
      const int status = http_status_of(static_cast<ErrorCode>(code));
      CHECK(status >= 400);
      CHECK(status < 600);
    }
  }

  TEST_CASE("conditional requests fail with the statuses of OData") {
    CHECK(http_status_of(ErrorCode::exists) == 412);
    CHECK(http_status_of(ErrorCode::version_conflict) == 412);
    CHECK(http_status_of(ErrorCode::not_found) == 404);
    CHECK(http_status_of(ErrorCode::deleted) == 410);
    CHECK(http_status_of(ErrorCode::referenced) == 405);
    CHECK(http_status_of(ErrorCode::failed_dependency) == 424);
    CHECK(http_status_of(ErrorCode::history_changed) == 409);
    CHECK(http_status_of(ErrorCode::update_required) == 426);
    CHECK(http_status_of(ErrorCode::not_implemented) == 501);
  }
}

}  // namespace
}  // namespace satchel
