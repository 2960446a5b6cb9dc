// SPDX-License-Identifier: Apache-2.0
#include "apps/wasm/host_file_system.h"

#include <sqlite3.h>

#include <cstring>

#include "apps/wasm/host.h"

namespace satchel::apps {
namespace {

std::string trouble;

std::int32_t size_of(const char* name) { return static_cast<std::int32_t>(std::strlen(name)); }

// ---- one file --------------------------------------------------------------------------------------------------------------

struct HostFile {
  sqlite3_file base;
  std::int32_t slot;
};

std::int32_t slot_of(sqlite3_file* file) { return reinterpret_cast<HostFile*>(file)->slot; }

int code_of(std::int32_t answer, int otherwise) {
  if (answer >= 0) return SQLITE_OK;
  return answer == -2 ? SQLITE_FULL : otherwise;
}

int close(sqlite3_file*) { return SQLITE_OK; }  // The host keeps its handles open.

int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  const auto got = host::satchel_host_file_read(slot_of(file), bytes, size, static_cast<double>(offset));
  if (got == size) return SQLITE_OK;
  std::memset(static_cast<char*>(bytes) + (got > 0 ? got : 0), 0, static_cast<std::size_t>(size - (got > 0 ? got : 0)));
  if (got >= 0) return SQLITE_IOERR_SHORT_READ;
  trouble = "The browser couldn't read what is stored on this device.";
  return SQLITE_IOERR_READ;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  return code_of(host::satchel_host_file_write(slot_of(file), bytes, size, static_cast<double>(offset)),
                 SQLITE_IOERR_WRITE);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return code_of(host::satchel_host_file_truncate(slot_of(file), static_cast<double>(size)), SQLITE_IOERR_TRUNCATE);
}

int sync(sqlite3_file* file, int) { return code_of(host::satchel_host_file_flush(slot_of(file)), SQLITE_IOERR_FSYNC); }

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  const auto bytes = host::satchel_host_file_size(slot_of(file));
  *size = static_cast<sqlite3_int64>(bytes);
  return bytes >= 0 ? SQLITE_OK : SQLITE_IOERR_FSTAT;
}

int lock(sqlite3_file*, int) { return SQLITE_OK; }
int unlock(sqlite3_file*, int) { return SQLITE_OK; }
int check_reserved_lock(sqlite3_file*, int* is_reserved) {
  *is_reserved = 0;
  return SQLITE_OK;
}
int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int device_characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

const sqlite3_io_methods kFileMethods{1,
                                      close,
                                      read,
                                      write,
                                      truncate,
                                      sync,
                                      file_size,
                                      lock,
                                      unlock,
                                      check_reserved_lock,
                                      file_control,
                                      sector_size,
                                      device_characteristics};

// ---- the file system -------------------------------------------------------------------------------------------------------

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;  // Temporary files live in memory.
  const auto slot = host::satchel_host_file_open(name, size_of(name), (flags & SQLITE_OPEN_CREATE) != 0 ? 1 : 0);
  if (slot < 0) return SQLITE_CANTOPEN;
  reinterpret_cast<HostFile*>(file)->slot = slot;
  file->pMethods = &kFileMethods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char* name, int) {
  if (host::satchel_host_file_exists(name, size_of(name)) == 0) return SQLITE_IOERR_DELETE_NOENT;
  return code_of(host::satchel_host_file_delete(name, size_of(name)), SQLITE_IOERR_DELETE);
}

int access(sqlite3_vfs*, const char* name, int, int* is_there) {
  *is_there = host::satchel_host_file_exists(name, size_of(name));
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  const auto length = std::strlen(name);
  if (length + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, length + 1);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* out) {
  host::satchel_host_random(out, size);
  return size;
}

int sleep(sqlite3_vfs*, int) { return 0; }

// Milliseconds since noon of November 24, 4714 BC; 1970 began 2,440,587.5 days later.
int current_time(sqlite3_vfs*, sqlite3_int64* now) {
  *now = static_cast<sqlite3_int64>(host::satchel_host_now()) + 210'866'760'000'000;
  return SQLITE_OK;
}

int current_day(sqlite3_vfs* system, double* day) {
  sqlite3_int64 now = 0;
  current_time(system, &now);
  *day = static_cast<double>(now) / 86'400'000.0;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

sqlite3_vfs make_file_system() {
  sqlite3_vfs system{};
  system.iVersion = 2;
  system.szOsFile = sizeof(HostFile);
  system.mxPathname = 64;
  system.zName = "satchel";
  system.xOpen = open;
  system.xDelete = remove;
  system.xAccess = access;
  system.xFullPathname = full_path;
  system.xRandomness = randomness;
  system.xSleep = sleep;
  system.xCurrentTime = current_day;
  system.xGetLastError = last_error;
  system.xCurrentTimeInt64 = current_time;
  return system;
}

sqlite3_vfs file_system = make_file_system();

constexpr const char* kEndings[] = {"", "-wal", "-journal"};

}  // namespace

int register_file_system() { return sqlite3_vfs_register(&file_system, 1); }

const std::string& file_trouble() { return trouble; }

bool remove_database(const std::string& name) {
  bool all = true;
  for (const auto* ending : kEndings) {
    const auto file = name + ending;
    if (host::satchel_host_file_exists(file.c_str(), size_of(file.c_str())) != 0)
      all = host::satchel_host_file_delete(file.c_str(), size_of(file.c_str())) == 0 && all;
  }
  return all;
}

bool database_exists(const std::string& name) {
  return host::satchel_host_file_exists(name.c_str(), size_of(name.c_str())) != 0;
}

}  // namespace satchel::apps
