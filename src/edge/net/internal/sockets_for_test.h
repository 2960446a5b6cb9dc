// SPDX-License-Identifier: Apache-2.0
//
// For this room's tests: the other side of a connection, byte by byte, without the code under test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace satchel::edge::net {

// A TCP connection. Reading waits at most ten seconds, so that a broken test fails rather than hangs.
class WireForTest {
 public:
  explicit WireForTest(int descriptor) : descriptor_(descriptor) {}
  WireForTest(WireForTest&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), rest_(std::move(other.rest_)) {}
  ~WireForTest() { close(); }

  static WireForTest connect(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
      return WireForTest(descriptor);
    ::close(descriptor);
    return WireForTest(-1);
  }

  bool connected() const { return descriptor_ >= 0; }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  // Everything until the other side closes.
  std::string read_all() {
    while (more()) {
    }
    return std::exchange(rest_, {});
  }
  // Up to and including `end`; all there is if the connection ends before.
  std::string read_until(std::string_view end) {
    std::size_t at;
    while ((at = rest_.find(end)) == rest_.npos)
      if (!more()) return std::exchange(rest_, {});
    return take(at + end.size());
  }
  // One HTTP message whose head has a Content-Length.
  std::string read_message() {
    std::string message = read_until("\r\n\r\n");
    const auto at = message.find("Content-Length: ");
    const std::size_t size = at == message.npos ? 0 : std::stoul(message.substr(at + 16));
    while (rest_.size() < size && more()) {
    }
    return message + take(std::min(size, rest_.size()));
  }

 private:
  bool more() {
    pollfd wait{descriptor_, POLLIN, 0};
    char chunk[1 << 16];
    if (descriptor_ < 0 || ::poll(&wait, 1, 10'000) != 1) return false;
    const auto size = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (size > 0) rest_.append(chunk, static_cast<std::size_t>(size));
    return size > 0;
  }
  std::string take(std::size_t size) {
    std::string taken = rest_.substr(0, size);
    rest_.erase(0, size);
    return taken;
  }

  int descriptor_;
  std::string rest_;
};

// A server that plays a script: the n-th connection is given to the n-th function; later ones are refused.
class ScriptForTest {
 public:
  using Part = std::function<void(WireForTest&)>;

  explicit ScriptForTest(std::vector<Part> parts) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    (void)::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    (void)::listen(listener_, 16);
    (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, parts = std::move(parts)] {
      for (const auto& part : parts) {
        WireForTest wire(::accept(listener_, nullptr, nullptr));
        if (!wire.connected()) break;
        part(wire);
      }
      ::shutdown(listener_, SHUT_RDWR);
    });
  }
  ScriptForTest(const ScriptForTest&) = delete;
  ~ScriptForTest() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace satchel::edge::net
