// SPDX-License-Identifier: Apache-2.0
// Argon2id (RFC 9106, version 1.3, one lane) from the code that SQLite3 Multiple Ciphers brings along.
//
// The same bytes come out natively and in WebAssembly; libsodium is therefore not needed on the device.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Writes `out_size` bytes derived from `password` and `salt` to `out`. The buffers stay the caller's, who also
// wipes them. Returns 0, or a negative Argon2 error code when a size is out of range (salt under 8 bytes, memory
// under 8 KiB, no iteration, out under 4 bytes) or when memory runs out; `out` is then untouched.
int satchel_argon2id(const void* password, size_t password_size, const void* salt, size_t salt_size,
                     uint32_t memory_kib, uint32_t iterations, void* out, size_t out_size);

#ifdef __cplusplus
}
#endif
