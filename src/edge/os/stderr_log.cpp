// SPDX-License-Identifier: Apache-2.0
#include "edge/os/stderr_log.h"

#include <unistd.h>

#include <string>

namespace satchel::edge::os {
namespace {

std::string_view name_of_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "";
}

}  // namespace

void StderrLog::write(LogLevel level, std::string_view room, std::string_view sentence) {
  if (level < level_min_) return;
  std::string line = format_date_time(clock_.now().seconds());
  line.append(" ").append(name_of_level(level)).append(" ").append(room).append(": ");
  // A line is a line, also when a client chose part of its text.
  for (const char character : sentence) line.push_back(static_cast<unsigned char>(character) < 0x20 ? ' ' : character);
  line.push_back('\n');
  [[maybe_unused]] const ssize_t size = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace satchel::edge::os
