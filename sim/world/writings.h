// SPDX-License-Identifier: Apache-2.0
//
// Writings: what people typed, what they had before their eyes when they did, and which of it hasn't come to an end yet.
//
// A text is open from the moment in which a save succeeded until its writer typed something else into the place, deleted the
// record, or gave it up in a decision. At the end of a run each open text is at the server, or waits where its writer sees it
// (invariant 4). Texts are unique.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/ids.h"
#include "model/record.h"

namespace satchel::sim {

class Writings {
 public:
  using OfRecord = std::map<model::ColumnIndex, std::string>;
  using OfDevice = std::map<RecordId, OfRecord>;

  // ---- K2: nobody's words are replaced by somebody who hadn't seen them ----------------------------------------------------
  void saw(const std::string& writing, const std::string& seen) { seen_[writing].insert(seen); }
  // The office writes on what it has, so its texts have seen everything. An edit on top of another has seen what that one saw.
  bool had_seen(const std::string& writing, const std::string& before) const;

  // ---- invariant 4: every edit has one end ---------------------------------------------------------------------------------
  void typed(std::size_t device, RecordId record, model::ColumnIndex column, const std::string& text) {
    open_[device][record][column] = text;
  }
  void close(std::size_t device, RecordId record) { open_[device].erase(record); }
  void close(std::size_t device, RecordId record, model::ColumnIndex column) { open_[device][record].erase(column); }
  // Restored under a new id.
  void move(std::size_t device, RecordId from, RecordId to);
  const OfDevice& open(std::size_t device) { return open_[device]; }
  const OfRecord* open(std::size_t device, RecordId record) const;
  // A store was put back to what it was.
  void put_back(std::size_t device, OfDevice open) { open_[device] = std::move(open); }

  // ---- invariant 5: once ---------------------------------------------------------------------------------------------------
  // The writer decided for his text against the server's, so it may be written once more.
  void decided_for(const std::string& text) { ++decisions_[text]; }
  int times_max(const std::string& text) const {
    const auto found = decisions_.find(text);
    return 1 + (found != decisions_.end() ? found->second : 0);
  }

 private:
  std::map<std::string, std::set<std::string>> seen_;
  std::map<std::size_t, OfDevice> open_;
  std::map<std::string, int> decisions_;
};

}  // namespace satchel::sim
