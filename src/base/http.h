// SPDX-License-Identifier: Apache-2.0
//
// HTTP messages as values. Who carries them (a socket, a browser, the simulator) is the edge's business.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace satchel {

// Header fields in order; names compare without case (RFC 9110, section 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  // The first value, or "" if absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // Replaces all of that name.
  void set(std::string_view name, std::string value);
  void add(std::string_view name, std::string value) { fields_.emplace_back(std::string(name), std::move(value)); }
  void remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;  // "GET"
  std::string target;  // origin form: "/api/data/v9.2/contacts?$top=5"
  Headers headers;
  std::string body;
  std::string peer = {};        // the client's address, for slowing down wrong passwords
  bool trusted_channel = true;  // TLS or loopback: Basic authentication is allowed
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

std::string_view reason_phrase(int status);

}  // namespace satchel
