// SPDX-License-Identifier: Apache-2.0
#include "edge/os/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace satchel::edge::os {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t size = ::getrandom(out.data(), out.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      std::fputs("The operating system gives no random bytes; stopping rather than making guessable keys.\n", stderr);
      std::abort();
    }
    out = out.subspan(static_cast<std::size_t>(size));
  }
}

}  // namespace satchel::edge::os
