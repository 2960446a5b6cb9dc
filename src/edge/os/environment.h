// SPDX-License-Identifier: Apache-2.0
//
// What the process was started with.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace satchel::edge::os {

// A variable's value; an empty one counts as absent, as shells make it hard to tell them apart.
std::optional<std::string> environment(const std::string& name);

// The same, and removes it from the environment, so that no child and no other program of the user sees a secret for
// longer than needed. Only before other threads start.
std::optional<std::string> take_secret_from_environment(const std::string& name);

// The folder of the running program's file, links followed; "." where the system doesn't say.
std::string program_folder();

// Lets this process have at least `wanted` open files and connections, as far as the system allows; gives what it has
// now. The usual limit of 1,024 is less than the connections a server takes.
std::size_t raise_descriptor_limit(std::size_t wanted);

}  // namespace satchel::edge::os
