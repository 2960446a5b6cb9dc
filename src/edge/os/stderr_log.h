// SPDX-License-Identifier: Apache-2.0
//
// StderrLog: one line per sentence on standard error:
//   2026-11-23T08:15:00Z warning edge/net: The certificate ends in three days.
#pragma once

#include "base/log.h"
#include "edge/os/clock.h"

namespace satchel::edge::os {

// Safe to use from several threads: each line is one write.
class StderrLog final : public Log {
 public:
  explicit StderrLog(LogLevel level_min = LogLevel::info) : level_min_(level_min) {}
  void write(LogLevel level, std::string_view room, std::string_view sentence) override;

 private:
  LogLevel level_min_;
  SystemClock clock_;
};

}  // namespace satchel::edge::os
