// SPDX-License-Identifier: Apache-2.0
#include "edge/os/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <thread>

namespace satchel::edge::os {
namespace {

// A signal handler can reach nothing but globals, and may do little more than write to a descriptor.
std::atomic<int> wake_descriptor{-1};

constexpr std::uint64_t kStop = 1;
constexpr std::uint64_t kHangup = std::uint64_t{1} << 16;
constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;

void on_signal(int signal) {
  const int saved = errno;
  const std::uint64_t mark = signal == SIGHUP ? kHangup : kStop;
  [[maybe_unused]] const ssize_t size = ::write(wake_descriptor.load(), &mark, sizeof mark);
  errno = saved;
}

class Watcher final : public StopSignal {
 public:
  Watcher(int descriptor, std::function<void()> on_stop, std::function<void()> on_hangup)
      : descriptor_(descriptor), on_stop_(std::move(on_stop)), on_hangup_(std::move(on_hangup)) {
    wake_descriptor = descriptor;
    struct sigaction action{};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    ::sigaction(SIGTERM, &action, &term_before_);
    ::sigaction(SIGINT, &action, &int_before_);
    action.sa_flags = static_cast<int>(SA_RESTART);
    if (on_hangup_) ::sigaction(SIGHUP, &action, &hangup_before_);
    thread_ = std::thread([this] { watch(); });
  }

  ~Watcher() override {
    ::sigaction(SIGTERM, &term_before_, nullptr);
    ::sigaction(SIGINT, &int_before_, nullptr);
    if (on_hangup_) ::sigaction(SIGHUP, &hangup_before_, nullptr);
    [[maybe_unused]] const ssize_t size = ::write(descriptor_, &kEnd, sizeof kEnd);
    thread_.join();
    wake_descriptor = -1;
    ::close(descriptor_);
  }

  bool raised() const override { return raised_; }

 private:
  // An eventfd adds up what is written: stops below, hang-ups above them, the destructor's mark on top.
  void watch() {
    for (;;) {
      std::uint64_t sum = 0;
      if (::read(descriptor_, &sum, sizeof sum) < 0) {
        if (errno == EINTR) continue;
        return;
      }
      if (sum % kHangup != 0 && !raised_.exchange(true)) on_stop_();
      if (sum % kEnd >= kHangup) on_hangup_();
      if (sum >= kEnd) return;
    }
  }

  int descriptor_;
  std::function<void()> on_stop_, on_hangup_;
  std::atomic<bool> raised_{false};
  struct sigaction term_before_{};
  struct sigaction int_before_{};
  struct sigaction hangup_before_{};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<StopSignal>> StopSignal::install(std::function<void()> on_stop,
                                                        std::function<void()> on_hangup) {
  assert(wake_descriptor == -1);  // One at a time.
  const int descriptor = ::eventfd(0, EFD_CLOEXEC);
  if (descriptor < 0)
    return Error{ErrorCode::io_error, "Signals can't be watched: " + std::string(std::strerror(errno)) + "."};
  return std::unique_ptr<StopSignal>(std::make_unique<Watcher>(descriptor, std::move(on_stop), std::move(on_hangup)));
}

void ignore_file_size_signal() { std::signal(SIGXFSZ, SIG_IGN); }

}  // namespace satchel::edge::os
