// SPDX-License-Identifier: Apache-2.0
//
// Drafts: what the world knows of the drafts that people made (1.2), so that it can say whether one vanished.
//
// A draft is open from the moment in which it was kept until its record is at the server, or its writer gave it up. While it's open
// it is in one place: among its device's drafts, in that device's outbox, or at the server. Texts are unique.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/ids.h"
#include "model/record.h"

namespace satchel::sim {

struct MadeDraft {
  std::size_t device = 0;
  TableNumber table;
  std::optional<model::Reference> related;
  std::map<model::ColumnIndex, std::string> texts;  // the newest of each column
  bool is_unsure = false;  // somebody's process died while it was being given up: nobody knows whether it was
};

class Drafts {
 public:
  using Open = std::map<RecordId, MadeDraft>;

  void made(RecordId id, MadeDraft draft) { open_[id] = std::move(draft); }
  void typed(RecordId id, model::ColumnIndex column, const std::string& text) {
    if (const auto found = open_.find(id); found != open_.end()) found->second.texts[column] = text;
  }
  void unsure(RecordId id) {
    if (const auto found = open_.find(id); found != open_.end()) found->second.is_unsure = true;
  }
  // Of one column nobody knows what it holds.
  void unsure(RecordId id, model::ColumnIndex column) {
    if (const auto found = open_.find(id); found != open_.end()) found->second.texts.erase(column);
  }
  void ended(RecordId id) { open_.erase(id); }
  const Open& open() const { return open_; }
  bool is_open(RecordId id) const { return open_.count(id) != 0; }

  Open of(std::size_t device) const {
    Open mine;
    for (const auto& [id, draft] : open_)
      if (draft.device == device) mine.emplace(id, draft);
    return mine;
  }
  // A store was put back to what it was.
  void put_back(std::size_t device, const Open& then) {
    std::erase_if(open_, [&](const auto& entry) { return entry.second.device == device; });
    open_.insert(then.begin(), then.end());
  }

 private:
  Open open_;
};

}  // namespace satchel::sim
