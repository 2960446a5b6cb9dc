// SPDX-License-Identifier: Apache-2.0
#include "edge/net/internal/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace satchel::edge::net {
namespace {

using Addresses = std::vector<std::string>;

std::string text_of(const addrinfo& info) {
  char text[NI_MAXHOST] = {};
  ::getnameinfo(info.ai_addr, info.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code == EAI_NONAME) return Error{ErrorCode::offline, "the name isn't known"};
  if (code != 0)
    return Error{ErrorCode::offline, std::string("its name can't be looked up (") + ::gai_strerror(code) + ")"};
  Addresses addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    auto text = text_of(*info);
    if (std::find(addresses.begin(), addresses.end(), text) == addresses.end()) addresses.push_back(std::move(text));
  }
  ::freeaddrinfo(found);
  return addresses;
}

// Shared with a thread that may outlive the caller's patience.
struct LookUp {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<Addresses>> result;
};

}  // namespace

bool is_numeric_host(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

Result<Addresses> resolve_host(const std::string& host, std::chrono::steady_clock::time_point end,
                               const std::atomic<bool>& canceled) {
  if (is_numeric_host(host)) return Addresses{host};
  const auto shared = std::make_shared<LookUp>();
  std::thread([shared, host] {
    auto result = look_up(host);
    const std::lock_guard lock(shared->mutex);
    shared->result = std::move(result);
    shared->done.notify_all();
  }).detach();
  std::unique_lock lock(shared->mutex);
  while (!shared->result) {
    if (canceled) return Error{ErrorCode::canceled, "canceled"};
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return Error{ErrorCode::offline, "looking up its name took too long"};
    shared->done.wait_until(lock, std::min(end, now + std::chrono::milliseconds(50)));
  }
  return *shared->result;
}

}  // namespace satchel::edge::net
