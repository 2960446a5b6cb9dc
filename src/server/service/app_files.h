// SPDX-License-Identifier: Apache-2.0
//
// AppFiles: the app's files as values, and the answers to requests for them. Who reads them from a disk is not known here.
//
//   /                  index.html; and so is every address that a screen may have: /accounts, /accounts/ID
//   /assets/…          named after a hash of what is in them: kept by browsers for ever
//   /service_worker.js and everything else: asked for each time, and answered 304 if it hasn't changed
//
// Always true:
//   - Pages and scripts carry a policy that lets them load and reach nothing but this server.
//   - A body goes out as it was compressed when the app was built, in the best way that the client takes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"

namespace satchel::server::service {

struct AppFile {
  std::string path;  // "assets/main-1a2b3c.js"
  std::string bytes;
  std::string brotli = {};  // the same compressed; "" if it isn't
  std::string gzip = {};
};

class AppFiles {
 public:
  // No app was built: a page says how to do it.
  AppFiles() = default;
  explicit AppFiles(std::vector<AppFile> files);

  // For GET and HEAD of any path that isn't an API's. Never asks who is there: the app is for everybody.
  Response answer(const Request& request) const;

 private:
  struct Entry {
    AppFile file;
    std::string etag;  // of the plain bytes
  };
  const Entry* find(std::string_view path) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace satchel::server::service
