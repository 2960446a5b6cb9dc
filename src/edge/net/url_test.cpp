// SPDX-License-Identifier: Apache-2.0
#include "edge/net/url.h"

#include <doctest/doctest.h>

namespace satchel::edge::net {

TEST_CASE("URLs are taken apart and put together") {
  CHECK(*parse_url("http://127.0.0.1:8080") == Url{false, "127.0.0.1", 8080, "/"});
  CHECK(*parse_url("https://CRM.Example/a/b?c=d#e") == Url{true, "crm.example", 443, "/a/b?c=d"});
  CHECK(*parse_url("HTTP://[::1]:99?x") == Url{false, "::1", 99, "/?x"});
  CHECK(*parse_url("http://host:/") == Url{false, "host", 80, "/"});
  CHECK(parse_url("https://[2001:db8::1]/")->origin() == "https://[2001:db8::1]");
  CHECK(parse_url("http://host:443/")->origin() == "http://host:443");
  CHECK(parse_url("https://host:443/")->origin() == "https://host");
}

TEST_CASE("what isn't a URL is refused with its reason") {
  for (const char* text :
       {"", "host", "host:80", "ftp://host/", "http://", "http:///path", "http://user:secret@host/", "http://ho st/",
        "http://host/a b", "http://host:0/", "http://host:70000/", "http://host:80x/", "http://[::1/", "http://[::1]x/",
        "http://[x]/", "http://host/\r\nInjected: yes", "http://host:-1/"}) {
    const auto url = parse_url(text);
    CAPTURE(text);
    REQUIRE_FALSE(url.ok());
    CHECK(url.error().code == ErrorCode::bad_value);
    CHECK(url.error().target == "url");
  }
}

TEST_CASE("addresses to listen on") {
  CHECK(*parse_endpoint("127.0.0.1:8080") == Endpoint{"127.0.0.1", 8080});
  CHECK(*parse_endpoint("[::1]:0") == Endpoint{"::1", 0});
  CHECK(*parse_endpoint("localhost:1") == Endpoint{"localhost", 1});
  CHECK(*parse_endpoint(":8080") == Endpoint{"0.0.0.0", 8080});
  for (const char* text :
       {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "::1:80", "[::1]", "[]:80", "a b:80", "host:65536"}) {
    CAPTURE(text);
    CHECK(parse_endpoint(text).error().code == ErrorCode::bad_value);
  }
}

}  // namespace satchel::edge::net
