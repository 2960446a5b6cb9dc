// SPDX-License-Identifier: Apache-2.0
//
// Service: the record server as a pure core. Requests in, responses out; no sockets, no clock.
//
//   /oauth2/token            sign-in and refresh
//   /api/data/v9.2/...       the Dataverse Web API: entity sets, $metadata, $batch, WhoAmI, EntityDefinitions
//   /api/sync/v1/pull        one page of the feed         (docs/protocol.md)
//   /api/sync/v1/ranges      comparison of a scope's ids
//   /api/admin/v1/...        what `satchel admin` asks
//   /healthz, /metrics
//   everything else          the app                      (app_files.h)
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/log.h"
#include "base/random.h"
#include "server/access/sessions.h"
#include "server/records/records.h"
#include "server/service/app_files.h"

namespace satchel::server::service {

struct ServiceOptions {
  access::SessionLives lives;
  // The absolute address under which clients reach the server, for links ("https://records.example.com"); "" = `scheme` and
  // the request's Host.
  std::string public_address;
  std::string scheme = "http";
  AppFiles app;
  std::string escrow_key;  // 32 bytes that seal wiped devices' unsent work (access/escrow.h); "" = none is kept
};

class Service {
 public:
  // `records` and `sessions` share `database`. Errors as they.
  static Result<std::unique_ptr<Service>> open(sql::Database& database, const model::Schema& schema,
                                               access::PasswordHasher& hasher, Random& random, Log& log,
                                               ServiceOptions options);
  virtual ~Service() = default;

  virtual Response handle(const Request& request, Instant now) = 0;
  // Several requests at once: writes among them share one durable commit, each with a savepoint of its own; answers are
  // what `handle` would have said one after another.
  virtual std::vector<Response> handle_all(std::span<const Request> requests, Instant now) = 0;

  // For the programs that fill a database without HTTP: import, demo, init.
  virtual records::Records& records() = 0;
  virtual access::Sessions& sessions() = 0;
};

// An empty organisation with its root unit, the default team, base currency and one administrator.
struct NewOrganization {
  std::string name;
  std::string administrator;  // domainname
  std::string password;
};
// Puts settings by their keys into the organisation's row, as one commit (model/organization_settings.h). Errors: bad_value.
Result<void> set_organization(Service& service, sql::Database& database,
                              const std::vector<std::pair<std::string, std::string>>& settings, Instant now);
Result<void> create_organization(Service& service, sql::Database& database, const NewOrganization& organization,
                                 Random& random, Instant now);

// The organisation of --demo: about `records` rows, the same for the same arguments (users of docs/demo.md). `progress` hears
// now and then how many rows there are and how many there will be.
using DemoProgress = std::function<void(std::int64_t done, std::int64_t all)>;
Result<void> fill_demo(Service& service, sql::Database& database, std::int64_t records, Instant now,
                       const DemoProgress& progress = {});

// `satchel import`.
struct ImportOptions {
  std::string set;  // entity set name
  bool all_or_nothing = false;
};
struct ImportReport {
  std::int64_t lines = 0, created = 0, updated = 0;
  struct BadLine {
    std::int64_t line = 0;  // 1 = the header
    std::string reason;
  };
  std::vector<BadLine> bad;  // every one
};
Result<ImportReport> import_csv(Service& service, sql::Database& database, std::string_view csv,
                                const ImportOptions& options, Instant now);

}  // namespace satchel::server::service
