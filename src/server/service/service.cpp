// SPDX-License-Identifier: Apache-2.0
#include "server/service/service.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "model/organization_settings.h"
#include "odata/record_json.h"
#include "server/service/internal/context.h"
#include "server/service/limits.h"

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

bool is_batch(std::string_view below_root) { return below_root == "$batch" || below_root == "%24batch"; }

constexpr std::string_view kDataMethods = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS";

// The methods of the addresses that aren't the Web API's.
std::string_view methods_of(std::string_view path) {
  if (path == "/oauth2/token" || path == "/oauth2/wiped") return "POST";
  if (path.starts_with(kSyncRoot)) return "POST";
  if (path.starts_with("/api/")) return kDataMethods;
  return "GET, HEAD";
}

// Does answering change the database? Signing in does too: tokens are rows.
bool changes_database(const Request& request) {
  const auto path = path_of(request);
  if (const auto below = below_service_root(path)) return is_batch(*below) || is_write(request);
  if (path.starts_with(kAdminRoot)) return request.method != "GET";
  return path == "/oauth2/token" || path == "/oauth2/wiped";
}

class ServiceImpl final : public Service {
 public:
  ServiceImpl(sql::Database& database, const model::Schema& schema, access::PasswordHasher& hasher, Random& random,
              Log& log, ServiceOptions options, std::unique_ptr<records::Records> records)
      : database_(database),
        options_(std::move(options)),
        sessions_(database, kOrganization, hasher, random, options_.lives),
        escrow_(database, kOrganization, random, options_.escrow_key),
        records_(std::move(records)),
        parts_{database, schema, sessions_, escrow_, *records_, random, log, options_} {}

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
  Result<void> create_tables() {
    TRY(sessions_.create_tables());
    return escrow_.create_tables();
  }

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
    if (request.method == "OPTIONS") return options(path);
    if (path == "/oauth2/token") return token(parts_, request, now);
    if (path == "/oauth2/wiped") return wiped(parts_, request, now);
    if (path == "/healthz") return text("ok\n");
    if (path == "/metrics") return metrics();
    if (path.starts_with("/api/")) return with_caller(request, now);
    return options_.app.answer(request);
  }

  static Response options(std::string_view path) {
    auto response = empty_response();
    response.headers.set("Allow", std::string(methods_of(path)));
    return response;
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
      if (response.status == 401)
        response.headers.set("WWW-Authenticate",
                             "Bearer realm=\"Satchel\", Basic realm=\"Satchel\", charset=\"UTF-8\"");
      if (caller.error().code == ErrorCode::wiped) tell_escrow(parts_, response);
      if (caller.error().code == ErrorCode::too_many_requests)
        response.headers.set("Retry-After", caller.error().target);
      return response;
    }
    Call call{parts_, request, {}, query_of(request), root_of(request), *caller, now, nullptr};
    const auto path = path_of(request);
    if (const auto below = below_service_root(path)) {
      call.path = *below;
      return data(call);
    }
    if (path == std::string(kSyncRoot) + "pull") return pull(call);
    if (path == std::string(kSyncRoot) + "ranges") return ranges(call);
    if (path.starts_with(kAdminRoot)) {
      call.path = path.substr(kAdminRoot.size());
      return admin(call);
    }
    return error_response({ErrorCode::not_found, "There's nothing at " + std::string(path) + "."});
  }

  static Response data(const Call& call) {
    if (auto refusal = check_protocol(call.request)) return error_response(*refusal);
    if (is_batch(call.path)) return run_batch(call);
    if (is_metadata(call.path)) return metadata(call);
    return is_write(call.request) ? run_write(call) : read_data(call);
  }

  // Versions (OData Protocol 4.01, sections 8.1.5 and 8.2.7) and Isolation (8.2.6).
  static std::optional<Error> check_protocol(const Request& request) {
    const auto maximum = trim(request.headers.get("OData-MaxVersion"));
    if (!maximum.empty() && major_of(maximum) < 4)
      return Error{ErrorCode::bad_request,
                   "OData-MaxVersion " + std::string(maximum) + " isn't spoken here; the lowest is 4.0.",
                   "OData-MaxVersion"};
    const auto version = trim(request.headers.get("OData-Version"));
    if (!version.empty() && version != "4.0" && version != "4.01")
      return Error{ErrorCode::bad_request, "OData-Version " + std::string(version) + " isn't spoken here; write 4.0.",
                   "OData-Version"};
    for (const auto name : {"Isolation", "OData-Isolation"})
      if (request.headers.has(name)) return Error{ErrorCode::version_conflict, "Isolation isn't offered here.", name};
    return std::nullopt;
  }

  // "10.0" -> 10; 0 for what is no version.
  static int major_of(std::string_view version) {
    int number = 0;
    for (const char c : version.substr(0, version.find('.'))) {
      if (c < '0' || c > '9' || number > 1000) return 0;
      number = number * 10 + (c - '0');
    }
    return number;
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
    const auto path = path_of(request);
    const auto below = below_service_root(path);
    std::string root(below ? path.substr(0, path.size() - below->size()) : kServiceRoot);
    if (!root.ends_with('/')) root += '/';
    if (!options_.public_address.empty()) return options_.public_address + root;
    // What a client calls us is put into links, so it must look like a host.
    const auto host = request.headers.get("Host");
    const bool is_host = !host.empty() && host.find_first_not_of(
                                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789.-_:[]") == std::string_view::npos;
    return options_.scheme + "://" + std::string(is_host ? host : "localhost") + root;
  }

  sql::Database& database_;
  ServiceOptions options_;
  access::Sessions sessions_;
  access::Escrow escrow_;
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
  TRY(service->create_tables());
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

bool keeps_escrow(const Parts& parts) {
  if (!parts.escrow.is_able()) return false;
  const auto& table = *parts.schema.find("organization");
  const auto row = parts.records.get(access::system_caller(kOrganization, {}), table, organization_id(parts));
  return row && model::setting_in(table, *row, "escrow") == "on";
}

void tell_escrow(const Parts& parts, Response& response) {
  response.headers.set("Satchel-Escrow", keeps_escrow(parts) ? "on" : "off");
}

// ---- answers ---------------------------------------------------------------------------------------------------------------

namespace {

// Errors quote what came in, which can be long.
void shorten(std::string& text) {
  if (text.size() <= kErrorTextBytesMax) return;
  auto end = kErrorTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  text += "…";
}

}  // namespace

Response error_response(const Error& error) {
  Error told = error;
  shorten(told.message);
  shorten(told.target);
  auto response = json_response(http_status_of(error.code), odata::error_body(told));
  response.headers.set("Content-Language", "en");
  // RFC 9110, section 15.5.6. A delete that others' lookups forbid is 405 too (Dataverse).
  if (response.status == 405)
    response.headers.set("Allow", error.code == ErrorCode::method_not_allowed && !error.target.empty()
                                      ? error.target
                                      : "GET, HEAD, PATCH, PUT");
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

std::optional<std::string_view> below_service_root(std::string_view path) {
  constexpr std::string_view kData = "/api/data/v";
  if (!path.starts_with(kData)) return std::nullopt;
  auto rest = path.substr(kData.size());
  // v8.0 to v9.2
  if (rest.size() < 3 || rest[1] != '.' || (rest[0] != '8' && rest[0] != '9') || rest[2] < '0' || rest[2] > '2')
    return std::nullopt;
  rest.remove_prefix(3);
  if (rest.empty()) return rest;
  if (rest.front() != '/') return std::nullopt;
  return rest.substr(1);
}

bool is_metadata(std::string_view path) {
  return path.empty() || path == "$metadata" || path == "%24metadata" || path.starts_with("EntityDefinitions") ||
         path.starts_with("RelationshipDefinitions") || path.starts_with("GlobalOptionSetDefinitions");
}

bool etag_list_names(std::string_view header, Seq version) {
  header = trim(header);
  if (header == "*") return true;
  for (const auto part : split(header, ','))
    if (odata::parse_etag(part) == version) return true;
  return false;
}

namespace {

// Cut at commas that stand outside of quotation marks: a list of annotations holds some of its own.
std::vector<std::string_view> preferences_in(std::string_view header) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == '"') quoted = !quoted;
    if (quoted || header[i] != ',') continue;
    out.push_back(trim(header.substr(start, i - start)));
    start = i + 1;
  }
  out.push_back(trim(header.substr(start)));
  return out;
}

