// SPDX-License-Identifier: Apache-2.0
#include "base/sort.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"

namespace satchel {
namespace {

struct Item {
  int key = 0;
  int place = 0;

  bool operator==(const Item&) const = default;
};

TEST_SUITE("sort") {
  TEST_CASE("any list comes out as std::stable_sort has it") {
    SeededRandom random(1);
    for (std::size_t count = 0; count < 300; ++count) {
      std::vector<Item> items;
      const auto keys = 1 + random.next() % (count + 1);
      for (std::size_t i = 0; i < count; ++i)
        items.push_back({static_cast<int>(random.next() % keys), static_cast<int>(i)});
      auto expected = items;
      const auto by_key = [](const Item& a, const Item& b) { return a.key < b.key; };
      std::stable_sort(expected.begin(), expected.end(), by_key);
      CAPTURE(count);
      satchel::sort(items, by_key);
      CHECK(items == expected);
      satchel::sort(items, [](const Item& a, const Item& b) { return a.key > b.key; });
      CHECK(std::is_sorted(items.rbegin(), items.rend(), by_key));
    }
  }

  TEST_CASE("what can only be moved, other lists, and a part of one") {
    std::vector<std::unique_ptr<int>> pointers;
    for (const int number : {3, 1, 2}) pointers.push_back(std::make_unique<int>(number));
    satchel::sort(pointers, [](const auto& a, const auto& b) { return *a < *b; });
    CHECK(*pointers[0] == 1);
    CHECK(*pointers[2] == 3);
    std::deque<std::string> words = {"c", "a", "b"};
    satchel::sort(words);
    CHECK(words == std::deque<std::string>{"a", "b", "c"});
    std::vector<int> numbers = {9, 3, 2, 1, 0};
    satchel::sort(std::span(numbers).subspan(1, 3));
    CHECK(numbers == std::vector<int>{9, 1, 2, 3, 0});
  }
}

}  // namespace
}  // namespace satchel
