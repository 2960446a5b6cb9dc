// SPDX-License-Identifier: Apache-2.0
#include "server/service/service.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "odata/record_json.h"
#include "server/service/internal/context.h"

namespace satchel::server::service {
namespace {

constexpr OrganizationNumber kOrganization{1};
constexpr std::string_view kSyncRoot = "/api/sync/v1/";
constexpr std::string_view kAdminRoot = "/api/admin/v1/";

std::string_view path_of(const Request& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

std::string_view query_of(const Request& request) {
  const std::string_view target = request.target;
  const auto at = target.find('?');
  return at == std::string_view::npos ? std::string_view() : target.substr(at + 1);
}

bool is_batch(std::string_view path) { return path == "/api/data/v9.2/$batch" || path == "/api/data/v9.2/%24batch"; }

// Does answering change the database? Signing in does too: tokens are rows.
bool changes_database(const Request& request) {
  const auto path = path_of(request);
  if (path.starts_with(kServiceRoot)) return is_batch(path) || is_write(request);
  if (path.starts_with(kAdminRoot)) return request.method != "GET";
  return path == "/oauth2/token";
}

class ServiceImpl final : public Service {
 public:
  ServiceImpl(sql::Database& database, const model::Schema& schema, access::PasswordHasher& hasher, Random& random,
              Log& log, ServiceOptions options, std::unique_ptr<records::Records> records)
      : database_(database),
        options_(std::move(options)),
        sessions_(database, kOrganization, hasher, random, options_.lives),
        records_(std::move(records)),
        parts_{database, schema, sessions_, *records_, random, log, options_} {}

  Response handle(const Request& request, Instant now) override { return std::move(handle_all({&request, 1}, now)[0]); }

  std::vector<Response> handle_all(std::span<const Request> requests, Instant now) override {
    std::vector<Response> responses(requests.size());
    const bool has_write = std::any_of(requests.begin(), requests.end(), changes_database);
    if (!has_write) {
      for (std::size_t i = 0; i < requests.size(); ++i) responses[i] = answer(requests[i], now);
      return responses;
    }
    auto committed = write_all(requests, responses, now);
    if (!committed) {
      parts_.records.abandon_part();
      parts_.log.write(LogLevel::error, "service", committed.error().message);
      for (std::size_t i = 0; i < requests.size(); ++i) responses[i] = finished(error_response(committed.error()), now);
    }
    return responses;
  }

  records::Records& records() override { return *records_; }
  access::Sessions& sessions() override { return sessions_; }

 private:
  Result<void> write_all(std::span<const Request> requests, std::vector<Response>& responses, Instant now) {
    auto transaction = TRY(sql::Transaction::begin(database_));
    for (std::size_t i = 0; i < requests.size(); ++i) responses[i] = answer(requests[i], now);
    return transaction.commit();
  }

  Response answer(const Request& request, Instant now) { return finished(route(request, now), now); }

  // Headers that every answer carries.
  static Response finished(Response response, Instant now) {
    response.headers.set("OData-Version", "4.0");
    response.headers.set("Satchel-Time", std::to_string(now.milliseconds));
    if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
    return response;
  }

  Response route(const Request& request, Instant now) {
    const auto path = path_of(request);
    if (path == "/oauth2/token") return token(parts_, request, now);
    if (path == "/healthz") return text("ok\n");
    if (path == "/metrics") return metrics();
    if (path.starts_with("/api/")) return with_caller(request, now);
    return options_.app.answer(request);
  }

  static Response text(std::string body) {
    Response response;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(body);
    return response;
  }

  Response metrics() {
    const auto head = records_->head();
    if (!head) return error_response(head.error());
    return text(
        "# HELP satchel_head_seq The organisation's last commit number.\n# TYPE satchel_head_seq "
        "counter\nsatchel_head_seq " +
        std::to_string(head->seq.value) +
        "\n# HELP satchel_requests_total Requests answered.\n# TYPE satchel_requests_total "
        "counter\nsatchel_requests_total " +
        std::to_string(requests_) + "\n");
  }

  Response with_caller(const Request& request, Instant now) {
    ++requests_;
    const auto caller = caller_of(request, now);
    if (!caller) {
      auto response = error_response(caller.error());
      if (response.status == 401) response.headers.set("WWW-Authenticate", "Bearer, Basic realm=\"Satchel\"");
      if (caller.error().code == ErrorCode::too_many_requests)
        response.headers.set("Retry-After", caller.error().target);
      return response;
    }
    Call call{parts_, request, {}, query_of(request), root_of(request), *caller, now, nullptr};
    const auto path = path_of(request);
    if (path.starts_with(kServiceRoot)) {
      call.path = path.substr(kServiceRoot.size());
      return data(call);
    }
    if (path == "/api/data/v9.2") return metadata(call);
    if (path == std::string(kSyncRoot) + "pull") return pull(call);
    if (path == std::string(kSyncRoot) + "ranges") return ranges(call);
    if (path.starts_with(kAdminRoot)) {
      call.path = path.substr(kAdminRoot.size());
      return admin(call);
    }
    return error_response({ErrorCode::not_found, "There's nothing at " + std::string(path) + "."});
  }

  static Response data(const Call& call) {
    if (const auto maximum = call.request.headers.get("OData-MaxVersion"); !maximum.empty() && maximum < "4.0")
      return error_response({ErrorCode::bad_request,
                             "OData-MaxVersion " + std::string(maximum) + " isn't spoken here; the lowest is 4.0."});
    if (call.path == "$batch" || call.path == "%24batch") return run_batch(call);
    if (call.path.empty() || call.path.starts_with("$metadata") || call.path.starts_with("%24metadata") ||
        call.path.starts_with("EntityDefinitions"))
      return metadata(call);
    return is_write(call.request) ? run_write(call) : read_data(call);
  }

  // Bearer, or Basic over a channel that nobody can listen to.
  Result<access::Caller> caller_of(const Request& request, Instant now) {
    const auto header = request.headers.get("Authorization");
    if (equals_ignoring_case_ascii(header.substr(0, 7), "bearer "))
      return sessions_.caller_of_token(trim(header.substr(7)), now);
    if (!equals_ignoring_case_ascii(header.substr(0, 6), "basic "))
      return Error{ErrorCode::unauthorized, "Sign in first: send a bearer token from /oauth2/token."};
    if (!request.trusted_channel)
      return Error{ErrorCode::unauthorized, "Basic authentication is accepted over TLS or on the same machine only."};
    const auto plain = from_base64(trim(header.substr(6)));
    const auto colon = plain ? plain->find(':') : std::string::npos;
    if (!plain || colon == std::string::npos)
      return Error{ErrorCode::unauthorized, "The Basic authorization header can't be read."};
    return sessions_.caller_of_password({plain->substr(0, colon), plain->substr(colon + 1), "basic", {}, request.peer},
                                        now);
  }

  std::string root_of(const Request& request) const {
    if (!options_.public_address.empty()) return options_.public_address + std::string(kServiceRoot);
    auto host = request.headers.get("Host");
    return options_.scheme + "://" + std::string(host.empty() ? "localhost" : host) + std::string(kServiceRoot);
  }

  sql::Database& database_;
  ServiceOptions options_;
  access::Sessions sessions_;
  std::unique_ptr<records::Records> records_;
  Parts parts_;
  std::uint64_t requests_ = 0;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::open(sql::Database& database, const model::Schema& schema,
                                               access::PasswordHasher& hasher, Random& random, Log& log,
                                               ServiceOptions options) {
  auto records = TRY(records::Records::open(database, kOrganization, schema, random, log));
  auto service =
      std::make_unique<ServiceImpl>(database, schema, hasher, random, log, std::move(options), std::move(records));
  auto transaction = TRY(sql::Transaction::begin(database));
  TRY(service->sessions().create_tables());
  TRY(transaction.commit());
  return std::unique_ptr<Service>(std::move(service));
}

RecordId organization_id(const Parts& parts) {
  const auto* table = parts.schema.find("organization");
  if (table == nullptr) return {};
  query::Query query;
  query.table = table->number;
  const auto page = parts.records.list(access::system_caller(kOrganization, {}), query, 1);
  return page && !page->records.empty() ? page->records[0].id : RecordId();
}

// ---- answers ---------------------------------------------------------------------------------------------------------------

Response error_response(const Error& error) {
  auto response = json_response(http_status_of(error.code), odata::error_body(error));
  return response;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json; odata.metadata=minimal");
  response.body = std::move(body);
  return response;
}

Response empty_response(int status) {
  Response response;
  response.status = status;
  return response;
}

Preferences preferences_of(const Request& request) {
  Preferences preferences;
  for (const auto& [name, value] : request.headers) {
    if (!equals_ignoring_case_ascii(name, "Prefer")) continue;
    for (auto part : split(value, ',')) {
      part = trim(part);
      const auto equals = part.find('=');
      auto key = to_lower_ascii(trim(part.substr(0, equals)));
      if (key.starts_with("odata.")) key = key.substr(6);
      auto setting = equals == std::string_view::npos ? std::string_view() : trim(part.substr(equals + 1));
      if (setting.size() >= 2 && setting.front() == '"' && setting.back() == '"')
        setting = setting.substr(1, setting.size() - 2);
      if (key == "return") preferences.representation = setting == "representation";
      if (key == "include-annotations") preferences.annotations = true;
      if (key == "continue-on-error") preferences.continue_on_error = setting != "false";
      if (key == "track-changes") preferences.track_changes = true;
      if (key == "maxpagesize") {
        std::int64_t number = 0;
        for (const char c : setting) number = c >= '0' && c <= '9' && number < 1'000'000 ? number * 10 + (c - '0') : 0;
        if (number > 0) preferences.page_size = number;
      }
    }
  }
  return preferences;
}

}  // namespace satchel::server::service
