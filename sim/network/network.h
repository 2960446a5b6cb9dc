// SPDX-License-Identifier: Apache-2.0
//
// A network as bad as a basement: messages wait, come in any order between devices, get lost, doubled or cut short, on the
// way there and on the way back. Which of them, the world's chance decides.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/http.h"
#include "base/random.h"
#include "base/result.h"

namespace satchel::sim {

enum class Direction { to_server, to_device };

// A message under way.
struct Message {
  std::size_t device = 0;
  std::int64_t token = 0;
  std::int64_t life = 0;  // of the device's process: an answer to a process that was killed finds nobody
  Direction direction = Direction::to_server;
  Request request;
  std::optional<Result<Response>> answer;
};

// strange: somebody else answers in the server's place.
enum class Fault { none, lost, doubled, cut_short, strange };

class Network {
 public:
  void send(Message message) { under_way_.push_back(std::move(message)); }
  bool empty() const { return under_way_.empty(); }
  std::size_t size() const { return under_way_.size(); }
  // Takes one message out: the oldest, or any when `any_order`.
  Message take(Random& random, bool any_order);
  void drop_all() { under_way_.clear(); }

 private:
  std::vector<Message> under_way_;
};

}  // namespace satchel::sim
