// SPDX-License-Identifier: Apache-2.0
#include "edge/net/http_server.h"

#include <sys/stat.h>

#include <array>
#include <boost/asio/any_completion_handler.hpp>
#include <cassert>
#include <exception>
#include <set>
#include <thread>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "edge/net/compression.h"
#include "edge/net/internal/asio.h"
#include "edge/net/internal/head.h"
#include "edge/net/internal/message_io.h"
#include "edge/net/internal/work_queue.h"
#include "edge/net/url.h"

namespace satchel::edge::net {
namespace {

namespace http = beast::http;
using RequestParser = http::request_parser<http::string_body>;
using AcceptedSocket = asio::basic_stream_socket<Tcp, Executor>;

// ------------------------------------------------------------------------------------------------ answers of our own

Response error_response(int status, ErrorCode code, std::string_view message) {
  Json error = Json::object();
  error.set("code", name_of(code));
  error.set("message", message);
  Json body = Json::object();
  body.set("error", std::move(error));
  return {status, {{"Content-Type", "application/json"}, {"OData-Version", "4.0"}}, body.dump()};
}

Response too_large_response(std::size_t body_max) {
  return error_response(413, ErrorCode::too_large,
                        "The request's body is larger than " + std::to_string(body_max) + " bytes; send it in parts.");
}

Response busy_response() {
  auto response =
      error_response(503, ErrorCode::server_error, "The server has more to do than it can; try again in a second.");
  response.headers.set("Retry-After", "1");
  return response;
}

Response failed_response() {
  return error_response(500, ErrorCode::internal,
                        "The server failed to answer this request; nothing more is known about it.");
}

// What to answer to something that the parser refused.
Response refusal_of(const ErrorInfo& failed, std::size_t body_max) {
  if (failed == http::error::body_limit) return too_large_response(body_max);
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
    return error_response(431, ErrorCode::too_large,
                          "The request's head is larger than " + std::to_string(kHeaderMax) + " bytes.");
  return error_response(400, ErrorCode::bad_request, "This isn't a request in HTTP/1.1: " + failed.message() + ".");
}

// ------------------------------------------------------------------------------------------------------ single steps

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

// Two fields that decide where the body ends, or that disagree with the parser, are how requests are smuggled past a
// proxy (RFC 9112, section 11.2).
std::optional<Response> refuse_head(const RequestParser& parser) {
  const auto& head = parser.get();
  const auto coding = view_of(head[http::field::transfer_encoding]);
  if (!coding.empty() && !equals_ignoring_case_ascii(trim(coding), "chunked"))
    return error_response(400, ErrorCode::bad_request, "The only Transfer-Encoding spoken here is chunked.");
  if (head.version() >= 11 && head.count(http::field::host) != 1)
    return error_response(400, ErrorCode::bad_request, "A request in HTTP/1.1 needs exactly one Host field.");
  return std::nullopt;
}

// A proxy's form "http://host/path" means the same as "/path" (RFC 9112, section 3.2.2).
std::string origin_form(std::string_view target) {
  const auto scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == target.npos) return std::string(target);
  const auto path = target.find('/', scheme_end + 3);
  return path == target.npos ? "/" : std::string(target.substr(path));
}

Request request_of(RequestParser& parser) {
  auto& message = parser.get();
  Request request{.method = std::string(view_of(message.method_string())),
                  .target = origin_form(view_of(message.target())),
                  .body = std::move(message.body())};
  for (const auto& field : message)
    request.headers.add(view_of(field.name_string()), std::string(view_of(field.value())));
  return request;
}

// A proxy appends the client's address to what the client itself may have claimed. Without the field the request didn't come
// through it: somebody on its machine asks us directly.
void believe_proxy(Request& request) {
  const auto forwarded = request.headers.get("X-Forwarded-For");
  const auto last = trim(forwarded.substr(forwarded.rfind(',') + 1));
  if (last.empty()) return;
  request.peer = std::string(last);
  request.trusted_channel = equals_ignoring_case_ascii(request.headers.get("X-Forwarded-Proto"), "https");
}

// Replaces an encoded body by what it stands for.
std::optional<Response> decode_body(Request& request, std::size_t body_max) {
  const auto encoding = encoding_named(request.headers.get("Content-Encoding"));
  if (!encoding) {
    auto refused =
        error_response(415, ErrorCode::bad_request, "The only Content-Encodings spoken here are zstd and gzip.");
    refused.headers.set("Accept-Encoding", "zstd, gzip");
    return refused;
  }
  request.headers.remove("Content-Encoding");
  if (*encoding == Encoding::identity || request.body.empty()) return std::nullopt;
  auto decoded = decode(*encoding, request.body, body_max);
  if (!decoded.ok() && decoded.error().code == ErrorCode::too_large) return too_large_response(body_max);
  if (!decoded.ok()) return error_response(400, ErrorCode::bad_request, decoded.error().message);
  request.body = std::move(*decoded);
  request.headers.set("Content-Length", std::to_string(request.body.size()));
  return std::nullopt;
}

enum class Next { keep_open, close };

// What of a request its answer depends on.
struct Asked {
  bool head_only = false;
  bool http_1_0 = false;
  Encoding encoding = Encoding::identity;
  Next next = Next::close;
};

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string head_of(const Response& response, const Asked& asked, std::optional<std::size_t> body_size) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers)
    if (!is_framing_field(name)) append_field(head, name, value);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  append_field(head, "Date", format_http_date({std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}));
  if (body_size) append_field(head, "Content-Length", std::to_string(*body_size));
  if (asked.next == Next::close) append_field(head, "Connection", "close");
  if (asked.next == Next::keep_open && asked.http_1_0) append_field(head, "Connection", "keep-alive");
  return head.append("\r\n");
}

