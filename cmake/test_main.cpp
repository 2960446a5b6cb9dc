// SPDX-License-Identifier: Apache-2.0
// The main() of every test program.
#ifdef __wasm__
#include <sstream>

// libc++ for wasm has no file streams, and doctest names one for its option --out. This one never opens.
template <>
class std::basic_fstream<char, std::char_traits<char>> : public std::stringstream {
 public:
  void open(const char*, std::ios_base::openmode) { setstate(std::ios_base::failbit); }
  bool is_open() const { return false; }
  void close() {}
};
#endif

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
