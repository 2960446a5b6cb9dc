// SPDX-License-Identifier: Apache-2.0
#include "device/store/internal/words.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "device/store/limits.h"

namespace satchel::device::store {
namespace {

constexpr std::array<std::string_view, 5> kSigns{"\u2019", "\u201C", "\u201D", "\u2013", "\u2014"};
constexpr std::array<std::string_view, 7> kNumberSigns{" ", "-", "(", ")", "+", ".", "/"};

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_number(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Calls `take` for each word until it returns false.
template <class Take>
void each_word(std::string_view text, Take take) {
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && !is_word_byte(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && is_word_byte(text[at])) ++at;
    if (at > begin && !take(text.substr(begin, at - begin))) return;
  }
}

bool has_word(std::string_view text, std::string_view word, bool as_beginning) {
  bool found = false;
  each_word(text, [&](std::string_view other) {
    found = as_beginning ? other.substr(0, word.size()) == word : other == word;
    return !found;
  });
  return found;
}

std::string replaced_sql(std::string expression, std::string_view sign, std::string_view by) {
  return "replace(" + std::move(expression) + ", '" + std::string(sign) + "', '" + std::string(by) + "')";
}

// A number typed with gaps may be stored without: all its digits, if there's more than one group and nothing else.
std::string joined_number(const std::vector<std::string>& words) {
  if (words.size() < 2 || !std::all_of(words.begin(), words.end(), is_number)) return {};
  std::string out;
  for (const auto& word : words) out += word;
  return out;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::string key = fold_key(text);
  for (const auto sign : kSigns)
    for (auto at = key.find(sign); at != key.npos; at = key.find(sign, at)) key.replace(at, sign.size(), " ");
  std::vector<std::string> words;
  each_word(key, [&](std::string_view word) {
    words.emplace_back(word);
    return words.size() < kSearchWordsMax;
  });
  return words;
}

std::vector<std::string_view> all_words(std::string_view text) {
  std::vector<std::string_view> words;
  each_word(text, [&](std::string_view word) {
    words.push_back(word);
    return true;
  });
  return words;
}

std::string match_expression(const std::vector<std::string>& words) {
  // Words hold no quotes, so they can be quoted as they are; then AND, OR and NOT are words too.
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "\"" : " AND \"") + word + "\"";
  out += "*";
  const auto number = joined_number(words);
  return number.empty() ? out : "(" + out + ") OR \"" + number + "\"*";
}

bool has_words(std::string_view row_text, const std::vector<std::string>& words) {
  bool all = true;
  for (std::size_t i = 0; i < words.size() && all; ++i) all = has_word(row_text, words[i], i + 1 == words.size());
  if (all) return true;
  const auto number = joined_number(words);
  return !number.empty() && has_word(row_text, number, true);
}

std::string plain_words_sql(std::string_view expression) {
  std::string out(expression);
  for (const auto sign : kSigns) out = replaced_sql(std::move(out), sign, " ");
  return out;
}

std::string joined_number_sql(std::string_view expression) {
  std::string out(expression);
  for (const auto sign : kNumberSigns) out = replaced_sql(std::move(out), sign, "");
  return out;
}

}  // namespace satchel::device::store