void add_vary(Response& response) {
  const auto vary = response.headers.get("Vary");
  if (has_token(vary, "Accept-Encoding") || has_token(vary, "*")) return;
  response.headers.set("Vary", vary.empty() ? "Accept-Encoding" : std::string(vary) + ", Accept-Encoding");
}

// Adds to a counter while it lives.
class Held {
 public:
  explicit Held(std::size_t& sum) : sum_(sum) {}
  Held(const Held&) = delete;
  ~Held() { sum_ -= held_; }
  void set(std::size_t size) {
    sum_ += size - held_;
    held_ = size;
  }

 private:
  std::size_t& sum_;
  std::size_t held_ = 0;
};

Result<asio::ssl::context> make_tls(const TlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                      asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  ErrorInfo failed;
  // Without this OpenSSL would ask on the terminal for a locked key's password.
  context.set_password_callback([](std::size_t, auto) { return std::string(); }, failed);
  context.use_certificate_chain_file(files.certificate, failed);
  if (failed)
    return Error{ErrorCode::io_error,
                 "The TLS certificate \"" + files.certificate + "\" can't be used: " + failed.message() + "."};
  context.use_private_key_file(files.key, asio::ssl::context::pem, failed);
  if (failed)
    return Error{ErrorCode::io_error, "The TLS key \"" + files.key + "\" can't be used: " + failed.message() + "."};
  return context;
}

// What changes when a file is written or put in another one's place; links are followed, as certbot makes them.
using FileMark = std::array<std::int64_t, 4>;
FileMark mark_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {static_cast<std::int64_t>(info.st_ino), info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}
std::array<FileMark, 2> mark_of(const TlsFiles& files) { return {mark_of(files.certificate), mark_of(files.key)}; }

Result<Tcp::endpoint> resolve(asio::io_context& io, const std::string& address) {
  const auto wanted = TRY(parse_endpoint(address));
  ErrorInfo failed;
  const auto numeric = asio::ip::make_address(wanted.host, failed);
  if (!failed) return Tcp::endpoint(numeric, wanted.port);
  Tcp::resolver resolver(io);
  const auto found = resolver.resolve(wanted.host, std::to_string(wanted.port), failed);
  if (failed || found.empty())
    return Error{ErrorCode::bad_value,
                 "\"" + address + "\" can't be listened on: this machine has no address of that name.", "address"};
  return found.begin()->endpoint();
}

// ------------------------------------------------------------------------------------------------------- the server

class Server final : public HttpServer {
 public:
  Server(const ListenOptions& options, BatchHandler handler)
      : options_(options), handler_(std::move(handler)), queue_(options.queue_max), work_(io_.get_executor()) {}
  ~Server() override { queue_.close(); }

  Result<void> open();

  std::uint16_t port() const override { return endpoint_.port(); }
  std::string url() const override {
    return Url{.tls = tls_.has_value(), .host = endpoint_.address().to_string(), .port = endpoint_.port()}.origin();
  }
  void run() override;
  void reload_tls() override {
    asio::post(io_, [this] { take_tls(); });
  }
  void stop() override {
    asio::post(io_, [this] { begin_stop(); });
  }

