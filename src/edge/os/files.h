// SPDX-License-Identifier: Apache-2.0
//
// Files and folders of this machine. Paths are what a person typed: relative ones count from the working folder.
//
// Always true:
//   - write_file() is all or nothing: after a crash or a full disk there is the old content or the new one.
//   - An error names the path and the system's reason: not_found, disk_full, too_large, else io_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace satchel::edge::os {

enum class Permissions {
  ordinary,    // as the user's umask says
  owner_only,  // 0600, folders 0700: keys, tokens, records
};

// Key files, settings, schemas and CSV files for an import are read as a whole.
inline constexpr std::size_t kFileSizeMax = std::size_t{1} << 30;

Result<std::string> read_file(const std::string& path, std::size_t size_max = kFileSizeMax);
// The content is on the disk, under its name, when this returns (file and folder are synced).
Result<void> write_file(const std::string& path, std::string_view bytes,
                        Permissions permissions = Permissions::ordinary);
bool exists(const std::string& path);
bool is_directory(const std::string& path);
Result<std::uint64_t> file_size(const std::string& path);
// Nothing there is fine.
Result<void> remove_file(const std::string& path);
// Atomically, in place of what is there. Within one disk.
Result<void> move_file(const std::string& from, const std::string& to);

// With all folders above it; one that exists is fine, and keeps its rights.
Result<void> create_directory(const std::string& path, Permissions permissions = Permissions::ordinary);
// Tries it out, for the answer of access() is wrong on read-only disks. Errors: io_error with what to do.
Result<void> require_writable_directory(const std::string& path);
// Whether this process has the rights to write the file and to make others beside it.
bool is_writable(const std::string& file);
// Names, sorted, without "." and "..".
Result<std::vector<std::string>> list_directory(const std::string& path);
// With all that is in it; links are not followed. Nothing there is fine.
Result<void> remove_directory(const std::string& path);

// A folder that is gone with its content when the scope ends. For tests, and for what is made aside first.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> create();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// One process at a time. Ends with the object, and with the process however that ends.
class FileLock {
 public:
  // Makes the file if needed and writes this process's number into it, for people.
  // Errors: store_busy, naming the number of the process that has it; io_error.
  static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace satchel::edge::os
