// SPDX-License-Identifier: Apache-2.0
#include "model/text_format.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace satchel::model {
namespace {

constexpr std::size_t kVersionPartsMax = 4, kVersionDigitsMax = 5;

Error wrong(const Column& column, const std::string& rest) {
  return Error{ErrorCode::bad_value, column.label + rest, column.name};
}

bool is_number(std::string_view part) {
  return !part.empty() && part.size() <= kVersionDigitsMax &&
         std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> check_version(const Column& column, std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() <= kVersionPartsMax && std::all_of(parts.begin(), parts.end(), is_number)) return {};
  return wrong(column, " must be numbers with points between, as in 9.2; this is \"" + std::string(text) + "\".");
}

Result<void> check_sets(const Schema& schema, const Column& column, std::string_view text) {
  for (const auto& word : words_of_sets(text))
    if (schema.find_set(word) == nullptr)
      return wrong(column,
                   " names \"" + word + "\", and there's no such set. Write sets as in \"accounts, contacts\".");
  return {};
}

Result<void> check_conflict_rules(const Schema& schema, const Column& column, std::string_view text) {
  for (const auto line : split(text, '\n')) {
    if (trim(line).empty()) continue;
    const auto equals = line.find('=');
    const auto rule = equals == std::string_view::npos ? std::string_view() : trim(line.substr(equals + 1));
    if (!is_conflict_subject(schema, trim(line.substr(0, equals))) ||
        (rule != "ask" && rule != "server" && rule != "device"))
      return wrong(column,
                   " takes lines like contact=server or contact.jobtitle=device (ask, server, device); this is \"" +
                       std::string(line) + "\".");
  }
  return {};
}

}  // namespace

Result<void> check_format(const Schema& schema, const Column& column, std::string_view text) {
  if (column.format == "version") return check_version(column, text);
  if (column.format == "sets") return check_sets(schema, column, text);
  if (column.format == "conflict_rules") return check_conflict_rules(schema, column, text);
  return {};
}

std::vector<std::string> words_of_sets(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(text) + ",") {
    const bool is_between = c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\t';
    if (!is_between) word += c;
    else if (!word.empty()) words.push_back(std::exchange(word, {}));
  }
  return words;
}

bool is_conflict_subject(const Schema& schema, std::string_view subject) {
  const auto dot = subject.find('.');
  const auto* table = schema.find(subject.substr(0, dot));
  return table != nullptr && (dot == std::string_view::npos || table->find_column(subject.substr(dot + 1)) != nullptr);
}

}  // namespace satchel::model
