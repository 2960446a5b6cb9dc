// SPDX-License-Identifier: Apache-2.0
//
// Log: lines for the operator. An error is logged where it ends, not where it starts.
#pragma once

#include <string_view>

namespace satchel {

enum class LogLevel { debug, info, warning, error };

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view room, std::string_view sentence) = 0;
};

// Keeps nothing.
class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

}  // namespace satchel
