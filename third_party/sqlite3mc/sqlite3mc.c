// SPDX-License-Identifier: Apache-2.0
// The amalgamation of SQLite and SQLite3 Multiple Ciphers as one translation unit, so that its static ciphers
// can be given names of ours. The file comes from the npm package better-sqlite3-multiple-ciphers (docs/dependencies.md).
#ifdef __wasm__
#include "satchel_chacha20_four.h"
#endif
#include "sqlite3.c"

#include "satchel_argon2id.h"
#include "satchel_chacha20.h"

int satchel_argon2id(const void* password, size_t password_size, const void* salt, size_t salt_size,
                     uint32_t memory_kib, uint32_t iterations, void* out, size_t out_size) {
  return argon2id_hash_raw(iterations, memory_kib, 1, password, password_size, salt, salt_size, out, out_size);
}

void satchel_chacha20_xor(void* bytes, size_t size, const uint8_t key[32], const uint8_t nonce[12], uint32_t counter) {
  chacha20_xor(bytes, size, key, nonce, counter);
}

void satchel_poly1305(const void* message, size_t size, const uint8_t key[32], uint8_t tag[16]) {
  poly1305(message, size, key, tag);
}

// The parser knows these two, whatever is left out.
#ifdef SQLITE_OMIT_ANALYZE
static void sqlite3Analyze(Parse* parse, Token* schema, Token* table) { sqlite3ErrorMsg(parse, "ANALYZE is left out"); }
#endif
#ifdef SQLITE_OMIT_REINDEX
static void sqlite3Reindex(Parse* parse, Token* schema, Token* table) { sqlite3ErrorMsg(parse, "REINDEX is left out"); }
#endif
