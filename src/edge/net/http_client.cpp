// SPDX-License-Identifier: Apache-2.0
#include "edge/net/http_client.h"

#include <atomic>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.h"
#include "edge/net/compression.h"
#include "edge/net/internal/asio.h"
#include "edge/net/internal/head.h"
#include "edge/net/internal/message_io.h"
#include "edge/net/internal/resolve.h"

namespace satchel::edge::net {
namespace {

namespace http = beast::http;
using ResponseParser = http::response_parser<http::string_body>;
using Clock = std::chrono::steady_clock;

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

std::string seconds_text(Duration duration) {
  return duration.milliseconds % 1000 == 0 ? std::to_string(duration.milliseconds / 1000) + " s"
                                           : std::to_string(duration.milliseconds) + " ms";
}

// An open connection, its rest of input, and when it was last used.
struct Connection {
  explicit Connection(std::unique_ptr<PlainStream> stream) : plain(std::move(stream)) {}
  explicit Connection(std::unique_ptr<TlsStream> stream) : tls(std::move(stream)) {}
  PlainStream& socket() { return plain ? *plain : socket_of(*tls); }

  std::unique_ptr<PlainStream> plain;
  std::unique_ptr<TlsStream> tls;
  beast::flat_buffer buffer;
  Clock::time_point last_use = Clock::now();
};

class Client final : public HttpClient {
 public:
  Client(Url url, std::size_t answer_max) : url_(std::move(url)), answer_max_(answer_max) {}
  Result<void> prepare_tls(const std::string& authorities_file);

  const Url& url() const override { return url_; }
  Result<Response> send(const Request& request, const SendOptions& options) override;
  void cancel() override {
    canceled_ = true;
    asio::post(io_, [this] { abort(); });
  }
  void allow() override { canceled_ = false; }

 private:
  enum class Outcome {
    answered,
    unanswered,  // the connection broke before a byte of the answer
    failed,
  };

  Result<Response> send_once(const Request& request, const SendOptions& options, Clock::time_point end,
                             Outcome& outcome);
  Task<> exchange(const Request& request, const SendOptions& options, const std::vector<std::string>& addresses);
  Task<> connect(const SendOptions& options, const std::vector<std::string>& addresses);
  Task<> start_tls(std::unique_ptr<PlainStream> socket, const SendOptions& options);
  template <class Stream>
  Task<> talk(Stream& stream, const Request& request, const SendOptions& options);
  template <class Stream>
  Task<> read(Stream& stream, ResponseParser& parser, const SendOptions& options, ErrorInfo& failed);
  bool run_until(Clock::time_point end);
  bool is_stale();
  bool is_over() const { return canceled_ || expired_; }
  void abort();
  void keep_answer(ResponseParser& parser);
  void explain(const ErrorInfo& failed, std::string_view when);
  std::string head_of(const Request& request) const;
  Error offline(std::string_view why) const {
    return {ErrorCode::offline, "The server at " + url_.origin() + " can't be reached: " + std::string(why) + "."};
  }
  Error unexpected(std::string_view why) const {
    return {ErrorCode::unexpected_answer,
            "What answers at " + url_.origin() + " can't be worked with: " + std::string(why) + "."};
  }
  Error canceled_error() const { return {ErrorCode::canceled, "The request to " + url_.origin() + " was canceled."}; }

  const Url url_;
  const std::size_t answer_max_;
  std::atomic<bool> canceled_{false};
  asio::io_context io_{1};
  std::optional<asio::ssl::context> tls_;
  std::unique_ptr<Connection> connection_;

