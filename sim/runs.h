// SPDX-License-Identifier: Apache-2.0
//
// Many runs, shared out to processes. Each world lives in one process; results come back in the order of their numbers, whatever
// process was quicker, so the output of two calls is the same.
#pragma once

#include <functional>
#include <string>

namespace satchel::sim {

struct Outcome {
  bool passed = false;
  std::string text;  // to print; may be empty
};

// Calls `run(0)` to `run(count - 1)` in `jobs` processes and `take` here with what came of each, in order. A process that dies
// fails the run that it died in, and those that were left to it. `take` says false to end early.
void run_all(long count, long jobs, const std::function<Outcome(long)>& run,
             const std::function<bool(long, const Outcome&)>& take);

// Processors of this machine.
long processors();

}  // namespace satchel::sim
