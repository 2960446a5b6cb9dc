// SPDX-License-Identifier: Apache-2.0
//
// Addresses as people type them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace satchel::edge::net {

// An http or https URL (RFC 3986, RFC 9110 section 4.2).
struct Url {
  bool tls = false;
  std::string host;  // without brackets: "crm.example", "::1"
  std::uint16_t port = 80;
  std::string target = "/";  // path and query, as in a request line

  // As the Host field has it: brackets around IPv6, the port unless it is the scheme's own.
  std::string authority() const;
  // "http://127.0.0.1:8080".
  std::string origin() const;
  bool operator==(const Url&) const = default;
};

// Errors: bad_value, target "url". Takes no user name or password: they would end up in logs. A fragment is cut off.
Result<Url> parse_url(std::string_view text);

// "127.0.0.1:8080", "[::1]:8080", "localhost:0", ":8080" (every IPv4 address).
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

// Errors: bad_value, target "address".
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace satchel::edge::net
