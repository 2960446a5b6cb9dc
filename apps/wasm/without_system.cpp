// SPDX-License-Identifier: Apache-2.0
//
// wasi-libc's calls of the system, answered here, so that the module imports nothing but `host`. Nothing of ours opens files or
// prints. What is left are the ends of a program with a bug in it: their texts go to the host's log as they are, for printf and
// the streams behind it are 15 KB that every phone would download. And what SQLite asks of an operating system as it starts.
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "apps/wasm/host.h"
#include "apps/wasm/host_file_system.h"
#include "base/bytes.h"

namespace {

constexpr std::int32_t kSuccess = 0;
constexpr std::int32_t kBadDescriptor = 8;

struct Piece {
  const char* bytes;
  std::uint32_t size;
};

void tell_host(const char* text) {
  satchel::apps::host::satchel_host_log(text, static_cast<std::int32_t>(std::strlen(text)));
}

}  // namespace

// The C++ library's, for what would be an exception or a call of a pure virtual function. The format's words say enough.
_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char* format, ...) noexcept {
  tell_host(format);
  __builtin_trap();
}
_LIBCPP_END_NAMESPACE_STD

#define SATCHEL_WASI(name) __imported_wasi_snapshot_preview1_##name

extern "C" {

[[noreturn]] void __abort_message(const char* format, ...) {
  tell_host(format);
  __builtin_trap();
}
void __assert_fail(const char* condition, const char* file, int, const char* function) {
  for (const auto* text : {"An assertion failed:", condition, file, function}) tell_host(text);
  __builtin_trap();
}

// Asked by the JSON reader alone, for a character that can't be shown: its format is "<U+%.4X>".
int snprintf(char* out, std::size_t size, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  const auto character = va_arg(arguments, unsigned);
  va_end(arguments);
  const auto text =
      "<U+" + satchel::to_hex(std::string{static_cast<char>(character >> 8), static_cast<char>(character)}) + ">";
  out[text.copy(out, size - 1)] = '\0';
  return static_cast<int>(text.size());
}

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
