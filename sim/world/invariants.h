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
  // At the end of a sync or a reading: what the device holds by use.
  void check_contact(Device& device);
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
  void check_drafts(Device& device);
  void check_draft(Device& device, RecordId id, const MadeDraft& made);
  void check_draft_text(Device& device, RecordId id, const std::optional<device::store::Draft>& draft,
                        const std::string& text);
  void check_related(Device& device, RecordId draft, const model::Reference& related);
  void check_cached_row(Device& device, const model::Reference& record, Seq from, Seq cut);
  void check_bounds(Device& device);
  void check_drafting_converged(Device& device, Seq head);
  std::optional<Cut> cut_of(Device& device);
  bool may_be_forgotten(Device& device, const std::string& text);
  void check_once();

  World& world_;
};

}  // namespace satchel::sim
