// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/device_session.h"

#include "apps/satchel/cryptography.h"
#include "device/vault/vault.h"
#include "edge/net/async_http_client.h"
#include "edge/os/environment.h"
#include "edge/os/files.h"

namespace satchel::apps {
namespace {

namespace os = edge::os;
namespace net = edge::net;
namespace vault = device::vault;
using device::client::Finished;
using device::client::GoOn;
using device::client::Progress;
using device::client::Send;
using device::client::WorkLeft;

std::string key_path(const DeviceOptions& options) { return options.store + ".key"; }

Result<vault::StoreKey> read_key(const DeviceOptions& options, std::optional<std::string_view> pin, Instant now) {
  SodiumCryptography cryptography;
  const auto file = TRY(os::read_file(key_path(options)));
  auto unlocked = vault::unlock(file, cryptography, pin, now);
  if (unlocked.file) TRY(os::write_file(key_path(options), *unlocked.file, os::Permissions::owner_only));
  return std::move(unlocked.key);
}

Result<vault::StoreKey> make_key(const DeviceOptions& options, Random& random, std::optional<std::string_view> pin) {
  SodiumCryptography cryptography;
  auto made = vault::create_key(random, cryptography, pin);
  TRY(os::write_file(key_path(options), made.file, os::Permissions::owner_only));
  return made.key;
}

Result<std::unique_ptr<sql::Database>> open_database(const DeviceOptions& options, const vault::StoreKey& key) {
  edge::sqlite::OpenOptions wanted{.path = options.store,
                                   .key = edge::sqlite::Key(key.bytes()),
                                   .cipher = edge::sqlite::Cipher::aegis,
                                   .profile = edge::sqlite::Profile::device};
  wanted.tell = options.tell;
  auto opened = edge::sqlite::open(wanted);
  if (opened || opened.error().code != ErrorCode::io_error || os::is_writable(options.store)) return opened;
  wanted.access = edge::sqlite::Access::unwritable;
  opened = edge::sqlite::open(wanted);
  if (opened && options.tell)
    options.tell(
        "The store " + options.store +
        " can only be read: the file or its folder can't be written. Nothing can be changed or sent from here.");
  return opened;
}

Error no_store(const DeviceOptions& options) {
  return {ErrorCode::not_found,
          "There's no store at " + options.store + ". Sign in first: satchel --store " + options.store +
              " sign-in URL --user NAME.",
          options.store};
}

}  // namespace

Result<std::unique_ptr<DeviceSession>> DeviceSession::open(const DeviceOptions& options, Opening opening) {
  if (options.store.empty())
    return Error{ErrorCode::usage, "Say which store to use: --store FILE, or set SATCHEL_STORE."};
  auto session = std::unique_ptr<DeviceSession>(new DeviceSession());
  session->options_ = options;
  session->started_ = session->elapsed_.now();
  const bool exists = os::exists(options.store);
  if (!exists && opening == Opening::existing) return no_store(options);
  const auto pin_text = os::take_secret_from_environment("SATCHEL_PIN");
  const std::optional<std::string_view> pin = pin_text ? std::optional<std::string_view>(*pin_text) : std::nullopt;
  const bool has_key = os::exists(key_path(options));
  if (exists && !has_key)
    return Error{ErrorCode::wrong_key,
                 "The key file " + key_path(options) + " is missing, so the store can't be opened.", key_path(options)};
  const auto key =
      has_key ? TRY(read_key(options, pin, session->now())) : TRY(make_key(options, session->random_, pin));
  session->database_ = TRY(open_database(options, key));
  session->store_ = TRY(device::store::DeviceStore::open(*session->database_, model::Schema::standard()));
  session->client_ = std::make_unique<device::client::Client>(*session->store_, session->random_);
  session->engine_ =
      std::make_unique<device::client::Engine>(*session->store_, session->random_, device::client::EngineOptions{});
  return session;
}

Instant DeviceSession::now() const {
  if (!options_.now) return clock_.now();
  return *options_.now + Duration{elapsed_.now().milliseconds - started_.milliseconds};
}

// What `status` says of the connection. An error of this machine tells nothing about it.
Result<void> DeviceSession::remember_connection(const Result<device::client::SyncReport>& report) {
  const auto code = report ? ErrorCode::server_error : report.error().code;
  const bool is_offline = code == ErrorCode::offline || code == ErrorCode::unexpected_answer;
  if (http_status_of(code) >= 500 && !is_offline && code != ErrorCode::server_error) return {};
  auto transaction = TRY(store_->begin());
  TRY(store_->set_setting("connection", is_offline ? "offline" : "connected"));
  return transaction.commit();
}

Result<device::client::SyncReport> DeviceSession::run(device::client::Event event, const OnProgress& on_progress) {
  std::unique_ptr<net::AsyncHttpClient> http;
  engine_->handle(std::move(event), now());
  for (;;) {
    bool has_work = false;
    while (auto output = engine_->poll_output()) {
      if (auto* finished = std::get_if<Finished>(&*output)) {
        const auto remembered = remember_connection(finished->report);
        if (finished->report && !remembered) return remembered.error();
        return std::move(finished->report);
      }
      if (auto* progress = std::get_if<Progress>(&*output)) on_progress(*progress);
      if (std::holds_alternative<WorkLeft>(*output)) has_work = true;
      if (auto* send = std::get_if<Send>(&*output)) {
        if (!http) http = std::make_unique<net::AsyncHttpClient>(TRY(net::HttpClient::create({.url = send->server})));
        // Every request of the engine may be repeated: pulls read, and changes carry their ids (Y18).
        http->start(static_cast<std::uint64_t>(send->token.value), std::move(send->request),
                    {.repeat = net::Repeat::once_if_unanswered});
      }
    }
    if (has_work) {
      engine_->handle(GoOn{}, now());
      continue;
    }
    if (!http) return Error{ErrorCode::internal, "The engine asked for nothing and isn't finished."};
    if (auto completed = http->poll(Duration::of_seconds(1)))
      engine_->handle(
          device::client::AnswerCame{device::client::RequestToken(static_cast<std::int64_t>(completed->token)),
                                     std::move(completed->result)},
          now());
  }
}

Result<void> DeviceSession::remove_files() {
  engine_.reset();
  client_.reset();
  store_.reset();
  database_.reset();
  for (const auto* ending : {"", "-wal", "-shm", "-journal", ".key"}) TRY(os::remove_file(options_.store + ending));
  return {};
}

}  // namespace satchel::apps
