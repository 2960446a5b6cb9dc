// SPDX-License-Identifier: Apache-2.0
#include "edge/net/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace satchel::edge::net {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

bool is_host(std::string_view host, bool bracketed) {
  return !host.empty() && std::all_of(host.begin(), host.end(), bracketed ? is_ipv6_character : is_host_character);
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;  // empty if there is none
  bool has_port = false;
  bool bracketed = false;
};

// nullopt for a bracket without its other half, or text between "]" and ":".
std::optional<HostAndPort> split_host(std::string_view text) {
  HostAndPort parts;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return std::nullopt;
    parts.host = text.substr(1, end - 1);
    parts.bracketed = true;
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return std::nullopt;
  } else {
    parts.host = text.substr(0, text.find(':'));
    text.remove_prefix(parts.host.size());
  }
  parts.has_port = !text.empty();
  if (parts.has_port) parts.port = text.substr(1);
  return parts;
}

Error bad_url(std::string_view text, std::string_view why) {
  return {ErrorCode::bad_value, "\"" + std::string(text) + "\" isn't an address of a server: " + std::string(why) + ".",
          "url"};
}

Error bad_endpoint(std::string_view text) {
  return {ErrorCode::bad_value,
          "\"" + std::string(text) + "\" isn't an address to listen on; write it like 127.0.0.1:8080 or [::1]:8080.",
          "address"};
}

bool is_target(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

std::string bracketed_host(const std::string& host) { return host.find(':') == host.npos ? host : "[" + host + "]"; }

}  // namespace

std::string Url::authority() const {
  const std::uint16_t usual = tls ? 443 : 80;
  return port == usual ? bracketed_host(host) : bracketed_host(host) + ":" + std::to_string(port);
}

std::string Url::origin() const { return (tls ? "https://" : "http://") + authority(); }

Result<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == text.npos) return bad_url(text, "it must begin with http:// or https://");
  const std::string scheme = to_lower_ascii(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return bad_url(text, "it must begin with http:// or https://");
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::string_view target = rest.substr(authority.size());
  if (authority.find('@') != authority.npos) return bad_url(text, "name and password don't belong into it");
  const auto parts = split_host(authority);
  if (!parts || !is_host(parts->host, parts->bracketed)) return bad_url(text, "the host name is missing or malformed");
  if (!is_target(target)) return bad_url(text, "it has a space or a control character in its path");
  Url url{.tls = scheme == "https", .host = to_lower_ascii(parts->host)};
  url.port = url.tls ? 443 : 80;
  if (parts->has_port && !parts->port.empty()) {
    const auto port = parse_port(parts->port);
    if (!port || *port == 0) return bad_url(text, "the port must be a number from 1 to 65535");
    url.port = *port;
  }
  if (!target.empty()) url.target = target.front() == '/' ? std::string(target) : "/" + std::string(target);
  return url;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto parts = split_host(text);
  if (!parts || !parts->has_port) return bad_endpoint(text);
  const auto port = parse_port(parts->port);
  const bool every_address = parts->host.empty() && !parts->bracketed;
  if (!port || (!every_address && !is_host(parts->host, parts->bracketed))) return bad_endpoint(text);
  return Endpoint{every_address ? "0.0.0.0" : std::string(parts->host), *port};
}

}  // namespace satchel::edge::net
