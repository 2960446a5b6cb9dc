// SPDX-License-Identifier: Apache-2.0
#include "bench/child.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

#include "base/text.h"
#include "edge/os/files.h"

namespace satchel::bench {
namespace {

Error system_error(const char* what) {
  return {ErrorCode::io_error, std::string(what) + " failed with number " + std::to_string(errno) + "."};
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // the parent is gone
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

// 0 at the end.
std::size_t read_some(int descriptor, std::array<char, 4096>& bytes) {
  for (;;) {
    const auto count = ::read(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
}

Json said_of(const Error& error) {
  auto json = Json::object();
  json.set("failed", std::string(name_of(error.code)));
  json.set("message", error.message);
  return json;
}

// The parent's way with signals isn't the child's.
void give_signals_back() {
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

void Child::Parent::say(const Json& json) { write_all(out_, json.dump() + "\n"); }

void Child::Parent::wait_until_released() {
  std::array<char, 4096> bytes{};
  while (read_some(hold_, bytes) > 0) {
  }
}

Result<Child> Child::start(const Work& work) {
  std::array<int, 2> said{}, hold{};
  if (::pipe(said.data()) != 0) return system_error("pipe");
  if (::pipe(hold.data()) != 0) return system_error("pipe");
  const pid_t process = ::fork();
  if (process < 0) return system_error("fork");
  if (process == 0) {
    ::close(said[0]);
    ::close(hold[1]);
    give_signals_back();
    Parent parent(said[1], hold[0]);
    if (const auto done = work(parent); !done) parent.say(said_of(done.error()));
    ::_exit(0);  // what the parent has open isn't ours to close
  }
  ::close(said[1]);
  ::close(hold[0]);
  return Child(process, said[0], hold[1]);
}

Child::~Child() {
  if (process_ < 0) return;
  ::close(hold_);
  ::close(in_);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<Json> Child::hear() {
  std::array<char, 4096> bytes{};
  for (auto end = heard_.find('\n'); end == heard_.npos; end = heard_.find('\n')) {
    const auto count = read_some(in_, bytes);
    if (count == 0) return Error{ErrorCode::internal, "A process of the bench ended without a word."};
    heard_.append(bytes.data(), count);
  }
  const auto end = heard_.find('\n');
  auto json = TRY(Json::parse(std::string_view(heard_).substr(0, end)));
  heard_.erase(0, end + 1);
  if (const auto failed = json.string_at("failed"); !failed.empty())
    return Error{ErrorCode::internal, std::string(json.string_at("message")) + " (" + std::string(failed) + ")"};
  return json;
}

Result<Json> in_child(const std::function<Result<Json>()>& work) {
  auto child = TRY(Child::start([&](Child::Parent& parent) -> Result<void> {
    auto json = TRY(work());
    json.set("peak_kb", peak_memory_kb());
    parent.say(json);
    return {};
  }));
  return child.hear();
}

std::int64_t peak_memory_kb() {
  const auto status = edge::os::read_file("/proc/self/status");
  if (!status) return 0;
  const std::string_view name = "VmHWM:";
  auto at = status->find(name);
  if (at == status->npos) return 0;
  at = status->find_first_not_of(" \t", at + name.size());
  std::int64_t kb = 0;
  std::from_chars(status->data() + at, status->data() + status->size(), kb);
  return kb;
}

double cpu_milliseconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

}  // namespace satchel::bench