 private:
  // A connection, while it lives; known to the server, so that stop() finds it.
  struct Session {
    Session(Server& owner, PlainStream& stream) : server(owner), socket(stream) { server.sessions_.insert(this); }
    Session(const Session&) = delete;
    ~Session() { server.forget(*this); }

    Server& server;
    PlainStream& socket;
    bool idle = true;  // no request has begun
    std::string peer = {};
    bool trusted = false;
  };
  struct Job {
    Request request;
    asio::any_completion_handler<void(Response)> done;
  };

  // On the worker thread.
  void work();
  std::vector<Response> answers_to(const std::vector<Request>& requests);

  // All others on the io thread.
  Task<> accept();
  Task<> watch_tls();
  void take_tls();
  Task<> pause(Duration duration);
  Task<> serve_plain(AcceptedSocket accepted);
  Task<> serve_tls(AcceptedSocket accepted);
  template <class Stream>
  Task<> serve(Stream& stream, Session& session);
  template <class Stream>
  Task<bool> serve_one(Stream& stream, Session& session, beast::flat_buffer& buffer);
  template <class Stream>
  Task<std::optional<Response>> read(Stream& stream, beast::flat_buffer& buffer, RequestParser& parser, Held& held,
                                     ErrorInfo& failed);
  template <class Stream>
  Task<bool> write(Stream& stream, Response& response, Asked asked);
  template <class Stream>
  Task<> refuse(Stream& stream, Session& session, Response response);
  template <class Stream>
  Task<> linger(Stream& stream);
  Task<> compress(Response& response, Encoding encoding);
  Task<Response> ask(Request request);
  Asked asked_by(const RequestParser& parser) const;
  void identify(Session& session, bool tls);
  void start(AcceptedSocket socket);
  void begin_stop();
  void end_if_done();
  void forget(Session& session);
  void log(LogLevel level, const std::string& sentence) {
    if (options_.log != nullptr) options_.log->write(level, "edge/net", sentence);
  }

  ListenOptions options_;
  BatchHandler handler_;
  asio::io_context io_{1};
  WorkQueue<Job> queue_;
  std::optional<asio::ssl::context> tls_;  // connections hold what they need of it, so it can be replaced
  std::array<FileMark, 2> tls_mark_ = {};
  Timer tls_timer_{io_};
  Tcp::endpoint endpoint_;
  std::optional<Acceptor> acceptor_;
  Timer room_{io_};  // wakes accept() when a connection has ended
  Timer stop_timer_{io_};
  std::size_t connections_ = 0;
  std::set<Session*> sessions_;
  std::size_t bodies_size_ = 0;
  std::vector<Encoder> encoders_;  // at rest
  bool stopping_ = false;
  asio::executor_work_guard<Executor> work_;
};

Result<void> Server::open() {
  if (options_.tls) {
    tls_mark_ = mark_of(*options_.tls);  // before reading: a change in between is seen later
    tls_.emplace(TRY(make_tls(*options_.tls)));
  }
  endpoint_ = TRY(resolve(io_, options_.address));
  acceptor_.emplace(io_);
  ErrorInfo failed;
  acceptor_->open(endpoint_.protocol(), failed);
  if (!failed) acceptor_->set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor_->bind(endpoint_, failed);
  if (!failed) acceptor_->listen(asio::socket_base::max_listen_connections, failed);
  if (failed == asio::error::address_in_use)
    return Error{
        ErrorCode::address_in_use,
        "The address " + options_.address + " is in use by another program; stop that one or choose another port.",
        "address"};
  if (failed)
    return Error{ErrorCode::io_error,
                 "The address " + options_.address + " can't be listened on: " + failed.message() + ".", "address"};
  endpoint_ = acceptor_->local_endpoint();
  return {};
}

void Server::run() {
  std::thread worker([this] { work(); });
  asio::co_spawn(io_, accept(), [](std::exception_ptr) {});
  if (tls_) asio::co_spawn(io_, watch_tls(), [](std::exception_ptr) {});
  io_.run();
  const auto unanswered = queue_.close();
  worker.join();
}

// ------------------------------------------------------------------------------------------------------------ worker

