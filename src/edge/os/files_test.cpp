// SPDX-License-Identifier: Apache-2.0
#include "edge/os/files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace satchel::edge::os {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

int mode_of(const std::string& path) {
  struct stat facts{};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return static_cast<int>(facts.st_mode & 0777);
}

bool is_root() { return ::geteuid() == 0; }

}  // namespace

TEST_CASE("a file is written, read, replaced and removed") {
  const auto folder = must(TemporaryDirectory::create());
  const std::string path = folder / "a.txt";
  CHECK_FALSE(exists(path));
  must(write_file(path, "one"));
  CHECK(must(read_file(path)) == "one");
  const std::string all("two\0three", 9);
  must(write_file(path, all, Permissions::owner_only));
  CHECK(must(read_file(path)) == all);
  CHECK(must(file_size(path)) == 9);
  CHECK(mode_of(path) == 0600);
  // Nothing but the file is left.
  CHECK(must(list_directory(folder.path())) == std::vector<std::string>{"a.txt"});
  must(move_file(path, folder / "b.txt"));
  CHECK(must(list_directory(folder.path())) == std::vector<std::string>{"b.txt"});
  must(remove_file(folder / "b.txt"));
  must(remove_file(folder / "b.txt"));
  CHECK(must(list_directory(folder.path())).empty());
}

TEST_CASE("errors name the path and tell what is missing from what is forbidden") {
  const auto folder = must(TemporaryDirectory::create());
  const std::string missing = folder / "missing";
  CHECK(read_file(missing).error().code == ErrorCode::not_found);
  CHECK(read_file(missing).error().message.find(missing) != std::string::npos);
  CHECK(read_file(folder.path()).error().code == ErrorCode::io_error);
  CHECK(list_directory(missing).error().code == ErrorCode::not_found);
  CHECK(write_file(missing + "/file", "x").error().code == ErrorCode::not_found);
  must(write_file(folder / "large", "12345"));
  CHECK(read_file(folder / "large", 4).error().code == ErrorCode::too_large);
  CHECK(must(read_file(folder / "large", 5)) == "12345");
}

TEST_CASE("a failed write keeps the old content and leaves no other file") {
  const auto folder = must(TemporaryDirectory::create());
  // A folder can't be replaced by a file.
  must(create_directory(folder / "taken/inside"));
  CHECK_FALSE(write_file(folder / "taken", "x").ok());
  CHECK(must(list_directory(folder.path())) == std::vector<std::string>{"taken"});
}

TEST_CASE("folders are made with those above them") {
  const auto folder = must(TemporaryDirectory::create());
  const std::string deep = folder / "a/b/c";
  must(create_directory(deep, Permissions::owner_only));
  must(create_directory(deep));
  CHECK(mode_of(deep) == 0700);
  must(create_directory(deep + "/d/"));
  must(write_file(folder / "file", "x"));
  CHECK(create_directory(folder / "file").error().code == ErrorCode::io_error);
  must(remove_directory(folder / "a"));
  must(remove_directory(folder / "a"));
  CHECK_FALSE(exists(deep));
}

TEST_CASE("a folder that can't be written says so") {
  const auto folder = must(TemporaryDirectory::create());
  must(require_writable_directory(folder.path()));
  CHECK(must(list_directory(folder.path())).empty());
  CHECK(require_writable_directory(folder / "missing").error().code == ErrorCode::not_found);
  must(write_file(folder / "file", "x"));
  CHECK(require_writable_directory(folder / "file").error().code == ErrorCode::io_error);
  if (is_root()) {
    // Root may write everywhere except where nothing can be written.
    CHECK_FALSE(require_writable_directory("/proc").ok());
  } else {
    REQUIRE(::chmod(folder.path().c_str(), 0500) == 0);
    CHECK(require_writable_directory(folder.path()).error().code == ErrorCode::io_error);
    REQUIRE(::chmod(folder.path().c_str(), 0700) == 0);
  }
}

TEST_CASE("a lock has one owner and ends with it") {
  const auto folder = must(TemporaryDirectory::create());
  const std::string path = folder / "lock";
  {
    const auto lock = must(FileLock::acquire(path));
    const auto second = FileLock::acquire(path);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == ErrorCode::store_busy);
    CHECK(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(FileLock::acquire(path).ok() ? 0 : 7);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 7);
  }
  must(FileLock::acquire(path));
}

}  // namespace satchel::edge::os
