// SPDX-License-Identifier: Apache-2.0
//
// What both ends of a connection write before a body.
#pragma once

#include <string>
#include <string_view>

namespace satchel::edge::net {

// "Name: value\r\n". Control characters become spaces, so that no value can begin a field or a body of its own.
void append_field(std::string& head, std::string_view name, std::string_view value);

// Whether the connection itself decides this field, so that one from above is left out.
bool is_framing_field(std::string_view name);

// Whether a comma-separated field holds `token`, in any case: "keep-alive, Close".
bool has_token(std::string_view field, std::string_view token);

}  // namespace satchel::edge::net
