// SPDX-License-Identifier: Apache-2.0
// ChaCha20 (RFC 8439, 2.3), four blocks at a time: word i of all four lies in one vector. In WebAssembly that's twice as fast as the
// loops in the amalgamation, which no compiler turns into SIMD. (Two blocks in rows, turned for the diagonals, won an eighth.)
#pragma once

#include <stdint.h>
#include <string.h>

typedef uint32_t satchel_four __attribute__((vector_size(16)));

#define SATCHEL_ROTATED(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
#define SATCHEL_QUARTER_ROUND(a, b, c, d)    \
  a += b, d = SATCHEL_ROTATED(d ^ a, 16);    \
  c += d, b = SATCHEL_ROTATED(b ^ c, 12);    \
  a += b, d = SATCHEL_ROTATED(d ^ a, 8);     \
  c += d, b = SATCHEL_ROTATED(b ^ c, 7)
#define SATCHEL_SHUFFLED(x, y, ...) __builtin_shufflevector(x, y, __VA_ARGS__)

static void satchel_xor_words(uint8_t* bytes, satchel_four key) {
  satchel_four words;
  memcpy(&words, bytes, sizeof words);
  words ^= key;
  memcpy(bytes, &words, sizeof words);
}

// Four words in a row of each block, from four vectors.
static void satchel_xor_rows(uint8_t* bytes, satchel_four a, satchel_four b, satchel_four c, satchel_four d) {
  const satchel_four ab01 = SATCHEL_SHUFFLED(a, b, 0, 4, 1, 5), ab23 = SATCHEL_SHUFFLED(a, b, 2, 6, 3, 7);
  const satchel_four cd01 = SATCHEL_SHUFFLED(c, d, 0, 4, 1, 5), cd23 = SATCHEL_SHUFFLED(c, d, 2, 6, 3, 7);
  satchel_xor_words(bytes, SATCHEL_SHUFFLED(ab01, cd01, 0, 1, 4, 5));
  satchel_xor_words(bytes + 64, SATCHEL_SHUFFLED(ab01, cd01, 2, 3, 6, 7));
  satchel_xor_words(bytes + 128, SATCHEL_SHUFFLED(ab23, cd23, 0, 1, 4, 5));
  satchel_xor_words(bytes + 192, SATCHEL_SHUFFLED(ab23, cd23, 2, 3, 6, 7));
}

// Encrypts 256 bytes with the blocks of `s` and of the next three counters.
static void satchel_chacha20_four(uint8_t* bytes, const uint32_t s[16]) {
#define SATCHEL_ALL(i) ((satchel_four){s[i], s[i], s[i], s[i]})
  const satchel_four counters = SATCHEL_ALL(12) + (satchel_four){0, 1, 2, 3};
  satchel_four x0 = SATCHEL_ALL(0), x1 = SATCHEL_ALL(1), x2 = SATCHEL_ALL(2), x3 = SATCHEL_ALL(3);
  satchel_four x4 = SATCHEL_ALL(4), x5 = SATCHEL_ALL(5), x6 = SATCHEL_ALL(6), x7 = SATCHEL_ALL(7);
  satchel_four x8 = SATCHEL_ALL(8), x9 = SATCHEL_ALL(9), x10 = SATCHEL_ALL(10), x11 = SATCHEL_ALL(11);
  satchel_four x12 = counters, x13 = SATCHEL_ALL(13), x14 = SATCHEL_ALL(14), x15 = SATCHEL_ALL(15);
  for (int i = 0; i < 10; ++i) {
    SATCHEL_QUARTER_ROUND(x0, x4, x8, x12);
    SATCHEL_QUARTER_ROUND(x1, x5, x9, x13);
    SATCHEL_QUARTER_ROUND(x2, x6, x10, x14);
    SATCHEL_QUARTER_ROUND(x3, x7, x11, x15);
    SATCHEL_QUARTER_ROUND(x0, x5, x10, x15);
    SATCHEL_QUARTER_ROUND(x1, x6, x11, x12);
    SATCHEL_QUARTER_ROUND(x2, x7, x8, x13);
    SATCHEL_QUARTER_ROUND(x3, x4, x9, x14);
  }
  satchel_xor_rows(bytes, x0 + SATCHEL_ALL(0), x1 + SATCHEL_ALL(1), x2 + SATCHEL_ALL(2), x3 + SATCHEL_ALL(3));
  satchel_xor_rows(bytes + 16, x4 + SATCHEL_ALL(4), x5 + SATCHEL_ALL(5), x6 + SATCHEL_ALL(6), x7 + SATCHEL_ALL(7));
  satchel_xor_rows(bytes + 32, x8 + SATCHEL_ALL(8), x9 + SATCHEL_ALL(9), x10 + SATCHEL_ALL(10), x11 + SATCHEL_ALL(11));
  satchel_xor_rows(bytes + 48, x12 + counters, x13 + SATCHEL_ALL(13), x14 + SATCHEL_ALL(14), x15 + SATCHEL_ALL(15));
#undef SATCHEL_ALL
}