// A whole number from 1 on; nothing for what isn't one. More than any page has counts as that much.
std::optional<std::int64_t> page_size_in(std::string_view text) {
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = std::min<std::int64_t>(number * 10 + (c - '0'), kPageRowsMax);
  }
  return number > 0 ? std::optional(number) : std::nullopt;
}

// Of a preference that comes with and without "odata." the one without counts; others count when they come first.
void take_preference(Preferences& preferences, std::string_view part) {
  const auto equals = part.find('=');
  auto key = to_lower_ascii(trim(part.substr(0, equals)));
  if (key.starts_with("odata.")) key = key.substr(6);
  auto setting = equals == std::string_view::npos ? std::string_view() : trim(part.substr(equals + 1));
  if (setting.size() >= 2 && setting.front() == '"' && setting.back() == '"')
    setting = setting.substr(1, setting.size() - 2);
  if (key == "return" && !preferences.representation && (setting == "representation" || setting == "minimal"))
    preferences.representation = setting == "representation";
  if (key == "include-annotations" && preferences.annotation_terms.empty() && is_utf8(setting)) {
    preferences.annotations = odata::annotations_named(setting);
    preferences.annotation_terms = std::string(setting);
  }
  if (key == "continue-on-error" && !preferences.continue_on_error) preferences.continue_on_error = setting != "false";
  if (key == "track-changes") preferences.track_changes = true;
  if (key == "maxpagesize" && !preferences.page_size) preferences.page_size = page_size_in(setting);
}

}  // namespace

// What isn't known or can't be understood is ignored: preferences never make an error (OData Protocol 4.01, 8.2.8).
Preferences preferences_of(const Request& request) {
  Preferences preferences;
  for (const bool prefixed : {false, true})
    for (const auto& [name, value] : request.headers) {
      if (!equals_ignoring_case_ascii(name, "Prefer")) continue;
      for (const auto part : preferences_in(value))
        if (equals_ignoring_case_ascii(part.substr(0, 6), "odata.") == prefixed) take_preference(preferences, part);
    }
  return preferences;
}

}  // namespace satchel::server::service
