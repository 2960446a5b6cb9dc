// SPDX-License-Identifier: Apache-2.0
//
// wasi-libc's calls of the system, answered here, so that the module imports nothing but `host`. Nothing of ours opens files or
// prints; what is left is abort and assert, whose text goes to the host's log. And what SQLite asks of an operating system as it starts.
#include <cstdint>
#include <cstdlib>

#include "apps/wasm/host.h"
#include "apps/wasm/host_file_system.h"

namespace {

constexpr std::int32_t kSuccess = 0;
constexpr std::int32_t kBadDescriptor = 8;

struct Piece {
  const char* bytes;
  std::uint32_t size;
};

}  // namespace

#define SATCHEL_WASI(name) __imported_wasi_snapshot_preview1_##name

extern "C" {

std::int32_t SATCHEL_WASI(environ_get)(std::int32_t, std::int32_t) { return kSuccess; }
std::int32_t SATCHEL_WASI(environ_sizes_get)(std::int32_t count, std::int32_t size) {
  *reinterpret_cast<std::uint32_t*>(count) = 0;
  *reinterpret_cast<std::uint32_t*>(size) = 0;
  return kSuccess;
}
std::int32_t SATCHEL_WASI(clock_time_get)(std::int32_t, std::int64_t, std::int32_t out) {
  *reinterpret_cast<std::uint64_t*>(out) =
      static_cast<std::uint64_t>(satchel::apps::host::satchel_host_now()) * 1'000'000;
  return kSuccess;
}
std::int32_t SATCHEL_WASI(random_get)(std::int32_t bytes, std::int32_t size) {
  satchel::apps::host::satchel_host_random(reinterpret_cast<void*>(bytes), size);
  return kSuccess;
}
std::int32_t SATCHEL_WASI(fd_write)(std::int32_t, std::int32_t pieces, std::int32_t count, std::int32_t written) {
  std::uint32_t size = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    const auto& piece = reinterpret_cast<const Piece*>(pieces)[i];
    satchel::apps::host::satchel_host_log(piece.bytes, static_cast<std::int32_t>(piece.size));
    size += piece.size;
  }
  *reinterpret_cast<std::uint32_t*>(written) = size;
  return kSuccess;
}
std::int32_t SATCHEL_WASI(fd_close)(std::int32_t) { return kSuccess; }
std::int32_t SATCHEL_WASI(fd_seek)(std::int32_t, std::int64_t, std::int32_t, std::int32_t) { return kBadDescriptor; }
std::int32_t SATCHEL_WASI(fd_fdstat_get)(std::int32_t, std::int32_t) { return kBadDescriptor; }
[[noreturn]] void SATCHEL_WASI(proc_exit)(std::int32_t) { __builtin_trap(); }

int sqlite3_os_init() { return satchel::apps::register_file_system(); }
int sqlite3_os_end() { return 0; }
}
