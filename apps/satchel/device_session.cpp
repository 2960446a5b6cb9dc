// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/device_session.h"

#include <algorithm>

#include "apps/satchel/cryptography.h"
#include "base/text.h"
#include "device/client/escrow.h"
#include "edge/net/async_http_client.h"
#include "edge/net/http_client.h"
#include "edge/net/url.h"
#include "edge/os/clock.h"
#include "edge/os/files.h"

namespace satchel::apps {
namespace {

namespace os = edge::os;
namespace net = edge::net;
namespace vault = device::vault;
namespace client = device::client;
namespace permits = device::permits;
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

Result<vault::StoreKey> make_key(const DeviceOptions& options, Random& random, std::optional<std::string_view> pin,
                                 std::string_view owner) {
  SodiumCryptography cryptography;
  if (pin) TRY(vault::check_pin(*pin, {}));
  auto made = vault::create_key(random, cryptography, pin ? std::optional(vault::Pin{*pin, owner}) : std::nullopt);
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

// `--now` tries rules out; where real people work, the clock is the machine's.
Result<void> check_demo(device::store::DeviceStore& store) {
  const auto server = TRY(store.setting("server"));
  const auto user = TRY(store.setting("user_name"));
  if (!server || !user || is_demo(*server, *user)) return {};
  return Error{ErrorCode::usage, "--now is for demo organisations only."};
}

constexpr int kWipeTries = 2;  // to say that the store is gone: the token for it is gone too

// The key first: without it the rest can't be read. As many as can be removed; the first that couldn't be is the error.
Result<void> remove_from_disk(const DeviceOptions& options) {
  Result<void> all;
  for (const auto* ending : {".key", "", "-wal", "-shm", "-journal"})
    if (auto removed = os::remove_file(options.store + ending); !removed && all.ok()) all = std::move(removed);
  return all;
}

Error no_store(const DeviceOptions& options) {
  return {ErrorCode::not_found,
          "There's no store at " + options.store + ". Sign in first: satchel --store " + options.store +
              " sign-in URL --user NAME.",
          options.store};
}

}  // namespace

bool is_demo(std::string_view server, std::string_view user) {
  const auto url = net::parse_url(server);
  const bool is_loopback = url && (url->host == "127.0.0.1" || url->host == "localhost" || url->host == "::1");
  return is_loopback && user.ends_with("@demo");
}

void AppSession::set_clock(Instant start) {
  now = start;
  now_set_at = os::ElapsedClock().now();
}

Instant now_of(const DeviceOptions& options) {
  const auto& app = *options.app;
  if (!app.now) return os::SystemClock().now();
  return *app.now + Duration{os::ElapsedClock().now().milliseconds - app.now_set_at.milliseconds};
}

Result<std::unique_ptr<DeviceSession>> DeviceSession::open(const DeviceOptions& options, Opening opening,
                                                           std::string_view owner) {
  if (options.store.empty())
    return Error{ErrorCode::usage, "Say which store to use: --store FILE, or set SATCHEL_STORE."};
  auto session = std::unique_ptr<DeviceSession>(new DeviceSession(options));
  const bool exists = os::exists(options.store);
  if (!exists && opening == Opening::existing) return no_store(options);
  const auto& pin_text = options.app->pin;
  const auto pin = pin_text ? std::optional<std::string_view>(*pin_text) : std::nullopt;
  const bool has_key = os::exists(key_path(options));
  if (exists && !has_key)
    return Error{ErrorCode::wrong_key,
                 "The key file " + key_path(options) + " is missing, so the store can't be opened.", key_path(options)};
  session->key_ =
      has_key ? TRY(read_key(options, pin, session->now())) : TRY(make_key(options, session->random_, pin, owner));
  session->has_pin_ = vault::needs_pin(TRY(os::read_file(key_path(options))));
  session->database_ = TRY(open_database(options, *session->key_));
  session->store_ = TRY(device::store::DeviceStore::open(*session->database_, model::Schema::standard()));
  client::HostFacts host;
  host.platform = permits::platform_named(options.platform).value_or(permits::Platform::desktop);
  host.clocks = [raw = session.get()] { return raw->clocks(); };
  session->client_ = std::make_unique<device::client::Client>(*session->store_, session->random_, host);
  session->engine_ =
      std::make_unique<device::client::Engine>(*session->store_, session->random_, device::client::EngineOptions{});
  TRY(session->start_app());
  return session;
}

Result<std::unique_ptr<DeviceSession>> DeviceSession::open_for(const DeviceOptions& options, permits::Ask ask) {
  auto session = TRY(open(options, Opening::existing));
  TRY(session->require(ask));
  return session;
}

// ---- the app's start, its clocks and its PIN -------------------------------------------------------------------------------

client::Clocks DeviceSession::clocks() const {
  if (options_.app->now) return {now(), {}, {}};
  const os::ElapsedClock elapsed;
  return {now(), elapsed.now(), elapsed.start_mark()};
}

// A store that can't be written is read all the same.
Result<void> DeviceSession::start_app() {
  if (options_.app->now) TRY(check_demo(*store_));
  if (!std::exchange(options_.app->is_started, true) && TRY(client::starts_closed(*store_)))
    (void)note([](auto& store) { return client::note_start(store); });
  if (const auto lease = TRY(client::lease_at(*store_, clocks())); lease && TRY(client::worth_keeping(*store_, *lease)))
    (void)note([&](auto& store) { return client::keep_lease(store, *lease); });
  return follow_pin_policy();
}

// The organisation may have changed its mind about tries since the PIN was chosen.
Result<void> DeviceSession::follow_pin_policy() {
  if (!has_pin_) return {};
  const auto file = TRY(os::read_file(key_path(options_)));
  const auto policy = TRY(client::standing(*store_)).pin;
  const auto wanted = TRY(vault::with_tries(file, policy.tries_max));
  if (wanted != file) (void)os::write_file(key_path(options_), wanted, os::Permissions::owner_only);
  return {};
}

Result<void> DeviceSession::set_pin(std::optional<std::string_view> pin) {
  const auto standing = TRY(client::standing(*store_));
  if (pin) TRY(vault::check_pin(*pin, standing.pin));
  if (!pin && standing.pin_required)
    return Error{
        ErrorCode::forbidden, "Your organisation requires a PIN on this device, so it can't be taken away.", {}, "S5"};
  SodiumCryptography cryptography;
  const auto owner = TRY(store_->setting("server")).value_or("") + " " + TRY(store_->setting("user_name")).value_or("");
  const auto file =
      vault::key_file(*key_, random_, cryptography,
                      pin ? std::optional(vault::Pin{*pin, owner, standing.pin.tries_max}) : std::nullopt);
  TRY(os::write_file(key_path(options_), file, os::Permissions::owner_only));
  has_pin_ = pin.has_value();
  options_.app->pin = pin ? std::optional<std::string>(*pin) : std::nullopt;
  return {};
}

// ---- may it be done now ----------------------------------------------------------------------------------------------------

Result<client::SessionMarks> DeviceSession::marks() { return client::session_marks(*store_, clocks()); }

Result<permits::Situation> DeviceSession::situation() { return client_->situation(now()); }

namespace {

// Whether the answer is another one once the server can, or can't, be reached; or what comes of it: a record there, or a draft here.
bool depends_on_connection(permits::Situation situation, const permits::Ask& ask) {
  auto connected = situation, offline = situation;
  connected.connected = true;
  connected.prompt = connected.lease_over = false;
  offline.connected = false;
  offline.closed = true;
  return permits::permit(connected, ask).allowed != permits::permit(offline, ask).allowed ||
         permits::makes_draft(connected, ask) != permits::makes_draft(offline, ask);
}

}  // namespace

Result<void> DeviceSession::require(const permits::Ask& ask) { return require(std::vector<permits::Ask>{ask}); }

Result<void> DeviceSession::require(const std::vector<permits::Ask>& asks) {
  auto now_here = TRY(situation());
  const bool depends =
      std::any_of(asks.begin(), asks.end(), [&](const auto& ask) { return depends_on_connection(now_here, ask); });
  if (!now_here.by_choice && depends) {
    TRY(try_run(client::SyncRequested{}));
    now_here = TRY(situation());
  }
  for (const auto& ask : asks) TRY(permits::check(now_here, ask));
  const auto standing = TRY(client::standing(*store_));
  if (!standing.pin_required) return {};
  if (!has_pin_)
    return Error{ErrorCode::locked,
                 "Your organisation requires a PIN on this device. Choose one: satchel session set-pin.",
                 {},
                 "S5"};
  return options_.app->pin ? vault::check_pin(*options_.app->pin, standing.pin) : Result<void>{};
}

Result<void> DeviceSession::try_run(client::Event event) {
  const auto report = run(std::move(event), [](const Progress&) {});
  if (!report && report.error().code == ErrorCode::wiped) return report.error();
  return {};
}

Result<void> DeviceSession::look_at_server(const Result<std::optional<client::ReadRequested>>& read) {
  if (!read || !*read) return {};
  return try_run(**read);
}

// S6. First it's gone, then that is said; who asked for the wipe sees it, or that the device hasn't answered. While records are still
// there nothing is reported.
Error DeviceSession::wipe(Error why) {
  const auto report = client::wipe_report(*store_);
  if (report && *report && !(*report)->unsent.empty()) why.message += " " + (*report)->unsent;
  const auto erased = note([](auto& store) { return store.erase(); });
  const auto removed = remove_from_disk(options_);
  if (!removed)
    why.message += " But a file couldn't be deleted (" + removed.error().message + "). Delete " + options_.store +
                   " and the files beside it whose names begin with it.";
  if (!report || !*report || (!erased && !removed)) return why;
  auto http = net::HttpClient::create({.url = (*report)->server});
  for (int tries = 0; http && tries < kWipeTries; ++tries)
    if ((*http)->send((*report)->request)) break;
  return why;
}

// From now on by the machine's clock, which no one sets.
Result<void> DeviceSession::read_lease() {
  const auto lease = TRY(client::lease_at(*store_, clocks()));
  if (!lease) return {};
  return note([&](auto& store) { return client::keep_lease(store, *lease); });
}

Result<device::client::SyncReport> DeviceSession::run(device::client::Event event, const OnProgress& on_progress) {
  std::unique_ptr<net::AsyncHttpClient> http;
  engine_->handle(std::move(event), now());
  for (;;) {
    bool has_work = false;
    while (auto output = engine_->poll_output()) {
      if (auto* finished = std::get_if<Finished>(&*output)) {
        if (!finished->report && finished->report.error().code == ErrorCode::wiped)
          return wipe(finished->report.error());
        const auto read = read_lease();
        if (finished->report && !read) return read.error();
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
  return remove_from_disk(options_);
}

}  // namespace satchel::apps
