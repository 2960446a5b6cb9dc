// SPDX-License-Identifier: Apache-2.0
#include "edge/os/environment.h"

#include <cstdlib>
#include <cstring>

namespace satchel::edge::os {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::optional<std::string> take_secret_from_environment(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  std::string secret(value);
  // unsetenv leaves the bytes where /proc/self/environ shows them.
  ::explicit_bzero(value, secret.size());
  ::unsetenv(name.c_str());
  return secret;
}

}  // namespace satchel::edge::os
