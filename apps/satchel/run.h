// SPDX-License-Identifier: Apache-2.0
//
// A command as a function that may fail: its error becomes a sentence and an exit code. Of a damaged store it says too what can be
// saved from it, and how.
#pragma once

#include "apps/satchel/device_session.h"
#include "apps/satchel/report.h"

namespace satchel::apps {

// `store_damaged` with the whole of what its user should know; any other error as it is.
Error with_advice(const DeviceOptions& options, Error error);

Format format_of(const DeviceOptions& options);

template <class Act>
int run(const DeviceOptions& options, Act act) {
  const Result<void> done = act();
  return done ? 0 : report(with_advice(options, done.error()), format_of(options));
}

}  // namespace satchel::apps
