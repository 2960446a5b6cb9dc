// SPDX-License-Identifier: Apache-2.0
#include "odata/internal/batch_headers.h"

#include <algorithm>

#include "base/text.h"

namespace satchel::odata::internal {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 9110, section 5.6.2.
bool is_token_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string essence_of(std::string_view content_type) {
  return to_lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
}

// Up to the quote that closes it; "\" before a character takes it as it is.
std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

// The size of the parameter at the beginning: up to a semicolon that isn't in quotes.
std::size_t parameter_size(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') ++i;
    else if (text[i] == '"') quoted = !quoted;
    else if (text[i] == ';' && !quoted) return i;
  }
  return text.size();
}

}  // namespace

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

bool is_header_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t'; });
}

bool is_method(std::string_view method) {
  return !method.empty() && std::all_of(method.begin(), method.end(), is_letter);
}

bool is_json_type(std::string_view content_type) {
  const std::string essence = essence_of(content_type);
  return essence.empty() || essence == "application/json" || essence.ends_with("+json");
}

bool is_text_type(std::string_view content_type) { return essence_of(content_type).starts_with("text/"); }

std::string parameter_of(std::string_view content_type, std::string_view name) {
  std::size_t at = parameter_size(content_type);
  while (at < content_type.size()) {
    const auto rest = content_type.substr(at + 1);
    const auto size = parameter_size(rest);
    const auto parameter = trim(rest.substr(0, size));
    const auto equals = parameter.find('=');
    if (equals != std::string_view::npos && equals_ignoring_case_ascii(trim(parameter.substr(0, equals)), name)) {
      const auto value = trim(parameter.substr(equals + 1));
      return value.starts_with('"') ? unquoted(value) : std::string(value);
    }
    at += 1 + size;
  }
  return "";
}

}  // namespace satchel::odata::internal
