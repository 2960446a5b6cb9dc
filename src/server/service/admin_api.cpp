// SPDX-License-Identifier: Apache-2.0
//
// What `satchel admin` asks, under /api/admin/v1/. For system administrators only. Users go by user name (domainname),
// teams and units by name. Bodies and answers are JSON; a verb that did something answers {"ok":true,"message":"…"}.
//
//   GET  users               {"value":[{id, user, full_name, unit, disabled, roles, experience, profile}]}
//   POST users               {user, password, full_name?, unit?, role?}    unit: the caller's; role: salesperson
//   POST users/password      {user, password}
//   POST users/disable       {user}                                        ends his sessions too
//   GET  teams               {"value":[{id, team, unit, members:[user]}]}
//   POST teams/members       {team, user, change?}                         change: "add" (default) or "remove"
//   POST assign              {set, id, to}                                 to: a user or a team
//   GET  devices             {"value":[{id, user, full_name, client, first_seen, last_seen, wipe_asked, wiped}]}
//   POST revoke              {user} or {device}                            unsent work on devices stays there (S3)
//   POST wipe                {device}                                      with its next contact it removes its store (S6)
//   GET  settings            {"value":[{key, value}]}                      what is in force, fallbacks too
//   POST settings            {KEY: value, …}                               "" = the fallback; all of them or none
//   POST experience          {user, experience, profile?}                  "sync" (with a published profile) or "drafts" (E1)
//   GET  escrow              {"value":[{id, user, full_name, device, kept, bytes, released:[{by, at}]}]}  unsent work of wiped devices
//   POST escrow/release      {id}                                          {"ok", "message", "lines"}; who and when is kept (D3)
//
// Not due yet, answered with not_available: profiles, share, unshare.
#include <algorithm>
#include <array>
#include <functional>

#include "base/json.h"
#include "base/text.h"
#include "model/organization_settings.h"
#include "server/service/internal/context.h"
#include "server/service/internal/directory.h"
#include "server/service/internal/founding.h"
#include "server/service/limits.h"

