// SPDX-License-Identifier: Apache-2.0
//
// Reading command lines: checks of single words and what there is to complain about, with sentences of our own.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace satchel::apps {

inline constexpr std::int64_t kNumberMax = 1'000'000'000;

CLI::Validator one_of(std::vector<std::string> words);
CLI::Validator whole_number(std::int64_t min, std::int64_t max);

// What CLI11 has to complain about, as a sentence.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& app);

}  // namespace satchel::apps
