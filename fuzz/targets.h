// SPDX-License-Identifier: Apache-2.0
//
// Fuzz targets: one for each parser of text or bytes that somebody else wrote. `./dev fuzz` drives them with libFuzzer and sanitizers;
// targets_test.cpp feeds them their seeds, changed a little, in every build.
//
// Always true:
//   - A target takes any bytes. What a parser refuses is fine; a crash, a sanitizer's finding, a failed promise isn't.
//   - The same input does the same, so that a finding can be repeated.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::fuzz {

struct Target {
  const char* name;
  const char* what;
  bool (*run)(std::string_view input);  // true if the parser took it
  std::vector<std::string> seeds;       // valid inputs, from which changing begins
};

std::span<const Target> targets();
const Target* find_target(std::string_view name);

// Ends the program when a parser broke what it promises.
void promise(bool kept, const char* what);

}  // namespace satchel::fuzz
