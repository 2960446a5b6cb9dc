// SPDX-License-Identifier: Apache-2.0
//
// A disk that fills up: SQLite's own files on it may grow by so many bytes in all, then a write that would make one longer
// fails as on a full disk. What is inside a file already can be overwritten, as on a real disk.
#pragma once

#include <sqlite3.h>

#include <cstdint>

namespace satchel::edge::sqlite {

// The name to open with, encryption included. Call set_room_for_test before the first open.
inline constexpr const char* kFullDiskForTest = "multipleciphers-full-disk";
inline constexpr std::int64_t kRoomEnoughForTest = INT64_MAX / 2;

namespace full_disk {

inline std::int64_t room = kRoomEnoughForTest;
inline sqlite3_vfs* system = nullptr;
inline sqlite3_vfs vfs{};

// The system has other methods for a database than for its journals.
struct Methods {
  const sqlite3_io_methods* plain = nullptr;
  sqlite3_io_methods ours{};
};
inline Methods kinds[4];

inline int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const auto* kind = kinds;
  while (&kind->ours != file->pMethods) ++kind;
  sqlite3_int64 length = 0;
  kind->plain->xFileSize(file, &length);
  const auto growth = offset + size - length;
  if (growth > room) return SQLITE_FULL;
  if (growth > 0) room -= growth;
  return kind->plain->xWrite(file, bytes, size, offset);
}

inline int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = system->xOpen(system, name, file, flags, out_flags);
  if (code != SQLITE_OK) return code;
  auto* kind = kinds;
  while (kind->plain != nullptr && kind->plain != file->pMethods) ++kind;
  kind->plain = file->pMethods;
  kind->ours = *kind->plain;
  kind->ours.xWrite = write;
  file->pMethods = &kind->ours;
  return code;
}

}  // namespace full_disk

inline void set_room_for_test(std::int64_t bytes) {
  full_disk::room = bytes;
  if (full_disk::system != nullptr) return;
  sqlite3_initialize();
  full_disk::system = sqlite3_vfs_find("unix");
  full_disk::vfs = *full_disk::system;
  full_disk::vfs.zName = "full-disk";
  full_disk::vfs.xOpen = full_disk::open;
  sqlite3_vfs_register(&full_disk::vfs, 0);
  sqlite3mc_vfs_create("full-disk", 0);
}

}  // namespace satchel::edge::sqlite
