// SPDX-License-Identifier: Apache-2.0
#include "server/service/app_files.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

constexpr std::string_view kIndex = "index.html";

constexpr std::string_view kNotBuilt = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Satchel</title>
<h1>The app isn't built</h1>
<p>This server works, and its Web API is at <code>/api/data/v9.2/</code>. The pages of the app lie in a folder
<code>app</code> beside the program, and there is none. In the project's folder, <code>./dev build</code> makes it;
then start the server again.</p>
</html>
)";

// Scripts and workers of our own only, WebAssembly, and requests to nobody else. Styles are set by the screens through the
// DOM, which needs no permission.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src "
    "'self'; "
    "img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// WebAssembly is compiled while it arrives only if it comes as application/wasm.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webmanifest", "application/manifest+json"},
    {".json", "application/json"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

// Whether Accept-Encoding (RFC 9110, section 12.5.3) takes `coding`.
bool takes(std::string_view accepted, std::string_view coding) {
  for (const auto part : split(accepted, ',')) {
    const auto semicolon = part.find(';');
    if (!equals_ignoring_case_ascii(trim(part.substr(0, semicolon)), coding)) continue;
    const auto weight =
        semicolon == std::string_view::npos ? std::string_view("q=1") : trim(part.substr(semicolon + 1));
    return weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

// An entity tag of the list, or "*".
bool names(std::string_view if_none_match, std::string_view etag) {
  for (auto part : split(if_none_match, ',')) {
    part = trim(part);
    if (part.starts_with("W/")) part.remove_prefix(2);
    if (part == etag || part == "*") return true;
  }
  return false;
}

void add_safety(Headers& headers) {
  headers.set("Content-Security-Policy", std::string(kPolicy));
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
}

Response page(int status, std::string_view body) {
  Response response{status, {{"Content-Type", "text/html; charset=utf-8"}}, std::string(body)};
  add_safety(response.headers);
  return response;
}

// Addresses of screens name sets and ids; what has a dot in its last part is a file's.
bool may_be_a_screen(std::string_view path) {
  return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
}

}  // namespace

AppFiles::AppFiles(std::vector<AppFile> files) {
  for (auto& file : files) {
    auto etag = "\"" + to_hex(hash128(file.bytes)) + "\"";
    auto path = file.path;
    entries_.insert_or_assign(std::move(path), Entry{std::move(file), std::move(etag)});
  }
}

const AppFiles::Entry* AppFiles::find(std::string_view path) const {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  auto found = entries_.find(path);
  if (found == entries_.end() && may_be_a_screen(path)) found = entries_.find(kIndex);
  return found == entries_.end() ? nullptr : &found->second;
}

Response AppFiles::answer(const Request& request) const {
  const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = error_response({ErrorCode::method_not_allowed, "Files of the app can only be read."});
    refused.headers.set("Allow", "GET, HEAD");
    return refused;
  }
  if (entries_.empty() && may_be_a_screen(path)) return page(200, kNotBuilt);
  const auto* entry = find(path);
  if (entry == nullptr) return error_response({ErrorCode::not_found, "There's nothing at " + std::string(path) + "."});

  const auto& file = entry->file;
  Response response;
  response.headers.set("ETag", entry->etag);
  response.headers.set("Cache-Control",
                       file.path.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  if (!file.brotli.empty() || !file.gzip.empty()) response.headers.set("Vary", "Accept-Encoding");
  if (names(request.headers.get("If-None-Match"), entry->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", std::string(type_of(file.path)));
  add_safety(response.headers);
  const auto accepted = request.headers.get("Accept-Encoding");
  if (!file.brotli.empty() && takes(accepted, "br")) {
    response.headers.set("Content-Encoding", "br");
    response.body = file.brotli;
  } else if (!file.gzip.empty() && takes(accepted, "gzip")) {
    response.headers.set("Content-Encoding", "gzip");
    response.body = file.gzip;
  } else {
    response.body = file.bytes;
  }
  return response;
}

}  // namespace satchel::server::service
