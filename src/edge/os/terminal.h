// SPDX-License-Identifier: Apache-2.0
//
// The terminal, if there is one.
#pragma once

#include <string>

#include "base/result.h"

namespace satchel::edge::os {

enum class Stream { input, output, error };

bool is_terminal(Stream stream);

// In columns: the terminal's, else the variable COLUMNS, else 80.
int terminal_width();

// Whether colours may be written to `stream`: a terminal that isn't "dumb", and no NO_COLOR (https://no-color.org).
bool color_wanted(Stream stream);

// Asks on the terminal and reads one line that isn't shown, even when input or output go elsewhere.
// Errors: usage when there is no terminal (say then which variable to set); canceled at the end of input.
Result<std::string> read_password(const std::string& prompt);

}  // namespace satchel::edge::os