void Server::work() {
  for (;;) {
    auto jobs = queue_.take(kBatchMax);
    if (jobs.empty()) return;
    std::vector<Request> requests;
    requests.reserve(jobs.size());
    for (auto& job : jobs) requests.push_back(std::move(job.request));
    auto responses = answers_to(requests);
    asio::post(io_, [jobs = std::move(jobs), responses = std::move(responses)]() mutable {
      for (std::size_t i = 0; i < jobs.size(); ++i) std::move(jobs[i].done)(std::move(responses[i]));
    });
  }
}

std::vector<Response> Server::answers_to(const std::vector<Request>& requests) {
  try {
    auto responses = handler_(requests);
    assert(responses.size() == requests.size());
    return responses;
  } catch (const std::exception& exception) {
    log(LogLevel::error, std::string("A request failed: ") + exception.what());
  } catch (...) {
    log(LogLevel::error, "A request failed.");
  }
  return std::vector<Response>(requests.size(), failed_response());
}

Task<Response> Server::ask(Request request) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Response)>(
      [this](auto done, Request asked) {
        Job job{std::move(asked), std::move(done)};
        if (queue_.push(job)) return;
        asio::post(io_, [refused = std::move(job.done)]() mutable { std::move(refused)(busy_response()); });
      },
      in_task, std::move(request));
}

// ------------------------------------------------------------------------------------------------------- connections

Task<> Server::pause(Duration duration) {
  Timer timer(io_, chrono_of(duration));
  ErrorInfo ignored;
  co_await timer.async_wait(asio::redirect_error(in_task, ignored));
}

Task<> Server::accept() {
  for (;;) {
    AcceptedSocket socket(io_);
    ErrorInfo failed;
    co_await acceptor_->async_accept(socket, asio::redirect_error(in_task, failed));
    if (stopping_) co_return;
    if (!failed) start(std::move(socket));
    // Most often out of descriptors: connections that end will free some.
    if (failed && failed != asio::error::connection_aborted) {
      log(LogLevel::warning, "A connection can't be accepted: " + failed.message() + ".");
      co_await pause(Duration::of_milliseconds(100));
    }
    while (connections_ >= options_.connections_max && !stopping_) {
      room_.expires_at(Timer::time_point::max());
      co_await room_.async_wait(asio::redirect_error(in_task, failed));
    }
  }
}

Task<> Server::watch_tls() {
  while (!stopping_) {
    tls_timer_.expires_after(chrono_of(options_.tls_look_every));
    ErrorInfo stopped;
    co_await tls_timer_.async_wait(asio::redirect_error(in_task, stopped));
    if (!stopping_ && mark_of(*options_.tls) != tls_mark_) take_tls();
  }
}

// A renewal writes one file after the other: the two that don't fit are refused, and the next look finds both.
void Server::take_tls() {
  if (!tls_) return;
  tls_mark_ = mark_of(*options_.tls);
  auto fresh = make_tls(*options_.tls);
  if (!fresh) return log(LogLevel::error, fresh.error().message + " The certificate in use stays.");
  tls_ = std::move(*fresh);
  log(LogLevel::info, "The TLS certificate \"" + options_.tls->certificate + "\" was read again.");
}

void Server::start(AcceptedSocket socket) {
  ErrorInfo ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  ++connections_;
  auto ended = [this](std::exception_ptr exception) {
    if (exception) log(LogLevel::error, "A connection ended with an exception.");
    --connections_;
    room_.cancel();
  };
  if (tls_) asio::co_spawn(io_, serve_tls(std::move(socket)), std::move(ended));
  else asio::co_spawn(io_, serve_plain(std::move(socket)), std::move(ended));
}

void Server::identify(Session& session, bool tls) {
  ErrorInfo failed;
  auto address = session.socket.socket().remote_endpoint(failed).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  session.peer = address.to_string();
  session.trusted = tls || address.is_loopback();
}

void Server::forget(Session& session) {
  sessions_.erase(&session);
  end_if_done();
}

void Server::begin_stop() {
  if (std::exchange(stopping_, true)) return;
  ErrorInfo ignored;
  acceptor_->close(ignored);
  room_.cancel();
  tls_timer_.cancel();
  for (Session* session : sessions_)
    if (session->idle) session->socket.close();
  stop_timer_.expires_after(chrono_of(options_.stop_max));
  stop_timer_.async_wait([this](const ErrorInfo& canceled) {
    if (canceled) return;
    for (Session* session : sessions_) session->socket.close();
  });
  end_if_done();
}

