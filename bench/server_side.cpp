// SPDX-License-Identifier: Apache-2.0
#include "bench/server_side.h"

#include <algorithm>
#include <thread>

#include "bench/made_up_rows.h"
#include "bench/stopwatch.h"
#include "edge/net/http_client.h"
#include "edge/net/http_server.h"
#include "edge/os/clock.h"
#include "edge/sqlite/database.h"

namespace satchel::bench {
namespace {

namespace service = server::service;

constexpr const char* kOrganization = "Bench";  // and its root unit
constexpr const char* kUsageTarget = "/bench/usage";

Result<std::int64_t> import(Server& server, const MadeUpFile& file, Instant now) {
  const auto report = TRY(service::import_csv(*server.service, *server.database, file.csv, {file.set, true}, now));
  if (!report.bad.empty())
    return Error{ErrorCode::internal, "The made-up " + file.set + " have a bad line " +
                                          std::to_string(report.bad.front().line) + ": " + report.bad.front().reason};
  return report.created;
}

Result<void> add_users(Server& server, Instant now) {
  std::vector<RecordId> ids;
  for (std::int64_t i = 0; i < kRepresentatives; ++i) ids.push_back(new_id<RecordId>(server.random, now));
  for (const auto& file : {made_up_profile(), made_up_users(ids, kOrganization), made_up_teams(kOrganization),
                           made_up_memberships(ids), made_up_team_contacts()})
    TRY(import(server, file, now));
  const auto drafter = new_id<RecordId>(server.random, now);
  TRY(import(server, made_up_drafter(drafter, kDrafter, kOrganization), now));
  ids.push_back(drafter);
  auto transaction = TRY(sql::Transaction::begin(*server.database));
  for (const auto id : ids) TRY(server.service->sessions().set_password(id, kPassword));
  TRY(server.service->sessions().set_roles(drafter, {server::access::Role::system_administrator}));
  return transaction.commit();
}

Response usage_response() {
  auto json = Json::object();
  json.set("cpu_ms", cpu_milliseconds());
  json.set("peak_kb", peak_memory_kb());
  Response response;
  response.headers.set("Content-Type", "application/json");
  response.body = json.dump();
  return response;
}

// The bench asks for usage when nothing else is under way, so such a request comes alone.
std::vector<Response> answer(Server& server, std::span<const Request> requests) {
  if (requests.size() == 1 && requests.front().target == kUsageTarget) return {usage_response()};
  return server.service->handle_all(requests, edge::os::SystemClock().now());
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const std::string& folder) {
  auto server = std::make_unique<Server>();
  server->database =
      TRY(edge::sqlite::open({.path = folder + "/satchel.db", .profile = edge::sqlite::Profile::server}));
  server->hasher = server::access::make_argon2id_hasher();
  server->service = TRY(service::Service::open(*server->database, model::Schema::standard(), *server->hasher,
                                               server->random, server->log, {}));
  return server;
}

Result<Json> fill_server(const std::string& folder, std::int64_t rows) {
  const Stopwatch watch;
  const auto now = edge::os::SystemClock().now();
  auto server = TRY(Server::open(folder));
  TRY(service::create_organization(*server->service, *server->database, {kOrganization, kAdministrator, kPassword},
                                   server->random, now));
  TRY(add_users(*server, now));
  std::int64_t made = 0;
  TRY(make_up_rows(rows, now, [&](const MadeUpFile& file) -> Result<void> {
    made += TRY(import(*server, file, now));
    return {};
  }));
  auto json = Json::object();
  json.set("rows", made);
  json.set("seconds", watch.milliseconds() / 1e3);
  return json;
}

Result<void> serve(const std::string& folder, Child::Parent& parent) {
  auto server = TRY(Server::open(folder));
  edge::net::ListenOptions listen;
  listen.address = "127.0.0.1:0";
  auto http = TRY(edge::net::HttpServer::listen_batched(
      listen, [&](std::span<const Request> requests) { return answer(*server, requests); }));
  auto json = Json::object();
  json.set("url", http->url());
  parent.say(json);
  std::thread waiting([&] {
    parent.wait_until_released();
    http->stop();
  });
  http->run();
  waiting.join();
  return {};
}

Result<Usage> usage_of(const std::string& url) {
  auto client = TRY(edge::net::HttpClient::create({.url = url}));
  Request request;
  request.method = "GET";
  request.target = kUsageTarget;
  const auto response = TRY(client->send(request));
  const auto json = TRY(Json::parse(response.body));
  const auto* cpu = json.find("cpu_ms");
  return Usage{cpu != nullptr ? cpu->as_double().value_or(0) : 0, json.integer_at("peak_kb")};
}

}  // namespace satchel::bench