  // Of the exchange under way.
  PlainStream* busy_socket_ = nullptr;
  bool done_ = true;
  bool expired_ = false;
  Outcome outcome_ = Outcome::failed;
  std::optional<Result<Response>> result_;
  Progress progress_;
};

Result<void> Client::prepare_tls(const std::string& authorities_file) {
  tls_.emplace(asio::ssl::context::tls_client);
  tls_->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                    asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  tls_->set_verify_mode(asio::ssl::verify_peer);
  ErrorInfo failed;
  tls_->set_default_verify_paths(failed);
  if (authorities_file.empty()) return {};
  tls_->load_verify_file(authorities_file, failed);
  if (failed)
    return Error{ErrorCode::io_error,
                 "The authorities in \"" + authorities_file + "\" can't be used: " + failed.message() + "."};
  return {};
}

// -------------------------------------------------------------------------------------------- on the calling thread

Result<Response> Client::send(const Request& request, const SendOptions& options) {
  const auto end = Clock::now() + chrono_of(options.total_timeout);
  const bool reused = connection_ != nullptr && !is_stale();
  if (!reused) connection_.reset();
  Outcome outcome = Outcome::failed;
  auto result = send_once(request, options, end, outcome);
  const bool again =
      reused && outcome == Outcome::unanswered && options.repeat == Repeat::once_if_unanswered && !canceled_;
  if (again) result = send_once(request, options, end, outcome);
  return result;
}

Result<Response> Client::send_once(const Request& request, const SendOptions& options, Clock::time_point end,
                                   Outcome& outcome) {
  if (canceled_) return canceled_error();
  std::vector<std::string> addresses;
  if (connection_ == nullptr) {
    auto found = resolve_host(url_.host, std::min(end, Clock::now() + chrono_of(options.connect_timeout)), canceled_);
    if (!found.ok()) return canceled_ ? canceled_error() : offline(found.error().message);
    addresses = std::move(*found);
  }
  outcome_ = Outcome::failed;
  result_.reset();
  progress_ = {};
  done_ = false;
  expired_ = false;
  asio::co_spawn(io_, exchange(request, options, addresses), [this](std::exception_ptr exception) {
    if (exception) result_ = unexpected("it led to an exception here");
    busy_socket_ = nullptr;
    done_ = true;
  });
  const bool in_time = run_until(end);
  outcome = outcome_;
  // An answer that was complete counts, even when the end came at the same moment.
  if (result_ && result_->ok()) return std::move(*result_);
  connection_.reset();
  if (canceled_) return canceled_error();
  if (!in_time) return offline("it didn't answer within " + seconds_text(options.total_timeout));
  return result_ ? std::move(*result_) : offline("the connection was lost");
}

// False when `end` came first; the exchange is over in either case.
bool Client::run_until(Clock::time_point end) {
  io_.restart();
  while (!done_ && io_.run_one_until(end) > 0) {
  }
  const bool in_time = done_;
  expired_ = !in_time;
  if (!in_time) abort();
  io_.restart();
  while (!done_ && io_.run_one() > 0) {
  }
  return in_time;
}

void Client::abort() {
  if (busy_socket_ != nullptr) busy_socket_->close();
}

// Whether the server has closed the connection while it rested, or may do so any moment.
bool Client::is_stale() {
  if (Clock::now() - connection_->last_use > chrono_of(kReuseMax) || connection_->buffer.size() > 0) return true;
  char byte = 0;
  const auto size = ::recv(connection_->socket().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size == 0) return true;
  // With TLS unread bytes are most often session tickets.
  return size > 0 && connection_->plain != nullptr;
}

// ------------------------------------------------------------------------------------------------------ the exchange

Task<> Client::exchange(const Request& request, const SendOptions& options, const std::vector<std::string>& addresses) {
  if (connection_ == nullptr && !is_over()) co_await connect(options, addresses);
  // abort() before there was a socket to close has done nothing.
  if (connection_ == nullptr || is_over()) co_return;
  busy_socket_ = &connection_->socket();
  if (connection_->plain) co_await talk(*connection_->plain, request, options);
  else co_await talk(*connection_->tls, request, options);
  busy_socket_ = nullptr;
}

Task<> Client::connect(const SendOptions& options, const std::vector<std::string>& addresses) {
  std::vector<Tcp::endpoint> endpoints;
  for (const auto& address : addresses) endpoints.emplace_back(asio::ip::make_address(address), url_.port);
  auto socket = std::make_unique<PlainStream>(io_);
  busy_socket_ = socket.get();
  socket->expires_after(chrono_of(options.connect_timeout));
  ErrorInfo failed;
  co_await socket->async_connect(endpoints, asio::redirect_error(in_task, failed));
  if (!failed && is_over()) failed = asio::error::operation_aborted;
  if (failed == beast::error::timeout) {
    result_ = offline("no connection within " + seconds_text(options.connect_timeout));
  } else if (failed) {
    result_ = offline(failed.message());
  } else {
    ErrorInfo ignored;
    socket->socket().set_option(Tcp::no_delay(true), ignored);
    if (tls_) co_await start_tls(std::move(socket), options);
    else connection_ = std::make_unique<Connection>(std::move(socket));
  }
  busy_socket_ = nullptr;
}

Task<> Client::start_tls(std::unique_ptr<PlainStream> socket, const SendOptions& options) {
  auto stream = std::make_unique<TlsStream>(std::move(*socket), *tls_);
  busy_socket_ = &socket_of(*stream);
  ErrorInfo failed;
  // A name only, no number (RFC 6066, section 3).
  if (!is_numeric_host(url_.host)) ::SSL_set_tlsext_host_name(stream->native_handle(), url_.host.c_str());
  stream->set_verify_callback(asio::ssl::host_name_verification(url_.host), failed);
  busy_socket_->expires_after(chrono_of(options.connect_timeout));
  co_await stream->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(in_task, failed));
  if (!failed) {
    connection_ = std::make_unique<Connection>(std::move(stream));
  } else if (failed == beast::error::timeout) {
    result_ = offline("no TLS connection within " + seconds_text(options.connect_timeout));
  } else if (::SSL_get_verify_result(stream->native_handle()) != X509_V_OK) {
    result_ = unexpected(std::string("its certificate isn't trusted here (") +
                         ::X509_verify_cert_error_string(::SSL_get_verify_result(stream->native_handle())) + ")");
  } else if (failed.category() == asio::error::get_ssl_category()) {
    result_ = unexpected("it makes no TLS connection (" + failed.message() + ")");
  } else {
    result_ = offline("the TLS connection was lost (" + failed.message() + ")");
  }
}

template <class Stream>
Task<> Client::talk(Stream& stream, const Request& request, const SendOptions& options) {
  socket_of(stream).expires_never();  // The total timeout is watched from outside.
  ErrorInfo failed;
  const std::string head = head_of(request);
  const auto tell_progress = [this, &options](std::size_t size) {
    progress_.sent += size;
    if (options.on_progress) options.on_progress(progress_);
  };
  co_await write_message(stream, head, request.body, tell_progress, failed);
  // A server that refuses a large body answers before all is sent; its answer says more than the broken connection.
  const ErrorInfo write_failed = failed;
  std::optional<ResponseParser> parser;
  do {
    parser.emplace();
    parser->eager(true);
    parser->header_limit(kHeaderMax);
    parser->body_limit(answer_max_);
    parser->skip(request.method == "HEAD");
    co_await read(stream, *parser, options, failed);
  } while (!failed && parser->get().result_int() / 100 == 1);  // "100 Continue" and the like come before the answer.
  const bool nothing_came = !parser->got_some();
  if (failed) {
    if (nothing_came && !is_parse_failure(failed)) outcome_ = Outcome::unanswered;
    co_return explain(write_failed && nothing_came ? write_failed : failed,
                      nothing_came ? "before it answered" : "in the middle of its answer");
  }
  outcome_ = Outcome::answered;
  const bool reusable = parser->keep_alive() && !write_failed;
  keep_answer(*parser);
  connection_->last_use = Clock::now();
  if (!reusable) connection_.reset();
}

template <class Stream>
Task<> Client::read(Stream& stream, ResponseParser& parser, const SendOptions& options, ErrorInfo& failed) {
  auto& buffer = connection_->buffer;
  while (!parse_more(parser, buffer, failed)) {
    if (parser.is_header_done()) {
      progress_.received = parser.get().body().size();
      progress_.expected = parser.content_length().value_or(0);
      if (options.on_progress) options.on_progress(progress_);
    }
    co_await read_more(stream, buffer, kReadBody, failed);
    if (failed == asio::error::eof && parser.got_some()) {
      // The end of the stream may be the end of the answer (HTTP/1.0).
      parser.put_eof(failed);
      co_return;
    }
    if (failed) co_return;
  }
}

void Client::keep_answer(ResponseParser& parser) {
  auto& message = parser.get();
  Response response{.status = static_cast<int>(message.result_int()), .headers = {}, .body = std::move(message.body())};
  for (const auto& field : message)
    response.headers.add(view_of(field.name_string()), std::string(view_of(field.value())));
  const auto encoding = encoding_named(response.headers.get("Content-Encoding"));
  if (!encoding) {
    result_ = unexpected("its answer is encoded as \"" + std::string(response.headers.get("Content-Encoding")) + "\"");
    return;
  }
  if (*encoding != Encoding::identity && !response.body.empty()) {
    auto decoded = decode(*encoding, response.body, answer_max_);
    if (!decoded.ok()) {
      result_ = unexpected("its answer can't be decoded");
      return;
    }
    response.body = std::move(*decoded);
    response.headers.remove("Content-Encoding");
    response.headers.set("Content-Length", std::to_string(response.body.size()));
  }
  result_ = std::move(response);
}

void Client::explain(const ErrorInfo& failed, std::string_view when) {
  if (failed == http::error::body_limit) {
    result_ = unexpected("its answer is larger than " + std::to_string(answer_max_) + " bytes");
  } else if (failed == http::error::partial_message) {
    result_ = offline("the connection ended " + std::string(when));
  } else if (is_parse_failure(failed)) {
    result_ = unexpected("it doesn't speak HTTP (" + failed.message() + ")");
  } else {
    result_ = offline("the connection was lost " + std::string(when) + " (" + failed.message() + ")");
  }
}

std::string Client::head_of(const Request& request) const {
  const std::string_view prefix = std::string_view(url_.target).substr(0, url_.target.find('?'));
  std::string head = request.method + " ";
  if (prefix != "/") head.append(prefix.ends_with('/') ? prefix.substr(0, prefix.size() - 1) : prefix);
  head.append(request.target).append(" HTTP/1.1\r\n");
  append_field(head, "Host", url_.authority());
  for (const auto& [name, value] : request.headers)
    if (!is_framing_field(name) && !equals_ignoring_case_ascii(name, "Host")) append_field(head, name, value);
  if (!request.headers.has("Accept-Encoding")) append_field(head, "Accept-Encoding", "zstd, gzip");
  const bool may_be_empty =
      request.method == "GET" || request.method == "HEAD" || request.method == "DELETE" || request.method == "OPTIONS";
  if (!request.body.empty() || !may_be_empty) append_field(head, "Content-Length", std::to_string(request.body.size()));
  return head.append("\r\n");
}

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::create(const ClientOptions& options) {
  auto url = TRY(parse_url(options.url));
  try {
    auto client = std::make_unique<Client>(std::move(url), options.answer_max);
    if (client->url().tls) TRY(client->prepare_tls(options.authorities_file));
    return std::unique_ptr<HttpClient>(std::move(client));
  } catch (const std::exception& exception) {
    return Error{ErrorCode::io_error,
                 "A connection to " + options.url + " can't be prepared: " + exception.what() + "."};
  }
}

}  // namespace satchel::edge::net
