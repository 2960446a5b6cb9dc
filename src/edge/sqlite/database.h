// SPDX-License-Identifier: Apache-2.0
//
// SQLite (with SQLite3 Multiple Ciphers) behind the port sql::Database.
//
//   auto database = TRY(open({.path = "device.satchel", .key = key, .profile = Profile::device}));
//
// Always true:
//   - With a key, no byte of a row reaches the disk in the clear: neither in the file nor in its journal. Whatever
//     could lead there (a plain file, a VFS without cipher) is an error of open().
//   - A flipped bit in an encrypted file is found when its page is read: store_damaged.
//   - What was committed is there after a crash, and what wasn't is not, in every journal mode.
//   - The device's file has one owner: a second open() gets store_busy.
//   - A journal of another store, or of another day of this one, isn't applied: it's renamed, never deleted. For that, who writes
//     an encrypted database raises "pragma user_version" by one in the first transaction of a connection, and in each
//     transaction under a rollback journal.
//   - The one function that SQL gets from us is fold(text), which is fold_key() of base/text.h.
//
// Borrowed statements: bound views are not copied. They must live until the statement is at its end or reset, which
// for a statement with several rows is longer than one step. A statement from statement() stays good until
// kStatementsMax other texts were asked for; one from prepare() must be gone before its database.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "edge/sqlite/key.h"
#include "sql/database.h"

namespace satchel::edge::sqlite {

enum class Access {
  create,    // made if it is missing, readable by its owner only
  existing,  // not_found if it is missing
  read_only,
  unwritable,  // read_only, where nothing can be written beside it either: nobody else may be writing it
};

// Both find a flipped bit. The schemes named aes* don't (reference/toolchain.md, 2), so they are not offered.
enum class Cipher {
  chacha20,  // fastest in WebAssembly
  aegis,     // AEGIS-256: fastest where the processor has AES
};

enum class Profile {
  server,  // shared with other processes (backup), large cache, rows as they are
  device,  // one owner, deleted content overwritten, small cache and journal
  // A device in a browser, where each call of a file costs as much as a hundred times its bytes: larger pages, larger cache.
  browser,
};

// Hears a sentence for the user about something that was found and dealt with.
using Tell = std::function<void(const std::string& sentence)>;

struct OpenOptions {
  std::string path;  // ":memory:" for one that ends with its connection, without key and journal (tests, simulator)
  Access access = Access::create;
  std::optional<Key> key = std::nullopt;
  Cipher cipher = Cipher::chacha20;
  Profile profile = Profile::server;
  // A VFS by its registered name, for the browser and the simulator. It must be one made by sqlite3mc_vfs_create if
  // there is a key. Empty: the default one.
  std::string vfs = {};
  Tell tell = {};
};

// Errors: not_found, wrong_key (also for a cipher other than the file's, and for an encrypted file without a key),
// store_busy, store_damaged, disk_full, io_error.
Result<std::unique_ptr<sql::Database>> open(const OpenOptions& options);

}  // namespace satchel::edge::sqlite
