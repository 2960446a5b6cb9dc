// SPDX-License-Identifier: Apache-2.0
#include "apps/wasm/host_file_system.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <vector>

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

// ---- fewer and larger calls ------------------------------------------------------------------------------------------------
//
// A call into the browser costs more than the bytes that it moves, and SQLite moves page by page. So bytes that follow each other are
// written together, and whoever reads forwards is given more than asked for.
//
// Always true:
//   - The host sees writes in the order in which SQLite made them: bytes wait for one place of one file only.
//   - When `sync` is over, nothing waits. Each transaction ends with one (synchronous=full), so a write that fails fails in its own.

constexpr std::size_t kGatheredMax = 256 * 1024;
constexpr std::int64_t kAheadBytes = 64 * 1024;

// Bytes of one file from an offset on.
struct Stretch {
  std::int32_t slot = -1;
  std::int64_t offset = 0;
  std::vector<char> bytes = {};

  std::int64_t end() const { return offset + static_cast<std::int64_t>(bytes.size()); }
  bool touches(std::int32_t other, std::int64_t from, std::int64_t to) const {
    return slot == other && from < end() && to > offset;
  }
};

Stretch gathered;  // written by SQLite, and not yet by the host
Stretch ahead;     // read by the host, and not yet by SQLite
std::int64_t last_read = -1;

// What couldn't be written is dropped: the transaction that it belongs to has failed.
int write_gathered() {
  if (gathered.bytes.empty()) return SQLITE_OK;
  const auto answer = host::satchel_host_file_write(gathered.slot, gathered.bytes.data(),
                                                    static_cast<std::int32_t>(gathered.bytes.size()),
                                                    static_cast<double>(gathered.offset));
  gathered.bytes.clear();
  return code_of(answer, SQLITE_IOERR_WRITE);
}

void forget_ahead(std::int32_t slot, std::int64_t from, std::int64_t to) {
  if (ahead.touches(slot, from, to)) ahead.bytes.clear();
}

// Nothing waits for this file, and nothing of it is known.
int settle(std::int32_t slot) {
  if (ahead.slot == slot) ahead.bytes.clear();
  return write_gathered();
}

// Pages of a scan lie one behind the other, with a few of another tree between them.
bool reads_forwards(std::int32_t slot, std::int64_t offset) {
  return slot == ahead.slot && last_read >= 0 && offset > last_read && offset - last_read <= kAheadBytes;
}

void read_ahead(std::int32_t slot, std::int64_t offset) {
  ahead.offset = offset;
  ahead.bytes.resize(kAheadBytes);
  const auto got = host::satchel_host_file_read(slot, ahead.bytes.data(), static_cast<std::int32_t>(kAheadBytes),
                                                static_cast<double>(offset));
  ahead.bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
}

int close(sqlite3_file* file) { return settle(slot_of(file)); }  // The host keeps its handles open.

int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  const auto slot = slot_of(file);
  if (gathered.touches(slot, offset, offset + std::max<std::int64_t>(size, kAheadBytes)))
    if (const auto written = write_gathered(); written != SQLITE_OK) return written;
  const auto is_known = [&] { return ahead.slot == slot && offset >= ahead.offset && offset + size <= ahead.end(); };
  if (!is_known() && reads_forwards(slot, offset)) read_ahead(slot, offset);
  ahead.slot = slot;
  last_read = offset;
  if (is_known()) {
    std::memcpy(bytes, ahead.bytes.data() + (offset - ahead.offset), static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  ahead.bytes.clear();
  const auto got = host::satchel_host_file_read(slot, bytes, size, static_cast<double>(offset));
  if (got == size) return SQLITE_OK;
  std::memset(static_cast<char*>(bytes) + (got > 0 ? got : 0), 0, static_cast<std::size_t>(size - (got > 0 ? got : 0)));
  if (got >= 0) return SQLITE_IOERR_SHORT_READ;
  trouble = "The browser couldn't read what is stored on this device.";
  return SQLITE_IOERR_READ;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const auto slot = slot_of(file);
  forget_ahead(slot, offset, offset + size);
  const bool follows = slot == gathered.slot && offset == gathered.end() && gathered.bytes.size() < kGatheredMax;
  if (!follows) {
    if (const auto written = write_gathered(); written != SQLITE_OK) return written;
    gathered.slot = slot;
    gathered.offset = offset;
  }
  const auto* from = static_cast<const char*>(bytes);
  gathered.bytes.insert(gathered.bytes.end(), from, from + size);
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const auto written = settle(slot_of(file)); written != SQLITE_OK) return written;
  return code_of(host::satchel_host_file_truncate(slot_of(file), static_cast<double>(size)), SQLITE_IOERR_TRUNCATE);
}

int sync(sqlite3_file* file, int) {
  if (const auto written = write_gathered(); written != SQLITE_OK) return written;
  return code_of(host::satchel_host_file_flush(slot_of(file)), SQLITE_IOERR_FSYNC);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (const auto written = write_gathered(); written != SQLITE_OK) return written;
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
  ahead.bytes.clear();
  if (const auto written = write_gathered(); written != SQLITE_OK) return written;
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

const std::string& file_trouble() { return trouble; }

bool remove_database(const std::string& name) {
  ahead.bytes.clear();
  gathered.bytes.clear();
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

extern "C" {

int sqlite3_os_init() { return sqlite3_vfs_register(&satchel::apps::file_system, 1); }
int sqlite3_os_end() { return SQLITE_OK; }
}
