// SPDX-License-Identifier: Apache-2.0
//
// The simulator as a program:  satchel_sim [--runs N] [--seed S] [--steps N] [--jobs N] [--faults all]
//                                   [--drafts none|always] [--trace]
//                                   satchel_sim --mutations [--runs N]
// Run i uses seed S+i-1; a failing one prints its seed and trace. The last line is "N passed, M failed".
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "sim/runs.h"
#include "sim/world/world.h"

using namespace satchel::sim;

namespace {

struct Words {
  long runs = 100;
  long seed = 1;
  long steps = 200;
  long jobs = processors();
  bool trace = false;
  bool mutations = false;
  Faults faults = Faults::usual;
  Drafters drafters = Drafters::drawn;
};

bool read_number(const char* text, long& number) {
  const auto* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, number);
  return parsed.ec == std::errc() && parsed.ptr == end && number >= 0;
}

bool read(int argc, char** argv, Words& words) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    long* number = word == "--runs"    ? &words.runs
                   : word == "--seed"  ? &words.seed
                   : word == "--steps" ? &words.steps
                   : word == "--jobs"  ? &words.jobs
                                       : nullptr;
    if (word == "--trace") words.trace = true;
    else if (word == "--mutations") words.mutations = true;
    else if (word == "--faults" && i + 1 < argc && std::string_view(argv[i + 1]) == "all") {
      words.faults = Faults::all;
      ++i;
    } else if (word == "--drafts" && i + 1 < argc) {
      const std::string_view which = argv[++i];
      if (which != "none" && which != "always") return false;
      words.drafters = which == "none" ? Drafters::none : Drafters::always;
    } else if (number == nullptr || i + 1 >= argc || !read_number(argv[++i], *number)) return false;
  }
  return true;
}

Outcome run(std::uint64_t seed, const Words& words, bool is_told) {
  World world({.seed = seed, .faults = words.faults, .drafters = words.drafters, .is_told = is_told});
  world.run(static_cast<int>(words.steps));
  world.run_until_quiet();
  world.check_converged();
  Outcome outcome{!world.failure(), {}};
  for (const auto& line : world.trace()) outcome.text += line + "\n";
  if (world.failure()) outcome.text += "seed " + std::to_string(seed) + ": " + *world.failure() + "\n";
  return outcome;
}

// A failing seed is run again for its trace: the same seed does the same.
Outcome run(long number, const Words& words) {
  const auto seed = static_cast<std::uint64_t>(words.seed + number);
  auto outcome = run(seed, words, words.trace);
  return outcome.passed || words.trace ? outcome : run(seed, words, true);
}

// The first failure of a world that is broken in this way, and after how many runs; nullopt if none of them noticed.
std::optional<std::pair<long, std::string>> noticed(const MutationInfo& mutation, const Words& words) {
  for (long i = 0; i < words.runs; ++i) {
    World world({.seed = static_cast<std::uint64_t>(words.seed + i),
                 .faults = std::max(words.faults, mutation.faults),
                 .drafters = std::max(words.drafters, mutation.drafters),
                 .mutation = mutation.mutation});
    world.run(static_cast<int>(words.steps));
    world.run_until_quiet();
    world.check_converged();
    if (world.failure()) return std::pair(i + 1, *world.failure());
  }
  return std::nullopt;
}

// Breaks the system in each way that there is, and says which invariant noticed it.
int run_mutations(const Words& words) {
  long caught = 0, survived = 0;
  for (const auto& mutation : mutations()) {
    const auto found = noticed(mutation, words);
    ++(found ? caught : survived);
    std::printf(
        "%-20s %-75s %s\n", mutation.name, mutation.what,
        found ? ("run " + std::to_string(found->first) + ": " + found->second.substr(0, 60)).c_str() : "NOT NOTICED");
    std::fflush(stdout);
  }
  std::printf("%ld passed, %ld failed\n", caught, survived);
  return survived == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Words words;
  if (!read(argc, argv, words)) {
    std::fprintf(stderr,
                 "usage: simulator words are --runs N, --seed S, --steps N, --jobs N, --faults all, --drafts "
                 "none|always, --trace, "
                 "--mutations\n");
    return 2;
  }
  std::string why;
  if (Beginning::shared(why) == nullptr) std::fprintf(stderr, "no world can begin: %s\n", why.c_str());
  if (words.mutations) return run_mutations(words);
  long passed = 0, failed = 0;
  run_all(
      words.runs, words.jobs, [&](long i) { return run(i, words); },
      [&](long i, const Outcome& outcome) {
        std::fwrite(outcome.text.data(), 1, outcome.text.size(), stdout);
        if (!outcome.passed && outcome.text.find("seed ") == std::string::npos)
          std::printf("seed %ld: %s\n", words.seed + i, outcome.text.c_str());
        ++(outcome.passed ? passed : failed);
        return words.runs <= 20 || failed < 20;  // enough to look at
      });
  std::printf("%ld passed, %ld failed\n", passed, words.runs - passed);
  return passed == words.runs ? 0 : 1;
}
