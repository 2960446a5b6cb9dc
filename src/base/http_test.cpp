// SPDX-License-Identifier: Apache-2.0
#include "base/http.h"

#include <doctest/doctest.h>

namespace satchel {
namespace {

TEST_SUITE("http") {
  TEST_CASE("a header is found whatever the case of its name") {
    const Headers headers{{"If-Match", "W/\"7\""}};
    CHECK(headers.get("if-match") == "W/\"7\"");
    CHECK(headers.has("IF-MATCH"));
    CHECK_FALSE(headers.has("If-None-Match"));
    CHECK(headers.get("If-None-Match") == "");
  }

  TEST_CASE("an empty header is there, though its value is empty") {
    const Headers headers{{"Prefer", ""}};
    CHECK(headers.has("Prefer"));
    CHECK(headers.get("Prefer") == "");
  }

  TEST_CASE("get gives the first of several") {
    Headers headers;
    headers.add("Prefer", "return=minimal");
    headers.add("prefer", "odata.continue-on-error");
    CHECK(headers.get("Prefer") == "return=minimal");
  }

  TEST_CASE("set replaces all of that name and keeps the place of the first") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}, {"C", "4"}};
    headers.set("a", "5");
    CHECK(headers == Headers{{"A", "5"}, {"B", "2"}, {"C", "4"}});
    headers.set("D", "6");
    CHECK(headers == Headers{{"A", "5"}, {"B", "2"}, {"C", "4"}, {"D", "6"}});
  }

  TEST_CASE("remove takes all of that name") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.remove("A");
    headers.remove("missing");
    CHECK(headers == Headers{{"B", "2"}});
  }

  TEST_CASE("every status has a phrase, an unknown one that of its class") {
    CHECK(reason_phrase(412) == "Precondition Failed");
    CHECK(reason_phrase(424) == "Failed Dependency");
    CHECK(reason_phrase(499) == "Client Error");
    CHECK(reason_phrase(0) == "Unknown");
  }
}

}  // namespace
}  // namespace satchel
