// SPDX-License-Identifier: Apache-2.0
#include "base/sort.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace satchel {

namespace {

// Merge sort from below, of places instead of items: runs of 1, 2, 4 ... become runs of twice the length.
std::vector<std::uint32_t> places_in_order(std::size_t count, const void* context, internal::IsLess is_less) {
  std::vector<std::uint32_t> places(count), merged(count);
  for (std::size_t i = 0; i < count; ++i) places[i] = static_cast<std::uint32_t>(i);
  for (std::size_t length = 1; length < count; length *= 2) {
    for (std::size_t begin = 0; begin < count; begin += 2 * length) {
      const std::size_t middle = std::min(begin + length, count), end = std::min(begin + 2 * length, count);
      std::size_t left = begin, right = middle;
      for (std::size_t out = begin; out < end; ++out) {
        const bool takes_right = left == middle || (right < end && is_less(context, places[right], places[left]));
        merged[out] = takes_right ? places[right++] : places[left++];
      }
    }
    places.swap(merged);
  }
  return places;
}

}  // namespace

void internal::sort(std::size_t count, const void* context, IsLess is_less, Swap swap) {
  std::size_t sorted = 1;
  while (sorted < count && !is_less(context, sorted, sorted - 1)) ++sorted;
  if (sorted >= count) return;
  const auto order = places_in_order(count, context, is_less);
  std::vector<std::uint32_t> target(count);  // where the item that lies here belongs
  for (std::size_t i = 0; i < count; ++i) target[order[i]] = static_cast<std::uint32_t>(i);
  for (std::size_t i = 0; i < count; ++i) {
    while (target[i] != i) {
      const auto there = target[i];
      swap(context, i, there);
      std::swap(target[i], target[there]);
    }
  }
}

}  // namespace satchel
