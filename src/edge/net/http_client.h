// SPDX-License-Identifier: Apache-2.0
//
// HttpClient: one connection to one server, kept open between requests. Blocking; one thread uses it at a time, but
// any thread may cancel.
//
// Always true:
//   - A request is sent at most once, unless the caller said that repeating it does no harm; then at most twice.
//   - send() ends by its total timeout, whatever the network does.
//   - Bodies come decoded; an answer has at most `answer_max` bytes, encoded and decoded.
//   - Errors: `offline` when the server can't be reached or the connection broke; `unexpected_answer` when what answers
//     isn't HTTP, isn't trusted (TLS), or sends too much; `canceled`. Whatever HTTP status came is no error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/http.h"
#include "base/result.h"
#include "base/time.h"
#include "edge/net/limits.h"
#include "edge/net/url.h"

namespace satchel::edge::net {

struct Progress {
  std::uint64_t sent = 0;      // bytes of the request's body on their way
  std::uint64_t received = 0;  // bytes of the answer's body, as they came over the wire
  std::uint64_t expected = 0;  // of the answer's body; 0 while unknown
};

enum class Repeat {
  never,
  // Once, when a connection that was kept open turns out to be closed before a byte of the answer came.
  once_if_unanswered,
};

struct SendOptions {
  Duration connect_timeout = Duration::of_seconds(10);
  Duration total_timeout = Duration::of_seconds(120);
  Repeat repeat = Repeat::never;
  std::function<void(const Progress&)> on_progress = {};  // on the calling thread
};

struct ClientOptions {
  std::string url;                    // "https://crm.example"; a path is put before each request's target
  std::string authorities_file = {};  // PEM: trusted in addition to the system's authorities
  std::size_t answer_max = kAnswerMax;
};

class HttpClient {
 public:
  // Doesn't connect yet. Errors: bad_value (url), io_error (authorities_file).
  static Result<std::unique_ptr<HttpClient>> create(const ClientOptions& options);
  virtual ~HttpClient() = default;

  virtual const Url& url() const = 0;
  // Adds Host, Content-Length and Accept-Encoding.
  virtual Result<Response> send(const Request& request, const SendOptions& options = {}) = 0;
  // From any thread: ends the request under way, and every later one, with `canceled`, until allow() is called.
  virtual void cancel() = 0;
  virtual void allow() = 0;
};

}  // namespace satchel::edge::net
