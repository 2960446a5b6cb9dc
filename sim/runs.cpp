// SPDX-License-Identifier: Apache-2.0
#include "sim/runs.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace satchel::sim {
namespace {

struct Worker {
  pid_t process = -1;
  int results = -1;  // the reading end
};

// passed, length, text
struct Head {
  std::uint8_t passed = 0;
  std::uint32_t length = 0;
};

bool write_all(int file, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const auto written = write(file, at, size);
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool read_all(int file, void* bytes, std::size_t size) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
    const auto got = read(file, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

[[noreturn]] void work(int results, long first, long count, long stride, const std::function<Outcome(long)>& run) {
  for (long i = first; i < count; i += stride) {
    const auto outcome = run(i);
    const Head head{outcome.passed, static_cast<std::uint32_t>(outcome.text.size())};
    if (!write_all(results, &head, sizeof head) || !write_all(results, outcome.text.data(), outcome.text.size())) break;
  }
  _exit(0);
}

Worker begin(long first, long count, long stride, const std::function<Outcome(long)>& run) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  Worker worker;
  worker.process = fork();
  if (worker.process == 0) {
    close(ends[0]);
    work(ends[1], first, count, stride, run);
  }
  close(ends[1]);
  worker.results = ends[0];
  return worker;
}

Outcome next_of(const Worker& worker) {
  Head head;
  if (!read_all(worker.results, &head, sizeof head)) return {false, "the process died"};
  Outcome outcome{head.passed != 0, std::string(head.length, '\0')};
  if (!read_all(worker.results, outcome.text.data(), outcome.text.size())) return {false, "the process died"};
  return outcome;
}

}  // namespace

void run_all(long count, long jobs, const std::function<Outcome(long)>& run,
             const std::function<bool(long, const Outcome&)>& take) {
  if (jobs <= 1) {
    for (long i = 0; i < count; ++i)
      if (!take(i, run(i))) return;
    return;
  }
  std::fflush(stdout);
  std::vector<Worker> workers;
  for (long j = 0; j < jobs; ++j) workers.push_back(begin(j, count, jobs, run));
  for (long i = 0; i < count; ++i)
    if (!take(i, next_of(workers[static_cast<std::size_t>(i % jobs)]))) break;
  for (const auto& worker : workers) {
    if (worker.results >= 0) close(worker.results);
    if (worker.process <= 0) continue;
    kill(worker.process, SIGKILL);  // it is at its end, or nobody waits for the rest
    waitpid(worker.process, nullptr, 0);
  }
}

long processors() {
  const auto count = std::thread::hardware_concurrency();
  return count > 0 ? static_cast<long>(count) : 1;
}

}  // namespace satchel::sim
