// SPDX-License-Identifier: Apache-2.0
#include "bench/options.h"

#include <charconv>
#include <string_view>

namespace satchel::bench {
namespace {

Error usage(const std::string& what) {
  return {ErrorCode::usage, what + " Words are --rows N, --rounds N, --only NAME and --json."};
}

Result<std::int64_t> number_in(std::string_view word, std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && number >= least && number <= most)
    return number;
  return usage(std::string(word) + " takes a number from " + std::to_string(least) + " to " + std::to_string(most) +
               ", not \"" + std::string(text) + "\".");
}

}  // namespace

Result<Options> read_options(int argc, const char* const* argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      options.json = true;
      continue;
    }
    if (word != "--rows" && word != "--rounds" && word != "--only") return usage("\"" + std::string(word) + "\"?");
    if (i + 1 == argc) return usage(std::string(word) + " needs something behind it.");
    const std::string_view value = argv[++i];
    if (word == "--only") options.only = std::string(value);
    else if (word == "--rows") options.rows = TRY(number_in(word, value, kRowsMin, kRowsMax));
    else options.rounds = TRY(number_in(word, value, 1, kRoundsMax));
  }
  return options;
}

}  // namespace satchel::bench
