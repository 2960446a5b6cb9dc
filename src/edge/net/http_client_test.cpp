// SPDX-License-Identifier: Apache-2.0
#include "edge/net/http_client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "edge/net/async_http_client.h"
#include "edge/net/compression.h"
#include "edge/net/http_server.h"
#include "edge/net/internal/sockets_for_test.h"

namespace satchel::edge::net {
namespace {

using Wire = WireForTest;

template <class T>
T must(Result<T> result) {
  if (!result.ok()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

const Request kGet{.method = "GET", .target = "/"};
const SendOptions kRepeatable{.repeat = Repeat::once_if_unanswered};

std::unique_ptr<HttpClient> client_of(const std::string& url, std::size_t answer_max = kAnswerMax) {
  return must(HttpClient::create({.url = url, .answer_max = answer_max}));
}

std::string answer(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// A part of a script: reads a request and answers.
ScriptForTest::Part say(std::string text) {
  return [text](Wire& wire) {
    wire.read_message();
    wire.send(text);
  };
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// Runs an HttpServer while it lives.
class Running {
 public:
  explicit Running(HttpServer::Handler handler)
      : server_(must(HttpServer::listen({.address = "127.0.0.1:0"}, std::move(handler)))),
        thread_([this] { server_->run(); }) {}
  Running(const Running&) = delete;
  ~Running() {
    server_->stop();
    thread_.join();
  }
  std::string url() const { return server_->url(); }

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a request goes out whole, with the fields that HTTP needs") {
  std::string seen;
  ScriptForTest script({[&](Wire& wire) {
    seen = wire.read_message();
    wire.send(answer("fine", "X-One: 1\r\n"));
  }});
  auto client = client_of(script.url() + "/prefix/");
  const auto response = must(client->send(
      {.method = "POST", .target = "/a?b=c", .headers = {{"X-Two", "2"}, {"Host", "other"}}, .body = "hello"}));
  CHECK(response.status == 200);
  CHECK(response.headers.get("x-one") == "1");
  CHECK(response.body == "fine");
  CHECK(seen == "POST /prefix/a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(script.port()) +
                    "\r\nX-Two: 2\r\nAccept-Encoding: zstd, gzip\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_CASE("answers in every encoding come decoded, over one connection") {
  std::string large;
  for (int i = 0; i < 100'000; ++i) large += std::to_string(i) + " rows\n";
  Running server([&](const Request& request) { return Response{200, {{"Content-Type", "text/plain"}}, request.body}; });
  auto client = client_of(server.url());
  for (const char* accepted : {"zstd", "gzip", "identity"})
    for (const auto& body : {std::string(), std::string("small"), large}) {
      const auto response = must(
          client->send({.method = "POST", .target = "/", .headers = {{"Accept-Encoding", accepted}}, .body = body}));
      CHECK(response.body == body);
      CHECK_FALSE(response.headers.has("Content-Encoding"));
      CHECK(response.headers.get("Content-Length") == std::to_string(body.size()));
    }
}

TEST_CASE("statuses without a body, an interim answer, and a body that ends with the connection") {
  ScriptForTest script({[](Wire& wire) {
    wire.read_message();
    wire.send("HTTP/1.1 204 No Content\r\n\r\n");
    wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    wire.read_message();
    wire.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + answer("late"));
    wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    wire.read_message();
    wire.send("HTTP/1.0 200 OK\r\n\r\nuntil the end");
  }});
  auto client = client_of(script.url());
  CHECK(must(client->send(kGet)).status == 204);
  CHECK(must(client->send({.method = "HEAD", .target = "/"})).body.empty());
  CHECK(must(client->send(kGet)).body == "late");
  CHECK(must(client->send(kGet)).body == "abc");
  CHECK(must(client->send(kGet)).body == "until the end");
}

TEST_CASE("a server that isn't there is offline, and the message names it") {
  std::string url;
  {
    ScriptForTest gone({});
    url = gone.url();
  }
  const auto refused = client_of(url)->send(kGet);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::offline);
  CHECK(refused.error().message == "The server at " + url + " can't be reached: Connection refused.");
  const auto unknown = client_of("http://nowhere.invalid")->send(kGet, {.connect_timeout = Duration::of_seconds(2)});
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().code == ErrorCode::offline);
  CHECK(holds(unknown.error().message, "http://nowhere.invalid"));
}

TEST_CASE("a server that doesn't answer is offline after the total timeout") {
  ScriptForTest script({[](Wire& wire) { wire.read_all(); }});
  const auto start = std::chrono::steady_clock::now();
  const auto late = client_of(script.url())->send(kGet, {.total_timeout = Duration::of_milliseconds(100)});
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == ErrorCode::offline);
  CHECK(holds(late.error().message, "100 ms"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("an answer cut short is offline, and isn't asked for again") {
  for (const std::string text : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200 O",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    CAPTURE(text);
    ScriptForTest script({say(text), say(answer("again"))});
    const auto cut = client_of(script.url())->send(kGet, kRepeatable);
    REQUIRE_FALSE(cut.ok());
    CHECK(cut.error().code == ErrorCode::offline);
  }
}

TEST_CASE("what isn't HTTP is an unexpected answer") {
  for (const std::string text : {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/3.0 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"}) {
    CAPTURE(text);
    ScriptForTest script({say(text)});
    const auto strange = client_of(script.url())->send(kGet);
    REQUIRE_FALSE(strange.ok());
    CHECK(strange.error().code == ErrorCode::unexpected_answer);
  }
  ScriptForTest plain({[](Wire& wire) {
    wire.send(answer("no TLS here"));
    wire.read_all();
  }});
  const auto no_tls = client_of("https://127.0.0.1:" + std::to_string(plain.port()))->send(kGet);
  REQUIRE_FALSE(no_tls.ok());
  CHECK(no_tls.error().code == ErrorCode::unexpected_answer);
}

TEST_CASE("an answer over the limit is refused, as sent and as decoded") {
  ScriptForTest large({say(answer(std::string(1001, 'x')))});
  CHECK(client_of(large.url(), 1000)->send(kGet).error().code == ErrorCode::unexpected_answer);
  ScriptForTest bomb(
      {say(answer(encode(Encoding::zstd, std::string(10'000'000, '\0')), "Content-Encoding: zstd\r\n"))});
  CHECK(client_of(bomb.url(), 100'000)->send(kGet).error().code == ErrorCode::unexpected_answer);
  ScriptForTest broken({say(answer("not zstd", "Content-Encoding: zstd\r\n"))});
  CHECK(client_of(broken.url())->send(kGet).error().code == ErrorCode::unexpected_answer);
  ScriptForTest unknown({say(answer("?", "Content-Encoding: br\r\n"))});
  CHECK(client_of(unknown.url())->send(kGet).error().code == ErrorCode::unexpected_answer);
}

// The server answers once, then takes the next request on the same connection and hangs up without a byte.
TEST_CASE("an unanswered request on a kept connection is repeated once, if that does no harm") {
  const auto answer_then_hang_up = [](Wire& wire) {
    wire.read_message();
    wire.send(answer("first"));
    wire.read_message();
  };
  {
    ScriptForTest script({answer_then_hang_up, say(answer("second"))});
    auto client = client_of(script.url());
    CHECK(must(client->send(kGet)).body == "first");
    CHECK(must(client->send(kGet, kRepeatable)).body == "second");
  }
  {
    ScriptForTest script({answer_then_hang_up, say(answer("second"))});
    auto client = client_of(script.url());
    CHECK(must(client->send(kGet)).body == "first");
    CHECK(client->send(kGet).error().code == ErrorCode::offline);
    CHECK(must(client->send(kGet)).body == "second");
  }
  {
    // Never more than twice, and never on a fresh connection.
    ScriptForTest script({answer_then_hang_up, [](Wire& wire) { wire.read_message(); }, say(answer("third"))});
    auto client = client_of(script.url());
    CHECK(must(client->send(kGet)).body == "first");
    CHECK(client->send(kGet, kRepeatable).error().code == ErrorCode::offline);
  }
}

TEST_CASE("a connection that the server closed while it rested is replaced without any loss") {
  std::promise<void> closed;
  ScriptForTest script({[&](Wire& wire) {
                          wire.read_message();
                          wire.send(answer("first"));
                          wire.close();
                          closed.set_value();
                        },
                        say(answer("second"))});
  auto client = client_of(script.url());
  CHECK(must(client->send(kGet)).body == "first");
  closed.get_future().wait();
  CHECK(must(client->send({.method = "POST", .target = "/", .body = "not repeatable"})).body == "second");
}

TEST_CASE("another thread can cancel, for good until it is allowed again") {
  std::promise<void> asked;
  ScriptForTest script({[&](Wire& wire) {
                          wire.read_message();
                          asked.set_value();
                          wire.read_all();
                        },
                        say(answer("later"))});
  auto client = client_of(script.url());
  std::thread canceler([&] {
    asked.get_future().wait();
    client->cancel();
  });
  CHECK(client->send(kGet).error().code == ErrorCode::canceled);
  canceler.join();
  CHECK(client->send(kGet).error().code == ErrorCode::canceled);
  client->allow();
  CHECK(must(client->send(kGet)).body == "later");
}

TEST_CASE("progress is told both ways") {
  Running server([](const Request& request) { return Response{200, {{"Content-Type", "image/png"}}, request.body}; });
  const std::string body(2'000'000, 'x');
  Progress last;
  int calls = 0;
  SendOptions options;
  options.on_progress = [&](const Progress& progress) {
    CHECK(progress.sent >= last.sent);
    CHECK(progress.received >= last.received);
    last = progress;
    ++calls;
  };
  CHECK(must(client_of(server.url())->send({.method = "POST", .target = "/", .body = body}, options)).body == body);
  CHECK(calls > 5);
  CHECK(last.sent == body.size());
  CHECK(last.expected == body.size());
}

TEST_CASE("the asynchronous client completes each request once, in order") {
  Running server([](const Request& request) { return Response{200, {}, request.target}; });
  AsyncHttpClient client(client_of(server.url()));
  CHECK_FALSE(client.poll(Duration::of_seconds(10)));  // Nothing under way: no waiting.
  for (std::uint64_t token = 1; token <= 20; ++token)
    client.start(token, {.method = "GET", .target = "/" + std::to_string(token)});
  for (std::uint64_t token = 1; token <= 20; ++token) {
    auto completed = client.poll(Duration::of_seconds(10));
    REQUIRE(completed);
    CHECK(completed->token == token);
    CHECK(must(std::move(completed->result)).body == "/" + std::to_string(token));
  }
  CHECK(client.open() == 0);
}

TEST_CASE("the asynchronous client cancels what is under way and what waits, and goes on") {
  std::promise<void> asked;
  ScriptForTest script({[&](Wire& wire) {
                          wire.read_message();
                          asked.set_value();
                          wire.read_all();
                        },
                        say(answer("later"))});
  AsyncHttpClient client(client_of(script.url()));
  client.start(1, kGet);
  client.start(2, kGet);
  asked.get_future().wait();
  CHECK_FALSE(client.poll(Duration::of_milliseconds(1)));
  client.cancel_all();
  for (int i = 0; i < 2; ++i) {
    auto completed = client.poll(Duration::of_seconds(10));
    REQUIRE(completed);
    CHECK(completed->result.error().code == ErrorCode::canceled);
  }
  client.start(3, kGet);
  auto completed = client.poll(Duration::of_seconds(10));
  REQUIRE(completed);
  CHECK(completed->token == 3);
  CHECK(must(std::move(completed->result)).body == "later");
  client.start(4, kGet);  // Ends with the client, whatever becomes of it.
}

}  // namespace satchel::edge::net
