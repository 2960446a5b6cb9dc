// SPDX-License-Identifier: Apache-2.0
// The amalgamation of SQLite and SQLite3 Multiple Ciphers as one translation unit, so that its static Argon2id can be
// given a name of ours. The file comes from the npm package better-sqlite3-multiple-ciphers (docs/dependencies.md).
#include "sqlite3.c"

#include "satchel_argon2id.h"

int satchel_argon2id(const void* password, size_t password_size, const void* salt, size_t salt_size,
                     uint32_t memory_kib, uint32_t iterations, void* out, size_t out_size) {
  return argon2id_hash_raw(iterations, memory_kib, 1, password, password_size, salt, salt_size, out, out_size);
}
