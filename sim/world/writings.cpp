// SPDX-License-Identifier: Apache-2.0
#include "sim/world/writings.h"

#include <vector>

namespace satchel::sim {

bool Writings::had_seen(const std::string& writing, const std::string& before) const {
  if (seen_.count(writing) == 0) return true;
  std::set<std::string> reached;
  std::vector<std::string> next{writing};
  while (!next.empty()) {
    const auto text = next.back();
    next.pop_back();
    const auto seen = seen_.find(text);
    if (seen == seen_.end()) continue;
    for (const auto& base : seen->second)
      if (reached.insert(base).second) next.push_back(base);
  }
  return reached.count(before) != 0;
}

void Writings::move(std::size_t device, RecordId from, RecordId to) {
  auto& open = open_[device];
  const auto found = open.find(from);
  if (found == open.end()) return;
  auto texts = std::move(found->second);
  open.erase(found);
  open[to] = std::move(texts);
}

const Writings::OfRecord* Writings::open(std::size_t device, RecordId record) const {
  const auto of_device = open_.find(device);
  if (of_device == open_.end()) return nullptr;
  const auto found = of_device->second.find(record);
  return found != of_device->second.end() && !found->second.empty() ? &found->second : nullptr;
}

}  // namespace satchel::sim
