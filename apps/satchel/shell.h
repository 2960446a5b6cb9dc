// SPDX-License-Identifier: Apache-2.0
//
// `shell`: commands from standard input in one session of the app, one a line.
//
//   offline on
//   create contacts firstname=Ada lastname="von Byron"     words as a shell splits them: blanks, '…', "…", \x
//   # a remark
//   suspend                                                another app comes to the front
//   resume
//
// The end of input closes the app. With --json each line of standard output is one command's document, an error's too.
#pragma once

#include "apps/satchel/device_words.h"

namespace satchel::apps {

void add_shell_command(CLI::App& app, DeviceWords& words);

}  // namespace satchel::apps
