// SPDX-License-Identifier: Apache-2.0
//
// AsyncHttpClient: an HttpClient on a thread of its own, so that the caller can store one page while the next one comes.
//
//   client.start(1, std::move(request));
//   while (auto completed = client.poll(Duration::of_seconds(1))) ...
//
// Always true: requests are performed one after the other in the order of their start; each start gives exactly one
// Completed, also when it was canceled; start(), poll() and cancel_all() may be called from different threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/http.h"
#include "base/result.h"
#include "base/time.h"
#include "edge/net/http_client.h"

namespace satchel::edge::net {

class AsyncHttpClient {
 public:
  struct Completed {
    std::uint64_t token = 0;
    Result<Response> result;
  };

  // `on_progress` of the options is called on the client's thread.
  explicit AsyncHttpClient(std::unique_ptr<HttpClient> client);
  AsyncHttpClient(const AsyncHttpClient&) = delete;
  // Cancels what is under way.
  ~AsyncHttpClient();

  const Url& url() const { return client_->url(); }
  void start(std::uint64_t token, Request request, SendOptions options = {});
  // The oldest result not yet taken; waits for one, at most this long. Nothing also when nothing is under way.
  std::optional<Completed> poll(Duration wait_max);
  // Whatever was started and isn't completed completes with `canceled`.
  void cancel_all();
  // Started, and not yet taken by poll().
  std::size_t open() const;

 private:
  struct Started {
    std::uint64_t token = 0;
    Request request;
    SendOptions options;
  };
  void work();
  void cancel_waiting();

  std::unique_ptr<HttpClient> client_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Started> waiting_;
  std::deque<Completed> completed_;
  bool busy_ = false;       // the thread is inside send()
  bool canceling_ = false;  // and cancel_all() wants it out
  bool ended_ = false;
  std::thread thread_;  // last, for it uses all above
};

}  // namespace satchel::edge::net
