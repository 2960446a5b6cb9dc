// SPDX-License-Identifier: Apache-2.0
#include "server/service/app_files.h"

#include <doctest/doctest.h>

#include "server/service/internal/service_test.h"

namespace satchel::server::service {
namespace {

AppFiles small_app() {
  return AppFiles({{"index.html", "<p>app</p>", "page by brotli", "page by gzip"},
                   {"assets/main-1a2b.js", "go()", "script by brotli", "script by gzip"},
                   {"assets/satchel-3c4d.wasm", "module"},
                   {"service_worker.js", "serve()"},
                   {"icon-192.png", "picture"},
                   {"manifest.webmanifest", "{}"}});
}

Response get(const AppFiles& app, std::string target, Headers headers = {}) {
  return app.answer({.method = "GET", .target = std::move(target), .headers = std::move(headers)});
}

std::string header(const Response& response, std::string_view name) { return std::string(response.headers.get(name)); }

}  // namespace

TEST_CASE("app: addresses of screens give the page, files give themselves, and nothing else is there") {
  const auto app = small_app();
  for (const auto* address : {"/", "/index.html", "/accounts", "/accounts/0190aaaa-0000-7000-8000-000000000001",
                              "/sync?platform=ipad", "/admin/users"}) {
    CAPTURE(address);
    const auto response = get(app, address);
    CHECK(response.status == 200);
    CHECK(response.body == "<p>app</p>");
    CHECK(header(response, "Content-Type") == "text/html; charset=utf-8");
    CHECK(header(response, "Cache-Control") == "no-cache");
  }
  CHECK(get(app, "/assets/main-1a2b.js").body == "go()");
  for (const auto* address : {"/assets/main-old.js", "/missing.png", "/../secret.txt", "/assets/../index.html"}) {
    CAPTURE(address);
    CHECK(get(app, address).status == 404);
  }
}

TEST_CASE("app: types, and how long browsers keep what") {
  const auto app = small_app();
  const auto type = [&](const char* path) { return header(get(app, path), "Content-Type"); };
  CHECK(type("/assets/main-1a2b.js") == "text/javascript; charset=utf-8");
  CHECK(type("/assets/satchel-3c4d.wasm") == "application/wasm");
  CHECK(type("/icon-192.png") == "image/png");
  CHECK(type("/manifest.webmanifest") == "application/manifest+json");
  CHECK(header(get(app, "/assets/main-1a2b.js"), "Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(header(get(app, "/service_worker.js"), "Cache-Control") == "no-cache");
  CHECK(header(get(app, "/icon-192.png"), "Cache-Control") == "no-cache");
}

TEST_CASE("app: a file that hasn't changed isn't sent again") {
  const auto app = small_app();
  const auto etag = header(get(app, "/"), "ETag");
  CHECK(etag.size() == 34);
  CHECK(etag != header(get(app, "/assets/main-1a2b.js"), "ETag"));
  for (const auto& condition : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    CAPTURE(condition);
    const auto response = get(app, "/accounts", {{"If-None-Match", condition}});
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(header(response, "ETag") == etag);
  }
  CHECK(get(app, "/", {{"If-None-Match", "\"other\""}}).status == 200);
}

TEST_CASE("app: the best encoding that the client takes") {
  const auto app = small_app();
  const auto with = [&](const char* accepted) {
    return get(app, "/assets/main-1a2b.js", {{"Accept-Encoding", accepted}});
  };
  CHECK(with("gzip, deflate, br, zstd").body == "script by brotli");
  CHECK(header(with("br"), "Content-Encoding") == "br");
  CHECK(with("gzip;q=0.5").body == "script by gzip");
  CHECK(with("br;q=0, gzip").body == "script by gzip");
  CHECK(header(with("gzip"), "Content-Encoding") == "gzip");
  CHECK(with("").body == "go()");
  CHECK_FALSE(with("zstd").headers.has("Content-Encoding"));
  CHECK(header(with(""), "Vary") == "Accept-Encoding");
  CHECK(header(with("br"), "ETag") == header(with("gzip"), "ETag"));
  CHECK(get(app, "/icon-192.png", {{"Accept-Encoding", "br, gzip"}}).body == "picture");
}

TEST_CASE("app: pages and scripts may reach this server alone") {
  const auto app = small_app();
  for (const auto* path : {"/", "/assets/main-1a2b.js", "/service_worker.js"}) {
    const auto policy = header(get(app, path), "Content-Security-Policy");
    CHECK(policy.find("default-src 'none'") != std::string::npos);
    CHECK(policy.find("connect-src 'self';") != std::string::npos);
    CHECK(policy.find("script-src 'self' 'wasm-unsafe-eval';") != std::string::npos);
    CHECK(policy.find("unsafe-inline") == std::string::npos);
  }
  CHECK(header(get(app, "/"), "X-Content-Type-Options") == "nosniff");
}

TEST_CASE("app: only reading, and a word where there is no app") {
  const auto app = small_app();
  const auto refused = app.answer({.method = "POST", .target = "/accounts"});
  CHECK(refused.status == 405);
  CHECK(header(refused, "Allow") == "GET, HEAD");
  const auto none = get(AppFiles(), "/accounts");
  CHECK(none.status == 200);
  CHECK(none.body.find("./dev build") != std::string::npos);
  CHECK(get(AppFiles(), "/service_worker.js").status == 404);
}

TEST_CASE("app: the service answers APIs and health itself, and everything else with the app") {
  TestService test;
  test.found();
  const auto get = [&](const char* target) {
    return test.service->handle({.method = "GET", .target = target}, test.now);
  };
  CHECK(get("/").body.find("./dev build") != std::string::npos);
  CHECK(get("/healthz").body == "ok\n");
  CHECK(get("/api/data/v9.2/accounts").status == 401);
  CHECK(get("/api/unknown").status == 401);
  CHECK(header(get("/accounts"), "Cache-Control") == "no-store");
}

}  // namespace satchel::server::service
