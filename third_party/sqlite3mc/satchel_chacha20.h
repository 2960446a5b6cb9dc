// SPDX-License-Identifier: Apache-2.0
// ChaCha20 and Poly1305 (RFC 8439) from the code that SQLite3 Multiple Ciphers brings along.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Encrypts or decrypts `size` bytes in place; `counter` is the number of the first block.
void satchel_chacha20_xor(void* bytes, size_t size, const uint8_t key[32], const uint8_t nonce[12], uint32_t counter);
// The tag of a message under a key that is used once.
void satchel_poly1305(const void* message, size_t size, const uint8_t key[32], uint8_t tag[16]);

#ifdef __cplusplus
}
#endif
