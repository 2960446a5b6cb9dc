// SPDX-License-Identifier: Apache-2.0
#include "edge/net/internal/head.h"

#include "base/text.h"

namespace satchel::edge::net {
namespace {

void append_safe(std::string& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
}

}  // namespace

void append_field(std::string& head, std::string_view name, std::string_view value) {
  append_safe(head, name);
  head.append(": ");
  append_safe(head, value);
  head.append("\r\n");
}

bool is_framing_field(std::string_view name) {
  for (const std::string_view framing :
       {"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer"})
    if (equals_ignoring_case_ascii(name, framing)) return true;
  return false;
}

bool has_token(std::string_view field, std::string_view token) {
  for (const auto part : split(field, ','))
    if (equals_ignoring_case_ascii(trim(part), token)) return true;
  return false;
}

}  // namespace satchel::edge::net
