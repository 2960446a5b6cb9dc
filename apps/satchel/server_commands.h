// SPDX-License-Identifier: Apache-2.0
//
// The server's commands: init, serve, import, backup, restore; and admin, which speaks to a running server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/satchel/report.h"

namespace satchel::apps {

struct ServeOptions {
  std::string data;
  std::string listen = "127.0.0.1:8080";
  std::string database;  // postgres://…: not available yet
  std::string tls_certificate, tls_key;
  std::string proxy, public_address;
  std::string app;  // folder of the app's files; "" = "app" beside the program
  std::string access_life, refresh_life;
  std::vector<std::string> settings;  // KEY=VALUE
  bool demo = false;
  std::int64_t records = 5000;
  std::string now;
};

int init(const std::string& data, const std::string& organization, const std::string& administrator, Format format);
int serve(const ServeOptions& options, Format format);
int import(const std::string& data, const std::string& set, const std::string& file, bool all_or_nothing,
           Format format);
int backup(const std::string& data, const std::string& file, Format format);
int restore(const std::string& data, const std::string& file, Format format);

struct AdminOptions {
  std::string server;
  std::string user;
  std::string profile;  // of `experience`
  bool json = false;
};
int admin(const AdminOptions& options, const std::vector<std::string>& words);

}  // namespace satchel::apps
