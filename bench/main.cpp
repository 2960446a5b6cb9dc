// SPDX-License-Identifier: Apache-2.0
//
// The speed table:  satchel_bench [--rows N] [--rounds N] [--only NAME] [--json]      (docs/bench.md)
#include <cstdio>

#include "bench/bench.h"
#include "edge/os/files.h"
#include "edge/os/memory.h"
#include "edge/os/terminal.h"

namespace {

using namespace satchel;

constexpr int kUsageStatus = 2;

int fail(const Error& error) {
  std::fprintf(stderr, "satchel_bench: %s\n", error.message.c_str());
  return error.code == ErrorCode::usage ? kUsageStatus : 1;
}

void tell(const std::string& sentence) {
  if (edge::os::is_terminal(edge::os::Stream::error)) std::fprintf(stderr, "%s…\n", sentence.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  edge::os::keep_freed_memory();  // as the program does
  const auto options = bench::read_options(argc, argv);
  if (!options) return fail(options.error());
  const auto folder = edge::os::TemporaryDirectory::create();
  if (!folder) return fail(folder.error());
  const auto table = bench::run(*options, folder->path(), tell);
  if (!table) return fail(table.error());
  const auto text = options->json ? table->to_json().dump_pretty() + "\n" : table->to_text();
  std::fputs(text.c_str(), stdout);
  return 0;
}
