// SPDX-License-Identifier: Apache-2.0
#include "edge/os/memory.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace satchel::edge::os {
namespace {

// In bytes. A page of the feed and its columns take some 20 MiB; what is freed beyond this goes back.
constexpr int kFreedKept = 64 * 1024 * 1024;
// What is fetched at one time.
constexpr int kFetched = 2 * 1024 * 1024;
// Larger blocks come from the system one by one; 32 MiB is the most that glibc allows.
constexpr int kOwnMappingMin = 32 * 1024 * 1024;
// Threads with a heap of their own would grow it by single pages, and give it back whatever stands above. One thread does nearly
// all the work in each of our programs, so a common heap holds nobody up.
constexpr int kHeaps = 1;

}  // namespace

void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, kHeaps);
  mallopt(M_TRIM_THRESHOLD, kFreedKept);
  mallopt(M_TOP_PAD, kFetched);
  mallopt(M_MMAP_THRESHOLD, kOwnMappingMin);
#endif
}

}  // namespace satchel::edge::os
