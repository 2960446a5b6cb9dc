// SPDX-License-Identifier: Apache-2.0
//
// StopSignal: turns SIGTERM and SIGINT (Ctrl-C) into one call, so that a server can finish what it has begun; and, where
// that is wanted, each SIGHUP into another ("read your files anew").
//
//   const auto stop = TRY(StopSignal::install([&] { server->stop(); }));
//   server->run();
//
// Always true: `on_stop` runs at most once, and both on a thread of their own (so they may lock and allocate). After the first signal
// the system's own behaviour is back: a second Ctrl-C ends the process at once.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"

namespace satchel::edge::os {

class StopSignal {
 public:
  // One at a time in a process. Without `on_hangup` SIGHUP does what it did before. Errors: io_error.
  static Result<std::unique_ptr<StopSignal>> install(std::function<void()> on_stop,
                                                     std::function<void()> on_hangup = {});
  StopSignal(const StopSignal&) = delete;
  // Gives the signals back.
  virtual ~StopSignal() = default;

  virtual bool raised() const = 0;

 protected:
  StopSignal() = default;
};

// A write past the size that a file may have (`ulimit -f`) becomes an error like that of a full disk; otherwise it would end the
// process. For the whole process, before it has threads.
void ignore_file_size_signal();

}  // namespace satchel::edge::os
