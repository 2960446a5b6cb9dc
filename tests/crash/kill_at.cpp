// SPDX-License-Identifier: Apache-2.0
//
// Death at a chosen moment. Loaded into the program (LD_PRELOAD), this counts the calls by which a process alters anything
// outside itself, and sends itself SIGKILL in place of a chosen one. So the moments of death are spread over what the
// program does, and don't hang on how fast the machine is.
//
//   SATCHEL_KILL_BOARD names a file of two 64-bit numbers that the test reads and writes while the program runs:
//
//     [calls so far] [die in place of this call, counted from 1; 0 = live]
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace {

struct Board {
  std::atomic<std::int64_t> calls;
  std::atomic<std::int64_t> last;
};

Board* open_board() {
  const char* path = std::getenv("SATCHEL_KILL_BOARD");
  const int file = path != nullptr ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return nullptr;
  void* memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return memory != MAP_FAILED ? static_cast<Board*>(memory) : nullptr;
}

void count() {
  static Board* const board = open_board();
  if (board == nullptr) return;
  const auto number = ++board->calls;
  if (number == board->last) ::kill(::getpid(), SIGKILL);
}

// The next definition of the function that is called `name`: the system's own.
template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define COUNTED(result, name, parameters, ...)                    \
  extern "C" result name parameters {                             \
    static auto* const original = real<result parameters>(#name); \
    count();                                                      \
    return original(__VA_ARGS__);                                 \
  }

COUNTED(ssize_t, write, (int file, const void* bytes, size_t size), file, bytes, size)
COUNTED(ssize_t, writev, (int file, const iovec* parts, int parts_size), file, parts, parts_size)
COUNTED(ssize_t, pwrite, (int file, const void* bytes, size_t size, off_t at), file, bytes, size, at)
COUNTED(ssize_t, pwrite64, (int file, const void* bytes, size_t size, off64_t at), file, bytes, size, at)
COUNTED(ssize_t, send, (int file, const void* bytes, size_t size, int flags), file, bytes, size, flags)
COUNTED(ssize_t, sendmsg, (int file, const msghdr* message, int flags), file, message, flags)
COUNTED(int, ftruncate, (int file, off_t size), file, size)
COUNTED(int, ftruncate64, (int file, off64_t size), file, size)
COUNTED(int, fsync, (int file), file)
COUNTED(int, fdatasync, (int file), file)
COUNTED(int, unlink, (const char* path), path)
COUNTED(int, rename, (const char* from, const char* to), from, to)
