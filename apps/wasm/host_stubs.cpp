// SPDX-License-Identifier: Apache-2.0
// Names that the linker wants and that have no home in wasm32-wasi.
#include <cstdint>
#include <cstdlib>

extern "C" {

// compiler-rt's 128-bit arithmetic is built with the stack protector, wasi-libc has none.
std::uintptr_t __stack_chk_guard = 0x5a7c4e11;
[[noreturn]] void __stack_chk_fail() { std::abort(); }

// SQLite is built without an operating system (SQLITE_OS_OTHER). Tests have no file system; satchel.wasm brings its own
// (without_system.cpp registers it), and that takes the place of these.
__attribute__((weak)) int sqlite3_os_init() { return 0; }
__attribute__((weak)) int sqlite3_os_end() { return 0; }
}