namespace satchel::server::service {
namespace {

using records::Absent;
using records::Condition;

// ---- bodies and answers --------------------------------------------------------------------------------------------

Result<Json> body_of(const Call& call) {
  if (call.request.body.size() > kAdminBodyBytesMax)
    return Error{ErrorCode::too_large, "The body is longer than " + std::to_string(kAdminBodyBytesMax) + " bytes."};
  auto body = TRY(Json::parse(call.request.body));
  if (!body.is_object()) return Error{ErrorCode::bad_json, "The body must be a JSON object."};
  for (const auto& [name, value] : *body.as_object())
    if (!value.is_string()) return Error{ErrorCode::bad_value, "\"" + name + "\" must be a text.", name};
  return body;
}

Result<std::string> needed(const Json& body, std::string_view name) {
  const auto text = trim(body.string_at(name));
  if (text.empty())
    return Error{ErrorCode::bad_value, "The body needs \"" + std::string(name) + "\".", std::string(name)};
  return std::string(text);
}

Json done(std::string message) { return Json(Json::Object{{"ok", true}, {"message", std::move(message)}}); }

// Blanks at its ends belong to a password.
Result<std::string> password_in(const Json& body) {
  const auto password = body.string_at("password");
  if (password.empty()) return Error{ErrorCode::bad_value, "The body needs \"password\".", "password"};
  return std::string(password);
}

// One commit of one record.
Result<void> write(const Call& call, const model::RecordChange& change) {
  TRY(call.parts.records.apply(call.caller, change, {}, Absent::refuse, call.now));
  return {};
}

// ---- users ---------------------------------------------------------------------------------------------------------

Result<access::Role> role_in(const Json& body) {
  std::string name = to_lower_ascii(trim(body.string_at("role", "salesperson")));
  std::replace(name.begin(), name.end(), '_', ' ');
  if (const auto role = access::role_named(name)) return *role;
  return Error{ErrorCode::bad_value,
               "There's no role \"" + name + "\"; roles are salesperson and system administrator.", "role"};
}

Result<Json> add_user(const Call& call, const Json& body) {
  const auto name = TRY(needed(body, "user"));
  const auto password = TRY(password_in(body));
  const auto role = TRY(role_in(body));
  const Directory directory(call.parts.records);
  if (!TRY(directory.users_named(name)).empty())
    return Error{ErrorCode::exists, "There is a user " + name + " already.", "user"};
  const auto unit_name = trim(body.string_at("unit"));
  const RecordId unit = unit_name.empty() ? call.caller.business_unit : TRY(directory.unit(unit_name));

  const auto& schema = call.parts.schema;
  const auto id = new_id<RecordId>(call.parts.random, call.now);
  const auto profile = TRY(directory.profile("")).value_or(RecordId());
  TRY(write(call, user_row(schema, id, person_named(name, body.string_at("full_name")), unit, profile)));
  if (const auto team = TRY(directory.default_team(unit))) TRY(write(call, membership_row(schema, *team, id)));
  TRY(call.parts.sessions.set_roles(id, {role}));
  TRY(call.parts.sessions.set_password(id, password));
  auto answer = done(name + " was added to " + directory.name_of("businessunit", unit) + " as " +
                     std::string(access::name_of(role)) + ".");
  answer.set("id", id.to_string());
  return answer;
}

Result<Json> set_password(const Call& call, const Json& body) {
  const auto name = TRY(needed(body, "user"));
  const auto user = TRY(Directory(call.parts.records).user(name));
  TRY(call.parts.sessions.set_password(user, TRY(password_in(body))));
  return done(name + " has a new password.");
}

Result<Json> disable_user(const Call& call, const Json& body) {
  const auto name = TRY(needed(body, "user"));
  const auto user = TRY(Directory(call.parts.records).user(name));
  if (user == call.caller.user)
    return Error{ErrorCode::bad_request, "You can't disable yourself; another administrator can.", "user"};
  TRY(write(call, ChangeMaker(*call.parts.schema.find("systemuser"), user, model::ChangeKind::update)
                      .set("isdisabled", std::int64_t{1})
                      .change()));
  TRY(call.parts.sessions.revoke_user(user));
  return done(name + " is disabled and signed out everywhere.");
}

Result<Json> list_users(const Call& call) {
  const Directory directory(call.parts.records);
  Json list = Json::array();
  for (const auto& user : TRY(directory.all("systemuser"))) {
    Json roles = Json::array();
    for (const auto role : TRY(call.parts.sessions.roles_of(user.id))) roles.push_back(access::name_of(role));
    const auto unit = directory.reference(user, "businessunitid");
    const auto profile = directory.reference(user, "mobileofflineprofileid");
    const auto is_sync = TRY(call.parts.sessions.offline_of(user.id)).is_sync;
    list.push_back(Json::Object{
        {"id", user.id.to_string()},
        {"user", directory.text(user, "domainname")},
        {"full_name", directory.text(user, "fullname")},
        {"unit", unit.is_nil() ? Json() : Json(directory.name_of("businessunit", unit))},
        {"disabled", directory.is_set(user, "isdisabled")},
        {"roles", std::move(roles)},
        {"experience", is_sync ? "sync" : "drafts"},
        {"profile", profile.is_nil() ? Json() : Json(directory.name_of("mobileofflineprofile", profile))}});
  }
  return Json(Json::Object{{"value", std::move(list)}});
}

// ---- teams ---------------------------------------------------------------------------------------------------------

Result<Json> change_members(const Call& call, const Json& body) {
  const auto team_name = TRY(needed(body, "team"));
  const auto user_name = TRY(needed(body, "user"));
  const auto change = body.string_at("change", "add");
  if (change != "add" && change != "remove")
    return Error{ErrorCode::bad_value, "\"change\" must be \"add\" or \"remove\".", "change"};
  const Directory directory(call.parts.records);
  const auto team = TRY(directory.team(team_name));
  const auto user = TRY(directory.user(user_name));
  const auto link = TRY(directory.membership(team, user));
  if (change == "add") {
    if (link) return done(user_name + " was in " + team_name + " already.");
    TRY(write(call, membership_row(call.parts.schema, team, user)));
    return done(user_name + " is in " + team_name + " now.");
  }
  if (!link) return done(user_name + " wasn't in " + team_name + ".");
  TRY(write(call, {call.parts.schema.find("teammembership")->number, *link, model::ChangeKind::remove, {}}));
  return done(user_name + " isn't in " + team_name + " any more.");
}

Result<Json> list_teams(const Call& call) {
  const Directory directory(call.parts.records);
  const auto links = TRY(directory.all("teammembership"));
  Json list = Json::array();
  for (const auto& team : TRY(directory.all("team"))) {
    Json members = Json::array();
    for (const auto& link : links)
      if (directory.reference(link, "teamid") == team.id)
        members.push_back(directory.user_name_of(directory.reference(link, "systemuserid")));
    list.push_back(
        Json::Object{{"id", team.id.to_string()},
                     {"team", directory.text(team, "name")},
                     {"unit", directory.name_of("businessunit", directory.reference(team, "businessunitid"))},
                     {"members", std::move(members)}});
  }
  return Json(Json::Object{{"value", std::move(list)}});
}

// ---- records, devices, sessions ------------------------------------------------------------------------------------

Result<Json> assign(const Call& call, const Json& body) {
  const auto set = TRY(needed(body, "set"));
  const auto id_text = TRY(needed(body, "id"));
  const auto to = TRY(needed(body, "to"));
  const auto* table = call.parts.schema.find_set(set);
  if (table == nullptr) return Error{ErrorCode::unknown_table, "There's no set \"" + set + "\".", "set"};
  if (!table->owner) return Error{ErrorCode::bad_request, table->plural + " belong to nobody.", "set"};
  const auto id = RecordId::parse(id_text);
  if (!id) return Error{ErrorCode::bad_value, "\"" + id_text + "\" is no id.", "id"};
  const auto owner = TRY(Directory(call.parts.records).owner(to));
  model::RecordChange change{table->number, *id, model::ChangeKind::update, {}};
  change.set(*table->owner, owner);
  TRY(write(call, change));
  return done("It belongs to " + to + " now.");
}

Json moment(Instant instant) { return Json(format_date_time(instant.seconds())); }

Result<Json> list_devices(const Call& call) {
  const Directory directory(call.parts.records);
  Json list = Json::array();
  for (const auto& device : TRY(call.parts.sessions.devices())) {
    const auto wipe = TRY(call.parts.sessions.wipe_of(device.id));
    list.push_back(Json::Object{{"id", device.id.to_string()},
                                {"user", directory.user_name_of(device.user)},
                                {"full_name", directory.name_of("systemuser", device.user)},
                                {"client", device.client},
                                {"first_seen", format_date_time(device.first_seen.seconds())},
                                {"last_seen", format_date_time(device.last_seen.seconds())},
                                {"wipe_asked", wipe ? moment(wipe->asked_at) : Json()},
                                {"wiped", wipe && wipe->wiped_at ? moment(*wipe->wiped_at) : Json()}});
  }
  return Json(Json::Object{{"value", std::move(list)}});
}

Result<DeviceId> device_in(const Call& call, const Json& body) {
  const auto text = TRY(needed(body, "device"));
  const auto id = DeviceId::parse(text);
  const auto devices = TRY(call.parts.sessions.devices());
  const bool is_known =
      id && std::any_of(devices.begin(), devices.end(), [&](const auto& row) { return row.id == *id; });
  if (!is_known) return Error{ErrorCode::not_found, "There's no device " + text + ".", "device"};
  return *id;
}

Result<Json> revoke(const Call& call, const Json& body) {
  if (body.find("device") == nullptr) {
    const auto name = TRY(needed(body, "user"));
    TRY(call.parts.sessions.revoke_user(TRY(Directory(call.parts.records).user(name))));
    return done(name + " is signed out everywhere.");
  }
  const auto id = TRY(device_in(call, body));
  TRY(call.parts.sessions.revoke_device(id));
  return done("The device " + id.to_string() + " is signed out.");
}

Result<Json> wipe(const Call& call, const Json& body) {
  const auto id = TRY(device_in(call, body));
  TRY(call.parts.sessions.ask_wipe(id, call.now));
  return done("The device " + id.to_string() +
              " removes its store with its next contact; `devices` shows when it did.");
}

// ---- escrow --------------------------------------------------------------------------------------------------------

Result<Json> list_escrow(const Call& call) {
  const Directory directory(call.parts.records);
  Json list = Json::array();
  for (const auto& copy : TRY(call.parts.escrow.copies())) {
    Json releases = Json::array();
    for (const auto& release : copy.releases)
      releases.push_back(Json::Object{{"by", directory.user_name_of(release.by)}, {"at", moment(release.at)}});
    list.push_back(Json::Object{{"id", copy.id.to_string()},
                                {"user", directory.user_name_of(copy.user)},
                                {"full_name", directory.name_of("systemuser", copy.user)},
                                {"device", copy.device.to_string()},
                                {"kept", moment(copy.kept_at)},
                                {"bytes", copy.bytes},
                                {"released", std::move(releases)}});
  }
  return Json(Json::Object{{"value", std::move(list)}});
}

Result<Json> release_escrow(const Call& call, const Json& body) {
  const auto text = TRY(needed(body, "id"));
  const auto id = access::EscrowId::parse(text);
  if (!id) return Error{ErrorCode::bad_value, "\"" + text + "\" is no id.", "id"};
  auto lines = TRY(call.parts.escrow.release(*id, call.caller.user, call.now));
  auto answer = done("Released to you; your name and the time are kept with it.");
  answer.set("lines", std::move(lines));
  return answer;
}

// ---- settings and experience ---------------------------------------------------------------------------------------

Result<model::Record> organization_of(const Call& call) {
  const auto& table = *call.parts.schema.find("organization");
  return call.parts.records.get(call.caller, table, organization_id(call.parts));
}

Result<Json> list_settings(const Call& call) {
  const auto row = TRY(organization_of(call));
  const auto& table = call.parts.schema.at(row.table);
  Json list = Json::array();
  const auto put = [&](std::string key, std::string value) {
    list.push_back(Json::Object{{"key", std::move(key)}, {"value", std::move(value)}});
  };
  for (const auto& setting : model::setting_keys())
    put(std::string(setting.key), model::setting_in(table, row, setting.key));
  for (const auto& [about, what] : model::conflict_rules_in(table, row)) put("conflicts." + about, what);
  return Json(Json::Object{{"value", std::move(list)}});
}

bool is_without_sync(const Call& call, const model::Record& organization) {
  const auto& table = call.parts.schema.at(organization.table);
  return model::setting_in(table, organization, "rules") == "classic" &&
         model::setting_in(table, organization, "deployment") == "on-premises";
}

// P1: the administrator is told of profiles that aren't used.
Result<std::string> note_on_profiles(const Call& call, const model::Record& organization) {
  if (!is_without_sync(call, organization)) return std::string();
  const Directory directory(call.parts.records);
  std::size_t count = 0;
  for (const auto& user : TRY(directory.all("systemuser")))
    if (!directory.reference(user, "mobileofflineprofileid").is_nil()) ++count;
  if (count == 0) return std::string();
  return " Classic rules have no offline sync on-premises (P1): the offline profiles of " + std::to_string(count) +
         (count == 1 ? " user isn't used." : " users aren't used.");
}

Result<Json> change_settings(const Call& call, const Json& body) {
  auto row = TRY(organization_of(call));
  model::RecordChange change{row.table, row.id, model::ChangeKind::update, {}};
  for (const auto& [key, value] : *body.as_object()) {
    TRY(model::set_setting(call.parts.schema, row, trim(key), trim(*value.as_string()), change));
    for (const auto& [column, set] : change.values)
      row.values[column] = set;  // The next rule of conflicts builds on it.
  }
  if (change.values.empty()) return Error{ErrorCode::bad_value, "Say which setting: KEY=VALUE."};
  TRY(write(call, change));
  return done("Set. Devices hear of it with their next sync." + TRY(note_on_profiles(call, row)));
}

Result<Json> change_experience(const Call& call, const Json& body) {
  const auto name = TRY(needed(body, "user"));
  const auto experience = TRY(needed(body, "experience"));
  if (experience != "sync" && experience != "drafts")
    return Error{ErrorCode::bad_value, "\"experience\" must be \"sync\" or \"drafts\".", "experience"};
  const Directory directory(call.parts.records);
  const auto user = TRY(directory.user(name));
  ChangeMaker change(*call.parts.schema.find("systemuser"), user, model::ChangeKind::update);
  if (experience == "drafts") {
    TRY(write(call, change.clear("mobileofflineprofileid").change()));
    return done(name + " works with offline drafts now; his devices hear of it with their next contact.");
  }
  const auto profile_name = trim(body.string_at("profile"));
  const auto profile = TRY(directory.profile(profile_name));
  if (!profile)
    return Error{ErrorCode::not_found, "There's no published offline profile. Publish one first.", "profile"};
  TRY(write(
      call,
      change.set_lookup("mobileofflineprofileid", *call.parts.schema.find("mobileofflineprofile"), *profile).change()));
  if (is_without_sync(call, TRY(organization_of(call))))
    return done(name +
                " has an offline profile now, but it isn't used: classic rules have no offline sync on-premises (P1).");
  return done(name + " works with offline sync now; his devices hear of it with their next contact.");
}

// ---- routes --------------------------------------------------------------------------------------------------------

struct Route {
  std::string_view method, path;
  Result<Json> (*read)(const Call&);
  Result<Json> (*change)(const Call&, const Json&);
};

constexpr std::array kRoutes = {
    Route{"GET", "users", list_users, nullptr},
    Route{"POST", "users", nullptr, add_user},
    Route{"POST", "users/password", nullptr, set_password},
    Route{"POST", "users/disable", nullptr, disable_user},
    Route{"GET", "teams", list_teams, nullptr},
    Route{"POST", "teams/members", nullptr, change_members},
    Route{"POST", "assign", nullptr, assign},
    Route{"GET", "devices", list_devices, nullptr},
    Route{"POST", "revoke", nullptr, revoke},
    Route{"POST", "wipe", nullptr, wipe},
    Route{"GET", "escrow", list_escrow, nullptr},
    Route{"POST", "escrow/release", nullptr, release_escrow},
    Route{"GET", "settings", list_settings, nullptr},
    Route{"POST", "settings", nullptr, change_settings},
    Route{"POST", "experience", nullptr, change_experience},
};

constexpr std::array<std::string_view, 4> kNotDue = {"profile", "profiles", "share", "unshare"};

// The records that a verb writes are one commit; what it wrote is undone when it fails.
Result<Json> run(const Call& call, const Route& route) {
  if (route.read != nullptr) return route.read(call);
  const auto body = TRY(body_of(call));
  auto part = TRY(Part::begin(call.parts.records, call.parts.database));
  auto answer = TRY(route.change(call, body));
  TRY(part.end());
  return answer;
}

Response no_route(std::string_view path, const std::string& allowed) {
  if (!allowed.empty()) {
    auto response = error_response({ErrorCode::method_not_allowed, "Allowed on this address: " + allowed + "."});
    response.headers.set("Allow", allowed);
    return response;
  }
  const auto verb = path.substr(0, path.find('/'));
  if (std::find(kNotDue.begin(), kNotDue.end(), verb) != kNotDue.end())
    return error_response({ErrorCode::not_available, "\"" + std::string(verb) + "\" is not available yet."});
  return error_response({ErrorCode::not_found, "There's no admin verb at " + std::string(path) + "."});
}

}  // namespace

Response admin(const Call& call) {
  if (!call.caller.is_administrator())
    return error_response({ErrorCode::forbidden, "Only a system administrator may do this."});
  std::string allowed;
  for (const auto& route : kRoutes) {
    if (route.path != call.path) continue;
    if (route.method == call.request.method) {
      const auto answer = run(call, route);
      return answer ? json_response(200, answer->dump()) : error_response(answer.error());
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return no_route(call.path, allowed);
}

}  // namespace satchel::server::service
