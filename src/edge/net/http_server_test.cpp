// SPDX-License-Identifier: Apache-2.0
#include "edge/net/http_server.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "base/json.h"
#include "edge/net/compression.h"
#include "edge/net/http_client.h"
#include "edge/net/internal/certificate_for_test.h"
#include "edge/net/internal/sockets_for_test.h"
#include "edge/os/files.h"

namespace satchel::edge::net {
namespace {

using Wire = WireForTest;

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A server that runs while this lives.
class Running {
 public:
  explicit Running(HttpServer::Handler handler, ListenOptions options = {})
      : Running(must(listen(options, std::move(handler)))) {}
  explicit Running(std::unique_ptr<HttpServer> server)
      : server_(std::move(server)), thread_([this] { server_->run(); }) {}
  Running(const Running&) = delete;
  ~Running() { stop(); }

  static Result<std::unique_ptr<HttpServer>> listen(ListenOptions options, HttpServer::Handler handler) {
    options.address = "127.0.0.1:0";
    return HttpServer::listen(options, std::move(handler));
  }
  HttpServer* operator->() const { return server_.get(); }
  Wire connect() const { return Wire::connect(server_->port()); }
  std::string exchange(std::string_view request) const {
    auto wire = connect();
    REQUIRE(wire.send(request));
    return wire.read_all();
  }
  void stop() {
    server_->stop();
    join();
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

// A door that a handler waits at, and that tells when somebody is there.
class Door {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for(int arrived) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= arrived; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

Response echo(const Request& request) {
  return {200, {{"Content-Type", "text/plain"}}, request.method + " " + request.target + " " + request.body};
}

std::string status_line(std::string_view answer) { return std::string(answer.substr(0, answer.find("\r\n"))); }
std::string body_of(std::string_view answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == answer.npos ? "" : std::string(answer.substr(at + 4));
}
std::string error_code_of(std::string_view answer) {
  const auto body = Json::parse(body_of(answer));
  REQUIRE(body.ok());
  REQUIRE(body->find("error") != nullptr);
  CHECK_FALSE(body->find("error")->string_at("message").empty());
  return std::string(body->find("error")->string_at("code"));
}
bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kGetAndClose = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("a request goes to the handler and its response comes back") {
  Request seen;
  Running server([&](const Request& request) {
    seen = request;
    return Response{201, {{"Location", "/things/1"}}, "made"};
  });
  const auto answer = server.exchange(
      "POST /things?x=1 HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 5\r\nConnection: "
      "close\r\n\r\nhello");
  CHECK(status_line(answer) == "HTTP/1.1 201 Created");
  CHECK(holds(answer, "Location: /things/1\r\n"));
  CHECK(holds(answer, "Content-Length: 4\r\n"));
  CHECK(holds(answer, "\r\nDate: "));
  CHECK(holds(answer, "Connection: close\r\n"));
  CHECK(body_of(answer) == "made");
  CHECK(seen.method == "POST");
  CHECK(seen.target == "/things?x=1");
  CHECK(seen.headers.get("x-one") == "1");
  CHECK(seen.body == "hello");
  CHECK(seen.peer == "127.0.0.1");
  CHECK(seen.trusted_channel);
}

TEST_CASE("a proxy that we were told of says who its client is; anybody else may claim what he likes") {
  const auto who = [](const Request& request) {
    return Response{200, {}, request.peer + (request.trusted_channel ? " trusted" : " not trusted")};
  };
  const auto told = [&](Running& server, const std::string& fields) {
    return body_of(server.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n"));
  };
  const std::string secure = "X-Forwarded-For: 10.9.9.9, 203.0.113.7\r\nX-Forwarded-Proto: https\r\n";
  Running behind(who, {.proxy = "127.0.0.1"});
  CHECK(told(behind, secure) == "203.0.113.7 trusted");
  CHECK(told(behind, "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http\r\n") == "203.0.113.7 not trusted");
  CHECK(told(behind, "X-Forwarded-For: 203.0.113.7\r\n") == "203.0.113.7 not trusted");
  CHECK(told(behind, "") == "127.0.0.1 trusted");
  Running elsewhere(who, {.proxy = "192.0.2.1"});
  CHECK(told(elsewhere, secure) == "127.0.0.1 trusted");
  Running alone(who);
  CHECK(told(alone, secure) == "127.0.0.1 trusted");
}

TEST_CASE("HEAD and OPTIONS reach the handler, and HEAD's answer has no body") {
  Running server(echo);
  const auto head = server.exchange("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(holds(head, "Content-Length: 8\r\n"));
  CHECK(body_of(head).empty());
  CHECK(body_of(server.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == "OPTIONS * ");
  CHECK(body_of(server.exchange("MERGE /m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == "MERGE /m ");
  CHECK(body_of(server.exchange("GET http://x:1/abs?a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) ==
        "GET /abs?a=b ");
}

TEST_CASE("bodies are compressed as the client likes, both ways") {
  std::string large;
  for (int i = 0; i < 60'000; ++i) large += "{\"row\":" + std::to_string(i) + "}\n";
  Running server([](const Request& request) {
    CHECK_FALSE(request.headers.has("Content-Encoding"));
    return Response{200, {{"Content-Type", "application/json"}}, request.body};
  });
  for (const auto encoding : {Encoding::identity, Encoding::gzip, Encoding::zstd})
    for (const auto& body : {std::string("small"), large}) {
      const auto sent = encode(encoding, body);
      const std::string name(name_of(encoding));
      const auto answer = server.exchange(
          "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: " + name +
          "\r\nContent-Encoding: " + name + "\r\nContent-Length: " + std::to_string(sent.size()) + "\r\n\r\n" + sent);
      CHECK(status_line(answer) == "HTTP/1.1 200 OK");
      const bool encoded = body.size() > kCompressMin && encoding != Encoding::identity;
      CHECK(holds(answer, "Content-Encoding: " + name) == encoded);
      CHECK(holds(answer, "Vary: Accept-Encoding") == (body.size() > kCompressMin));
      if (encoded) CHECK(answer.size() < body.size() / 4);
      CHECK(must(decode(encoded ? encoding : Encoding::identity, body_of(answer), body.size())) == body);
    }
}

TEST_CASE("what is encoded already, or a photo, is left alone") {
  const std::string body(5000, 'x');
  Running server([&](const Request& request) {
    if (request.target == "/photo") return Response{200, {{"Content-Type", "image/jpeg"}}, body};
    return Response{200, {{"Content-Type", "text/plain"}, {"Content-Encoding", "br"}}, body};
  });
  for (const char* target : {"/photo", "/encoded"}) {
    const auto answer = server.exchange("GET " + std::string(target) +
                                        " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: zstd\r\n\r\n");
    CHECK(body_of(answer) == body);
    CHECK_FALSE(holds(answer, "Content-Encoding: zstd"));
  }
}

TEST_CASE("a connection is kept, and requests sent in a row are answered in order") {
  Running server(echo);
  auto wire = server.connect();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(wire.send(kGet));
    CHECK(body_of(wire.read_message()) == "GET / ");
  }
  std::string pipelined;
  for (int i = 0; i < 50; ++i)
    pipelined += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  REQUIRE(wire.send(pipelined));
  for (int i = 0; i < 50; ++i) CHECK(body_of(wire.read_message()) == "POST /" + std::to_string(i) + " abc");
}

TEST_CASE("HTTP/1.0 closes unless it asks otherwise") {
  Running server(echo);
  CHECK(body_of(server.exchange("GET / HTTP/1.0\r\n\r\n")) == "GET / ");
  auto wire = server.connect();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK(holds(wire.read_message(), "Connection: keep-alive\r\n"));
  }
}

TEST_CASE("a chunked body is put together, and 100 Continue is said when asked for") {
  Running server(echo);
  CHECK(body_of(server.exchange("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: "
                                "close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) == "POST / abcde");
  auto wire = server.connect();
  REQUIRE(wire.send("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(wire.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(wire.send("ok"));
  CHECK(body_of(wire.read_message()) == "PUT / ok");
}

TEST_CASE("a body over the limit is 413, as declared, as sent and as decoded") {
  std::atomic<int> handled{0};
  Running server(
      [&](const Request& request) {
        ++handled;
        return echo(request);
      },
      {.body_max = 100'000});
  const auto declared = server.exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n");
  CHECK(status_line(declared) == "HTTP/1.1 413 Content Too Large");
  CHECK(error_code_of(declared) == "too_large");

  // The client sends everything before it reads; a reset would take the answer from it.
  auto wire = server.connect();
  REQUIRE(wire.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
  for (int i = 0; i < 100; ++i) wire.send(chunk);
  CHECK(error_code_of(wire.read_all()) == "too_large");

  const std::string zeros(20'000'000, '\0');
  for (const auto encoding : {Encoding::gzip, Encoding::zstd}) {
    const auto bomb = encode(encoding, zeros);
    REQUIRE(bomb.size() < 100'000);
    const auto answer = server.exchange(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: " + std::string(name_of(encoding)) +
        "\r\nContent-Length: " + std::to_string(bomb.size()) + "\r\n\r\n" + bomb);
    CHECK(error_code_of(answer) == "too_large");
  }
  CHECK(handled == 0);
  CHECK(
      status_line(server.exchange("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n" +
                                  std::string(100'000, 'x'))) == "HTTP/1.1 200 OK");
}

TEST_CASE("what isn't HTTP gets 400 and never reaches the handler") {
  std::atomic<int> handled{0};
  Running server([&](const Request& request) {
    ++handled;
    return echo(request);
  });
  for (const std::string request : {
           "hello\r\n\r\n",
           "GET\r\n\r\n",
           "GET / HTTP/9.9\r\n\r\n",
           "GET / HTTX/1.1\r\nHost: x\r\n\r\n",
           "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           "GET / HTTP/1.1\r\nHost x\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\nConnection: "
           "close\r\n\r\nplain",
           "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
       }) {
    CAPTURE(request);
    const auto answer = server.exchange(request);
    CHECK(status_line(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(error_code_of(answer) == "bad_request");
  }
  CHECK(status_line(server.exchange(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")) ==
        "HTTP/1.1 415 Unsupported Media Type");
  const auto huge = server.exchange("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(kHeaderMax, 'x') + "\r\n\r\n");
  CHECK(status_line(huge).starts_with("HTTP/1.1 431"));
  CHECK(handled == 0);
  CHECK(body_of(server.exchange(kGetAndClose)) == "GET / ");
}

TEST_CASE("a response can't smuggle in fields or a body of its own") {
  Running server([](const Request&) {
    return Response{
        200,
        {{"X-Name", "a\r\nInjected: yes\r\n\r\nbody"}, {"Content-Length", "999"}, {"Transfer-Encoding", "chunked"}},
        "ok"};
  });
  const auto answer = server.exchange(kGetAndClose);
  CHECK(holds(answer, "X-Name: a  Injected: yes    body\r\n"));
  CHECK_FALSE(holds(answer, "999"));
  CHECK_FALSE(holds(answer, "chunked"));
  CHECK(body_of(answer) == "ok");
}

TEST_CASE("a request that comes too slowly, and an idle connection, are closed") {
  Running server(echo, {.idle_max = Duration::of_milliseconds(60),
                        .head_max = Duration::of_milliseconds(60),
                        .stall_max = Duration::of_milliseconds(60)});
  CHECK(server.exchange("").empty());
  CHECK(server.exchange("GET / HT").empty());
  CHECK(server.exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf").empty());
  // One that hangs up in the middle harms nobody.
  {
    auto wire = server.connect();
    REQUIRE(wire.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"));
  }
  CHECK(body_of(server.exchange(kGetAndClose)) == "GET / ");
}

TEST_CASE("200 clients at once are all answered, each once") {
  std::atomic<int> handled{0};
  Running server([&](const Request& request) {
    ++handled;
    return echo(request);
  });
  std::vector<Wire> wires;
  for (int i = 0; i < 200; ++i) wires.push_back(server.connect());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 200; ++i) REQUIRE(wires[i].send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    for (int i = 0; i < 200; ++i) CHECK(body_of(wires[i].read_message()) == "GET /" + std::to_string(i) + " ");
  }
  CHECK(handled == 600);
}

TEST_CASE("a slow handler holds up no connection") {
  Door door;
  Running server([&](const Request& request) {
    door.pass();
    return echo(request);
  });
  auto slow = server.connect();
  REQUIRE(slow.send(kGetAndClose));
  door.wait_for(1);
  // Accepted, read and answered while the handler is at work, for this one needs no handler.
  CHECK(status_line(server.exchange("nonsense\r\n\r\n")) == "HTTP/1.1 400 Bad Request");
  door.open();
  CHECK(body_of(slow.read_all()) == "GET / ");
}

TEST_CASE("what waits is given to the handler together, and beyond the limit it is 503") {
  Door door;
  std::vector<std::size_t> batches;
  ListenOptions options{.address = "127.0.0.1:0", .queue_max = 10};
  Running server(must(HttpServer::listen_batched(options, [&](std::span<const Request> requests) {
    batches.push_back(requests.size());
    door.pass();
    std::vector<Response> responses;
    for (const auto& request : requests) responses.push_back(echo(request));
    return responses;
  })));
  auto first = server.connect();
  REQUIRE(first.send(kGetAndClose));
  door.wait_for(1);
  std::vector<Wire> waiting;
  for (int i = 0; i < 11; ++i) {
    waiting.push_back(server.connect());
    REQUIRE(waiting.back().send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }
  // One of the eleven found no place; which one is the network's choice.
  std::vector<std::string> answers(waiting.size());
  std::atomic<int> refused{0};
  std::promise<void> one_refused;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < waiting.size(); ++i)
    readers.emplace_back([&, i] {
      answers[i] = waiting[i].read_all();
      if (status_line(answers[i]) == "HTTP/1.1 503 Service Unavailable" && ++refused == 1) one_refused.set_value();
    });
  one_refused.get_future().wait();
  door.open();
  for (auto& reader : readers) reader.join();
  CHECK(refused == 1);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (status_line(answers[i]) == "HTTP/1.1 200 OK") CHECK(body_of(answers[i]) == "GET /" + std::to_string(i) + " ");
    else CHECK(holds(answers[i], "Retry-After: 1\r\n"));
  }
  CHECK(batches == std::vector<std::size_t>{1, 10});
}

TEST_CASE("an exception in the handler is 500 for that request alone") {
  Running server([](const Request& request) {
    if (request.target == "/bad") throw std::runtime_error("oops");
    return echo(request);
  });
  auto wire = server.connect();
  REQUIRE(wire.send("GET /bad HTTP/1.1\r\nHost: x\r\n\r\nGET /good HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto bad = wire.read_message();
  CHECK(status_line(bad) == "HTTP/1.1 500 Internal Server Error");
  CHECK(error_code_of(bad) == "internal");
  CHECK_FALSE(holds(bad, "oops"));
  CHECK(body_of(wire.read_message()) == "GET /good ");
}

TEST_CASE("stop lets the request under way finish, closes idle connections and takes no more") {
  Door door;
  Running server([&](const Request& request) {
    door.pass();
    return echo(request);
  });
  auto idle = server.connect();
  auto busy = server.connect();
  REQUIRE(busy.send(kGet));
  door.wait_for(1);
  server->stop();
  CHECK(idle.read_all().empty());
  door.open();
  const auto answer = busy.read_all();
  CHECK(body_of(answer) == "GET / ");
  CHECK(holds(answer, "Connection: close\r\n"));
  server.join();
  CHECK_FALSE(server.connect().connected());
}

TEST_CASE("stop doesn't wait for ever for a client that stalls") {
  Running server(echo, {.stop_max = Duration::of_milliseconds(100)});
  auto stalled = server.connect();
  REQUIRE(stalled.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"));
  CHECK(holds(stalled.read_until("\r\n\r\n"), "100 Continue"));  // The request has begun.
  server.stop();
  CHECK(stalled.read_all().empty());
}

TEST_CASE("stop before run") {
  auto server = must(Running::listen({}, echo));
  server->stop();
  server->run();
}

TEST_CASE("an address in use, a malformed one and one that isn't ours are told apart") {
  Running server(echo);
  const auto taken = HttpServer::listen({.address = "127.0.0.1:" + std::to_string(server->port())}, echo);
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().code == ErrorCode::address_in_use);
  CHECK(holds(taken.error().message, ":" + std::to_string(server->port())));
  CHECK(HttpServer::listen({.address = "nonsense"}, echo).error().code == ErrorCode::bad_value);
  CHECK(HttpServer::listen({.address = "203.0.113.1:0"}, echo).error().code == ErrorCode::io_error);
  CHECK(must(HttpServer::listen({.address = "localhost:0"}, echo))->port() != 0);
}

TEST_CASE("connections over the limit wait until one ends") {
  Running server(echo, {.connections_max = 2});
  auto first = server.connect();
  auto second = server.connect();
  for (auto* wire : {&first, &second}) {
    REQUIRE(wire->send(kGet));
    CHECK(body_of(wire->read_message()) == "GET / ");
  }
  auto third = server.connect();
  REQUIRE(third.send(kGetAndClose));
  first.close();
  CHECK(body_of(third.read_all()) == "GET / ");
}

TEST_CASE("TLS: who trusts the certificate is answered, who doesn't is told, and plain text gets nothing") {
  const auto folder = must(os::TemporaryDirectory::create());
  const TlsFiles files{folder / "certificate.pem", folder / "key.pem"};
  REQUIRE(write_certificate_for_test(files.certificate, files.key));
  Running server(
      [](const Request& request) {
        return Response{200,
                        {{"Content-Type", "text/plain"}},
                        (request.trusted_channel ? "trusted " : "not trusted ") + request.body};
      },
      {.tls = files});
  CHECK(server->url() == "https://127.0.0.1:" + std::to_string(server->port()));
  auto client = must(HttpClient::create({.url = server->url(), .authorities_file = files.certificate}));
  for (int i = 0; i < 3; ++i) {
    const std::string body(i * 300'000, 'x');
    CHECK(must(client->send({.method = "POST", .target = "/", .body = body})).body == "trusted " + body);
  }
  const auto distrustful = must(HttpClient::create({.url = server->url()}))->send({.method = "GET", .target = "/"});
  REQUIRE_FALSE(distrustful.ok());
  CHECK(distrustful.error().code == ErrorCode::unexpected_answer);
  CHECK(holds(distrustful.error().message, "certificate"));
  CHECK_FALSE(holds(server.exchange(kGetAndClose), "HTTP/1.1 200"));

  CHECK(Running::listen({.tls = TlsFiles{folder / "missing.pem", files.key}}, echo).error().code ==
        ErrorCode::io_error);
  CHECK(Running::listen({.tls = TlsFiles{files.certificate, files.certificate}}, echo).error().code ==
        ErrorCode::io_error);
}

// A certificate is renewed under a running server. Old connections go on, new ones get the new one; a pair that doesn't fit
// changes nothing.
TEST_CASE("TLS: a renewed certificate is taken when its files change, or when told to") {
  const auto folder = must(os::TemporaryDirectory::create());
  const TlsFiles files{folder / "certificate.pem", folder / "key.pem"};
  const auto renew = [&](const std::string& copy) {
    REQUIRE(write_certificate_for_test(files.certificate, files.key));
    must(os::write_file(copy, must(os::read_file(files.certificate))));
  };
  const auto reaches = [](HttpServer& server, const std::string& authorities) {
    auto client = must(HttpClient::create({.url = server.url(), .authorities_file = authorities}));
    return client->send({.method = "GET", .target = "/"}).ok();
  };
  const auto first = folder / "first.pem", second = folder / "second.pem", third = folder / "third.pem";
  renew(first);
  Running watching(echo, {.tls = files, .tls_look_every = Duration::of_milliseconds(20)});
  Running told(echo, {.tls = files, .tls_look_every = Duration::of_seconds(3600)});
  auto old_client = must(HttpClient::create({.url = watching->url(), .authorities_file = first}));
  REQUIRE(old_client->send({.method = "GET", .target = "/"}).ok());

  renew(second);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!reaches(*watching.operator->(), second)) REQUIRE(std::chrono::steady_clock::now() < until);
  CHECK_FALSE(reaches(*watching.operator->(), first));
  CHECK(old_client->send({.method = "GET", .target = "/"}).ok());  // on its connection of before
  CHECK(reaches(*told.operator->(), first));
  told->reload_tls();
  while (!reaches(*told.operator->(), second)) REQUIRE(std::chrono::steady_clock::now() < until);

  must(os::write_file(files.key, "not a key"));
  told->reload_tls();
  CHECK(reaches(*told.operator->(), second));
  CHECK(reaches(*watching.operator->(), second));
  renew(third);
  told->reload_tls();
  while (!reaches(*told.operator->(), third)) REQUIRE(std::chrono::steady_clock::now() < until);
}

}  // namespace satchel::edge::net
