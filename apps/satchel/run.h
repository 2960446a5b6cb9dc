// SPDX-License-Identifier: Apache-2.0
//
// A command as a function that may fail: its error becomes a sentence and an exit code.
#pragma once

#include "apps/satchel/device_session.h"
#include "apps/satchel/report.h"

namespace satchel::apps {

template <class Act>
int run(const DeviceOptions& options, Act act) {
  const Result<void> done = act();
  return done ? 0 : report(done.error(), options.json ? Format::json : Format::people);
}

// The reverse of name_of, for codes kept in the store; `internal` for one that isn't known.
ErrorCode error_code_named(std::string_view name);

}  // namespace satchel::apps
