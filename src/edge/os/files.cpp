// SPDX-License-Identifier: Apache-2.0
#include "edge/os/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace satchel::edge::os {
namespace {

std::string quoted(const std::string& path) { return "\"" + path + "\""; }

// `doing` completes "... can't be": "read", "written".
Error system_error(const std::string& path, std::string_view doing, int number) {
  const std::string sentence = quoted(path) + " can't be " + std::string(doing) + ": " + std::strerror(number) + ".";
  switch (number) {
    case ENOENT: return {ErrorCode::not_found, sentence};
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return {ErrorCode::disk_full, sentence};
    default: return {ErrorCode::io_error, sentence};
  }
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

int open_file(const std::string& path, int flags, mode_t mode = 0) {
  int number;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return number;
}

// 0 or an errno.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

// Makes a rename or an unlink last.
Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(open_file(path, O_RDONLY | O_DIRECTORY));
  if (!directory.ok() || ::fsync(directory.number()) != 0) return system_error(path, "synced", errno);
  return {};
}

// A name beside the file that no other process or thread uses.
std::string name_aside(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + ".new." + std::to_string(::getpid()) + "." + std::to_string(count++);
}

Result<void> write_aside(const std::string& path, const std::string& aside, std::string_view bytes,
                         Permissions permissions) {
  const mode_t mode = permissions == Permissions::owner_only ? 0600 : 0666;
  const Descriptor file(open_file(aside, O_WRONLY | O_CREAT | O_EXCL, mode));
  if (!file.ok()) return system_error(path, "written", errno);
  if (const int number = write_all(file.number(), bytes); number != 0) return system_error(path, "written", number);
  if (::fsync(file.number()) != 0) return system_error(path, "written", errno);
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t size_max) {
  const Descriptor file(open_file(path, O_RDONLY));
  if (!file.ok()) return system_error(path, "read", errno);
  std::string bytes;
  struct stat facts{};
  if (::fstat(file.number(), &facts) == 0 && facts.st_size > 0)
    bytes.reserve(static_cast<std::size_t>(facts.st_size) + 1);
  char chunk[1 << 16];
  for (;;) {
    const ssize_t size = ::read(file.number(), chunk, sizeof chunk);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_error(path, "read", errno);
    if (size == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(size));
    if (bytes.size() > size_max)
      return Error{ErrorCode::too_large, quoted(path) + " is larger than " + std::to_string(size_max) + " bytes."};
  }
}

Result<void> write_file(const std::string& path, std::string_view bytes, Permissions permissions) {
  const std::string aside = name_aside(path);
  auto written = write_aside(path, aside, bytes, permissions);
  if (written.ok() && std::rename(aside.c_str(), path.c_str()) != 0) written = system_error(path, "written", errno);
  if (written.ok()) return sync_directory(folder_of(path));
  ::unlink(aside.c_str());
  return written;
}

bool exists(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0;
}

bool is_directory(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

Result<std::uint64_t> file_size(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return system_error(path, "read", errno);
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return sync_directory(folder_of(path));
  return errno == ENOENT ? Result<void>() : system_error(path, "removed", errno);
}

Result<void> move_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return system_error(from, "moved to " + quoted(to), errno);
  return sync_directory(folder_of(to));
}

Result<void> create_directory(const std::string& path, Permissions permissions) {
  std::error_code failed;
  const std::filesystem::path wanted(path);
  if (std::filesystem::is_directory(wanted, failed)) return {};
  if (wanted.has_parent_path()) std::filesystem::create_directories(wanted.parent_path(), failed);
  const mode_t mode = permissions == Permissions::owner_only ? 0700 : 0777;
  if (::mkdir(path.c_str(), mode) == 0) return {};
  const int number = errno;
  if (number == EEXIST && std::filesystem::is_directory(wanted, failed)) return {};
  return system_error(path, "made", number);
}

Result<void> require_writable_directory(const std::string& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return system_error(path, "used", errno);
  if (!S_ISDIR(facts.st_mode)) return Error{ErrorCode::io_error, quoted(path) + " isn't a folder."};
  const std::string probe = name_aside(path + "/.satchel-probe");
  const Descriptor file(open_file(probe, O_WRONLY | O_CREAT | O_EXCL, 0600));
  if (!file.ok()) {
    auto error = system_error(path, "written to", errno);
    error.message += " Give this user the right to write there, or name another folder.";
    return error;
  }
  ::unlink(probe.c_str());
  return {};
}

bool is_writable(const std::string& file) {
  const auto may_write = [](const std::string& path) {
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  };
  return may_write(file) && may_write(folder_of(file));
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  std::error_code failed;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, failed);
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
    names.push_back(entry->path().filename().string());
  if (failed) return system_error(path, "listed", failed.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> remove_directory(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (failed) return system_error(path, "removed", failed.value());
  return {};
}

Result<TemporaryDirectory> TemporaryDirectory::create() {
  const char* base = std::getenv("TMPDIR");
  std::string path = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/satchel-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return system_error(path, "made", errno);
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!path_.empty()) (void)remove_directory(path_);
}

Result<FileLock> FileLock::acquire(const std::string& path) {
  const int descriptor = open_file(path, O_RDWR | O_CREAT, 0600);
  if (descriptor < 0) return system_error(path, "locked", errno);
  FileLock lock(descriptor);
  // flock, not fcntl: the lock belongs to this open file, so closing another one of the same path doesn't end it.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(path, "locked", errno);
    char owner[32] = {};
    const ssize_t size = ::pread(descriptor, owner, sizeof owner - 1, 0);
    const std::string who = size > 0 ? " (process " + std::string(owner, std::strcspn(owner, "\n")) + ")" : "";
    return Error{ErrorCode::store_busy, quoted(path) + " is locked by another process" + who + "; end that one first."};
  }
  const std::string self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0) (void)write_all(descriptor, self);
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace satchel::edge::os
