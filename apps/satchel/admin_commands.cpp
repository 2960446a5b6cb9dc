// SPDX-License-Identifier: Apache-2.0
//
// `satchel admin`: an administrator's verbs, sent to a running server (/api/admin/v1/).
//
//   user add NAME [--…]   user password NAME   user disable NAME   team add|remove TEAM USER
//   assign SET/ID USER    revoke USER|DEVICE   devices   users   teams
//   escrow list           escrow release ID FILE
//   wipe DEVICE           set KEY=VALUE…        get [KEY]            experience USER drafts|sync [--profile NAME]
#include "apps/satchel/report.h"
#include "apps/satchel/server_commands.h"
#include "base/bytes.h"
#include "base/ids.h"
#include "base/json.h"
#include "edge/net/http_client.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"
#include "edge/os/terminal.h"
#include "odata/record_json.h"

namespace satchel::apps {
namespace {

struct Verb {
  std::string method;
  std::string address;
  Json body;
};

Error usage() {
  return {ErrorCode::usage,
          "Say what to do: user add|password|disable USER, team add|remove TEAM USER, assign SET/ID USER, revoke "
          "USER|DEVICE, wipe DEVICE, devices, users, teams, set KEY=VALUE…, get [KEY], experience USER drafts|sync "
          "[--profile NAME], escrow list, escrow release ID FILE."};
}

Json object(std::initializer_list<std::pair<const char*, std::string>> members) {
  auto json = Json::object();
  for (const auto& [name, value] : members) json.set(name, value);
  return json;
}

Result<std::string> password_for(const std::string& user) {
  if (auto password = edge::os::environment("SATCHEL_NEW_PASSWORD")) return *password;
  return edge::os::read_password("New password for " + user + ": ");
}

Result<Verb> user_verb(const std::vector<std::string>& words) {
  if (words.size() < 3) return usage();
  const auto& user = words[2];
  if (words[1] == "add") {
    auto body = object({{"user", user}, {"password", TRY(password_for(user))}});
    for (std::size_t i = 3; i < words.size(); ++i) {  // name=…, unit=…, role=…
      const auto equals = words[i].find('=');
      if (equals == std::string::npos) return usage();
      const auto name = words[i].substr(0, equals);
      body.set(name == "name" ? "full_name" : name, words[i].substr(equals + 1));
    }
    return Verb{"POST", "users", std::move(body)};
  }
  if (words[1] == "password" && words.size() == 3)
    return Verb{"POST", "users/password", object({{"user", user}, {"password", TRY(password_for(user))}})};
  if (words[1] == "disable" && words.size() == 3) return Verb{"POST", "users/disable", object({{"user", user}})};
  return usage();
}

Result<Verb> set_verb(const std::vector<std::string>& words) {
  auto body = Json::object();
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{ErrorCode::usage, "A setting is written KEY=VALUE, not \"" + words[i] + "\".", words[i]};
    body.set(words[i].substr(0, equals), words[i].substr(equals + 1));
  }
  return Verb{"POST", "settings", std::move(body)};
}

Result<Verb> experience_verb(const AdminOptions& options, const std::vector<std::string>& words) {
  if (words.size() != 3) return usage();
  auto body = object({{"user", words[1]}, {"experience", words[2]}});
  if (!options.profile.empty()) body.set("profile", options.profile);
  return Verb{"POST", "experience", std::move(body)};
}

bool is_release(const std::vector<std::string>& words) {
  return words.size() == 4 && words[0] == "escrow" && words[1] == "release";
}

Result<Verb> verb_of(const AdminOptions& options, const std::vector<std::string>& words) {
  if (words.empty()) return usage();
  const auto& first = words[0];
  if (first == "user") return user_verb(words);
  if (first == "team" && words.size() == 4 && (words[1] == "add" || words[1] == "remove"))
    return Verb{"POST", "teams/members", object({{"change", words[1]}, {"team", words[2]}, {"user", words[3]}})};
  if (first == "assign" && words.size() == 3) {
    const auto slash = words[1].find('/');
    if (slash == std::string::npos)
      return Error{ErrorCode::usage, "A record is written SET/ID, for example accounts/0190….", words[1]};
    return Verb{"POST", "assign",
                object({{"set", words[1].substr(0, slash)}, {"id", words[1].substr(slash + 1)}, {"to", words[2]}})};
  }
  if (first == "revoke" && words.size() == 2)  // a device goes by its id, a user by his name
    return Verb{"POST", "revoke", object({{DeviceId::parse(words[1]) ? "device" : "user", words[1]}})};
  if ((first == "devices" || first == "users" || first == "teams") && words.size() == 1) return Verb{"GET", first, {}};
  if (first == "set" && words.size() > 1) return set_verb(words);
  if (first == "get" && words.size() <= 2) return Verb{"GET", "settings", {}};
  if (first == "experience") return experience_verb(options, words);
  if (first == "wipe" && words.size() == 2) return Verb{"POST", "wipe", object({{"device", words[1]}})};
  if (first == "escrow" && words.size() == 2 && words[1] == "list") return Verb{"GET", "escrow", {}};
  if (is_release(words)) {
    if (edge::os::exists(words[3]))
      return Error{ErrorCode::exists, "The file " + words[3] + " is there already. Name another one.", words[3]};
    return Verb{"POST", "escrow/release", object({{"id", words[2]}})};
  }
  for (const auto* later : {"share", "unshare", "profile"})
    if (first == later) return Error{ErrorCode::not_available, "`admin " + first + "` isn't available yet."};
  return usage();
}

void say_rows(const Json::Array& rows) {
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : rows) {
    if (!row.is_object()) continue;
    if (headings.empty())
      for (const auto& [name, value] : *row.as_object()) headings.push_back(name);
    std::vector<std::string> line;
    for (const auto& name : headings) {
      const auto* value = row.find(name);
      line.push_back(value == nullptr || value->is_null() ? ""
                     : value->is_string()                 ? *value->as_string()
                                                          : value->dump());
    }
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return say("None.");
  say_table(headings, lines);
}

// `get KEY`: its value alone.
Result<void> say_setting(const Json& settings, const std::string& key, bool as_json) {
  for (const auto& row : *settings.find("value")->as_array()) {
    if (row.string_at("key") != key) continue;
    if (as_json) say_json(row);
    else say(row.string_at("value"));
    return {};
  }
  return Error{ErrorCode::not_found, "There's no setting \"" + key + "\"; `get` alone lists them.", key};
}

Result<void> perform(const AdminOptions& options, const std::vector<std::string>& words) {
  const auto verb = TRY(verb_of(options, words));
  auto password = edge::os::take_secret_from_environment("SATCHEL_PASSWORD");
  if (!password) password = TRY(edge::os::read_password("Password for " + options.user + ": "));
  Request request;
  request.method = verb.method;
  request.target = "/api/admin/v1/" + verb.address;
  request.headers.set("Authorization", "Basic " + to_base64(options.user + ":" + *password));
  request.headers.set("Accept", "application/json");
  if (verb.method == "POST") {
    request.headers.set("Content-Type", "application/json");
    request.body = verb.body.dump();
  }
  auto client = TRY(edge::net::HttpClient::create({.url = options.server}));
  const auto response = TRY(client->send(request));
  if (response.status >= 300) return odata::read_error(response.status, response.body);
  auto json = TRY(Json::parse(response.body));
  if (words.size() == 2 && words[0] == "get") return say_setting(json, words[1], options.json);
  if (is_release(words)) {
    TRY(edge::os::write_file(words[3], json.string_at("lines"), edge::os::Permissions::owner_only));
    json.set("lines", nullptr);
    json.set("file", words[3]);
  }
  if (options.json) return say_json(json), Result<void>{};
  const auto* rows = json.find("value");
  if (rows != nullptr && rows->is_array()) say_rows(*rows->as_array());
  else say(json.string_at("message", "Done."));
  return {};
}

}  // namespace

int admin(const AdminOptions& options, const std::vector<std::string>& words) {
  const auto done = perform(options, words);
  return done ? 0 : report(done.error(), options.json ? Format::json : Format::people);
}

}  // namespace satchel::apps
