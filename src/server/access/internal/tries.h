// SPDX-License-Identifier: Apache-2.0
//
// Tries: wrong passwords of the last minutes, per user name and per address, and how long the next one has to wait.
// In memory: a restart forgives, and an attacker can't make the server write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"

namespace satchel::server::access {

class Tries {
 public:
  // Errors: too_many_requests with the seconds to wait in `target`.
  Result<void> check(std::string_view user_name, std::string_view peer, Instant now) const;
  void failed(std::string_view user_name, std::string_view peer, Instant now);
  // The address isn't forgiven: one good account would let it guess at all the others.
  void succeeded(std::string_view user_name);

 private:
  struct Count {
    int failed = 0;
    Instant until;   // no try before
    Instant forget;  // as if nothing had been
  };
  using Counts = std::unordered_map<std::string, Count>;
  static Duration wait_of(const Counts& counts, std::string_view key, Instant now);
  static void add(Counts& counts, std::string_view key, int free_tries, Duration wait_max, Instant now);

  Counts users_, peers_;
};

}  // namespace satchel::server::access
