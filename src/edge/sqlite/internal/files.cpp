// SPDX-License-Identifier: Apache-2.0
#include "edge/sqlite/internal/files.h"

#ifndef __wasm__
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#endif

namespace satchel::edge::sqlite {

#ifdef __wasm__

void make_private_file(const std::string&) {}
Result<void> move_into_place(const std::string& from, const std::string&) {
  return Error{ErrorCode::not_implemented, "\"" + from + "\" can't be moved here: there is no file system."};
}
void remove_if_there(const std::string&) {}
Result<std::string> move_aside(const std::string& path) {
  return Error{ErrorCode::not_implemented, "\"" + path + "\" can't be moved here: there is no file system."};
}

#else

void make_private_file(const std::string& path) {
  // If this fails, SQLite fails next, and knows more about why.
  const int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
}

Result<void> move_into_place(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    return Error{ErrorCode::io_error,
                 "\"" + from + "\" can't be renamed to \"" + to + "\": " + std::strerror(errno) + "."};
  const auto slash = to.rfind('/');
  const std::string folder = slash == to.npos ? "." : to.substr(0, slash + 1);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
  return {};
}

void remove_if_there(const std::string& path) { ::unlink(path.c_str()); }

Result<std::string> move_aside(const std::string& path) {
  for (int number = 1;; ++number) {
    const std::string to = path + ".set-aside" + (number == 1 ? "" : "-" + std::to_string(number));
    // A link never takes another file's place, as a rename would.
    if (::link(path.c_str(), to.c_str()) == 0) {
      ::unlink(path.c_str());
      return to;
    }
    if (errno == EEXIST) continue;
    TRY(move_into_place(path, to));  // a disk without links
    return to;
  }
}

#endif

}  // namespace satchel::edge::sqlite
