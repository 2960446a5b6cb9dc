// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/server_commands.h"

#include <cstdio>
#include <functional>

#include "apps/satchel/report.h"
#include "base/bytes.h"
#include "base/text.h"
#include "edge/net/http_server.h"
#include "edge/net/url.h"
#include "edge/os/clock.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"
#include "edge/os/random.h"
#include "edge/os/signals.h"
#include "edge/os/stderr_log.h"
#include "edge/os/terminal.h"
#include "edge/sqlite/database.h"
#include "edge/sqlite/maintenance.h"
#include "server/service/service.h"

namespace satchel::apps {
namespace {

namespace os = edge::os;
namespace sqlite = edge::sqlite;
namespace service = server::service;

std::string database_path(const std::string& data) { return data + "/satchel.db"; }

// The key that seals wiped devices' unsent work lies beside the database, and not in its backups (access/escrow.h).
Result<std::string> escrow_key(const std::string& data, Random& random) {
  const auto path = data + "/escrow.key";
  if (!os::exists(path)) {
    std::string fresh(32, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(fresh.data()), fresh.size()});
    TRY(os::write_file(path, to_base64(fresh), os::Permissions::owner_only));
  }
  auto key = from_base64(trim(TRY(os::read_file(path))));
  if (!key || key->size() != 32)
    return Error{ErrorCode::bad_value, "The file " + path + " holds no key. Put the former one back, or move it away.",
                 path};
  return std::move(*key);
}

// A clock that may have been set (demo only) and goes on from there.
class ServerClock {
 public:
  explicit ServerClock(std::optional<Instant> start) : start_(start), started_(elapsed_.now()) {}
  Instant now() const {
    if (!start_) return system_.now();
    return *start_ + Duration{elapsed_.now().milliseconds - started_.milliseconds};
  }

 private:
  std::optional<Instant> start_;
  os::SystemClock system_;
  os::ElapsedClock elapsed_;
  Duration started_;
};

// A server's parts, opened on DIR.
struct Server {
  os::SystemRandom random;
  os::StderrLog log;
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<server::access::PasswordHasher> hasher;
  std::unique_ptr<service::Service> service;

