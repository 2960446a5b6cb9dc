// SPDX-License-Identifier: Apache-2.0
//
// HttpServer: HTTP/1.1 (RFC 9112) on one port, plain or with TLS, in front of a service that is a plain function.
//
//   connections --io thread--> [ queue ] --worker thread--> handler
//        ^  read, decode                                      |
//        +--------------- encode, write <---------------------+
//
// Always true:
//   - The handler runs on one thread, one call at a time; a slow one delays answers but no connection.
//   - Requests of a connection are answered in their order, each once.
//   - What isn't HTTP, is too large or comes too slowly never reaches the handler; where an answer is possible it is
//     {"error":{"code":...,"message":...}} as in OData-JSON.
//   - Everything that a peer can make us keep has a limit (limits.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/log.h"
#include "base/result.h"
#include "edge/net/limits.h"

namespace satchel::edge::net {

// Read at the start, and again whenever one of them has changed: new connections get the new certificate, old ones go on.
struct TlsFiles {
  std::string certificate;  // PEM, with the chain that leads to the authority
  std::string key;          // PEM, without a password
};

enum class Compression { off, on };

struct ListenOptions {
  std::string address = "127.0.0.1:8080";  // port 0 takes a free one
  std::size_t body_max = kBodyMax;         // as sent, and again once decoded
  std::size_t queue_max = kQueueMax;
  std::size_t connections_max = kConnectionsMax;
  Duration idle_max = kIdleMax;
  Duration head_max = kHeadMax;
  Duration stall_max = kStallMax;
  Duration stop_max = kStopMax;
  Compression compression = Compression::on;
  std::optional<TlsFiles> tls = std::nullopt;
  Duration tls_look_every = kTlsLookEvery;
  // The address of a proxy in front of us, as its connections show it ("127.0.0.1"). Of its requests the last entry of
  // X-Forwarded-For is the peer, and X-Forwarded-Proto "https" makes the channel a trusted one. From anybody else these
  // fields mean nothing.
  std::string proxy = {};
  Log* log = nullptr;  // outlives the server
};

class HttpServer {
 public:
  // Gets requests with decoded bodies, `peer` (an address without port) and `trusted_channel` (TLS, or loopback).
  // An exception becomes status 500. The server adds Date, Content-Length, Connection, Content-Encoding, Vary.
  // Answers to HEAD may have the body of GET; it isn't sent.
  using Handler = std::function<Response(const Request&)>;
  // All that wait (at most kBatchMax) at once, so that they can share a commit. One response per request, in order.
  using BatchHandler = std::function<std::vector<Response>(std::span<const Request>)>;

  // From here on connections are taken in by the system; they are served once run() is called.
  // Errors: bad_value (address), address_in_use, io_error (no right to the port, certificate or key not usable).
  static Result<std::unique_ptr<HttpServer>> listen(const ListenOptions& options, Handler handler);
  static Result<std::unique_ptr<HttpServer>> listen_batched(const ListenOptions& options, BatchHandler handler);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  // "http://127.0.0.1:8080".
  virtual std::string url() const = 0;

  // Serves on the calling thread until stop(); once. The handler is not running any more when it returns.
  virtual void run() = 0;
  // From any thread: reads certificate and key again now. If they can't be used, those in use stay, and the log says why.
  virtual void reload_tls() = 0;
  // From any thread, also before run(). Takes no more requests, lets those that have begun finish (at most stop_max; a
  // handler that is at work is waited for in any case), then run() returns.
  virtual void stop() = 0;
};

}  // namespace satchel::edge::net
