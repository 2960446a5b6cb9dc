// SPDX-License-Identifier: Apache-2.0
//
// What must always hold (the numbers are those of docs/invariants.md). Checked after every step.
#pragma once

#include <string>

#include "sim/world/world.h"

namespace satchel::sim {

class Invariants {
 public:
  explicit Invariants(World& world) : world_(world) {}
  // After a step: what was written since the last look.
  void check();
  void check_converged();
  // What is still waiting on the devices, for the message of invariant 14.
  std::string what_is_left();

 private:
  void check(Device& device);
  void check_cut(Device& device);
  void check_mirror(Device& device, const History& history, const Cut& cut);
  void check_row(Device& device, const History& history, RecordId id, TableNumber table, Seq cut);
  void compare(Device& device, const History& history, Seq cut);
  void check_all_rows(Device& device);
  void check_complete(Device& device, Seq cut);
  void check_visible(Device& device, RecordId id, TableNumber number);
  void check_own_words(Device& device, RecordId id, TableNumber number);
  bool waits(Device& device, RecordId id, const std::string& text);
  void check_every_end(Device& device);
  bool may_be_forgotten(Device& device, const std::string& text);
  void check_once();

  World& world_;
};

}  // namespace satchel::sim