  static Result<std::unique_ptr<Server>> open(const std::string& data, service::ServiceOptions options) {
    auto server = std::make_unique<Server>();
    server->database = TRY(sqlite::open({.path = database_path(data), .profile = sqlite::Profile::server}));
    server->hasher = server::access::make_argon2id_hasher();
    options.escrow_key = TRY(escrow_key(data, server->random));
    server->service = TRY(service::Service::open(*server->database, model::Schema::standard(), *server->hasher,
                                                 server->random, server->log, std::move(options)));
    return server;
  }
};

Result<bool> has_organization(service::Service& service) {
  const auto* users = model::Schema::standard().find("systemuser");
  query::Query any;
  any.table = users->number;
  const auto system = server::access::system_caller(OrganizationNumber(1), {});
  return !TRY(service.records().list(system, any, 1)).records.empty();
}

Result<void> require_organization(const std::string& data) {
  if (os::exists(database_path(data))) return {};
  return Error{ErrorCode::not_found,
               "There's no organisation in " + data + ". Make one with `satchel init --data " + data +
                   " --organization NAME --admin USER`.",
               data};
}

Result<std::string> new_password(const std::string& user) {
  if (auto password = os::take_secret_from_environment("SATCHEL_PASSWORD")) return *password;
  return os::read_password("Password for " + user + ": ");
}

int run(Format format, const Result<void>& done) { return done ? 0 : report(done.error(), format); }

// What a command did: a sentence, or with --json {"done":true} and more.
void say_done(Format format, const std::string& sentence, Json json = Json::object()) {
  if (format == Format::people) return say(sentence);
  json.set("done", true);
  say_json(json);
}

Result<Duration> life_in(const std::string& text, Duration otherwise, const char* option) {
  if (text.empty()) return otherwise;
  const auto life = parse_duration(text);
  if (!life || life->milliseconds <= 0)
    return Error{ErrorCode::usage, std::string(option) + " must be a duration such as 1h or 90d, not \"" + text + "\".",
                 option};
  return *life;
}

Result<std::optional<Instant>> time_in(const std::string& text) {
  if (text.empty()) return std::optional<Instant>();
  if (const auto seconds = parse_date_time(text)) return std::optional(Instant::of_seconds(*seconds));
  if (const auto day = parse_date(text)) return std::optional(Instant::of_seconds(*day * 86400));
  return Error{ErrorCode::usage, "--now must be a time such as 2026-11-23T08:15:00Z, not \"" + text + "\".", "--now"};
}

bool is_loopback(const std::string& listen) {
  return listen.starts_with("127.") || listen.starts_with("localhost:") || listen.starts_with("[::1]");
}

// The files of a folder of the app's build, with what it has compressed beside them ("main.js", "main.js.br", "main.js.gz").
Result<void> read_app_folder(const std::string& folder, const std::string& prefix,
                             std::vector<service::AppFile>& files) {
  for (const auto& name : TRY(os::list_directory(folder))) {
    if (name.ends_with(".br") || name.ends_with(".gz")) continue;
    const auto path = folder + "/" + name;
    if (os::is_directory(path)) {
      TRY(read_app_folder(path, prefix + name + "/", files));
      continue;
    }
    auto text = TRY(os::read_file(path));
    service::AppFile file{prefix + name, std::move(text)};
    if (os::exists(path + ".br")) file.brotli = TRY(os::read_file(path + ".br"));
    if (os::exists(path + ".gz")) file.gzip = TRY(os::read_file(path + ".gz"));
    files.push_back(std::move(file));
  }
  return {};
}

// A server without the app is of use too; only a folder that was named must be there.
Result<service::AppFiles> app_files(const std::string& named) {
  const auto folder = named.empty() ? os::program_folder() + "/app" : named;
  if (named.empty() && !os::exists(folder + "/index.html")) return service::AppFiles();
  std::vector<service::AppFile> files;
  TRY(read_app_folder(folder, "", files));
  return service::AppFiles(std::move(files));
}

Result<service::ServiceOptions> service_options(const ServeOptions& options) {
  service::ServiceOptions made;
  made.lives.access = TRY(life_in(options.access_life, made.lives.access, "--access-life"));
  made.lives.refresh = TRY(life_in(options.refresh_life, made.lives.refresh, "--refresh-life"));
  if (!options.public_address.empty()) made.public_address = TRY(edge::net::parse_url(options.public_address)).origin();
  if (!options.tls_certificate.empty()) made.scheme = "https";
  made.app = TRY(app_files(options.app));
  return made;
}

using Settings = std::vector<std::pair<std::string, std::string>>;

Result<Settings> settings_in(const ServeOptions& options) {
  Settings settings;
  for (const auto& setting : options.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{ErrorCode::usage, "--set takes KEY=VALUE, not \"" + setting + "\".", "--set"};
    settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return settings;
}

Result<void> check_serve(const ServeOptions& options) {
  if (!options.database.empty())
    return Error{ErrorCode::not_available,
                 "--database isn't available yet; records are kept in SQLite in the data folder."};
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return Error{ErrorCode::usage, "--tls-certificate and --tls-key go together."};
  if (options.demo && !is_loopback(options.listen))
    return Error{ErrorCode::usage, "--demo has well-known passwords, so it listens on this machine only (127.0.0.1)."};
  if (!options.demo && !options.now.empty()) return Error{ErrorCode::usage, "--now is for --demo only."};
  return {};
}

Result<void> prepare_data(Server& server, const ServeOptions& options, Instant now) {
  if (TRY(has_organization(*server.service))) return {};
  if (!options.demo)
    return Error{ErrorCode::not_found,
                 "There's no organisation in " + options.data + ". Make one with `satchel init`, or add --demo.",
                 options.data};
  std::fprintf(stderr, "Filling the demo organisation with about %lld records…\n",
               static_cast<long long>(options.records));
  return service::fill_demo(*server.service, *server.database, options.records, now);
}

}  // namespace

int init(const std::string& data, const std::string& organization, const std::string& administrator, Format format) {
  return run(format, [&]() -> Result<void> {
    if (os::exists(database_path(data)))
      return Error{ErrorCode::exists, data + " holds an organisation already.", data};
    const auto password = TRY(new_password(administrator));
    TRY(os::create_directory(data, os::Permissions::owner_only));
    TRY(os::require_writable_directory(data));
    auto made = [&]() -> Result<void> {
      auto server = TRY(Server::open(data, {}));
      return service::create_organization(*server->service, *server->database, {organization, administrator, password},
                                          server->random, os::SystemClock().now());
    }();
    if (!made) {  // nothing half done
      for (const auto* ending : {"", "-wal", "-shm"}) TRY(os::remove_file(database_path(data) + ending));
      return made;
    }
    say_done(format, "The organisation " + organization + " is ready. Start it with: satchel serve --data " + data);
    return {};
  }());
}

int serve(const ServeOptions& options, Format format) {
  return run(format, [&]() -> Result<void> {
    TRY(check_serve(options));
    const ServerClock clock(TRY(time_in(options.now)));
    auto made = TRY(service_options(options));
    const auto settings = TRY(settings_in(options));
    if (!options.demo) TRY(require_organization(options.data));
    TRY(os::create_directory(options.data, os::Permissions::owner_only));
    TRY(os::require_writable_directory(options.data));
    const auto lock = TRY(os::FileLock::acquire(options.data + "/serve.lock"));
    auto server = TRY(Server::open(options.data, std::move(made)));
    // The port first: a folder isn't filled for a server that can't start.
    edge::net::ListenOptions listen;
    listen.address = options.listen;
    listen.log = &server->log;
    listen.proxy = options.proxy;
    if (!options.tls_certificate.empty()) listen.tls = edge::net::TlsFiles{options.tls_certificate, options.tls_key};
    auto http = TRY(edge::net::HttpServer::listen_batched(
        listen, [&](std::span<const Request> requests) { return server->service->handle_all(requests, clock.now()); }));
    TRY(prepare_data(*server, options, clock.now()));
    TRY(service::set_organization(*server->service, *server->database, settings, clock.now()));
    // Without TLS there is nothing to read again, and a terminal that closes ends the server as ever.
    std::function<void()> on_hangup;
    if (listen.tls) on_hangup = [&] { http->reload_tls(); };
    const auto stop = TRY(os::StopSignal::install([&] { http->stop(); }, std::move(on_hangup)));
    say("listening on " + http->url());
    std::fflush(stdout);
    http->run();
    return {};
  }());
}

namespace {

void say_import(Format format, const service::ImportReport& report) {
  auto json = Json::object();
  json.set("created", report.created);
  json.set("updated", report.updated);
  auto refused = Json::array();
  for (const auto& bad : report.bad) {
    auto line = Json::object();
    line.set("line", bad.line);
    line.set("reason", bad.reason);
    refused.push_back(std::move(line));
  }
  json.set("refused", std::move(refused));
  if (format == Format::json) return say_json(json);
  say(count_text(report.created, "record", "records") + " created, " + grouped(report.updated) + " updated, " +
      count_text(static_cast<std::int64_t>(report.bad.size()), "line", "lines") + " refused.");
}

void say_bad_lines(const std::string& file, const service::ImportReport& report) {
  for (const auto& bad : report.bad)
    std::fprintf(stderr, "%s:%lld: %s\n", file.c_str(), static_cast<long long>(bad.line), one_line(bad.reason).c_str());
}

}  // namespace

int import(const std::string& data, const std::string& set, const std::string& file, bool all_or_nothing,
           Format format) {
  const auto done = [&]() -> Result<int> {
    TRY(require_organization(data));
    const auto csv = TRY(os::read_file(file));
    auto server = TRY(Server::open(data, {}));
    const auto report = TRY(
        service::import_csv(*server->service, *server->database, csv, {set, all_or_nothing}, os::SystemClock().now()));
    say_import(format, report);
    if (report.bad.empty()) return 0;
    // The sentence first, as everywhere; the lines follow it.
    const auto refused =
        count_text(static_cast<std::int64_t>(report.bad.size()), "line was", "lines were") + " refused";
    (void)apps::report(
        {ErrorCode::bad_value,
         refused + (all_or_nothing ? ", so nothing was imported (--all-or-nothing)." : "; the others were imported."),
         file},
        format);
    if (format == Format::people) say_bad_lines(file, report);
    return 1;
  }();
  return done ? *done : apps::report(done.error(), format);
}

int backup(const std::string& data, const std::string& file, Format format) {
  return run(format, [&]() -> Result<void> {
    TRY(require_organization(data));
    auto database = TRY(sqlite::open(
        {.path = database_path(data), .access = sqlite::Access::existing, .profile = sqlite::Profile::server}));
    TRY(sqlite::backup(*database, file));
    say_done(format, "Backed up to " + file + ".");
    return {};
  }());
}

namespace {

Error no_backup(const std::string& file, const std::string& why) {
  return {ErrorCode::store_damaged, file + " can't be restored: " + why + ".", file};
}

Result<void> copy_backup(const std::string& file, const std::string& aside) {
  auto source = sqlite::open({.path = file, .access = sqlite::Access::read_only, .profile = sqlite::Profile::server});
  if (!source && source.error().code == ErrorCode::wrong_key)
    return no_backup(file, "it's no backup of Satchel, or its beginning is damaged");
  if (!source) return std::move(source).error();
  TRY(sqlite::check_integrity(**source, sqlite::Check::pages));
  return sqlite::backup(**source, aside);
}

// An organisation in one file, in a new epoch.
Result<void> begin_epoch(const std::string& file, const std::string& aside) {
  os::SystemRandom random;
  os::StderrLog log;
  auto database =
      TRY(sqlite::open({.path = aside, .access = sqlite::Access::existing, .profile = sqlite::Profile::server}));
  auto hasher = server::access::make_argon2id_hasher();
  auto service = TRY(service::Service::open(*database, model::Schema::standard(), *hasher, random, log, {}));
  if (!TRY(has_organization(*service))) return no_backup(file, "it holds no organisation");
  auto transaction = TRY(sql::Transaction::begin(*database));
  TRY(service->records().begin_new_epoch(os::SystemClock().now()));
  TRY(transaction.commit());
  return sqlite::set_journal_mode(*database, sqlite::JournalMode::truncate);
}

Result<void> remove_database(const std::string& path) {
  for (const auto* ending : {"", "-wal", "-shm", "-journal"}) TRY(os::remove_file(path + ending));
  return {};
}

}  // namespace

int restore(const std::string& data, const std::string& file, Format format) {
  return run(format, [&]() -> Result<void> {
    if (!os::exists(file)) return Error{ErrorCode::not_found, "There's no file " + file + ".", file};
    TRY(os::create_directory(data, os::Permissions::owner_only));
    const auto lock = TRY(os::FileLock::acquire(data + "/serve.lock"));  // not under a running server
    const auto aside = database_path(data) + ".restoring";
    TRY(remove_database(aside));
    auto made = copy_backup(file, aside);
    if (made) made = begin_epoch(file, aside);
    if (!made) {  // what was there stays
      (void)remove_database(aside);
      return made;
    }
    // They belong to what is replaced; SQLite would believe them of the backup.
    for (const auto* ending : {"-wal", "-shm", "-journal"}) TRY(os::remove_file(database_path(data) + ending));
    TRY(os::move_file(aside, database_path(data)));
    TRY(remove_database(aside));
    say_done(format,
             "Restored from " + file +
                 ". Devices compare with it on their next contact; what they had sent since is offered to them again.");
    return {};
  }());
}

}  // namespace satchel::apps
