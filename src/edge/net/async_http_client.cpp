// SPDX-License-Identifier: Apache-2.0
#include "edge/net/async_http_client.h"

#include <chrono>
#include <utility>

namespace satchel::edge::net {

AsyncHttpClient::AsyncHttpClient(std::unique_ptr<HttpClient> client)
    : client_(std::move(client)), thread_([this] { work(); }) {}

AsyncHttpClient::~AsyncHttpClient() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  client_->cancel();
  thread_.join();
}

void AsyncHttpClient::start(std::uint64_t token, Request request, SendOptions options) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({token, std::move(request), std::move(options)});
  changed_.notify_all();
}

std::optional<AsyncHttpClient::Completed> AsyncHttpClient::poll(Duration wait_max) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(wait_max.milliseconds),
                    [this] { return !completed_.empty() || (waiting_.empty() && !busy_); });
  if (completed_.empty()) return std::nullopt;
  auto completed = std::move(completed_.front());
  completed_.pop_front();
  return completed;
}

void AsyncHttpClient::cancel_all() {
  const std::lock_guard lock(mutex_);
  cancel_waiting();
  if (!busy_) return;
  canceling_ = true;
  client_->cancel();
}

std::size_t AsyncHttpClient::open() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + completed_.size() + (busy_ ? 1 : 0);
}

void AsyncHttpClient::cancel_waiting() {
  for (auto& started : waiting_)
    completed_.push_back({started.token, Error{ErrorCode::canceled, "The request was canceled before it was sent."}});
  waiting_.clear();
  changed_.notify_all();
}

void AsyncHttpClient::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (ended_) return;
    auto started = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    auto result = client_->send(started.request, started.options);
    lock.lock();
    busy_ = false;
    if (std::exchange(canceling_, false)) client_->allow();
    completed_.push_back({started.token, std::move(result)});
    changed_.notify_all();
  }
}

}  // namespace satchel::edge::net
