// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer's way in: satchel_fuzz TARGET CORPUS_FOLDER [libFuzzer's options], or satchel_fuzz TARGET FILE to repeat a finding.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "edge/os/files.h"
#include "fuzz/targets.h"

namespace {

const satchel::fuzz::Target* chosen = nullptr;

void give_seeds(const std::string& folder) {
  int number = 0;
  for (const auto& seed : chosen->seeds) {
    const auto written = satchel::edge::os::write_file(folder + "/seed-" + std::to_string(++number), seed);
    if (!written) std::fprintf(stderr, "%s\n", written.error().message.c_str());
  }
}

int list_targets() {
  for (const auto& target : satchel::fuzz::targets()) std::printf("%-16s %s\n", target.name, target.what);
  return 2;
}

}  // namespace

// The target's name is ours; what follows is libFuzzer's.
extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  if (*count > 1) chosen = satchel::fuzz::find_target((*words)[1]);
  if (chosen == nullptr) std::exit(list_targets());
  (*words)[1] = (*words)[0];
  ++*words;
  --*count;
  if (*count > 1 && satchel::edge::os::is_directory((*words)[1])) give_seeds((*words)[1]);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
