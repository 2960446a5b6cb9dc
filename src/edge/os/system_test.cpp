// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>
#include <semaphore>
#include <string>

#include "edge/os/clock.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"
#include "edge/os/random.h"
#include "edge/os/signals.h"
#include "edge/os/stderr_log.h"
#include "edge/os/terminal.h"

namespace satchel::edge::os {

TEST_CASE("clocks go forward and tell plausible times") {
  CHECK(SystemClock().now() > Instant::of_seconds(1'700'000'000));
  const ElapsedClock elapsed;
  const auto first = elapsed.now();
  CHECK(first.milliseconds > 0);
  CHECK(elapsed.now() >= first);
  CHECK(elapsed.start_mark().size() == 36);
  CHECK(elapsed.start_mark() == elapsed.start_mark());
}

TEST_CASE("random bytes differ") {
  SystemRandom random;
  CHECK(random.hex(16) != random.hex(16));
  std::string large(1 << 20, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(large.data()), large.size()});
  CHECK(large.substr(large.size() - 16) != std::string(16, '\0'));
}

TEST_CASE("an empty variable counts as absent, and a secret is taken out") {
  ::setenv("SATCHEL_TEST_VARIABLE", "", 1);
  CHECK_FALSE(environment("SATCHEL_TEST_VARIABLE"));
  ::setenv("SATCHEL_TEST_VARIABLE", "1234", 1);
  CHECK(environment("SATCHEL_TEST_VARIABLE") == "1234");
  CHECK(take_secret_from_environment("SATCHEL_TEST_VARIABLE") == "1234");
  CHECK_FALSE(environment("SATCHEL_TEST_VARIABLE"));
}

TEST_CASE("the limit of open files is raised, never lowered") {
  const auto before = raise_descriptor_limit(0);
  CHECK(before > 0);
  CHECK(raise_descriptor_limit(before + 1) >= before);
}

TEST_CASE("a stop signal makes one call, and a later one finds the old behaviour") {
  struct sigaction before{}, after{};
  ::sigaction(SIGTERM, nullptr, &before);
  for (const int signal : {SIGTERM, SIGINT}) {
    std::promise<void> called;
    auto installed = StopSignal::install([&] { called.set_value(); });
    REQUIRE(installed.ok());
    CHECK_FALSE((*installed)->raised());
    ::kill(::getpid(), signal);
    called.get_future().wait();
    CHECK((*installed)->raised());
    ::sigaction(signal, nullptr, &after);
    CHECK((after.sa_handler == SIG_DFL));
  }
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK((after.sa_handler == before.sa_handler));
}

TEST_CASE("SIGHUP calls each time, and stops nothing") {
  std::counting_semaphore<8> called(0);
  {
    auto installed = StopSignal::install([] {}, [&] { called.release(); });
    REQUIRE(installed.ok());
    for (int i = 0; i < 3; ++i) {
      ::kill(::getpid(), SIGHUP);
      called.acquire();
    }
    CHECK_FALSE((*installed)->raised());
  }
  struct sigaction after{};
  ::sigaction(SIGHUP, nullptr, &after);
  CHECK((after.sa_handler == SIG_DFL));
}

TEST_CASE("the program's folder is where its file lies") { CHECK(exists(program_folder() + "/edge_os_test")); }

// A child on a terminal of its own asks for a password; what the terminal shows must not hold it.
TEST_CASE("a password is read without being shown") {
  int answer[2];
  REQUIRE(::pipe(answer) == 0);
  int screen = -1;
  const pid_t child = ::forkpty(&screen, nullptr, nullptr, nullptr);
  if (child == 0) {
    const auto password = read_password("PIN: ");
    const std::string told = password.ok() ? *password : "failed";
    [[maybe_unused]] const auto size = ::write(answer[1], told.data(), told.size());
    ::_exit(color_wanted(Stream::output) ? 1 : 0);
  }
  std::string shown;
  char chunk[256];
  while (shown.find("PIN: ") == std::string::npos) {
    const auto size = ::read(screen, chunk, sizeof chunk);
    REQUIRE(size > 0);
    shown.append(chunk, static_cast<std::size_t>(size));
  }
  std::string heard;
  REQUIRE(::write(screen, "geheim 12\n", 10) == 10);
  ::close(answer[1]);
  for (ssize_t size = 0; (size = ::read(answer[0], chunk, sizeof chunk)) > 0;)
    heard.append(chunk, static_cast<std::size_t>(size));
  for (ssize_t size = 0; (size = ::read(screen, chunk, sizeof chunk)) > 0;)
    shown.append(chunk, static_cast<std::size_t>(size));
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(heard == "geheim 12");
  CHECK(shown.find("geheim") == std::string::npos);
  ::close(screen);
  ::close(answer[0]);
}

TEST_CASE("a log line is one line, whatever stands in it") {
  int out[2];
  REQUIRE(::pipe(out) == 0);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(out[1], STDERR_FILENO);
  StderrLog log(LogLevel::warning);
  log.write(LogLevel::info, "edge/os", "not shown");
  log.write(LogLevel::error, "edge/os", "first\nsecond\x1b[31m");
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(out[1]);
  char chunk[512];
  const auto size = ::read(out[0], chunk, sizeof chunk);
  REQUIRE(size > 0);
  const std::string line(chunk, static_cast<std::size_t>(size));
  CHECK(line.substr(20) == " error edge/os: first second [31m\n");
  ::close(out[0]);
}

}  // namespace satchel::edge::os
