// SPDX-License-Identifier: Apache-2.0
//
// WorkQueue: requests on their way from the io thread to the worker thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace satchel::edge::net {

template <class Job>
class WorkQueue {
 public:
  explicit WorkQueue(std::size_t size_max) : size_max_(size_max) {}

  // False when it is full or closed; `job` is then untouched.
  bool push(Job& job) {
    const std::lock_guard lock(mutex_);
    if (closed_ || jobs_.size() >= size_max_) return false;
    jobs_.push_back(std::move(job));
    if (jobs_.size() == 1) arrived_.notify_one();
    return true;
  }

  // Waits; takes the oldest `count_max` at most. Empty: closed.
  std::vector<Job> take(std::size_t count_max) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    std::vector<Job> taken;
    while (!closed_ && !jobs_.empty() && taken.size() < count_max) {
      taken.push_back(std::move(jobs_.front()));
      jobs_.pop_front();
    }
    return taken;
  }

  // What is still in it is given back, to be dropped where its owner may be.
  std::deque<Job> close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
    return std::move(jobs_);
  }

 private:
  const std::size_t size_max_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> jobs_;
  bool closed_ = false;
};

}  // namespace satchel::edge::net
