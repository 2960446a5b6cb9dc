// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/words.h"

#include <algorithm>
#include <charconv>

#include "apps/satchel/report.h"

namespace satchel::apps {

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words](std::string& text) {
        if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
        std::string list;
        for (const auto& word : words) list += (list.empty() ? "" : word == words.back() ? " or " : ", ") + word;
        return "must be " + list + ", not \"" + text + "\"";
      },
      "");
}

CLI::Validator whole_number(std::int64_t min, std::int64_t max) {
  return CLI::Validator(
      [min, max](std::string& text) {
        std::int64_t number = 0;
        const auto* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, number);
        if (read.ec == std::errc() && read.ptr == end && number >= min && number <= max) return std::string();
        return "must be a whole number from " + grouped(min) + " to " + grouped(max) + ", not \"" + text + "\"";
      },
      "");
}

std::string sentence_of(const CLI::ParseError& error, const CLI::App& app) {
  const auto commands = app.get_subcommands();
  std::string text = error.what();
  const auto is = [&](CLI::ExitCodes code) { return error.get_exit_code() == static_cast<int>(code); };
  if (commands.empty() && is(CLI::ExitCodes::RequiredError)) {
    const auto words = app.remaining();
    return (words.empty() ? "Say what to do" : "There's no command \"" + words.front() + "\"") +
           ". See satchel --help.";
  }
  if (is(CLI::ExitCodes::RequiredError) && text.ends_with(" is required"))
    text = text.substr(0, text.size() - std::string_view(" is required").size()) + " is missing";
  if (is(CLI::ExitCodes::ExtrasError)) text = "\"" + text.substr(text.rfind(": ") + 2) + "\" isn't understood here";
  if (const auto at = text.find(": must be "); at != std::string::npos) text.erase(at, 1);
  return text + ". See satchel " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help.";
}

}  // namespace satchel::apps
