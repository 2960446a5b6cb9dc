// SPDX-License-Identifier: Apache-2.0
#include "sim/network/network.h"

namespace satchel::sim {

Message Network::take(Random& random, bool any_order) {
  const auto at = any_order ? random.below(under_way_.size()) : 0;
  auto message = std::move(under_way_[at]);
  under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(at));
  return message;
}

}  // namespace satchel::sim
