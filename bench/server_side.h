// SPDX-License-Identifier: Apache-2.0
//
// The server of the bench: the real one, on a real file, behind real HTTP on this machine.
#pragma once

#include <memory>
#include <string>

#include "bench/child.h"
#include "edge/os/random.h"
#include "server/service/service.h"

namespace satchel::bench {

inline constexpr const char* kAdministrator = "admin";
inline constexpr const char* kDrafter = "drafter";  // reads everything, and has no offline profile
inline constexpr const char* kPassword = "bench-password";

// A server's parts, opened on a folder.
struct Server {
  static Result<std::unique_ptr<Server>> open(const std::string& folder);

  edge::os::SystemRandom random;
  NullLog log;
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<server::access::PasswordHasher> hasher;
  std::unique_ptr<server::service::Service> service;
};

// Makes an organisation with the representatives and about `rows` made-up rows. Gives {"rows", "seconds"}.
Result<Json> fill_server(const std::string& folder, std::int64_t rows);

// Says {"url"}, and serves until the parent lets go. Answers /bench/usage too, with {"cpu_ms", "peak_kb"} of itself.
Result<void> serve(const std::string& folder, Child::Parent& parent);

struct Usage {
  double cpu_ms = 0;  // of all threads, since the start
  std::int64_t peak_kb = 0;
};
Result<Usage> usage_of(const std::string& url);

}  // namespace satchel::bench