void Server::end_if_done() {
  if (!stopping_ || !sessions_.empty()) return;
  stop_timer_.cancel();
  work_.reset();
}

Task<> Server::serve_plain(AcceptedSocket accepted) {
  PlainStream stream(std::move(accepted));
  Session session(*this, stream);
  identify(session, false);
  co_await serve(stream, session);
  ErrorInfo ignored;
  stream.socket().shutdown(Tcp::socket::shutdown_both, ignored);
}

Task<> Server::serve_tls(AcceptedSocket accepted) {
  TlsStream stream(std::move(accepted), *tls_);
  Session session(*this, socket_of(stream));
  identify(session, true);
  ErrorInfo failed;
  session.socket.expires_after(chrono_of(kHandshakeMax));
  co_await stream.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(in_task, failed));
  if (failed) {
    log(LogLevel::debug, session.peer + " made no TLS connection: " + failed.message() + ".");
    co_return;
  }
  co_await serve(stream, session);
  session.idle = true;
  session.socket.expires_after(chrono_of(kLingerMax));
  co_await stream.async_shutdown(asio::redirect_error(in_task, failed));
}

template <class Stream>
Task<> Server::serve(Stream& stream, Session& session) {
  beast::flat_buffer buffer;
  while (co_await serve_one(stream, session, buffer)) {
    if (buffer.capacity() > 2 * kReadHead) buffer.shrink_to_fit();
  }
}

// True while the connection stays open.
template <class Stream>
Task<bool> Server::serve_one(Stream& stream, Session& session, beast::flat_buffer& buffer) {
  ErrorInfo failed;
  session.idle = true;
  if (stopping_) co_return false;
  session.socket.expires_after(chrono_of(options_.idle_max));
  if (buffer.size() == 0) co_await read_more(stream, buffer, kReadHead, failed);
  if (failed) co_return false;
  session.idle = false;

  RequestParser parser;
  Held held(bodies_size_);
  auto refusal = co_await read(stream, buffer, parser, held, failed);
  if (refusal) co_await refuse(stream, session, std::move(*refusal));
  if (refusal || failed) co_return false;

  Asked asked = asked_by(parser);
  Request request = request_of(parser);
  request.peer = session.peer;
  request.trusted_channel = session.trusted;
  if (!options_.proxy.empty() && session.peer == options_.proxy) believe_proxy(request);
  refusal = decode_body(request, options_.body_max);
  held.set(request.body.size());
  session.socket.expires_never();
  Response response;
  if (refusal) response = std::move(*refusal);
  else response = co_await ask(std::move(request));
  if (stopping_ || has_token(response.headers.get("Connection"), "close")) asked.next = Next::close;
  if (!co_await write(stream, response, asked)) co_return false;
  co_return asked.next == Next::keep_open;
}

// Reads a whole request. Gives an answer instead if it is refused; sets `failed` if there is nobody to answer.
template <class Stream>
Task<std::optional<Response>> Server::read(Stream& stream, beast::flat_buffer& buffer, RequestParser& parser,
                                           Held& held, ErrorInfo& failed) {
  parser.eager(true);
  parser.header_limit(kHeaderMax);
  parser.body_limit(options_.body_max);
  bool head_seen = false;
  socket_of(stream).expires_after(chrono_of(options_.head_max));
  while (!parse_more(parser, buffer, failed) || !head_seen) {
    if (failed) break;
    if (parser.is_header_done() && !std::exchange(head_seen, true)) {
      if (auto refusal = refuse_head(parser)) co_return refusal;
      if (parser.is_done()) break;
      if (has_token(view_of(parser.get()[http::field::expect]), "100-continue")) {
        static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await asio::async_write(stream, asio::buffer(kGoOn), asio::redirect_error(in_task, failed));
        if (failed) co_return std::nullopt;
      }
    }
    held.set(parser.get().body().size());
    if (bodies_size_ > kBodiesMax) co_return busy_response();
    // A head has one limit for all of it, a body one for each piece.
    if (head_seen) socket_of(stream).expires_after(chrono_of(options_.stall_max));
    co_await read_more(stream, buffer, head_seen ? kReadBody : kReadHead, failed);
    if (failed) co_return std::nullopt;
  }
  if (failed) co_return refusal_of(failed, options_.body_max);
  co_return std::nullopt;
}

