// SPDX-License-Identifier: Apache-2.0
#include "server/access/internal/tries.h"

#include <algorithm>

#include "server/access/limits.h"

namespace satchel::server::access {

Duration Tries::wait_of(const Counts& counts, std::string_view key, Instant now) {
  const auto at = counts.find(std::string(key));
  return at == counts.end() || at->second.until <= now ? Duration() : at->second.until - now;
}

Result<void> Tries::check(std::string_view user_name, std::string_view peer, Instant now) const {
  const Duration wait = std::max(wait_of(users_, user_name, now), wait_of(peers_, peer, now));
  if (wait.milliseconds <= 0) return {};
  const auto seconds = std::to_string((wait.milliseconds + 999) / 1000);
  return Error{ErrorCode::too_many_requests, "Too many wrong passwords. Try again in " + seconds + " seconds.",
               seconds};
}

void Tries::failed(std::string_view user_name, std::string_view peer, Instant now) {
  add(users_, user_name, kFreeTriesOfUser, kWaitOfUserMax, now);
  if (!peer.empty()) add(peers_, peer, kFreeTriesOfPeer, kWaitOfPeerMax, now);
}

void Tries::succeeded(std::string_view user_name) { users_.erase(std::string(user_name)); }

void Tries::add(Counts& counts, std::string_view key, int free_tries, Duration wait_max, Instant now) {
  if (counts.size() >= kTriesRememberedMax) {
    std::erase_if(counts, [&](const auto& entry) { return entry.second.forget <= now; });
    // Somebody floods us with names. Those who wait stay; the others are forgiven.
    if (counts.size() >= kTriesRememberedMax)
      std::erase_if(counts, [&](const auto& entry) { return entry.second.until <= now; });
    if (counts.size() >= kTriesRememberedMax) return;
  }
  auto& count = counts[std::string(key)];
  if (count.forget <= now) count = {};
  ++count.failed;
  if (count.failed >= free_tries) {
    const int doublings = std::min(count.failed - free_tries, 20);
    count.until = now + std::min(wait_max, Duration::of_seconds(1) * (std::int64_t(1) << doublings));
  }
  count.forget = now + wait_max * 4;
}

}  // namespace satchel::server::access