Asked Server::asked_by(const RequestParser& parser) const {
  const auto& head = parser.get();
  Asked asked;
  asked.head_only = head.method() == http::verb::head;
  asked.http_1_0 = head.version() < 11;
  asked.next = parser.keep_alive() ? Next::keep_open : Next::close;
  if (options_.compression == Compression::on)
    asked.encoding = choose_encoding(view_of(head[http::field::accept_encoding]));
  return asked;
}

// Between slices other connections have their turn. A body that wouldn't get smaller is left as it is.
Task<> Server::compress(Response& response, Encoding encoding) {
  Encoder encoder;
  if (!encoders_.empty()) {
    encoder = std::move(encoders_.back());
    encoders_.pop_back();
  }
  std::string encoded;
  std::string_view rest = response.body;
  encoder.start(encoding, rest.size());
  while (rest.size() > kSlice) {
    encoder.append(rest.substr(0, kSlice), Encoder::Last::no, encoded);
    rest.remove_prefix(kSlice);
    co_await asio::post(io_, in_task);
  }
  encoder.append(rest, Encoder::Last::yes, encoded);
  if (encoders_.size() < kEncodersKept) encoders_.push_back(std::move(encoder));
  if (encoded.size() >= response.body.size()) co_return;
  response.body = std::move(encoded);
  response.headers.set("Content-Encoding", std::string(name_of(encoding)));
}

// False when the peer is gone.
template <class Stream>
Task<bool> Server::write(Stream& stream, Response& response, Asked asked) {
  const bool body_allowed = may_have_body(response.status);
  const bool compressible = body_allowed && !response.headers.has("Content-Encoding") &&
                            response.body.size() > kCompressMin &&
                            is_compressible(response.headers.get("Content-Type"));
  bool size_known = body_allowed;
  if (compressible && options_.compression == Compression::on) add_vary(response);
  if (compressible && asked.encoding != Encoding::identity) {
    if (asked.head_only) size_known = false;  // That of GET would be the encoded one.
    else co_await compress(response, asked.encoding);
  }
  const std::string head = head_of(response, asked, size_known ? std::optional(response.body.size()) : std::nullopt);
  const std::string_view body = body_allowed && !asked.head_only ? std::string_view(response.body) : std::string_view();
  const auto start_timer = [this, &stream](std::size_t) {
    socket_of(stream).expires_after(chrono_of(options_.stall_max));
  };
  ErrorInfo failed;
  co_await write_message(stream, head, body, start_timer, failed);
  co_return !failed;
}

// The last answer on a connection whose next bytes can't be understood.
template <class Stream>
Task<> Server::refuse(Stream& stream, Session& session, Response response) {
  const bool written = co_await write(stream, response, Asked{});
  session.idle = true;
  if (written && !stopping_) co_await linger(stream);
}

// A close with unread bytes makes the system send a reset, which can overtake our answer. So what the client is still
// sending is dropped for a while.
template <class Stream>
Task<> Server::linger(Stream& stream) {
  ErrorInfo failed;
  socket_of(stream).socket().shutdown(Tcp::socket::shutdown_send, failed);
  const auto end = std::chrono::steady_clock::now() + chrono_of(kLingerMax);
  std::vector<char> dropped(kReadBody);
  while (!failed && std::chrono::steady_clock::now() < end) {
    socket_of(stream).expires_at(end);
    co_await socket_of(stream).async_read_some(asio::buffer(dropped), asio::redirect_error(in_task, failed));
  }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen_batched(const ListenOptions& options, BatchHandler handler) {
  try {
    auto server = std::make_unique<Server>(options, std::move(handler));
    TRY(server->open());
    return std::unique_ptr<HttpServer>(std::move(server));
  } catch (const std::exception& exception) {
    return Error{ErrorCode::io_error,
                 "The address " + options.address + " can't be listened on: " + exception.what() + "."};
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const ListenOptions& options, Handler handler) {
  Log* log = options.log;
  return listen_batched(options, [handler = std::move(handler), log](std::span<const Request> requests) {
    std::vector<Response> responses;
    responses.reserve(requests.size());
    for (const Request& request : requests) {
      // Here rather than around all: one that fails takes no other with it.
      try {
        responses.push_back(handler(request));
      } catch (const std::exception& exception) {
        if (log != nullptr)
          log->write(LogLevel::error, "edge/net", std::string("A request failed: ") + exception.what());
        responses.push_back(failed_response());
      }
    }
    return responses;
  });
}

}  // namespace satchel::edge::net
